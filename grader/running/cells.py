"""An executed cell -> how it went: its status, its error with the line, and the beginning of what it printed."""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from nbformat import NotebookNode

from grader.records import CellError, CellRun
from grader.running.modules import is_gap, named_in

OUTPUT_CHARACTERS = 2_000
TRACE_CHARACTERS = 20_000
MOST_ERRORS = 20
"""Of one cell: it goes on after an error."""
COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
CELL_LINE = re.compile(r"Cell In\[\d+\], line (\d{1,6})")


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Its code cells, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def number_of(cell: NotebookNode) -> int:
    """Number of a code cell, from the id that `grader.submissions.collect` gave it."""
    return int(cell.id.removeprefix("cell-"))


def cell_run(cell: NotebookNode, seconds: float, reply: Mapping[str, Any]) -> CellRun:
    """How a cell went that has come to its end.

    Args:
        cell: with its outputs.
        seconds: that it took.
        reply: content of the kernel's reply, which tells of an error also where none was shown.
    """
    errors = [cell_error(output) for output in cell.outputs if output.output_type == "error"]
    if not errors and reply.get("status") == "error":
        kind, message = (plain(str(reply.get(key, ""))) for key in ("ename", "evalue"))
        errors = [CellError(kind=kind[:200] or "Error", message=message[:2_000])]
    return CellRun(
        number=number_of(cell),
        status="error" if errors else "ok",
        seconds=round(seconds, 3),
        error=errors[0] if errors else None,
        later=errors[1:MOST_ERRORS],
        output=printed(cell)[:OUTPUT_CHARACTERS],
    )


def cell_error(output: NotebookNode) -> CellError:
    """What a cell raised, and in which of its lines."""
    lines = CELL_LINE.findall(plain("\n".join(output.traceback)[:TRACE_CHARACTERS]))
    return CellError(
        kind=plain(str(output.ename))[:200],
        message=plain(str(output.evalue))[:2_000],
        line=int(lines[0]) if lines else None,
    )


def plain(text: str) -> str:
    """Without colours, and without halves of characters, which no file can hold."""
    return COLOURS.sub("", text).encode("utf-8", "replace").decode()


def printed(cell: NotebookNode) -> str:
    """What a cell printed or showed as text: without colours, and of a line that was written over only the last."""
    words = []
    for output in cell.outputs:
        if output.output_type == "stream":
            words.append(output.text)
        elif output.output_type in {"execute_result", "display_data"}:
            words.append(str(output.data.get("text/plain", "")) + "\n")
    lines = plain("".join(words)).replace("\r\n", "\n").replace("\b", "").split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)


def missing_modules(cells: Iterable[CellRun], imported: Collection[str]) -> list[str]:
    """Well-known modules that cells asked for and this grader does not have.

    Args:
        cells: that ran.
        imported: modules that the notebook's code imports. Any other is only spoken of in a message.

    """
    errors = [error for cell in cells for error in cell.errors if error.kind == "ModuleNotFoundError"]
    named = dict.fromkeys(named_in(error.message) for error in errors)
    return [name for name in named if name in imported and is_gap(name)]

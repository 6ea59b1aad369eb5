"""An executed cell -> how it went: its status, its error with the line, and the beginning of what it printed."""

import re
import sys
from collections.abc import Iterable

from nbformat import NotebookNode
from rapidfuzz.distance import OSA

from grader.records import CellError, CellRun

OUTPUT_CHARACTERS = 2_000
TRACE_CHARACTERS = 20_000
COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
CELL_LINE = re.compile(r"Cell In\[\d+\], line (\d{1,6})")
MISSING_MODULE = re.compile(r"No module named '(\w{1,200})")
USUAL_MODULES = ("numpy", "pandas", "matplotlib", "sklearn", "tensorflow", "keras", "seaborn", "scipy")
SHORT_NAME = 4
"""Names shorter than this lie too near to each other to tell a slip of the pen."""


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    """Its code cells, in order."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def number_of(cell: NotebookNode) -> int:
    """Number of a code cell, from the id that `grader.collect` gave it."""
    return int(cell.id.removeprefix("cell-"))


def cell_run(cell: NotebookNode, seconds: float) -> CellRun:
    """How a cell went that has come to its end."""
    error = next((cell_error(output) for output in cell.outputs if output.output_type == "error"), None)
    return CellRun(
        number=number_of(cell),
        status="error" if error else "ok",
        seconds=round(seconds, 3),
        error=error,
        output=printed(cell)[:OUTPUT_CHARACTERS],
    )


def cell_error(output: NotebookNode) -> CellError:
    """What a cell raised, and in which of its lines."""
    lines = CELL_LINE.findall(COLOURS.sub("", "\n".join(output.traceback)[:TRACE_CHARACTERS]))
    return CellError(
        kind=str(output.ename)[:200],
        message=COLOURS.sub("", str(output.evalue))[:2_000],
        line=int(lines[0]) if lines else None,
    )


def printed(cell: NotebookNode) -> str:
    """What a cell printed or showed as text: without colours, and of a line that was written over only the last."""
    words = []
    for output in cell.outputs:
        if output.output_type == "stream":
            words.append(output.text)
        elif output.output_type in {"execute_result", "display_data"}:
            words.append(str(output.data.get("text/plain", "")) + "\n")
    lines = COLOURS.sub("", "".join(words)).replace("\r\n", "\n").replace("\b", "").split("\n")
    return "\n".join(line.rstrip("\r").rpartition("\r")[2] for line in lines)


def missing_modules(cells: Iterable[CellRun]) -> list[str]:
    """Modules that cells asked for and the kernels do not have, without what looks like a slip of the pen."""
    missing = []
    for error in (cell.error for cell in cells):
        found = MISSING_MODULE.search(error.message) if error and error.kind == "ModuleNotFoundError" else None
        if found and found[1] not in missing and not is_misspelled(found[1]):
            missing.append(found[1])
    return missing


def is_misspelled(name: str) -> bool:
    """Whether the name is that of a module that every kernel has, but for at most one letter or two swapped ones."""
    known = (*USUAL_MODULES, *sys.stdlib_module_names)
    return name in known or (len(name) >= SHORT_NAME and any(OSA.distance(name, other) == 1 for other in known))

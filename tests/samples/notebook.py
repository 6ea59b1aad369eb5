"""A sample in a few lines of text -> the file that a student would hand in, and what is to be expected of it.

A sample's cells stand one after the other in the percent format: `# %%` begins a code cell, `# %% [markdown]` a text.
After it may stand

- `apart`: the cell does not concern the model (a plot, a greeting); all others do,
- `fails`: the cell cannot run for anybody (a name that is nowhere defined, a file of the author's own),
- a number: its execution count, where it is not the cell's place,
- `->` and what the author's kernel printed.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import nbformat

HEADING = re.compile(
    r"^# %%(?P<markdown> \[markdown\])?(?P<apart> apart)?(?P<fails> fails)?(?: (?P<count>\d+))?(?: -> (?P<printed>.*))?$"
)
Names = str | int | tuple[str | int, ...]
"""A model by its variable or, where it has none, by its number of parameters; several where each of them would do."""


@dataclass(frozen=True)
class Cell:
    """A cell and what is expected of it."""

    source: str
    is_code: bool
    apart: bool
    fails: bool
    count: int | None
    printed: str


@dataclass(frozen=True)
class Sample:
    """A notebook in a student's manner."""

    name: str
    text: str
    chosen: Names | dict[str, Names] | None = "model"
    """The model that a person would choose, where the sheet asks for several networks by network; None: there is
    none."""
    sealed: bool = True
    """Its accuracy must come from the sealed rows."""
    runs: bool = True
    """A patient person could get it to run, and it is a Keras notebook."""
    needs: str = ""
    """A module or file without which it is left to a person."""
    quick: bool = False
    """It also does what it should with a few hundred rows of whatever data: for the tests."""
    form: Literal["ipynb", "script", "py", "txt", "bom", "utf-16", "nbformat3", "stub"] = "ipynb"

    @property
    def cells(self) -> list[Cell]:
        """In their order."""
        return list(cells_of(self.text))

    @property
    def expectation(self) -> dict[str, Any]:
        """As JSON has it; cells are numbers of code cells, from 1."""
        code = [cell for cell in self.cells if cell.is_code]
        return {
            "chosen": self.chosen,
            "sealed": self.sealed,
            "runs": self.runs,
            "needs": self.needs,
            "apart": [number for number, cell in enumerate(code, 1) if cell.apart],
            "fails": [number for number, cell in enumerate(code, 1) if cell.fails],
        }

    def write(self, folder: Path) -> Path:
        """Write the file into the folder, and what is expected beside it."""
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / f"{self.name}{'.' + self.form if self.form in {'py', 'txt'} else '.ipynb'}"
        path.write_bytes(self.content)
        path.with_name(f"{path.name}.expected.json").write_text(json.dumps(self.expectation, indent=1))
        return path

    @property
    def content(self) -> bytes:
        """Of the file."""
        if self.form in {"script", "py", "txt"}:
            return "\n\n".join(cell.source for cell in self.cells).encode()
        notebook = as_notebook(self.cells)
        if self.form == "nbformat3":
            return nbformat.v3.writes_json(nbformat.convert(nbformat.from_dict(notebook), 3)).encode()
        if self.form == "stub":
            notebook["cells"] = []
        text = json.dumps(notebook, ensure_ascii=False)
        return text.encode({"bom": "utf-8-sig", "utf-16": "utf-16"}.get(self.form, "utf-8"))


def cells_of(text: str) -> Iterator[Cell]:
    """The cells of a text in the percent format."""
    heading, lines = None, []
    for line in [*text.strip().splitlines(), "# %%"]:
        if not (found := HEADING.match(line)):
            lines.append(line)
            continue
        if heading is not None:
            yield Cell(
                "\n".join(lines).strip("\n"),
                is_code=not heading["markdown"],
                apart=bool(heading["apart"]),
                fails=bool(heading["fails"]),
                count=int(heading["count"]) if heading["count"] else None,
                printed=heading["printed"] or "",
            )
        heading, lines = found, []


def as_notebook(cells: list[Cell]) -> dict[str, Any]:
    """nbformat 4.0, as Colab and old Jupyters write it: no ids, no version of the language."""
    number, made = 0, []
    for cell in cells:
        lines = cell.source.splitlines(keepends=True)
        if not cell.is_code:
            made.append({"cell_type": "markdown", "metadata": {}, "source": lines})
            continue
        number += 1
        count = cell.count or number
        out = cell.printed.encode().decode("unicode_escape")
        stream: dict[str, Any] = {"output_type": "stream", "name": "stdout", "text": [f"{out}\n"]}
        if out.startswith("Error: "):
            kind, _, message = out.removeprefix("Error: ").partition(": ")
            stream = {"output_type": "error", "ename": kind, "evalue": message, "traceback": [f"{kind}: {message}"]}
        made.append(
            {
                "cell_type": "code",
                "execution_count": count,
                "metadata": {"id": f"x{number}"},
                "outputs": [stream] if out else [],
                "source": lines,
            }
        )
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3"}, "colab": {"provenance": []}}
    return {"nbformat": 4, "nbformat_minor": 0, "metadata": kernel, "cells": made}

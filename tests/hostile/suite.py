"""The folder of attacks -> an attack for each file, as a notebook, with what its first lines say of it."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import nbformat

HERE = Path(__file__).parent / "attacks"
GROUPS = ("reading", "forging", "breaking")
CELL = re.compile(r"^# %%(.*)\n", re.MULTILINE)
WEAK = " weak"
"""Stands for the cells of weak.py."""


@dataclass(frozen=True)
class Attack:
    """One notebook that tries something."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def group(self) -> str:
        return self.path.parent.name

    @cached_property
    def says(self) -> dict[str, str]:
        """What its first lines say: tries, gets nothing if; slow, always, may earn."""
        head = self.path.read_text().partition("# %%")[0]
        return dict(re.findall(r"^# ([a-z ]+): (.+)$", head, re.MULTILINE))

    def cells(self) -> Iterator[str]:
        _, *parts = CELL.split(self.path.read_text())
        for kind, source in zip(parts[::2], parts[1::2], strict=True):
            yield from Attack(HERE / "weak.py").cells() if kind == WEAK else [source.strip("\n")]

    def write(self, folder: Path) -> None:
        """Write the notebook as a student would hand it in."""
        cells = [nbformat.v4.new_code_cell(source) for source in self.cells()]
        (folder / f"{self.name}.ipynb").write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)))


@dataclass(frozen=True)
class Result:
    """What grading has written of one notebook."""

    folder: Path

    @cached_property
    def evidence(self) -> dict:
        return json.loads((self.folder / "evidence.json").read_text())

    @cached_property
    def grade(self) -> dict:
        return json.loads((self.folder / "grade.json").read_text())

    @property
    def report(self) -> str:
        return (self.folder / "report.html").read_text()

    @property
    def printed(self) -> str:
        errors = [str(cell["error"]) + str(cell["later"]) for cell in self.evidence["cells"]]
        return "\n".join([cell["output"] for cell in self.evidence["cells"]] + errors)

    @property
    def marks(self) -> dict[str, float]:
        """By criterion, without what is left to a person."""
        columns = self.grade["columns"].values()
        return {each["id"]: each["marks"] or 0 for column in columns for each in column["criteria"]}


ATTACKS = [Attack(path) for group in GROUPS for path in sorted((HERE / group).glob("*.py"))]

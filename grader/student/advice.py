"""What a student is told of a notebook before it is handed in: one record for the terminal, the page and JSON."""

from typing import Annotated, Literal

from pydantic import Field

from grader.fields import Line, Name, Record

Status = Literal["passed", "not yet", "cannot tell"]
SIGNS: dict[Status, str] = {"passed": "✓", "not yet": "✗", "cannot tell": "?"}
"""Beside the words, so that no colour is needed."""
FindingKind = Literal[
    "nothing-to-run",
    "cannot-be-read",
    "undefined-name",
    "missing-module",
    "stops",
    "still-empty",
    "no-network",
    "no-training",
    "no-answer",
    "no-conclusion",
    "out-of-order",
    "never-run",
    "saved-error",
    "old-name",
    "file-of-this-machine",
    "other-layers",
    "worth-asking",
]


class Finding(Record):
    """Something in the notebook that a student should know, whether a check looks at it or not."""

    kind: FindingKind
    gravity: Literal["mend", "look"]
    """mend: something does not work or is missing; look: it may be meant so."""
    cell: int | None = None
    """Number of the code cell: In [n] after "Restart and run all"."""
    line: int | None = None
    """In the cell, counted from 1."""
    found: Line
    """What is wrong."""
    matters: Line
    """Why."""
    hint: Line
    """The next step."""

    @property
    def where(self) -> str:
        """Cell and line in words; empty where it concerns the whole notebook."""
        line = f", line {self.line}" if self.line else ""
        return f"Cell {self.cell}{line}" if self.cell else ""

    @property
    def sentence(self) -> str:
        """Where and what."""
        return f"{self.where}: {self.found}" if self.where else self.found


class Told(Record):
    """A check that students may see, and how the notebook does in it."""

    id: Name
    title: Line
    """What the check asks, in a sentence."""
    status: Status
    expected: Line
    found: Line
    hint: Line = ""
    """What to do."""

    @property
    def sign(self) -> str:
        """One sign for the status."""
        return SIGNS[self.status]


class Range(Record):
    """What a column of the record sheet may come to."""

    column: Name
    least: Annotated[float, Field(ge=0)]
    most: Annotated[float, Field(ge=0)]
    out_of: float
    because: Line
    """Why it is no single number, or why it is one."""


class SelfCheck(Record):
    """Everything that a student is told of a notebook."""

    notebook: Name
    assignment: Name
    title: Line
    """Of the assignment."""
    ran: bool
    """False while only the file was read."""
    summary: Line
    """In its first sentence the cause of what fails, if anything does."""
    checks: list[Told] = []
    findings: list[Finding] = []
    columns: list[Range] = []
    notes: list[Line] = []
    """About this check itself, for example which data it used."""
    words: dict[Name, Line] = {}
    """Technical words that occur above, each with its meaning."""

    @property
    def passes(self) -> bool:
        """Whether all visible checks pass."""
        return bool(self.checks) and all(check.status == "passed" for check in self.checks)

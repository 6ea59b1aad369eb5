"""What a notebook asked for and was given something else for, or nothing -> facts for the report, each with its cell.

There is one notebook in a kernel, so there is one `notes` in the process.
"""

import os
import sys
import sysconfig
from dataclasses import dataclass, field
from typing import Any

MOST_NOTES = 200
CLIP = 500
LIBRARIES = tuple(f"{sysconfig.get_path(name)}{os.sep}" for name in ("stdlib", "purelib", "platlib"))
MACHINERY = ("importlib", *(f"grader.inside.{name}" for name in ("imports", "notes", "ways", "old_")))


@dataclass
class Notes:
    """Noted once each."""

    cell: int | None = None
    """Number of the cell that runs."""
    refused_data: str | None = None
    """The data set that was asked for last, where it is not served here."""
    old_names: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By the old name, in the fields of `grader.records.OldName`."""
    substitutes: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By the sentence, in the fields of `grader.records.Substitute`."""

    def old_name(self, old: str, today: str, dropped_in: str, *, runs_as_is: bool) -> None:
        """A name was used that the libraries no longer have."""
        if len(self.old_names) < MOST_NOTES:
            facts = {"old": old, "today": today, "dropped_in": dropped_in, "runs_as_is": runs_as_is, "cell": self.cell}
            self.old_names.setdefault(old, facts)

    def substitute(self, sentence: str) -> None:
        """Something was not done, or done in another way."""
        sentence = sentence if len(sentence) <= CLIP else f"{sentence[:CLIP]} ..."
        if len(self.substitutes) < MOST_NOTES:
            self.substitutes.setdefault(sentence, {"sentence": sentence, "cell": self.cell})

    def facts(self) -> dict[str, Any]:
        """Everything, as record.json has it."""
        return {"old_names": list(self.old_names.values()), "substitutes": list(self.substitutes.values())}


notes = Notes()


def asked_by_notebook() -> bool:
    """Whether the call comes from code of the notebook's, not from a library that looks what there is, nor from us."""
    frame = sys._getframe(1)
    while frame.f_back and frame.f_globals.get("__name__", "").startswith(MACHINERY):
        frame = frame.f_back
    ours = frame.f_globals.get("__name__", "").startswith("grader.inside.")
    return not ours and not frame.f_code.co_filename.startswith((*LIBRARIES, "<frozen"))

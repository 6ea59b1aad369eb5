"""A solution notebook and reference/<name>/mutants.toml -> mutants: copies with one known fault each."""

from copy import deepcopy
from typing import TYPE_CHECKING, Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from grader.courses.course import Course
from grader.courses.reference import Threshold
from grader.courses.rubric import read_toml
from grader.courses.sheet import Assignment
from grader.fields import Line, Name, Record, Text

if TYPE_CHECKING:  # see grader.submissions.collect
    from nbformat import NotebookNode

LEAST = 8


class Change(Record):
    """Words of a notebook, and what takes their place."""

    old: Annotated[Text, StringConstraints(min_length=1)]
    """Replaced wherever it stands, in cells of code and of text; it must stand somewhere."""
    new: Text = ""


class Mutant(Record):
    """A fault, and the checks that must notice it."""

    name: Name
    title: Line
    """What is wrong, in a sentence."""
    changes: Annotated[list[Change], Field(min_length=1)]
    fails: list[Name]
    """Checks that must cost marks. One that is run for each network has the network's name too: test_loss[cnn]."""
    undecided: list[Name] = []
    """Checks that must leave it to a person. Every other check must pass."""


class Mutants(Record):
    """What the first solution of an assignment is tested with."""

    quick: list[Change] = []
    """What shortens a training that takes long, or that the few rows of the stand-in are not enough for. Made in every
    mutant; with these changes alone every check must pass."""
    thresholds: dict[Name, dict[Name, Threshold]] = {}
    """By documented model and metric: those of results that the quick training has moved away from the calibrated."""
    mutants: Annotated[list[Mutant], Field(min_length=LEAST)]

    @model_validator(mode="after")
    def names_differ(self) -> Self:
        """A report names a mutant."""
        names = [mutant.name for mutant in self.mutants]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"Expected every mutant once. Received more than once: {twice[0]}")
        return self


def read_mutants(course: Course, assignment: Assignment) -> Mutants:
    """The mutants of an assignment. Raises `TeacherError` with file and key."""
    return read_toml(course.reference_folder(assignment) / "mutants.toml", Mutants)


def mutate(notebook: "NotebookNode", changes: list[Change]) -> tuple["NotebookNode", list[int]]:
    """A copy with the changes made, one after the other; and which of them found nothing to change, from 0."""
    copy, idle = deepcopy(notebook), []
    for number, change in enumerate(changes):
        cells = [cell for cell in copy.cells if change.old in cell.source]
        for cell in cells:
            cell.source = cell.source.replace(change.old, change.new)
        if not cells:
            idle.append(number)
    return copy, idle

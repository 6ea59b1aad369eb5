"""A folder of results, as `grader grade` writes it -> the students in it, with what is needed to question them."""

import ast
import warnings
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import ValidationError

from grader.errors import TeacherError, UsageError
from grader.records import Evidence, Grade
from grader.submissions.collect import Collected, collect

MOST_FILES = 5_000
LEAST_STATEMENTS = 5
"""A shorter cell may well be the same by chance."""
HANDED_OUT = 0.25
"""A cell that so many of a class have comes from a source that all were given."""
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True)
class Student:
    """One graded submission."""

    grade: Grade
    evidence: Evidence
    collected: Collected

    @cached_property
    def cells(self) -> list[str]:
        """Code of the notebook, cell by cell."""
        return code_of(self.collected)


def code_of(collected: Collected) -> list[str]:
    """Its code cells."""
    return [cell["source"] for cell in collected.notebook["cells"] if cell["cell_type"] == "code"]


def read_results(folder: Path) -> list[Student]:
    """The students below a folder, by their names; it may be the folder of one of them.

    Raises:
        UsageError: there is no result.
        TeacherError: a result cannot be read.

    """
    paths = sorted(folder.rglob("grade.json"))[:MOST_FILES]
    if not paths:
        raise UsageError(
            f"Expected results of `grader grade` in {folder}. Found no grade.json there or below. Grade first."
        )
    return sorted((read_student(path.parent) for path in paths), key=lambda each: each.grade.student.casefold())


def read_student(folder: Path) -> Student:
    """One student's folder. Raises TeacherError."""
    try:
        grade = Grade.model_validate_json((folder / "grade.json").read_bytes())
        evidence = Evidence.model_validate_json((folder / "evidence.json").read_bytes())
    except (OSError, ValidationError) as error:
        first = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error.strerror
        raise TeacherError(
            f"Expected grade.json and evidence.json in {folder}. Found: {first}. Grade it again."
        ) from None
    collected = collect(folder / "submission.ipynb", grade.assignment, grade.student, None, None)
    return Student(grade, evidence, collected)


def shared_cells(students: Sequence[Student], starters: dict[str, frozenset[str]]) -> list[frozenset[int]]:
    """For each student the numbers of the cells, from 1, that a few others have too, comments and spacing aside.

    Args:
        students: of a class.
        starters: by assignment, the lines that all were given.

    """
    holders: dict[tuple[str, str], set[int]] = defaultdict(set)
    prints: list[dict[int, tuple[str, str]]] = []
    sizes: dict[str, int] = defaultdict(int)
    for at, student in enumerate(students):
        name = student.grade.assignment
        sizes[name] += 1
        own = {number: print_of(cell, starters[name]) for number, cell in enumerate(student.cells, start=1)}
        prints.append({number: (name, found) for number, found in own.items() if found})
        for key in prints[-1].values():
            holders[key].add(at)
    return [
        frozenset(number for number, key in own.items() if 2 <= len(holders[key]) <= max(2, HANDED_OUT * sizes[key[0]]))
        for own in prints
    ]


def print_of(source: str, starter: frozenset[str]) -> str:
    """What a cell does, without comments and spacing; empty where it is short, given, or no Python."""
    own = "\n".join(line for line in source.splitlines() if line.strip() not in starter)
    if len(own.splitlines()) < LEAST_STATEMENTS:
        return ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
            return ast.dump(tree) if len(tree.body) >= LEAST_STATEMENTS else ""
    except UNREADABLE:
        return ""

"""A folder of results -> the students in it, with what is needed to question them."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from grader.pages.results import read_result, result_folders
from grader.records import Evidence, Grade
from grader.submissions.collect import Collected, collect


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


def read_students(folder: Path) -> list[Student]:
    """The students in a folder, by their names; it may be the folder of one of them.

    Raises:
        UsageError: there is no result.
        TeacherError: a result cannot be read.

    """
    folders = [folder] if (folder / "grade.json").exists() else result_folders(folder)
    return sorted(map(read_student, folders), key=lambda each: each.grade.student.casefold())


def read_student(folder: Path) -> Student:
    """One student's folder. Raises TeacherError."""
    result = read_result(folder)
    submission = folder / "submission.ipynb"
    return Student(
        result.grade, result.evidence, collect(submission, result.grade.assignment, result.grade.student, None, None)
    )

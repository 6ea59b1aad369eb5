"""What `grader viva` is asked for -> the files of a class, of one notebook, or of a bank."""

from pathlib import Path
from typing import Literal

from grader.courses.course import Course, bundled
from grader.errors import UsageError
from grader.pages.report import WRITTEN
from grader.pipeline import agree, grade_notebook, open_desk
from grader.viva.pack import write_bank, write_pack
from grader.viva.sheets import bank_sheet, make_sheets, subject
from grader.viva.students import read_students


def make_pack(
    folder: Path | None,
    results: Path | None,
    assignment: str | None,
    isolation: Literal["wall", "none"],
    questions: int | None,
    seed: int,
    out: Path,
) -> list[Path]:
    """Write the sheets of all students in the results, or of one notebook, which is graded first.

    Raises:
        UsageError: there are no results, or a notebook comes without the name of its assignment.
        TeacherError: a result cannot be read, or a sheet not written.

    """
    if results is None:
        raise UsageError("Expected a folder of results, a notebook, or --bank NAME. Received: none of them.")
    if results.is_file():
        results = graded(folder, results, assignment, isolation, out)
    course, students = Course(folder or bundled()), read_students(results)
    sheets = make_sheets(students, course, questions, seed)
    column = course.rubric(course.assignment(students[0].grade.assignment)).viva.column
    return write_pack(sheets, out, column, [student.evidence.answers for student in students], WRITTEN)


def graded(
    folder: Path | None, notebook: Path, assignment: str | None, isolation: Literal["wall", "none"], out: Path
) -> Path:
    """Grade a notebook; return the folder of its results."""
    if assignment is None:
        raise UsageError(f"Expected --assignment NAME with the notebook {notebook}. Received: none.")
    with open_desk(folder, assignment, isolation) as desk:
        agree(desk)
        return grade_notebook(notebook, desk, out / "results").folder


def make_bank(folder: Path | None, name: str, out: Path) -> list[Path]:
    """Write the bank of an assignment. Raises UsageError where there is none of that name."""
    return write_bank(bank_sheet(subject(Course(folder or bundled()), name)), out)

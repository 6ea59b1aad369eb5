"""Hand-made grades for the tests of the gradebook: the lab manual's columns, without a notebook being run."""

from datetime import UTC, datetime
from pathlib import Path

from grader.courses.course import Course, bundled
from grader.courses.rubric import Rubric
from grader.gradebook.book import Filed, Gradebook
from grader.gradebook.marks import import_marks
from grader.marking.score import score_column, total_of
from grader.records import CheckResult, Grade, RunSummary, Submission

DUE = datetime(2026, 11, 20, 17, tzinfo=UTC)
RUBRIC: Rubric = Course(bundled()).rubric(Course(bundled()).assignment("fashion-mnist"))
HEADING = "student,assignment,column,marks,remark\n"


def submission(student: str, assignment: str = "fashion-mnist", id_: str = "", email: str = "") -> Submission:
    return Submission(
        student=student,
        id=id_,
        email=email,
        assignment=assignment,
        path=f"in/{student}.ipynb",
        sha256="0" * 64,
        submitted_at=DUE.replace(hour=12),
        due_at=DUE,
    )


def check(criterion: str, share: float, status: str = "passed") -> CheckResult:
    return CheckResult(
        id=f"test_{criterion}",
        title=f"Is the {criterion} right?",
        criterion=criterion,
        visibility="hidden",
        status=status,
        share=share,
        expected="this",
        found="that",
    )


def grade(handed_in: Submission, **shares: float | None) -> Grade:
    """Every criterion in full but for those named; None leaves one undecided."""
    named = {name.replace("_", "-"): share for name, share in shares.items()}
    ids = [criterion.id for column in RUBRIC.columns for criterion in column.criteria]
    earned = {each: named.get(each, 1.0) for each in ids}
    checks = [
        check(each, 0, "undecided") if share is None else check(each, share, "passed" if share == 1 else "partial")
        for each, share in earned.items()
    ]
    columns = {scheme.name: score_column(scheme, checks, RUBRIC, handed_in) for scheme in RUBRIC.columns}
    run = RunSummary(status="finished", seconds=2, training_seconds=1)
    total = total_of(columns, RUBRIC.out_of)
    return Grade(student=handed_in.student, assignment=handed_in.assignment, columns=columns, total=total, run=run)


def record(
    book: Gradebook,
    student: str,
    assignment: str = "fashion-mnist",
    *,
    id_: str = "",
    email: str = "",
    **shares: float | None,
) -> Grade:
    """File a grade and give back the one that counts."""
    handed_in = submission(student, assignment, id_, email)
    return book.record(handed_in, grade(handed_in, **shares), RUBRIC)


def enter(book: Gradebook, folder: Path, *rows: str) -> list[str]:
    """Import these rows; the lines of those that were rejected."""
    file = folder / "marks.csv"
    file.write_text(HEADING + "\n".join(rows), encoding="utf-8")
    return import_marks(book, file).rejected


def only(book: Gradebook) -> Filed:
    """The one submission of the book."""
    (filed,) = book.filed()
    return filed

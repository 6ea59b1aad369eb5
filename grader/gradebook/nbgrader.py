"""The class's grades -> the CSV that `nbgrader export` writes, heading by heading."""

from collections.abc import Sequence
from datetime import UTC, datetime

from grader.gradebook.book import Filed
from grader.gradebook.spreadsheet import Cell, csv_text

HEADINGS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)


def nbgrader_csv(class_: Sequence[Filed]) -> bytes:
    """A row for each submission. A score is empty while marks are pending; lateness costs marks of its own column."""
    rows: list[Sequence[Cell]] = [HEADINGS]
    for filed in class_:
        grade, submission = filed.grade, filed.submission
        score = None if grade.total.pending else grade.total.marks
        student = submission.id or submission.student
        times = [naive(submission.due_at), naive(submission.submitted_at)]
        rows.append(
            [
                grade.assignment,
                *times,
                student,
                None,
                None,
                submission.email or None,
                score,
                0.0,
                score,
                grade.total.out_of,
            ]
        )
    return csv_text(rows).removeprefix("\ufeff").encode()


def naive(moment: datetime | None) -> str | None:
    """A time as nbgrader keeps it: UTC, without a zone."""
    return str(moment.astimezone(UTC).replace(tzinfo=None)) if moment else None

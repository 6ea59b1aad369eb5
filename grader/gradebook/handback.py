"""The gradebook -> a file that a spreadsheet or a learning platform takes: what `grader export` does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageError
from grader.gradebook.book import Filed, Gradebook
from grader.gradebook.canvas import fill_gradebook
from grader.gradebook.gradescope import results
from grader.gradebook.moodle import feedback_zip, fill_worksheet
from grader.gradebook.nbgrader import nbgrader_csv
from grader.gradebook.spreadsheet import class_table, csv_text, excel_bytes
from grader.gradebook.worksheet import Filled, read_worksheet
from grader.submissions.collect import folder_name
from grader.writing import write_whole

NAMES = {
    "csv": "gradebook.csv",
    "excel": "gradebook.xlsx",
    "moodle-worksheet": "moodle-worksheet.csv",
    "moodle-feedback": "moodle-feedback.zip",
    "canvas": "canvas.csv",
    "nbgrader": "nbgrader.csv",
    "gradescope": "gradescope",
}
"""What can be written, and its name in the results folder."""
OF_SEVERAL = {"csv", "excel", "nbgrader"}
"""What holds several assignments."""


@dataclass(frozen=True)
class Wish:
    """What a teacher asks for."""

    to: str
    """A key of NAMES."""
    out: Path
    """The results folder, with a folder for each student."""
    assignment: str | None = None
    worksheet: Path | None = None
    """The teacher's own download from Moodle or Canvas."""
    column: str | None = None
    """Heading of the grade in it."""
    comments: str | None = None
    """Heading of the feedback comments in it."""
    file: Path | None = None
    """Where to write."""


def export(book: Gradebook, wish: Wish) -> tuple[Path, list[str]]:
    """Write what is wished; where it is, and what the teacher should know of it. Raises UsageError, TeacherError."""
    target = wish.file or wish.out / NAMES[wish.to]
    if wish.worksheet and target.exists() and target.samefile(wish.worksheet):
        raise UsageError(f"Expected another file than the download to write. Received: {target}. Name one with --file.")
    class_ = held(book, wish)
    if wish.to == "gradescope":
        for filed in class_:
            folder = target / folder_name(filed.grade.student)
            folder.mkdir(parents=True, exist_ok=True)
            write_whole(folder / "results.json", results(filed.grade))
        return target, []
    filled = WRITERS[wish.to](class_, wish)
    write_whole(target, filled.data)
    return target, filled.notes


def held(book: Gradebook, wish: Wish) -> Sequence[Filed]:
    """What the gradebook holds of the assignment, or of the only one there is. Raises UsageError."""
    class_ = book.filed()
    names = sorted({filed.grade.assignment for filed in class_})
    if wish.assignment is None and (len(names) == 1 or (names and wish.to in OF_SEVERAL)):
        return class_
    if wish.assignment not in names:
        found = f"`{wish.assignment}`" if wish.assignment else "none"
        there = f"The gradebook has {', '.join(names)}." if names else "The gradebook is empty; grade first."
        raise UsageError(f"Expected --assignment with a name of the gradebook. Received: {found}. {there}")
    return [filed for filed in class_ if filed.grade.assignment == wish.assignment]


def needed(wish: Wish) -> Path:
    """The teacher's download. Raises UsageError."""
    if wish.worksheet is None:
        raise UsageError(f"Expected --worksheet with your own download for {wish.to}. Received: none.")
    return wish.worksheet


WRITERS: dict[str, Callable[[Sequence[Filed], Wish], Filled]] = {
    "csv": lambda class_, wish: Filled(csv_text(class_table(class_)).encode(), []),
    "excel": lambda class_, wish: Filled(excel_bytes(class_table(class_)), []),
    "nbgrader": lambda class_, wish: Filled(nbgrader_csv(class_), []),
    "canvas": lambda class_, wish: fill_gradebook(class_, read_worksheet(needed(wish)), wish.column),
    "moodle-worksheet": lambda class_, wish: fill_worksheet(
        class_, read_worksheet(needed(wish)), wish.column, wish.comments
    ),
    "moodle-feedback": lambda class_, wish: feedback_zip(class_, wish.out, read_worksheet(needed(wish)), wish.column),
}

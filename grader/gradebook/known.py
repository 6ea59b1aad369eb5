"""Students who hand in -> the same students as the gradebook has them, by whatever name it first knew them.

A name changes when a class list comes, or a namesake. What was entered stays with the student whose it is.
"""

from collections.abc import Sequence
from pathlib import Path

from grader.errors import UsageError
from grader.gradebook.book import Gradebook, student_row, submission_rows
from grader.gradebook.tables import SubmissionRow
from grader.submissions.collect import folder_name
from grader.submissions.handed import HandedIn
from grader.submissions.roster import squeezed


def take_over(book: Gradebook, out: Path, assignment: str, class_: Sequence[HandedIn]) -> dict[str, UsageError]:
    """Give what is filed under former names, and its folders, to today's; who is somebody else of a name in the book.

    Raises:
        TeacherError: the database refuses.

    """
    today = {handed.student for handed in class_}
    others: dict[str, UsageError] = {}
    with book.transaction() as session:
        held = {row.student.name: row for row in submission_rows(session, assignment)}
        for handed in class_:
            if row := held.get(handed.student):
                if is_other(row, handed):
                    others[handed.student] = UsageError(
                        f"Expected the student whom the gradebook has by this name, with the id {row.record['id']}. "
                        f"Found one with the id {handed.ids[0]}. If they are two, name the submissions of both in one "
                        "command, so that they are told apart. If it is one, give the --roster of the last time."
                    )
                continue
            for name in [name for name in held if name not in today and is_same(held[name], handed)][:1]:
                move_folder(out, name, handed.student)
                held.pop(name).student = student_row(session, handed.student)
    return others


def is_other(row: SubmissionRow, handed: HandedIn) -> bool:
    """Whether somebody of the same name is another: by the id, where another archive has it.

    In one archive namesakes are told apart already, and another id there comes of another class list.
    """
    return bool(row.record["id"] and handed.ids) and row.record["id"] not in handed.ids and not is_in(row, handed)


def is_same(row: SubmissionRow, handed: HandedIn) -> bool:
    """Whether what is filed is the same student's: by name and id, else by name and the place where it was found."""
    name, identity = row.student.name, row.record["id"]
    if identity:
        spelled = squeezed(name.removesuffix(f" - {identity}"))
        alike = not spelled.isdisjoint(squeezed(handed.student) | squeezed(handed.own_name))
        return identity in handed.ids and alike
    return name == handed.own_name and is_in(row, handed)


def is_in(row: SubmissionRow, handed: HandedIn) -> bool:
    """Whether both were found in one place."""
    return f"{row.record['path']}: ".startswith(f"{handed.where}: ")


def move_folder(out: Path, former: str, today: str) -> None:
    """Give the student's folder today's name, unless there is one."""
    old, new = out / folder_name(former), out / folder_name(today)
    if old.is_dir() and not new.exists():
        old.rename(new)

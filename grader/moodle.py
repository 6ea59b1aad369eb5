"""The class's grades -> what Moodle takes back: the teacher's own grading worksheet, filled in, and feedback files.

In the worksheet only the grade and the feedback comment of a row are changed. From Identifier and Last modified Moodle
reads whose row it is, and whether somebody changed the grade after the download.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from grader.collect import folder_name
from grader.errors import UsageError
from grader.gradebook import Filed
from grader.records import Grade
from grader.roll import Key, Roll, call, name_key, text_key
from grader.worksheet import Cell, Worksheet

GRADES = {"Grade", "Bewertung", "Note", "Calificación"}
"""Heading of the grade in English, German, French and Spanish."""
COMMENTS = {
    "Feedback comments",
    "Feedback als Kommentar",
    "Feedback par commentaires",
    "Comentarios de retroalimentación",
}
FOLDER = re.compile(r"(?:^|[/\\])([^/\\_]+)_(\d+)_assignsubmission_(?:file|onlinetext)")
"""How Moodle names what it packs for one student: name and participant id."""
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
OURS = "Marks: "
"""How our comments begin; a comment that begins otherwise is a person's."""


@dataclass(frozen=True)
class Handed:
    """What goes back to a platform."""

    data: bytes
    notes: list[str]
    """What the teacher should know: who was left out, and why."""


# -- The worksheet -----------------------------------------------------------------------------------------------------


def fill_worksheet(
    class_: Sequence[Filed], sheet: Worksheet, grade_heading: str | None = None, comment_heading: str | None = None
) -> Handed:
    """The worksheet with the grades of all whose marks are complete, scaled to the maximum that it has.

    Raises:
        UsageError: a column is not there, or the assignment is graded by a scale of words.

    """
    grade_at = column_of(sheet, grade_heading, GRADES, "--column")
    comment_at = comment_column(sheet, comment_heading)
    roll = call(class_, student_keys, sheet_rows(sheet, grade_at))
    notes = left_out(roll)
    changes: dict[Cell, str] = {}
    scaled: set[str] = set()
    for filed, row in roll.found:
        total = filed.grade.total
        maximum = maximum_in(row[grade_at + 1])
        if total.pending:
            continue
        changes[row[grade_at]] = in_style(total.marks * maximum / total.out_of, row[grade_at + 1])
        if maximum != total.out_of:
            scaled.add(f"Totals of {total.out_of:g} were scaled to the {maximum:g} of the worksheet.")
        if comment_at is None:
            continue
        if not row[comment_at].text or row[comment_at].text.startswith(OURS):
            changes[row[comment_at]] = comment(filed.grade)
        else:
            notes.append(f"{filed.grade.student} has a comment in Moodle already, which was kept.")
    if comment_at is None:
        notes.append("The worksheet has no column of feedback comments that we know; --comment-column names one.")
    return Handed(sheet.with_cells(changes), [*notes, *sorted(scaled)])


def column_of(sheet: Worksheet, given: str | None, known: set[str], option: str) -> int:
    """Number of the column with the given heading, or with one that Moodle is known to give it. Raises UsageError."""
    wanted = {given} if given else known
    places = [number for number, heading in enumerate(sheet.headings) if heading in wanted]
    if len(places) != 1:
        raise UsageError(
            f"Expected one column {' or '.join(sorted(wanted))} in the worksheet. Found {', '.join(sheet.headings)}. "
            f"Name it with {option}."
        )
    return places[0]


def comment_column(sheet: Worksheet, given: str | None) -> int | None:
    """Number of the column of feedback comments, which an assignment may do without. Raises UsageError."""
    if given is None and not COMMENTS & set(sheet.headings):
        return None
    return column_of(sheet, given, COMMENTS, "--comment-column")


def sheet_rows(sheet: Worksheet, grade_at: int) -> list[tuple[list[Key], list[Cell]]]:
    """The rows that are whole, by what stands before the grade: Identifier, names, ID number, e-mail address."""
    rows = [row for row in sheet.rows[1:] if len(row) == len(sheet.headings)]
    return [(row_keys([cell.text for cell in row[:grade_at]]), row) for row in rows]


def row_keys(texts: Sequence[str]) -> list[Key]:
    """What a row is known by. A participant id counts with its name alone: it is another one in another assignment."""
    digits = re.search(r"\d+$", texts[0])
    names = [name_key(text) for text in texts[1:2]]
    kept = [*names, name_key(texts[0][: digits.start()])] if digits else []
    return [*(("id", f"{name} {digits[0]}") for _, name in kept if digits), *map(text_key, texts), *names]


def student_keys(filed: Filed) -> list[Key]:
    """What a student is known by: the folder that Moodle packed, then the name."""
    packed = FOLDER.search(filed.submission.path)
    name = filed.grade.student
    own = [("id", f"{name_key(packed[1])[1]} {packed[2]}"), name_key(packed[1])] if packed else []
    return [*own, text_key(name), name_key(name)]


def maximum_in(cell: Cell) -> float:
    """The maximum beside a grade. Raises UsageError."""
    if not NUMBER.fullmatch(cell.text.strip()):
        raise UsageError(
            f"Expected the maximum grade, a number, beside the grade. Found `{cell.text}`. "
            "An assignment with a scale of words takes no marks; choose points in its settings."
        )
    return float(cell.text.replace(",", "."))


def in_style(marks: float, maximum: Cell) -> str:
    """Marks with two decimals, and the decimal sign that the worksheet has."""
    text = f"{marks:.2f}"
    return text.replace(".", ",") if "," in maximum.text else text


def comment(grade: Grade) -> str:
    """The marks of the columns and the remarks, in one line of HTML."""
    columns = [
        f"{name} " + ("pending" if column.pending or column.marks is None else f"{column.marks:g} of {column.out_of:g}")
        for name, column in grade.columns.items()
    ]
    about = [(name, column.remark) for name, column in grade.columns.items()]
    about += [(each.title, each.remark) for column in grade.columns.values() for each in column.criteria]
    remarks = [f"{name}: {remark}" for name, remark in [*about, ("Remark", grade.remark)] if remark]
    return escape(OURS + "; ".join(columns) + ". " + " ".join(remarks), quote=False).strip()


def left_out(roll: Roll[list[Cell]]) -> list[str]:
    """A line for those who have no row, and for those whose marks are not complete."""
    pending = [filed.grade.student for filed, _ in roll.found if filed.grade.total.pending]
    notes = [f"No row of their own: {', '.join(roll.missing)}."] if roll.missing else []
    return notes + ([f"Marks pending, so no grade was written: {', '.join(pending)}."] if pending else [])


# -- Feedback files ----------------------------------------------------------------------------------------------------


def feedback_zip(class_: Sequence[Filed], out: Path, sheet: Worksheet | None = None) -> Handed:
    """Every student's report.html, in the folders that Moodle's “Upload multiple feedback files in a zip” knows.

    The participant ids come from the folders that Moodle packed, or from the worksheet.
    """
    folders = moodle_folders(class_, sheet)
    lost, missing = [], []
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for filed in class_:
            student = filed.grade.student
            page = out / folder_name(student) / "report.html"
            if student not in folders:
                lost.append(student)
            elif not page.is_file():
                missing.append(student)
            else:
                archive.writestr(zipfile.ZipInfo(f"{folders[student]}/report.html"), page.read_bytes())
    notes = [f"No participant id is known of: {', '.join(lost)}. Give --worksheet."] if lost else []
    notes += [f"No report in {out}: {', '.join(missing)}."] if missing else []
    return Handed(packed.getvalue(), notes)


def moodle_folders(class_: Sequence[Filed], sheet: Worksheet | None) -> dict[str, str]:
    """The folder of each student. Before Moodle 4.1 it has to end in an underscore, and later it may."""
    found = {filed.grade.student: FOLDER.search(filed.submission.path) for filed in class_}
    ids = {student: (packed[1], packed[2]) for student, packed in found.items() if packed}
    if sheet is not None:
        rows = sheet_rows(sheet, column_of(sheet, None, GRADES, "--column"))
        for filed, row in call(class_, student_keys, rows).found:
            digits = re.search(r"\d+$", row[0].text)
            if digits:
                ids[filed.grade.student] = (re.sub(r"[_/\\]", " ", row[1].text), digits[0])
    return {student: f"{name}_{number}_assignsubmission_file_" for student, (name, number) in ids.items()}

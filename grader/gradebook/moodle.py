"""The class's grades -> what Moodle takes back: the teacher's own grading worksheet, filled in, and feedback files.

In the worksheet only the grade and the feedback comment of a row are changed. From Identifier and Last modified Moodle
reads whose row it is, and whether somebody changed the grade after the download.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from html import escape
from pathlib import Path

from grader.errors import UsageError
from grader.gradebook.book import Filed
from grader.gradebook.roll import Key, call, keys_of, left_out, without_row
from grader.gradebook.worksheet import Cell, Filled, Worksheet
from grader.records import Grade
from grader.submissions.collect import folder_name

GRADES = {"Grade", "Bewertung", "Note", "Calificación"}
"""Heading of the grade in English, German, French and Spanish."""
COMMENTS = {
    "Feedback comments",
    "Feedback als Kommentar",
    "Feedback par commentaires",
    "Comentarios de retroalimentación",
}
DIGITS = re.compile(r"\d+$")
"""The participant id at the end of an Identifier."""
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
OURS = "Marks: "
"""How our comments begin; a comment that begins otherwise is a person's."""


# -- The worksheet -----------------------------------------------------------------------------------------------------


def fill_worksheet(
    class_: Sequence[Filed], sheet: Worksheet, grade_heading: str | None = None, comment_heading: str | None = None
) -> Filled:
    """The worksheet with the grades of all whose marks are complete, scaled to the maximum that it has.

    Raises:
        UsageError: a column is not there, or the assignment is graded by a scale of words.

    """
    grade_at = column_of(sheet, grade_heading, GRADES, "--column")
    comment_at = comment_column(sheet, comment_heading)
    roll = call(class_, sheet_rows(sheet, grade_at))
    notes = left_out(roll)
    changes: dict[Cell, str] = {}
    scaled: set[str] = set()
    for filed, row in roll.found:
        total = filed.grade.total
        maximum = maximum_in(row[grade_at + 1 :])
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
    return Filled(sheet.with_cells(changes), [*notes, *sorted(scaled)])


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
    """The rows of participants, by what stands before the grade: Identifier, names, ID number, e-mail address."""
    rows = [row for row in sheet.rows[1:] if len(row) == len(sheet.headings) and DIGITS.search(row[0].text)]
    return [(row_keys([cell.text for cell in row[:grade_at]]), row) for row in rows]


def row_keys(texts: Sequence[str]) -> list[Key]:
    """What a row is known by. With blind marking it has no name, and its Identifier is what we call the student."""
    digits = DIGITS.findall(texts[0])
    return keys_of(texts[1:2], [*digits, *texts])


def maximum_in(cells: Sequence[Cell]) -> float:
    """The maximum, which is the first cell after a grade. Raises UsageError."""
    text = cells[0].text if cells else ""
    if not NUMBER.fullmatch(text.strip()):
        raise UsageError(
            f"Expected the maximum grade, a number, beside the grade. Found `{text}`. "
            "An assignment with a scale of words takes no marks; choose points in its settings."
        )
    return float(text.replace(",", "."))


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


# -- Feedback files ----------------------------------------------------------------------------------------------------


def feedback_zip(class_: Sequence[Filed], out: Path, sheet: Worksheet, grade_heading: str | None = None) -> Filled:
    """Every student's report.html, in the folders that Moodle's “Upload multiple feedback files in a zip” knows.

    The worksheet says who is which participant. Raises `UsageError` as `fill_worksheet` does.
    """
    grade_at = column_of(sheet, grade_heading, GRADES, "--column")
    roll = call(class_, sheet_rows(sheet, grade_at))
    notes = without_row(roll)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for filed, row in roll.found:
            page = out / folder_name(filed.grade.student) / "report.html"
            if page.is_file():
                archive.write(page, f"{packed_folder(row)}/report.html")
            else:
                notes.append(f"No report of {filed.grade.student} at {page}.")
    return Filled(packed.getvalue(), notes)


def packed_folder(row: Sequence[Cell]) -> str:
    """The folder of a participant. Moodle reads the number; before 4.1 it also needs the underscore at the end."""
    name = re.sub(r"[_/\\\s]+", " ", row[1].text).strip()
    return f"{name}_{DIGITS.findall(row[0].text)[0]}_assignsubmission_file_"

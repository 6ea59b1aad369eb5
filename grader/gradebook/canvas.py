"""The class's grades -> the teacher's own gradebook CSV of Canvas, with one assignment's column filled in."""

import re
from collections.abc import Sequence

from grader.errors import UsageError
from grader.gradebook.book import Filed
from grader.gradebook.roll import Key, call, keys_of, left_out, name_key
from grader.gradebook.worksheet import Cell, Filled, Worksheet

TITLE_AND_ID = re.compile(r"(.*?)(?: \((\d+)\))?", re.DOTALL)
POINTS = "Points Possible"
NO_STUDENT = re.compile(r"\s*(?:Muted|Manual Posting.*)?\s*", re.IGNORECASE)
KEPT = {"EX", "N/A"}
"""Excused, and not assigned."""
IDS = {"ID", "SIS User ID", "SIS Login ID", "Integration ID"}


def fill_gradebook(class_: Sequence[Filed], sheet: Worksheet, column: str | None = None) -> Filled:
    """The gradebook with the totals of all whose marks are complete, scaled to the points possible.

    `column` is a heading, an assignment's title or its id in Canvas; without it, our name of the assignment.
    Raises `UsageError` where it is no gradebook of Canvas', or has no such column that may be written.
    """
    first = name_columns(sheet)
    at = assignment_column(sheet, column or next((filed.grade.assignment for filed in class_), ""), column is not None)
    points = points_possible(sheet, at)
    rows = [(row_keys(sheet, row, first), row) for row in student_rows(sheet, at)]
    roll = call(class_, rows)
    notes = left_out(roll)
    changes: dict[Cell, str] = {}
    for filed, row in roll.found:
        total = filed.grade.total
        if row[at].text.strip().upper() in KEPT:
            notes.append(f"{filed.grade.student} is {row[at].text.strip()} in Canvas, which was kept.")
        elif not total.pending:
            changes[row[at]] = f"{round(total.marks * (points or total.out_of) / total.out_of, 2):g}"
    scaled = {filed.grade.total.out_of for filed, _ in roll.found} - {points}
    if points and scaled:
        notes.append(f"Totals of {min(scaled):g} were scaled to the {points:g} points of Canvas.")
    return Filled(sheet.with_cells(changes), notes)


def name_columns(sheet: Worksheet) -> int:
    """How many columns the name has. Raises UsageError."""
    headings = sheet.headings
    if headings[:2] == ["LastName", "FirstName"] and headings[2:3] == ["ID"]:
        return 2
    if "Student" in headings[0] and "ID" in headings[1:2] and "Section" in headings:
        return 1
    raise UsageError(
        f"Expected Canvas' gradebook, with the columns Student, ID and Section. Found {', '.join(headings[:6])}. "
        "In Canvas: Grades, Export, Export Entire Gradebook."
    )


def assignment_column(sheet: Worksheet, wanted: str, given: bool) -> int:
    """Number of the assignment's column. Raises UsageError."""
    begin = sheet.headings.index("Section") + 1 if "Section" in sheet.headings else 3
    named = [(number, *title_and_id(heading)) for number, heading in enumerate(sheet.headings)][begin:]
    key = name_key(wanted)
    exact = [number for number, title, id_ in named if wanted in {sheet.headings[number], title, id_}]
    places = exact or [number for number, title, _ in named if not given and name_key(title) == key]
    if len(places) != 1:
        known = ", ".join(sheet.headings[number] for number, _, id_ in named if id_)
        raise UsageError(f"Expected one column `{wanted}` in Canvas' gradebook. Found {known}. Name it with --column.")
    return places[0]


def title_and_id(heading: str) -> tuple[str, str | None]:
    """`Lab 3 (4711)` as `Lab 3` and `4711`."""
    match = TITLE_AND_ID.fullmatch(heading)
    assert match  # every text matches
    return match[1], match[2]


def points_possible(sheet: Worksheet, at: int) -> float | None:
    """What the line Points Possible says of the column; None where it says nothing. Raises UsageError."""
    cell = next((row[at].text for row in sheet.rows[1:4] if POINTS in row[0].text and len(row) > at), "")
    if "read only" in cell:
        raise UsageError(f"Expected a column that Canvas takes back. Found {sheet.headings[at]}, which is read only.")
    return float(cell.replace(",", ".")) if re.fullmatch(r"\s*\d+(?:[.,]\d+)?\s*", cell) else None


def student_rows(sheet: Worksheet, at: int) -> list[list[Cell]]:
    """The rows of students, as long as they reach the column."""
    return [
        row
        for row in sheet.rows[1:]
        if len(row) > at and POINTS not in row[0].text and not all(NO_STUDENT.fullmatch(cell.text) for cell in row)
    ]


def row_keys(sheet: Worksheet, row: Sequence[Cell], first: int) -> list[Key]:
    """What a row is known by: the name, also as Canvas has it in the names of files (`raoasha`), and all ids."""
    ids = [row[number].text for number, heading in enumerate(sheet.headings) if heading in IDS]
    name = " ".join(cell.text for cell in row[:first])
    return keys_of([name, re.sub(r"\W", "", name)], ids)

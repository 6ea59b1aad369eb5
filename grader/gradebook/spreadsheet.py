"""The class's grades -> gradebook.csv and gradebook.xlsx, with the columns of the record sheet.

A spreadsheet runs what begins like a formula, and names come from students: such a text gets an apostrophe before it.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

from grader.gradebook.book import Filed
from grader.records import Column, Total
from grader.writing import write_whole

Cell = str | float | None
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠\t\r\n]")
"""How a text begins that a spreadsheet may take for a formula or a command."""
PENDING = "pending"
WIDEST = 60
"""Characters of a column in Excel."""


def defused(text: str) -> str:
    """The text as no spreadsheet takes it for a formula."""
    return f"'{text}" if FORMULA.match(text) else text


def undefused(text: str) -> str:
    """The text as it was before `defused`."""
    return text[1:] if text.startswith("'") and FORMULA.match(text[1:]) else text


def class_table(class_: Sequence[Filed]) -> list[list[Cell]]:
    """A heading, then a row for each submission. Open marks are the word pending, never a number."""
    names = list(dict.fromkeys(name for filed in class_ for name in filed.grade.columns))
    signatures = dict.fromkeys(filed.signature for filed in class_)
    heading: list[Cell] = ["Student", "Assignment", *names, "Total", " / ".join(signatures)]
    heading += ["Out of", "Decided", "Pending", "Submitted", "Due", "Remark", "To look at"]
    return [heading, *(row_of(filed, names) for filed in class_)]


def row_of(filed: Filed, names: Sequence[str]) -> list[Cell]:
    """One submission."""
    grade, submission = filed.grade, filed.submission
    marks = [decided(grade.columns[name]) if name in grade.columns else None for name in names]
    signed = f"{grade.signed.by}, {grade.signed.at:%d %B %Y}" if grade.signed else None
    times = [
        moment.isoformat(timespec="minutes") if moment else None
        for moment in (submission.submitted_at, submission.due_at)
    ]
    flags = "; ".join(flag.title for flag in grade.flags)
    total = grade.total
    row: list[Cell] = [grade.student, grade.assignment, *marks, decided(total), signed]
    return [*row, total.out_of, total.marks, total.pending, *times, grade.remark or None, flags or None]


def decided(marks: Column | Total) -> Cell:
    """Marks that are whole; the word pending where some are open."""
    return PENDING if marks.pending or marks.marks is None else marks.marks


def write_tables(class_: Sequence[Filed], out: Path) -> None:
    """Write gradebook.csv and gradebook.xlsx into the results folder. Raises TeacherError."""
    table = class_table(class_)
    write_whole(out / "gradebook.csv", csv_text(table).encode())
    write_whole(out / "gradebook.xlsx", excel_bytes(table))


# -- Files -------------------------------------------------------------------------------------------------------------


def csv_text(rows: Iterable[Sequence[Cell]]) -> str:
    """A CSV of RFC 4180; the mark at its beginning tells Excel that it is UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in rows:
        writer.writerow([plain(cell) for cell in row])
    return f"\ufeff{out.getvalue()}"


def plain(cell: Cell) -> str:
    """A cell of a CSV."""
    if isinstance(cell, str):
        return defused(cell)
    return "" if cell is None else f"{cell:g}"


def excel_bytes(rows: Sequence[Sequence[Cell]]) -> bytes:
    """A workbook with one sheet: a heading that stays, columns as wide as what is in them, a filter."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # a new workbook has one
    sheet.title = "Gradebook"
    for row in rows:
        sheet.append([ILLEGAL_CHARACTERS_RE.sub("", defused(cell)) if isinstance(cell, str) else cell for cell in row])
    for heading in sheet[1]:
        heading.font, heading.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    for number, cells in enumerate(zip(*rows, strict=True), start=1):
        longest = max(len(plain(cell)) for cell in cells[1:]) if len(cells) > 1 else 0
        sheet.column_dimensions[get_column_letter(number)].width = min(WIDEST, max(12, longest + 2))
    sheet.freeze_panes = "B2"
    sheet.auto_filter.ref = sheet.dimensions
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()

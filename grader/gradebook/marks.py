"""A teacher's CSV of marks -> entries in the gradebook, all or none, with a sentence for each row that cannot be.

The other way round it writes the same CSV, of what is entered and what is still open, for a teacher to fill in.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar, cast

from rapidfuzz import process

from grader.errors import UsageError
from grader.gradebook.book import Filed, Gradebook, automatic_grade, entries_of, submission_rows
from grader.gradebook.entered import WHOLE, automatic, targets, with_entries
from grader.gradebook.spreadsheet import csv_text, undefused
from grader.gradebook.tables import EntryRow, MarksRow, OverrideRow, RemarkRow, SignOffRow, SubmissionRow, VivaMarkRow
from grader.records import Column, Criterion, Grade

HEADINGS = ("student", "assignment", "column", "marks", "remark")
ALIASES = {"criterion": "column", "column or criterion": "column"}
SIGN_OFF = "sign-off"
TAKE_BACK = "-"
NUMBER = re.compile(r"\d+(?:[.,]\d+)?")
REMARK_CHARACTERS = 2_000
NAME_CHARACTERS = 200
AnyEntry = TypeVar("AnyEntry", bound=EntryRow)


@dataclass(frozen=True)
class Row:
    """A row of the CSV."""

    line: int
    student: str
    assignment: str
    column: str
    """A column of the record sheet, the id of a criterion, sign-off, or empty: the whole sheet."""
    marks: str
    remark: str


class RejectedError(Exception):
    """The row cannot be entered; the message says what was expected, what was found, and the next step."""


@dataclass
class Imported:
    """What became of a CSV."""

    changes: list[str] = field(default_factory=list)
    """A line for each."""
    rejected: list[str] = field(default_factory=list)
    """A line for each row. If there is any, nothing was entered."""
    empty: int = 0
    """Rows without marks and without a remark."""
    touched: set[tuple[str, str]] = field(default_factory=set)
    """Student and assignment of what was entered."""


def import_marks(book: Gradebook, path: Path, *, dry_run: bool = False) -> Imported:
    """Enter what the CSV says, in one transaction; with `dry_run`, or where a row is rejected, enter nothing.

    Raises:
        UsageError: it is no CSV with the columns of HEADINGS.
        TeacherError: the database refuses.

    """
    rows = read_rows(path)
    told = Imported(empty=sum(not row.marks and not row.remark for row in rows))
    full = [row for row in rows if row.marks or row.remark]
    seen: dict[tuple[int, str], int] = {}
    with book.transaction() as session:
        held = submission_rows(session)
        for row in sorted(full, key=lambda row: fold(row.column) == SIGN_OFF):  # who signs has seen the other marks
            try:
                submission = find_submission(row, held)
                target = find_target(row.column, automatic_grade(submission))
                earlier = seen.setdefault((submission.id, target), row.line)
                if earlier != row.line:
                    raise RejectedError(
                        f"Expected one row for {target or 'the whole'}. Found another in line {earlier}."
                    )
                told.changes.append(f"{row.student}, {row.assignment}: {enter(row, target, submission)}")
                told.touched.add((submission.student.name, submission.assignment.name))
            except RejectedError as rejected:
                told.rejected.append(f"{path.name}, line {row.line}: {rejected}")
        if told.rejected or dry_run:
            session.rollback()
    return told


# -- Reading -----------------------------------------------------------------------------------------------------------


def read_rows(path: Path) -> list[Row]:
    """The rows of a CSV with commas, semicolons or tabs, in UTF-8 or as Excel's "Unicode text". Raises UsageError."""
    text = read_text(path)
    head = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[Row] = []
    try:
        named = [ALIASES.get(name, name) for name in (fold(cell) for cell in next(reader, []))]
        if missing := [name for name in HEADINGS[:4] if name not in named]:
            raise UsageError(
                f"Expected the columns {', '.join(HEADINGS)} in {path}. Found no column `{missing[0]}`. "
                "To begin with a file that has them: grader marks export FILE"
            )
        line = reader.line_num + 1
        for cells in reader:
            if any(cell.strip() for cell in cells):
                cells_by_name = dict(zip(named, map(cleaned, cells), strict=False))
                rows.append(Row(line, **{name: cells_by_name.get(name, "") for name in HEADINGS}))
            line = reader.line_num + 1
    except csv.Error as error:
        raise UsageError(f"Expected a CSV at {path}. Found in line {reader.line_num}: {error}") from None
    return rows


def read_text(path: Path) -> str:
    """The file as text. Raises UsageError."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UsageError(f"Expected a file that can be read at {path}. Found: {error.strerror}") from None
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        raise UsageError(
            f"Expected {path} in UTF-8. Found another encoding. In Excel: Save as, then “CSV UTF-8”."
        ) from None


def cleaned(cell: str) -> str:
    """A cell in one line, without the sign that kept a spreadsheet from taking it for a formula."""
    return undefused(" ".join(cell.split()))


def fold(text: str) -> str:
    """Text in which neither case, blanks nor the way of writing an accent make a difference."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


# -- Finding what a row is about ---------------------------------------------------------------------------------------


def find_submission(row: Row, held: Sequence[SubmissionRow]) -> SubmissionRow:
    """The submission that the row names. Raises RejectedError."""
    name = find(row.student, {each.student.name for each in held}, "a student of the gradebook")
    assignment = find(row.assignment, {each.assignment.name for each in held}, "an assignment of the gradebook")
    own = {each.assignment.name: each for each in held if each.student.name == name}
    if assignment not in own:
        raise RejectedError(
            f"Expected a submission of {name} for {assignment}. Found {' and '.join(sorted(own))}. Grade it first."
        )
    return own[assignment]


def find_target(column: str, grade: Grade) -> str:
    """What the row is about: a name of `targets`, sign-off, or WHOLE. Raises RejectedError."""
    if fold(column) in {"", SIGN_OFF}:
        return fold(column)
    if fold(column) == "total":
        raise RejectedError("Expected a column that carries marks. Found Total, their sum. Enter the columns instead.")
    return find(column, targets(grade), "a column or a criterion of the record sheet")


def find(text: str, names: Iterable[str], expected: str) -> str:
    """The one of the names that is meant. Raises RejectedError."""
    known = list(names)
    if text in known:
        return text
    alike = [name for name in known if fold(name) == fold(text)]
    if len(alike) == 1:
        return alike[0]
    close = process.extractOne(text, known)
    meant = f"Did you mean `{close[0]}`?" if close else "The gradebook is empty; grade first."
    raise RejectedError(f"Expected {expected}. Found `{text}`. {meant}")


# -- Entering ----------------------------------------------------------------------------------------------------------


def enter(row: Row, target: str, submission: SubmissionRow) -> str:
    """Enter one row; what it does, in words. Raises RejectedError."""
    if target == SIGN_OFF:
        return sign(row, submission)
    done = [enter_marks(row, target, submission)] if row.marks else []
    if row.remark:
        done.append(enter_remark(row.remark, target, submission))
    return "; ".join(done)


def enter_marks(row: Row, target: str, submission: SubmissionRow) -> str:
    """Enter marks, or take them back."""
    if target == WHOLE:
        raise RejectedError(
            f"Expected a column beside marks. Found {row.marks} and no column. Name it, or leave marks empty."
        )
    grade = automatic_grade(submission)
    own = targets(grade)[target]
    before = targets(with_entries(grade, entries_of(submission)))[target]
    by_person = target in {each.criterion for each in submission.criterion_marks if each.source == "teacher"}
    kept = cast("list[MarksRow]", submission.viva_marks if by_person else submission.overrides)
    entry = held_for(kept, target)
    if row.marks == TAKE_BACK:
        if entry is None:
            raise RejectedError(f"Expected an entry for {target} to take back. Found none. Delete the row.")
        kept.remove(entry)
        return f"{target}: {shown(before)} taken back; {shown(own)} again"
    marks = parse_marks(row.marks, target, own.out_of)
    if entry is None:
        entry = VivaMarkRow(target=target) if by_person else OverrideRow(target=target)
        kept.append(entry)
    entry.marks, entry.entered_at = marks, datetime.now(UTC)
    if isinstance(entry, OverrideRow):
        entry.automatic = automatic(own)
    return f"{target}: {marks:g} of {own.out_of:g}, was {shown(before)}"


def enter_remark(remark: str, target: str, submission: SubmissionRow) -> str:
    """Enter a remark, or take it back."""
    about = target or "the whole"
    entry = held_for(submission.remarks, target)
    if remark == TAKE_BACK:
        if entry is None:
            raise RejectedError(f"Expected a remark on {about} to take back. Found none. Delete the row.")
        submission.remarks.remove(entry)
        return f"remark on {about} taken back"
    if len(remark) > REMARK_CHARACTERS:
        raise RejectedError(
            f"Expected a remark of at most {REMARK_CHARACTERS:,} characters. Found {len(remark):,}. Shorten it."
        )
    if entry is None:
        entry = RemarkRow(target=target)
        submission.remarks.append(entry)
    entry.text, entry.entered_at = remark, datetime.now(UTC)
    return f"remark on {about}"


def sign(row: Row, submission: SubmissionRow) -> str:
    """Sign a record sheet, or take the signature back."""
    if row.marks == TAKE_BACK:
        submission.sign_off = None
        return "signature taken back"
    if row.marks or not row.remark or len(row.remark) > NAME_CHARACTERS:
        raise RejectedError(
            f"Expected a sign-off with the name of who signs as its remark, and no marks. Found marks `{row.marks}`, "
            f"remark `{row.remark[:NAME_CHARACTERS]}`. Mend the row."
        )
    total = with_entries(automatic_grade(submission), entries_of(submission)).total
    if total.pending:
        raise RejectedError(
            f"Expected a record sheet without open marks to sign. Found {total.pending:g} pending. Enter them first."
        )
    submission.sign_off = submission.sign_off or SignOffRow()
    signed = submission.sign_off
    signed.name, signed.marks, signed.entered_at = row.remark, total.marks, datetime.now(UTC)
    return f"{total.marks:g} signed by {row.remark}"


def held_for(entries: Iterable[AnyEntry], target: str) -> AnyEntry | None:
    """The entry for a target."""
    return next((each for each in entries if each.target == target), None)


def parse_marks(text: str, target: str, out_of: float) -> float:
    """Marks as written, also with a decimal comma. Raises RejectedError."""
    if not out_of:
        raise RejectedError(
            f"Expected a criterion that carries marks. Found {target}, which is advice. Leave marks empty."
        )
    marks = float(text.replace(",", ".")) if NUMBER.fullmatch(text) else -1.0
    if not 0 <= marks <= out_of:
        raise RejectedError(f"Expected marks from 0 to {out_of:g} for {target}. Found `{text}`. Mend the row.")
    return round(marks, 2)


def shown(target: Criterion | Column) -> str:
    """Marks, or that some are open."""
    marks = automatic(target)
    return "pending" if marks is None else f"{marks:g}"


# -- Writing -----------------------------------------------------------------------------------------------------------


def marks_csv(book: Gradebook, assignment: str | None = None) -> str:
    """What is entered, and what is still open, as a CSV that `import_marks` reads."""
    return csv_text([HEADINGS, *(row for filed in book.filed(assignment) for row in rows_of(filed))])


def rows_of(filed: Filed) -> list[Sequence[str]]:
    """The rows of one submission, in the order of the record sheet."""
    grade = filed.grade
    known: Mapping[str, Criterion | Column] = targets(grade)
    about = [
        (name, f"{each.entered.marks:g}" if each.entered else "", each.remark)
        for name, each in known.items()
        if each.entered or each.remark or (isinstance(each, Criterion) and each.marks is None)
    ]
    about += [(WHOLE, "", grade.remark)] if grade.remark else []
    about += [(SIGN_OFF, "", grade.signed.by)] if grade.signed else []
    return [(grade.student, grade.assignment, *row) for row in about]

"""A CSV that another program wrote -> the same bytes but for a few cells: its writer must find all else as it was.

Python's csv module forgets where a cell stood and how it was quoted, so the cells' places are found here.
"""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import UsageError

csv.field_size_limit(10_000_000)  # characters: Moodle puts whole online texts into a cell
BOM = "\ufeff"
CELL = r'"[^"]*(?:""[^"]*)*"|[^{0}\r\n]*'
"""A cell with quotes, then one without; {0} is the delimiter."""


@dataclass(frozen=True)
class Cell:
    """A cell and its place in the text."""

    start: int
    end: int
    text: str
    """Without its quotes."""


@dataclass(frozen=True)
class Worksheet:
    """A CSV that was read, and where its cells are."""

    text: str
    delimiter: str
    rows: list[list[Cell]]
    """The first is the heading; empty lines are no rows."""

    @property
    def headings(self) -> list[str]:
        """Of the columns."""
        return [cell.text.strip() for cell in self.rows[0]] if self.rows else []

    def with_cells(self, changes: Mapping[Cell, str]) -> bytes:
        """The file with these cells changed, quoted as they were or as they need to be."""
        pieces, done = [], 0
        for cell, text in sorted(changes.items(), key=lambda change: change[0].start):
            was = self.text[cell.start : cell.end]
            pieces += [self.text[done : cell.start], self.quoted(text, was.startswith('"'))]
            done = cell.end
        return "".join([*pieces, self.text[done:]]).encode()

    def quoted(self, text: str, always: bool) -> str:
        """A cell as the file has to have it."""
        if always or any(sign in text for sign in (self.delimiter, '"', "\r", "\n")):
            return '"{}"'.format(text.replace('"', '""'))
        return text


@dataclass(frozen=True)
class Filled:
    """What goes back to a platform."""

    data: bytes
    notes: list[str]
    """What the teacher should know: who was left out, and why."""


def read_worksheet(path: Path) -> Worksheet:
    """The CSV at `path`, with commas, semicolons or tabs, in UTF-8. Raises UsageError."""
    expected = f"Expected the CSV as it was downloaded at {path}. Found"
    try:
        text = path.read_bytes().decode()
    except OSError as error:
        raise UsageError(f"{expected}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise UsageError(
            f"{expected} a file that is not in UTF-8. Download it again and do not save it in Excel."
        ) from None
    begin = len(BOM) if text.startswith(BOM) else 0
    delimiter = max(",;\t", key=text.split("\n", 1)[0].count)
    rows = find_rows(text, begin, delimiter)
    if [[cell.text for cell in row] for row in rows] != read_by_csv(text[begin:], delimiter):
        raise UsageError(f"{expected} quotes that do not match. Download it again.")
    if len(rows) < 2:
        raise UsageError(f"{expected} no line below its heading.")
    return Worksheet(text, delimiter, rows)


def find_rows(text: str, at: int, delimiter: str) -> list[list[Cell]]:
    """The cells from the character `at` on."""
    pattern = re.compile(CELL.format(re.escape(delimiter)))
    rows: list[list[Cell]] = []
    row: list[Cell] = []
    while at < len(text):
        match = pattern.match(text, at)
        assert match  # also an empty cell matches
        row.append(Cell(match.start(), match.end(), unquoted(match[0])))
        at = match.end()
        if text.startswith(delimiter, at):
            at += 1
            if at < len(text):
                continue
            row.append(Cell(at, at, ""))
        at += 2 if text.startswith("\r\n", at) else 1
        if row != [row[0]] or row[0].text:
            rows.append(row)
        row = []
    return rows


def unquoted(raw: str) -> str:
    """What a cell says."""
    quoted = re.fullmatch(r'"((?:[^"]|"")*)"', raw)
    return quoted[1].replace('""', '"') if quoted else raw


def read_by_csv(text: str, delimiter: str) -> list[list[str]]:
    """The cells as Python's csv module reads them: what it does not read alike, we do not touch."""
    try:
        return [row for row in csv.reader(lines_of(text), delimiter=delimiter, strict=True) if row and row != [""]]
    except csv.Error:
        return []


def lines_of(text: str) -> list[str]:
    """The lines with their ends; not str.splitlines, for which more signs end a line than for a CSV."""
    return re.findall(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+", text)

"""A saved output with a table in it, as HTML or as text -> its rows of cells. Only what is plainly a table is read."""

import re
from html.parser import HTMLParser

MOST_ROWS = 2_000
MOST_COLUMNS = 50
MOST_HTML = 500_000
"""Characters that are read."""
FIGURE = re.compile(r"[-+]?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?|NaN")
Row = list[str]


class TableReader(HTMLParser):
    """Collects the cells of all tables."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: list[Row] = []
        self.in_cell = False

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """A row or a cell begins."""
        if tag == "tr" and len(self.rows) < MOST_ROWS:
            self.rows.append([])
        self.in_cell = tag in {"td", "th"} and bool(self.rows) and len(self.rows[-1]) < MOST_COLUMNS
        if self.in_cell:
            self.rows[-1].append("")

    def handle_endtag(self, tag: str) -> None:
        """A cell ends."""
        self.in_cell = self.in_cell and tag not in {"td", "th", "tr", "table"}

    def handle_data(self, data: str) -> None:
        """What stands in a cell."""
        if self.in_cell:
            self.rows[-1][-1] += data.strip()[:100]


def html_rows(html: str) -> list[Row]:
    """The rows of the tables in a page, with the row of names at the top."""
    reader = TableReader()
    reader.feed(html[:MOST_HTML])
    return [row for row in reader.rows if row]


def text_rows(lines: list[str]) -> list[Row]:
    """The rows of a data frame that was printed with numbered rows: names, and below them a number and figures.

    The first cell of the names is empty, as it is in HTML.
    """
    rows: list[Row] = []
    for line in lines:
        cells = line.split()
        numbered = bool(cells) and cells[0].isdigit() and all(FIGURE.fullmatch(cell) for cell in cells)
        if numbered and rows and len(cells) == len(rows[0]):
            rows.append(cells)
        elif cells == [".."] * len(cells) or set(line.strip()) <= {".", " "}:
            continue  # pandas leaves out the middle of a long table
        elif len(rows) > 1:
            break
        else:
            rows = [["", *cells]] if cells and all(cell.isidentifier() for cell in cells) else []
    return rows if len(rows) > 1 else []

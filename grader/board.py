"""What a person at the terminal sees: where the notebook is, then the marks. Plain lines where it is not a terminal."""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from textwrap import shorten
from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from grader.pipeline import Graded
from grader.records import Column, Flag, Total
from grader.running.execute import Progress as Follower

if TYPE_CHECKING:
    from grader.gradebook.book import Filed

PLAIN_SECONDS = 10.0
WHY_CHARACTERS = 300
"""Of the reasons in the table; the report has all of them."""
JOINERS = "\u200c\u200d"


class Board:
    """Shows long work on the error stream and results on the output stream."""

    def __init__(self, quiet: bool):
        self.quiet = quiet
        self.told: list[Flag] = []
        """What was said of one notebook and holds for the next is not said again."""
        # Names of files and of students are no markup: `notes [final].ipynb`.
        self.out = Console(highlight=False, markup=False, emoji=False)
        # The stream of this moment: while checks run, Python's own is another, and the bars go on moving.
        self.err = Console(file=sys.stderr, highlight=False, markup=False, emoji=False)
        self.bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[at]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self.err,
            disable=quiet or not sys.stderr.isatty(),
            transient=True,
        )
        if not self.bars.disable and sys.stdout.isatty():
            self.out = self.err  # which knows where the bars are

    def __enter__(self) -> Self:
        self.bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.bars.stop()

    def follow(self, name: str) -> Follower | None:
        """A function that is told where a notebook is; None where nobody wants to know."""
        if self.quiet:
            return None
        for done in self.bars.task_ids:
            self.bars.remove_task(done)
        task = self.bars.add_task(printable(name), total=None, at="starting")
        return self.plain(name) if self.bars.disable else lambda at: self.move(task, at)

    def move(self, task: TaskID, at: dict[str, int]) -> None:
        """Move the bar: by epochs within a training, else by cells."""
        cells, epochs = max(1, at["of"]), max(1, at.get("epochs", 1))
        done = at["done"] + (at.get("epoch", 0) / epochs if at["done"] < at["of"] else 0)
        self.bars.update(task, total=cells, completed=done, at=where(at))

    def plain(self, name: str) -> Follower:
        """A line now and then."""
        started = last = time.monotonic()

        def say(at: dict[str, int]) -> None:
            nonlocal last
            if time.monotonic() - last >= PLAIN_SECONDS:
                last = time.monotonic()
                print(f"{printable(name)}: {where(at)}, {last - started:.0f} s", file=sys.stderr, flush=True)

        return say

    def show(self, graded: Graded) -> None:
        """The record sheet as a table, and where the report is."""
        if self.quiet:
            return
        grade = graded.grade
        table = Table(title=f"{printable(grade.student)} · {grade.assignment}", title_justify="left")
        table.add_column("Column")
        table.add_column("Marks")
        table.add_column("Open")
        table.add_column("Why")
        for name, column in grade.columns.items():
            lost = [criterion for criterion in column.criteria if criterion.outcome not in {"earned", "advice"}]
            why = "; ".join(f"expected {criterion.expected}, found {criterion.found}" for criterion in lost)
            table.add_row(
                name, decided(column), rest(column), Text(shorten(printable(why), WHY_CHARACTERS, placeholder=" ..."))
            )
        table.add_section()
        table.add_row("Total", decided(grade.total), rest(grade.total), "")
        self.out.print(table)
        self.show_flags(grade.flags)
        self.out.print(f"report: {graded.folder / 'report.html'}", soft_wrap=True)

    def show_flags(self, flags: Iterable[Flag]) -> None:
        """What a person should look at, once for all notebooks."""
        for flag in flags:
            if flag not in self.told:
                self.told.append(flag)
                self.out.print(printable(f"look at: {flag.title}. {flag.detail}"), soft_wrap=True)


def book_board(class_: "Sequence[Filed]") -> Iterator[Table | str]:
    """A table for each assignment, a line for each student; then a line for each thing to look at."""
    for assignment, group in groupby(class_, lambda filed: filed.grade.assignment):
        grades = [filed.grade for filed in group]
        names = list(dict.fromkeys(name for grade in grades for name in grade.columns))
        table = Table(*["Student", *names, "Total", "Pending", "Signed"], title=assignment, title_justify="left")
        table.caption, table.caption_justify = "* entered by a person, in whole or in part", "left"
        for grade in grades:
            marks = [whole(grade.columns[name]) if name in grade.columns else "" for name in names]
            signed = printable(grade.signed.by) if grade.signed else ""
            table.add_row(printable(grade.student), *marks, whole(grade.total), f"{grade.total.pending:g}", signed)
        yield table
        yield from (
            printable(f"{grade.student}: {flag.title}. {flag.detail}") for grade in grades for flag in grade.flags
        )


def whole(marks: Column | Total) -> str:
    """The marks with a star where a person entered them; nothing that is still open."""
    if marks.pending or marks.marks is None:
        return "pending"
    by_person = isinstance(marks, Column) and (marks.entered or any(each.entered for each in marks.criteria))
    return f"{marks.marks:g}{' *' if by_person else ''}"


def decided(marks: Column | Total) -> str:
    """What was earned, of the marks that are decided."""
    out_of = marks.out_of - marks.pending
    return f"{marks.marks or 0:g} of {out_of:g} decided" if out_of else ""


def rest(marks: Column | Total) -> str:
    """The marks that are still open."""
    return f"{marks.pending:g} pending" if marks.pending else ""


def where(at: dict[str, int]) -> str:
    """Cell and epoch in words."""
    epoch = f", epoch {at['epoch']}/{at['epochs']}" if "epoch" in at and "epochs" in at else ""
    return f"cell {at.get('cell', at['done'])} ({at['done']}/{at['of']} done){epoch}"


def printable(text: str) -> str:
    """The text in one line, without what could move a terminal's cursor or turn its writing direction.

    The two joiners stay, which Indian scripts need.
    """
    return "".join(sign if sign.isprintable() or sign in JOINERS else "�" for sign in " ".join(text.split()))

"""What a person at the terminal sees of a class: how many are done, where those that run are, and how long it takes."""

import time
from collections.abc import Sequence

from rich.progress import TaskID

from grader.board import PLAIN_SECONDS, Board, decided, printable, rest, where
from grader.classes.crew import Work
from grader.pipeline import Graded
from grader.running.execute import Progress as Follower

NAMES = 8
"""Of students, in a line that lists them."""


class ClassBoard(Board):
    """Shows the runs on the error stream, and of several submissions one line each on the output stream."""

    def __init__(self, quiet: bool, total: int):
        super().__init__(quiet)
        self.total, self.done, self.failed = total, 0, 0
        self.whole: TaskID | None = None
        self.rows: dict[Work, TaskID] = {}
        self.places: dict[Work, str] = {}
        self.expected = self.taken = 0.0
        """Seconds of the runs that have ended: what was expected of them, and what they took."""
        self.begun: dict[Work, float] = {}
        self.said_at = time.monotonic()

    def plan(self, stored: int, reasons: dict[str, list[str]], budget: float | None) -> None:
        """Say what is run, and why."""
        if budget is not None:
            if names := [name for each in reasons.values() for name in each]:
                self.say(f"again, with {budget:g} s of training: {listed(names)}")
            return
        if stored:
            self.say(f"{stored} of {self.total} ran before and are not run again")
        for reason, names in reasons.items():
            if reason != "new":
                self.say(f"runs again ({reason}): {listed(names)}")

    def start(self, work: Work) -> Follower | None:
        """A row for it."""
        self.begun[work] = time.monotonic()
        if self.quiet:
            return None
        name = listed(work.names)
        row = self.rows[work] = self.bars.add_task(name, total=None, at="starting")

        def follow(at: dict[str, int]) -> None:
            self.places[work] = where(at)
            if work in self.rows:
                self.move(row, at)

        return follow

    def end(self, work: Work) -> None:
        """Its row goes."""
        self.expected += work.seconds
        self.taken += time.monotonic() - self.begun.pop(work)
        self.places.pop(work, None)
        if work in self.rows:
            self.bars.remove_task(self.rows.pop(work))

    def tick(self, running: Sequence[Work], waiting: Sequence[Work], workers: int) -> None:
        """The row of the whole class, or a line now and then."""
        if self.quiet:
            return
        left = self.left(running, waiting, workers)
        words = f"{len(running)} running, {len(waiting)} waiting, {self.failed} failed{left}"
        if not self.bars.disable:
            if self.whole is None:
                self.whole = self.bars.add_task("class", total=self.total, at="")
            self.bars.update(self.whole, completed=self.done, at=words)
        elif time.monotonic() - self.said_at >= PLAIN_SECONDS:
            self.said_at = time.monotonic()
            places = [f"{listed(work.names)}: {self.places[work]}" for work in running if work in self.places]
            self.say("; ".join([f"{self.done} of {self.total} done, {words}", *places]))

    def left(self, running: Sequence[Work], waiting: Sequence[Work], workers: int) -> str:
        """About how long it takes: what was expected of the rest, corrected by what the others took."""
        if not self.expected:
            return ""
        rest_of = [max(0.0, work.seconds - (time.monotonic() - self.begun[work])) for work in running]
        seconds = (sum(rest_of) + sum(work.seconds for work in waiting)) * self.taken / self.expected / workers
        if seconds < 1:
            return ""
        return f", about {seconds / 60:.0f} min left" if seconds >= 90 else f", about {seconds:.0f} s left"

    def show(self, graded: Graded) -> None:
        """The record sheet of a single submission; of each of several its total."""
        self.done += 1
        if self.total == 1:
            super().show(graded)
        elif not self.quiet:
            total = graded.grade.total
            marks = ", ".join(words for words in (decided(total), rest(total)) if words)
            self.out.print(
                printable(f"{graded.grade.student}: {marks}. {graded.folder / 'report.html'}"), soft_wrap=True
            )
            self.show_flags(graded.grade.flags)

    def fail(self) -> None:
        """One could not be graded."""
        self.done += 1
        self.failed += 1

    def say(self, words: str) -> None:
        """A line on the error stream."""
        if not self.quiet:
            self.err.print(printable(words), soft_wrap=True)


def listed(names: Sequence[str]) -> str:
    """The names, as far as they fit."""
    more = f" and {len(names) - NAMES} more" if len(names) > NAMES else ""
    return printable(", ".join(names[:NAMES]) + more)

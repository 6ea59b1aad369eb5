"""A run that is to be made -> a thread of this process that waits for it, as soon as a core and the memory are free."""

import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import psutil

from grader.classes.keys import Parts
from grader.classes.store import RunStore
from grader.errors import SandboxError
from grader.pipeline import Desk, observe
from grader.records import Observation
from grader.running.execute import Progress
from grader.submissions.handed import HandedIn, opened

JUDGE_MB = 1_000
"""Of a judge, who may be at work beside each notebook."""


@dataclass(frozen=True, eq=False)
class Work:
    """One run that is to be made, for all submissions whose runs would be equal."""

    handed: list[HandedIn]
    parts: Parts
    desk: Desk
    store: RunStore
    seconds: float
    """That it is expected to take."""
    peak_mb: float | None
    """That its notebook took before; None where it never ran."""
    failures: list[Exception] = field(default_factory=list)
    """Of attempts that said nothing of the notebook."""

    @property
    def names(self) -> list[str]:
        """Of the students."""
        return [each.student for each in self.handed]


class Crew:
    """Threads, each of which waits for one run. A context manager: at its end none is left running."""

    parts: Parts = {}
    """Of the machines on which it runs, where that is not this one."""

    def __init__(self, workers: int):
        self.workers = workers
        """Runs at the same time, at most."""
        self.running: set[Future[Observation]] = set()
        self.stopped = False
        self.pool = ThreadPoolExecutor(workers, thread_name_prefix="notebook")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped = True
        if self.count():
            self.stop()
        self.pool.shutdown(cancel_futures=True)

    def can_start(self, work: Work) -> bool:
        """Whether there is room for it now."""
        return self.count() < self.workers

    def start(self, work: Work, progress: Progress | None, *, alone: bool) -> "Future[Observation]":
        """Begin it; `alone` where nothing else will run beside it."""
        future = self.pool.submit(self.run, work, progress, alone)
        self.running.add(future)
        return future

    def count(self) -> int:
        """How many run."""
        self.running = {future for future in self.running if not future.done()}
        return len(self.running)

    def run(self, work: Work, progress: Progress | None, alone: bool) -> Observation:
        """Make it and store what it showed, before anybody else is told.

        Raises:
            SandboxError: what it showed says nothing of the notebook.
            CannotWrite: it could not be stored.
        """
        seen = self.observe(work, progress, alone)
        if self.stopped:
            raise SandboxError("Expected the run to come to its end. Found that the command is being stopped.")
        if seen.killed and not work.failures:
            raise SandboxError("Expected the kernel to run to its end. Found that this machine killed it.")
        work.store.keep(work.parts, seen)
        return seen

    def observe(self, work: Work, progress: Progress | None, alone: bool) -> Observation:
        """Make the run."""
        raise NotImplementedError

    def stop(self) -> None:
        """End all runs; their threads come to their end then."""
        raise NotImplementedError

    def mend(self) -> None:
        """Begin anew, should what all runs depend on have died; nothing runs meanwhile. Raises `SandboxError`."""


class LocalCrew(Crew):
    """Runs in the desk's sandbox, as many as the cores and the memory of this machine allow."""

    def __init__(self, desk: Desk, workers: int | None = None):
        super().__init__(workers or cores())
        self.sandbox, self.stage = desk.sandbox, desk.stage
        self.memory = Memory(desk.limits.memory_mb)

    def can_start(self, work: Work) -> bool:
        """Where a thread is free, the warm process lives and the memory is there. The first can always start."""
        if not self.count():
            return True
        return super().can_start(work) and self.sandbox.alive and self.memory.has_room(work.peak_mb)

    def start(self, work: Work, progress: Progress | None, *, alone: bool) -> "Future[Observation]":
        """With what it is expected to take of the memory held for it."""
        held = self.memory.hold(work.peak_mb)
        future = super().start(work, progress, alone=alone)
        future.add_done_callback(lambda done: self.memory.release(held, done))
        return future

    def observe(self, work: Work, progress: Progress | None, alone: bool) -> Observation:
        """In the sandbox, with one core for it unless it is alone."""
        threads = None if alone or self.workers == 1 else 1
        with opened(work.handed[0], work.desk.assignment.name) as (collected, laid):
            return observe(collected, work.desk, progress, attached=laid.attached, threads=threads)

    def stop(self) -> None:
        """With the warm processes all jobs end."""
        self.sandbox.close()
        self.stage.close()

    def mend(self) -> None:
        """Start another warm process where this one is gone."""
        self.sandbox.revive()


class Memory:
    """What the notebooks that run may take of the machine's memory, in MB."""

    def __init__(self, limit: float, free: Callable[[], float] | None = None):
        self.limit = limit
        """Of one notebook."""
        self.free = free or (lambda: psutil.virtual_memory().available / (1 << 20))
        self.all = self.free()
        self.largest: float | None = None
        """That a notebook of this class took."""
        self.held: list[float] = []

    def expected(self, peak: float | None) -> float:
        """With a judge beside it: what it took before and a quarter more, else what the largest of the others took.

        While nothing is known it is all that the sheet allows.
        """
        known = peak or self.largest
        return min(known * 1.25 if known else self.limit, self.limit) + JUDGE_MB

    def has_room(self, peak: float | None) -> bool:
        """Whether it is free, also once those that run have taken what is expected of them."""
        expected = self.expected(peak)
        return sum(self.held) + expected <= self.all and expected <= self.free()

    def hold(self, peak: float | None) -> float:
        """Keep it for a notebook that starts."""
        expected = self.expected(peak)
        self.held.append(expected)
        return expected

    def release(self, held: float, done: "Future[Observation]") -> None:
        """Give it back when the notebook has ended, and learn from what it took."""
        self.held.remove(held)
        if not done.cancelled() and not done.exception() and done.result().peak_mb:
            self.largest = max(self.largest or 0, done.result().peak_mb)


def cores() -> int:
    """That this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1

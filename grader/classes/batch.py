"""The submissions of a class -> a grade for each: what is stored is not run again, what is equal is run once."""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from grader.classes.crew import Crew, Work
from grader.classes.keys import CODE, Parts, key_of, parts_of, parts_of_class, why_run
from grader.classes.store import RunStore
from grader.errors import CannotWrite, SandboxError, TeacherError
from grader.marking.checks import check_class
from grader.marking.score import score
from grader.pipeline import Desk, Graded, hand_back, with_budget, with_pages
from grader.records import CheckResult, Evidence, Grade, Observation
from grader.running.execute import Progress
from grader.submissions.collect import Collected, code_sources
from grader.submissions.handed import HandedIn, opened

if TYPE_CHECKING:
    from grader.gradebook.book import Gradebook

AGAIN = 4
"""Times its budget is what a notebook gets that the budget left undecided."""
AT_ONCE = 25
"""Submissions whose checks are run together."""
LOOK_SECONDS = 0.5
SECONDS_PER_EPOCH = 4.0
LEAST_SECONDS = 3.0
MOST_EPOCHS = 10_000
EPOCHS = re.compile(r"epochs?\s*=\s*(\d{1,6})\b", re.IGNORECASE)


@dataclass(frozen=True)
class Failure:
    """A submission that could not be graded, which is no fault of the student's."""

    student: str
    error: Exception


@dataclass(frozen=True)
class Marked:
    """A submission with its marks, which are not written yet."""

    handed: HandedIn
    collected: Collected
    evidence: Evidence
    grade: Grade
    undecided: bool
    """A training was cut by the budget, and a check does not know for that."""

    @property
    def student(self) -> str:
        """Whose it is."""
        return self.handed.student


class Onlooker(Protocol):
    """Who is told how the class gets on."""

    def plan(self, stored: int, reasons: dict[str, list[str]], budget: float | None) -> None:
        """So many are stored; the others are run, by reason; with so much training."""

    def start(self, work: Work) -> Progress | None:
        """A run begins."""

    def end(self, work: Work) -> None:
        """A run has ended, well or not."""

    def tick(self, running: Sequence[Work], waiting: Sequence[Work], workers: int) -> None:
        """It is called a few times a second."""


@dataclass
class Batch:
    """One command's work on a class."""

    desk: Desk
    out: Path
    crew: Crew
    board: Onlooker
    book: "Gradebook | None" = None
    """In which the grades are filed, where what people entered counts."""
    rerun: bool = False
    """Also what is stored."""
    second_budget: float | None = None
    """Seconds of training for what the first budget left undecided; None is `AGAIN` times as long, 0 is none."""
    store: RunStore = field(init=False)

    def __post_init__(self) -> None:
        self.store = RunStore(self.out)

    def grade(self, submissions: Sequence[HandedIn]) -> Iterator[Graded | Failure]:
        """Grade them; each comes out once, in the order in which their marks are known.

        A notebook that the budget left undecided comes out last, with more training; its first result is written down
        before, and stays where the second is no better founded.
        """
        longer = self.longer()
        firsts: dict[str, tuple[HandedIn, float, Graded]] = {}
        for outcome in self.round(submissions, self.desk):
            graded = outcome if isinstance(outcome, Failure) else self.write(outcome)
            if isinstance(outcome, Marked) and isinstance(graded, Graded) and outcome.undecided and longer:
                firsts[outcome.student] = outcome.handed, outcome.grade.total.pending, graded
            else:
                yield graded
        if longer and firsts:
            for outcome in self.round([handed for handed, _, _ in firsts.values()], longer):
                _, pending, graded = firsts[outcome.student]
                better = isinstance(outcome, Marked) and outcome.grade.total.pending <= pending
                yield self.write(outcome) if isinstance(outcome, Marked) and better else graded

    def longer(self) -> Desk | None:
        """The desk with the second budget; None where there is none."""
        first = self.desk.limits.training_seconds
        seconds = AGAIN * first if self.second_budget is None and first else self.second_budget
        if not first or not seconds or seconds <= first:
            return None
        return replace(self.desk, limits=with_budget(self.desk.limits, seconds))

    def write(self, marked: Marked) -> Graded | Failure:
        """File the grade and write the student's folder. Raises `CannotWrite`."""
        try:
            return hand_back(marked.collected, marked.evidence, marked.grade, self.desk, self.out, self.book)
        except CannotWrite:
            raise
        except Exception as error:  # The others may well be graded.
            return Failure(marked.student, error)

    # -- One round: every submission once, with one budget -------------------------------------------------------------

    def round(self, submissions: Sequence[HandedIn], desk: Desk) -> Iterator[Marked | Failure]:
        """Take what is stored, run the rest, and mark all."""
        plan = self.plan(submissions, desk)
        again = desk.limits.training_seconds if desk is not self.desk else None
        self.board.plan(len(plan.stored), plan.reasons, again)
        yield from plan.failures
        yield from self.mark(plan.stored, desk)
        yield from self.run(sorted(plan.works.values(), key=lambda work: work.seconds))

    def plan(self, submissions: Sequence[HandedIn], desk: Desk) -> "Plan":
        """Say of each submission whether it is run."""
        plan = Plan()
        common = {**parts_of_class(desk), **self.crew.parts}
        for handed in submissions:
            try:
                with opened(handed, desk.assignment.name) as (collected, laid):
                    parts = parts_of(collected, desk, common, laid.attached)
                if not self.rerun and self.store.find(parts):
                    plan.stored.append((handed, parts))
                else:
                    self.add(plan, handed, collected, parts, desk)
            except Exception as error:  # The others may well be graded; a class takes hours.
                plan.failures.append(Failure(handed.student, error))
        return plan

    def add(self, plan: "Plan", handed: HandedIn, collected: Collected, parts: Parts, desk: Desk) -> None:
        """Plan to run the submission, together with those whose runs would be equal."""
        last = self.store.last(handed.student)
        reason = "--rerun" if self.rerun else why_run(parts, last.parts if last else None)
        plan.reasons.setdefault(reason, []).append(handed.student)
        same = last if last and last.parts.get(CODE) == parts[CODE] else None
        seconds = same.seconds if same else guessed_seconds(collected)
        work = Work([], parts, desk, self.store, seconds, same.peak_mb if same else None)
        plan.works.setdefault(key_of(parts), work).handed.append(handed)

    def run(self, works: Sequence[Work]) -> Iterator[Marked | Failure]:
        """Make these runs, as many at a time as there is room for, and mark what is done meanwhile."""
        waiting, victims = deque(works), deque[Work]()
        running: dict[Future[Observation], Work] = {}
        while waiting or running or victims:
            if not waiting and not running:  # Each alone, so that it is nobody else's death that it dies again.
                waiting.append(victims.popleft())
            self.fill(waiting, running)
            self.board.tick(list(running.values()), [*waiting, *victims], self.crew.workers)
            done, _ = wait(running, LOOK_SECONDS, FIRST_COMPLETED)
            ended = [(running.pop(future), future.exception()) for future in done]
            for work, _ in ended:
                self.board.end(work)
            self.fill(waiting, running)  # The next ones need not wait for the marks of these.
            yield from self.settle(ended, victims)

    def fill(self, waiting: deque[Work], running: dict[Future[Observation], Work]) -> None:
        """Start what there is room for."""
        if waiting and not running:
            self.crew.mend()
        while waiting and self.crew.can_start(waiting[0]):
            work = waiting.popleft()
            alone = not running and not waiting
            running[self.crew.start(work, self.board.start(work), alone=alone)] = work

    def settle(
        self, ended: Sequence[tuple[Work, BaseException | None]], victims: deque[Work]
    ) -> Iterator[Marked | Failure]:
        """What comes of runs that have ended: marks, another attempt, or a failure. Raises `CannotWrite`."""
        for work, error in ended:
            if isinstance(error, CannotWrite) or not isinstance(error, Exception | None):
                raise error
            if isinstance(error, SandboxError | OSError) and not work.failures:
                work.failures.append(error)
                victims.append(work)
            elif error is not None:
                yield from (Failure(name, error) for name in work.names)
        well = [work for work, error in ended if error is None]
        if well:
            yield from self.mark([(handed, work.parts) for work in well for handed in work.handed], well[0].desk)

    def mark(self, stored: Sequence[tuple[HandedIn, Parts]], desk: Desk) -> Iterator[Marked | Failure]:
        """Check and score what is stored, some at a time."""
        for begin in range(0, len(stored), AT_ONCE):
            some = stored[begin : begin + AT_ONCE]
            try:
                yield from self.mark_some(some, desk)
            except CannotWrite:
                raise
            except Exception as error:
                if len(some) == 1:
                    yield Failure(some[0][0].student, error)
                else:
                    for one in some:
                        yield from self.mark([one], desk)

    def mark_some(self, stored: Sequence[tuple[HandedIn, Parts]], desk: Desk) -> list[Marked]:
        """Check and score these together. Raises whatever is wrong with one of them."""
        read = []
        for handed, parts in stored:
            collected = read_again(handed, desk.assignment.name)
            observation = self.store.find(parts)
            if observation is None:
                raise TeacherError(f"Expected a stored run in {self.store.run_file(parts)}. Found none. Grade again.")
            if desk is self.desk:
                self.store.remember(handed.student, parts, observation)
            read.append((handed, collected, with_pages(observation.evidence, collected, desk)))
        checked = check_class(desk.check_files, [each[-1] for each in read], desk.assignment, desk.thresholds)
        return [
            Marked(
                handed,
                collected,
                evidence,
                score(results, desk.rubric, collected.submission, evidence),
                is_undecided(evidence, results),
            )
            for (handed, collected, evidence), results in zip(read, checked, strict=True)
        ]


@dataclass
class Plan:
    """Which submissions of a round are stored, which are run, and why."""

    stored: list[tuple[HandedIn, Parts]] = field(default_factory=list)
    works: dict[str, Work] = field(default_factory=dict)
    """By the key of their parts."""
    reasons: dict[str, list[str]] = field(default_factory=dict)
    """Names of students, by the reason for which their notebooks are run."""
    failures: list[Failure] = field(default_factory=list)


def read_again(handed: HandedIn, assignment: str) -> Collected:
    """What was handed in: of three hundred notebooks not all stay in memory."""
    with opened(handed, assignment) as (collected, _):
        return collected


def is_undecided(evidence: Evidence, results: Sequence[CheckResult]) -> bool:
    """Whether more training might decide a check: the budget cut that of a model that counts."""
    chosen = {choice.model for choice in evidence.choices}
    fits = [fit for model in evidence.models if model.id in chosen for fit in model.fits]
    return any(fit.stopped == "budget" for fit in fits) and any(result.status == "undecided" for result in results)


def guessed_seconds(collected: Collected) -> float:
    """What a notebook that never ran may take, by the epochs that its code asks for, and then by its length."""
    code = "\n".join(code_sources(collected.notebook))
    epochs = sum(min(int(number), MOST_EPOCHS) for number in EPOCHS.findall(code))
    return LEAST_SECONDS + SECONDS_PER_EPOCH * epochs + len(code) / 1e5

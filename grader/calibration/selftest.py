"""A course -> whether its own notebooks earn what they must: the reference all, the starter nothing, mutants less."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from grader.calibration.calibrate import Follow
from grader.calibration.consistency import find_faults
from grader.calibration.mutants import Change, Mutant, mutate, read_mutants
from grader.courses.course import Course, bundled
from grader.data.datasets import Store
from grader.data.standin import STAND_INS
from grader.errors import UsageError
from grader.pipeline import Desk, examine, open_desk, with_budget
from grader.records import CheckResult
from grader.submissions.collect import collect

SEEDS = (0, 1)
"""Of the first and of the second attempt."""
SHOWN = 60
"""Characters of a title beside a bar."""
Compare = Callable[[list[CheckResult]], list[str]]
"""Given what the checks found, what is not as it should be."""


@dataclass(frozen=True)
class Trial:
    """One thing that was tested."""

    title: str
    problems: list[str]
    seconds: float = 0
    skipped: str = ""
    """Why it was not tested after all."""

    @property
    def line(self) -> str:
        """For the terminal."""
        state = "bad " if self.problems else "skip" if self.skipped else "ok  "
        return f"{state}  {self.title}" + (f": {self.skipped}" if self.skipped else f" ({self.seconds:.1f} s)")


@dataclass
class Tally:
    """All that was tested."""

    started: float = field(default_factory=time.monotonic)
    trials: list[Trial] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """Everything that is not as it should be."""
        return [problem for trial in self.trials for problem in trial.problems]

    @property
    def summary(self) -> str:
        """For the end of a test without problems."""
        skipped = sum(bool(trial.skipped) for trial in self.trials)
        tested = len(self.trials) - skipped
        said = "1 trial is as it should be" if tested == 1 else f"{tested} trials are as they should be"
        return f"{said}, {skipped} skipped, {time.monotonic() - self.started:.0f} s"


def selftest(
    folder: Path | None, name: str | None, isolation: Literal["wall", "none"], *, real: bool, follow: Follow
) -> Iterator[Trial]:
    """Test one assignment, or all; give each trial as it ends.

    Files that do not agree are trial enough: then nothing of that assignment is run.

    Args:
        folder: of the course; None for the bundled one.
        name: of the assignment; None for all.
        isolation: where the notebooks run.
        real: on the real data also where bundled digits can stand in for them.
        follow: shows the progress of a run.

    Raises:
        UsageError: there is no assignment, or none of that name.
        TeacherError: the data or the machine is not as it should be.
    """
    course = Course(folder or bundled())
    names = assignments(course)
    if name not in (None, *names):
        course.assignment(str(name))  # raises, with the closest name
    for each in [name] if name else names:
        started = time.monotonic()
        faults = find_faults(course, each)
        yield Trial(f"{each}: its files agree", faults, time.monotonic() - started)
        if not faults:
            yield from run_all(course, each, isolation, real=real, follow=follow)


def assignments(course: Course) -> list[str]:
    """Every name that has a folder. Raises `UsageError` where there is none."""
    folders = [path for part in ("assignments", "reference") for path in (course.folder / part).glob("[!._]*/")]
    if not folders:
        raise UsageError(f"Expected assignments in {course.folder / 'assignments'}. Found none.")
    return sorted({path.name for path in folders})


def run_all(
    course: Course, name: str, isolation: Literal["wall", "none"], *, real: bool, follow: Follow
) -> Iterator[Trial]:
    """The reference, the starter and the mutants of an assignment whose files agree."""
    assignment = course.assignment(name)
    dataset = assignment.task.dataset
    stand_in = dataset in STAND_INS and not real
    if not stand_in and Store().find(dataset) is None:
        yield Trial(f"{name}: its runs", [], skipped=f"{dataset} is not here; `grader data fetch {dataset}` brings it")
        return
    solution = course.reference_folder(assignment) / course.reference(assignment).solutions[0].notebook
    mutants = read_mutants(course, assignment)
    with open_desk(course.folder, name, isolation, data="stand-in" if stand_in else "real") as desk:
        quick = replace(desk, thresholds={**desk.thresholds, **mutants.thresholds})
        # On the stand-in, a training that has to be changed for it says nothing as it is.
        if not (mutants.quick and stand_in):
            yield run_one(solution, [], desk, f"{name}: the reference earns every automatic mark", all_pass, follow)
        if mutants.quick:
            title = f"{name}: the reference, trained quickly, earns every automatic mark"
            yield run_one(solution, mutants.quick, quick, title, all_pass, follow)
        starter = course.folder / "assignments" / name / "starter.ipynb"
        yield run_one(starter, [], desk, f"{name}: the starter earns no mark of a hidden check", no_hidden_pass, follow)
        # In full: a training that ends as soon as the verdict is in leaves open whether it would have been too long.
        patient = replace(quick, stops_early=False, limits=with_budget(desk.limits, "full"))
        for mutant in mutants.mutants:
            title = f"{name}: {mutant.name}: {mutant.title}"
            yield run_one(solution, mutants.quick + mutant.changes, patient, title, loses(mutant), follow)


def run_one(path: Path, changes: list[Change], desk: Desk, title: str, compare: Compare, follow: Follow) -> Trial:
    """Grade a notebook like a student's, with these changes, and compare what the checks found.

    A good network misses full marks now and then, so what fails is tried once more with another seed.
    """
    started = time.monotonic()
    collected = collect(path, desk.assignment.name, None, None, None)
    changed = replace(collected, notebook=mutate(collected.notebook, changes)[0])
    for seed in SEEDS:
        _, results = examine(changed, desk, follow(title[:SHOWN]), seed=seed)
        if not (problems := compare(results)):
            break
    again = ", at the second attempt" if seed and not problems else ""
    return Trial(title + again, [f"{title}. {problem}" for problem in problems], time.monotonic() - started)


def all_pass(results: list[CheckResult]) -> list[str]:
    """Every check that does not pass."""
    return [found(result, "to pass") for result in results if result.status != "passed"]


def no_hidden_pass(results: list[CheckResult]) -> list[str]:
    """Every hidden check that earns something, or leaves it open."""
    hidden = [result for result in results if result.visibility == "hidden"]
    return [found(result, "to fail") for result in hidden if result.status != "failed"]


def loses(mutant: Mutant) -> Compare:
    """Every check that should notice the fault and does not, and every other one that does."""

    def compare(results: list[CheckResult]) -> list[str]:
        costing = [result for result in results if result.id in mutant.fails]
        leaving = [result for result in results if result.id in mutant.undecided]
        return [
            *(found(result, "to cost marks") for result in costing if result.status not in {"failed", "partial"}),
            *(found(result, "to leave it to a person") for result in leaving if result.status != "undecided"),
            *all_pass([result for result in results if result not in costing + leaving]),
        ]

    return compare


def found(result: CheckResult, expected: str) -> str:
    """What a check should have said, and what it said."""
    said = f"it expected {result.expected}, and found {result.found}"
    return f"Expected {result.id} {expected}. Found: {result.status}; {said}."

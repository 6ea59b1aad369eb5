"""What ending a training early saves, and that it changes no mark: every reference in full and by verdict, in one run.

    python bench/verdict.py [NAME ...]

Each reference solution is graded twice in turn, on its real data: once until its verdict is in, without a budget of
seconds, and once trained as long as it asks. All five take more than an hour on two cores, most of it for cifar10.
"""

import argparse
import sys
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from grader.courses.course import Course, bundled
from grader.pipeline import Desk, grade_notebook, open_desk
from grader.records import Evidence, Grade
from grader.running import wall

MOST_SHARE = 0.40
"""Of the time that full training takes, for all references together."""


@dataclass(frozen=True)
class Graded:
    """One grading of a reference."""

    seconds: float
    marks: dict[str, float | None]
    """By criterion; None where it is pending."""
    epochs: list[str]

    @property
    def words(self) -> str:
        """For example: 31.2 s, 10 of 10 epochs, 10 marks."""
        decided = sum(marks or 0 for marks in self.marks.values())
        pending = [name for name, marks in self.marks.items() if marks is None]
        still = f", pending: {', '.join(pending)}" if pending else ""
        return f"{self.seconds:7.1f} s, {' and '.join(self.epochs)} epochs, {decided:g} marks{still}"


def grade(desk: Desk, out: Path) -> Graded:
    """Grade the reference as a student's submission would be."""
    solution = desk.course.reference(desk.assignment).solutions[0]
    path = desk.course.reference_folder(desk.assignment) / solution.notebook
    started = time.perf_counter()
    graded = grade_notebook(path, desk, out)
    seconds = time.perf_counter() - started
    evidence = Evidence.model_validate_json((graded.folder / "evidence.json").read_text())
    fits = [fit for network in desk.assignment.networks for fit in evidence.of(network.name).model.fits]
    epochs = [f"{fit.epochs_granted} of {fit.epochs_asked}" for fit in fits]
    return Graded(seconds, automatic_marks(graded.grade, desk), epochs)


def automatic_marks(grade: Grade, desk: Desk) -> dict[str, float | None]:
    """By criterion, of the columns that checks decide."""
    columns = [grade.columns[scheme.name] for scheme in desk.rubric.columns if scheme.source == "checks"]
    return {criterion.id: criterion.marks for column in columns for criterion in column.criteria}


def compare(name: str) -> tuple[Graded, Graded]:
    """The reference of that assignment by verdict, and in full."""
    with (
        open_desk(None, name, wall.best_here(), budget="full", data="real") as desk,
        tempfile.TemporaryDirectory() as out,
    ):
        if not desk.thresholds:
            sys.exit(f"{name} is not calibrated on these data: run `grader calibrate {name}` first")
        return grade(replace(desk, stops_early=True), Path(out)), grade(desk, Path(out))


def main() -> None:
    """Print both for each reference, and exit with 1 where the bound or a mark is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", default=Course(bundled()).names, metavar="NAME")
    pairs = {}
    for name in parser.parse_args().names:
        pairs[name] = early, full = compare(name)
        print(f"{name:14} by verdict {early.words}\n{'':14} in full    {full.words}", flush=True)
    seconds = [sum(pair[way].seconds for pair in pairs.values()) for way in (0, 1)]
    share = seconds[0] / seconds[1]
    other = [name for name, (early, full) in pairs.items() if early.marks != full.marks]
    print(f"together {seconds[0]:.0f} s of {seconds[1]:.0f} s: {share:.3f} (at most {MOST_SHARE})")
    print(f"marks: {'the same' if not other else 'others for ' + ', '.join(other)}")
    sys.exit(int(share > MOST_SHARE or bool(other)))


if __name__ == "__main__":
    main()

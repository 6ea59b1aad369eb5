"""The references on real data: each starts on its recorded curve, and the quick ones reach their figures in full."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

from grader.calibration.calibrate import measure_system
from grader.calibration.references import render_references
from grader.courses.course import Course
from grader.courses.reference import Reached, SystemRun
from grader.courses.sheet import Assignment
from grader.data.datasets import Store
from grader.expect import share_between
from grader.pipeline import Desk, open_desk, run_notebook
from grader.running import wall
from grader.submissions.collect import collect

EPOCHS = {"fashion-mnist": 1, "mnist": 1, "cifar10": 1}
"""Of the assignments whose full training takes minutes."""
SPREADS = 6
"""So many standard deviations a run may lie beside the recorded mean."""
LEAST_SPREAD = 0.02
"""Of the mean: few runs may agree by chance, and with other threads sums are added up in another order."""


@pytest.fixture
def real(each: Assignment) -> Iterator[Desk]:
    """The assignment's desk on its real data, for training as long as asked."""
    if each.name != "boston" and (os.cpu_count() or 1) < 4:
        pytest.skip(f"{each.name} takes half a minute on two processors")
    status = next(status for status in Store().status() if status.name == each.task.dataset)
    if status.state != "ready":
        pytest.skip(f"the data set {status.name} is not there: {status.reason or status.state}")
    with open_desk(None, each.name, wall.best_here(), budget="full", data="real") as desk:
        yield desk


@pytest.fixture
def known(real: Desk) -> dict[str, Reached]:
    """What is recorded of the first solution's networks."""
    solution = real.course.reference(real.assignment).solutions[0]
    entries = [entry for entry in real.course.calibrations(real.assignment) if not entry.stand_in]
    found = [entry.systems for entry in entries if entry.notebook == solution.notebook]
    if not found:
        pytest.skip(f"{solution.notebook} of {real.assignment.name} is not calibrated yet")
    return found[0]


def reached(desk: Desk, folder: Path) -> dict[str, SystemRun]:
    """What the networks of the first solution reach, trained in full or for a few epochs."""
    solution, epochs = desk.course.reference(desk.assignment).solutions[0], EPOCHS.get(desk.assignment.name)
    notebook = nbformat.read(desk.course.reference_folder(desk.assignment) / solution.notebook, 4)
    for cell in notebook.cells if epochs else []:
        cell.source = re.sub(r"epochs=\d+", f"epochs={epochs}", cell.source)
    path = folder / solution.notebook
    nbformat.write(notebook, path)
    recording = run_notebook(collect(path, desk.assignment.name, None, None, None), desk, None)
    return {system.model: measure_system(recording, system.model, desk, path) for system in solution.systems}


def test_a_solution_keeps_to_what_is_recorded_of_it(real: Desk, known: dict[str, Reached], tmp_path: Path) -> None:
    for name, run in reached(real, tmp_path).items():
        curve = known[name].curve["loss"]
        for loss, mean, spread in zip(run.curve["loss"], curve.mean, curve.spread, strict=False):
            assert loss == pytest.approx(mean, abs=SPREADS * max(spread, LEAST_SPREAD * mean))
        if real.assignment.name not in EPOCHS:
            thresholds = known[name].thresholds.items()
            shares = {metric: share_between(run.metrics[metric], at.floor, at.full) for metric, at in thresholds}
            assert shares == dict.fromkeys(shares, 1)


def test_the_page_of_references_says_what_is_recorded(course: Course) -> None:
    assert (course.folder / "docs" / "references.md").read_text(encoding="utf-8") == render_references(course)

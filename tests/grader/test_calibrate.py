import shutil
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest
from scipy.stats import norm

from grader.calibrate import miss_probability, run_once, summarise, threshold, write
from grader.course import Calibration, CalibrationRun, Course, bundled
from grader.errors import TeacherError
from grader.expect import share_between
from grader.pipeline import Desk
from grader.records import Evidence
from tests.conftest import notebook_of

from . import samples_for_reports as samples

REACHED = [0.902, 0.907, 0.899, 0.904, 0.905]
MEAN, SPREAD = 0.5, 0.02


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """The bundled assignments, without a calibration."""
    for name in ("assignments", "reference"):
        shutil.copytree(bundled() / name, tmp_path / name, ignore=shutil.ignore_patterns("calibration.json"))
    return Course(tmp_path)


def calibration(data: str, full: float = 0.9) -> Calibration:
    run = CalibrationRun(seed=0, metrics={"accuracy": full}, curve={}, epochs=10, seconds=1)
    return Calibration(
        data=data,
        stand_in=False,
        parameters=1,
        runs=[run],
        thresholds={"accuracy": threshold([full, full])},
        miss_probability={"accuracy": 0},
        measured_on="2026-11-20",
        machine="x86_64",
        versions={},
    )


# -- Thresholds --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("runs", [3, 5, 10])
def test_the_reference_misses_full_marks_as_rarely_as_promised(runs: int):
    random = np.random.default_rng(0)
    fulls = [threshold(list(reached)).full for reached in random.normal(MEAN, SPREAD, (1_000, runs))]
    missed = norm.cdf(fulls, MEAN, SPREAD).mean()
    assert 0.006 < missed < 0.012


def test_the_stated_probability_is_at_most_one_in_a_hundred_after_rounding_down():
    full = threshold(REACHED).full
    assert full == round(full, 3) < min(REACHED)
    assert 0.005 < miss_probability(REACHED, full) <= 0.01
    assert miss_probability(REACHED, full + 0.001) > 0.01


def test_marks_begin_at_three_times_the_mistakes_of_the_reference():
    assert threshold(REACHED).floor == pytest.approx(1 - 3 * (1 - 0.9034), abs=0.001)
    assert threshold([0.2, 0.21, 0.2, 0.21]).floor == 0


def test_runs_that_agree_to_the_last_digit_ask_for_what_they_reached():
    assert threshold([0.9034, 0.9034, 0.9034]).full == 0.903
    assert miss_probability([0.9034, 0.9034], 0.903) <= 0.01


@pytest.mark.parametrize("reached", [REACHED, [1.0, 1.0], [0.90, 0.92], [0.99, 0.9], [0.3, 0.9, 0.5]])
def test_a_better_network_never_earns_less(reached: list[float]):
    limits = threshold(reached)
    shares = [share_between(value, limits.floor, limits.full) for value in np.linspace(0, 1, 101)]
    assert shares == sorted(shares)
    assert share_between(max(reached), limits.floor, limits.full) == 1


def test_an_error_must_be_small():
    limits = threshold([2.4, 2.5, 2.3, 2.6, 2.45], "mae")
    assert limits.floor == pytest.approx(2 * 2.45)
    assert 2.6 < limits.full < limits.floor
    assert 0.005 < miss_probability([2.4, 2.5, 2.3, 2.6, 2.45], limits.full, "mae") <= 0.01
    assert share_between(2.3, limits.floor, limits.full) == 1
    assert share_between(5, limits.floor, limits.full) == 0


@pytest.mark.parametrize("reached", [[2.4, 2.5], [2.0, 6.0], [1.0, 1.0, 1.0]])
def test_a_smaller_error_never_earns_less(reached: list[float]):
    limits = threshold(reached, "mae")
    shares = [share_between(value, limits.floor, limits.full) for value in np.linspace(0, 60, 301)]
    assert shares == sorted(shares, reverse=True)
    assert share_between(min(reached), limits.floor, limits.full) == 1


# -- Runs --------------------------------------------------------------------------------------------------------------


def test_a_calibration_keeps_every_run_with_its_seed_and_curve(desk: Desk):
    first = samples.good().evidence
    measured = first.measurements[0].model_copy(update={"metrics": {"accuracy": 0.91}})
    run = first.run.model_copy(update={"seed": 1})
    found = summarise([first, first.model_copy(update={"run": run, "measurements": [measured]})], desk, {})
    assert [run.metrics["accuracy"] for run in found.runs] == [0.9, 0.91]
    assert found.runs[1].seed == 1
    assert found.runs[0].curve["val_loss"] == samples.HISTORY["val_loss"]
    assert (found.data, found.stand_in, found.parameters) == (desk.served.data.fingerprint, True, 241_546)
    assert found.thresholds["accuracy"] == threshold([0.9, 0.91])


def test_runs_on_other_sealed_rows_are_kept_and_set_no_thresholds(desk: Desk):
    first = samples.good().evidence

    def reached(mae: float) -> Evidence:
        metrics = {"mae": mae, "linear_mae": 3.6}
        return first.model_copy(
            update={"measurements": [first.measurements[0].model_copy(update={"metrics": metrics})]}
        )

    found = summarise([reached(2.4), reached(2.5)], desk, {7: reached(3.9), 8: reached(2.0)})
    assert [(run.sealed_seed, run.metrics["mae"]) for run in found.runs] == [(None, 2.4), (None, 2.5), (7, 3.9), (8, 2)]
    assert found.thresholds == {"mae": threshold([2.4, 2.5], "mae")}
    assert found.miss_probability.keys() == {"mae"}


def test_a_reference_that_does_not_run_to_its_end_sets_no_thresholds(desk: Desk, course: Course):
    solution = course.reference_folder(desk.assignment) / "solution.ipynb"
    nbformat.write(notebook_of("1 / 0"), solution)
    with pytest.raises(TeacherError, match=r"solution\.ipynb to run to its end.*ZeroDivisionError"):
        run_once(replace(desk, course=course), seed=0, progress=None)


def test_a_new_calibration_takes_the_place_of_the_old_one_on_the_same_data(course: Course):
    assignment = course.assignment("fashion-mnist")
    for made in (calibration("real", 0.9), calibration("stand-in", 0.97), calibration("real", 0.91)):
        path = write(course, assignment, made)
    found = {each.data: each.thresholds["accuracy"].full for each in course.calibrations(assignment)}
    assert found == {"real": threshold([0.91, 0.91]).full, "stand-in": threshold([0.97, 0.97]).full}
    assert path.name == "calibration.json"

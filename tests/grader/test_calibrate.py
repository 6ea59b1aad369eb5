import shutil
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest
from scipy.stats import norm

from grader.calibration.calibrate import calibration_before, chosen, refuse_unknown, run_once, with_run, write
from grader.courses.course import Course, bundled
from grader.courses.reference import Calibration, CalibrationRun, Solution, SystemRun
from grader.courses.thresholds import miss_probability, threshold
from grader.errors import TeacherError, UsageError
from grader.expect import share_between
from grader.pipeline import Desk
from grader.submissions.collect import Collected, collect
from tests.conftest import notebook_of

from . import samples_for_reports as samples

REACHED = [0.902, 0.907, 0.899, 0.904, 0.905]
MEAN, SPREAD = 0.5, 0.02


@pytest.fixture
def solution(desk: Desk) -> Solution:
    """The notebook that teachers show."""
    return desk.course.reference(desk.assignment).solutions[0]


@pytest.fixture
def handed_in(desk: Desk, solution: Solution) -> Collected:
    path = desk.course.reference_folder(desk.assignment) / solution.notebook
    return collect(path, desk.assignment.name, "reference", None, None)


def of_cells(*sources: str) -> Collected:
    """A notebook with these cells, as it was read."""
    return Collected(samples.good().submission, b"", notebook_of(*sources), notebook_of(*sources))


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """The bundled assignments, without a calibration."""
    for name in ("assignments", "reference"):
        shutil.copytree(bundled() / name, tmp_path / name, ignore=shutil.ignore_patterns("calibration.json"))
    return Course(tmp_path)


def run_of(seed: int = 0, sealed_seed: int | None = None, **metrics: float) -> CalibrationRun:
    system = SystemRun(metrics=metrics, curve={"loss": [0.5, 0.1 * seed]}, epochs=2, seconds=1)
    where = {"measured_on": "2026-11-20", "machine": "x86_64", "versions": {"keras": "3.11.3"}}
    return CalibrationRun(seed=seed, sealed_seed=sealed_seed, systems={"cnn": system}, **where)


def calibration(*runs: CalibrationRun, **fields: object) -> Calibration:
    given = {"data": "real", "stand_in": False, "sealed_rows": 5_000, "sealed_seed": 7, "notebook": "solution.ipynb"}
    entry = Calibration.model_construct(**{**given, "code": "0", "runs": [], "systems": {}, **fields})
    documented = Course(bundled()).documented(Course(bundled()).assignment("fashion-mnist"))
    for run in runs:
        entry = with_run(entry, run, documented)
    return entry


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


def test_no_better_than_the_baseline_earns_nothing():
    assert threshold([0.78, 0.79, 0.8], "r2", baseline=0.606).floor == 0.606
    assert threshold([2.4, 2.5, 2.45], "mae", baseline=3.611).floor == 3.611


@pytest.mark.parametrize("figures", [[0.765, 0.755], [0.76, 0.765], [0.904, 0.906], [0.9922, 0.9916]])
def test_two_runs_are_not_taken_for_more_than_they_show(figures: list[float]):
    full = threshold(figures, rows=5_000).full
    assert min(figures) - 0.035 < full < min(figures)
    assert miss_probability(figures, full, rows=5_000) <= 0.01


# -- Runs --------------------------------------------------------------------------------------------------------------


def test_a_network_has_thresholds_once_it_has_run_twice():
    first, second = run_of(0, accuracy=0.9), run_of(1, accuracy=0.91)
    assert calibration(first).systems["cnn"].thresholds == {}
    found = calibration(first, second).systems["cnn"]
    assert found.thresholds == {"accuracy": threshold([0.9, 0.91], rows=5_000)}
    assert found.parameters == 241_546


def test_the_learning_curve_has_mean_and_spread_by_epoch():
    found = calibration(run_of(1, accuracy=0.9), run_of(3, accuracy=0.9)).systems["cnn"].curve["loss"]
    assert found.mean == [0.5, 0.2]
    assert found.spread == [0.0, pytest.approx(0.14142, abs=1e-5)]


def test_runs_on_other_sealed_rows_are_kept_and_set_no_thresholds():
    own = [run_of(0, mae=2.4, linear_mae=3.6), run_of(1, mae=2.5, linear_mae=3.6)]
    found = calibration(*own, run_of(0, 7, mae=3.9, linear_mae=3.6))
    assert [run.sealed_seed for run in found.runs] == [None, None, 7]
    assert found.systems["cnn"].thresholds == {"mae": threshold([2.4, 2.5], "mae", baseline=3.6)}
    assert found.systems["cnn"].miss_probability.keys() == {"mae"}


def test_a_run_that_is_recorded_is_not_done_again(desk: Desk, course: Course, solution: Solution, handed_in: Collected):
    mine = replace(desk, course=course)
    before = calibration_before(mine, solution, handed_in)
    assert before.runs == []
    write(course, desk.assignment, with_run(before, run_of(3, accuracy=0.9), course.documented(desk.assignment)))
    run_once(mine, solution, 3, None, lambda _: pytest.fail("it ran"))
    assert [run.seed for run in calibration_before(mine, solution, handed_in).runs] == [3]


def test_other_code_and_other_sealed_rows_are_run_again(desk: Desk, course: Course, solution: Solution):
    mine = replace(desk, course=course)
    before = calibration_before(mine, solution, of_cells("x = 1"))
    write(course, desk.assignment, with_run(before, run_of(3, accuracy=0.9), course.documented(desk.assignment)))
    assert calibration_before(mine, solution, of_cells("x = 1")).runs
    assert not calibration_before(mine, solution, of_cells("x = 2")).runs
    reference = course.reference_folder(desk.assignment) / "reference.toml"
    reference.write_text(reference.read_text().replace("sealed_seed = 20_413", "sealed_seed = 3"))
    assert not calibration_before(mine, solution, of_cells("x = 1")).runs


def test_a_reference_that_does_not_run_to_its_end_sets_no_thresholds(desk: Desk, course: Course, solution: Solution):
    nbformat.write(notebook_of("1 / 0"), course.reference_folder(desk.assignment) / "solution.ipynb")
    with pytest.raises(TeacherError, match=r"solution\.ipynb to run to its end.*ZeroDivisionError"):
        run_once(replace(desk, course=course), solution, 0, None, lambda _: None)


def test_a_solution_without_the_documented_network_is_named(desk: Desk, course: Course, solution: Solution):
    nbformat.write(notebook_of("x = 1"), course.reference_folder(desk.assignment) / "solution.ipynb")
    with pytest.raises(TeacherError, match=r"`cnn` of 241,546 parameters.*solution\.ipynb\. Found: no model"):
        run_once(replace(desk, course=course), solution, 0, None, lambda _: None)


def test_a_network_that_no_document_describes_is_named_before_anything_runs(desk: Desk, solution: Solution):
    odd = solution.model_copy(update={"systems": [solution.systems[0].model_copy(update={"model": "odd"})]})
    with pytest.raises(TeacherError, match=r"reference\.toml to name one of cnn, lenet, dense\. Received: `odd`"):
        refuse_unknown([solution, odd], desk)


def test_a_solution_that_there_is_not_is_named(solution: Solution):
    with pytest.raises(UsageError, match=r"solution\.ipynb\. Received: other\.ipynb"):
        chosen([solution], "other.ipynb")


def test_a_new_calibration_takes_the_place_of_the_old_one_of_its_notebook_on_the_same_data(course: Course):
    assignment, runs = course.assignment("fashion-mnist"), [run_of(0, accuracy=0.9), run_of(1, accuracy=0.91)]
    entries = [{}, {"notebook": "variant.ipynb"}, {"data": "digits", "stand_in": True}, {"sealed_seed": 8}]
    for fields in entries:
        write(course, assignment, calibration(*runs, **fields))
    write(course, assignment, calibration(*runs, run_of(2, accuracy=0.8)))
    assert sorted(len(each.runs) for each in course.calibrations(assignment)) == [2, 2, 2, 3]


def test_an_older_calibration_stays_until_the_new_one_has_as_many_runs(course: Course):
    assignment, runs = course.assignment("fashion-mnist"), [run_of(seed, accuracy=0.9) for seed in range(2)]
    write(course, assignment, calibration(*runs, code="old"))
    write(course, assignment, calibration(runs[0], code="new"))
    assert {each.code for each in course.calibrations(assignment)} == {"old", "new"}
    write(course, assignment, calibration(*runs, code="new"))
    assert {each.code for each in course.calibrations(assignment)} == {"new"}


def test_a_curve_stands_on_one_line_in_the_file(course: Course):
    write(course, course.assignment("fashion-mnist"), calibration(run_of(1, accuracy=0.9)))
    text = (course.folder / "reference" / "fashion-mnist" / "calibration.json").read_text(encoding="utf-8")
    assert '"loss": [0.5, 0.1]' in text

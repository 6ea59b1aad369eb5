"""The recorded calibrations reach what the course documents report, and their thresholds are as promised."""

import pytest

from grader.courses.course import Course
from grader.courses.reference import Calibration
from grader.courses.sheet import Assignment
from grader.courses.thresholds import ENOUGH_RUNS, MISS_PROBABILITY

LEAST = {
    ("imdb", "dense"): 0.890,
    ("fashion-mnist", "cnn"): 0.895,
    ("fashion-mnist", "dense"): 0.880,
    ("fashion-mnist", "lenet"): 0.885,
    ("mnist", "cnn"): 0.990,
    ("mnist", "wide"): 0.988,
    ("mnist", "dropout"): 0.75,
    ("mnist", "deep"): 0.965,
    ("cifar10", "cnn"): 0.74,
}
"""Accuracy on the sealed rows, of the mean over the seeds."""
SHORT = {
    (
        "fashion-mnist",
        "lenet",
    ): "0.8769 over two seeds: the sealed half of the test rows is the harder one",
}
"""What falls short, and why."""
SHALLOW = {100: 0.70, 500: 0.90}
"""Validation accuracy of the shallow network of mnist, by epoch."""
MINUTES = 5 * 60
"""Of a run, below which five seeds are asked; above it two."""


def real(course: Course, assignment: Assignment) -> list[Calibration]:
    return [entry for entry in course.calibrations(assignment) if not entry.stand_in]


def reached(course: Course, name: str, model: str, metric: str = "accuracy") -> list[float]:
    """By seed, on the course's own sealed rows."""
    entries = [entry for entry in real(course, course.assignment(name)) if model in entry.systems]
    if not entries:
        pytest.skip(f"`{model}` of {name} is not calibrated yet")
    return [run.systems[model].metrics[metric] for run in entries[0].own_runs]


@pytest.mark.parametrize(("name", "model"), LEAST)
def test_a_network_reaches_the_documents_figure(
    course: Course, name: str, model: str, request: pytest.FixtureRequest
) -> None:
    figures = reached(course, name, model)
    if short := SHORT.get((name, model)):
        request.applymarker(pytest.mark.xfail(reason=short, strict=True))
    assert sum(figures) / len(figures) >= LEAST[name, model]


def test_the_shallow_network_follows_the_documents_curve(course: Course) -> None:
    reached(course, "mnist", "shallow")
    curves = [entry.systems["shallow"].curve for entry in real(course, course.assignment("mnist"))[:1]]
    means = curves[0]["val_accuracy"].mean
    assert all(means[epoch - 1] >= least for epoch, least in SHALLOW.items())


def test_boston_reaches_its_figures_over_other_sealed_rows_too_and_beats_linear_regression_on_each(
    course: Course,
) -> None:
    (entry,) = real(course, course.assignment("boston"))
    runs = [run.systems["deep"].metrics for run in entry.runs if run.sealed_seed is not None]
    assert len(runs) >= 5
    assert sum(run["mae"] for run in runs) / len(runs) <= 2.5
    assert sum(run["r2"] for run in runs) / len(runs) >= 0.83
    assert all(run.systems["deep"].metrics["mae"] < run.systems["deep"].metrics["linear_mae"] for run in entry.runs)


def test_a_reference_misses_full_marks_at_most_once_in_a_hundred(course: Course, each: Assignment) -> None:
    for entry in course.calibrations(each):
        for system in entry.systems.values():
            assert all(probability <= MISS_PROBABILITY for probability in system.miss_probability.values())


def test_thresholds_rest_on_seeds_enough(course: Course, each: Assignment) -> None:
    for entry in real(course, each):
        if not any(system.thresholds for system in entry.systems.values()):
            continue  # a calibration that was broken off: it says what was reached, and decides nothing
        seconds = max(sum(system.seconds for system in run.systems.values()) for run in entry.own_runs)
        assert len(entry.own_runs) >= (ENOUGH_RUNS if seconds < MINUTES else 2)


def test_parameters_are_those_of_the_documents(course: Course, each: Assignment) -> None:
    known = course.documented(each)
    for entry in course.calibrations(each):
        assert {name: known[name].parameters for name in entry.systems} == {
            name: system.parameters for name, system in entry.systems.items()
        }

"""The reference solution, run with several seeds -> the thresholds of its assignment, with their provenance."""

import json
import math
import os
import platform
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from statistics import mean, stdev
from typing import Any, Literal

from grader.collect import collect
from grader.course import Calibration, CalibrationRun, Course, Threshold
from grader.datasets import data_set
from grader.errors import TeacherError
from grader.execute import Progress
from grader.pipeline import Desk, gather, open_desk, run_notebook
from grader.records import Evidence
from grader.sheet import Assignment

MISS_PROBABILITY = 0.01
"""How likely the reference itself may stay below full marks."""
LEAST_SPREAD = 1e-6
"""Runs that agree to the last digit still leave a distribution."""
FLOOR_ERRORS = 3.0
"""Marks begin where a model makes fewer than so many times the reference's mistakes."""
FLOOR_TIMES = 2.0
"""For a mean error, marks begin below so many times the reference's."""
ERRORS = ("mae", "mse")
"""Metrics of which less is better. The others are 1 at best."""
BASELINE = "linear_"
"""Begins the metrics of the baseline, which get no thresholds: a check compares the model with them."""


def calibrate(
    folder: Path | None,
    name: str,
    isolation: Literal["wall", "none"],
    *,
    seeds: int,
    stand_in: bool,
    follow: Callable[[str], Progress | None],
) -> Path:
    """Run the reference of the assignment in full with the seeds 0, 1, 2 ...; return the path of calibration.json.

    Where the data set has no official test rows, a result also depends on which rows are sealed. Thresholds belong to
    the course's own sealed rows, on which students are measured too. As many runs again, each with other sealed rows,
    show how far the result holds elsewhere.

    Raises:
        TeacherError: the reference does not run to its end, or cannot be measured on the sealed rows.
    """
    with open_desk(folder, name, isolation, budget="full", data="stand-in" if stand_in else "real") as desk:
        evidence = [run_once(desk, seed, follow(f"{name}, seed {seed}")) for seed in range(seeds)]
        own_seed = desk.course.reference(desk.assignment).sealed_seed
        vary = not (stand_in or data_set(desk.assignment.task.dataset).official_split)
        elsewhere = {}
        for seed, sealed_seed in enumerate(range(own_seed + 1, own_seed + 1 + seeds) if vary else ()):
            with open_desk(folder, name, isolation, budget="full", data="real", sealed_seed=sealed_seed) as other:
                elsewhere[sealed_seed] = run_once(other, seed, follow(f"{name}, other sealed rows {seed + 1}"))
        return write(desk.course, desk.assignment, summarise(evidence, desk, elsewhere))


def run_once(desk: Desk, seed: int, progress: Progress | None) -> Evidence:
    """One training of the reference, as a student's would be run."""
    path = desk.course.reference_folder(desk.assignment) / desk.course.reference(desk.assignment).solution
    collected = collect(path, desk.assignment.name, "reference", None, None)
    recording = run_notebook(collected, desk, progress, seed=seed)
    evidence = gather(collected, recording, desk)
    if recording.run.status != "finished" or not evidence.measurements or evidence.measurement.tier != "sealed":
        reason = evidence.not_measured_because or recording.run.sentence
        raise TeacherError(f"Expected {path} to run to its end and to be measured on the sealed rows. Found: {reason}")
    return evidence


def summarise(evidence: list[Evidence], desk: Desk, elsewhere: Mapping[int, Evidence]) -> Calibration:
    """The figures of all runs, and the thresholds that follow from `evidence`.

    `elsewhere` holds runs with other sealed rows, by the seed that chose these.
    """
    runs = [summarise_run(found) for found in evidence]
    others = [summarise_run(found, sealed_seed) for sealed_seed, found in elsewhere.items()]
    metrics = [metric for metric in runs[0].metrics if not metric.startswith(BASELINE)]
    values = {metric: [run.metrics[metric] for run in runs] for metric in metrics}
    thresholds = {metric: threshold(reached, metric) for metric, reached in values.items()}
    return Calibration(
        data=desk.served.data.fingerprint,
        stand_in=desk.served.data.stand_in,
        parameters=evidence[0].model.parameters,
        runs=[*runs, *others],
        thresholds=thresholds,
        miss_probability={
            metric: miss_probability(reached, thresholds[metric].full, metric) for metric, reached in values.items()
        },
        measured_on=date.today().isoformat(),
        machine=f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        versions=evidence[0].run.versions,
    )


def summarise_run(found: Evidence, sealed_seed: int | None = None) -> CalibrationRun:
    """One run; `sealed_seed` where it was measured on other rows than the course's own."""
    fit = found.model.last_fit
    return CalibrationRun(
        seed=found.run.seed,
        metrics=found.measurement.metrics,
        curve={
            metric: [round(figure, 4) for figure in figures if figure is not None]
            for metric, figures in fit.history.items()
        },
        epochs=fit.epochs_granted,
        seconds=round(found.run.training_seconds, 1),
        sealed_seed=sealed_seed,
    )


def threshold(reached: list[float], metric: str = "accuracy") -> Threshold:
    """Full marks where the reference misses them with `MISS_PROBABILITY`, none where a model is so much worse.

    That is at `FLOOR_ERRORS` times the reference's distance from 1, or for an error at `FLOOR_TIMES` times its error.

    Args:
        reached: by the reference, one figure a seed; at least two.
        metric: accuracy, auc and r2 are 1 at best, those in `ERRORS` are 0 at best.
    """
    if metric in ERRORS:
        full = math.ceil(float(another_run(reached).isf(MISS_PROBABILITY)) * 1_000) / 1_000
        return Threshold(floor=max(round(FLOOR_TIMES * mean(reached), 3), full + 0.001), full=full)
    full = math.floor(float(another_run(reached).ppf(MISS_PROBABILITY)) * 1_000) / 1_000
    floor = round(max(0.0, 1 - FLOOR_ERRORS * (1 - mean(reached))), 3)
    # Runs that differ much, or make no mistakes, bring `full` down to the floor; above it lower would be better.
    return Threshold(floor=min(floor, full), full=full)


def miss_probability(reached: list[float], full: float, metric: str = "accuracy") -> float:
    """Probability that a further run of the reference misses `full`."""
    further = another_run(reached)
    return round(float(further.sf(full) if metric in ERRORS else further.cdf(full)), 5)


def another_run(reached: list[float]) -> Any:
    """Distribution of what a further run of the reference reaches, as scipy.stats has them.

    With mean m and standard deviation s of n runs it is m + s * sqrt(1 + 1/n) * t, where t has Student's distribution
    with n - 1 degrees of freedom: the prediction interval of a normal variable.
    """
    from scipy.stats import t

    spread = stdev(reached) * (1 + 1 / len(reached)) ** 0.5
    return t(df=len(reached) - 1, loc=mean(reached), scale=max(spread, LEAST_SPREAD))


def write(course: Course, assignment: Assignment, calibration: Calibration) -> Path:
    """Put it in calibration.json, in the place of an older one on the same data."""
    others = [old for old in course.calibrations(assignment) if old.data != calibration.data]
    path = course.reference_folder(assignment) / "calibration.json"
    entries = [entry.model_dump(mode="json") for entry in [calibration, *others]]
    path.write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")
    return path

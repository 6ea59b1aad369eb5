"""The reference solution, run with several seeds -> the thresholds of its assignment, with their provenance."""

import json
import math
import os
import platform
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import mean, stdev
from typing import Any, Literal

from grader.collect import collect
from grader.course import Calibration, CalibrationRun, Course, Threshold
from grader.errors import TeacherError
from grader.execute import Progress
from grader.pipeline import Desk, gather, open_desk, run_notebook
from grader.records import Assignment, Evidence

MISS_PROBABILITY = 0.01
"""How likely the reference itself may stay below full marks."""
LEAST_SPREAD = 1e-6
"""Runs that agree to the last digit still leave a distribution."""
FLOOR_ERRORS = 3.0
"""Marks begin where a model makes fewer than so many times the reference's mistakes."""


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

    Raises:
        TeacherError: the reference does not run to its end, or cannot be measured on the sealed rows.
    """
    with open_desk(folder, name, isolation, budget="full", data="stand-in" if stand_in else "real") as desk:
        evidence = [run_once(desk, seed, follow(f"{name}, seed {seed}")) for seed in range(seeds)]
        calibration = summarise(evidence, desk)
        return write(desk.course, desk.assignment, calibration)


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


def summarise(evidence: list[Evidence], desk: Desk) -> Calibration:
    """The figures of all runs, and the thresholds that follow."""
    runs = [
        CalibrationRun(
            seed=found.run.seed,
            metrics=found.measurement.metrics,
            curve={
                metric: [round(figure, 4) for figure in figures if figure is not None]
                for metric, figures in found.model.last_fit.history.items()
            },
            epochs=found.model.last_fit.epochs_granted,
            seconds=round(found.run.training_seconds, 1),
        )
        for found in evidence
    ]
    values = {metric: [run.metrics[metric] for run in runs] for metric in runs[0].metrics}
    return Calibration(
        data=desk.served.data.fingerprint,
        stand_in=desk.served.data.stand_in,
        parameters=evidence[0].model.parameters,
        runs=runs,
        thresholds={metric: threshold(reached) for metric, reached in values.items()},
        miss_probability={
            metric: miss_probability(reached, threshold(reached).full) for metric, reached in values.items()
        },
        measured_on=date.today().isoformat(),
        machine=f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        versions=evidence[0].run.versions,
    )


def threshold(reached: list[float]) -> Threshold:
    """Full marks where the reference misses them with `MISS_PROBABILITY`; none at `FLOOR_ERRORS` times its mistakes.

    Args:
        reached: accuracies of the reference, 0 to 1, one a seed; at least two.
    """
    full = math.floor(float(another_run(reached).ppf(MISS_PROBABILITY)) * 1_000) / 1_000
    floor = round(max(0.0, 1 - FLOOR_ERRORS * (1 - mean(reached))), 3)
    # Runs that differ much, or make no mistakes, bring `full` down to the floor; above it lower would be better.
    return Threshold(floor=min(floor, full), full=full)


def miss_probability(reached: list[float], full: float) -> float:
    """Probability that a further run of the reference stays below `full`."""
    return round(float(another_run(reached).cdf(full)), 5)


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

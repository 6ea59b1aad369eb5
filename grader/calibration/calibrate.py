"""The solution notebooks, run with several seeds -> the thresholds of their assignment, with their provenance."""

import json
import os
import platform
import re
from collections.abc import Callable, Mapping
from datetime import date
from hashlib import sha256
from pathlib import Path
from statistics import mean, stdev
from typing import Literal

from grader.calibration.references import render_references, write_references
from grader.courses.course import Course
from grader.courses.reference import Calibration, CalibrationRun, Curve, Reached, Solution, SystemRun
from grader.courses.sheet import Assignment, DocumentedModel
from grader.courses.thresholds import miss_probability, threshold
from grader.data.datasets import data_set
from grader.errors import TeacherError, UsageError
from grader.judging.judge import judge
from grader.judging.structure import is_same
from grader.pipeline import Desk, open_desk, run_notebook
from grader.records import Measurement, Model
from grader.running.execute import Progress, Recording
from grader.submissions.collect import Collected, collect

BASELINE = "linear_"
"""Begins the metrics of the baseline, which get no thresholds: a check compares the model with them."""
ROW_OF_NUMBERS = re.compile(r"\[\s+((?:-?[\d.e-]+,\s+)*-?[\d.e-]+)\s+\]")

Follow = Callable[[str], Progress | None]
"""Given a title, what is to be told of the run's progress."""


def calibrate(
    folder: Path | None,
    name: str,
    isolation: Literal["wall", "none"],
    *,
    seeds: int,
    stand_in: bool,
    follow: Follow,
    notebook: str | None = None,
) -> Path:
    """Run the solutions of the assignment in full with the seeds 0, 1, 2 ...; return the path of calibration.json.

    What is there already is kept: a run is done once for a seed, unless the notebook's code or the data have changed.
    So a calibration that was broken off goes on where it was, and more seeds can be added to it.

    Where the data set has no official test rows, a result also depends on which rows are sealed. Thresholds belong to
    the course's own sealed rows, on which students are measured too. As many runs again, each with other sealed rows,
    show how far the result holds elsewhere.

    Args:
        folder: of the course; None for the bundled one.
        name: of the assignment.
        isolation: where the notebooks run.
        seeds: how many runs of each notebook.
        stand_in: on the bundled digits instead of the data set.
        follow: shows the progress.
        notebook: the only solution to run; None for all.

    Raises:
        TeacherError: a solution does not run to its end, or does not build a network that it should, or one of them
            cannot be measured on the sealed rows.
    """
    data: Literal["real", "stand-in"] = "stand-in" if stand_in else "real"
    with open_desk(folder, name, isolation, budget="full", data=data) as desk:
        reference = desk.course.reference(desk.assignment)
        refuse_unknown(reference.solutions, desk)
        render_references(desk.course)  # what could not be written at the end ends it here
        official = stand_in or data_set(desk.assignment.task.dataset).official_split
        for solution in chosen(reference.solutions, notebook):
            for seed in range(seeds):
                run_once(desk, solution, seed, None, follow)
            for number in range(0 if official else seeds):
                sealed_seed = reference.sealed_seed + 1 + number
                with open_desk(folder, name, isolation, budget="full", data=data, sealed_seed=sealed_seed) as other:
                    run_once(other, solution, number, sealed_seed, follow, desk)
        write_references(desk.course)
        return desk.course.calibration_path(desk.assignment)


def chosen(solutions: list[Solution], notebook: str | None) -> list[Solution]:
    """All, or the one in that notebook. Raises `UsageError`."""
    found = [solution for solution in solutions if notebook in (None, solution.notebook)]
    if not found:
        known = ", ".join(solution.notebook for solution in solutions)
        raise UsageError(f"Expected one of the solutions {known}. Received: {notebook}")
    return found


def refuse_unknown(solutions: list[Solution], desk: Desk) -> None:
    """Raise `TeacherError` where a solution is to build a network that no document describes."""
    known = desk.course.documented(desk.assignment)
    for name in [system.model for solution in solutions for system in solution.systems]:
        if name not in known:
            where = desk.course.reference_folder(desk.assignment) / "reference.toml"
            raise TeacherError(f"Expected `systems` of {where} to name one of {', '.join(known)}. Received: `{name}`")


def run_once(
    desk: Desk, solution: Solution, seed: int, sealed_seed: int | None, follow: Follow, own: Desk | None = None
) -> None:
    """One run of a solution, as a student's would be run, unless it is recorded already; and write it down.

    Args:
        desk: where it runs.
        solution: the notebook and its networks.
        seed: of its random numbers.
        sealed_seed: where other rows than the course's own are sealed.
        follow: shows the progress.
        own: the course's own desk, whose data the calibration is of, where that is another.
    """
    own = own or desk
    path = desk.course.reference_folder(desk.assignment) / solution.notebook
    collected = collect(path, desk.assignment.name, "reference", None, None)
    before = calibration_before(own, solution, collected)
    if any((run.seed, run.sealed_seed) == (seed, sealed_seed) for run in before.runs):
        return
    title = f"{desk.assignment.name}, {solution.notebook}, seed {seed}"
    rows = "" if sealed_seed is None else ", other sealed rows"
    recording = run_notebook(collected, desk, follow(title + rows), seed=seed)
    if recording.run.status != "finished":
        raise TeacherError(f"Expected {path} to run to its end. Found: {recording.run.sentence}")
    run = CalibrationRun(
        seed=seed,
        sealed_seed=sealed_seed,
        systems={system.model: measure_system(recording, system.model, desk, path) for system in solution.systems},
        measured_on=date.today().isoformat(),
        machine=f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}",
        versions=recording.run.versions,
    )
    write(own.course, own.assignment, with_run(before, run, own.course.documented(own.assignment)))
    if recording.files is not None:
        desk.sandbox.discard(recording.files.parent)


def calibration_before(desk: Desk, solution: Solution, collected: Collected) -> Calibration:
    """What is recorded of the very same code on the very same data; one without runs where nothing is."""
    reference = desk.course.reference(desk.assignment)
    new = Calibration.model_construct(
        data=desk.served.data.fingerprint,
        stand_in=desk.served.data.stand_in,
        sealed_rows=reference.sealed_rows,
        sealed_seed=reference.sealed_seed,
        notebook=solution.notebook,
        code=code_of(collected),
        runs=[],
        systems={},
    )
    known = desk.course.calibrations(desk.assignment)
    return next((entry for entry in known if is_of_same(entry, new) and entry.code == new.code), new)


def is_of_same(entry: Calibration, other: Calibration) -> bool:
    """Whether two are of one notebook on the same data, with the same rows sealed."""
    keys = ("data", "sealed_rows", "sealed_seed", "notebook")
    return all(getattr(entry, key) == getattr(other, key) for key in keys)


def code_of(collected: Collected) -> str:
    """SHA-256 of the code cells, whatever the text between them."""
    cells = [cell.source for cell in collected.notebook.cells if cell.cell_type == "code"]
    return sha256("\0".join(cells).encode()).hexdigest()


def measure_system(recording: Recording, name: str, desk: Desk, path: Path) -> SystemRun:
    """The model of a run that is the documented network of that name, exactly, and what it reaches.

    Raises:
        TeacherError: there is no such model, or it cannot be measured.
    """
    known = desk.course.documented(desk.assignment)[name]
    model = same_model(recording.models, known, desk.assignment)
    if model is None:
        built = ", ".join(f"{model.variable} with {model.parameters:,}" for model in recording.models) or "no model"
        expected = f"the documented network `{name}` of {known.parameters:,} parameters, layer by layer, in {path}"
        raise TeacherError(f"Expected {expected}. Found: {built}")
    judged = judge(recording.files, model, desk.assignment.task, desk.served, desk.sandbox, desk.limits)
    if not any(found.tier == "sealed" for found in judged.measurements) or judged.model.parameters != known.parameters:
        expected = f"the network `{name}` in {path} to be measured on the sealed rows"
        raise TeacherError(f"Expected {expected}. Found: {judged.not_measured_because}")
    return system_run(judged.model, judged.measurements[0])


def same_model(models: list[Model], known: DocumentedModel, assignment: Assignment) -> Model | None:
    """The trained model that is the documented one; the last, should there be several."""
    shapes = [network.input_shapes[0] for network in assignment.networks if known in network.documented_models]
    entering = shapes[0] if shapes else assignment.networks[0].input_shapes[0]
    return next((model for model in reversed(models) if model.fits and is_same(model, known, entering)), None)


def system_run(model: Model, measured: Measurement) -> SystemRun:
    """One network's training and its result."""
    fit = model.last_fit
    return SystemRun(
        metrics=measured.metrics,
        curve={
            metric: [round(figure, 4) for figure in figures if figure is not None]
            for metric, figures in fit.history.items()
        },
        epochs=fit.epochs_granted,
        seconds=round(sum(each.seconds for each in model.fits), 1),
    )


def with_run(entry: Calibration, run: CalibrationRun, documented: Mapping[str, DocumentedModel]) -> Calibration:
    """The calibration with a further run, and what follows from all those on the course's own sealed rows."""
    entry = entry.model_copy(update={"runs": [*entry.runs, run]})
    runs = [each.systems for each in entry.own_runs]
    systems = {
        name: reached(documented[name].parameters, [systems[name] for systems in runs], entry.sealed_rows)
        for name in (runs[0] if runs else {})
    }
    return entry.model_copy(update={"systems": systems})


def reached(parameters: int, runs: list[SystemRun], rows: int) -> Reached:
    """What a network reaches over its runs, each measured on so many rows; a single one leaves no thresholds."""
    metrics = [metric for metric in runs[0].metrics if not metric.startswith(BASELINE)] if len(runs) > 1 else []
    values = {metric: [run.metrics[metric] for run in runs] for metric in metrics}
    baselines = {metric: runs[0].metrics.get(f"{BASELINE}{metric}") for metric in metrics}
    thresholds = {
        metric: threshold(figures, metric, rows=rows, baseline=baselines[metric]) for metric, figures in values.items()
    }
    missed = {
        metric: miss_probability(figures, thresholds[metric].full, metric, rows=rows)
        for metric, figures in values.items()
    }
    return Reached(
        parameters=parameters,
        thresholds=thresholds,
        miss_probability=missed,
        curve={metric: curve([run.curve[metric] for run in runs]) for metric in runs[0].curve},
    )


def curve(runs: list[list[float]]) -> Curve:
    """Mean and spread by epoch, as far as every run has come."""
    epochs = list(zip(*runs, strict=False))
    spread = [round(stdev(figures), 5) if len(figures) > 1 else 0.0 for figures in epochs]
    return Curve(mean=[round(mean(figures), 5) for figures in epochs], spread=spread)


def write(course: Course, assignment: Assignment, calibration: Calibration) -> None:
    """Put it in calibration.json.

    It takes the place of an older one of the same notebook on the same data, which stays beside it until it has as
    many runs: a calibration that is broken off leaves the thresholds that were there.
    """
    known = course.calibrations(assignment)
    least = len(calibration.own_runs)
    older = [entry for entry in known if is_of_same(entry, calibration) and entry.code != calibration.code]
    others = [entry for entry in known if not is_of_same(entry, calibration)]
    kept = [entry for entry in older if len(entry.own_runs) > least]
    entries = sorted([calibration, *kept, *others], key=lambda entry: (entry.stand_in, entry.notebook))
    text = json.dumps([entry.model_dump(mode="json") for entry in entries], indent=1)
    path = course.calibration_path(assignment)
    half = path.with_name(f".{path.name}")
    half.write_text(ROW_OF_NUMBERS.sub(on_one_line, text) + "\n", encoding="utf-8")
    half.replace(path)


def on_one_line(found: re.Match[str]) -> str:
    """A list of numbers without its line breaks: a curve has hundreds."""
    return f"[{', '.join(found[1].split())}]".replace(",,", ",")

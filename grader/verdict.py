"""A model in the midst of its training -> whether its verdict is in: it earns full marks for its result already."""

from collections.abc import Mapping
from pathlib import Path

from grader.execute import read_record
from grader.expect import share_between
from grader.judge import judge
from grader.records import Measurement
from grader.reference import Threshold, Thresholds
from grader.rules import layers_amiss
from grader.sandbox import Sandbox
from grader.served import Served
from grader.sheet import Assignment, Limits
from grader.structure import documented_as


def is_proven(
    files: Path,
    identity: str,
    assignment: Assignment,
    thresholds: Thresholds,
    served: Served,
    sandbox: Sandbox,
    limits: Limits,
) -> bool:
    """Whether the saved model of that id reaches full marks on the sealed rows.

    Nothing that the notebook says counts here: the judge rebuilds the model and measures it. When the training then
    ends, the model keeps the very weights that were measured, so no margin is needed.
    """
    model = next((each for each in read_record(files / "record.json").models if each.id == identity), None)
    if model is None:
        return False
    judged = judge(files, model, assignment.task, served, sandbox, limits)
    if not judged.measurements or judged.measurements[0].tier != "sealed":
        return False
    network = min(assignment.networks, key=lambda each: layers_amiss(judged.model, each))
    known = thresholds.get(documented_as(judged.model, network).name)
    return is_full(judged.measurements[0], known or thresholds.get(network.documented_models[0].name, {}))


def is_full(measured: Measurement, thresholds: Mapping[str, Threshold]) -> bool:
    """Whether every metric that was calibrated earns full marks."""
    shares = [
        share_between(measured.metrics[metric], marks.floor, marks.full) if metric in measured.metrics else 0.0
        for metric, marks in thresholds.items()
    ]
    return bool(shares) and min(shares) == 1

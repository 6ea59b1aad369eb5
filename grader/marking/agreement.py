"""Claims and what was found here -> for each whether the two agree, and why where they cannot be compared.

A difference is something to ask about. It costs no marks.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import stdev
from typing import Any

from grader.courses.reference import Calibration
from grader.courses.sheet import Assignment
from grader.judging.measure import SAME_UNIT
from grader.judging.structure import is_same
from grader.marking.claims import TABLE_ROW
from grader.marking.concerns import MOSTLY, chance, is_at_most, test_share
from grader.records import Choice, Claim, Evaluation, Evidence, Measurement, Model

Spreads = Mapping[str, Mapping[str, float]]
"""By documented model and metric: the standard deviation of what runs of the reference reach."""
SURE = 2.576
"""Deviations that one figure of a hundred is away from its mean by chance."""
FOREIGN = re.compile(r"\.(?:fit|fit_transform|predict|score|evaluate)\(|cross_val_score\(")
"""Code that trains or tests something."""


class CannotCompareError(Exception):
    """A claim that nothing here can be held against. The message says why."""


@dataclass(frozen=True)
class Notebook:
    """What is known of the notebook that printed the claims."""

    evidence: Evidence
    assignment: Assignment
    sources: Sequence[str]
    """Of the code cells."""
    spreads: Spreads


def compare(evidence: Evidence, assignment: Assignment, sources: Sequence[str], spreads: Spreads) -> list[Claim]:
    """The claims of the evidence, each with its outcome."""
    notebook = Notebook(evidence, assignment, sources, spreads)
    return [claim.model_copy(update=outcome_of(claim, notebook)) for claim in evidence.claims]


def spreads_of(entries: Iterable[Calibration]) -> Spreads:
    """How far runs of the references differ, also on other sealed rows."""
    found: dict[str, dict[str, float]] = {}
    for entry in entries:
        for name in entry.systems:
            runs = [run.systems[name].metrics for run in entry.runs if name in run.systems]
            if len(runs) > 1:
                found[name] = {metric: stdev(run[metric] for run in runs) for metric in runs[0]}
    return found


def outcome_of(claim: Claim, notebook: Notebook) -> dict[str, Any]:
    """What is to be said of a claim, as fields of it."""
    try:
        model, choice = model_of(claim, notebook)
        found = {"network": choice.network}
        return found | (
            in_size(claim, model) if claim.metric == "parameters" else in_result(claim, model, choice, notebook)
        )
    except CannotCompareError as reason:
        return {"outcome": "not_compared", "because": str(reason)}


# -- Which model -------------------------------------------------------------------------------------------------------


def model_of(claim: Claim, notebook: Notebook) -> tuple[Model, Choice]:
    """The model that a claim is of, which must be one that answers the sheet. Raises `CannotCompareError`."""
    models = notebook.evidence.models
    model = made_before(claim, models, notebook) if claim.metric == "parameters" else used_in(claim, models, notebook)
    choice = next((each for each in notebook.evidence.choices if each.model == model.id), None)
    if choice is None:
        raise CannotCompareError(f"It is of {name_of(model)}, and another network was taken as the answer.")
    return model, choice


def made_before(claim: Claim, models: Sequence[Model], notebook: Notebook) -> Model:
    """The model whose size is printed in the claim's cell: the one named there, else the last one made until then."""
    code = notebook.sources[claim.cell - 1]
    made = [model for model in models if (model.cell or 0) <= claim.cell and model.layers]
    named = [model for model in made if model.variable and re.search(rf"\b{re.escape(model.variable)}\.", code)]
    candidates = named or made
    if not candidates:
        raise CannotCompareError(f"No Keras model was made until cell {claim.cell}.")
    if len({model.variable for model in named}) > 1:
        raise CannotCompareError(f"Cell {claim.cell} speaks of several networks.")
    return max(candidates, key=lambda model: (model.cell or 0, number_of(model)))


def used_in(claim: Claim, models: Sequence[Model], notebook: Notebook) -> Model:
    """The model that was trained or tested in the claim's cell, else the one that was before it."""
    here = [model for model in models if claim.cell in cells_of(model)]
    if len(here) > 1:
        said = [
            model for model in here if model.variable and re.search(rf"\b{re.escape(model.variable)}\b", claim.text)
        ]
        if len(said) != 1:
            raise CannotCompareError(f"Cell {claim.cell} trains or tests several networks.")
        return said[0]
    if here:
        return here[0]
    if claim.text.startswith(TABLE_ROW):
        row = claim.text.removeprefix(TABLE_ROW).partition(":")[0]
        named = [model for model in models if model.variable == row]
        if len(named) != 1:
            raise CannotCompareError("It stands in a table, and its row has the name of no network's variable.")
        return named[0]
    if FOREIGN.search(notebook.sources[claim.cell - 1]):
        raise CannotCompareError(f"No Keras model was trained or tested in cell {claim.cell} when it was run here.")
    before = [model for model in models if min(cells_of(model), default=claim.cell) < claim.cell]
    if not before:
        raise CannotCompareError(f"No Keras model was trained before cell {claim.cell}.")
    return max(before, key=lambda model: max(cell for cell in cells_of(model) if cell < claim.cell))


def cells_of(model: Model) -> set[int]:
    """Cells that trained or tested it."""
    cells = [*(fit.cell for fit in model.fits), *(call.cell for call in model.evaluations)]
    return {cell for cell in cells if cell}


def number_of(model: Model) -> int:
    """In the order of their making."""
    return int(model.id.removeprefix("model-"))


def name_of(model: Model) -> str:
    """What the notebook calls it."""
    return f"`{model.variable}`" if model.variable else model.id


# -- Size and result ---------------------------------------------------------------------------------------------------


def in_size(claim: Claim, model: Model) -> dict[str, Any]:
    """Parameters, which must be the same."""
    if not model.parameters:
        raise CannotCompareError("The network was never built, so it has no parameters to count.")
    same = claim.value == model.parameters
    because = "the same number" if same else "The outputs come from another version of the network."
    return {"outcome": "agrees" if same else "differs", "measured": model.parameters, "because": because}


def in_result(claim: Claim, model: Model, choice: Choice, notebook: Notebook) -> dict[str, Any]:
    """A figure on test rows, which may differ by as much as two runs do."""
    refuse_other_rows(claim, model, notebook)
    measured = measurement_for(claim, model, choice, notebook)
    metric = claim.metric.removeprefix("val_").removeprefix("test_")
    value = math.sqrt(measured.metrics["mse"]) if metric == "rmse" else measured.metrics[metric]
    allowed, words = allowed_between(
        metric, value, model, measured, notebook.spreads, notebook.assignment.of(choice.network)
    )
    apart = abs(claim.value - value)
    if apart > allowed and (cut := next((fit for fit in model.fits if fit.was_cut), None)):
        raise CannotCompareError(
            f"The grader ended the training after {cut.epochs_granted} of {cut.epochs_asked} epochs, so here it is "
            f"{value:.4g}. Graded with --budget full, the two can be compared."
        )
    outcome = "agrees" if apart <= allowed else "differs"
    return {"outcome": outcome, "measured": value, "because": f"{apart:.2g} apart; {words}"}


def refuse_other_rows(claim: Claim, model: Model, notebook: Notebook) -> None:
    """Raise `CannotCompareError` unless the claim is of rows that the network was not trained on."""
    here = [call for call in model.evaluations if call.cell == claim.cell and call.trained_on is not None]
    if claim.of == "training" or (claim.of != "validation" and here and all(map(is_known, here))):
        raise CannotCompareError("It is a figure of the rows trained on; what is measured here are test rows.")
    if claim.of == "validation" and not validates_on_test_rows(claim, model, notebook):
        raise CannotCompareError("It is a figure of the notebook's own validation rows, which are no test rows.")
    if claim.of == "unknown" and not (
        here and all(call.trained_on is not None and not is_known(call) for call in here)
    ):
        raise CannotCompareError("The notebook does not say on which rows.")
    later = [fit.cell for fit in model.fits if (fit.cell or 0) > claim.cell]
    if later:
        raise CannotCompareError(f"The network was trained on in cell {later[-1]}, after this figure was printed.")


def is_known(call: Evaluation) -> bool:
    """Whether it is on rows that the model had been trained on."""
    return (call.trained_on or 0) > MOSTLY


def validates_on_test_rows(claim: Claim, model: Model, notebook: Notebook) -> bool:
    """Whether the validation_data of the last fit() until the claim are as good as test rows."""
    fits = [fit for fit in model.fits if (fit.cell or 0) <= claim.cell]
    if not fits:
        return False
    if notebook.assignment.task.resplit:
        return is_at_most(fits[-1].validation_trained_on, chance(notebook.evidence.data))
    return test_share(fits[-1].validation_from) > MOSTLY


def measurement_for(claim: Claim, model: Model, choice: Choice, notebook: Notebook) -> Measurement:
    """What the claim can be held against. Raises `CannotCompareError`."""
    metric = claim.metric.removeprefix("val_").removeprefix("test_")
    if notebook.evidence.data.stand_in:
        raise CannotCompareError("Small digits stand in for the data set here.")
    if not choice.measurements:
        raise CannotCompareError(f"Nothing was measured here. {choice.not_measured_because}".strip())
    low, high = SAME_UNIT
    scale = model.fits[-1].fed.target_scale if model.fits else None
    if notebook.assignment.task.kind == "regression" and scale is not None and not low <= scale <= high:
        raise CannotCompareError("The notebook has scaled the target, so its figures have another unit.")
    measured = choice.measurements[0]
    if {"rmse": "mse"}.get(metric, metric) not in measured.metrics:
        raise CannotCompareError(f"The grader does not measure the {metric}.")
    return measured


def allowed_between(
    metric: str, value: float, model: Model, measured: Measurement, spreads: Spreads, assignment: Assignment
) -> tuple[float, str]:
    """How far two runs of the network may be apart, and where that comes from. Raises `CannotCompareError`.

    By the calibration's spread, where the network is a documented one. A share of rows differs besides as it does for
    chance: by its standard deviation, sqrt(p (1 - p) / rows). A claim and a measurement are two runs, hence sqrt(2).
    """
    network = assignment.network
    own = next((each for each in network.documented_models if is_same(model, each, network.input_shapes[0])), None)
    is_regression = assignment.task.kind == "regression"
    known = spreads.get((own or network.documented_models[0]).name, {}) if own or is_regression else {}
    spread = known.get("mse", 0.0) / (2 * value) if metric == "rmse" and value else known.get(metric, 0.0)
    if is_regression and not spread:
        raise CannotCompareError("Nobody has measured yet how far two runs of such a network differ.")
    noise = 0.0 if is_regression else max(value * (1 - value), 0.0) / measured.rows
    allowed = SURE * math.sqrt(2 * (spread**2 + noise))
    reasons = [
        words
        for words, holds in (
            ("the spread of the calibration", spread),
            (f"the chance of which {measured.rows:,} rows are tested", noise),
        )
        if holds
    ]
    return allowed, f"up to {allowed:.2g} is no difference, by {' and '.join(reasons)}"

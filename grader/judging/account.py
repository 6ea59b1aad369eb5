"""What a notebook's own process says of a model, and what the judge found -> where both cannot be true.

A student's code runs in the process that writes the account, and can change it; no mark rests on it. Where the two
differ by more than rounding and chance explain, somebody should ask.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import islice

from grader.fields import Figure
from grader.records import Discrepancy, Evaluation, Layer, Measurement, Model

MOST = 20
"""Discrepancies of one model."""
ROUNDING = 0.002
"""Of an accuracy: single precision may turn a few rows that lie between two classes."""
SURE = 5
"""Standard deviations that a sample is away from all rows by chance once in a million times."""
SAME_FIGURE = 1e-3
"""Of itself, by which two ways of adding up errors may differ."""
NAMES = {"acc": "accuracy", "accuracy": "accuracy", "mae": "mae", "mean_absolute_error": "mae"}
NAMES |= {"mse": "mse", "mean_squared_error": "mse"}
"""What evaluate() calls a figure, and what the judge does."""


def discrepancies(
    said: Model, found: Model, weights: Figure = None, tested: Measurement | None = None
) -> list[Discrepancy]:
    """Where the account does not hold.

    Args:
        said: the model, as the notebook's process describes it.
        found: as the judge rebuilt it.
        weights: checksum of the weights that the judge has.
        tested: the judge's result on rows of the last evaluate(), with the notebook's own labels.

    """
    if said.output_shape is None or said.not_rebuilt_because:
        return []  # it was described before it was built, or what was saved is an earlier state of it
    found_in_all = [*in_layers(said.layers, found.layers), *in_size(said, found)]
    if tested is not None:
        found_in_all += in_figures(said.evaluations, tested, weights)
    return found_in_all[:MOST]


def in_layers(said: Sequence[Layer], found: Sequence[Layer]) -> Iterator[Discrepancy]:
    """The layer tables row by row. What one side does not know says nothing."""
    if len(said) != len(found):
        yield discrepancy("the number of layers", len(said), len(found))
        return
    for number, (one, other) in enumerate(zip(said, found, strict=True), start=1):
        for name in ("class_name", "activation", "output_shape", "parameters"):
            pair = getattr(one, name), getattr(other, name)
            if pair[0] != pair[1] and None not in pair:
                yield discrepancy(f"{name.replace('_', ' ')} of layer {number}", *pair)
        for name in one.settings.keys() & other.settings.keys():
            if one.settings[name] != other.settings[name]:
                yield discrepancy(f"{name} of layer {number}", one.settings[name], other.settings[name])


def in_size(said: Model, found: Model) -> Iterator[Discrepancy]:
    """The parameters in all."""
    if said.parameters != found.parameters:
        yield discrepancy("the number of parameters", f"{said.parameters:,}", f"{found.parameters:,}")


def in_figures(calls: Sequence[Evaluation], tested: Measurement, weights: Figure) -> Iterator[Discrepancy]:
    """What the last evaluate() said, where the model has the same weights since."""
    last = next((call for call in reversed(calls) if call.method == "evaluate" and (call.rows or 0) > 1), None)
    if last is None or last.rows is None or weights is None or last.weights is None:
        return
    if not math.isclose(last.weights, weights, rel_tol=1e-6, abs_tol=1e-6):
        return
    for name, value in islice(last.results.items(), MOST):
        metric = NAMES.get(name.lower())
        if metric is None or value is None or metric not in tested.metrics:
            continue
        here = tested.metrics[metric]
        if abs(value - here) > allowed(metric, value, here, tested.rows, last.rows):
            what = f"{metric} on {tested.rows:,} of the rows given to evaluate()"
            yield discrepancy(f"{what} in cell {last.cell}" if last.cell else what, f"{value:.4g}", f"{here:.4g}")


def allowed(metric: str, said: float, found: float, sampled: int, rows: int) -> float:
    """How far apart a figure of all rows and one of a sample of them may be."""
    if metric != "accuracy":
        return SAME_FIGURE * max(abs(said), abs(found), 1e-6) if sampled >= rows else math.inf
    variance = max(share * (1 - share) for share in (min(max(said, 0.0), 1.0), found))
    left_out = max(0.0, 1 - sampled / rows)
    return ROUNDING + 2 / sampled + SURE * math.sqrt(variance / sampled * left_out)


def discrepancy(what: str, said: object, found: object) -> Discrepancy:
    """In words that are not too long for a page."""
    return Discrepancy(what=what[:200], said=str(said)[:200], found=str(found)[:200])


def in_words(found: Sequence[Discrepancy], most: int) -> str:
    """The first of them as a sentence."""
    told = [f"{each.what}: {each.said} by its own account, {each.found} by the judge's" for each in found[:most]]
    return "; ".join(told) + (f"; and {len(found) - most} more" if len(found) > most else "")

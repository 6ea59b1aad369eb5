"""A model's layers beside the documented ones -> the rows of the layer table, aligned, each with what differs."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product, zip_longest

from grader.courses.sheet import DocumentedLayer, DocumentedModel
from grader.records import Layer, Model


@dataclass(frozen=True)
class LayerPair:
    """One line of the layer table."""

    layer: Layer | None
    documented: DocumentedLayer | None
    verdict: str
    """same, or in words what differs; empty where the two networks are not compared."""


@dataclass(frozen=True)
class Comparison:
    """The notebook's network beside a documented one."""

    documented: DocumentedModel | None
    alike: bool
    """False where no documented network resembles the notebook's: then the two are only shown."""
    pairs: list[LayerPair]


def compare_layers(model: Model | None, documented: Sequence[DocumentedModel]) -> Comparison:
    """The model beside the documented one that it resembles most, or else beside the default."""
    layers = [layer for layer in model.layers if layer.class_name != "InputLayer"] if model else []
    if not documented:
        return Comparison(None, False, [LayerPair(layer, None, "") for layer in layers])
    alignments = [(*align(layers, other.layers), other) for other in documented]
    likeness, pairs, closest = max(alignments, key=lambda alignment: alignment[0])
    if likeness < 0.5:
        shown = [LayerPair(layer, other, "") for layer, other in zip_longest(layers, documented[0].layers)]
        return Comparison(documented[0], False, shown)
    return Comparison(closest, True, pairs)


def align(layers: Sequence[Layer], documented: Sequence[DocumentedLayer]) -> tuple[float, list[LayerPair]]:
    """The rows with the fewest differences, and how alike that makes the networks: 0 to 1, which is the same.

    Only layers of one class share a row. A row with one layer costs 2, every property that differs costs 1/2.
    """
    rows, columns = len(layers), len(documented)
    costs = {(rows, column): 2.0 * (columns - column) for column in range(columns + 1)}
    costs |= {(row, columns): 2.0 * (rows - row) for row in range(rows + 1)}
    steps = {place: (0, 1) if place[0] == rows else (1, 0) for place in costs}
    for row, column in product(reversed(range(rows)), reversed(range(columns))):
        choices = {(1, 0): 2 + costs[row + 1, column], (0, 1): 2 + costs[row, column + 1]}
        if layers[row].class_name == documented[column].class_name:
            differing = len(differences(layers[row], documented[column]))
            choices = {(1, 1): differing / 2 + costs[row + 1, column + 1], **choices}
        steps[row, column] = min(choices, key=lambda step: choices[step])
        costs[row, column] = choices[steps[row, column]]
    pairs, row, column = [], 0, 0
    while row < rows or column < columns:
        down, across = steps[row, column]
        pairs.append(pair(layers[row] if down else None, documented[column] if across else None))
        row, column = row + down, column + across
    return 1 - costs[0, 0] / max(2 * (rows + columns), 1), pairs


def pair(layer: Layer | None, documented: DocumentedLayer | None) -> LayerPair:
    """A row of two layers of one class, or of one layer without counterpart."""
    if documented is None:
        return LayerPair(layer, None, "only in notebook")
    if layer is None:
        return LayerPair(None, documented, "only in document")
    words = ", ".join(differences(layer, documented))
    return LayerPair(layer, documented, f"differs: {words}" if words else "same")


def differences(layer: Layer, documented: DocumentedLayer) -> list[str]:
    """The properties in which two layers of one class differ."""
    differs = {
        "shape": layer.output_shape is not None and layer.output_shape[1:] != documented.output_shape,
        "activation": documented.activation not in (None, layer.activation),
        "parameters": layer.parameters != documented.parameters,
    }
    return [name for name, holds in differs.items() if holds]

"""A network -> questions about the number of its parameters."""

import math
from collections.abc import Iterator

from grader.judging.arithmetic import Shape, one_layer, pair, total
from grader.records import Layer
from grader.viva.case import Case, by, short
from grader.viva.question import Question

CONVOLUTIONS = {"Conv1D", "Conv2D"}
WHY_NONE = {
    "Dropout": "It only sets a random share of the numbers to 0 while the network trains.",
    "MaxPooling2D": "It only picks the largest number of each window.",
    "MaxPooling1D": "It only picks the largest number of each window.",
    "AveragePooling2D": "It only averages the numbers of each window.",
    "GlobalAveragePooling2D": "It only averages the numbers of each channel.",
    "GlobalAveragePooling1D": "It only averages the numbers of each channel.",
    "Flatten": "It only writes the same numbers in one row.",
}


def counting(case: Case) -> Iterator[Question]:
    """Show how a layer comes to its parameters."""
    for incoming, layer in case.steps:
        if layer.class_name in {"Dense", *CONVOLUTIONS, "Embedding"} and layer.parameters:
            count = f"{layer.parameters:,}"
            yield Question(
                generator="counting",
                level="apply",
                text=f"{short(layer)} in {case.network} has {count} parameters. Show how they come about.",
                expected=f"{sum_of(incoming, layer)} = {count}. {explained(incoming, layer)}",
                partial=slip(incoming, layer),
                based_on=case.on(layer),
                figures={"parameters": layer.parameters},
            )


def sum_of(incoming: Shape, layer: Layer) -> str:
    """The arithmetic of a layer's parameters, without its result."""
    settings, bias = layer.settings, " + 1" if layer.settings.get("use_bias", True) else ""
    if layer.class_name == "Embedding":
        return f"{settings['input_dim']:,} × {settings['output_dim']:,}"
    if layer.class_name == "BatchNormalization":
        return f"4 × {incoming[-1]:,}"
    if layer.class_name == "Dense":
        return f"({incoming[-1]:,}{bias}) × {settings['units']:,}"
    return f"({by((*kernel_of(layer, incoming), incoming[-1]))}{bias}) × {settings['filters']:,}"


def kernel_of(layer: Layer, incoming: Shape) -> Shape:
    """Sides of the kernel."""
    return pair(layer.settings["kernel_size"], len(incoming) - 1)


def width_of(layer: Layer) -> int:
    """Units or filters."""
    width = layer.settings.get("units", layer.settings.get("filters"))
    return width if isinstance(width, int) else 0


def explained(incoming: Shape, layer: Layer) -> str:
    """The same in words."""
    settings, bias = layer.settings, " and a bias" if layer.settings.get("use_bias", True) else ""
    if layer.class_name == "Embedding":
        return f"A row of {settings['output_dim']:,} numbers for each of {settings['input_dim']:,} words; no bias."
    if layer.class_name == "Dense":
        return f"{each_of(width_of(layer), 'unit')} has a weight for each of {incoming[-1]:,} inputs{bias}."
    kernel, filters = by(kernel_of(layer, incoming)), each_of(width_of(layer), "filter")
    channels = "the one channel" if incoming[-1] == 1 else f"each of {incoming[-1]:,} channels"
    return f"{filters} has {kernel} weights for {channels}{bias}."


def each_of(count: int, what: str) -> str:
    """Each of the 10 units, or The one unit."""
    return f"The one {what}" if count == 1 else f"Each of the {count:,} {what}s"


def slip(incoming: Shape, layer: Layer) -> str:
    """A near miss, with the number that it gives."""
    if layer.class_name == "Embedding":
        return "Knows that it is a table, but not what its rows and columns are."
    biases = width_of(layer)
    if not layer.settings.get("use_bias", True):
        return f"Adds biases, which the layer does not have: {layer.parameters + biases:,}."
    forgotten = f"Forgets the biases: {layer.parameters - biases:,}."
    if layer.class_name in CONVOLUTIONS and incoming[-1] > 1:
        flat = (math.prod(kernel_of(layer, incoming)) + 1) * biases
        return f"{forgotten} Or forgets that a kernel spans all {incoming[-1]:,} channels: {flat:,}."
    return forgotten


def largest(case: Case) -> Iterator[Question]:
    """Which layer holds most of them, and why."""
    ranked = sorted(case.steps, key=lambda step: step[1].parameters, reverse=True)
    if len(ranked) < 2 or ranked[0][1].parameters == ranked[1][1].parameters:
        return
    incoming, layer = ranked[0]
    if layer.class_name not in {"Dense", *CONVOLUTIONS, "Embedding"}:
        return
    whole = total(case.model.layers)
    share = round(100 * layer.parameters / whole)
    fed = [each for each in case.model.layers[: case.model.layers.index(layer)] if each.class_name != "Dropout"]
    maps = fed and fed[-1].class_name == "Flatten" and any(each.class_name in CONVOLUTIONS for each in fed)
    cut = f" A pooling before {short(fed[-1])} would shrink it." if maps and layer.class_name == "Dense" else ""
    yield Question(
        generator="largest",
        level="analyse",
        text=f"Which layer of {case.network} holds most of its {whole:,} parameters, and why that one?",
        expected=f"{short(layer)}: {sum_of(incoming, layer)} = {layer.parameters:,}, about {share} %. "
        f"{explained(incoming, layer)}{cut}",
        partial="Names the layer, but does not say which two sizes are multiplied.",
        based_on=f"all layers, {case.made}",  # the layer's name would be the answer
        figures={"parameters": layer.parameters, "total": whole, "share": share},
    )


def without_parameters(case: Case) -> Iterator[Question]:
    """Why some layers have none."""
    for incoming, layer in case.steps:
        if layer.class_name in WHY_NONE:
            shape = one_layer(incoming, layer)[0]
            kept = "the shape stays" if shape == incoming else f"the shape changes from {by(incoming)} to {by(shape)}"
            yield Question(
                generator="without_parameters",
                level="recall",
                text=f"{short(layer)} in {case.network} has no parameters. What does it do, and why has it none?",
                expected=f"{WHY_NONE[layer.class_name]} There is nothing in it to learn; {kept}.",
                partial="Says what it does, but not why nothing is learned.",
                based_on=case.on(layer),
                figures={"parameters": 0},
                shape=list(shape),
            )


def normalization(case: Case) -> Iterator[Question]:
    """Why half of what batch normalisation counts is not trained."""
    for incoming, layer in case.steps:
        if layer.class_name == "BatchNormalization":
            count = one_layer(incoming, layer)[2]
            yield Question(
                generator="normalization",
                level="analyse",
                text=f"{short(layer)} in {case.network} has {layer.parameters:,} parameters, but only {count:,} of "
                "them can be trained. What are the others?",
                expected=f"4 × {incoming[-1]:,}: for each channel a scale and a shift, which are learned, and a "
                "running mean and variance, which are counted while it trains and used when it predicts.",
                partial="Knows that mean and variance are kept, but not what is learned.",
                based_on=case.on(layer),
                figures={"parameters": layer.parameters, "trainable": count},
            )

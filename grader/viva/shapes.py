"""A network -> questions about the shapes that leave its layers."""

import math
from collections.abc import Iterator

from grader.judging.arithmetic import Shape, altered, one_layer, pair, row_shape
from grader.records import Layer
from grader.viva.case import Case, by, short
from grader.viva.parameters import CONVOLUTIONS
from grader.viva.question import Question
from grader.viva.variants import applied

POOLINGS = {"MaxPooling1D", "MaxPooling2D", "AveragePooling1D", "AveragePooling2D"}


def leaving(case: Case) -> Iterator[Question]:
    """What leaves a layer with a window, and what would with the other padding."""
    for at, (incoming, layer) in enumerate(case.steps):
        if layer.class_name not in POOLINGS | CONVOLUTIONS:
            continue
        other = "valid" if layer.settings.get("padding") == "same" else "same"
        variant = applied(case, altered(case.model.layers, at, padding=other))
        if variant is None:
            continue
        now, then = one_layer(incoming, layer)[0], row_shape(variant[at].output_shape or ())
        yield Question(
            generator="leaving",
            level="apply",
            text=f"{by(incoming)} enters {short(layer)} in {case.network}. What leaves it, and what would leave it "
            "with "
            f'padding="{other}"?',
            expected=f'{by(now)}: {window(incoming, layer)}. With padding="{other}" '
            + (
                "the same, as nothing is lost here." if now == then else f"{by(then)}: {window(incoming, variant[at])}."
            ),
            partial=f"Has {by(now)}, but not the effect of the padding; or forgets the {now[-1]:,} channels.",
            based_on=case.on(layer),
            shape=list(then),
            variant=variant,
            input_shape=list(case.input_shape),
        )


def window(incoming: Shape, layer: Layer) -> str:
    """How one side comes about, for example: (28 − 3) // 1 + 1 = 26."""
    sides = len(incoming) - 1
    size = pair(layer.settings.get("kernel_size") or layer.settings.get("pool_size"), sides)[0]
    step = pair(layer.settings.get("strides") or (1 if layer.class_name in CONVOLUTIONS else size), sides)[0]
    if layer.settings.get("padding") == "same":
        return f"{incoming[0]:,} / {step} rounded up is {math.ceil(incoming[0] / step):,}"
    return f"({incoming[0]:,} − {size}) // {step} + 1 = {(incoming[0] - size) // step + 1:,}"


def flattening(case: Case) -> Iterator[Question]:
    """Where the length of the flat row comes from."""
    for incoming, layer in case.steps:
        if layer.class_name == "Flatten" and len(incoming) > 1:
            count = math.prod(incoming)
            yield Question(
                generator="flattening",
                level="recall",
                text=f"{short(layer)} in {case.network} gives {count:,} numbers for each row. Where do they come from?",
                expected=f"{by(incoming)} = {count:,}: all numbers that the layer before it gives, in one row.",
                partial="Says that it makes one row of numbers, but not of how many.",
                based_on=case.on(layer),
                figures={"numbers": count},
                shape=[count],
            )


def batch_axis(case: Case) -> Iterator[Question]:
    """What the None in the shapes of the summary means."""
    for _, layer in case.steps:
        shape = row_shape(layer.output_shape or ())
        if layer.parameters:
            yield Question(
                generator="batch_axis",
                level="recall",
                text=f"The summary of {case.network} prints (None, {', '.join(map(str, shape))}) for {short(layer)}. "
                "What does each number stand for?",
                expected="None is the number of rows in a batch, which is not fixed. "
                + (
                    f"{by(shape[:-1])} are the places where the kernel was put, {shape[-1]:,} the filters."
                    if layer.class_name in CONVOLUTIONS
                    else f"{shape[-1]:,} is how many numbers it gives for each row."
                    if len(shape) == 1
                    else f"{by(shape[:-1])} are the places, {shape[-1]:,} the numbers at each of them."
                ),
                partial="Reads the numbers, but takes None for a mistake or for 0.",
                based_on=case.on(layer),
                shape=list(shape),
            )

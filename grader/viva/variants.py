"""A list of layers and a change -> the layers of the changed network, counted anew."""

from collections.abc import Sequence

from grader.judging.arithmetic import Shape, UnknownLayerError, replay
from grader.records import Layer
from grader.viva.case import Case, short


def applied(case: Case, layers: Sequence[Layer], input_shape: Shape | None = None) -> list[Layer] | None:
    """The changed layers with their shapes and parameters; None where no network can be built of them."""
    try:
        return replay(input_shape or case.input_shape, layers)
    except UnknownLayerError:
        return None


def differences(before: Sequence[Layer], after: Sequence[Layer]) -> str:
    """Which layers have another number of parameters then, for example: `dense` 1,290 instead of 2,570."""
    known = {layer.name: layer.parameters for layer in before}
    return ", ".join(
        f"{short(layer)} {layer.parameters:,} instead of {known[layer.name]:,}"
        for layer in after
        if known.get(layer.name, layer.parameters) != layer.parameters
    )

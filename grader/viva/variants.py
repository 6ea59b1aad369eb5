"""A list of layers and a change -> the layers of the changed network, counted anew."""

from collections.abc import Sequence

from grader.fields import Setting
from grader.records import Layer
from grader.viva.arithmetic import Shape, UnknownLayerError, replay
from grader.viva.case import Case, short


def altered(layers: Sequence[Layer], at: int, **settings: Setting) -> list[Layer]:
    """The layers, one of them with other settings."""
    layer = layers[at].model_copy(update={"settings": {**layers[at].settings, **settings}})
    return [*layers[:at], layer, *layers[at + 1 :]]


def without(layers: Sequence[Layer], at: int) -> list[Layer]:
    """The layers but one."""
    return [*layers[:at], *layers[at + 1 :]]


def replaced(layers: Sequence[Layer], at: int, class_name: str) -> list[Layer]:
    """The layers, one of them of another kind, which needs no settings."""
    layer = Layer(name=layers[at].name, class_name=class_name, parameters=0)
    return [*layers[:at], layer, *layers[at + 1 :]]


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

"""Layers with their settings, and the shape of a row -> the shape that leaves each layer, and its parameters.

Keras' own rules for the layers that students use, channels last. An unknown layer raises `UnknownLayerError`: nothing
is guessed. Before a question rests on this, `reproduces` has found the very figures that the judge had from Keras.
"""

import math
from collections.abc import Callable, Sequence
from typing import Any

from grader.fields import Setting
from grader.records import Layer, Model

Shape = tuple[int, ...]
"""Of a row: without the batch axis."""
Found = tuple[Shape, int, int]
"""Shape of the output, parameters, and how many of these the training changes."""

SAME_SHAPE = frozenset(
    {
        *("InputLayer", "Dropout", "SpatialDropout1D", "SpatialDropout2D", "GaussianNoise", "GaussianDropout"),
        *("AlphaDropout", "Activation", "ReLU", "LeakyReLU", "ELU", "Softmax", "Rescaling", "ActivityRegularization"),
        *("RandomFlip", "RandomRotation", "RandomZoom", "RandomTranslation", "RandomContrast"),
    }
)
"""Layers that leave the shape as it is and have no parameters."""


class UnknownLayerError(Exception):
    """A layer, or a setting of it, that this arithmetic does not know."""


def replay(input_shape: Shape, layers: Sequence[Layer]) -> list[Layer]:
    """The layers in a row, each with the shape and the parameters that follow from its settings.

    Raises:
        UnknownLayerError: a layer is not known, or cannot take what the one before it gives.

    """
    shape, rows = input_shape, []
    for layer in layers:
        shape, parameters, _ = one_layer(shape, layer)
        rows.append(layer.model_copy(update={"output_shape": (None, *shape), "parameters": parameters}))
    return rows


def reproduces(model: Model) -> bool:
    """Whether the arithmetic finds the model's own layer table, and its layers are one chain."""
    if not model.input_shape or None in model.input_shape[1:] or not model.layers:
        return False
    try:
        found = replay(row_shape(model.input_shape), model.layers)
    except UnknownLayerError:
        return False
    return found == list(model.layers) and sum(layer.parameters for layer in found) == model.parameters


def row_shape(shape: Sequence[int | None]) -> Shape:
    """The shape of a row, from one with the batch axis."""
    return tuple(axis or 0 for axis in shape[1:])


def total(layers: Sequence[Layer]) -> int:
    """Parameters of all layers."""
    return sum(layer.parameters for layer in layers)


def one_layer(shape: Shape, layer: Layer) -> Found:
    """What leaves one layer that is given rows of this shape."""
    if layer.class_name in SAME_SHAPE:
        return shape, 0, 0
    rule = RULES.get(layer.class_name)
    if rule is None or not shape:
        raise UnknownLayerError(layer.class_name)
    found = rule(shape, layer.settings)
    if any(axis < 1 for axis in found[0]):
        raise UnknownLayerError(f"{layer.name}: nothing is left of {shape}")
    return found


# -- Changed layers ---------------------------------------------------------------------------------------------------


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


# -- One rule a layer --------------------------------------------------------------------------------------------------


def setting(settings: dict[str, Any], name: str) -> Any:
    """A setting that the layer cannot do without."""
    if settings.get(name) is None:
        raise UnknownLayerError(name)
    return settings[name]


def count(settings: dict[str, Any], name: str) -> int:
    """Such a setting that is a number of things."""
    value = setting(settings, name)
    if not isinstance(value, int) or value < 1:
        raise UnknownLayerError(f"{name}={value}")
    return value


def dense(shape: Shape, settings: dict[str, Any]) -> Found:
    """Every unit has a weight for each number of the last axis, and a bias."""
    units = count(settings, "units")
    parameters = (shape[-1] + bias(settings)) * units
    return (*shape[:-1], units), parameters, parameters


def bias(settings: dict[str, Any]) -> int:
    """1 where each unit or filter has one."""
    return int(bool(settings.get("use_bias", True)))  # Keras takes [1] as well


def convolution(shape: Shape, settings: dict[str, Any]) -> Found:
    """Every filter spans all channels of what comes in."""
    sides = axes(shape)
    filters, kernel = count(settings, "filters"), pair(setting(settings, "kernel_size"), sides)
    if settings.get("dilation_rate") and set(pair(settings["dilation_rate"], sides)) != {1}:
        raise UnknownLayerError("dilation_rate")
    parameters = (math.prod(kernel) * shape[-1] + bias(settings)) * filters
    return (*slid(shape, kernel, settings.get("strides") or 1, settings), filters), parameters, parameters


def pooling(shape: Shape, settings: dict[str, Any]) -> Found:
    """The window moves by its own size unless strides say otherwise."""
    pool = pair(setting(settings, "pool_size"), axes(shape))
    return (*slid(shape, pool, settings.get("strides") or list(pool), settings), shape[-1]), 0, 0


def slid(shape: Shape, window: Shape, strides: Any, settings: dict[str, Any]) -> Shape:
    """How many places a window has along each axis."""
    steps, padding = pair(strides, axes(shape)), settings.get("padding", "valid")
    sides = list(zip(shape[:-1], window, steps, strict=True))
    if padding == "same":
        return tuple(math.ceil(side / step) for side, _, step in sides)
    if padding != "valid":
        raise UnknownLayerError(f"padding {padding}")
    return tuple((side - size) // step + 1 for side, size, step in sides)


def pair(value: Any, sides: int) -> Shape:
    """A number for each axis."""
    numbers = [value] * sides if isinstance(value, int) else list(value) if isinstance(value, (list, tuple)) else []
    if len(numbers) != sides or not all(isinstance(number, int) and number > 0 for number in numbers):
        raise UnknownLayerError(f"{value}")
    return tuple(numbers)


def axes(shape: Shape) -> int:
    """Of a row along which a window slides."""
    if len(shape) < 2:
        raise UnknownLayerError(f"a window over {shape}")
    return len(shape) - 1


def flatten(shape: Shape, settings: dict[str, Any]) -> Found:
    """All numbers in one row."""
    return (math.prod(shape),), 0, 0


def global_pooling(shape: Shape, settings: dict[str, Any]) -> Found:
    """One number for each channel."""
    if len(shape) < 2:
        raise UnknownLayerError(f"pooling of {shape}")
    return (shape[-1],), 0, 0


def reshape(shape: Shape, settings: dict[str, Any]) -> Found:
    """The same numbers arranged in another way."""
    target = setting(settings, "target_shape")
    if not isinstance(target, list) or not all(isinstance(axis, int) for axis in target):
        raise UnknownLayerError(f"{target}")
    if target.count(-1) > 1 or 0 in target:
        raise UnknownLayerError(f"{target}")
    if -1 in target:
        rest = math.prod(axis for axis in target if axis != -1)
        target = [math.prod(shape) // rest if axis == -1 else axis for axis in target]
    if math.prod(target) != math.prod(shape):
        raise UnknownLayerError(f"{shape} as {target}")
    return tuple(target), 0, 0


def batch_normalization(shape: Shape, settings: dict[str, Any]) -> Found:
    """Scale and shift are learned, mean and variance are counted."""
    if not settings.get("scale", True):
        raise UnknownLayerError("scale")
    return shape, 4 * shape[-1], 2 * shape[-1]


def embedding(shape: Shape, settings: dict[str, Any]) -> Found:
    """A row of numbers for each word."""
    width = count(settings, "output_dim")
    parameters = count(settings, "input_dim") * width
    return (*shape, width), parameters, parameters


RULES: dict[str, Callable[[Shape, dict[str, Any]], Found]] = {
    "Dense": dense,
    "Conv1D": convolution,
    "Conv2D": convolution,
    "MaxPooling1D": pooling,
    "MaxPooling2D": pooling,
    "AveragePooling1D": pooling,
    "AveragePooling2D": pooling,
    "GlobalAveragePooling1D": global_pooling,
    "GlobalAveragePooling2D": global_pooling,
    "GlobalMaxPooling1D": global_pooling,
    "GlobalMaxPooling2D": global_pooling,
    "Flatten": flatten,
    "Reshape": reshape,
    "BatchNormalization": batch_normalization,
    "Embedding": embedding,
}

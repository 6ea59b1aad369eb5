"""A live Keras model -> the facts of it as plain JSON values, in the fields of `grader.records.Model` and `Layer`."""

import math
from collections.abc import Iterator
from typing import Any

import keras
import numpy as np

SETTINGS = (
    "filters",
    "units",
    "kernel_size",
    "pool_size",
    "strides",
    "padding",
    "dilation_rate",
    "rate",
    "use_bias",
    "scale",
    "offset",
    "target_shape",
    "input_dim",
    "output_dim",
)
DEEPEST = 8
TENSORFLOW_ACTIVATIONS = {"softmax_v2": "softmax", "swish": "silu"}
"""Functions of `tf.nn` that Keras saves by a name it does not know, and Keras' activation that does the same."""
CHECKED_NUMBERS = 64
"""Of each array of weights."""


def layers_of(model: Any, depth: int = 0) -> Iterator[Any]:
    """The layers in order, those of nested models in the place of the nested model."""
    for layer in getattr(model, "layers", []):
        if isinstance(layer, keras.Model) and depth < DEEPEST:
            yield from layers_of(layer, depth + 1)
        else:
            yield layer


def model_facts(model: Any) -> dict[str, Any]:
    """Kind, layers, parameters and shapes of a model; a model that is not built yet has no shapes."""
    built = bool(getattr(model, "built", False))
    return {
        "kind": type(model).__name__,
        "layers": [layer_facts(layer) for layer in layers_of(model)],
        "parameters": count(model.weights) if built else 0,
        "trainable_parameters": count(model.trainable_weights) if built else 0,
        "input_shape": shape(getattr(model, "input_shape", None)) if built else None,
        "output_shape": shape(getattr(model, "output_shape", None)) if built else None,
    }


def layer_facts(layer: Any) -> dict[str, Any]:
    """One row of the layer table."""
    activation = getattr(layer, "activation", None)
    settings = {name: plain(getattr(layer, name)) for name in SETTINGS if hasattr(layer, name)}
    return {
        "name": str(layer.name)[:200],
        "class_name": type(layer).__name__[:200],
        "activation": None
        if activation is None
        else TENSORFLOW_ACTIVATIONS.get(name_of(activation), name_of(activation)),
        "output_shape": output_shape(layer),
        "parameters": count(layer.weights),
        "trainable": bool(layer.trainable),
        "settings": {name: value for name, value in settings.items() if value is not None},
    }


def output_shape(layer: Any) -> list[int | None] | None:
    """Shape of the layer's output with the batch axis; None where it was never called or has several."""
    try:
        return shape(layer.output.shape)
    except (AttributeError, ValueError, RuntimeError):
        return None


def shape(value: Any) -> list[int | None] | None:
    """Axes as plain numbers; None for anything but one shape."""
    if not isinstance(value, (tuple, list)) or not all(axis is None or isinstance(axis, int) for axis in value):
        return None
    return list(value)


def count(weights: list[Any]) -> int:
    """Number of scalars in the weights."""
    return sum(math.prod(weight.shape) for weight in weights)


def compile_facts(model: Any) -> dict[str, Any] | None:
    """Optimizer, rate, loss and metrics, as compile() was given them; None where it was not called."""
    if not getattr(model, "compiled", False):
        return None
    optimizer = getattr(model, "optimizer", None)
    config = getattr(getattr(model, "_compile_config", None), "config", {})
    metrics = config.get("metrics") or []
    return {
        "optimizer": None if optimizer is None else type(optimizer).__name__,
        "learning_rate": learning_rate(optimizer),
        "loss": loss_name(config.get("loss", getattr(model, "loss", None))),
        "metrics": [name_of(metric) for metric in (metrics if isinstance(metrics, (list, tuple)) else [metrics])][:20],
    }


def updates(model: Any) -> int:
    """How often the weights were updated by the model's own optimizer, in fit() or in a loop of the notebook's own."""
    iterations = getattr(getattr(model, "optimizer", None), "iterations", 0)
    return int(keras.ops.convert_to_numpy(iterations))


def checksum(model: Any) -> float | None:
    """A cheap figure that changes when weights do: the sum over the first values of each; None where it is infinite."""
    arrays = (np.ravel(keras.ops.convert_to_numpy(weight)) for weight in model.weights)
    return finite(float(sum(array[:CHECKED_NUMBERS].astype("float64").sum() for array in arrays)))


def learning_rate(optimizer: Any) -> float | None:
    """The rate as it is now; None where it is not a number."""
    try:
        return finite(float(optimizer.learning_rate))
    except (AttributeError, TypeError, ValueError):
        return None


def loss_name(loss: Any) -> str | None:
    """Keras' snake_case name, with `(from_logits=True)` where the loss expects logits."""
    if loss is None:
        return None
    logits = isinstance(loss, keras.losses.Loss) and loss.get_config().get("from_logits")
    return name_of(loss) + ("(from_logits=True)" if logits else "")


def name_of(thing: Any) -> str:
    """What Keras calls a metric, a loss or an activation, however it was given."""
    if isinstance(thing, str):
        return thing[:200]
    name = getattr(thing, "name", None) or getattr(thing, "__name__", None) or type(thing).__name__
    return str(name)[:200]


def plain(value: Any) -> Any:
    """A setting as JSON knows it; None for what is no plain value."""
    if isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return finite(value)
    if isinstance(value, (tuple, list)) and len(value) <= 8:
        return [plain(item) for item in value]
    return None


def finite(value: float) -> float | None:
    """The number, or None where it is NaN or infinite: JSON has neither."""
    return value if math.isfinite(value) else None

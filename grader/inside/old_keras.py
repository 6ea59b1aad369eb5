"""What Keras 1 and 2 knew and Keras 3 does not -> the same done with Keras 3. The rules are in `old_api`."""

import functools
import inspect
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from grader.inside import imports
from grader.inside.describe import name_of
from grader.inside.notes import asked_by_notebook
from grader.inside.ways import Mend, Rule, Way, home, missing, namespaces, wrap

OTHER_NAMES = (("acc", "accuracy"), ("mae", "mean_absolute_error"), ("mse", "mean_squared_error"))
"""Metrics that Keras has called by one name or by the other."""
FORMER_OPTIMIZERS = ("Adadelta", "Adagrad", "Adam", "Adamax", "Ftrl", "Nadam", "RMSprop", "SGD")
GENERATOR_ARGUMENTS = ("steps_per_epoch", "epochs", "verbose", "callbacks", "validation_data", "validation_steps")
BATCH = 32

# -- Layers ------------------------------------------------------------------------------------------------------------

layer_arguments: dict[str, tuple[Rule, tuple[str, ...], Mend]] = {}


def layer_argument(old: str, *today: str, mend: Mend = None) -> Way:
    """An argument of layers: the first of today's names that a layer has takes its value, or `mend` sees to it.

    Without any of them it is dropped, unless it runs as it is. A layer that has an argument of the old name keeps it.
    """

    def install(rule: Rule) -> None:
        if not layer_arguments:
            imports.after_import("keras.layers", wrap_layers)
        layer_arguments[old] = rule, today, mend

    return install


def wrap_layers(module: ModuleType) -> None:
    """Let every kind of layer mend its arguments."""
    for cls in {each for each in vars(module).values() if isinstance(each, type) and "__init__" in vars(each)}:
        if issubclass(cls, keras.Layer) and cls is not keras.Layer:
            parameters = inspect.signature(vars(cls)["__init__"]).parameters
            wrap(cls, "__init__", functools.partial(make_layer, frozenset(parameters)))


def make_layer(
    parameters: frozenset[str], original: Callable[..., None], layer: Any, *args: Any, **kwargs: Any
) -> None:
    """A layer's `__init__` with its old arguments mended."""
    old = layer_arguments.keys() & kwargs.keys() - parameters
    for name in old:
        rule, today, mend = layer_arguments[name]
        if not rule.runs_as_is:
            rule.use()
            value = kwargs.pop(name)
            new = next((each for each in today if each in parameters), None)
            if new:
                kwargs[new] = value
            if callable(mend):
                mend(kwargs, value)
        elif asked_by_notebook():
            rule.use()
    if len(args) > 2 and "kernel_size" in kwargs.keys() | parameters and is_keras_1(old):
        args = (args[0], args[1:3], *args[3:])
    original(layer, *args, **kwargs)


def is_keras_1(old: set[str]) -> bool:
    """Whether arguments are Keras 1's, so that Convolution2D(32, 3, 3) meant a kernel of 3 x 3."""
    return any(not layer_arguments[name][0].runs_as_is for name in old)


def mend_kernel_size(kwargs: dict[str, Any], rows: int) -> None:
    """Keras 1 gave both sides of a kernel by themselves."""
    kwargs["kernel_size"] = rows, kwargs.pop("nb_col", rows)


def mend_data_format(kwargs: dict[str, Any], ordering: str) -> None:
    """Keras 1 named the places of the channels after the libraries that like them there."""
    kwargs["data_format"] = {"th": "channels_first", "tf": "channels_last"}.get(ordering)


def mend_batch_shape(kwargs: dict[str, Any], shape: tuple[int | None, ...]) -> None:
    """Without the size of the batch, which Keras 3 takes from what it is given."""
    kwargs["input_shape"] = tuple(shape[1:])


def thresholded_relu(theta: float = 1.0, **kwargs: Any) -> Any:
    """The layer that was ReLU with a threshold."""
    return keras.layers.ReLU(threshold=theta, **kwargs)


def mend_inputs(rule: Rule) -> None:
    """Model(input=..., output=...): both `__new__` and `__init__` see the arguments, and both look for their names."""

    def mended(kwargs: dict[str, Any]) -> dict[str, Any]:
        if not kwargs.keys() & {"input", "output"}:
            return kwargs
        rule.use()
        return {{"input": "inputs", "output": "outputs"}.get(name, name): value for name, value in kwargs.items()}

    new = keras.Model.__new__
    keras.Model.__new__ = staticmethod(
        functools.wraps(new)(lambda cls, *args, **kwargs: new(cls, *args, **mended(kwargs)))
    )
    functional = keras.src.models.functional.Functional
    wrap(functional, "__init__", lambda original, *args, **kwargs: original(*args, **mended(kwargs)))


class ShapeOf:
    """`layer.output_shape`, where a layer has nothing of its own of that name."""

    def __init__(self, rule: Rule, end: str):
        self.rule, self.end = rule, end

    def __get__(self, layer: Any, _: Any = None) -> Any:
        if layer is None or not asked_by_notebook():
            raise AttributeError(f"{self.end}_shape")
        self.rule.use()
        return tuple(getattr(layer, self.end).shape)


def shape_of(end: str) -> Way:
    """The shape of a layer's input or output."""

    def install(rule: Rule) -> None:
        setattr(keras.Layer, f"{end}_shape", ShapeOf(rule, end))

    return install


# -- Optimizers --------------------------------------------------------------------------------------------------------


def mend_rate(kwargs: dict[str, Any], rate: Any) -> None:
    """`lr` was `learning_rate`, which has a default and so is there already."""
    kwargs["learning_rate"] = float(rate) if isinstance(rate, int) else rate


def float_rate(rule: Rule, original: Callable[..., None], optimizer: Any, *args: Any, **kwargs: Any) -> None:
    """A whole number as learning rate."""
    if isinstance(kwargs.get("learning_rate"), int):
        rule.use()
        kwargs["learning_rate"] = float(kwargs["learning_rate"])
    original(optimizer, *args, **kwargs)


def with_decay(rule: Rule, original: Callable[..., None], optimizer: Any, *args: Any, **kwargs: Any) -> None:
    """The rate falls with every update as `decay` had it; Keras 3 takes the argument and does nothing."""
    decay = kwargs.pop("decay", None)
    original(optimizer, *args, **kwargs)
    if decay is None:
        return
    rule.use()
    undiminished = optimizer._get_current_learning_rate

    def diminished() -> Any:
        return undiminished() / (1.0 + decay * keras.ops.cast(optimizer.iterations, "float32"))

    if decay:
        optimizer._get_current_learning_rate = diminished


def lend_rate(rule: Rule) -> None:
    """`optimizer.lr`, to read and to write."""

    def read(optimizer: Any) -> Any:
        if asked_by_notebook():  # Keras reads every attribute when it saves a model.
            rule.use()
        return optimizer.learning_rate

    def write(optimizer: Any, rate: Any) -> None:
        rule.use()
        optimizer.learning_rate = rate

    keras.optimizers.Optimizer.lr = property(read, write)


def lend_former_optimizers(rule: Rule) -> None:
    """`keras.optimizers.legacy`: Keras 3 has names there that only raise."""

    def clear(module: ModuleType) -> None:
        for name in FORMER_OPTIMIZERS:
            vars(module).pop(name, None)

    for name in namespaces("keras.optimizers.legacy"):
        imports.after_import(name, clear)
    for name in FORMER_OPTIMIZERS:
        missing("keras.optimizers.legacy", name, f"keras.optimizers.{name}")(rule)


# -- Backend -----------------------------------------------------------------------------------------------------------


def set_image_dim_ordering(ordering: str) -> None:
    """Where the channels are."""
    keras.config.set_image_data_format({"th": "channels_first"}.get(ordering, "channels_last"))


def image_dim_ordering() -> str:
    """Likewise."""
    return "th" if keras.config.image_data_format() == "channels_first" else "tf"


def function(inputs: list[Any], outputs: list[Any]) -> Callable[..., list[NDArray[Any]]]:
    """K.function: from tensors of a model to others of it. K.learning_phase() among the inputs is passed over."""
    tensors = [number for number, each in enumerate(inputs) if isinstance(each, keras.KerasTensor)]
    model = keras.Model([inputs[number] for number in tensors], outputs)

    def call(values: list[Any]) -> list[NDArray[Any]]:
        given = [np.asarray(values[number]) for number in tensors]
        return [np.asarray(found) for found in keras.tree.flatten(model(given if len(given) > 1 else given[0]))]

    return call


def nothing(*_: object) -> int:
    """What is called and has nothing to do."""
    return 0


def same_model(model: Any, *_: object, **__: object) -> Any:
    """A model for several graphics cards, of which there are none."""
    return model


# -- Training ----------------------------------------------------------------------------------------------------------


def whole_steps(rule: Rule, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Steps that came of a division."""
    for name in ("steps_per_epoch", "validation_steps", "steps"):
        if isinstance(kwargs.get(name), float):
            rule.use()
            kwargs[name] = max(1, int(kwargs[name]))
    return original(*args, **kwargs)


def mend_samples(kwargs: dict[str, Any], samples: int) -> None:
    """Keras 1 counted the samples of an epoch, not its steps."""
    kwargs.setdefault("steps_per_epoch", max(1, samples // BATCH))


def mend_validation_samples(kwargs: dict[str, Any], samples: int) -> None:
    """Likewise."""
    kwargs.setdefault("validation_steps", max(1, samples // BATCH))


def fit_generator(model: Any, generator: Any, *args: Any, **kwargs: Any) -> Any:
    """Train on batches as they come."""
    return model.fit(generator, **dict(zip(GENERATOR_ARGUMENTS, args, strict=False)), **kwargs)


def evaluate_generator(model: Any, generator: Any, steps: int | None = None, **kwargs: Any) -> Any:
    """Evaluate on batches as they come."""
    return model.evaluate(generator, steps=steps, **kwargs)


def predict_generator(model: Any, generator: Any, steps: int | None = None, **kwargs: Any) -> Any:
    """Predict batches as they come."""
    return model.predict(generator, steps=steps, **kwargs)


def predict_proba(model: Any, x: Any, batch_size: int | None = None, verbose: int = 0) -> NDArray[Any]:
    """What predict() gives."""
    return np.asarray(model.predict(x, batch_size=batch_size, verbose=verbose))


def predict_classes(model: Any, x: Any, batch_size: int | None = None, verbose: int = 0) -> NDArray[Any]:
    """Numbers of the classes, shape (n,); of a single output whether it is more than one half, shape (n, 1)."""
    scores = predict_proba(model, x, batch_size, verbose)
    return scores.argmax(axis=-1) if scores.shape[-1] > 1 else (scores > 0.5).astype("int32")


def compile_mended(rule: Rule, original: Callable[..., Any], model: Any, *args: Any, **kwargs: Any) -> Any:
    """One metric without the brackets of a list."""
    metrics = kwargs.get("metrics")
    if metrics is not None and not isinstance(metrics, (list, tuple, dict)):
        rule.use()
        kwargs["metrics"] = [metrics]
    return original(model, *args, **kwargs)


def metrics_third(rule: Rule, original: Callable[..., Any], model: Any, *args: Any, **kwargs: Any) -> Any:
    """The metrics in the place in which Keras 2 had them; weights of losses, which are there today, are numbers."""
    if (
        len(args) > 2
        and isinstance(args[2], (list, tuple))
        and not any(isinstance(each, (int, float)) for each in args[2])
    ):
        rule.use()
        optimizer, loss, metrics, *others = args
        args, kwargs = (optimizer, loss, *others), {"metrics": list(metrics), **kwargs}
    return original(model, *args, **kwargs)


# -- Figures -----------------------------------------------------------------------------------------------------------


class Figures(dict[str, Any]):
    """A training's figures, which also answer to the other name of a metric."""

    rule: Rule

    def __missing__(self, key: str) -> Any:
        other = other_name(key)
        if other not in self:
            raise KeyError(key)
        self.rule.use()
        return self[other]

    def get(self, key: str, default: Any = None) -> Any:
        """As `dict.get`."""
        return self[key] if key in self or other_name(key) in self else default


def other_name(metric: str) -> str:
    """val_acc -> val_accuracy, accuracy -> acc; every other name stays."""
    before, validation, name = str(metric).rpartition("val_")
    for pair in OTHER_NAMES if not before else ():
        if name in pair:
            return validation + pair[1 - pair.index(name)]
    return str(metric)


def answer_to_both_names(rule: Rule) -> None:
    """In the logs that callbacks are given, and in the history that fit() returns."""
    Figures.rule = rule
    wrap(keras.src.utils.python_utils, "pythonify_logs", lambda original, logs: Figures(original(logs)))

    def fit(original: Callable[..., Any], model: Any, *args: Any, **kwargs: Any) -> Any:
        callbacks = kwargs.get("callbacks")
        for callback in callbacks if isinstance(callbacks, (list, tuple)) else [callbacks]:
            watch_by_name(rule, callback, compiled_metrics(model))
        history = original(model, *args, **kwargs)
        history.history = Figures(history.history)
        return history

    wrap(*home(keras, "Model.fit"), fit)


def compiled_metrics(model: Any) -> list[str]:
    """Names of the metrics that compile() was given."""
    config = getattr(getattr(model, "_compile_config", None), "config", {})
    metrics = config.get("metrics")
    return [name_of(metric) for metric in metrics] if isinstance(metrics, (list, tuple)) else []


def watch_by_name(rule: Rule, callback: Any, metrics: list[str]) -> None:
    """Let a callback watch, and write into the names of its files, a metric as the model calls it."""
    for name in [name for pair in OTHER_NAMES for name in pair]:
        if name in metrics or other_name(name) not in metrics:
            continue
        for old, today in ((name, other_name(name)), (f"val_{name}", f"val_{other_name(name)}")):
            if getattr(callback, "monitor", None) == old:
                rule.use()
                callback.monitor = today
            if f"{{{old}" in str(getattr(callback, "filepath", "")):
                rule.use()
                callback.filepath = callback.filepath.replace(f"{{{old}", f"{{{today}")


# -- Files -------------------------------------------------------------------------------------------------------------

MODELS, WEIGHTS, CHECKPOINTS = (".keras", ".h5", ".hdf5"), (".weights.h5",), (".keras", ".h5")
SHORT_LOSSES = ("mse", "mae", "mape", "msle")


def path_in(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str | None:
    """The path among the arguments of a function that saves or loads; None where there is none, but an open file."""
    values = [*args, kwargs.get("filepath")]
    return next((os.fspath(value) for value in values if isinstance(value, (str, os.PathLike))), None)


def with_path(path: str, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """The arguments with another path."""
    others = {"filepath": path} if "filepath" in kwargs else {}
    return [path if isinstance(arg, (str, os.PathLike)) else arg for arg in args], kwargs | others


def ended(path: str, endings: tuple[str, ...]) -> str:
    """The path with an ending that Keras 3 takes."""
    return path if path.endswith(endings) else path + endings[0]


def save_as(endings: tuple[str, ...], rule: Rule, original: Callable[..., None], *args: Any, **kwargs: Any) -> None:
    """Save under a name with an ending that Keras 3 takes; the file is there under its own name as well."""
    given = path_in(args, kwargs)
    if given is None or (given.endswith(endings) and "save_format" not in kwargs):
        return original(*args, **kwargs)
    rule.use()
    kwargs.pop("save_format", None)
    path = ended(given, endings)
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    args_then, kwargs_then = with_path(path, args, kwargs)
    original(*args_then, **kwargs_then)
    if path != given:
        with suppress(OSError):  # Where a folder of that name is in the way.
            Path(given).unlink(missing_ok=True)
            os.link(path, given)
    return None


def load_from(endings: tuple[str, ...], rule: Rule, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Load what was saved under a name with another ending."""
    given = path_in(args, kwargs)
    path = next((given + ending for ending in endings if given and Path(given + ending).exists()), given)
    if path is None:
        return original(*args, **kwargs)
    if path != given:
        rule.use()
    if "load_model" in original.__name__ and path.endswith(MODELS[1:]):
        # Keras 3 cannot read these short names from a file that it wrote itself.
        losses = {name: getattr(keras._tf_keras.keras.losses, name) for name in SHORT_LOSSES}
        kwargs["custom_objects"] = losses | (kwargs.get("custom_objects") or {})
    args_then, kwargs_then = with_path(path, args, kwargs)
    return original(*args_then, **kwargs_then)


def checkpoint(
    rule: Rule, original: Callable[..., None], callback: Any, filepath: Any, *args: Any, **kwargs: Any
) -> None:
    """A ModelCheckpoint with whatever name of a file."""
    only_weights = kwargs.get("save_weights_only", len(args) > 3 and args[3])
    path = ended(os.fspath(filepath), WEIGHTS if only_weights else CHECKPOINTS)
    if path != os.fspath(filepath):
        rule.use()
    original(callback, path, *args, **kwargs)

"""A documented network of the sheet -> a case to ask about, for class preparation or where a notebook has no network.

A sheet lists shapes and parameters, not the settings of its layers. Kernels, pools and padding follow from them where
they can only be one thing; where not, the layer keeps a setting less, and what needs it is not asked.
"""

import math
from collections.abc import Sequence

from grader.courses.reference import ModelAnswer
from grader.courses.sheet import Assignment, DocumentedLayer, DocumentedModel, Network
from grader.fields import Setting
from grader.records import Choice, Compiled, Layer, Model
from grader.viva.arithmetic import Shape, UnknownLayerError, one_layer, row_shape
from grader.viva.case import Case, by, short

NAMES = {"Conv2D": "conv2d", "MaxPooling2D": "max_pooling2d", "AveragePooling2D": "average_pooling2d"}
"""As Keras calls layers; other names are those of the classes with small letters."""
KERNELS, POOLS = range(1, 12), range(2, 8)


def bank(assignment: Assignment, answers: list[ModelAnswer]) -> list[Case]:
    """A case for the first documented network of each network of the sheet."""
    return [
        Case(
            assignment=assignment.of(network.name),
            network=network.title.replace("the ", "the documented ", 1),
            model=documented(network, network.documented_models[0], assignment),
            choice=Choice(network=network.name),
            answers=answers,
        )
        for network in assignment.networks
    ]


def in_words(cases: Sequence[Case]) -> str:
    """The layers of each network with shapes and parameters: who is asked about it has it in sight."""
    return " ".join(f"{case.heading}: {', '.join(map(row_of, case.model.layers))}." for case in cases)


def row_of(layer: Layer) -> str:
    """For example: `conv2d` 26 × 26 × 32 (320)."""
    count = f" ({layer.parameters:,})" if layer.parameters else ""
    return f"{short(layer)} {by(row_shape(layer.output_shape or ()))}{count}"


def documented(network: Network, model: DocumentedModel, assignment: Assignment) -> Model:
    """The documented network as the judge would list it."""
    shape = tuple(axis or 0 for axis in network.input_shapes[0])
    first, layers = shape, []
    for row, name in zip(model.layers, names(model.layers), strict=True):
        layer = Layer(
            name=name,
            class_name=row.class_name,
            activation=row.activation,
            output_shape=(None, *row.output_shape),
            parameters=row.parameters,
        )
        layers.append(layer.model_copy(update={"settings": settings_of(shape, layer)}))
        shape = tuple(axis or 0 for axis in row.output_shape)
    return Model(
        id="model-1",
        kind="Sequential",
        layers=layers,
        parameters=model.parameters,
        trainable_parameters=model.parameters,
        input_shape=(None, *first),
        output_shape=layers[-1].output_shape,
        compiled=None if network.losses else Compiled(loss=usual_loss(assignment)),
        rebuilt=True,
    )


def usual_loss(assignment: Assignment) -> str:
    """The loss that fits the task."""
    if assignment.task.kind == "regression":
        return "mean_squared_error"
    return "binary_crossentropy" if assignment.task.is_binary else "sparse_categorical_crossentropy"


def names(rows: Sequence[DocumentedLayer]) -> list[str]:
    """dense, dense_1, dense_2: as Keras numbers layers of a kind."""
    kinds = [NAMES.get(row.class_name, snake(row.class_name)) for row in rows]
    return [f"{kind}_{count}" if (count := kinds[:at].count(kind)) else kind for at, kind in enumerate(kinds)]


def snake(name: str) -> str:
    """BatchNormalization as batch_normalization."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")


def settings_of(shape: Shape, layer: Layer) -> dict[str, Setting]:
    """The only settings that make of this input the documented output and parameters; none where several do."""
    width = (layer.output_shape or (None,))[-1] or 0
    candidates: list[dict[str, Setting]]
    if layer.class_name == "Dense":
        candidates = [{"units": width, "use_bias": True}]
    elif layer.class_name == "Conv2D":
        candidates = [
            {"filters": width, "kernel_size": [side, side], "strides": [1, 1], "padding": padding, "use_bias": True}
            for side in KERNELS
            for padding in ("valid", "same")
        ]
    elif layer.class_name.endswith("Pooling2D"):
        candidates = [{"pool_size": [side, side], "strides": [side, side], "padding": "valid"} for side in POOLS]
    else:
        candidates = [{}]
    fitting = [settings for settings in candidates if makes(shape, layer, settings)]
    # A 1 × 1 kernel loses nothing, so its padding makes no difference.
    same = len(fitting) == 2 and fitting[0].get("kernel_size") == fitting[1].get("kernel_size") == [1, 1]
    return fitting[0] if len(fitting) == 1 or same else {}


def makes(shape: Shape, layer: Layer, settings: dict[str, Setting]) -> bool:
    """Whether a layer with these settings has the documented shape and parameters."""
    try:
        out, parameters, _ = one_layer(shape, layer.model_copy(update={"settings": settings}))
    except (UnknownLayerError, TypeError):
        return False
    return (None, *out) == layer.output_shape and parameters == layer.parameters and math.prod(out) > 0

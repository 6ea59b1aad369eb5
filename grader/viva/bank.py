"""A documented network of the sheet -> a case to ask about, for class preparation or where a notebook has no network.

Where a layer's settings do not follow from the sheet, what needs them is not asked.
"""

from collections.abc import Sequence

from grader.courses.reference import ModelAnswer
from grader.courses.sheet import Assignment, DocumentedModel, Network
from grader.judging.arithmetic import row_shape
from grader.judging.documented import documented_layers
from grader.records import Choice, Compiled, Layer, Model
from grader.viva.case import Case, by, short


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
    first = tuple(axis or 0 for axis in network.input_shapes[0])
    layers = documented_layers(model, first)
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

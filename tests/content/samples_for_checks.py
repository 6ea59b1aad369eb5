"""Hand-made evidence for the checks of the course: what a good notebook of each assignment leaves behind."""

from collections.abc import Callable, Mapping
from typing import Any

from grader.courses.course import Course
from grader.courses.reference import Threshold
from grader.courses.sheet import Assignment
from grader.marking.checks import run_checks
from grader.records import (
    CellRun,
    CheckResult,
    Choice,
    Compiled,
    DataUsed,
    Evaluation,
    Evidence,
    Fit,
    Layer,
    Measurement,
    Model,
    Run,
    WrittenAnswer,
)

Judge = Callable[[Evidence], dict[str, CheckResult]]
CONFUSION = [[450 if i == j else 50 if j == (i + 1) % 10 else 0 for j in range(10)] for i in range(10)]
ROWS = {
    "boston": (404, 102, 80),
    "imdb": (25_000, 25_000, 5_000),
    "fashion-mnist": (60_000, 10_000, 5_000),
    "mnist": (60_000, 10_000, 5_000),
    "cifar10": (50_000, 10_000, 5_000),
}
METRICS = {
    "fashion-mnist": {"accuracy": 0.9012},
    "boston": {"mae": 2.21, "mse": 9.8, "r2": 0.87, "linear_mae": 3.4, "linear_r2": 0.72},
    "imdb": {"accuracy": 0.8951, "auc": 0.957},
    "mnist": {"accuracy": 0.9904},
    "cifar10": {"accuracy": 0.7612},
}
LOSSES = {"softmax": "sparse_categorical_crossentropy", "sigmoid": "binary_crossentropy", "linear": "mse"}
"""By the activation of the last layer."""


def judge_with(course: Course, assignment: Assignment, thresholds: Mapping[str, Threshold]) -> Judge:
    """Every check's result, by its name."""
    files = course.check_files(assignment, course.rubric(assignment))

    def run(evidence: Evidence) -> dict[str, CheckResult]:
        known = {model.name: thresholds for network in assignment.networks for model in network.documented_models}
        return {result.id: result for result in run_checks(files, evidence, assignment, known)}

    return run


def layer(
    class_name: str, shape: tuple[int | None, ...], parameters: int = 0, activation: str | None = None, **settings: Any
) -> Layer:
    """A row of the layer table; `shape` is without the batch axis."""
    return Layer(
        name=class_name.lower(),
        class_name=class_name,
        activation=activation,
        output_shape=(None, *shape),
        parameters=parameters,
        settings=settings,
    )


def documented_layers(assignment: Assignment, number: int = 0) -> list[Layer]:
    """A documented network as Keras lists it."""
    rows = assignment.network.documented_models[number].layers
    return [layer(row.class_name, row.output_shape, row.parameters, row.activation) for row in rows]


def dense_layers(inputs: int, *units: int, last: str) -> list[Layer]:
    """A stack of dense layers, the hidden ones with ReLU."""
    pairs = zip((inputs, *units), units, strict=False)
    rows = [layer("Dense", (width,), (incoming + 1) * width, "relu") for incoming, width in pairs]
    return [*rows[:-1], rows[-1].model_copy(update={"activation": last})]


def model_of(layers: list[Layer], **fields: Any) -> Model:
    """A trained model with these layers; by default one for clothes."""
    total = sum(row.parameters for row in layers)
    given: dict[str, Any] = {
        "input_shape": (None, 28, 28, 1),
        "output_shape": layers[-1].output_shape,
        "compiled": Compiled(optimizer="adam", loss="sparse_categorical_crossentropy"),
        "fits": [fit_of()],
        "evaluations": [Evaluation(method="evaluate", rows=10_000)],
        **fields,
    }
    known = {"id": "model-1", "kind": "Sequential", "layers": layers, "rebuilt": True}
    return Model(**{**known, "parameters": total, "trainable_parameters": total, **given})


def answer_to(assignment: Assignment, layers: list[Layer], **fields: Any) -> Model:
    """A trained model that answers the sheet with these layers."""
    train, test, _ = ROWS[assignment.name]
    given: dict[str, Any] = {
        "input_shape": (None, *assignment.network.input_shapes[0]),
        "compiled": Compiled(optimizer="adam", loss=LOSSES.get(layers[-1].activation or "linear")),
        "fits": [fit_of(rows=round(0.9 * train), validation_rows=round(0.1 * train))],
        "evaluations": [Evaluation(method="evaluate", rows=test)],
        **fields,
    }
    return model_of(layers, **given)


def fit_of(**fields: Any) -> Fit:
    """A training of three epochs that went well."""
    given: dict[str, Any] = {
        "cell": 4,
        "epochs_asked": 3,
        "epochs_granted": 3,
        "stopped": "finished",
        "batch_size": 32,
        "rows": 54_000,
        "validation_rows": 6_000,
        "history": {"loss": [0.6, 0.4, 0.3], "accuracy": [0.80, 0.86, 0.90], "val_loss": [0.5, 0.4, 0.35]},
        "seconds": 30,
        "rows_from": {"train": 60, "test": 0, "unknown": 4},
    }
    return Fit(**{**given, **fields})


def measured(metrics: dict[str, float], **fields: Any) -> list[Measurement]:
    """A result on the sealed rows."""
    given: dict[str, Any] = {"tier": "sealed", "rows": 5_000, "confusion": CONFUSION, **fields}
    return [Measurement(metrics=metrics, **given)]


def evidence_for(assignment: Assignment, **fields: Any) -> Evidence:
    """Evidence of a good notebook, apart from what is given, of which some belongs to the choice of its model."""
    train, test, sealed = ROWS[assignment.name]
    data = DataUsed(
        name=assignment.name, stand_in=False, fingerprint="0", train_rows=train, test_rows=test, sealed_rows=sealed
    )
    given: dict[str, Any] = {
        "assignment": assignment.name,
        "data": data,
        "run": Run(status="finished", sentence="Every cell ran.", isolation="wall"),
        "cells": [CellRun(number=number, status="ok") for number in range(1, 6)],
        "models": [
            answer_to(assignment.of(network.name), documented_layers(assignment.of(network.name)), id=f"model-{number}")
            for number, network in enumerate(assignment.networks, start=1)
        ],
        "answers": [WrittenAnswer(question=question, cell=9, words=12) for question in assignment.questions],
        "code_lines": 50,
    }
    choice = {name: fields.pop(name) for name in Choice.model_fields if name in fields}
    choices = [
        Choice(
            **{
                "network": network.name,
                "model": f"model-{number}",
                "measurements": measured(METRICS[assignment.name]),
                **choice,
            }
        )
        for number, network in enumerate(assignment.networks, start=1)
    ]
    return Evidence(**{**given, "choices": choices, **fields})

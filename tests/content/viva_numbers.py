"""A program: builds the documented networks in Keras, asks all questions about them, and checks every number.

Prints JSON: how many figures of each generator were compared, and those that Keras or NumPy find otherwise. What is
compared with is never what the generators use: Keras builds each changed network, and counts it.
"""

import json
import math
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
from sklearn.metrics import precision_score, recall_score

from grader.courses.course import Course, bundled
from grader.inside import describe
from grader.records import Choice, Compiled, Evaluation, Fit, Measurement, Mistake, Model, Prepared
from grader.viva.case import Case
from grader.viva.generators import all_questions
from grader.viva.question import Question

CONFUSION = np.random.RandomState(1).randint(1, 60, (10, 10)) + np.diag([400] * 10)
HISTORY = {"loss": [0.9, 0.5, 0.4, 0.3, 0.2], "val_loss": [0.8, 0.5, 0.45, 0.5, 0.6]}
LEAVES = "what would leave it"
LOSSES = {
    "softmax": "categorical_crossentropy",
    "sigmoid": "binary_crossentropy",
    "linear": "mean_squared_error",
    "tanh": "mean_squared_error",
}


def built(rows: list[dict[str, Any]], shape: list[int]) -> Any:
    """A network of layers with their classes and settings, built by Keras. Layers get the given names."""
    network = keras.Sequential([keras.Input(tuple(shape))])
    for row in rows:
        settings = {name: value for name, value in row["settings"].items() if name not in {"scale", "input_shape"}}
        network.add(getattr(keras.layers, row["class_name"])(name=row["name"], **settings))
    return network


def settings_of(kind: str, width: int, side: int) -> dict[str, Any]:
    """Arguments of a layer in the table of networks."""
    if kind.startswith("Conv2D"):
        return {"filters": width, "kernel_size": side, "padding": "same" if kind.endswith("same") else "valid"}
    if kind.endswith("Pooling2D"):
        return {"pool_size": side}
    return {"units": width} if kind == "Dense" else {"rate": 0.25} if kind == "Dropout" else {}


def case_of(name: str, network: list[tuple[str, int, int]], shape: list[int]) -> tuple[Case, Any]:
    """The network, trained by hand-made records, and as Keras has it."""
    assignment = Course(bundled()).assignment(name.split()[0])
    last = "linear" if assignment.task.kind == "regression" else "sigmoid" if assignment.task.is_binary else "softmax"
    rows = [
        {"name": f"layer_{at}", "class_name": kind.split()[0], "settings": settings_of(kind, width, side)}
        for at, (kind, width, side) in enumerate(network)
    ]
    rows[-1]["settings"]["activation"] = last
    own = built(rows, shape)
    fit = Fit(
        epochs_asked=9, epochs_granted=5, stopped="callback", batch_size=100, rows=54_321, validation_rows=6_000,
        history=HISTORY, seconds=1,
    )  # fmt: skip
    model = Model(
        id="model-1",
        compiled=Compiled(optimizer="Adam", loss=LOSSES[last], learning_rate=0.001),
        fits=[fit],
        evaluations=[Evaluation(method="evaluate", rows=10_000)],
        rebuilt=True,
        **describe.model_facts(own),
    )
    metrics = {"accuracy": 0.9, "mae": 2.0, "linear_mae": 3.2} if last == "linear" else {"accuracy": 0.9}
    measurement = Measurement(
        tier="sealed", rows=5_000, metrics=metrics, preprocessing="standardised",
        confusion=CONFUSION.tolist() if len(assignment.task.classes) == 10 else None,
    )  # fmt: skip
    choice = Choice(
        network=assignment.networks[-1].name,
        model="model-1",
        measurements=[measurement],
        mistakes=[Mistake(row=3, true=50, predicted=31.25)] if last == "linear" else [],
        prepared=Prepared(rows=9, before=(0, 255), after=(0, 1), raw=[3, 4], fed=[0.5, 0.25]),
    )
    assignment = assignment.of(assignment.networks[-1].name)
    return Case(assignment=assignment, network="your network", model=model, choice=choice), own


def by_hand(question: Question, case: Case, own: Any) -> Iterator[tuple[str, float, float]]:
    """Name, figure of the answer, and what Keras, NumPy or scikit-learn find."""
    if question.variant:
        rows = [
            json.loads(layer.model_dump_json(include={"name", "class_name", "settings"})) for layer in question.variant
        ]
        variant = built(rows, question.input_shape)
        if "parameters" in question.figures:
            yield "parameters", question.figures["parameters"], variant.count_params()
        asked = (
            next(row for row in variant.layers if f"`{row.name}`" in question.text) if LEAVES in question.text else None
        )
        yield "shape", 1, question.shape == list((asked or variant.layers[-1]).output.shape[1:])
        for layer, found in zip(question.variant, variant.layers, strict=True):
            yield "of a layer", layer.parameters, found.count_params()
        return
    layer = next((row for row in own.layers if f"`{row.name}`" in question.text + question.expected), None)
    known: dict[str, Callable[[], float]] = {
        "total": own.count_params,
        "parameters": lambda: layer.count_params(),
        "trainable": lambda: sum(int(np.prod(weight.shape)) for weight in layer.trainable_weights),
        "numbers": lambda: int(np.prod(layer.output.shape[1:])),
        "steps": lambda: len(np.arange(0, 54_321, batch_of(question))),
        "updates": lambda: 9 * len(np.arange(0, 54_321, batch_of(question))),
        "epoch": lambda: int(np.argmin(HISTORY["val_loss"])) + 1,
        "val_loss": lambda: 0.45 if question.generator == "best_epoch" else 0.6,
        "lowest": lambda: min(HISTORY["val_loss"]),
    }
    if question.generator in {"uniform_guess", "one_row"} and "loss" in question.figures:
        yield "loss", question.figures["loss"], cross_entropy(question, case)
    elif question.generator == "one_row":
        error = question.figures["small"] ** 0.5
        found = keras.losses.mean_squared_error(np.zeros((2, 1)), np.array([[error], [2 * error]]))
        yield from zip(
            ("small", "large"), (question.figures["small"], question.figures["large"]), np.array(found), strict=True
        )
    elif question.generator == "recall_of_class":
        yield from recalled(question, case)
    elif question.generator == "largest":
        share = round(100 * max(row.count_params() for row in own.layers) / own.count_params())
        yield "share", question.figures["share"], share
    else:
        yield from ((name, value, known[name]()) for name, value in question.figures.items() if name in known)


def batch_of(question: Question) -> int:
    """Of the question about steps."""
    return int(question.text.split("batch_size=")[1].split(",")[0]) if "batch_size=" in question.text else 100


def cross_entropy(question: Question, case: Case) -> float:
    """Keras' own loss of a row."""
    classes = len(case.assignment.task.classes)
    words = question.text.replace("?", " ").split()
    true = (
        1 / classes
        if question.generator == "uniform_guess"
        else float(words[words.index("probability") + 1].rstrip("."))
    )
    if classes == 2:
        return float(keras.losses.binary_crossentropy(np.array([[1.0]]), np.array([[true]]))[0])
    row = np.full((1, classes), (1 - true) / (classes - 1))
    row[0, 0] = true
    return float(keras.losses.categorical_crossentropy(np.eye(classes)[:1], row)[0])


def recalled(question: Question, case: Case) -> Iterator[tuple[str, float, float]]:
    """scikit-learn's recall and precision, from single rows."""
    names = case.assignment.task.classes
    number = next(at for at, name in enumerate(names) if f"of class “{name}”." in question.text)
    true = np.repeat(np.arange(10), CONFUSION.sum(axis=1))
    predicted = np.concatenate([np.repeat(np.arange(10), row) for row in CONFUSION])
    for name, score in (("recall", recall_score), ("precision", precision_score)):
        value = score(true, predicted, labels=[number], average="macro")
        yield name, question.figures[name], round(float(value), 3)


def said(question: Question) -> list[str]:
    """Figures of the answer that its words do not have."""
    words = f"{question.text} {question.expected}"
    forms = ("{:,.0f}", "{:,}", "{:.4f}", "{:.3f}", "{:.4g}", "{:g}", "{:.6g}", "{:.1f}")
    return [
        name
        for name, value in question.figures.items()
        if not any(form.format(value) in words for form in forms)
        and not (question.generator == "without_parameters" and value == 0)
    ]


def main() -> None:
    """Check all networks that come in as JSON: name to layers and shape of a row."""
    compared, wrong = Counter[str](), []
    for name, (network, shape) in json.load(sys.stdin).items():
        case, own = case_of(name, network, shape)
        if not case.steps:
            wrong.append([name, "the arithmetic does not know it"])
        seen = set()
        for question in all_questions([case]):
            compared[question.generator] += bool(question.figures or question.shape)
            if question.variant and (key := str(question.variant) + str(question.shape)) in seen:
                continue
            seen.add(key if question.variant else question.key)
            wrong += [[name, question.text, figure, "is not said"] for figure in said(question)]
            for figure, value, found in by_hand(question, case, own):
                if not math.isclose(value, found, rel_tol=1e-4, abs_tol=1e-6):
                    wrong.append([name, question.text, figure, value, float(found)])
    print(json.dumps({"compared": compared, "wrong": wrong}))


if __name__ == "__main__":
    main()

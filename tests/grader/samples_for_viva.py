"""A class whose students all hand in the documented notebook, as `grader grade` leaves it: for tests of the viva."""

from base64 import b64encode
from pathlib import Path

import nbformat
import numpy as np
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grader.courses.course import Course, bundled
from grader.courses.sheet import Assignment
from grader.data.exports import png
from grader.marking.coverage import with_ideas
from grader.records import (
    CellRun,
    Choice,
    Column,
    Compiled,
    DataUsed,
    Evidence,
    Fit,
    Grade,
    Measurement,
    Mistake,
    Model,
    Run,
    RunSummary,
    Total,
    WrittenAnswer,
)
from grader.viva.bank import documented

PIXEL = f"data:image/png;base64,{b64encode(png(np.eye(28, dtype=np.uint8) * 255)).decode()}"
SETUP = """import keras
from keras import layers
(x_train, y_train), (x_test, y_test) = keras.datasets.{name}.load_data()
x_train = x_train.reshape(-1, 28, 28, 1) / 255
x_test = x_test.reshape(-1, 28, 28, 1) / 255"""
TRAIN = """model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
stop = keras.callbacks.EarlyStopping(monitor="val_loss", patience=3)
history = model.fit(x_train, y_train, epochs=10, batch_size=128, validation_split=0.1, callbacks=[stop])
model.evaluate(x_test, y_test)
answers = model.predict(x_test).argmax(axis=1)"""
LAYERS = """model = keras.Sequential([
    layers.Conv2D(32, 3, activation="relu"),
    layers.MaxPooling2D(2),
    layers.Dropout(0.25),
    layers.Flatten(),
    layers.Dense(10, activation="softmax"),
])"""
ANSWER = "MNIST has handwritten digits, 70000 of them. They have 28 x 28 pixels."


def sheet(name: str = "fashion-mnist") -> Assignment:
    return Course(bundled()).assignment(name)


def trained(assignment: Assignment, number: int = 0) -> Model:
    """The documented network of one of the sheet's networks, as if it had been trained."""
    network = assignment.networks[number]
    losses = [0.9 / epoch for epoch in range(1, 11)]
    fit = Fit(
        cell=3,
        epochs_asked=10,
        epochs_granted=10,
        stopped="finished",
        batch_size=128,
        rows=54_000,
        validation_rows=6_000,
        history={"loss": losses, "val_loss": [max(loss, 0.2) + 0.02 * at for at, loss in enumerate(losses)]},
        seconds=60,
    )
    compiled = Compiled(optimizer="Adam", loss="sparse_categorical_crossentropy", learning_rate=0.001, cell=3)
    model = documented(network, network.documented_models[0], assignment)
    return model.model_copy(update={"id": f"model-{number + 1}", "fits": [fit], "compiled": compiled, "cell": 2})


def evidence_of(name: str = "fashion-mnist", **fields: object) -> Evidence:
    """What is known of a good notebook that has the documented networks."""
    assignment = sheet(name)
    confusion = (np.random.RandomState(3).randint(1, 30, (10, 10)) + np.diag([400] * 10)).tolist()
    measurement = Measurement(
        tier="sealed", rows=5_000, metrics={"accuracy": 0.9}, confusion=confusion, preprocessing="divided by 255"
    )
    mistakes = [Mistake(row=row, true=6, predicted=row % 3, image=PIXEL) for row in (4, 7, 12, 30)]
    choices = [
        Choice(network=network.name, model=f"model-{number}", measurements=[measurement], mistakes=mistakes)
        for number, network in enumerate(assignment.networks, start=1)
    ]
    answers = [WrittenAnswer(question=question, cell=5, words=12, text=ANSWER) for question in assignment.questions]
    given = {
        "assignment": name,
        "data": DataUsed(
            name=name, stand_in=False, fingerprint="0", train_rows=60_000, test_rows=10_000, sealed_rows=5_000
        ),
        "run": Run(status="finished", sentence="Every cell ran.", isolation="wall"),
        "cells": [CellRun(number=number, status="ok") for number in range(1, 4)],
        "models": [trained(assignment, number) for number in range(len(assignment.networks))],
        "choices": choices,
        "answers": with_ideas(answers, Course(bundled()).model_answers(assignment)),
        **fields,
    }
    return Evidence.model_validate(given)


def notebook_of(name: str = "fashion-mnist") -> bytes:
    """The documented notebook as handed in."""
    code = [SETUP.format(name=name.replace("-", "_")), LAYERS, TRAIN]
    cells = [*map(new_code_cell, code), new_markdown_cell(f"## What is MNIST dataset for classification?\n{ANSWER}")]
    return nbformat.writes(new_notebook(cells=cells)).encode()


def hand_in(folder: Path, student: str, evidence: Evidence, notebook: bytes) -> None:
    """Write the folder of one student's results."""
    folder.mkdir(parents=True)
    grade = Grade(
        student=student,
        assignment=evidence.assignment,
        columns={"Viva": Column(marks=None, out_of=5, pending=5, criteria=[])},
        total=Total(marks=0, out_of=20, pending=5),
        run=RunSummary(status="finished", seconds=1, training_seconds=1),
    )
    (folder / "grade.json").write_text(grade.model_dump_json(), encoding="utf-8")
    (folder / "evidence.json").write_text(evidence.model_dump_json(), encoding="utf-8")
    (folder / "submission.ipynb").write_bytes(notebook)


def class_of(folder: Path, count: int, name: str = "fashion-mnist") -> Path:
    """Results of so many students with one and the same notebook."""
    evidence, notebook = evidence_of(name), notebook_of(name)
    for number in range(count):
        hand_in(folder / f"s{number}", f"Student {number:03}", evidence, notebook)
    return folder

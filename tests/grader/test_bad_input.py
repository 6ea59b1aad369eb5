"""What students hand in by mistake: each gives a report with a sentence to act on, and never an exception."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from grader.pipeline import Desk, Graded, grade_notebook
from grader.records import Evidence

LOAD = """
import keras, numpy as np
(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
x_train, x_test = x_train / 255.0, x_test / 255.0
"""
BUILD = """
model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
"""
COMPILE = "model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])"
FIT = "model.fit(x_train, y_train, epochs=2, verbose=0)\nmodel.evaluate(x_test, y_test, verbose=0)"

Grade = Callable[[Path], tuple[Graded, Evidence, str]]


@pytest.fixture
def grade(desk: Desk, tmp_path: Path) -> Grade:
    """Grade a file on the stand-in data, with tight limits; give the grade, the evidence and the page."""
    tight = desk.limits.model_copy(update={"wall_seconds": 12, "memory_mb": 3_000, "output_mb": 5})

    def run(path: Path) -> tuple[Graded, Evidence, str]:
        graded = grade_notebook(path, replace(desk, limits=tight), tmp_path / "out")
        evidence = Evidence.model_validate_json((graded.folder / "evidence.json").read_text())
        return graded, evidence, (graded.folder / "report.html").read_text()

    return run


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"{not json", "damaged at line 1"),
        (b"<html>404</html>", "HTML"),
        (b'{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}', "cell"),
        (b'{"some": "thing"}', "notebook"),
        (b"\x00\xff\xfe\x01garbage", "Expected"),
    ],
)
def test_a_file_that_is_no_notebook_is_told_so(grade: Grade, tmp_path: Path, content: bytes, words: str):
    path = tmp_path / "submission.ipynb"
    path.write_bytes(content)
    graded, evidence, page = grade(path)
    assert evidence.run.status == "not_started"
    assert words in evidence.run.sentence
    assert words in page
    assert graded.grade.total.marks == 0


def test_a_python_script_named_ipynb_runs_as_one_cell(grade: Grade, tmp_path: Path):
    path = tmp_path / "script.ipynb"
    path.write_text(LOAD + BUILD + COMPILE + "\n" + FIT)
    _, evidence, _ = grade(path)
    assert evidence.run.status == "finished"
    assert evidence.measurement.tier == "sealed"


def test_a_plot_and_a_line_that_fail_in_the_only_cell_cost_that_cell_and_not_the_model(grade: Grade, write_notebook):
    damage = "np.zeros(3).plot('no such thing')\nprint “hello”"
    graded, evidence, _ = grade(write_notebook("\n".join([LOAD, damage, BUILD + COMPILE, FIT])))
    runs_clean = graded.grade.columns["Coding Efficiency"].criteria[0]
    assert (evidence.measurement.tier, runs_clean.marks) == ("sealed", 0)
    assert [error.kind for error in evidence.cells[0].errors] == ["SyntaxError", "AttributeError"]


def test_a_syntax_error_in_cell_3_is_named_and_the_model_still_counts(grade: Grade, write_notebook):
    path = write_notebook(LOAD, BUILD + COMPILE, "for epoch in range(3) print(epoch)", FIT)
    graded, evidence, page = grade(path)
    assert evidence.cells[2].status == "skipped"
    assert evidence.measurement.tier == "sealed"
    assert "cell 3" in graded.grade.columns["Coding Efficiency"].criteria[0].found.lower()
    assert "SyntaxError" in page


def test_a_name_error_on_a_clean_run_names_cell_and_name(grade: Grade, write_notebook):
    _, evidence, page = grade(write_notebook(LOAD, "model = buidl_model()", COMPILE))
    assert "NameError" in evidence.run.sentence
    assert "buidl_model" in page


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ((LOAD,), "Keras model"),
        ((LOAD, BUILD, COMPILE), "fit()"),
    ],
)
def test_no_model_and_no_training_are_told_apart(grade: Grade, write_notebook, cells: tuple[str, ...], words: str):
    graded, _, _ = grade(write_notebook(*cells))
    accuracy = graded.grade.columns["Answers"].criteria[1]
    assert accuracy.outcome == "lost"
    assert words in accuracy.expected


def test_pytorch_is_told_that_keras_is_asked_for(grade: Grade, write_notebook):
    graded, evidence, page = grade(write_notebook("import torch\nmodel = torch.nn.Linear(784, 10)"))
    architecture = graded.grade.columns["Answers"].criteria[0]
    assert architecture.outcome == "lost"
    assert "PyTorch" in page
    assert evidence.run.missing_modules == []


def test_a_missing_module_is_named_and_costs_no_marks(grade: Grade, write_notebook):
    graded, evidence, page = grade(write_notebook("import catboost\nimport keras\ncatboost.Pool()", "catboost.model()"))
    architecture = graded.grade.columns["Answers"].criteria[0]
    assert architecture.outcome == "pending"
    assert "catboost" in page
    assert evidence.run.missing_modules == ["catboost"]


@pytest.mark.parametrize(
    ("cell", "status", "words"),
    [
        ("while True: pass", "limit", "wall_seconds"),
        ("import os; os._exit(0)", "died", "exit code 0"),
        ("hog = np.ones(10**9)", "errors", "memory_mb"),
        ("print('x' * 100_000_000)", "limit", "output_mb"),
    ],
)
def test_what_stops_a_notebook_is_named_and_the_trained_model_counts(
    grade: Grade, write_notebook, cell: str, status: str, words: str
):
    _, evidence, page = grade(write_notebook(LOAD, BUILD + COMPILE, FIT, cell))
    assert evidence.run.status == status
    assert words in evidence.run.sentence
    assert words in page
    assert evidence.measurement.metrics["accuracy"] > 0.5


def test_labels_that_are_all_one_class_give_a_low_accuracy_with_the_reason(grade: Grade, write_notebook):
    graded, evidence, _ = grade(write_notebook(LOAD, BUILD + COMPILE, FIT.replace("y_train", "np.zeros_like(y_train)")))
    assert evidence.measurement.metrics["accuracy"] < 0.2
    assert graded.grade.total.marks < 10


def test_predictions_of_a_wrong_shape_are_explained(grade: Grade, write_notebook):
    build = BUILD.replace("Dense(10", "Dense(7")
    compiled = "model.compile(optimizer='adam', loss='mse')"
    fit = "model.fit(x_train, np.eye(10)[y_train][:, :7], epochs=1, verbose=0)\nmodel.predict(x_test, verbose=0)"
    _, evidence, page = grade(write_notebook(LOAD, build + compiled, fit))
    assert "10 units" in evidence.choice.not_measured_because
    assert "10 units" in page


def test_an_activation_of_tensorflows_own_is_measured_like_keras(grade: Grade, write_notebook):
    build = "import tensorflow as tf\n" + BUILD.replace('"softmax"', "tf.nn.softmax")
    _, evidence, _ = grade(write_notebook(LOAD, build + COMPILE, FIT))
    assert evidence.measurement.tier == "sealed"


def test_a_loss_and_a_metric_of_ones_own_change_no_measurement(grade: Grade, write_notebook):
    compiled = """
import tensorflow as tf
def share(y_true, y_pred):
    return tf.reduce_mean(tf.cast(tf.equal(tf.cast(y_true, tf.int64), tf.argmax(y_pred, axis=1)), tf.float32))
model.compile("adam", loss=tf.keras.losses.sparse_categorical_crossentropy, metrics=[share])
"""
    _, evidence, _ = grade(write_notebook(LOAD, BUILD + compiled, FIT))
    assert evidence.measurement.tier == "sealed"


def test_a_network_with_code_of_its_own_is_left_to_a_person(grade: Grade, write_notebook):
    build = BUILD.replace("keras.layers.Flatten()", "keras.layers.Lambda(lambda x: x * 1.0), keras.layers.Flatten()")
    graded, evidence, page = grade(write_notebook(LOAD, build + COMPILE, FIT))
    architecture, accuracy, _ = graded.grade.columns["Answers"].criteria
    assert (architecture.outcome, accuracy.outcome) == ("pending", "pending")
    assert not evidence.models[0].rebuilt
    assert "Lambda" in page


def test_a_forged_layer_table_earns_nothing(grade: Grade, write_notebook):
    forge = """
import gc, json
from grader.inside.recorder import Recorder
recorder = next(thing for thing in gc.get_objects() if isinstance(thing, Recorder))
layer = {"name": "conv2d", "class_name": "Conv2D", "output_shape": [None, 26, 26, 32], "parameters": 320}
last = {"name": "dense", "class_name": "Dense", "activation": "softmax", "output_shape": [None, 10], "parameters": 1290}
model = {"id": "model-1", "kind": "Sequential", "layers": [layer, layer, last], "parameters": 241546,
         "trainable_parameters": 241546, "input_shape": [None, 28, 28, 1], "output_shape": [None, 10], "rebuilt": True}
Recorder.write = lambda self: (self.out / "record.json").write_text(json.dumps({"models": [model]}))
recorder.write()
"""
    graded, evidence, _ = grade(write_notebook(forge))
    assert [model.parameters for model in evidence.models] == [241_546]
    assert graded.grade.columns["Answers"].criteria[0].outcome == "pending"
    assert graded.grade.columns["Answers"].criteria[1].outcome != "earned"


def test_a_nan_loss_is_explained(grade: Grade, write_notebook):
    _, evidence, page = grade(write_notebook(LOAD, BUILD + COMPILE, FIT.replace("x_train", "x_train * np.nan")))
    assert evidence.model.last_fit.history["loss"] == [None, None]
    assert "not finite numbers" in evidence.choice.not_measured_because
    assert "not finite numbers" in page

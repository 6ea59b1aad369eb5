from dataclasses import replace

import pytest

from grader.collect import collect
from grader.pipeline import Desk, gather, run_notebook
from grader.records import Evidence, Measurement
from grader.reference import Threshold
from grader.verdict import is_full

NETWORK = """
import keras
from keras import layers

(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
x_train, x_test = x_train[..., None] / 255, x_test[..., None] / 255
model = keras.Sequential([
    keras.Input((28, 28, 1)), layers.Conv2D(8, 3, strides=3, activation="relu"),
    layers.Conv2D(16, 3, strides=2, activation="relu"), layers.Flatten(), layers.Dense(10, activation="softmax"),
])
model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
"""
TRAIN = "history = model.fit(x_train, y_train, epochs=1500, batch_size=64, validation_data=(x_test, y_test), verbose=0)"
LOOK = """
print(len(history.history["val_loss"]), len(history.epoch), len(set(history.history["val_loss"])))
keras.utils.set_random_seed(0)
print(model.evaluate(x_test, y_test, verbose=0)[1] == history.history["val_accuracy"][-1])
"""


def evidence_of(desk: Desk, path) -> Evidence:
    collected = collect(path, desk.assignment.name, None, None, None)
    return gather(collected, run_notebook(collected, desk, None), desk)


@pytest.fixture(scope="module")
def early(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Evidence:
    """A notebook that asks for far more training than it takes to reach full marks."""
    import nbformat

    from tests.conftest import notebook_of

    path = tmp_path_factory.mktemp("early") / "early.ipynb"
    nbformat.write(notebook_of(NETWORK, TRAIN, LOOK), path)
    limits = desk.limits.model_copy(update={"training_seconds": 60})
    return evidence_of(replace(desk, thresholds=asking(0.6), limits=limits), path)


def asking(full: float) -> dict[str, dict[str, Threshold]]:
    return {"cnn": {"accuracy": Threshold(floor=0.1, full=full)}}


def test_training_ends_when_the_verdict_is_in(early: Evidence):
    fit = early.model.last_fit
    assert (fit.stopped, fit.epochs_asked) == ("verdict", 1_500)
    assert 0 < fit.epochs_granted < 1_500
    assert {len(figures) for figures in fit.history.values()} == {fit.epochs_granted}


def test_the_model_that_was_proven_is_the_one_that_is_judged(early: Evidence):
    assert early.measurement.tier == "sealed"
    assert early.measurement.metrics["accuracy"] >= 0.6


def test_later_cells_find_a_history_as_long_as_asked_and_the_model_that_it_ends_with(early: Evidence):
    lengths, same = early.cells[2].output.splitlines()
    assert lengths.split()[:2] == ["1500", "1500"]
    assert int(lengths.split()[2]) <= early.model.last_fit.epochs_granted
    assert same == "True"


@pytest.mark.parametrize(("stops_early", "full"), [(True, 1.1), (False, 0.2)])
def test_training_goes_on_where_the_verdict_is_not_in_or_nobody_asks(
    desk: Desk, write_notebook, stops_early: bool, full: float
):
    limits = desk.limits.model_copy(update={"training_seconds": 8})
    strict = replace(desk, thresholds=asking(full), limits=limits, stops_early=stops_early)
    fit = evidence_of(strict, write_notebook(NETWORK, TRAIN)).model.last_fit
    assert fit.stopped == "budget"
    assert fit.seconds > 7


@pytest.mark.parametrize(
    ("metrics", "full"),
    [
        ({"mae": 2.0, "r2": 0.9}, True),
        ({"mae": 2.6, "r2": 0.9}, False),
        ({"mae": 2.0, "r2": 0.7}, False),
        ({"mae": 2.0}, False),
    ],
)
def test_every_metric_that_was_calibrated_must_earn_full_marks(metrics: dict[str, float], full: bool):
    thresholds = {"mae": Threshold(floor=5, full=2.5), "r2": Threshold(floor=0.3, full=0.8)}
    assert is_full(Measurement(tier="sealed", rows=80, metrics=metrics), thresholds) is full


def test_without_a_calibration_no_verdict_is_in():
    assert not is_full(Measurement(tier="sealed", rows=80, metrics={"mae": 0.1}), {})

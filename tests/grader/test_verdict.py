from dataclasses import replace
from pathlib import Path
from threading import Event

import nbformat
import pytest

from grader.courses.reference import Threshold
from grader.judging.verdict import is_full
from grader.pipeline import Desk, gather, run_notebook, verdicts_at, with_budget
from grader.records import Evidence, Measurement
from grader.running.offers import Offer
from grader.submissions.collect import collect
from tests.conftest import notebook_of

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
    path = tmp_path_factory.mktemp("early") / "early.ipynb"
    nbformat.write(notebook_of(NETWORK, TRAIN, LOOK), path)
    limits = desk.limits.model_copy(update={"training_seconds": 150})
    return evidence_of(replace(lenient(desk), thresholds=asking(0.6), limits=limits), path)


def lenient(desk: Desk, **fields: object) -> Desk:
    """A desk whose document trains for long."""
    network = desk.assignment.network
    (known, *others) = network.documented_models
    models = [known.model_copy(update={"epochs": 2_000}), *others]
    networks = [network.model_copy(update={"documented_models": models, **fields})]
    return replace(desk, assignment=desk.assignment.model_copy(update={"networks": networks}))


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


@pytest.fixture(scope="module")
def files(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a notebook leaves that has trained for a second."""
    path = tmp_path_factory.mktemp("files") / "brief.ipynb"
    nbformat.write(notebook_of(NETWORK, TRAIN), path)
    limits = desk.limits.model_copy(update={"training_seconds": 2})
    collected = collect(path, desk.assignment.name, None, None, None)
    kept = run_notebook(collected, replace(desk, limits=limits, stops_early=False), None).files
    assert kept is not None
    return kept


@pytest.mark.parametrize(
    ("full", "epochs", "ends_early", "answers"),
    [
        (0.2, 1_500, True, [False, True, True]),
        (1.1, 1_500, True, [False, False]),
        (0.2, 2_001, True, [False, False]),
        (0.2, 1_500, False, [False, False]),
    ],
    ids=["twice-full", "not-full", "asks-for-more-than-the-document", "compared-with-another"],
)
def test_a_verdict_is_in_after_two_looks_unless_its_end_could_change_a_mark(
    desk: Desk, files: Path, full: float, epochs: int, ends_early: bool, answers: list[bool]
):
    own = replace(lenient(desk, ends_early=ends_early), thresholds=asking(full))
    verdicts, offer = verdicts_at(own), Offer(files, "model-1", epochs)
    assert [verdicts.is_in(offer, Event()) for _ in answers] == answers


def test_a_look_that_nobody_waits_for_ends_at_once_and_proves_nothing(desk: Desk, files: Path):
    over = Event()
    over.set()
    verdicts = verdicts_at(replace(lenient(desk), thresholds=asking(0.2)))
    assert not any(verdicts.is_in(Offer(files, "model-1", 1), over) for _ in range(3))


def test_a_model_that_the_record_does_not_hold_proves_nothing(desk: Desk, files: Path):
    assert not verdicts_at(desk).is_in(Offer(files, "model-7", 1), Event())


def test_as_long_as_asked_means_without_verdicts(desk: Desk, write_notebook):
    brief = replace(lenient(desk), thresholds=asking(0.1), stops_early=False, limits=with_budget(desk.limits, "full"))
    fit = evidence_of(brief, write_notebook(NETWORK, TRAIN.replace("1500", "60"))).model.last_fit
    assert (fit.stopped, fit.epochs_granted) == ("finished", 60)


CALLBACKS = """
best = keras.callbacks.EarlyStopping(patience=1000, restore_best_weights=True)
rate = keras.callbacks.ReduceLROnPlateau(patience=500)
again = model.fit(x_train, y_train, epochs=1500, batch_size=64, validation_split=0.2, callbacks=[best, rate], verbose=0)
"""


def test_a_second_training_ends_early_too_and_keras_own_callbacks_do_not_matter(desk: Desk, write_notebook):
    limits = desk.limits.model_copy(update={"training_seconds": 150})
    own = replace(lenient(desk), thresholds=asking(0.6), limits=limits)
    evidence = evidence_of(own, write_notebook(NETWORK, TRAIN, CALLBACKS))
    assert [fit.stopped for fit in evidence.model.fits] == ["verdict", "verdict"]
    assert evidence.measurement.metrics["accuracy"] >= 0.6


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

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from grader.data.datasets import Split
from grader.data.served import Served, serve
from grader.errors import SandboxError
from grader.inside.words import read_ragged
from grader.judging.judge import JUDGE_SECONDS
from grader.judging.replay import Stage, with_sealed_inputs
from grader.pipeline import Desk, examine
from grader.records import Evidence
from grader.running.sandbox import WalledSandbox
from grader.submissions.collect import collect
from tests.conftest import needs_wall

DATA = """
import os, glob, keras, numpy as np
from sklearn.decomposition import PCA
(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
"""
COMPONENTS = """
x = PCA(20).fit_transform(np.concatenate([x_train, x_test]).reshape(-1, 784) / 255)
x_train, x_test = x[:1437], x[1437:]
"""
TRAIN = """
model = keras.Sequential([keras.Input(x_train.shape[1:]), keras.layers.Flatten(), keras.layers.Dense(10, "softmax")])
model.compile(loss="sparse_categorical_crossentropy", optimizer=keras.optimizers.Adam(0.01), metrics=["accuracy"])
model.fit(x_train, y_train, epochs=20, verbose=0)
"""
EVALUATE = "model.evaluate(x_test, y_test, verbose=0)"
OWN_WAY = "the notebook's own preprocessing, run again on rows that it never saw"


@pytest.fixture
def graded(desk: Desk, write_notebook: Callable[..., Path]) -> Callable[..., Evidence]:
    def grade(*cells: str) -> Evidence:
        collected = collect(write_notebook(*cells), desk.assignment.name, None, None, None)
        return examine(collected, desk, None)[0]

    return grade


def images() -> Split:
    numbers = np.arange(500)
    x = np.zeros((500, 28, 28), np.uint8)
    x[:, 0, 0], x[:, 0, 1] = numbers // 256, numbers % 256
    y = np.random.default_rng(0).integers(0, 10, 500).astype(np.uint8)
    return Split("mnist", x[:300], y[:300], x[300:], y[300:], fingerprint="images")


@pytest.fixture
def served(tmp_path: Path) -> Served:
    return serve(images(), 80, 1, tmp_path)


@needs_wall
def test_threads_that_ask_at_once_share_one_sandbox_that_outlives_them(served: Served):
    with Stage("wall", served, {served.folder.name: served.folder}) as stage:
        with ThreadPoolExecutor(4) as threads:
            found = list(threads.map(stage.set, ["test"] * 4))
        sandbox = found[0][0]
        assert isinstance(sandbox, WalledSandbox)
        assert {id(each) for each, _ in found} == {id(sandbox)}
        sandbox.wait_until_warm()
        assert sandbox.alive
        first = sandbox.warm.pid
        sandbox.warm.kill()
        sandbox.listener.join(timeout=10)
        assert stage.set("test")[0].alive
        assert sandbox.warm.pid != first
        stage.close()
        with pytest.raises(SandboxError, match="being stopped"):
            stage.set("test")
    assert not sandbox.jobs.exists()


# -- What a second run is served ---------------------------------------------------------------------------------------


def test_sealed_inputs_lie_where_others_were_repeated_and_nothing_else_changes(served: Served):
    again = with_sealed_inputs(served, "test").served
    places = np.load(served.places)
    before, after = (
        np.concatenate([np.load(each.folder / f"x_{part}.npy") for part in ("train", "test")])
        for each in (served, again)
    )
    assert np.array_equal(after[places], np.load(served.sealed_inputs))
    assert np.array_equal(np.delete(after, places, 0), np.delete(before, places, 0))
    assert with_sealed_inputs(served, "test").served.folder.stat().st_ino == again.folder.stat().st_ino


def test_no_label_of_a_sealed_row_is_in_what_a_second_run_sees(served: Served):
    again = with_sealed_inputs(served, "test").served
    for part in ("train", "test"):
        assert (again.folder / f"y_{part}.npy").read_bytes() == (served.folder / f"y_{part}.npy").read_bytes()
    assert sorted(path.name for path in again.folder.iterdir()) == sorted(path.name for path in served.folder.iterdir())
    split = images()
    places = np.load(served.places)
    numbers = np.load(served.sealed_inputs)[:, 0, 0].astype(int) * 256 + np.load(served.sealed_inputs)[:, 0, 1]
    beside = np.concatenate([split.y_train, np.load(again.folder / "y_test.npy")])[places]
    assert np.mean(beside == np.concatenate([split.y_train, split.y_test])[numbers]) < 0.3
    # Nor does a place tell which row was there: they are in an order of their own.
    assert np.mean(places == numbers) < 0.1


def test_reviews_are_exchanged_like_arrays(tmp_path: Path):
    rows = np.empty(100, dtype=object)
    rows[:] = [[number + 1] * (number % 3 + 1) for number in range(100)]
    y = np.arange(100) % 2
    split = Split("imdb", rows[:50], y[:50], rows[50:], y[50:], word_index={"a": 1}, fingerprint="words")
    served = serve(split, 20, 1, tmp_path)
    again = read_ragged(with_sealed_inputs(served, "test").served.folder / "x_test.npz").lists()
    assert sorted(again) == sorted(rows[50:])
    sealed = read_ragged(served.sealed_inputs).lists()
    assert [again[place - 50] for place in np.load(served.places)] == sealed


# -- The whole way ----------------------------------------------------------------------------------------------------


def test_a_transformer_that_learned_from_all_rows_leads_to_the_sealed_ones(graded, desk: Desk):
    measured = graded(DATA, COMPONENTS, TRAIN, EVALUATE).choice.measurements[0]
    assert (measured.tier, measured.rows, measured.preprocessing) == ("sealed", len(desk.served.sealed_labels), OWN_WAY)
    assert measured.metrics["accuracy"] > 0.6


def test_a_split_of_all_rows_and_labels_in_another_code_lead_there_too(graded, desk: Desk):
    split = """
from sklearn.model_selection import train_test_split
y = keras.utils.to_categorical(np.concatenate([y_train, y_test]))
x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.25)
"""
    train = TRAIN.replace("sparse_", "")
    measured = graded(DATA, COMPONENTS, split, train, EVALUATE).choice.measurements[0]
    assert (measured.tier, measured.rows) == ("sealed", len(desk.served.sealed_labels))
    assert measured.metrics["accuracy"] > 0.6


def test_predictions_alone_and_a_data_set_lead_there_too(graded, desk: Desk):
    data = "import tensorflow as tf\ntest = tf.data.Dataset.from_tensor_slices((x_test, y_test)).batch(32)\n"
    for cell in ("model.predict(x_test, verbose=0)", data + "model.evaluate(test, verbose=0)"):
        measured = graded(DATA, COMPONENTS, TRAIN, cell).choice.measurements[0]
        assert (measured.tier, measured.rows) == ("sealed", len(desk.served.sealed_labels))


def test_a_network_that_is_fed_training_rows_alone_is_measured_in_their_places(graded):
    choice = graded(DATA, COMPONENTS, "x_test, y_test = x_train[-400:], y_train[-400:]", TRAIN, EVALUATE).choice
    assert choice.measurements[0].preprocessing == OWN_WAY
    assert choice.measurements[0].rows == 180


def test_what_learns_by_hand_from_all_rows_is_left_to_a_person_with_the_reason(graded):
    by_hand = """
x = np.concatenate([x_train, x_test]).reshape(-1, 784) / 255
x = (x - x.mean(0)) @ np.linalg.svd(x - x.mean(0), full_matrices=False)[2][:20].T
x_train, x_test = x[:1437], x[1437:]
"""
    choice = graded(DATA, by_hand, TRAIN, EVALUATE).choice
    assert choice.measurements[0].tier == "own_arrays"
    assert choice.left_to_a_person
    assert (
        "the preprocessing learns from all rows in a way that the grader cannot repeat" in choice.not_measured_because
    )


def test_a_notebook_that_needs_no_second_run_has_none(graded, desk: Desk, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(type(desk.stage), "set", lambda *_: pytest.fail("a second run"))
    choice = graded(DATA + "x_train, x_test = x_train / 255, x_test / 255", TRAIN, EVALUATE).choice
    assert choice.measurements[0].preprocessing == "divided by 255"


# -- Hostile notebooks -------------------------------------------------------------------------------------------------

HOSTILE = """
first = glob.glob("/tmp/grader-*/*/first/places.npy")
if first:
    out = first[0].replace("first/places.npy", "out")
    for name in ("model-1.weights.npz", "judgement.json", "sealed.npy", "sealed_rows.npy", "places.npy"):
        open(f"{out}/{name}", "w").write("forged")
    for name in (first[0], first[0].replace("first/places.npy", "door/x"), keras.datasets.fashion_mnist.__file__):
        try:
            open(name, "w").write("forged")
        except OSError:
            continue
        raise SystemExit("wrote " + name)
"""


@needs_wall
def test_what_a_second_run_writes_elsewhere_changes_nothing(graded, desk: Desk):
    plain = graded(DATA, COMPONENTS, TRAIN, EVALUATE).choice.measurements[0]
    measured = graded(DATA, HOSTILE, COMPONENTS, TRAIN, EVALUATE, HOSTILE).choice.measurements[0]
    assert (measured.tier, measured.rows, measured.preprocessing) == ("sealed", plain.rows, OWN_WAY)
    # Two trainings never end in quite the same weights.
    assert measured.metrics["accuracy"] == pytest.approx(plain.metrics["accuracy"], abs=0.05)


def test_a_wrong_input_is_the_worst_that_a_second_run_can_give(graded):
    spoil = "if glob.glob('/tmp/grader-*/*/first/places.npy'):\n    x_test[np.arange(0, 360, 2)] = 0\n"
    choice = graded(DATA, COMPONENTS, spoil, TRAIN, EVALUATE).choice
    assert choice.measurements[0].tier == "own_arrays" or choice.measurements[0].metrics["accuracy"] < 0.6


def test_nothing_of_the_second_run_is_shown(graded):
    show = "print('first' if not glob.glob('/tmp/grader-*/*/first/places.npy') else 'second ' + str(x_test[0]))"
    evidence = graded(DATA, COMPONENTS, TRAIN, EVALUATE, show)
    assert evidence.cells[-1].output == "first\n"
    assert "second [" not in evidence.model_dump_json()
    assert evidence.run.seconds < JUDGE_SECONDS

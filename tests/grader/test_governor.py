"""Runs Keras in a process of its own, as these modules do behind the wall: the tests' own process never imports it."""

import json
import subprocess
import sys

import pytest

MODEL = """
import json, keras, numpy as np
from contextlib import nullcontext
from grader.inside.governor import STEPS_AT_ONCE, hastened, watches_batches

def model():
    keras.utils.set_random_seed(3)
    hidden = keras.layers.Dense(8, activation="relu")
    layers = [keras.Input((4,)), hidden, keras.layers.Dropout(0.5), keras.layers.Dense(1)]
    made = keras.Sequential(layers)
    made.compile(loss="mse", optimizer="adam", metrics=["mae"])
    return made

x = np.random.default_rng(0).random((1000, 4)).astype("float32")
y = x.sum(axis=1)
"""


def say(code: str) -> object:
    """What the code prints last, read as JSON."""
    words = [sys.executable, "-c", MODEL + code]
    return json.loads(subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def trained() -> dict[str, dict[str, list[float]]]:
    """Histories of the same training, batch by batch and hastened."""
    said = say("""
histories, evaluated = {}, {}
for name in ("plain", "hastened"):
    net = model()
    net.evaluate(x, y, verbose=0)
    with hastened(net) if name == "hastened" else nullcontext():
        # 900 rows in batches of 13 are 70 steps: no multiple of the steps at once.
        histories[name] = net.fit(x, y, epochs=3, batch_size=13, validation_split=0.1, verbose=0).history
    histories[name]["evaluated"] = net.evaluate(x, y, verbose=0)
print(json.dumps(histories))
""")
    assert isinstance(said, dict)
    return said


@pytest.mark.parametrize("figure", ["loss", "mae", "val_loss", "val_mae", "evaluated"])
def test_a_hastened_training_makes_the_same_updates(trained: dict[str, dict[str, list[float]]], figure: str):
    assert trained["hastened"][figure] == pytest.approx(trained["plain"][figure], rel=1e-4)


def test_who_looks_at_single_batches_keeps_them():
    said = say("""
class Watcher(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        print(batch)

callbacks = keras.callbacks
watchers = [
    Watcher(),
    callbacks.LambdaCallback(on_train_batch_end=print),
    callbacks.ModelCheckpoint("x.keras", save_freq=10),
    callbacks.ModelCheckpoint("x.keras"),
    callbacks.EarlyStopping(),
    callbacks.ReduceLROnPlateau(),
]
print(json.dumps([watches_batches(callback) for callback in watchers]))
""")
    assert said == [True, True, True, False, False, False]


def test_who_keeps_something_of_every_epoch_sees_them_all():
    said = say("""
from grader.inside.governor import counts_epochs

class Own(keras.callbacks.Callback):
    pass

callbacks = keras.callbacks
watchers = [
    Own(),
    callbacks.ModelCheckpoint("model-{epoch}.keras"),
    callbacks.ModelCheckpoint("best.keras"),
    callbacks.EarlyStopping(restore_best_weights=True),
    callbacks.ReduceLROnPlateau(),
    callbacks.CSVLogger("log.csv"),
]
print(json.dumps([counts_epochs(callback) for callback in watchers]))
""")
    assert said == [True, True, False, False, False, False]


def test_a_history_is_as_long_as_asked_and_says_what_is_true():
    said = say("""
from types import SimpleNamespace
from grader.inside.governor import pad

history = SimpleNamespace(epoch=[5, 6], history={"loss": [0.5, 0.4], "val_loss": [0.6]})
pad(history, 4)
print(json.dumps([history.epoch, history.history, history.epochs_granted]))
""")
    assert said == [[5, 6, 7, 8], {"loss": [0.5, 0.4, 0.4, 0.4], "val_loss": [0.6]}, 2]

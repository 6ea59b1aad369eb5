"""Runs Keras in a process of its own, as these modules do behind the wall: the tests' own process never imports it."""

import json
import subprocess
import sys

import pytest

SAVE = """
import json, sys, keras, numpy as np, tensorflow as tf
from pathlib import Path
from keras import layers
from grader.inside.rebuild import rebuild
from grader.inside.vocabulary import knowing_words

def again(model, rows):
    folder = Path(sys.argv[1])
    with knowing_words(model):
        (folder / "model.json").write_text(model.to_json())
    np.savez(folder / "model.npz", *[np.asarray(weight) for weight in model.weights])
    found = rebuild(folder / "model.json", folder / "model.npz")(tf.convert_to_tensor(rows))
    print(json.dumps(bool(np.allclose(found, model(tf.convert_to_tensor(rows)), atol=1e-6))))
"""
TEXTS = """
texts = np.array([["a good film"], ["a bad film"], ["good"], ["bad acting"]])
layer = layers.TextVectorization(max_tokens=20, output_mode=MODE)
layer.adapt(texts)
again(keras.Sequential([keras.Input((1,), dtype="string"), layer, layers.Dense(3)]), texts)
print(json.dumps(layer._lookup_layer.input_vocabulary))
"""
NUMBERS = """
rows = np.random.default_rng(0).normal(5, 3, (50, 4)).astype("float32")
layer = layers.Normalization()
layer.adapt(rows)
again(keras.Sequential([keras.Input((4,)), layer, layers.Dense(3)]), rows)
"""


def say(code: str, folder: object) -> list[object]:
    """What the code prints, line by line, read as JSON."""
    words = [sys.executable, "-c", SAVE + code, str(folder)]
    return [
        json.loads(line)
        for line in subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()
    ]


@pytest.mark.parametrize("mode", ["int", "multi_hot", "tf_idf"])
def test_a_layer_that_learned_words_is_rebuilt_with_them_and_stays_as_it_was(tmp_path, mode: str):
    network = TEXTS.replace("MODE", repr(mode))
    if mode == "int":
        network = network.replace("layer, layers.Dense", "layer, layers.Embedding(20, 4), layers.Dense")
    assert say(network, tmp_path) == [True, None]


def test_a_layer_that_learned_a_mean_is_rebuilt_with_it(tmp_path):
    assert say(NUMBERS, tmp_path) == [True]

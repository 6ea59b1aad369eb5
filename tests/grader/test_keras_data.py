"""`load_data()` answers as Keras' own does; compared in a process of its own, with a cache that is not the real one."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np

from grader.data.served import save

ARGUMENTS = {
    "boston": [{}, {"test_split": 0.3}, {"seed": 5}, {"test_split": 0, "seed": 1}],
    "imdb": [
        {},
        {"num_words": 20},
        {"num_words": 20, "skip_top": 5},
        {"maxlen": 9},
        {"maxlen": 9, "start_char": None, "seed": 7},
        {"num_words": 20, "oov_char": None},
        {"start_char": None, "index_from": 0, "num_words": 25},
        {"start_char": 30, "oov_char": 31, "index_from": 5, "num_words": 20},
    ],
}
COMPARE = """
import importlib, json, sys
from pathlib import Path
import keras
from grader.inside import served

def plain(parts):
    return [[array.tolist(), str(array.dtype), list(array.shape)] for part in parts for array in part]

def answers(load_data, calls):
    return [plain(load_data(**call)) for call in calls]

root, arguments = Path(sys.argv[1]), json.loads(sys.argv[2])
modules = {"boston": "boston_housing", "imdb": "imdb"}

def all_answers():
    return {name: answers(getattr(keras.datasets, modules[name]).load_data, arguments[name]) for name in modules}

for name, module in modules.items():
    source = importlib.import_module("keras.src.datasets." + module)
    source.get_file = lambda *_, name=name, **__: root / f"{name}.npz"
theirs = all_answers()
served.install({name: str(root / name) for name in modules})
ours = all_answers()
same = {name: [a == b for a, b in zip(theirs[name], ours[name])] for name in modules}
row = keras.datasets.imdb.load_data()[0][0][0]
print(json.dumps([same, keras.datasets.imdb.get_word_index(), type(row).__name__]))
"""


def houses() -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Arrays of boston_housing.npz, and those that are served of it."""
    random = np.random.default_rng(0)
    x, y = random.normal(size=(506, 13)), random.uniform(5, 50, 506)
    order = np.random.RandomState(113).permutation(506)
    shown = {"x_train": x[order[:404]], "y_train": y[order[:404]], "x_test": x[order[404:]], "y_test": y[order[404:]]}
    return {"x": x, "y": y}, shown


def reviews() -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Arrays of imdb.npz, and those that are served of it: the same."""
    random, arrays = np.random.default_rng(0), {}
    for part in ("train", "test"):
        rows = np.empty(50, dtype=object)
        rows[:] = [random.integers(1, 40, random.integers(3, 15)).tolist() for _ in range(50)]
        arrays |= {f"x_{part}": rows, f"y_{part}": random.integers(0, 2, 50)}
    return arrays, arrays


def test_rows_are_numbered_cut_and_shuffled_as_keras_does(tmp_path: Path) -> None:
    for name, (file, shown) in (("boston", houses()), ("imdb", reviews())):
        np.savez(tmp_path / f"{name}.npz", **file)
        (tmp_path / name).mkdir()
        for array, rows in shown.items():
            save(tmp_path / name, array, rows)
    (tmp_path / "imdb" / "imdb_word_index.json").write_text('{"the": 1}')
    ran = subprocess.run(
        [sys.executable, "-c", COMPARE, str(tmp_path), json.dumps(ARGUMENTS)],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "KERAS_HOME": str(tmp_path)},
    )
    same, words, kind = json.loads(ran.stdout.splitlines()[-1])
    assert same == {name: [True] * len(calls) for name, calls in ARGUMENTS.items()}
    assert (words, kind) == ({"the": 1}, "list")

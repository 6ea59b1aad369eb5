"""The folders of the served splits -> what `keras.datasets.<name>.load_data()` answers, without a network."""

import functools
import importlib
import json
import sys
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from grader.inside.notes import notes
from grader.inside.words import Encoding, Ragged, read_ragged

KERAS_MODULES = {
    "boston": "boston_housing",
    "imdb": "imdb",
    "fashion-mnist": "fashion_mnist",
    "mnist": "mnist",
    "cifar10": "cifar10",
}
"""Module of `keras.datasets` for a data set."""
NEVER_SERVED = ("cifar100", "reuters", "california_housing")
"""Modules for data sets of no assignment."""
ARRAYS = (("x_train", "y_train"), ("x_test", "y_test"))
SHUFFLE = 113
"""The seed by which Keras shuffles boston_housing.npz before it is split, and by which it was split for the folder."""


def install(served: dict[str, str]) -> None:
    """Make Keras' loaders answer from the served data sets: a folder of arrays for each name.

    `tensorflow.keras.datasets` and `keras.datasets` are different modules over the same source, loaded or yet to load.
    """
    for name, module in {**KERAS_MODULES, **{name: name for name in NEVER_SERVED}}.items():
        loader = answer(LOADERS.get(name, images)(Path(served[name]))) if name in served else refuse(name)
        keras_module(module).load_data = loader
        for loaded in [m for key, m in sys.modules.items() if key.endswith(f".datasets.{module}")]:
            loaded.load_data = loader  # type: ignore[attr-defined]


def keras_module(name: str) -> Any:
    """Keras' own source of a data set."""
    return importlib.import_module(f"keras.src.datasets.{name}")


def images(folder: Path) -> Callable[..., Any]:
    """A `load_data` for the arrays in the folder; each call gives fresh, writable arrays as Keras does."""

    def load_data(*_: object, **__: object) -> tuple[tuple[np.ndarray, ...], ...]:
        return tuple(tuple(np.load(folder / f"{name}.npy") for name in pair) for pair in ARRAYS)

    return load_data


def boston(folder: Path) -> Callable[..., Any]:
    """Keras' own `load_data`, which is given a file in Keras' order instead of downloading it."""

    def get_file(*_: object, **__: object) -> BytesIO:
        x, y = (np.concatenate([np.load(folder / f"{axis}_{part}.npy") for part in ("train", "test")]) for axis in "xy")
        file = BytesIO()
        np.savez(file, x=unshuffled(x), y=unshuffled(y))
        file.seek(0)
        return file

    module = keras_module("boston_housing")
    module.get_file = get_file
    return module.load_data  # type: ignore[no-any-return]


def unshuffled(rows: np.ndarray) -> np.ndarray:
    """All rows of boston, train and then test, in the order of the published table."""
    return rows[np.random.RandomState(SHUFFLE).permutation(len(rows)).argsort()]


def imdb(folder: Path) -> Callable[..., Any]:
    """A `load_data` that does in one second what Keras' own does in ten, and `get_word_index` from the folder."""

    def load_data(
        path: str = "imdb.npz",
        num_words: int | None = None,
        skip_top: int = 0,
        maxlen: int | None = None,
        seed: int = 113,
        start_char: int | None = 1,
        oov_char: int | None = 2,
        index_from: int = 3,
        **_: object,
    ) -> tuple[tuple[np.ndarray, np.ndarray], ...]:
        random = np.random.RandomState(seed)
        parts = []
        for x_name, y_name in ARRAYS:
            rows, labels = read_ragged(folder / f"{x_name}.npz"), np.load(folder / f"{y_name}.npy")
            order = np.arange(len(rows))
            random.shuffle(order)
            if maxlen:
                order = order[rows.lengths[order] + (start_char is not None) < maxlen]
            parts.append((rows.take(order), labels[order]))
        if not all(map(len, (rows for rows, _ in parts))):
            raise ValueError(
                f"After filtering for sequences shorter than maxlen={maxlen}, no sequence was kept. Increase maxlen."
            )
        uncut = Encoding(start_char, oov_char, index_from or 0)
        num_words = num_words or max(int(uncut.apply(rows).values.max()) for rows, _ in parts)
        encoding = Encoding(start_char, oov_char, index_from or 0, num_words, skip_top)
        return tuple((as_objects(encoding.apply(rows)), labels) for rows, labels in parts)

    module = keras_module("imdb")
    module.get_file = lambda *_, **__: folder / "imdb_word_index.json"
    return load_data


def as_objects(rows: Ragged) -> np.ndarray:
    """An array of lists, shape (n,)."""
    lists = np.empty(len(rows), dtype=object)
    lists[:] = rows.lists()
    return lists


def texts(rows: Ragged, folder: Path) -> Iterator[str]:
    """Reviews as their words with blanks between them: more than that the data set does not hold."""
    index = json.loads((folder / "imdb_word_index.json").read_bytes())
    word_of = {number: word for word, number in index.items()}
    values = rows.values.tolist()
    for first, last in pairwise(rows.offsets.tolist()):
        yield " ".join(map(word_of.__getitem__, values[first:last]))


def answer(load: Callable[..., Any]) -> Callable[..., Any]:
    """A `load_data` after which nothing is left over from before."""

    @functools.wraps(load)
    def load_data(*args: Any, **kwargs: Any) -> Any:
        notes.refused_data = None
        return load(*args, **kwargs)

    return load_data


def refuse(name: str) -> Callable[..., Any]:
    """A `load_data` for a data set that is not served here."""

    def load_data(*_: object, **__: object) -> Any:
        notes.refused_data = name
        raise FileNotFoundError(
            f"Expected one of the data sets of this assignment. Found a call for {name}, which is not served here, "
            "and there is no network. Use the data set that the sheet names."
        )

    return load_data


LOADERS = {"boston": boston, "imdb": imdb}
"""For data sets that are no images."""

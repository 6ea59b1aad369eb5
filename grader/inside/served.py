"""The folders of the served splits -> what `keras.datasets.<name>.load_data()` answers, without a network."""

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

KERAS_MODULES = {"fashion-mnist": "fashion_mnist", "mnist": "mnist", "cifar10": "cifar10"}
"""Module of `keras.datasets` for a data set."""
ARRAYS = (("x_train", "y_train"), ("x_test", "y_test"))


def install(served: dict[str, str]) -> None:
    """Make Keras' loaders answer from the served data sets: a folder of arrays for each name.

    `tensorflow.keras.datasets` and `keras.datasets` are different modules over the same source, loaded or yet to load.
    """
    for name, module in KERAS_MODULES.items():
        loader = load(Path(served[name])) if name in served else refuse(name)
        importlib.import_module(f"keras.src.datasets.{module}").load_data = loader  # type: ignore[attr-defined]
        for loaded in [m for key, m in sys.modules.items() if key.endswith(f".datasets.{module}")]:
            loaded.load_data = loader  # type: ignore[attr-defined]


def load(folder: Path) -> Callable[..., Any]:
    """A `load_data` for the arrays in the folder; each call gives fresh, writable arrays as Keras does."""

    def load_data(*_: object, **__: object) -> tuple[tuple[np.ndarray, ...], ...]:
        return tuple(tuple(np.load(folder / f"{name}.npy") for name in pair) for pair in ARRAYS)

    return load_data


def refuse(name: str) -> Callable[..., Any]:
    """A `load_data` for a data set that is not served here."""

    def load_data(*_: object, **__: object) -> Any:
        raise FileNotFoundError(
            f"Expected one of the data sets of this assignment. Found a call for {name}, which is not served here, "
            "and there is no network. Use the data set that the sheet names."
        )

    return load_data

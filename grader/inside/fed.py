"""Samples of what a model was trained on -> what stands out in the rows and in their labels.

Only what is sure is said: a label beside the features, labels that are no classes, reviews as numbers of words.
"""

import math
import zipfile
import zlib
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

BROKEN = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)
"""What NumPy raises over a sample that is not what the recorder writes."""
LEAST_ROWS = 20
MOST_FEATURES = 2_000
"""A row of more is no table and no picture with its label beside it."""
THE_SAME = 1 - 1e-6
"""Correlation of two columns of which one is the other, but for its scale."""
WHOLE = 1e-6
ONE = 1e-3
"""How far the shares of one label may be from a sum of 1."""
OUTERMOST = 8
"""Smallest and largest labels of the data set among which those of a sample's own are."""
CHANGES: dict[str, Callable[[NDArray[Any]], NDArray[Any]]] = {"none": np.asarray, "log": np.log, "log1p": np.log1p}
"""What notebooks do to a target before they scale it."""
AVERAGE_NUMBER = 20
"""Of the words of a review. What is counted, such as how often a word occurs, is smaller on average."""


def look(door: Path, folder: Path) -> dict[str, dict[str, Any]]:
    """What stands out in each fit(), by its number: the fields of `grader.records.Fed`."""
    labels = np.concatenate([np.load(folder / f"y_{part}.npy").reshape(-1) for part in ("train", "test")])
    reviews = (folder / "x_train.npz").exists()
    found = {}
    for path in sorted(door.glob("sample.fit-*.npz")):
        try:
            with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
                rows, given = arrays["fed"], arrays.get("labels")
        except BROKEN:
            continue
        found[path.name.split(".")[1]] = facts(rows, given, labels, reviews=reviews)
    return found


def facts(
    rows: NDArray[Any], labels: NDArray[Any] | None, served: NDArray[Any], *, reviews: bool = False
) -> dict[str, Any]:
    """What stands out in rows of shape (m, ...) and their labels; `served` are all labels of the data set."""
    said: dict[str, Any] = {"word_numbers": reviews and are_word_numbers(rows)}
    if labels is None or not are_finite(labels) or len(labels) < LEAST_ROWS:
        return said
    labels = labels.reshape(len(labels), -1).astype(np.float64)
    said["fractions"] = are_fractions(labels)
    plain = labels[:, 0] if labels.shape[1] == 1 else labels.argmax(axis=1)
    reach, of_served = float(np.ptp(plain)), float(np.ptp(served.astype(np.float64)))
    if of_served > 0 and math.isfinite(reach):
        said["target_scale"] = reach / of_served
        if labels.shape[1] == 1:
            said["target_unit"] = unit_of(plain, np.unique(served.astype(np.float64)))
    if are_finite(rows) and len(rows) == len(labels) and 1 < rows[0].size <= MOST_FEATURES:
        said["target_feature"] = target_among(rows.reshape(len(rows), -1).astype(np.float64), plain)
    return said


def are_finite(array: NDArray[Any]) -> bool:
    """Whether it holds numbers, all of them finite."""
    return array.ndim > 0 and array.size > 0 and array.dtype.kind in "buif" and bool(np.isfinite(array).all())


def are_fractions(labels: NDArray[np.float64]) -> bool:
    """Whether labels of shape (m, k) are neither whole numbers nor shares of the classes, as smoothed ones are."""
    if (np.abs(labels - np.rint(labels)) < WHOLE).all():
        return False
    return labels.shape[1] == 1 or bool((np.abs(labels.sum(axis=1) - 1) > ONE).any())


def unit_of(labels: NDArray[Any], values: NDArray[Any]) -> dict[str, Any] | None:
    """The `grader.records.TargetUnit` of labels of shape (m,); None where no change makes them of the data set's.

    `values` are those of the data set, each once and in order. Every label must then be one of them, and there are gaps
    between these: so two values that are not the right ones for the smallest and the largest label are noticed.
    """
    low, high = labels.min(), labels.max()
    if len(values) < LEAST_ROWS or values[0] <= 0 or len(np.unique(labels)) < LEAST_ROWS:
        return None
    outer = sorted(product(range(OUTERMOST), repeat=2), key=sum)
    for (name, change), (first, last) in product(CHANGES.items(), outer):
        made = change(values)
        scale = (high - low) / (made[-1 - last] - made[first])
        shift = low - scale * made[first]
        expected = made * scale + shift
        nearest = np.abs(expected - labels[:, None]).min(axis=1)
        if (nearest <= WHOLE * max(abs(low), abs(high), high - low)).all():
            return {"change": name, "scale": float(scale), "shift": float(shift)}
    return None


def target_among(rows: NDArray[np.float64], labels: NDArray[Any]) -> int | None:
    """Number, from 1, of the column of rows of shape (m, k) that is the label; None where none is."""
    away, off = rows - rows.mean(axis=0), labels - labels.mean()
    sizes = np.linalg.norm(away, axis=0) * np.linalg.norm(off)
    alike = np.abs(off @ away) / np.where(sizes > 0, sizes, np.inf)
    return int(alike.argmax()) + 1 if alike.max() > THE_SAME else None


def are_word_numbers(rows: NDArray[Any]) -> bool:
    """Whether rows of shape (m, words) hold large whole numbers, in the order of a text."""
    if rows.ndim != 2 or not are_finite(rows) or (rows < 0).any() or (rows != np.rint(rows)).any():
        return False
    words = rows[rows > 0]
    return words.size > 0 and float(words.mean()) > AVERAGE_NUMBER

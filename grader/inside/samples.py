"""What fit(), evaluate() and predict() were fed -> a few rows of it, enough to recognise the preprocessing by."""

from dataclasses import dataclass
from typing import Any

import keras
import numpy as np

SAMPLE_ROWS = 1_000
SAMPLE_BYTES = 32 << 20


@dataclass(frozen=True)
class Sample:
    """Some rows of an array that a model was fed."""

    fed: np.ndarray
    """Shape (m, ...): the rows as the model got them."""
    rows: np.ndarray
    """Shape (m,): their positions in the array."""
    total: int
    """Rows of the whole array."""
    labels: np.ndarray | None = None
    """Shape (m, ...): what y said for these rows."""


def take(x: Any, y: Any = None) -> Sample | None:
    """Evenly spread rows of `x` with their labels; None for what cannot be looked at without using it up."""
    if isinstance(x, (list, tuple)) and len(x) == 1:
        x = x[0]
    if hasattr(x, "element_spec"):
        return take_batch(next(iter(x.take(1)), None))
    if isinstance(x, keras.utils.PyDataset):
        return take_batch(x[0])
    total = row_count(x)
    if not total:
        return None
    row_bytes = max(1, np.asarray(x[:1]).nbytes)
    rows = np.unique(np.linspace(0, total - 1, min(total, SAMPLE_ROWS, max(1, SAMPLE_BYTES // row_bytes))).astype(int))
    fed = pick(x, rows)
    if fed is None or fed.dtype == object:
        return None
    labels = pick(y, rows) if row_count(y) == total else None
    return Sample(fed, rows, total, None if labels is None or labels.dtype == object else labels)


def take_batch(first: Any) -> Sample | None:
    """The first batch of a tf.data.Dataset or a PyDataset, which can be read again by whoever trains on it."""
    x, y = first[:2] if isinstance(first, (tuple, list)) and len(first) >= 2 else (first, None)
    sample = take(x, y)
    # A dataset may be shuffled, so the position in the batch is no position in the data.
    return sample and Sample(sample.fed, np.full(len(sample.fed), -1), sample.total, sample.labels)


def row_count(x: Any) -> int | None:
    """Rows of an array, tensor or data frame; None for anything else."""
    sizes = getattr(x, "shape", None)
    if sizes is None or len(sizes) == 0 or sizes[0] is None:
        return None
    return int(sizes[0])


def pick(x: Any, rows: np.ndarray) -> np.ndarray | None:
    """These rows as an array."""
    if hasattr(x, "iloc"):
        return np.asarray(x.iloc[rows])
    array: np.ndarray = np.asarray(x)
    picked: np.ndarray = array[rows]
    return picked

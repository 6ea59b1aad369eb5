"""What fit(), evaluate() and predict() were fed -> a few rows of it, enough to recognise the preprocessing by."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np

from grader.inside.alignment import flat

SAMPLE_ROWS = 1_000
SAMPLE_BYTES = 32 << 20
TEXT = (str, bytes)
MOST_AXES = 2


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
    every_label: np.ndarray | None = None
    """Shape (total,): what y said for all rows, one-hot ones as the class."""

    @property
    def arrays(self) -> dict[str, np.ndarray]:
        """By the names under which they are written."""
        named = {"fed": self.fed, "rows": self.rows, "total": np.array(self.total)}
        some = {"labels": self.labels, "every_label": self.every_label}
        return named | {name: array for name, array in some.items() if array is not None}


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
    if fed.dtype == object:
        return None
    if row_count(y) != total or (labels := pick(y, rows)).dtype == object:
        return Sample(fed, rows, total)
    return Sample(fed, rows, total, labels, every_label(y))


def write(path: Path, arrays: dict[str, np.ndarray]) -> None:
    """Write a sample as plain arrays."""
    np.savez(path, allow_pickle=False, **arrays)


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


def pick(x: Any, rows: np.ndarray) -> np.ndarray:
    """These rows as an array; texts as their bytes."""
    picked: np.ndarray = np.asarray(x.iloc[rows]) if hasattr(x, "iloc") else np.asarray(x)[rows]
    if picked.dtype.kind == "U" or (picked.dtype == object and all(isinstance(text, TEXT) for text in picked.flat)):
        encoded = [text.encode() if isinstance(text, str) else text for text in picked.flat]
        return np.array(encoded, dtype="S").reshape(picked.shape)
    return picked


def every_label(y: Any) -> np.ndarray | None:
    """What y says, as numbers, one for each row; None where it says more."""
    labels = np.asarray(y)
    return flat(labels) if labels.ndim <= MOST_AXES and labels.dtype.kind in "fiub" else None

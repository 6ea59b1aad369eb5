"""What the recovery of images, of tables and of reviews has in common: sound samples, and what came of tracing them."""

from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from grader.inside.matching import Places, Samples

MOST_SAMPLES = 256
"""More rows than this prove nothing more."""
LARGEST_VALUE = 1e9
SMALLEST_RANGE = 1e-9
"""Between the largest and the smallest value that is fed."""
LARGEST_TOTAL = 1 << 31
SOURCES = {"evaluate": "evaluate()", "predict": "predict()", "validation": "validation_data", "fit": "fit()"}
"""Where rows were fed, in words; first the calls that show best how the model is meant to be used."""


class RefusedError(Exception):
    """The preprocessing cannot be known. The message is for the student."""


@dataclass(frozen=True)
class Kind:
    """A kind of raw data."""

    noun: str
    """What its rows are, for example images."""
    way_out: str
    """What a student does whose preprocessing cannot be recovered."""
    largest_row: int
    """Values in one row that a model is fed."""


class Transform(Protocol):
    """A preprocessing: takes raw rows, gives what the model was fed."""

    @property
    def words(self) -> str:
        """For example "divided by 255, one channel axis added"."""

    def apply(self, raw: Any) -> NDArray[np.float32]:
        """(n, ...) raw rows -> (n, *row) float32."""


@dataclass(frozen=True)
class Traced:
    """Samples whose preprocessing is known."""

    transform: Any
    """A `Transform`, of the kind's own class."""
    places: Places
    """Shape (m,): the raw row that each row was made from; -1 where none reproduces it."""

    @property
    def share(self) -> float:
        """Of the rows that are reproduced, 0 to 1."""
        return float((self.places >= 0).mean())


def usable(samples: Samples, kind: Kind) -> Samples:
    """The samples, not too many of them, once they are known to be sound. Raises `RefusedError` where they are not."""
    fed, rows, call = samples.fed, samples.rows, SOURCES[samples.source]
    if fed.dtype.kind not in "buif":
        raise RefusedError(f"Expected numbers given to {call}. Found values of type {fed.dtype}. {kind.way_out}")
    if fed.ndim < 2 or len(fed) < 2 or not 0 < fed[0].size <= kind.largest_row:
        raise RefusedError(
            f"Expected at least two {kind.noun} given to {call}. Found an array of shape {fed.shape}. {kind.way_out}"
        )
    in_order = rows.shape == (len(fed),) and rows.dtype.kind in "iu" and samples.total < LARGEST_TOTAL
    if not in_order or rows.min() < -1 or rows.max() >= samples.total:
        raise RefusedError(
            f"Expected a row number for each sample of {call}. Found numbers that cannot be. {kind.way_out}"
        )
    kept = np.unique(np.linspace(0, len(fed) - 1, MOST_SAMPLES).astype(int))
    fed = fed[kept]
    if not np.isfinite(fed).all() or max(abs(float(fed.min())), abs(float(fed.max()))) > LARGEST_VALUE:
        raise RefusedError(
            f"Expected finite numbers given to {call}. Found NaN, infinite or huge values. {kind.way_out}"
        )
    if float(fed.max()) - float(fed.min()) < SMALLEST_RANGE or (fed == fed[0]).all():
        raise RefusedError(
            f"Expected different {kind.noun} given to {call}. Found rows that are all alike. {kind.way_out}"
        )
    return replace(samples, fed=fed, rows=rows[kept].astype(np.int64))

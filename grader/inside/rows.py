"""Arrays that a notebook trains on, validates on, evaluates on and fits scalers on -> which of them share rows.

A row is known by a fingerprint of some of its values, so no array has to be kept. It is the notebook's own account.
"""

import functools
import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.inside.notes import notes
from grader.inside.samples import pick, row_count

Prints = NDArray[np.uint64]
"""One for each row."""
FIRST_VALUES = 64
SPREAD_VALUES = 128
"""So many values of a row are looked at: at its beginning, where reviews differ, and spread over all of it."""
BLOCK = 2_048
"""Rows at a time, which keeps the memory small."""
MOST_ROWS = 500_000
LOOKED_AT = 1_000
"""Rows of a scaler's, evenly spread."""
A_FEW = 32
"""Rows by which an array is taken for one that was seen before."""
LEAST_ROWS = 10
"""Fewer show a single prediction, not a result."""
LEAST_SHARED = 3
LEAST_SHARE = 0.05
"""Of the rows of a scaler: where rows are split anew, some are there twice, as they take the places of sealed ones."""
MOST_SCALERS = 50
SCALERS = ("StandardScaler", "MinMaxScaler", "RobustScaler", "MaxAbsScaler")
WEIGHTS = np.random.default_rng(0).integers(1, 1 << 63, FIRST_VALUES + SPREAD_VALUES, dtype=np.uint64)


@dataclass
class Met:
    """Rows that a model was given for one purpose."""

    prints: Prints = field(default_factory=lambda: np.empty(0, np.uint64))
    """In ascending order."""
    largest: int = 0
    """Rows of the largest array among them."""

    def add(self, x: Any) -> None:
        """Those of `x` as well; an array that is given again and again is not read each time."""
        few, total = fingerprints(x, A_FEW), row_count(first_of(x)) or 0
        if few is None or (total <= self.largest and self.has(few).all()):
            return
        if (prints := fingerprints(x)) is not None:
            self.prints, self.largest = np.union1d(self.prints, prints), max(total, self.largest)

    def has(self, prints: Prints) -> NDArray[np.bool_]:
        """Which of some rows are among these."""
        if not self.prints.size:
            return np.full(len(prints), False)
        places = np.minimum(np.searchsorted(self.prints, prints), len(self.prints) - 1)
        return np.asarray(self.prints[places] == prints)

    def share_of(self, prints: Prints) -> float:
        """Of some rows, how many are among these."""
        return float(self.has(prints).mean())


@dataclass
class Known:
    """Rows that one model has met."""

    trained: Met = field(default_factory=Met)
    validated: Met = field(default_factory=Met)


@dataclass(frozen=True)
class Scaler:
    """A scaler that was fitted."""

    kind: str
    cell: int | None
    prints: Prints
    """Of some of the rows that it learned from, as it scales them."""


class Rows:
    """Remembers the rows of each model, and the scalers."""

    def __init__(self) -> None:
        self.scalers: list[Scaler] = []

    def trained(self, known: Known, x: Any, validation: Any) -> dict[str, Any]:
        """Note a training on `x`; give the share of the validation rows that the model has trained on."""
        known.trained.add(x)
        prints = None if validation is None else fingerprints(validation, LOOKED_AT)
        if prints is None or not known.trained.largest:
            return {}
        known.validated.add(validation)
        return {"validation_trained_on": known.trained.share_of(prints)}

    def tested(self, known: Known, x: Any) -> dict[str, Any]:
        """Of the rows of an evaluation, the shares that the model knows, and the scaler that learned from the others.

        Nothing where the rows are few, or come in batches, or the model's training rows did.
        """
        prints = fingerprints(x) if (row_count(first_of(x)) or 0) >= LEAST_ROWS else None
        if prints is None or not known.trained.largest:
            return {}
        facts: dict[str, Any] = {
            "trained_on": known.trained.share_of(prints),
            "validated_on": known.validated.share_of(prints),
        }
        unseen = prints[~known.trained.has(prints)]
        for scaler in self.scalers:
            shared = np.isin(scaler.prints, unseen)
            if shared.sum() >= LEAST_SHARED and shared.mean() > LEAST_SHARE:
                facts["scaler"] = {"kind": scaler.kind, "cell": scaler.cell, "share": float(shared.mean())}
                break
        return facts

    def watch_scalers(self, module: Any) -> None:
        """Note every fit() of the scalers in `sklearn.preprocessing`."""
        for name in SCALERS:
            cls = getattr(module, name)
            cls.fit = self.noting(cls.fit)

    def noting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """A scaler's fit() that is noted."""

        @functools.wraps(original)
        def fit(scaler: Any, X: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N803 - scikit-learn's name
            result = original(scaler, X, *args, **kwargs)
            with suppress(Exception):  # Whatever goes wrong here must not change what the notebook does.
                self.note_scaler(scaler, X)
            return result

        return fit

    def note_scaler(self, scaler: Any, x: Any) -> None:
        """Note what a fitted scaler makes of the rows that it learned from; a single column is the target."""
        total = row_count(x)
        if len(self.scalers) >= MOST_SCALERS or not total or len(x.shape) != 2 or x.shape[1] < 2:
            return
        places = spread(total, LOOKED_AT)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            prints = fingerprints(scaler.transform(x.iloc[places] if hasattr(x, "iloc") else np.asarray(x)[places]))
        if prints is not None:
            self.scalers.append(Scaler(type(scaler).__name__, notes.cell, prints))


def fingerprints(x: Any, most: int | None = None) -> Prints | None:
    """One for each row of an array, or for `most` evenly spread ones; None for what is not an array of numbers."""
    x = first_of(x)
    total = row_count(x)
    if not total or total > MOST_ROWS:
        return None
    places = spread(total, most or total)
    prints = np.empty(len(places), np.uint64)
    whole = x if hasattr(x, "iloc") else np.asarray(x)
    for start in range(0, len(places), BLOCK):
        chosen = places[start : start + BLOCK]
        # A slice copies nothing.
        rows = whole[chosen[0] : chosen[-1] + 1] if len(places) == total else pick(whole, chosen)
        block = np.asarray(rows).reshape(len(chosen), -1)
        if block.dtype.kind not in "buif":
            return None
        columns = some_columns(block.shape[1])
        # Zero has two signs; adding it leaves one.
        bits = (block[:, columns].astype(np.float32) + np.float32(0)).view(np.uint32)
        prints[start : start + BLOCK] = bits.astype(np.uint64) @ WEIGHTS[: len(columns)]
    return prints


def some_columns(width: int) -> NDArray[np.int64]:
    """Which values of a row are looked at."""
    return np.unique(np.concatenate([np.arange(min(FIRST_VALUES, width)), spread(width, SPREAD_VALUES)]))


def spread(total: int, most: int) -> NDArray[np.int64]:
    """At most `most` numbers from 0 up to `total`, evenly spread."""
    return np.unique(np.linspace(0, total - 1, min(total, most)).astype(np.int64))


def first_of(x: Any) -> Any:
    """What a list of one input holds."""
    return x[0] if isinstance(x, (list, tuple)) and len(x) == 1 else x

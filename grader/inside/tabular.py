"""Samples of table rows that a model was fed -> how each feature was scaled, or why it is not known.

A scaling is fitted on half of the samples and believed only where it reproduces the other half.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.inside.matching import Floats, Places, Samples, places_by_index
from grader.inside.tracing import SOURCES, Kind, RefusedError, Traced, usable

TOLERANCE = 1e-4
"""Of a value and of its feature's deviation: what rounding to float32 may change."""
FLOAT16_TOLERANCE = 2e-3
LEAST_SHARE = 0.9
"""Of the samples that must be reproduced."""
LEAST_FEATURES = 3
"""Rows are recognised by their content only if they have so many."""
MOST_BEGINNINGS = 150
ROUNDS = 8
"""Of matching rows and fitting scalings in turn; it settles in three."""
SURE = 1e-3
"""Deviations between a row and its match, at most, where it is to be fitted on."""
TINY = 1e-6
LEARNED = 1e-3
"""How far, in deviations, a scaler may be from one that learned from the named rows."""
TABLE = Kind(
    "rows of the table",
    "Call model.evaluate() on test rows in which each feature is only scaled.",
    largest_row=1_000,
)


@dataclass(frozen=True, eq=False)
class Scaling:
    """Some features of a row, each multiplied by a number and shifted by another."""

    columns: Places
    """Shape (k,): the raw feature of each value."""
    scale: Floats
    shift: Floats
    row_shape: tuple[int, ...]
    words: str = ""

    def values(self, raw: Floats) -> Floats:
        """(n, features) -> (n, k)."""
        return np.asarray(raw, np.float64)[:, self.columns] * self.scale + self.shift

    def apply(self, raw: NDArray[Any]) -> NDArray[np.float32]:
        """(n, features) -> (n, *row_shape)."""
        return self.values(raw).astype(np.float32).reshape(len(raw), *self.row_shape)


class TableTracer:
    """Traces samples back to the rows of a table."""

    kind = TABLE

    def __init__(self, x_train: NDArray[Any], x_test: NDArray[Any]):
        self.raw: Floats = np.concatenate([x_train, x_test]).astype(np.float64)
        self.train = len(x_train)
        self.known: list[Scaling] = []

    def trace(self, samples: Samples) -> Traced:
        """The scaling of these samples. Raises `RefusedError` with the reason where it cannot be known."""
        samples = usable(samples, TABLE)
        fed = samples.fed.reshape(len(samples.fed), -1).astype(np.float64)
        close = Close(fed, FLOAT16_TOLERANCE if samples.fed.dtype == np.float16 else TOLERANCE)
        for places, sure in self.guesses(samples, fed) if fed.shape[1] <= self.raw.shape[1] else ():
            scaling = self.settle(fed, places, sure, close, samples.fed.shape[1:])
            if scaling:
                same = close(scaling.values(self.raw[places]))
                if same.mean() >= LEAST_SHARE:
                    self.known.append(scaling)
                    return Traced(scaling, np.where(same, places, -1))
        raise RefusedError(
            f"Expected rows of the data set, each feature scaled on its own, given to {SOURCES[samples.source]}. Found "
            f"rows of shape {samples.fed.shape[1:]}, values {fed.min():.4g} to {fed.max():.4g}, that no such scaling "
            f"reproduces. {TABLE.way_out}"
        )

    def guesses(self, samples: Samples, fed: Floats) -> Iterator[tuple[Places, NDArray[np.bool_]]]:
        """Raw rows that the samples may come from, and which of them to fit on: by place, then by content."""
        everywhere = np.full(len(fed), True)
        for places in places_by_index(samples, self.train, len(self.raw)):
            yield places, everywhere
        for known in self.known:
            if known.row_shape == samples.fed.shape[1:]:
                apart = np.abs(known.values(self.raw)[None] - fed[:, None]).sum(axis=2)
                yield apart.argmin(axis=1), everywhere
        if fed.shape[1] >= LEAST_FEATURES:
            yield self.search(fed, like_distributed(self.raw, fed))
            yield self.search(fed, rearranged(self.raw, fed))

    def settle(
        self, fed: Floats, places: Places, sure: NDArray[np.bool_], close: "Close", row: tuple[int, ...]
    ) -> Scaling | None:
        """The scaling that half of the sure rows show, if it reproduces the other half."""
        numbers = np.flatnonzero(sure)
        fit, check = numbers[::2], numbers[1::2]
        columns = likest(self.raw[places[fit]], fed[fit]) if len(check) else None
        if columns is None:
            return None
        raw = self.raw[places]
        scaling = Scaling(columns, *fit_lines(raw[fit][:, columns], fed[fit]), row)
        if not close(scaling.values(raw))[check].all():
            return None
        scale, shift = fit_lines(raw[numbers][:, columns], fed[numbers])
        return Scaling(columns, scale, shift, row, self.words(columns, scale, shift))

    def search(self, fed: Floats, columns: Places) -> tuple[Places, NDArray[np.bool_]]:
        """The raw row nearest to each row of shape (m, k), of these raw columns, and which are surely it.

        The first scalings make the features' distributions alike; then matching and fitting mend each other. One value
        that is far off must not hide a row, and must not bend a scaling: hence roots of distances, and weights.
        """
        raw, spread = self.raw[:, columns], fed.std(axis=0) + TINY
        scale, shift = fit_lines(quantiles(raw), quantiles(fed))
        for _ in range(ROUNDS):
            apart = np.abs((raw * scale + shift)[None] - fed[:, None]) / spread
            places = np.sqrt(apart).sum(axis=2).argmin(axis=1)
            left = np.take_along_axis(apart, places[:, None, None], axis=1)[:, 0]
            scale, shift = fit_lines(raw[places], fed, 1 / (left + TINY))
        return places, left.max(axis=1) < SURE

    def words(self, columns: Places, scale: Floats, shift: Floats) -> str:
        """The scaling as one would say it."""
        missing = sorted({*range(self.raw.shape[1])} - {*columns.tolist()})
        without = f", without the features {', '.join(str(each + 1) for each in missing)}" if missing else ""
        if np.allclose(scale, 1, atol=1e-6) and np.allclose(shift, 0, atol=1e-4):
            return f"the raw features{without}"
        centre, spread = -shift / scale, 1 / scale
        pieces = {
            "the training rows": self.raw[: self.train],
            "the test rows": self.raw[self.train :],
            "all rows": self.raw,
        }
        for least, which in ((LEARNED, ""), (0.5, "some of ")):
            for name, rows in pieces.items():
                rows = rows[:, columns]
                lowest, reach = rows.min(axis=0), np.ptp(rows, axis=0)
                for words, middle, length in (
                    ("standardised by the mean and deviation of", rows.mean(axis=0), rows.std(axis=0)),
                    ("standardised by the mean and deviation of", rows.mean(axis=0), rows.std(axis=0, ddof=1)),
                    ("scaled by its range in", lowest, reach),
                ):
                    size = np.where(length > 0, length, 1)
                    if (np.abs(centre - middle) <= least * size).all() and (np.abs(spread / size - 1) <= least).all():
                        return f"each feature {words} {which}{name}{without}"
        return f"each feature scaled on its own{without}"


class Close:
    """Whether made rows are the ones that were fed, but for rounding."""

    def __init__(self, fed: Floats, tolerance: float):
        self.fed = fed
        self.allowed = tolerance * (np.abs(fed - fed.mean(axis=0)).mean(axis=0) + np.abs(fed))

    def __call__(self, made: Floats) -> NDArray[np.bool_]:
        """Shape (m,)."""
        return np.asarray((np.abs(made - self.fed) <= self.allowed).all(axis=1), dtype=np.bool_)


def fit_lines(raw: Floats, fed: Floats, weights: Floats | None = None) -> tuple[Floats, Floats]:
    """Least squares for fed = scale * raw + shift in each column; scale 0 where the raw values are all the same.

    `weights` has the shape of both.
    """
    mean_raw, mean_fed = np.average(raw, axis=0, weights=weights), np.average(fed, axis=0, weights=weights)
    away = (raw - mean_raw) * (1 if weights is None else weights)
    varied = (away * (raw - mean_raw)).sum(axis=0)
    scale = (away * (fed - mean_fed)).sum(axis=0) / np.where(varied > 0, varied, np.inf)
    return scale, mean_fed - scale * mean_raw


def likest(raw: Floats, fed: Floats) -> Places | None:
    """For each column that was fed, shape (m, k), the raw one that it is a scaling of; None where one is of none."""
    away, off = raw - raw.mean(axis=0), fed - fed.mean(axis=0)
    sizes = np.outer(np.linalg.norm(off, axis=0), np.linalg.norm(away, axis=0))
    alike = np.abs(off.T @ away) / np.where(sizes > 0, sizes, np.inf)
    columns = alike.argmax(axis=1)
    found = (alike.max(axis=1) > 1 - 1e-4).all() and len(set(columns.tolist())) == len(columns)
    return columns if found else None


def like_distributed(raw: Floats, fed: Floats) -> Places:
    """The raw columns, in their order, whose distributions and correlations are likest to those that were fed."""
    if raw.shape[1] == fed.shape[1]:
        return np.arange(raw.shape[1])
    return np.array(max(combinations(range(raw.shape[1]), fed.shape[1]), key=likeness(raw, fed)))


def rearranged(raw: Floats, fed: Floats) -> Places:
    """The same in whatever order, found one after another: the best few beginnings are gone on with."""
    like, best = likeness(raw, fed), [tuple[int, ...]()]
    for _ in range(fed.shape[1]):
        longer = [(*columns, each) for columns in best for each in range(raw.shape[1]) if each not in columns]
        best = sorted(longer, key=like, reverse=True)[:MOST_BEGINNINGS]
    return np.array(best[0])


def likeness(raw: Floats, fed: Floats) -> Callable[[tuple[int, ...]], float]:
    """How like some raw columns are to the first that were fed, by their distributions and correlations."""
    alike = unit(quantiles(fed)).T @ unit(quantiles(raw))
    of_raw, of_fed = (unit(rows).T @ unit(rows) for rows in (raw, fed))

    def like(columns: tuple[int, ...]) -> float:
        some = len(columns)
        apart = np.abs(of_raw[np.ix_(columns, columns)] - of_fed[:some, :some]).sum() / some
        return float(alike[range(some), columns].sum() - apart)

    return like


def quantiles(rows: Floats) -> Floats:
    """Shape (50, features)."""
    return np.asarray(np.quantile(rows, np.linspace(0.01, 0.99, 50), axis=0))


def unit(columns: Floats) -> Floats:
    """Columns of mean 0 and length 1."""
    away = columns - columns.mean(axis=0)
    return np.asarray(away / np.maximum(np.linalg.norm(away, axis=0), TINY))

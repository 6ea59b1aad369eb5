"""The labels of an array that a model was fed, and the choices of rows before that -> the data set's row of each.

A notebook's own code pairs inputs with labels. Where thousands of labels agree with those of certain rows, in order,
these are the rows: nothing else is believed.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.inside.matching import Places

SHUFFLE = 113
"""The seed by which Keras shuffles reviews and the prices of houses."""
ANY = -1
"""Rows chosen of whatever is long enough: of a table that a notebook has read."""
MOST_ORDERS = 64
MOST_TABLES = 12
"""Former choices of rows that a later one may be of."""
LEAST_BITS = 64
"""That labels which agree must be worth: it is no chance then."""


@dataclass(frozen=True)
class Step:
    """A choice of rows, such as train_test_split makes two of."""

    of: int
    """Rows to choose from, or `ANY`."""
    rows: Places
    """Those that were chosen, in their order."""

    @property
    def sound(self) -> bool:
        """Whether the rows are among those to choose from, which a notebook could have forged."""
        return bool(self.rows.size) and self.rows.min() >= 0 and (self.of == ANY or self.rows.max() < self.of)


def bases(folder: Path) -> list[Places]:
    """The orders in which notebooks are given the rows of a served data set, counted over training and test rows."""
    train, test = (len(np.load(folder / f"y_{part}.npy", mmap_mode="r")) for part in ("train", "test"))
    parts = [np.arange(train), np.arange(train, train + test)]
    orders = [parts]
    if (folder / "x_train.npz").exists():
        random = np.random.RandomState(SHUFFLE)
        orders.append([random.permutation(train), train + random.permutation(test)])
    found = [order for pair in orders for order in (np.concatenate(pair), pair[0], pair[1])]
    if (folder / "x_train.npy").exists() and np.load(folder / "x_train.npy", mmap_mode="r").ndim == 2:
        found.append(np.random.RandomState(SHUFFLE).permutation(train + test).argsort())
    return found


def truth(folder: Path) -> NDArray[Any]:
    """The labels of all rows as they are served, shape (n,)."""
    return np.concatenate([np.load(folder / f"y_{part}.npy").ravel() for part in ("train", "test")])


def align(labels: NDArray[Any], steps: Sequence[Step], starts: Sequence[Places], true: NDArray[Any]) -> Places | None:
    """The row of each label, or None where none of the known orders explains them.

    Args:
        labels: what was fed, shape (n,) or one-hot (n, classes), in whatever code.
        steps: what the notebook chose, in the order of time.
        starts: the orders that it may have begun with.
        true: labels of all rows.
    """
    fed = flat(labels)
    for order in candidates(len(fed), steps, starts):
        offsets = [0] if len(order) == len(fed) else runs(fed, true[order])
        for offset in offsets:
            places = order[offset : offset + len(fed)]
            if agree(fed, true[places]):
                return places
    return None


def candidates(rows: int, steps: Iterable[Step], starts: Sequence[Places]) -> Iterator[Places]:
    """Orders of at least so many rows; what was chosen last comes first."""
    orders = list(starts)
    for step in steps:
        if not step.sound:
            continue
        if step.of == ANY:
            # Of the table as it was read, or as the last choices left it: many a notebook then numbers its rows anew.
            among = [*starts, *orders[len(starts) :][-MOST_TABLES:]]
            orders += [order[step.rows] for order in among if len(order) > step.rows.max()]
            continue
        same = [order for order in orders if len(order) == step.of]
        # A notebook may have taken the first rows only, or the last, before it split them.
        longer = [order for order in starts if len(order) > step.of] if not same else []
        cut = [part for order in longer for part in (order[: step.of], order[-step.of :])]
        orders = (orders + [order[step.rows] for order in same + cut])[-MOST_ORDERS:]
    kept = {order.tobytes(): order for order in reversed([*starts, *orders]) if len(order) >= rows}
    yield from sorted(kept.values(), key=lambda order: len(order) != rows)


def likely(rows: int, steps: Iterable[Step], starts: Sequence[Places]) -> list[Places]:
    """Orders of that length, where there are no labels to tell by; what was chosen last comes first."""
    return [order for order in candidates(rows, steps, starts) if len(order) == rows]


def runs(fed: NDArray[Any], true: NDArray[Any]) -> list[int]:
    """Where the labels may begin among longer ones: equal neighbours are equal in every code."""
    wanted, among = ((labels[1:] == labels[:-1]).tobytes() for labels in (fed, true))
    found: list[int] = []
    offset = among.find(wanted)
    while offset >= 0 and len(found) < MOST_ORDERS:
        found.append(offset)
        offset = among.find(wanted, offset + 1)
    return found


def flat(labels: NDArray[Any]) -> NDArray[Any]:
    """Shape (n,): of one-hot rows the class."""
    labels = labels.reshape(len(labels), -1)
    return labels[:, 0] if labels.shape[1] == 1 else labels.argmax(axis=1)


def agree(fed: NDArray[Any], true: NDArray[Any]) -> bool:
    """Whether each true label always has the same code, no two have one, and there are enough to be no chance."""
    codes, coded = np.unique(fed, return_inverse=True)
    kinds, kind = np.unique(true, return_inverse=True)
    if len(codes) != len(kinds) or len(kinds) < 2 or len(fed) * np.log2(len(kinds)) < LEAST_BITS:
        return False
    return len(np.unique(coded.ravel().astype(np.int64) * len(kinds) + kind.ravel())) == len(kinds)

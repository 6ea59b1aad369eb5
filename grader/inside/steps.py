"""What a notebook does to choose, split and shuffle rows -> the numbers of the rows that it chose each time.

Written down as they happen, so that it can be known later which row of the data set a row of an array is.
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import sklearn.model_selection
import sklearn.utils

from grader.inside.alignment import ANY, Step

MOST_STEPS = 60
FEWEST_ROWS = 40
"""Of what is chosen from: smaller tables are no data set."""
MOST_ROWS = 200_000


class Steps:
    """The choices of one notebook."""

    def __init__(self) -> None:
        self.idle: Callable[[], bool] = lambda: True
        """Whether it is the notebook that calls, and not Keras on its behalf."""
        self.made: list[Step] = []
        self.changed = False

    def add(self, of: int, rows: Any) -> None:
        """Note a choice of `rows` from `of`."""
        rows = np.asarray(rows)
        known = 0 < rows.size <= MOST_ROWS and rows.ndim == 1 and rows.dtype.kind in "iu"
        if known and (of >= FEWEST_ROWS or of == ANY) and len(self.made) < MOST_STEPS:
            self.made.append(Step(of, rows.astype(np.int64)))
            self.changed = True

    def add_index(self, table: Any) -> None:
        """Note which rows of the table that was read a part of it holds: pandas keeps their numbers."""
        if not isinstance(table, (pandas.DataFrame, pandas.Series)) or len(table) < FEWEST_ROWS:
            return
        numbers = table.index.to_numpy()
        if numbers.dtype.kind in "iu" and not np.array_equal(numbers, np.arange(len(numbers))):
            self.add(ANY, numbers)

    def install(self, idle: Callable[[], bool]) -> None:
        """Watch scikit-learn, NumPy and pandas."""
        self.idle = idle
        split, shuffle = self.splitting(sklearn.model_selection.train_test_split), self.splitting(sklearn.utils.shuffle)
        for module in (sklearn.model_selection, sklearn.model_selection._split):
            module.train_test_split = split
        sklearn.utils.shuffle = shuffle
        for name in ("permutation", "choice"):
            setattr(np.random, name, self.drawing(getattr(np.random, name)))
        for owner in (pandas.DataFrame, pandas.Series):
            for name in ("sample", "drop_duplicates", "dropna"):
                setattr(owner, name, self.choosing(getattr(owner, name)))

    def splitting(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """train_test_split() or shuffle(), which is given the numbers of the rows beside them."""

        @functools.wraps(original)
        def split(*arrays: Any, **options: Any) -> Any:
            rows = getattr(arrays[0], "shape", None) or (len(arrays[0]),) if arrays else (0,)
            if not rows[0] or not self.idle():
                return original(*arrays, **options)
            for array in arrays:
                self.add_index(array)
            found = list(original(*arrays, np.arange(rows[0]), **options))
            parts = len(found) // (len(arrays) + 1)
            for chosen in found[-parts:]:
                self.add(rows[0], chosen)
            kept = found[:-parts]
            return kept[0] if parts == 1 and len(kept) == 1 else kept

        return split

    def drawing(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """permutation() or choice() of numbers."""

        @functools.wraps(original)
        def draw(a: Any, *args: Any, **kwargs: Any) -> Any:
            drawn = original(a, *args, **kwargs)
            numbers = isinstance(a, np.ndarray) and a.ndim == 1 and np.array_equal(a, np.arange(len(a)))
            if self.idle() and (isinstance(a, (int, np.integer)) or numbers):
                self.add(int(a) if np.ndim(a) == 0 else len(a), drawn)
            return drawn

        return draw

    def choosing(self, original: Callable[..., Any]) -> Callable[..., Any]:
        """A method of a table that keeps some of its rows."""

        @functools.wraps(original)
        def choose(table: Any, *args: Any, **kwargs: Any) -> Any:
            chosen = original(table, *args, **kwargs)
            if self.idle():
                self.add_index(table if chosen is None else chosen)
            return chosen

        return choose

    def write(self, path: Path) -> None:
        """Write them as plain arrays."""
        arrays = {f"rows_{number}": step.rows for number, step in enumerate(self.made)}
        np.savez(path, allow_pickle=False, of=np.array([step.of for step in self.made]), **arrays)


def read_steps(path: Path) -> list[Step]:
    """As `Steps.write` wrote them; none where there are none."""
    if not path.exists():
        return []
    with np.load(path, allow_pickle=False) as arrays:
        return [Step(int(of), arrays[f"rows_{number}"].astype(np.int64)) for number, of in enumerate(arrays["of"])]

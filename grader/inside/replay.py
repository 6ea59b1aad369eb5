"""A notebook that runs a second time, on rows that it never saw -> the inputs of its models, row by row.

The first run trained; here the data set holds the sealed inputs where it repeated others, with the same labels beside
them, which are none of theirs. What is written are the rows that a model would be fed, and which rows of the first run
were found again bit by bit: the judge believes no more than that.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow
from keras.src.legacy.preprocessing.image import Iterator as ImageIterator
from keras.src.utils import dataset_utils
from numpy.typing import NDArray

from grader.inside import alignment, samples
from grader.inside.alignment import ANY
from grader.inside.matching import Places
from grader.inside.sameness import same, single, slack
from grader.inside.steps import Steps

LARGEST = 1 << 30
"""Bytes of what is kept of one array."""
PACKED = 50 << 20
"""Larger ones are packed: they are mostly the zeros of words that a review does not have."""
MOST_ROWS = 200_000
MOST_ORDERS = 3
"""Of the rows, where there are no labels to tell by."""
UNMOVED = 0.25
"""Of the sampled rows that lie where they were: more than by chance. Half of the test rows may be sealed ones."""
CHUNK = 2_000
NEIGHBOURS = 3


class Replay:
    """Takes the rows of a model's inputs that come from sealed ones.

    Args:
        first: with places.npy, the rows that are sealed ones, and the samples of the first run.
        folder: of the served rows, with the sealed ones in their places.
    """

    def __init__(self, first: Path, folder: Path):
        self.first = first
        self.steps = Steps()
        self.starts, self.true = alignment.bases(folder), alignment.truth(folder)
        self.sealed = np.zeros(len(self.true), dtype=bool)
        self.sealed[np.load(first / "places.npy")] = True

    def install(self) -> None:
        """Let data sets keep their order, and tell which file is which row."""
        tensorflow.data.Dataset.shuffle = lambda dataset, *_, **__: dataset
        original = dataset_utils.index_directory

        def index(*args: Any, **kwargs: Any) -> Any:
            found = original(*args, **kwargs)
            self.note_files(found[0])
            return found

        dataset_utils.index_directory = index

    def note_files(self, paths: Sequence[str]) -> None:
        """Files of an export are named after their rows."""
        numbers = [Path(path).stem for path in paths]
        if all(number.isdigit() for number in numbers):
            self.steps.add(ANY, np.array(numbers, dtype=np.int64))

    def take(self, name: str, x: Any, y: Any) -> dict[str, Any]:
        """Rows of what a model was fed, by the names under which they are written; none where they are not known.

        Args:
            name: of the model and the call, for example model-1.evaluate.
            x: what it was fed: an array, or a data set.
            y: the labels beside it.
        """
        x, y = self.whole(x, y)
        total = samples.row_count(x) or 0
        if not 1 < total <= MOST_ROWS:
            return {}
        labels = samples.every_label(y) if samples.row_count(y) == total else None
        orders = self.orders(total, labels)
        controls = self.controls(name, x, total)
        wanted = [np.flatnonzero(self.sealed[order]) for order in orders]
        rows = np.unique(np.concatenate([*wanted, *(found for _, found in controls.values())]))
        if not rows.size or rows.size * single(samples.pick(x, rows[:1])).nbytes > LARGEST:
            return {}
        arrays = {"fed": single(samples.pick(x, rows)), "rows": rows, "total": np.array(total)}
        arrays |= {f"controls_{call}": np.stack(pair) for call, pair in controls.items()}
        return arrays if labels is None else arrays | {"every_label": labels}

    def write(self, path: Path, arrays: dict[str, Any]) -> None:
        """Write what `take` gave as plain arrays."""
        save = np.savez_compressed if arrays["fed"].nbytes > PACKED else np.savez
        save(path, allow_pickle=False, **arrays)

    def orders(self, total: int, labels: NDArray[Any] | None) -> list[Places]:
        """Which rows of the data set the rows of an array may be."""
        if labels is not None:
            places = alignment.align(labels, self.steps.made, self.starts, self.true)
            return [] if places is None else [places]
        return alignment.likely(total, self.steps.made, self.starts)[:MOST_ORDERS]

    def controls(self, name: str, x: Any, total: int) -> dict[str, tuple[Places, Places]]:
        """By the call of the first run: numbers of its samples that are found again, and where.

        Where rows were split anew, what one call was fed then may be what another is fed now.
        """
        model, _, call = name.partition(".")
        first = self.sample(name)
        if first and 0 <= first[1].min() <= first[1].max() < total:
            fed, at = first
            alike = same(fed, samples.pick(x, at), slack(fed))
            if alike.mean() > UNMOVED:
                return {call: (np.flatnonzero(alike), at[alike])}
        calls = [path.name.split(".")[1] for path in sorted(self.first.glob(f"{model}.*.npz"))]
        shape = samples.pick(x, np.arange(1))[0].shape
        sampled = {call: known[0] for call in calls if (known := self.sample(f"{model}.{call}"))}
        return {call: find_again(fed, x, total) for call, fed in sampled.items() if fed[0].shape == shape}

    def sample(self, name: str) -> tuple[NDArray[Any], Places] | None:
        """What the first run kept of a call: rows and their positions."""
        path = self.first / f"{name}.npz"
        if not path.exists():
            return None
        with np.load(path, allow_pickle=False) as arrays:
            return single(arrays["fed"]), arrays["rows"]

    def whole(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Everything that a data set or a generator gives, in its own order; an array as it is."""
        if isinstance(x, (list, tuple)) and len(x) == 1:
            x = x[0]
        batches: Any
        if isinstance(x, ImageIterator):
            self.note_files(getattr(x, "filenames", ["none"]))
            size = x.batch_size
            batches = (x._get_batches_of_transformed_samples(np.arange(x.n)[k : k + size]) for k in range(0, x.n, size))
        elif isinstance(x, keras.utils.PyDataset):
            batches = (x[number] for number in range(x.num_batches or 0))
        elif hasattr(x, "element_spec"):
            batches = x if int(x.cardinality()) != tensorflow.data.INFINITE_CARDINALITY else ()
        else:
            return x, y
        pairs = [pair[:2] if isinstance(pair, (tuple, list)) else (pair, None) for pair in batches]
        if not pairs:
            return None, None
        inputs, labels = zip(*pairs, strict=True)
        return joined(inputs), None if labels[0] is None else joined(labels)


def joined(parts: Sequence[Any]) -> NDArray[Any]:
    """Batches as one array."""
    return np.concatenate([samples.pick(part, np.arange(len(part))) for part in parts])


def find_again(sample: NDArray[Any], x: Any, total: int) -> tuple[Places, Places]:
    """Numbers of the sampled rows that are among all rows, and where.

    Rows are told by one figure each, their sum with random weights; those with nearly the same are compared in full.
    """
    figures = np.concatenate(
        [figure(samples.pick(x, np.arange(start, min(start + CHUNK, total)))) for start in range(0, total, CHUNK)]
    )
    order = figures.argsort()
    near = np.searchsorted(figures[order], figure(sample))
    nearby = np.clip(near[:, None] + np.arange(-NEIGHBOURS, NEIGHBOURS), 0, total - 1)
    found = np.full(len(sample), -1)
    for column in order[nearby].T:
        open_ = found < 0
        alike = same(sample[open_], samples.pick(x, column[open_]), slack(sample))
        found[np.flatnonzero(open_)[alike]] = column[open_][alike]
    of = np.flatnonzero(found >= 0)
    return of, found[of]


def figure(rows: NDArray[Any]) -> NDArray[np.float64]:
    """One figure for each row."""
    rows = rows.reshape(len(rows), -1)
    if rows.dtype.kind == "S":
        return np.array([float(hash(row.tobytes().rstrip(b"\0")) % (1 << 52)) for row in rows])
    weights = np.random.RandomState(0).standard_normal(rows.shape[1])
    return np.asarray(single(rows).astype(np.float64) @ weights)

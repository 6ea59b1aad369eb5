"""A model's outputs for test rows that the notebook was served -> those it gets most wrong, as they can be shown."""

from base64 import b64encode
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.courses.sheet import Task
from grader.data.exports import png
from grader.data.served import Served
from grader.inside.served import texts
from grader.inside.words import Ragged, read_ragged
from grader.judging.measure import SCORE, unusable
from grader.records import Mistake

MOST = 12
MOST_OF_A_PAIR = 2
"""Of the same class taken for the same other class, before other pairs have had their turn."""
REVIEW_CHARACTERS = 400


def find_mistakes(outputs: NDArray[Any], served: Served, task: Task) -> list[Mistake]:
    """At most MOST of them, no row twice; none where the outputs are of no use.

    Args:
        outputs: float array of shape (n, units of the last layer), for the first n test rows as served.
        served: has these rows and their labels.
        task: says which kind they are of.

    """
    labels = np.load(served.folder / "y_test.npy", allow_pickle=False)[: len(outputs)].reshape(-1)
    if unusable(outputs, len(labels), task):
        return []
    rows = rows_of(served)
    wrong = far_off(outputs, labels) if task.kind == "regression" else taken_for_others(outputs, labels)
    chosen = dict(islice(distinct(rows, wrong), MOST))
    views = shown(rows, list(chosen), served)
    return [
        Mistake(row=row, true=float(labels[row]), predicted=predicted, **view)
        for (row, predicted), view in zip(chosen.items(), views, strict=True)
    ]


def distinct(rows: NDArray[Any] | Ragged, wrong: Iterable[tuple[int, float]]) -> Iterator[tuple[int, float]]:
    """Those whose content did not come before: places of sealed rows repeat other rows."""
    seen: set[bytes] = set()
    for row, predicted in wrong:
        one = rows[row : row + 1]
        content = (one.values if isinstance(one, Ragged) else one).tobytes()
        if content not in seen:
            seen.add(content)
            yield row, predicted


def rows_of(served: Served) -> NDArray[Any] | Ragged:
    """The test rows, which stay on the disk as long as they can."""
    words = served.folder / "x_test.npz"
    return read_ragged(words) if words.exists() else np.load(served.folder / "x_test.npy", mmap_mode="r")


def far_off(outputs: NDArray[Any], labels: NDArray[Any]) -> Iterator[tuple[int, float]]:
    """Rows and what was predicted, the largest miss first."""
    predicted = outputs.reshape(-1).astype(np.float64)
    for row in np.argsort(-np.abs(predicted - labels), kind="stable"):
        yield int(row), float(predicted[row])


def taken_for_others(outputs: NDArray[Any], labels: NDArray[Any]) -> Iterator[tuple[int, float]]:
    """Rows and the class predicted: of the most frequent pairs of classes first, and of these the surest first."""
    scores = outputs if outputs.shape[1] > 1 else np.column_stack([np.full(len(outputs), SCORE), outputs])
    predicted = scores.argmax(axis=1)
    wrong = np.flatnonzero(predicted != labels)
    sure = np.abs(scores[:, 0] - scores[:, 1]) if scores.shape[1] == 2 else scores.max(axis=1)
    pairs = Counter((int(labels[row]), int(predicted[row])) for row in wrong)
    turns: Counter[tuple[int, int]] = Counter()
    order = []
    for row in wrong[np.argsort(-sure[wrong], kind="stable")]:
        pair = int(labels[row]), int(predicted[row])
        order.append((turns[pair] // MOST_OF_A_PAIR, -pairs[pair], pair, int(row)))
        turns[pair] += 1
    for *_, (_, taken), row in sorted(order, key=lambda each: each[:3]):
        yield row, float(taken)


def shown(rows: NDArray[Any] | Ragged, places: list[int], served: Served) -> list[dict[str, str]]:
    """Pictures or reviews as the fields of a `Mistake`; nothing of a table."""
    if isinstance(rows, Ragged):
        return [
            {"text": text[:REVIEW_CHARACTERS]} for text in texts(rows.take(np.array(places, dtype=int)), served.folder)
        ]
    if rows.ndim > 2 and rows.dtype == np.uint8:
        pictures = (b64encode(png(np.asarray(rows[row]))).decode() for row in places)
        return [{"image": f"data:image/png;base64,{picture}"} for picture in pictures]
    return [{} for _ in places]

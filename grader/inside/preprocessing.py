"""Samples of what a model was fed, and the raw rows -> the preprocessing between the two, or why it is not known."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from grader.inside.images import ImageTracer
from grader.inside.matching import RawRows, Samples
from grader.inside.tabular import TableTracer
from grader.inside.tracing import MOST_SAMPLES, SOURCES, RefusedError, Traced, Transform
from grader.inside.words import Ragged, WordTracer

MOST_ARRAYS = 8
"""That evaluate() was given, that fit() was given ...; more are not looked at."""


@dataclass(frozen=True)
class Recovery:
    """What became known about the preprocessing."""

    transform: Transform | None
    """Takes raw rows, gives what the model is to be fed; None where it is not known."""
    words: str
    """For example "divided by 255, one channel axis added"; empty where it is not known."""
    why_not: str
    """For the student: what was expected and what was found; empty where it is known."""
    rows_from: list[dict[str, int]]
    """For each of the samples, how many rows came from "train" and "test"; "unknown" ones were not reproduced."""


def recover(samples: Sequence[Samples], x_train: Any, x_test: Any) -> Recovery:
    """Find the preprocessing, preferably as the test rows got it.

    Args:
        samples: rows that one model was fed, from any number of calls.
        x_train: raw training rows. Images: uint8 of shape (n, height, width) or (n, height, width, channels); a table:
            float of shape (n, features); reviews: `Ragged`.
        x_test: raw test rows, alike.
    """
    tracer = tracer_of(samples, x_train, x_test)
    traces: dict[int, Traced] = {}
    reasons = []
    for source in SOURCES:
        for number in [number for number, one in enumerate(samples) if one.source == source][:MOST_ARRAYS]:
            try:
                traces[number] = tracer.trace(samples[number])
            except RefusedError as refused:
                reasons.append(str(refused))
    rows_from = [count_rows(one, traces.get(number), len(x_train)) for number, one in enumerate(samples)]
    if not traces:
        found = "Found none that can be looked at, only a generator."
        nothing = f"Expected {tracer.kind.noun} that the model was fed. {found} {tracer.kind.way_out}"
        return Recovery(None, "", next(iter(reasons), nothing), rows_from)
    on_test = [number for number in traces if rows_from[number]["test"] > rows_from[number]["train"]]
    transform = traces[next(iter(on_test or traces))].transform
    return Recovery(transform, transform.words, "", rows_from)


def tracer_of(samples: Sequence[Samples], x_train: Any, x_test: Any) -> ImageTracer | TableTracer | WordTracer:
    """What traces samples back to raw data of this kind."""
    if isinstance(x_train, Ragged):
        return WordTracer(x_train, x_test)
    if x_train.ndim == 2:
        return TableTracer(x_train, x_test)
    return ImageTracer(RawRows(x_train, x_test, samples))


def count_rows(samples: Samples, traced: Traced | None, train: int) -> dict[str, int]:
    """How many of the rows that were looked at came from the training and from the test rows."""
    if traced is None:
        return {"train": 0, "test": 0, "unknown": min(samples.rows.size, MOST_SAMPLES)}
    places = traced.places
    of_train = int(((places >= 0) & (places < train)).sum())
    unknown = int((places < 0).sum())
    return {"train": of_train, "test": len(places) - of_train - unknown, "unknown": unknown}

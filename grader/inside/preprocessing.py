"""Samples of what a model was fed, and the raw images -> the preprocessing between the two, or why it is not known.

A preprocessing is fitted on half of the samples and believed only where it reproduces the other half.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.inside.fitting import UndeterminedError, find_transform
from grader.inside.matching import Floats, Images, Places, RawRows, Samples, in_one_piece, places_by_index
from grader.inside.transform import Layout, Pairs, Transform, layouts

MOST_SAMPLES = 256
"""More rows than this prove nothing more."""
LARGEST_ROW = 16_384
"""Values in one row that a model is fed."""
LARGEST_VALUE = 1e9
SMALLEST_RANGE = 1e-9
"""Between the largest and the smallest value that is fed."""
LARGEST_TOTAL = 1 << 31
TOLERANCE = 1e-4
"""Of a value and of the mean deviation of all values: what rounding to float32 may change."""
FLOAT16_TOLERANCE = 2e-3
LEAST_SHARE = 0.25
"""Of the samples that must be reproduced. The others may be augmented copies."""
LEAST_LIKENESS = 0.9
"""Correlation below which two rows do not show the same image."""
SAME = 0.9999
"""Correlation above which they do."""
NEARLY = 0.9
"""Of the values of a row that are reproduced, where the row does come from the image."""
LEAST_SURE = 8
"""Rows that are taken as found if a quarter of the samples are fewer."""
MOST_ARRAYS = 8
"""That evaluate() was given, that fit() was given ...; more are not looked at."""
MOST_SEARCHES = 8
"""In which rows in one layout are looked for among all images; each takes a tenth of a second or two."""
SOURCES = {"evaluate": "evaluate()", "predict": "predict()", "validation": "validation_data", "fit": "fit()"}
"""Where rows were fed, in words; first the calls that show best how the model is meant to be used."""
WAY_OUT = "Call model.evaluate() on test images that are only scaled and reshaped."


class RefusedError(Exception):
    """The preprocessing cannot be known. The message is for the student."""


@dataclass(frozen=True)
class Recovery:
    """What became known about the preprocessing."""

    transform: Transform | None
    """Takes raw images, gives what the model is to be fed; None where it is not known."""
    words: str
    """For example "divided by 255, one channel axis added"; empty where it is not known."""
    why_not: str
    """For the student: what was expected and what was found; empty where it is known."""
    rows_from: list[dict[str, int]]
    """For each of the samples, how many rows came from "train" and "test"; "unknown" ones were not reproduced."""


@dataclass(frozen=True)
class Traced:
    """Samples whose preprocessing is known."""

    transform: Transform
    places: Places
    """Shape (m,): the raw image that each row was made from; -1 where none reproduces it."""

    @property
    def share(self) -> float:
        """Of the rows that are reproduced, 0 to 1."""
        return float((self.places >= 0).mean())


@dataclass(frozen=True)
class Guess:
    """Where samples may come from."""

    places: Places
    """Shape (m,): a raw image for each sample."""
    sure: NDArray[np.bool_]
    """Shape (m,): which of them to fit on."""
    layouts: Sequence[Layout]
    """How the images may have been laid out."""


def recover(samples: Sequence[Samples], x_train: Images, x_test: Images) -> Recovery:
    """Find the preprocessing, preferably as the test images got it.

    Args:
        samples: rows that one model was fed, from any number of calls.
        x_train: raw training images, shape (n, height, width) or (n, height, width, channels), uint8.
        x_test: raw test images, alike.
    """
    tracer = Tracer(RawRows(x_train, x_test, samples))
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
        nothing = (
            f"Expected images that the model was fed. Found none that can be looked at, only a generator. {WAY_OUT}"
        )
        return Recovery(None, "", next(iter(reasons), nothing), rows_from)
    on_test = [number for number in traces if rows_from[number]["test"] > rows_from[number]["train"]]
    transform = traces[next(iter(on_test or traces))].transform
    return Recovery(transform, transform.words, "", rows_from)


def count_rows(samples: Samples, traced: Traced | None, train: int) -> dict[str, int]:
    """How many of the rows that were looked at came from the training and from the test images."""
    if traced is None:
        return {"train": 0, "test": 0, "unknown": min(samples.rows.size, MOST_SAMPLES)}
    places = traced.places
    of_train = int(((places >= 0) & (places < train)).sum())
    unknown = int((places < 0).sum())
    return {"train": of_train, "test": len(places) - of_train - unknown, "unknown": unknown}


class Tracer:
    """Traces samples back to raw images, and remembers the transforms it found for the samples that follow."""

    def __init__(self, raw: RawRows):
        self.raw = raw
        self.known: list[Transform] = []
        self.searches = 0

    def trace(self, samples: Samples) -> Traced:
        """The transform of these samples. Raises `RefusedError` with the reason where it cannot be known."""
        best: Traced | None = None
        samples = usable(samples)
        try:
            for guess in self.guesses(samples):
                traced = self.settle(samples, guess)
                if traced and (best is None or traced.share > best.share):
                    best = traced
                if best and best.share == 1:
                    break
        except UndeterminedError as undetermined:
            raise RefusedError(
                "Expected one scaling for all pixels, or a scaler that learned from the data set's images. Found "
                f"another scaling for each pixel, and {undetermined.pixels} pixels that never vary in the samples, so "
                f"that theirs stays unknown. {WAY_OUT}"
            ) from undetermined
        if best is None:
            raise RefusedError(
                f"Expected images of the data set, scaled or reshaped, given to {SOURCES[samples.source]}. Found rows "
                f"of shape {samples.fed.shape[1:]}, values {samples.fed.min():.4g} to {samples.fed.max():.4g}, that no "
                f"scaling of its images reproduces. Augmented and filtered images cannot be traced back. {WAY_OUT}"
            )
        if best.transform not in self.known:
            self.known.append(best.transform)
        return best

    def settle(self, samples: Samples, guess: Guess) -> Traced | None:
        """The transform that the sure rows show, where it reproduces enough of all rows."""
        pairs = pair(samples.fed, self.raw.take(guess.places))
        transform = find_transform(pairs.pick(guess.sure), guess.layouts, self.known, self.raw)
        if transform is None:
            return None
        share = pairs.share_close(transform.apply(pairs.raw))
        if share.min() < 1:
            # More rows show the scaling of more pixels.
            transform = find_transform(pairs.pick(share >= NEARLY), guess.layouts, (), self.raw) or transform
        same = transform.reproduces(pairs)
        return Traced(transform, np.where(same, guess.places, -1)) if same.mean() >= LEAST_SHARE else None

    def guesses(self, samples: Samples) -> Iterator[Guess]:
        """The raw images that the samples may show: first by their places, then by their looks."""
        possible = [one for one in layouts(self.raw.shape, samples.fed.shape[1:]) if one.admits(samples.fed)]
        for places in places_by_index(samples, self.raw) if possible else ():
            yield Guess(places, np.full(len(places), True), possible)
        for layout in possible:
            if self.searches < MOST_SEARCHES:
                self.searches += 1
                for places, alike in self.lookalikes(layout.undo(samples.fed.astype(np.float64))):
                    surely = np.sort(alike)[-max(LEAST_SURE, len(alike) // 4) :][0]
                    if surely >= LEAST_LIKENESS:
                        yield Guess(in_one_piece(samples, places, self.raw), alike >= min(surely, SAME), [layout])

    def lookalikes(self, fed: Floats) -> Iterator[tuple[Places, Floats]]:
        """The images most alike to rows of shape (m, pixels), and how alike, for several kinds of scaling."""
        if np.isin(fed, (fed.min(), fed.max())).all():
            yield self.raw.search(fed, above=0)
            yield self.raw.search(fed, above=127)
            return
        yield self.raw.search(fed)
        # If each pixel was scaled on its own, giving it the mean and deviation of its raw self undoes that, nearly.
        learned, deviation = self.raw.statistics(self.raw.spans[0]), fed.std(axis=0)
        standardised = (fed - fed.mean(axis=0)) / np.where(deviation > 0, deviation, 1)
        yield self.raw.search(standardised * learned.std + learned.mean)


def pair(fed: NDArray[Any], raw: Images) -> Pairs:
    """Rows that were fed beside the raw images that they may have been made from."""
    tolerance = FLOAT16_TOLERANCE if fed.dtype == np.float16 else TOLERANCE
    fed = fed.astype(np.float64)
    return Pairs(raw.astype(np.float64), fed, tolerance, spread=float(np.abs(fed - fed.mean()).mean()))


def usable(samples: Samples) -> Samples:
    """The samples, not too many of them, once they are known to be sound. Raises `RefusedError` where they are not."""
    fed, rows, call = samples.fed, samples.rows, SOURCES[samples.source]
    if fed.dtype.kind not in "buif":
        raise RefusedError(f"Expected numbers given to {call}. Found values of type {fed.dtype}. {WAY_OUT}")
    if fed.ndim < 2 or len(fed) < 2 or not 0 < fed[0].size <= LARGEST_ROW:
        raise RefusedError(
            f"Expected at least two images given to {call}. Found an array of shape {fed.shape}. {WAY_OUT}"
        )
    in_order = rows.shape == (len(fed),) and rows.dtype.kind in "iu" and samples.total < LARGEST_TOTAL
    if not in_order or rows.min() < -1 or rows.max() >= samples.total:
        raise RefusedError(f"Expected a row number for each sample of {call}. Found numbers that cannot be. {WAY_OUT}")
    kept = np.unique(np.linspace(0, len(fed) - 1, MOST_SAMPLES).astype(int))
    fed = fed[kept]
    if not np.isfinite(fed).all() or max(abs(float(fed.min())), abs(float(fed.max()))) > LARGEST_VALUE:
        raise RefusedError(f"Expected finite numbers given to {call}. Found NaN, infinite or huge values. {WAY_OUT}")
    if float(fed.max()) - float(fed.min()) < SMALLEST_RANGE or (fed == fed[0]).all():
        raise RefusedError(f"Expected different images given to {call}. Found rows that are all alike. {WAY_OUT}")
    return replace(samples, fed=fed, rows=rows[kept].astype(np.int64))

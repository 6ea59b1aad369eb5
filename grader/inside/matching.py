"""Rows that a model was fed -> the raw images they come from, told by their place in the array or by their looks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import gcd
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
Floats = NDArray[np.float64]
Places = NDArray[np.int64]
"""Numbers of raw images: the training images first, the test images after them. -1 is unknown."""

BLOCK = 2_048
"""Images looked at together; keeps the memory small."""
ROUNDING = 1e-5
"""Of a correlation in float32: images no further apart are equally alike."""
LOOKED_AT = 160
"""About so many pixels of an image are compared."""
MOST_SPANS = 2
"""Pieces of the training images, by their number of rows, that a scaler may have learned from."""


@dataclass(frozen=True)
class Samples:
    """Some rows of an array that a model was fed."""

    source: Literal["fit", "validation", "evaluate", "predict"]
    fed: NDArray[Any]
    """Shape (m, ...): the rows as the model got them."""
    rows: NDArray[Any]
    """Shape (m,): their positions in the array; -1 where that is not known."""
    total: int
    """Rows of the whole array."""


@dataclass(frozen=True)
class Span:
    """A piece of the raw images that a scaler may have learned from."""

    words: str
    start: int
    stop: int


@dataclass(frozen=True)
class Statistics:
    """What a scaler would learn from some images; every array has one value a pixel."""

    mean: Floats
    std: Floats
    low: Floats
    high: Floats

    def at(self, source: Places) -> "Statistics":
        """The same of rows that hold these pixels; 0 where the source is -1, which is padding."""
        return Statistics(
            *(np.where(source < 0, 0, each[source]) for each in (self.mean, self.std, self.low, self.high))
        )


class RawRows:
    """All images of a data set as one array that is never copied whole: the training images, then the test images."""

    def __init__(self, x_train: Images, x_test: Images, samples: Sequence[Samples] = ()):
        self.shape = x_train.shape[1:]
        self.parts = [part.reshape(len(part), -1) for part in (x_train, x_test)]
        self.train = len(x_train)
        self.pixels = self.parts[0].shape[1]
        self.spans = spans(samples, len(x_train), len(x_train) + len(x_test))
        self.statistics = lru_cache(self.compute_statistics)
        self.looks = lru_cache(maxsize=1)(self.compute_looks)

    def __len__(self) -> int:
        return sum(map(len, self.parts))

    def take(self, places: Places) -> Images:
        """The images at these places, none of them -1: shape (m, height, width) or (m, height, width, channels)."""
        taken = np.empty((len(places), self.pixels), np.uint8)
        in_train = places < self.train
        taken[in_train] = self.parts[0][places[in_train]]
        taken[~in_train] = self.parts[1][places[~in_train] - self.train]
        return taken.reshape(len(places), *self.shape)

    def blocks(self, start: int, stop: int) -> Iterator[Images]:
        """The images from `start` up to `stop`, a block of shape (n, pixels) at a time."""
        for part, offset in zip(self.parts, (0, self.train), strict=True):
            for first in range(max(start - offset, 0), min(stop - offset, len(part)), BLOCK):
                yield part[first : min(first + BLOCK, stop - offset)]

    def compute_statistics(self, span: Span) -> Statistics:
        """What a scaler would learn from a piece of the images, at least one of them."""
        sums, squares = np.zeros((2, self.pixels), np.uint64)
        low, high = np.full(self.pixels, 255, np.uint8), np.zeros(self.pixels, np.uint8)
        for block in self.blocks(span.start, span.stop):
            sums += block.sum(axis=0, dtype=np.uint32)
            squares += np.multiply(block, block, dtype=np.uint16).sum(axis=0, dtype=np.uint32)
            low, high = np.minimum(low, block.min(axis=0)), np.maximum(high, block.max(axis=0))
        count = span.stop - span.start
        # Whole numbers first: the difference of two large means would leave a constant pixel with a tiny deviation.
        variance = (count * squares - sums * sums) / float(count) ** 2
        return Statistics(sums / count, np.sqrt(variance), low.astype(np.float64), high.astype(np.float64))

    def share_unlike(self, pixels: Places, values: Floats) -> float:
        """Share of all images (0 to 1) in which one of these pixels has another value than the one given for it."""
        unlike = sum(int((block[:, pixels] != values).any(axis=1).sum()) for block in self.blocks(0, len(self)))
        return unlike / len(self)

    def compute_looks(self, above: int | None) -> NDArray[np.float32]:
        """Some pixels of every image, ready to be compared; with `above` only whether they exceed it."""
        looks = np.empty((len(self), len(range(0, self.pixels, self.step))), np.float32)
        first = 0
        for block in self.blocks(0, len(self)):
            some = block[:, :: self.step]
            looks[first : first + len(block)] = unit(some if above is None else some > above)
            first += len(block)
        return looks

    @property
    def step(self) -> int:
        """Every how-many-th pixel is compared; never a divisor of the width, or only some columns would be seen."""
        step = -(-self.pixels // LOOKED_AT)
        while gcd(step, self.pixels) > 1:
            step += 1
        return step

    def search(self, wanted: Floats, above: int | None = None) -> tuple[Places, Floats]:
        """The image most alike to each wanted row.

        Args:
            wanted: shape (m, pixels), in the order of a raw image's pixels.
            above: compare with the images as thresholded there.

        Returns:
            Their places, and how alike they are: correlation from 0 to 1, where 1 is the same but for brightness and
            contrast. Where a training and a test image are equally alike it is the training image.
        """
        looks, look, each = self.looks(above), unit(wanted[:, :: self.step]), np.arange(len(wanted))
        places, alike = np.zeros(len(wanted), np.int64), np.zeros(len(wanted))
        for first in range(0, len(looks), BLOCK):
            likeness = np.abs(look @ looks[first : first + BLOCK].T)
            best = likeness.argmax(axis=1)
            better = likeness[each, best] > alike + ROUNDING
            places[better] = first + best[better]
            alike[better] = likeness[each, best][better]
        found = self.take(places).reshape(wanted.shape)
        return places, np.abs(np.einsum("ij,ij->i", unit(wanted), unit(found if above is None else found > above)))


def unit(rows: NDArray[Any]) -> NDArray[np.float32]:
    """Rows of mean 0 and length 1, whose products are their correlations; a constant row becomes 0."""
    rows = rows.astype(np.float32)
    rows -= rows.mean(axis=1, keepdims=True)
    length = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    rows /= np.where(length > 0, length, np.inf)[:, None]
    return rows


def spans(samples: Sequence[Samples], train: int, both: int) -> list[Span]:
    """The pieces of the data that students fit scalers on: a whole part, or as many images as they fed or left out."""
    found = [Span("the training images", 0, train), Span("the test images", train, both), Span("all images", 0, both)]
    fed = {one.total for one in samples if 0 < one.total < train}
    for count in sorted(fed | {train - total for total in fed}, reverse=True)[:MOST_SPANS]:
        found.append(Span(f"the first {count:,} training images", 0, count))
        found.append(Span(f"the last {count:,} training images", train - count, train))
    return found


def places_by_index(samples: Samples, train: int, both: int) -> Iterator[Places]:
    """Where the samples come from if the array was cut from the raw rows in one piece, likeliest first.

    `train` is the number of training rows, `both` that of all rows.
    """
    starts = [0, train, train - samples.total, both - samples.total]
    if samples.total == both - train or (samples.total < train and samples.source != "fit"):
        starts = [starts[1], starts[0], *starts[2:]]
    for start in dict.fromkeys(starts):
        places: Places = samples.rows + start
        if samples.rows.min() >= 0 and start >= 0 and places.max() < both:
            yield places


def in_one_piece(samples: Samples, places: Places, raw: RawRows) -> Places:
    """The places found by looks, put right where most of them say that the array is one piece of the raw images."""
    starts, counts = np.unique(places - samples.rows, return_counts=True)
    moved: Places = samples.rows + starts[counts.argmax()]
    if samples.rows.min() >= 0 and counts.max() * 2 > len(places) and moved.min() >= 0 and moved.max() < len(raw):
        return moved
    return places

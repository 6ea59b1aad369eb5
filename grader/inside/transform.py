"""A preprocessing of images: how pixels are laid out and their values changed, to be applied or put into words."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product
from math import isqrt, prod, sqrt
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from grader.inside.matching import Floats, Places


class Step(Protocol):
    """One step of a preprocessing."""

    @property
    def words(self) -> str:
        """What it does, for example "divided by 255"; empty where it changes nothing."""

    def apply(self, images: Floats) -> Floats:
        """`images` has the shape (n, ...)."""


@dataclass(frozen=True, eq=False)
class Layout:
    """Puts the pixels of a raw image into the places of a row."""

    words: str
    source: Places
    """Of the row's shape: the number of the raw pixel that goes there, -1 for padding with zeros."""

    def apply(self, images: Floats) -> Floats:
        """(n, height, width, ...) -> (n, *row)."""
        laid = images.reshape(len(images), -1)[:, self.source.ravel()]
        laid[:, self.source.ravel() < 0] = 0
        return laid.reshape(len(images), *self.source.shape)

    def undo(self, fed: Floats) -> Floats:
        """(n, *row) -> (n, pixels), each pixel from one of the places it went to."""
        _, positions = np.unique(self.source, return_index=True)
        return fed.reshape(len(fed), -1)[:, positions[int(self.source.min() < 0) :]]

    def admits(self, fed: Floats) -> bool:
        """Whether the padding of rows of shape (n, *row) is constant."""
        padding = fed[:, self.source < 0]
        return padding.size == 0 or bool((padding == padding[0, 0]).all())


def layouts(image: tuple[int, ...], row: tuple[int, ...]) -> Iterator[Layout]:
    """All layouts that turn raw images of one shape into rows of another, the likeliest first."""
    upright = np.arange(prod(image)).reshape(image)
    other = ("transposed", upright.T) if len(image) == 2 else ("channels reversed", upright[..., ::-1])
    for (turn, pixels), size in product([("", upright), other], sizes(image, row)):
        padded, pad = pad_to(pixels, size)
        for channels, source in with_channels(padded, row):
            if source.size == prod(row):
                words = filter(None, [turn, pad, channels, shape_words(source.shape, row)])
                yield Layout(", ".join(words), source.reshape(row))


def sizes(image: tuple[int, ...], row: tuple[int, ...]) -> Iterator[tuple[int, int]]:
    """Heights and widths to which the images may have been padded, first their own."""
    side = isqrt(prod(row) // prod(image[2:]))
    yield image[0], image[1]
    for height, width in dict.fromkeys([*pairwise(row), (side, side)]):
        if height >= image[0] and width >= image[1] and (height, width) != image[:2]:
            yield height, width


def pad_to(pixels: Places, size: tuple[int, int]) -> tuple[Places, str]:
    """`pixels` with -1 around them, and what was done in words."""
    room = [wanted - found for wanted, found in zip(size, pixels.shape, strict=False)]
    widths = [(more // 2, more - more // 2) for more in room] + [(0, 0)] * (pixels.ndim - 2)
    return np.pad(pixels, widths, constant_values=-1), f"padded to {size[0]} x {size[1]}" if any(room) else ""


def with_channels(pixels: Places, row: tuple[int, ...]) -> Iterator[tuple[str, Places]]:
    """The ways in which an image may get the channels of a row, in words."""
    is_grey = pixels.ndim == 2
    if is_grey:
        yield "", pixels
    channels, words = (np.stack([pixels] * 3, axis=-1), "grey repeated in 3 channels") if is_grey else (pixels, "")
    if len(row) == 1 or row[-1] == channels.shape[-1]:
        yield words, channels
    if len(row) == 1 or row[0] == channels.shape[-1]:
        yield ", ".join(filter(None, [words, "channels put first"])), np.moveaxis(channels, -1, 0)


def shape_words(found: tuple[int, ...], row: tuple[int, ...]) -> str:
    """What was done to the shape of an image."""
    if found == row:
        return ""
    if len(row) == 1:
        return f"flattened to {row[0]} values"
    if row in ((*found, 1), (1, *found)):
        return "one channel axis added"
    return f"reshaped to {row}"


@dataclass(frozen=True, eq=False)
class Affine:
    """Pixel * scale + shift; both may differ from channel to channel or from pixel to pixel."""

    words: str
    scale: Floats
    shift: Floats

    def apply(self, images: Floats) -> Floats:
        """(n, *row) -> (n, *row)."""
        return images * self.scale + self.shift


@dataclass(frozen=True)
class Threshold:
    """One of two values, whether a pixel exceeds the level or not."""

    level: float
    below: float
    above: float

    @property
    def words(self) -> str:
        """The two values and the level between them."""
        return f"{self.above:g} where the pixel is above {self.level:g}, {self.below:g} elsewhere"

    def apply(self, images: Floats) -> Floats:
        """(n, *row) -> (n, *row)."""
        return np.where(images > self.level, self.above, self.below)


@dataclass(frozen=True)
class PerImage:
    """(image - centre) / size, both taken from the image itself; a size of 0 counts as 1."""

    words: str
    centre: Callable[[Floats], Floats] | None
    size: Callable[[Floats], Floats]

    def apply(self, images: Floats) -> Floats:
        """(n, height, width, ...) -> the same shape."""
        moved = images if self.centre is None else images - self.centre(images)
        size = self.size(images)
        return moved / np.where(size == 0, 1, size)


def over_image(reduce: Callable[..., Floats]) -> Callable[[Floats], Floats]:
    """`reduce` over each image, keeping the axes."""
    return lambda images: reduce(images, axis=tuple(range(1, images.ndim)), keepdims=True)


def length(images: Floats, axis: int | tuple[int, ...], keepdims: bool = True) -> Floats:
    """Root of the sum of squares along the axes."""
    squares: Floats = np.square(images).sum(axis=axis, keepdims=keepdims)
    return np.sqrt(squares)


def deviation(images: Floats) -> Floats:
    """Standard deviation of each image, but not less than TensorFlow's per_image_standardization takes."""
    return np.maximum(over_image(np.std)(images), 1 / sqrt(images[0].size))


PER_IMAGE = (
    PerImage("each image standardised on its own", over_image(np.mean), deviation),
    PerImage("each image divided by its length", None, over_image(length)),
    PerImage("each image divided by its largest pixel", None, over_image(np.max)),
    PerImage("each image stretched to 0 to 1", over_image(np.min), over_image(np.ptp)),
    PerImage("each column of an image divided by its length", None, lambda images: length(images, axis=1)),
    PerImage("each row of an image divided by its length", None, lambda images: length(images, axis=2)),
)


@dataclass(frozen=True)
class Pairs:
    """Raw images, and the rows they became."""

    raw: Floats
    fed: Floats
    tolerance: float
    spread: float
    """Mean deviation of all values that were fed."""

    def pick(self, which: Any) -> "Pairs":
        """Some of the pairs, by anything that indexes an array."""
        return replace(self, raw=self.raw[which], fed=self.fed[which])

    @property
    def fit(self) -> "Pairs":
        """The half to fit on."""
        return self.pick(slice(0, None, 2))

    @property
    def check(self) -> "Pairs":
        """The held-out half."""
        return self.pick(slice(1, None, 2))

    def close(self, made: NDArray[Any]) -> NDArray[np.bool_]:
        """Where `made` is what was fed, but for rounding."""
        allowed: Floats = self.tolerance * (self.spread + np.abs(self.fed))
        return np.abs(made - self.fed) <= allowed

    def share_close(self, made: NDArray[Any]) -> Floats:
        """Shape (m,): the share of each row's values that `made` has right, 0 to 1."""
        return np.asarray(self.close(made).reshape(len(self.fed), -1).mean(axis=1))


@dataclass(frozen=True)
class Transform:
    """A preprocessing: takes raw images, gives what the model was fed."""

    steps: Sequence[Step]
    row_shape: tuple[int, ...]

    @property
    def words(self) -> str:
        """For example "divided by 255, one channel axis added"."""
        said = [step.words for step in sorted(self.steps, key=lambda step: isinstance(step, Layout)) if step.words]
        return ", ".join(said) or "the raw pixels"

    def apply(self, raw: NDArray[Any]) -> NDArray[np.float32]:
        """(n, height, width, ...) uint8 -> (n, *row_shape) float32, which is what Keras casts its input to."""
        images = raw.astype(np.float64)
        for step in self.steps:
            images = step.apply(images)
        return images.astype(np.float32)

    def reproduces(self, pairs: Pairs) -> NDArray[np.bool_]:
        """Shape (m,): which of the raw images become exactly what was fed."""
        return np.equal(pairs.share_close(self.apply(pairs.raw)), 1)

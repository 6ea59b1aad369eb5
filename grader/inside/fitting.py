"""Pairs of raw images and fed rows -> the transform that makes one from the other, or None.

Every candidate is fitted on half of the pairs and believed only if it reproduces the other half.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from grader.inside.matching import Floats, Places, RawRows, Statistics
from grader.inside.transform import PER_IMAGE, Affine, Layout, Pairs, Threshold, Transform

FEW = 8
"""Pairs that are enough to turn down nearly every wrong candidate."""
LEAST_SHOWN = 0.25
"""Of the pixels that must vary among the pairs before each pixel is believed to have a scaling of its own."""
HARMLESS_SHARE = 0.001
"""Of all raw images: no more may differ in pixels whose scaling the pairs do not show."""
FOLLOWED = 0.05
"""How far a scaler may be from nine in ten of the known scalings, to be believed for the unknown ones."""
EXACT = 5e-4
"""How far it is at most where it learned from the same images; sums of float32 are no better."""


class UndeterminedError(Exception):
    """Each pixel has its own scaling, and that of some pixels is not to be known. Holds how many they are."""

    def __init__(self, pixels: int):
        super().__init__(f"the scaling of {pixels} pixels is not shown by the samples")
        self.pixels = pixels


def find_transform(
    pairs: Pairs, layouts: Sequence[Layout], known: Sequence[Transform], raw: RawRows
) -> Transform | None:
    """The transform that reproduces the held-out half of the pairs.

    Args:
        pairs: fewer than two prove nothing.
        layouts: those that may have made the rows, the likeliest first.
        known: transforms to try before any is fitted.
        raw: the images that a scaler may have learned from.

    Raises:
        UndeterminedError: if each pixel has its own scaling and the pairs do not show enough of them.
    """
    if len(pairs.fed) < 2:
        return None
    few = pairs.check.pick(slice(FEW))
    for transform in chain(known, candidates(pairs, layouts, raw)):
        fits = transform.row_shape == pairs.fed.shape[1:] and transform.reproduces(few).all()
        if fits and transform.reproduces(pairs.check).all():
            return transform
    return None


def candidates(pairs: Pairs, layouts: Sequence[Layout], raw: RawRows) -> Iterator[Transform]:
    """Transforms that may explain the pairs, the simplest first."""
    for layout in layouts:
        for groups in groupings(layout, raw.shape):
            yield from by_group(layout, pairs.fit, groups)
        yield from by_threshold(layout, pairs.fit)
        for per_image in PER_IMAGE:
            yield Transform((per_image, layout), layout.source.shape)
        yield from by_pixel(layout, pairs, raw)


def groupings(layout: Layout, image: tuple[int, ...]) -> Iterator[Places]:
    """Which values of a row may share one scaling: all of them, then those of a channel. Numbers from 0."""
    row, numbers = layout.source.shape, np.arange(layout.source.size)
    yield np.zeros_like(numbers)
    if len(image) == 3:
        yield np.maximum(layout.source.ravel(), 0) % image[2]
    elif row[-1] == 3:
        yield numbers % 3
    elif row[0] == 3:
        yield numbers * 3 // numbers.size


def by_group(layout: Layout, pairs: Pairs, groups: Places) -> Iterator[Transform]:
    """One scaling for each group of values, `groups` numbers them from 0; padding may have any constant value."""
    source, row = layout.source.ravel(), layout.source.shape
    last = int(groups.max())
    scale, shift = fit_affine(layout, pairs, np.where(source < 0, last + 1, groups))
    if np.isnan(scale[source >= 0]).any() or not np.nan_to_num(scale).any():
        return
    scale, shift = round_off(np.nan_to_num(scale), shift)
    firsts = [np.flatnonzero((groups == group) & (source >= 0))[0] for group in range(last + 1)]
    words = " and ".join(dict.fromkeys(affine_words(scale[first], shift[first]) for first in firsts))
    yield Transform((layout, Affine(words, scale.reshape(row), shift.reshape(row))), row)


def fit_affine(layout: Layout, pairs: Pairs, groups: Places) -> tuple[Floats, Floats]:
    """Least squares for fed = scale * pixel + shift, one scale and shift for each group of values.

    Args:
        layout: puts pixels where the values are.
        pairs: to fit on.
        groups: the group of each value of a row, shape (values,); numbers from 0, none left out.

    Returns:
        Scale and shift of each value, shape (values,); the scale is NaN where the pixels of its group never vary.
    """
    fed = pairs.fed.reshape(len(pairs.fed), -1)
    laid = layout.apply(pairs.raw).reshape(fed.shape)
    count = np.bincount(groups) * len(fed)
    mean_laid = (np.bincount(groups, laid.sum(axis=0)) / count)[groups]
    mean_fed = (np.bincount(groups, fed.sum(axis=0)) / count)[groups]
    away = laid - mean_laid
    varied = np.bincount(groups, np.einsum("ij,ij->j", away, away))
    together = np.bincount(groups, np.einsum("ij,ij->j", away, fed - mean_fed))
    scale = np.full(len(count), np.nan)
    np.divide(together, varied, out=scale, where=varied > 0)
    return scale[groups], mean_fed - np.nan_to_num(scale[groups]) * mean_laid


def round_off(scale: Floats, shift: Floats) -> tuple[Floats, Floats]:
    """The same scaling, with divisor and centre as the round numbers that a student would have typed."""
    exact = 1 / np.where(scale == 0, 1, scale)
    rounded = near_half(exact)
    divisor = np.where(rounded == 0, exact, rounded)
    centre = near_half(-shift * divisor)
    return np.where(scale == 0, 0, 1 / divisor), np.where(scale == 0, shift, -centre / divisor)


def near_half(numbers: Floats) -> Floats:
    """Numbers that are all but a multiple of one half become that; others stay."""
    halves = np.round(2 * numbers) / 2
    return np.where(np.abs(numbers - halves) <= 1e-5 * np.maximum(1, np.abs(numbers)), halves, numbers)


def affine_words(scale: float, shift: float) -> str:
    """A scaling as one would write it down, where x is the pixel."""
    if scale == 0:
        return f"{shift:.6g} everywhere"
    divisor, centre = 1 / scale, -shift / scale
    if centre == 0 and scale > 0:
        return "" if divisor == 1 else f"divided by {divisor:.6g}" if divisor > 1 else f"multiplied by {scale:.6g}"
    top = f"({centre:.6g} - x)" if scale < 0 else f"(x - {centre:.6g})" if centre > 0 else f"(x + {-centre:.6g})"
    return top if abs(divisor) == 1 else f"{top} / {abs(divisor):.6g}"


def by_threshold(layout: Layout, pairs: Pairs) -> Iterator[Transform]:
    """Two values, told apart by a level."""
    low, high = pairs.fed.min(), pairs.fed.max()
    inside = layout.source >= 0
    is_high = pairs.fed[:, inside] == high
    if low == high or not (is_high | (pairs.fed[:, inside] == low)).all():
        return
    laid = layout.apply(pairs.raw)[:, inside]
    for bright, below, above in ((is_high, low, high), (~is_high, high, low)):
        level = laid[~bright].max(initial=0)
        least = laid[bright].min(initial=255)
        if level < least:
            level = 127 if level < 127 < least else level
            yield Transform((layout, Threshold(float(level), float(below), float(above))), layout.source.shape)


def by_pixel(layout: Layout, pairs: Pairs, raw: RawRows) -> Iterator[Transform]:
    """A scaling of each pixel's own, as the pairs show it.

    Pixels that never vary among the pairs show no scaling. If the others follow a scaler that learned from the raw
    images, these follow it too; else they are taken as constant, if that is true of nearly all raw images.

    Raises:
        UndeterminedError: if it is not.
    """
    row, source = layout.source.shape, layout.source.ravel()
    if not pixels_agree(layout, pairs):
        return
    scale, shift = fit_affine(layout, pairs, np.arange(source.size))
    hidden = np.isnan(scale) & (source >= 0)
    constant = layout.apply(pairs.raw[:1]).ravel()
    scaler = find_scaler(source, scale, shift, pairs.spread, raw)
    if scaler is None and raw.share_unlike(source[hidden], constant[hidden]) > HARMLESS_SHARE:
        raise UndeterminedError(int(hidden.sum()))
    words, learned = scaler or ("each pixel scaled on its own", np.zeros(source.size))
    scale = np.where(hidden, learned, np.nan_to_num(scale)).reshape(row)
    shift = np.where(hidden, shift - learned * constant, shift).reshape(row)
    yield Transform((layout, Affine(words, scale, shift)), row)


def pixels_agree(layout: Layout, pairs: Pairs) -> bool:
    """Whether scalings fitted on one half of the pairs hold in the other half, wherever a pixel varies at all."""
    row = layout.source.shape
    scale, shift = fit_affine(layout, pairs.fit, np.arange(layout.source.size))
    shown = np.isfinite(scale).reshape(row)
    made = layout.apply(pairs.check.raw) * np.nan_to_num(scale).reshape(row) + shift.reshape(row)
    return bool(shown.mean() >= LEAST_SHOWN and pairs.check.close(made)[:, shown].all())


# -- Scalers -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Scaler:
    """Gives (pixel - centre) / (spread + epsilon), multiplied by a number and shifted by another."""

    words: str
    centre: Floats
    spread: Floats
    has_epsilon: bool = False

    def scale_like(self, scale: Floats, shown: NDArray[np.bool_]) -> Floats:
        """The scale of each pixel where multiplier and epsilon are such that it is nearest to the scales shown."""
        # 1 / scale = (spread + epsilon) / multiplier, divided by the spread: a pixel that is rarely lit weighs no less.
        ratio, by_spread = 1 / (scale * self.spread)[shown], 1 / self.spread[shown]
        one, epsilon = np.median(ratio), 0.0
        if self.has_epsilon:
            one, epsilon = np.linalg.lstsq(np.stack([np.ones_like(ratio), by_spread], axis=1), ratio)[0]
        divisor = one * self.spread + epsilon
        useful = (self.spread > 0) & (divisor != 0)
        return np.where(useful, 1 / np.where(useful, divisor, 1), 0)


def scalers(learned: Statistics) -> Iterator[Scaler]:
    """The scalers that may have learned these statistics, the simplest first."""
    ones = np.ones_like(learned.mean)
    yield Scaler("each pixel standardised by the mean and deviation of", learned.mean, learned.std)
    yield Scaler("each pixel scaled by its range in", learned.low, learned.high - learned.low)
    yield Scaler("each pixel less its mean in", learned.mean, ones)
    yield Scaler("each pixel standardised by the mean and deviation of", learned.mean, learned.std, has_epsilon=True)


def find_scaler(source: Places, scale: Floats, shift: Floats, unit: float, raw: RawRows) -> tuple[str, Floats] | None:
    """The scaler that best explains the known scalings, in words, and the scale that it gives each value of a row.

    Args:
        source: the raw pixel of each value, -1 for padding.
        scale: of each value, NaN where it is not known.
        shift: of each value.
        unit: mean deviation of what was fed, by which shifts are compared.
        raw: the images that the scaler may have learned from.
    """
    best: tuple[str, Floats] | None = None
    least = 2 * FOLLOWED
    for span in raw.spans:
        if least < EXACT:
            break
        for scaler in scalers(raw.statistics(span).at(source)):
            shown = np.isfinite(scale) & (scale != 0) & (scaler.spread > 0)
            if not shown.any():
                continue
            learned = scaler.scale_like(scale, shown)
            middle = (shift + learned * scaler.centre)[shown]
            apart = np.abs(learned[shown] / scale[shown] - 1) + np.abs(middle - np.median(middle)) / unit
            most = float(np.quantile(apart, 0.9))
            # A scaler with one more number to choose is always a little nearer; it must be much nearer.
            if most < least / 2:
                best = f"{scaler.words} {'' if most < EXACT else 'some of '}{span.words}", learned
                least = most
    return best

"""Samples of images that a model was fed -> the preprocessing that made them from raw images, or why it is not known.

A preprocessing is fitted on half of the samples and believed only where it reproduces the other half.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.inside.fitting import UndeterminedError, find_transform
from grader.inside.matching import Floats, Images, Places, RawRows, Samples, in_one_piece, places_by_index
from grader.inside.tracing import SOURCES, Kind, RefusedError, Traced, usable
from grader.inside.transform import Layout, Pairs, Transform, layouts

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
MOST_SEARCHES = 8
"""In which rows in one layout are looked for among all images; each takes a tenth of a second or two."""
WAY_OUT = "Call model.evaluate() on test images that are only scaled and reshaped."
IMAGES = Kind("images", WAY_OUT, largest_row=16_384)


@dataclass(frozen=True)
class Guess:
    """Where samples may come from."""

    places: Places
    """Shape (m,): a raw image for each sample."""
    sure: NDArray[np.bool_]
    """Shape (m,): which of them to fit on."""
    layouts: Sequence[Layout]
    """How the images may have been laid out."""


class ImageTracer:
    """Traces samples back to raw images, and remembers the transforms it found for the samples that follow."""

    kind = IMAGES

    def __init__(self, raw: RawRows):
        self.raw = raw
        self.known: list[Transform] = []
        self.searches = 0

    def trace(self, samples: Samples) -> Traced:
        """The transform of these samples. Raises `RefusedError` with the reason where it cannot be known."""
        best: Traced | None = None
        samples = usable(samples, IMAGES)
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
        for places in places_by_index(samples, self.raw.train, len(self.raw)) if possible else ():
            yield Guess(places, np.full(len(places), True), possible)
        for layout in possible:
            if self.searches < MOST_SEARCHES:
                self.searches += 1
                for places, alike in self.lookalikes(layout.undo(samples.fed.astype(np.float64))):
                    surely = np.sort(alike)[-max(LEAST_SURE, len(alike) // 4) :][0]
                    if surely >= LEAST_LIKENESS:
                        sure, mended = alike >= min(surely, SAME), in_one_piece(samples, places, self.raw)
                        yield Guess(mended, sure, [layout])
                        if (mended != places).any():  # an array may also be two pieces put together
                            yield Guess(places, sure, [layout])

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

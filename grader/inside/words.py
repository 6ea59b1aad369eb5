"""Reviews as numbers of words -> what `imdb.load_data()` makes of them, and how rows that a model was fed came of that.

A row of hundreds of word numbers that is reproduced to the last one is no chance: nothing less is believed.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise, product
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from grader.inside.matching import Places, Samples
from grader.inside.tracing import SOURCES, Kind, RefusedError, Traced, usable

load = np.load
"""As it is now: many an IMDB notebook replaces `np.load` by one that allows pickles, for a loader of former years."""
LEAST_SHARE = 0.99
"""Of the samples that must be reproduced: cut in front or at the end, most reviews are the same."""
FIRST_WORD = 20
"""Smaller numbers may be padding, a start or an unknown word; rows are recognised by the others."""
ROUND = (10_000, 5_000, 1_000, 500, 100, 50, 10, 5, 1)
"""Of the values of `num_words` that explain the samples alike, a multiple of the first of these is the likeliest."""
Side = Literal["pre", "post"]
SIDES: tuple[Side, Side] = ("pre", "post")
REVIEWS = Kind(
    "reviews",
    "Call model.evaluate() on test reviews from imdb.load_data() that are only padded or made multi-hot.",
    largest_row=100_000,
)


# -- Reviews -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Ragged:
    """Rows of different lengths: row i is values[offsets[i] : offsets[i + 1]]."""

    values: NDArray[Any]
    """Whole numbers."""
    offsets: Places
    """One more than rows."""

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, rows: slice) -> "Ragged":
        return self.take(np.arange(len(self))[rows])

    @property
    def lengths(self) -> Places:
        """Shape (n,)."""
        return np.diff(self.offsets)

    def take(self, places: Places) -> "Ragged":
        """The rows at these places."""
        lengths = self.lengths[places]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        moved = np.repeat(self.offsets[places] - offsets[:-1], lengths)
        return Ragged(self.values[moved + np.arange(len(moved))], offsets)

    def window(self, width: int, side: Side) -> "Ragged":
        """No more than `width` values of each row: the last ones where it is cut `pre`, else the first ones."""
        lengths = np.minimum(self.lengths, width)
        starts = self.offsets[1:] - lengths if side == "pre" else self.offsets[:-1]
        offsets = np.concatenate([[0], np.cumsum(lengths)])
        return Ragged(self.values[np.repeat(starts - offsets[:-1], lengths) + np.arange(offsets[-1])], offsets)

    def distinct(self) -> "Ragged":
        """Each value once in its row, in ascending order."""
        span = int(self.values.max(initial=0)) + 1
        keys = np.repeat(np.arange(len(self)) * span, self.lengths) + self.values
        keys.sort()
        keys = keys[np.diff(keys, prepend=-1) != 0]
        offsets = np.searchsorted(keys, np.arange(len(self) + 1) * span)
        return Ragged((keys % span).astype(np.int32), offsets)

    def sums(self, weights: NDArray[np.uint64]) -> NDArray[np.uint64]:
        """Sum of the weights of each row's values, modulo 2**64; values beyond the weights weigh nothing."""
        each = np.append(weights, np.uint64(0))[np.minimum(self.values, len(weights))]
        upto = np.concatenate([np.zeros(1, np.uint64), np.cumsum(each, dtype=np.uint64)])
        return np.asarray(upto[self.offsets[1:]] - upto[self.offsets[:-1]])

    def lists(self) -> list[list[int]]:
        """The rows as Python has them."""
        bounds = self.offsets.tolist()
        return [self.values[first:last].tolist() for first, last in pairwise(bounds)]


def read_ragged(path: Any) -> Ragged:
    """Rows from an .npz file with `values` and `offsets`."""
    with load(path, allow_pickle=False) as arrays:
        return Ragged(arrays["values"], arrays["offsets"])


def join(parts: Sequence[Ragged]) -> Ragged:
    """The rows of all parts."""
    lengths = np.concatenate([part.lengths for part in parts])
    return Ragged(np.concatenate([part.values for part in parts]), np.concatenate([[0], np.cumsum(lengths)]))


@dataclass(frozen=True)
class Encoding:
    """The arguments of `imdb.load_data()` that say what becomes of a word."""

    start_char: int | None = 1
    oov_char: int | None = 2
    index_from: int = 3
    num_words: int | None = None
    """None keeps all words."""
    skip_top: int = 0

    @property
    def words(self) -> str:
        """The call, with the arguments that are not Keras' own."""
        given = {name: value for name, value in vars(self).items() if value != getattr(Encoding(), name)}
        return f"load_data({', '.join(f'{name}={value}' for name, value in given.items())})"

    def apply(self, rows: Ragged) -> Ragged:
        """Rows of word numbers, from 1, as load_data() returns them."""
        numbers, offsets = rows.values + self.index_from, rows.offsets
        if self.start_char is not None:
            numbers, offsets = np.insert(numbers, offsets[:-1], self.start_char), offsets + np.arange(len(offsets))
        kept = numbers >= self.skip_top
        if self.num_words:
            kept &= numbers < self.num_words
        if self.oov_char is not None:
            return Ragged(np.where(kept, numbers, self.oov_char), offsets)
        return Ragged(numbers[kept], np.concatenate([[0], np.cumsum(kept)])[offsets])


ENCODINGS = (
    Encoding(),
    Encoding(start_char=None),
    Encoding(oov_char=None),
    Encoding(start_char=None, oov_char=None),
    *(Encoding(start, oov, index_from=0) for start, oov in product((None, 1, 0), (None, 2, 0))),
    *(Encoding(start, oov, index_from=offset) for offset in (2, 1, 4) for start, oov in ((1, 2), (1, 0), (0, 1))),
)
"""Those that students use, the likeliest first; `num_words` is found out for each."""


# -- Rows that a model is fed ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MultiHot:
    """1 in the column of each word number of a review, 0 elsewhere."""

    width: int

    @property
    def words(self) -> str:
        """For the report."""
        return f"multi-hot in {self.width:,} columns"

    def cut(self, rows: Ragged) -> Ragged:
        """What can be seen of the rows: all of them."""
        return rows

    def lay(self, rows: Ragged) -> NDArray[np.float32]:
        """Shape (n, width)."""
        laid = np.zeros((len(rows), self.width), np.float32)
        inside = rows.values < self.width
        laid[np.repeat(np.arange(len(rows)), rows.lengths)[inside], rows.values[inside]] = 1
        return laid

    def read(self, fed: NDArray[Any]) -> Ragged:
        """The word numbers of rows that were fed, shape (m, width)."""
        rows, columns = np.nonzero(fed)
        return Ragged(columns, np.searchsorted(rows, np.arange(len(fed) + 1)))


@dataclass(frozen=True)
class Padded:
    """Reviews cut and padded with zeros to one length, as `pad_sequences` does."""

    width: int
    padding: Side = "pre"
    truncating: Side = "pre"

    @property
    def words(self) -> str:
        """For the report."""
        places = {"pre": "in front", "post": "at the end"}
        return f"padded {places[self.padding]} and cut {places[self.truncating]} to {self.width:,} words"

    def cut(self, rows: Ragged) -> Ragged:
        """What can be seen of the rows."""
        return rows.window(self.width, self.truncating)

    def lay(self, rows: Ragged) -> NDArray[np.float32]:
        """Shape (n, width)."""
        rows = self.cut(rows)
        laid = np.zeros((len(rows), self.width), np.float32)
        first = rows.offsets[:-1] - (self.width - rows.lengths if self.padding == "pre" else 0)
        places = np.arange(len(rows.values)) - np.repeat(first, rows.lengths)
        laid[np.repeat(np.arange(len(rows)), rows.lengths), places] = rows.values
        return laid

    def read(self, fed: NDArray[Any]) -> Ragged:
        """The word numbers of rows that were fed, shape (m, width), with their padding."""
        return Ragged(fed.astype(np.int64).ravel(), np.arange(len(fed) + 1) * self.width)


@dataclass(frozen=True)
class WordTransform:
    """A preprocessing of reviews."""

    encoding: Encoding
    form: MultiHot | Padded

    @property
    def words(self) -> str:
        """For example "load_data(num_words=10000), multi-hot in 10,000 columns"."""
        return f"{self.encoding.words}, {self.form.words}"

    def apply(self, raw: Ragged) -> NDArray[np.float32]:
        """Reviews of word numbers -> (n, width)."""
        return self.form.lay(self.encoding.apply(raw))


# -- Tracing -----------------------------------------------------------------------------------------------------------


class WordTracer:
    """Traces samples back to reviews, and remembers the transforms it found for the samples that follow."""

    kind = REVIEWS

    def __init__(self, x_train: Ragged, x_test: Ragged):
        self.raw = join([x_train, x_test])
        largest = int(self.raw.values.max(initial=0)) + FIRST_WORD
        self.weights = np.random.default_rng(0).integers(1, 1 << 63, largest, dtype=np.uint64)
        self.known: list[WordTransform] = []

    @cached_property
    def distinct(self) -> Ragged:
        """The reviews with each of their words once."""
        return self.raw.distinct()

    def trace(self, samples: Samples) -> Traced:
        """The transform of these samples. Raises `RefusedError` with the reason where it cannot be known."""
        samples = usable(samples, REVIEWS)
        fed, best = samples.fed, None
        for candidate in self.candidates(fed):
            traced = self.settle(fed, candidate)
            if traced and (best is None or traced.share > best.share):
                best = traced
            if best and best.share == 1:
                break
        if best and best.share >= LEAST_SHARE:
            if best.transform not in self.known:
                self.known.append(best.transform)
            return best
        raise RefusedError(
            f"Expected reviews of imdb.load_data(), multi-hot or padded, given to {SOURCES[samples.source]}. Found "
            f"rows of shape {fed.shape[1:]}, values {fed.min():.4g} to {fed.max():.4g}, that cannot be traced back to "
            f"its reviews. {REVIEWS.way_out}"
        )

    def candidates(self, fed: NDArray[Any]) -> Iterator[WordTransform]:
        """Transforms that may have made rows of shape (m, width), those already known first."""
        if fed.ndim != 2 or fed.min() < 0 or (fed.dtype.kind == "f" and (fed != np.rint(fed)).any()):
            return
        width = fed.shape[1]
        forms: list[MultiHot | Padded] = [MultiHot(width)]
        if fed.max() > 1:
            padding: Side = "pre" if (fed[:, 0] == 0).sum() >= (fed[:, -1] == 0).sum() else "post"
            forms = [Padded(width, padding, truncating) for truncating in SIDES]
        yield from (known for known in self.known if known.form in forms)
        yield from (WordTransform(encoding, form) for encoding, form in product(ENCODINGS, forms))

    def settle(self, fed: NDArray[Any], candidate: WordTransform) -> Traced | None:
        """What the candidate reproduces, with the `num_words` that the samples show; None where that is too little."""
        transform, places = self.match(fed, candidate)
        same = np.flatnonzero(places >= 0)
        if len(same) < LEAST_SHARE * len(fed):
            return None
        reproduced = (transform.apply(self.raw.take(places[same])) == fed[same]).all(axis=1)
        places[same[~reproduced]] = -1
        return Traced(transform, places)

    def match(self, fed: NDArray[Any], candidate: WordTransform) -> tuple[WordTransform, Places]:
        """The candidate with the `num_words` that the samples show, and a review for each sample, -1 for none."""
        form, shown = candidate.form, candidate.form.read(fed)
        beyond = int(shown.values.max(initial=0)) + 1
        weights = self.weights[:beyond].copy()
        weights[:FIRST_WORD] = 0
        raw = self.distinct if isinstance(form, MultiHot) else self.raw
        seen = form.cut(replace(candidate.encoding, num_words=beyond).apply(raw))
        places = look_up(shown.sums(weights), seen.sums(weights))
        if candidate in self.known or (places >= 0).mean() < LEAST_SHARE:
            return candidate, places
        uncut = form.cut(replace(candidate.encoding, num_words=None).apply(self.raw.take(places[places >= 0])))
        lost = uncut.values[uncut.values >= beyond]
        num_words = roundest(beyond, int(lost.min()) if lost.size else None, form)
        return replace(candidate, encoding=replace(candidate.encoding, num_words=num_words)), places


def look_up(wanted: NDArray[np.uint64], sums: NDArray[np.uint64]) -> Places:
    """The first place in `sums` of each wanted sum; -1 where it is not there, or is nothing."""
    order = np.argsort(sums, kind="stable")
    first = np.minimum(np.searchsorted(sums[order], wanted), len(order) - 1)
    return np.where((sums[order[first]] == wanted) & (wanted > 0), order[first], -1)


def roundest(least: int, most: int | None, form: MultiHot | Padded) -> int | None:
    """The likeliest `num_words` from `least` to `most`; None where the samples show no word that was cut."""
    if isinstance(form, MultiHot) and (most is None or form.width <= most):
        return form.width
    if most is None:
        return None
    return next(number for step in ROUND if (number := -(-least // step) * step) <= most)

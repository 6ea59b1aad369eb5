"""Sealed rows -> the same rows to a network or a person, and others to a table of hashes.

The data sets are public, and so are their labels. A notebook may carry a table that says the label of every row by its
hash. Rows that differ from the public ones in a few places, by as little as can be, are in no such table.
"""

import numpy as np

from grader.data.datasets import Array

SHARE = 0.1
"""Of an image's grey pixels, each of which becomes brighter or darker by one of 256 steps."""
RELATIVE = 1e-6
"""By which a figure of a table changes. Whole numbers do not: they may be counts or codes."""
WORDS = 25
"""In about so many words of a review one changes its place with the next."""


def retouched(rows: Array, seed: int) -> Array:
    """The rows, in the same shape and type.

    Args:
        rows: images as uint8, a table as floats, or reviews as lists of word numbers.
        seed: chooses the places.

    """
    random = np.random.RandomState(seed)
    if rows.dtype == object:
        swapped: Array = np.empty(len(rows), dtype=object)
        swapped[:] = [with_swaps(words, random) for words in rows]
        return swapped
    if rows.dtype == np.uint8:
        # Black stays black and white stays white, so that a threshold there finds the same pixels.
        grey = (rows > 1) & (rows < 254) & (random.random_sample(rows.shape) < SHARE)
        return np.where(grey, rows - 1 + 2 * random.randint(0, 2, rows.shape), rows).astype(np.uint8)
    factors = 1 + RELATIVE * random.choice([-1.0, 1.0], rows.shape)
    return np.where(rows % 1 != 0, rows * factors, rows).astype(rows.dtype)


def with_swaps(words: list[int], random: np.random.RandomState) -> list[int]:
    """The words with some neighbours in each other's place."""
    changed = list(words)
    for place in range(int(random.randint(1, WORDS)), len(changed) - 1, WORDS):
        changed[place], changed[place + 1] = changed[place + 1], changed[place]
    return changed

"""Pairs of rows that models were fed -> which are the same, as far as a model can tell."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

RELATIVE, ABSOLUTE = 1e-4, 1e-5
"""Two values that differ by no more are the same: sums are rounded."""
SHARE = 0.01
"""Of the standard deviation of a feature."""


def single(rows: NDArray[Any]) -> NDArray[Any]:
    """Floats in the precision in which a model takes them."""
    return rows.astype(np.float32) if rows.dtype == np.float64 else rows


def slack(rows: NDArray[Any]) -> NDArray[np.float32]:
    """By how much the values of each feature may differ: not at all where all are whole numbers, such as words are.

    Else by a little of what they vary: fit_transform() rounds otherwise than transform(), and a mean moves with rows.
    """
    flat = rows.reshape(len(rows), -1)
    if flat.dtype.kind != "f" or not (flat % 1).any():
        return np.zeros(flat.shape[1], dtype=np.float32)
    return np.asarray(SHARE * flat.std(axis=0), dtype=np.float32)


def same(ones: NDArray[Any], others: NDArray[Any], apart: NDArray[np.float32]) -> NDArray[np.bool_]:
    """For each pair of rows whether they are the same, up to `apart` in each feature; none if their shapes differ."""
    if ones.shape != others.shape or not ones.size:
        return np.zeros(len(ones), dtype=bool)
    ones, others = (rows.reshape(len(rows), -1) for rows in (ones, others))
    if ones.dtype.kind == "S" or others.dtype.kind == "S":
        return np.asarray((ones == others).all(axis=1))
    ones, others = single(ones).astype(np.float32), single(others).astype(np.float32)
    return np.asarray((np.abs(ones - others) <= ABSOLUTE + RELATIVE * np.abs(ones) + apart).all(axis=1))

"""The name of a data set of small pictures -> scikit-learn's bundled digits in its place, in the data set's shapes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.data.datasets import Split, data_set, fingerprint
from grader.errors import UsageError

STAND_INS = ("fashion-mnist", "mnist", "cifar10")
"""Data sets of the digits' kind: ten classes of small pictures."""
TEST_ROWS = 360
SIDE = 8
"""Pixels, of the bundled digits."""
DARKEST = 128
"""Least of the red, green and blue of a digit in colour: it stays well apart from its black ground."""


def digits(name: str) -> Split:
    """1437 train and 360 test images with labels 0 to 9, uint8 from 0 to 255, of the data set's shapes.

    They are always the same: (28, 28) grey pixels with labels of shape (n,), for cifar10 (32, 32, 3), each digit in a
    colour of its own, with labels of shape (n, 1).

    Raises:
        UsageError: there is no data set of that name, or it has no stand-in.

    """
    data_set(name)
    if name not in STAND_INS:
        expected = " or ".join(STAND_INS)
        raise UsageError(f"Expected a data set that has a stand-in ({expected}). Received: `{name}`, which has none.")
    # Here, because scikit-learn takes as long to import as the rest of the program.
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    small, labels = load_digits(return_X_y=True)
    in_colour = name == "cifar10"
    images = enlarged(small.reshape(-1, SIDE, SIDE), 32 if in_colour else 28)
    x_train, x_test, y_train, y_test = train_test_split(
        coloured(images) if in_colour else images,
        labels.astype(np.uint8).reshape((-1, 1) if in_colour else -1),
        test_size=TEST_ROWS,
        stratify=labels,
        random_state=0,
    )
    mark = fingerprint({"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test})
    note = f"{name} was not there: small digits bundled with scikit-learn stand in for it."
    return Split(name, x_train, y_train, x_test, y_test, fingerprint=mark, stand_in=True, note=note)


def enlarged(small: NDArray[Any], side: int) -> NDArray[np.uint8]:
    """Images of shape (n, 8, 8) from 0 to 16 as images of shape (n, side, side) from 0 to 255."""
    from scipy.ndimage import zoom  # see `digits`

    large: NDArray[np.float64] = zoom(small, (1, side / SIDE, side / SIDE), order=1, mode="nearest", grid_mode=True)
    # The first rounding takes away what differs between machines in the last bits, so that the fingerprint is one.
    return np.rint(np.round(large, 6) * 255 / 16).astype(np.uint8)


def coloured(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Images of shape (n, side, side), each in a colour of its own: (n, side, side, 3)."""
    # RandomState, unlike default_rng, promises the same numbers in every version of NumPy.
    colours = np.random.RandomState(0).randint(DARKEST, 256, (len(grey), 1, 1, 3))
    return (grey[..., np.newaxis].astype(np.uint32) * colours // 255).astype(np.uint8)

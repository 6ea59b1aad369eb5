"""The name of a data set of small grey images -> scikit-learn's bundled digits in its place."""

import numpy as np

from grader.datasets import Split, data_set, fingerprint
from grader.errors import UsageError

STAND_INS = ("fashion-mnist", "mnist")
"""Data sets of the digits' kind: ten classes of grey images."""
TEST_ROWS = 360


def digits(name: str) -> Split:
    """1437 train and 360 test images, uint8 of shape (28, 28) from 0 to 255, with labels 0 to 9; always the same.

    Raises:
        UsageError: there is no data set of that name, or it has no stand-in.

    """
    data_set(name)
    if name not in STAND_INS:
        expected = " or ".join(STAND_INS)
        raise UsageError(f"Expected a data set that has a stand-in ({expected}). Received: `{name}`, which has none.")
    # Here, because scikit-learn takes as long to import as the rest of the program.
    from scipy.ndimage import zoom
    from sklearn.datasets import load_digits
    from sklearn.model_selection import train_test_split

    small, labels = load_digits(return_X_y=True)
    large = zoom(small.reshape(-1, 8, 8), (1, 3.5, 3.5), order=1, mode="nearest", grid_mode=True)
    # The first rounding takes away what differs between machines in the last bits, so that the fingerprint is one.
    images = np.rint(np.round(large, 6) * 255 / 16).astype(np.uint8)
    x_train, x_test, y_train, y_test = train_test_split(
        images, labels.astype(np.uint8), test_size=TEST_ROWS, stratify=labels, random_state=0
    )
    mark = fingerprint({"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test})
    note = f"{name} was not there: small digits bundled with scikit-learn stand in for it."
    return Split(name, x_train, y_train, x_test, y_test, fingerprint=mark, stand_in=True, note=note)

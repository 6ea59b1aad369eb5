"""Tests of grader/data/standin.py."""

import subprocess
import sys

import numpy as np
import pytest

from grader.data.standin import digits
from grader.errors import UsageError


def test_stand_in_has_the_shape_of_the_data_set_and_says_what_it_is() -> None:
    split = digits("fashion-mnist")
    assert (split.name, split.stand_in) == ("fashion-mnist", True)
    assert "fashion-mnist was not there" in split.note
    assert (split.x_train.shape, split.x_test.shape) == ((1437, 28, 28), (360, 28, 28))
    assert (split.x_train.dtype, split.y_test.dtype) == (np.uint8, np.uint8)
    assert (split.x_train.min(), split.x_train.max()) == (0, 255)


def test_every_digit_is_in_both_parts_in_proportion() -> None:
    split = digits("mnist")
    assert np.bincount(split.y_train).min() >= 139
    assert np.bincount(split.y_test).min() >= 34


def test_stand_in_is_always_the_same() -> None:
    # A calibration is kept for this fingerprint: if it changes, calibrate again.
    expected = "506ab75841b6836f84b049a3650c92eb1b1fd24124521f35d819a307b3ad8d37"
    assert digits("mnist").fingerprint == expected


def test_digits_in_colour_stand_in_for_cifar10_with_a_label_in_a_column() -> None:
    split = digits("cifar10")
    assert (split.x_train.shape, split.y_test.shape) == ((1437, 32, 32, 3), (360, 1))
    assert (split.x_train.dtype, split.y_test.dtype) == (np.uint8, np.uint8)
    brightest = split.x_train.max(axis=(1, 2))
    assert brightest.min() > 100
    assert (brightest.std(axis=1) > 0).mean() > 0.99
    assert split.fingerprint == "589a501f7085006a77be74c85c8dd6843c4ee8a4d8816732e9e3cf56e163702a"


@pytest.mark.parametrize("name", ["boston", "imdb"])
def test_other_kinds_of_data_have_no_stand_in(name: str) -> None:
    with pytest.raises(UsageError, match=f"Received: `{name}`, which has none"):
        digits(name)


def test_scikit_learn_is_not_imported_before_it_is_needed() -> None:
    program = (
        "import grader.data.served, sys; sys.exit(any(name in sys.modules for name in ('sklearn', 'scipy', 'keras')))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0

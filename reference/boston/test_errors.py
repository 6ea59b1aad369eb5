"""Evidence -> how far off the trained network's prices are, by themselves and beside linear regression."""

import pytest

from grader.courses.reference import Threshold
from grader.expect import Expectation, Undecided, settle
from grader.marking.attained import attained, spare_the_cut, training_figure
from grader.records import Evidence

NO_BETTER_THAN_THE_MEAN = (
    "That is no better than the mean price for every house. Check that training and test rows are standardised with "
    "the mean and deviation of the training rows, and that the last layer has no activation."
)
OVERFITS = (
    "The network overfits: it knows the training rows by heart. Make it smaller, add Dropout, or stop the training "
    "when the validation loss stops falling."
)
CAN_LEARN_MORE = (
    "Standardise the features with the training rows' mean and standard deviation, and train for more epochs: the "
    "document takes 100."
)
CLEARLY = 0.95
"""A network of linear layers comes within a hundredth of linear regression; so much of its error is clearly better."""
NO_BASELINE = "The grader has no linear regression for these rows. Your teacher looks at it; it costs nothing."


@pytest.mark.criterion("accuracy", weight=2)
def test_mean_absolute_error(evidence: Evidence, thresholds: dict[str, Threshold]) -> None:
    """The trained network's prices are near the true ones, for rows that it has never seen."""
    settle(attained(evidence, thresholds, "mae", what_next(evidence)))


@pytest.mark.criterion("accuracy")
def test_r2(evidence: Evidence, thresholds: dict[str, Threshold]) -> None:
    """The trained network explains most of the difference between prices, for rows that it has never seen."""
    settle(attained(evidence, thresholds, "r2", what_next(evidence)))


@pytest.mark.criterion("accuracy")
def test_better_than_linear_regression(evidence: Evidence) -> None:
    """The trained network is clearly nearer to the true prices than linear regression is, on the same rows."""
    measured = evidence.measurement
    own, linear = measured.metrics.get("mae"), measured.metrics.get("linear_mae")
    expected = f"a mean absolute error (MAE) of at most {CLEARLY:.0%} of that of linear regression on the same rows"
    if own is None or linear is None:
        raise Undecided(expected, "none", NO_BASELINE)
    found, better = f"{own:.4f}, and {linear:.4f} by linear regression", own <= CLEARLY * linear
    if not better:
        spare_the_cut(evidence, expected, found)
    settle(Expectation(expected, found, "" if better else what_next(evidence), float(better), measured.tier))


def what_next(evidence: Evidence) -> str:
    """The likeliest way to a better result, from the measurement and the last training's history."""
    metrics = evidence.measurement.metrics
    reached = training_figure(evidence, "mae") or training_figure(evidence, "mean_absolute_error")
    if metrics.get("r2", 1.0) < 0.1:
        return NO_BETTER_THAN_THE_MEAN
    if reached is not None and 2 * reached < metrics.get("mae", 0.0):
        return f"The training error (MAE) ended at {reached:.2f}, far below it. {OVERFITS}"
    return CAN_LEARN_MORE

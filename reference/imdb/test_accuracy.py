"""Evidence -> how well the trained network tells positive reviews from negative ones."""

import pytest

from grader.courses.reference import Threshold
from grader.expect import settle
from grader.marking.attained import attained, training_figure
from grader.records import Evidence

GUESSING = (
    "That is hardly better than guessing. Word numbers must become multi-hot vectors or go through an Embedding layer, "
    "and test reviews must be prepared in the same way as training reviews."
)
OVERFITS = (
    "The network overfits: it knows the training reviews by heart. Train for fewer epochs (the document takes 2), add "
    "Dropout, or stop the training when the validation loss stops falling."
)
CAN_LEARN_MORE = (
    "The network can still learn. Train it on more of the reviews or for an epoch more, and keep the 10,000 most "
    "frequent words."
)


@pytest.mark.criterion("accuracy", weight=3)
def test_accuracy(evidence: Evidence, thresholds: dict[str, Threshold]) -> None:
    """The trained network is right often enough about reviews that it has never seen."""
    settle(attained(evidence, thresholds, "accuracy", what_next(evidence)))


@pytest.mark.criterion("accuracy")
def test_auc(evidence: Evidence, thresholds: dict[str, Threshold]) -> None:
    """The trained network gives positive reviews a higher probability than negative ones."""
    settle(attained(evidence, thresholds, "auc", what_next(evidence)))


def what_next(evidence: Evidence) -> str:
    """The likeliest way to a better result, from the measurement and the last training's history."""
    accuracy = evidence.measurement.metrics["accuracy"]
    reached = training_figure(evidence, "acc")
    if accuracy < 0.6:
        return GUESSING
    if reached is not None and reached > accuracy + 0.05:
        return f"Training accuracy ended at {reached:.3f}, far above it. {OVERFITS}"
    return CAN_LEARN_MORE

"""Evidence -> how often the trained network is right, on all pictures and on each class."""

import pytest

from grader.courses.reference import Threshold
from grader.courses.sheet import Assignment
from grader.expect import settle
from grader.marking.attained import attained, each_class, training_figure
from grader.records import Evidence

GUESSING = (
    "That is hardly better than guessing. Check that training and test pictures are prepared in the same way (both "
    "divided by 255), that the last layer is softmax, and that the labels are the data set's own."
)
OVERFITS = (
    "The network overfits: it knows the training pictures by heart. Add Dropout after the pooling layers, or stop the "
    "training when the validation loss stops falling."
)
CAN_LEARN_MORE = (
    "The network can still learn. Train it for more epochs and on all training pictures; if that does not help, "
    "give the Conv2D layers more filters."
)
WEAK_CLASS = (
    "The row of such a class in the confusion matrix shows what the network takes it for. Train for longer, and "
    "check that labels and pictures are in the same order."
)


@pytest.mark.criterion("accuracy", weight=4)
def test_accuracy(evidence: Evidence, thresholds: dict[str, Threshold]) -> None:
    """The trained network is right often enough on pictures that it has never seen."""
    accuracy = evidence.measurement.metrics["accuracy"]
    settle(attained(evidence, thresholds, "accuracy", what_next(accuracy, evidence)))


@pytest.mark.criterion("accuracy")
def test_every_class(evidence: Evidence, assignment: Assignment) -> None:
    """Each of the ten classes is recognised more often than by guessing."""
    settle(each_class(evidence, assignment.task, WEAK_CLASS))


def what_next(accuracy: float, evidence: Evidence) -> str:
    """The likeliest way to a better result, from the last training's history."""
    reached = training_figure(evidence, "acc")
    if accuracy < 0.2:
        return GUESSING
    if reached is not None and reached > accuracy + 0.05:
        return f"Training accuracy ended at {reached:.3f}, far above it. {OVERFITS}"
    return CAN_LEARN_MORE

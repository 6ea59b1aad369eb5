"""Evidence -> how often the trained network is right, on all pictures and on each class."""

import pytest

from grader.attained import attained, spare_the_cut, training_figure
from grader.expect import Expectation, Missing, settle
from grader.records import Evidence
from grader.reference import Threshold
from grader.sheet import Assignment

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
    measured, classes = evidence.measurement, assignment.task.outputs
    expected = f"each class to be recognised in more than 1 of {classes} cases"
    if measured.confusion is None:
        raise Missing(expected, "no confusion matrix", evidence.choice.not_measured_because)
    recalls = [row[label] / max(1, sum(row)) for label, row in enumerate(measured.confusion)]
    weak = [label for label, recall in enumerate(recalls) if recall <= 1 / classes]
    found = f"every class in at least {min(recalls):.2f} of its cases"
    hint = ""
    if weak:
        found = ", ".join(f"{class_name(label, evidence, assignment)} in {recalls[label]:.2f}" for label in weak)
        hint = WEAK_CLASS
        spare_the_cut(evidence, expected, found)
    settle(Expectation(expected, found, hint, 1 - len(weak) / classes, measured.tier))


def what_next(accuracy: float, evidence: Evidence) -> str:
    """The likeliest way to a better result, from the last training's history."""
    reached = training_figure(evidence, "acc")
    if accuracy < 0.2:
        return GUESSING
    if reached is not None and reached > accuracy + 0.05:
        return f"Training accuracy ended at {reached:.3f}, far above it. {OVERFITS}"
    return CAN_LEARN_MORE


def class_name(label: int, evidence: Evidence, assignment: Assignment) -> str:
    """Name of a class; only its number where small digits took the place of the real data."""
    return f"class {label}" if evidence.data.stand_in else f"{assignment.task.classes[label]} (class {label})"

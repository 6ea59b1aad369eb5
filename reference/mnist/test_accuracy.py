"""Evidence -> how often each trained network is right, and whether the convolutional one makes fewer mistakes."""

import pytest

from grader.courses.reference import Threshold
from grader.courses.sheet import Assignment
from grader.expect import Expectation, Missing, settle
from grader.marking.attained import attained, each_class, spare_the_cut, training_figure
from grader.records import Evidence, Measurement

GUESSING = (
    "That is hardly better than guessing. Check that training and test pictures are prepared in the same way (both "
    "divided by 255), that the last layer is softmax, and that the labels have the form that the loss expects: one-hot "
    "rows for all but sparse_categorical_crossentropy."
)
OVERFITS = (
    "The network overfits: it knows the training pictures by heart. Make it smaller, add Dropout before the last "
    "layer, or stop the training when the validation loss stops falling."
)
CAN_LEARN_MORE = {
    "shallow": "The network can still learn. With the mean squared error and SGD it needs the document's 500 epochs; "
    'with "categorical_crossentropy" and "adam" a few are enough.',
    "cnn": "The network can still learn. Train it for more epochs and on all training pictures. If you use Dropout, a "
    "rate above 0.5, or one after every layer, may be too much.",
}
WEAK_DIGIT = (
    "The row of such a digit in the confusion matrix shows what the network takes it for. Train for longer, and check "
    "that labels and pictures are in the same order."
)
FEWER = "the convolutional network to make fewer mistakes than the shallow one, on the same pictures"
BOTH = "The sheet asks for two networks in one notebook: build, train and evaluate both of them."
NOT_BETTER = (
    "Convolutions know which pixels are neighbours and should win clearly. Look at the accuracy curves of the "
    "convolutional network: if both still rise, train it for longer; if only that of the training pictures does, it "
    "overfits. Check that its pictures have the shape (28, 28, 1) and pixels from 0 to 1."
)


@pytest.mark.each_network
@pytest.mark.criterion("accuracy", weight=4)
def test_accuracy(evidence: Evidence, assignment: Assignment, thresholds: dict[str, Threshold]) -> None:
    """It is right often enough about pictures that it has never seen."""
    accuracy = evidence.measurement.metrics["accuracy"]
    settle(attained(evidence, thresholds, "accuracy", what_next(accuracy, evidence, assignment.network.name)))


@pytest.mark.each_network
@pytest.mark.criterion("accuracy")
def test_every_digit(evidence: Evidence, assignment: Assignment) -> None:
    """It recognises each of the ten digits more often than by guessing."""
    settle(each_class(evidence, assignment.task, WEAK_DIGIT))


@pytest.mark.criterion("accuracy", weight=2)
def test_convolutions_win(evidence: Evidence, assignment: Assignment) -> None:
    """The convolutional network makes fewer mistakes than the shallow one, on the same pictures."""
    missing = [network for network in assignment.networks if evidence.of(network.name).chosen is None]
    if len(missing) == len(assignment.networks):
        raise Missing(FEWER, "nothing to compare: both networks are missing", BOTH)
    if missing:
        (other,) = [network for network in assignment.networks if network not in missing]
        known = evidence.of(other.name).measurement
        settle(Expectation(FEWER, f"nothing to compare: {missing[0].title} is missing", BOTH, 0.5, known.tier))
    shallow, cnn = (evidence.of(name).measurement for name in ("shallow", "cnn"))
    many, few = mistakes(shallow), mistakes(cnn)
    found = compared(many, few, cnn.rows)
    if few >= many:
        for name in ("cnn", "shallow"):
            spare_the_cut(evidence.of(name), FEWER, found)
    settle(Expectation(FEWER, found, "" if few < many else NOT_BETTER, float(few < many), cnn.tier))


def what_next(accuracy: float, evidence: Evidence, network: str) -> str:
    """The likeliest way to a better result, from the last training's history."""
    reached = training_figure(evidence, "acc")
    if accuracy < 0.2:
        return GUESSING
    if reached is not None and reached > accuracy + 0.05:
        return f"Training accuracy ended at {reached:.3f}, far above it. {OVERFITS}"
    return CAN_LEARN_MORE[network]


def confusion(measured: Measurement, expected: str) -> list[list[int]]:
    """Rows are the true digits, columns the answers. Raises `Missing` where there is none."""
    if measured.confusion is None:
        raise Missing(expected, "no confusion matrix", "The network must give ten numbers for each picture.")
    return measured.confusion


def mistakes(measured: Measurement) -> int:
    """Pictures that the network reads wrongly."""
    table = confusion(measured, FEWER)
    return measured.rows - sum(row[digit] for digit, row in enumerate(table))


def compared(shallow: int, cnn: int, rows: int) -> str:
    """In words: 50 mistakes of 5,000 by the one against 500 by the other: 450 fewer, an accuracy 9.00 points better."""
    points = 100 * abs(shallow - cnn) / rows
    difference = f"{abs(shallow - cnn):,} {'fewer' if cnn < shallow else 'more'}"
    side = "better" if cnn < shallow else "worse"
    outcome = "as many" if cnn == shallow else f"{difference}, an accuracy {points:.2f} points {side}"
    return f"{counted(cnn)} of {rows:,} by the convolutional network against {shallow:,} by the shallow one: {outcome}"


def counted(number: int) -> str:
    """In words: 1 mistake, 36 mistakes."""
    return f"{number:,} mistake{'' if number == 1 else 's'}"

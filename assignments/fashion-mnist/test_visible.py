"""Evidence -> whether the network keeps the rules that the sheet prints."""

import pytest

from grader.courses.sheet import Assignment
from grader.expect import settle
from grader.judging import rules
from grader.records import Evidence

WHY_CONVOLUTIONS = (
    "A Conv2D layer looks for the same small shape at every place of the picture; a dense layer must learn it anew "
    'for each place. Add Conv2D(32, (3, 3), activation="relu") layers before Flatten.'
)


@pytest.mark.criterion("architecture")
def test_input_shape(evidence: Evidence, assignment: Assignment) -> None:
    """The network takes one picture of 28 x 28 grey pixels."""
    settle(rules.input_shape(evidence.model, assignment))


@pytest.mark.criterion("architecture")
def test_output_layer(evidence: Evidence, assignment: Assignment) -> None:
    """The last layer gives one probability for each of the ten classes."""
    settle(rules.output_layer(evidence.model, assignment))


@pytest.mark.criterion("architecture", weight=2)
def test_convolutions(evidence: Evidence, assignment: Assignment) -> None:
    """The network has at least two convolutions."""
    settle(rules.required_layers(evidence.model, assignment, WHY_CONVOLUTIONS))


@pytest.mark.criterion("architecture")
def test_parameter_budget(evidence: Evidence, assignment: Assignment) -> None:
    """The network keeps within the sheet's parameter budget."""
    settle(rules.parameter_budget(evidence.model, assignment))


@pytest.mark.criterion("architecture")
def test_loss(evidence: Evidence, assignment: Assignment) -> None:
    """The loss fits a choice among ten classes."""
    settle(rules.loss(evidence.model, assignment))

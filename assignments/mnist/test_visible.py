"""Evidence -> whether each of the two networks keeps the rules that the sheet prints."""

import pytest

from grader.courses.sheet import Assignment
from grader.expect import settle
from grader.judging import rules
from grader.records import Evidence

WHY_THESE_LAYERS = {
    "shallow": "The shallow network shows how far one gets without convolutions and without depth: a hidden layer such "
    'as Dense(64, activation="sigmoid"), then Dense(10, activation="softmax"), and nothing else that learns.',
    "cnn": "A Conv2D layer looks for the same stroke at every place of the picture; a dense layer must learn it anew "
    'for each place. Put Conv2D(32, (3, 3), activation="relu") and Conv2D(64, (3, 3), activation="relu") before '
    "Flatten.",
}


@pytest.mark.each_network
@pytest.mark.criterion("architecture")
def test_input_shape(evidence: Evidence, assignment: Assignment) -> None:
    """It takes one picture of 28 x 28 grey pixels."""
    settle(rules.input_shape(evidence.model, assignment))


@pytest.mark.each_network
@pytest.mark.criterion("architecture")
def test_output_layer(evidence: Evidence, assignment: Assignment) -> None:
    """The last layer gives one probability for each of the ten digits."""
    settle(rules.output_layer(evidence.model, assignment))


@pytest.mark.each_network
@pytest.mark.criterion("architecture", weight=2)
def test_kind_of_network(evidence: Evidence, assignment: Assignment) -> None:
    """It has the layers that the sheet asks for: two dense ones alone, or at least two convolutions."""
    settle(rules.required_layers(evidence.model, assignment, WHY_THESE_LAYERS[assignment.network.name]))


@pytest.mark.each_network
@pytest.mark.criterion("architecture")
def test_parameter_budget(evidence: Evidence, assignment: Assignment) -> None:
    """It keeps within the sheet's parameter budget."""
    settle(rules.parameter_budget(evidence.model, assignment))


@pytest.mark.each_network
@pytest.mark.criterion("architecture")
def test_loss(evidence: Evidence, assignment: Assignment) -> None:
    """The loss fits a choice among ten digits."""
    settle(rules.loss(evidence.model, assignment))

"""Evidence -> whether the network keeps the rules that the sheet prints."""

import pytest

from grader.courses.sheet import Assignment
from grader.expect import settle
from grader.judging import rules
from grader.records import Evidence

WHY_HIDDEN_LAYERS = (
    "With fewer than two hidden layers it is no deep network, and without any it is linear regression. Begin with "
    'Dense(128, activation="relu") and Dense(64, activation="relu"), then Dense(1).'
)


@pytest.mark.criterion("architecture")
def test_input_shape(evidence: Evidence, assignment: Assignment) -> None:
    """The network takes one row of the table's thirteen features."""
    settle(rules.input_shape(evidence.model, assignment))


@pytest.mark.criterion("architecture")
def test_output_layer(evidence: Evidence, assignment: Assignment) -> None:
    """The last layer gives one number, the price, as it is."""
    settle(rules.output_layer(evidence.model, assignment))


@pytest.mark.criterion("architecture", weight=2)
def test_hidden_layers(evidence: Evidence, assignment: Assignment) -> None:
    """The network has at least two hidden dense layers before the last one."""
    settle(rules.required_layers(evidence.model, assignment, WHY_HIDDEN_LAYERS))


@pytest.mark.criterion("architecture")
def test_parameter_budget(evidence: Evidence, assignment: Assignment) -> None:
    """The network keeps within the sheet's parameter budget."""
    settle(rules.parameter_budget(evidence.model, assignment))


@pytest.mark.criterion("architecture")
def test_loss(evidence: Evidence, assignment: Assignment) -> None:
    """The loss measures how far an estimate is from the price."""
    settle(rules.loss(evidence.model, assignment))

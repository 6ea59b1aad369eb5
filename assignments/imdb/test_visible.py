"""Evidence -> whether the network keeps the rules that the sheet prints."""

import pytest

from grader.courses.sheet import Assignment
from grader.expect import expect, settle
from grader.judging import rules
from grader.records import Evidence


@pytest.mark.criterion("architecture")
def test_input_shape(evidence: Evidence, assignment: Assignment) -> None:
    """The network takes one review as a row of numbers."""
    settle(rules.input_shape(evidence.model, assignment))


@pytest.mark.criterion("architecture")
def test_output_layer(evidence: Evidence, assignment: Assignment) -> None:
    """The last layer gives the probability that a review is positive."""
    settle(rules.output_layer(evidence.model, assignment))


@pytest.mark.criterion("architecture")
def test_hidden_layer(evidence: Evidence) -> None:
    """The network has at least one hidden layer that learns."""
    hidden = [f"`{layer.name}`" for layer in rules.layers(evidence.model)[:-1] if layer.parameters]
    expect(
        bool(hidden),
        expected="at least one layer with parameters before the last one",
        found=f"{len(hidden)}: {', '.join(hidden)}" if hidden else "none",
        hint="The output unit alone adds up one weight for each word. Put hidden layers before it, for example "
        'Dense(50, activation="relu").',
    )


@pytest.mark.criterion("architecture")
def test_parameter_budget(evidence: Evidence, assignment: Assignment) -> None:
    """The network keeps within the sheet's parameter budget."""
    settle(rules.parameter_budget(evidence.model, assignment))


@pytest.mark.criterion("architecture")
def test_loss(evidence: Evidence, assignment: Assignment) -> None:
    """The loss fits a choice between two classes."""
    settle(rules.loss(evidence.model, assignment))

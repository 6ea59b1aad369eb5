"""Evidence -> whether the network is the documented one, layer by layer, or one of its own within the rules."""

import pytest

from grader.courses.sheet import Assignment
from grader.expect import settle
from grader.judging import structure
from grader.records import Evidence


@pytest.mark.criterion("architecture")
def test_parameter_counts(evidence: Evidence, assignment: Assignment) -> None:
    """Each layer has as many parameters as in the documented network, or the network is one of your own."""
    settle(structure.parameter_counts(evidence.model, assignment))


@pytest.mark.criterion("architecture")
def test_output_shapes(evidence: Evidence, assignment: Assignment) -> None:
    """Each layer gives the output shape of the documented network, or the network is one of your own."""
    settle(structure.output_shapes(evidence.model, assignment))

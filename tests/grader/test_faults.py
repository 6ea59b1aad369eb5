"""A handful of the faults of bench/faults.py, which does all of them a hundred times."""

import pytest

from bench.faults import try_once
from tests.conftest import needs_wall

pytestmark = needs_wall


@pytest.mark.parametrize(
    ("fault", "stored"),
    [
        ("kill_command", 1),
        ("kill_judge", 0),
    ],
)
def test_whatever_dies_nothing_graded_is_lost_and_nothing_is_left(fault: str, stored: int):
    assert try_once(fault, students=3, stored=stored) == (True, [])

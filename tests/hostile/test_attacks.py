"""Every attack gets nothing, has its report, and does no harm to an honest neighbour."""

import re

import psutil
import pytest

from tests.conftest import needs_wall

from .conftest import Class, runs, why_not
from .suite import ATTACKS, GROUPS, Attack, Result

pytestmark = needs_wall
DECIDED_BY_THE_NETWORK = ("architecture", "accuracy")
LUCK = 0.2
"""Marks by which two runs of a network that knows nothing may differ."""
KNOWS = 0.5
"""An accuracy that a network which knows nothing is far below."""


def of(group: str) -> list[object]:
    return [
        pytest.param(
            attack,
            id=attack.name,
            marks=[] if runs(attack) else pytest.mark.skip(reason=f"{why_not(attack)} Run it by `make hostile`."),
        )
        for attack in ATTACKS
        if attack.group == group
    ]


def test_there_are_many_attacks_and_each_says_what_it_tries():
    assert len(ATTACKS) >= 55
    assert [attack.name for attack in ATTACKS if not {"tries", "gets nothing if"} <= attack.says.keys()] == []


@pytest.mark.parametrize("attack", [*of("reading"), *of("breaking")])
def test_an_attack_gets_nothing_and_has_its_report(attack: Attack, graded: Class):
    result = Result(graded(attack.group) / attack.name)
    assert "GOT" not in result.printed
    assert f"<title>{attack.name}" in result.report or attack.name in result.report


@pytest.mark.parametrize("attack", of("forging"))
def test_a_forgery_earns_no_more_than_the_network_behind_it(attack: Attack, graded: Class):
    result, weak = (Result(graded("forging") / name) for name in (attack.name, "weak"))
    earned = {
        name: result.marks[name] for name in DECIDED_BY_THE_NETWORK if name not in attack.says.get("may earn", "")
    }
    assert {name: marks for name, marks in earned.items() if marks > weak.marks[name] + LUCK} == {}
    sealed = [
        measured["metrics"]["accuracy"]
        for choice in result.evidence["choices"]
        for measured in choice["measurements"]
        if measured["tier"] == "sealed"
    ]
    assert all(accuracy < KNOWS for accuracy in sealed)
    assert "GOT" not in result.printed
    assert attack.name in result.report


def test_training_on_the_test_set_is_found(graded: Class):
    result = Result(graded("forging") / "trained_on_the_test_set")
    assert "test_rows_trained_on" in [concern["kind"] for concern in result.evidence["concerns"]]


@pytest.mark.parametrize("name", ["files_read_by_a_layer", "links_for_evidence"])
def test_nothing_of_a_file_is_in_a_report(name: str, graded: Class):
    folder = graded("forging") / name
    written = "".join(path.read_text() for path in folder.iterdir() if path.suffix in {".html", ".json"})
    assert re.search(r"PYTHONPATH=|root:x:0|hmac-sha256", written) is None


@pytest.mark.parametrize("group", GROUPS)
def test_an_honest_neighbour_has_the_marks_that_it_has_alone(group: str, graded: Class, alone: Result):
    neighbour = Result(graded(group) / "honest")
    assert neighbour.marks == alone.marks
    assert neighbour.evidence["run"]["status"] == "finished"


@pytest.mark.parametrize("group", GROUPS)
def test_nothing_that_an_attack_has_started_outlives_it(group: str, graded: Class):
    graded(group)
    commands = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]
    assert [command for command in commands if "987654321" in command] == []

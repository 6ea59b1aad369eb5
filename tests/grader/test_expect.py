import pytest

from grader.expect import Expectation, Missing, NotMet, Undecided, expect, made, settle, share_between


@pytest.mark.parametrize(
    ("value", "share"), [(0.5, 0.0), (0.8, 0.0), (0.85, 0.5), (0.9, 1.0), (1.0, 1.0), (float("-inf"), 0.0)]
)
def test_marks_grow_in_a_straight_line_from_the_floor_to_full(value: float, share: float):
    assert share_between(value, floor=0.8, full=0.9) == share


def test_lower_is_better_where_full_lies_below_the_floor():
    assert [share_between(loss, floor=4, full=2) for loss in (5, 4, 3, 2, 1)] == [0, 0, 0.5, 1, 1]


def test_a_floor_that_is_full_is_a_step():
    assert [share_between(value, floor=0.9, full=0.9) for value in (0.89, 0.9)] == [0, 1]


def test_an_expectation_that_is_met_raises_nothing_and_needs_no_runner():
    expect(True, expected="ten units", found="ten")


def test_what_is_not_met_says_both_sides_and_the_next_step():
    with pytest.raises(NotMet, match=r"Expected ten units\. Found two\. Add some\."):
        expect(False, expected="ten units", found="two", hint="Add some.")


def test_a_share_below_one_is_not_met_but_keeps_its_share():
    with pytest.raises(NotMet) as caught:
        settle(Expectation("90 %", "85 %", share=0.5))
    assert caught.value.expectation.share == 0.5


def test_comparisons_are_noted_in_their_order_for_the_report():
    token = made.set([])
    try:
        expect(True, expected="a", found="a")
        expect(True, expected="b", found="b")
        assert [noted.expected for noted in made.get() or []] == ["a", "b"]
    finally:
        made.reset(token)


def test_missing_evidence_is_the_students_but_an_undecided_one_is_nobodys():
    assert isinstance(Missing("a model", "none"), AssertionError)
    assert not isinstance(Undecided("a model", "none"), AssertionError)

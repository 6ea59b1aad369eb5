import pytest

from grader.pages.class_charts import Axis, Point, check_rates, histogram, powers_of_ten, scatters
from grader.records import CheckResult


def check(identity: str, status: str) -> CheckResult:
    return CheckResult(id=identity, title=f"{identity}.", criterion="a", visibility="hidden", status=status)


def point(value: float, parameters: int = 1000, seconds: float = 10) -> Point:
    return Point("Asha", "Asha/report.html", "CNN", "accuracy", value, parameters, seconds, is_sealed=True)


def test_every_total_is_in_one_bar_and_full_marks_are_in_the_last():
    bins = histogram([(0, False), (7.99, True), (8, False), (20, False), (19.5, True)], 20).bins
    assert len(bins) == 20
    counts = {each.low: (each.decided, each.still_open) for each in bins if each.decided + each.still_open}
    assert counts == {0: (1, 0), 7: (0, 1), 8: (1, 0), 19: (1, 1)}


@pytest.mark.parametrize("out_of", [1, 7.5, 20, 33, 100])
def test_the_bars_reach_to_full_marks(out_of):
    bins = histogram([(out_of, False)], out_of).bins
    assert bins[0].low == 0
    assert bins[-1].low < out_of <= bins[-1].high
    assert bins[-1].decided == 1


def test_the_check_that_fewest_pass_comes_first_and_one_that_decided_nothing_last():
    results = [check("a", "passed"), check("a", "failed"), check("b", "passed"), check("c", "failed")]
    results += [check("c", "partial"), check("c", "broken"), check("d", "undecided")]
    rates = check_rates(results)
    assert [(each.id, each.rate) for each in rates] == [("c", 0), ("a", 0.5), ("b", 1), ("d", None)]
    assert (rates[0].partial, rates[0].failed, rates[0].open, rates[0].decided) == (1, 1, 1, 2)


def test_results_are_drawn_against_parameters_and_against_time():
    first, second = scatters([point(0.9, 12_673, 3), point(0.7, 2_000_000, 250)], ["CNN"])
    assert (first.title, second.title) == ("accuracy against parameters", "accuracy against seconds of training")
    assert first.level.ticks == [10_000, 100_000, 1_000_000, 10_000_000]
    assert [cost for _, cost in second.dots] == [3, 250]
    assert first.upright.ticks[0] <= 0.7 < 0.9 <= first.upright.ticks[-1]


def test_values_beyond_an_axis_stand_at_its_end():
    upright = scatters([point(-50.0), point(0.8)], ["CNN"])[0].upright
    assert upright.ticks[0] == 0
    assert upright.share(-50.0) == 0
    assert Axis("seconds", [1, 10, 100], is_log=True).share(0) == 0
    assert Axis("seconds", [1, 10, 100], is_log=True).share(10) == 0.5


@pytest.mark.parametrize("value", [0.0, 0.796, 1.0, -3.0])
def test_a_single_result_has_an_axis_with_several_ticks(value):
    for scatter in scatters([point(value)], ["CNN"]):
        assert scatter.upright.ticks[-1] - scatter.upright.ticks[0] >= 0.05
        assert len(scatter.level.ticks) > 1


def test_nothing_measured_gives_no_plot():
    assert scatters([], ["CNN"]) == []


def test_ticks_stay_few_whatever_the_figures():
    assert len(powers_of_ten([0, 1e15])) < 12
    assert powers_of_ten([100, 100]) == [100, 1000]

"""The class's figures -> its plots: totals, checks, and what results go with, each with the figures behind it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

from grader.pages.curves import round_numbers
from grader.records import CheckResult

MOST_TICKS = 8
LEAST_RANGE = 0.05
"""Of the results' axis, also where all results are the same."""


@dataclass(frozen=True)
class Axis:
    """An axis that ends with its ticks."""

    title: str
    ticks: list[float]
    is_log: bool = False

    def share(self, value: float) -> float:
        """Where a value lies: 0 at the first tick, 1 at the last; values beyond stand at the ends."""
        low, high, at = (log10(max(x, 1e-9)) if self.is_log else x for x in (self.ticks[0], self.ticks[-1], value))
        return min(1.0, max(0.0, (at - low) / (high - low)))


# -- Totals ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Bin:
    """Submissions whose total lies in a range of marks."""

    low: float
    high: float
    decided: int
    """Nothing is open."""
    still_open: int
    """Some marks are."""


@dataclass(frozen=True)
class Histogram:
    """The distribution of the totals."""

    bins: list[Bin]
    level: Axis
    upright: Axis


def histogram(totals: Sequence[tuple[float, bool]], out_of: float) -> Histogram:
    """The distribution of totals.

    Args:
        totals: marks that are decided, and whether more are open.
        out_of: full marks.
    """
    ticks = round_numbers(0, out_of, 6)
    step = (ticks[1] - ticks[0]) / 5
    edges = [step * number for number in range(round(ticks[-1] / step) + 1)]
    last = max(index for index, edge in enumerate(edges[:-1]) if edge < out_of)  # full marks belong to the last bar
    counts = [[0, 0] for _ in edges[:-1]]
    for marks, is_open in totals:
        counts[min(last, max(0, floor(marks / step + 1e-9)))][is_open] += 1
    bins = [Bin(edges[index], edges[index + 1], *count) for index, count in enumerate(counts[: last + 1])]
    highest = max(each.decided + each.still_open for each in bins)
    upright = [tick for tick in round_numbers(0, max(highest, 2), 5) if tick.is_integer()]
    return Histogram(bins, Axis("marks decided so far", ticks), Axis("submissions", upright))


# -- Checks ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CheckRate:
    """How a check went in the class."""

    id: str
    title: str
    passed: int
    partial: int
    failed: int
    open: int
    """Undecided, or the check itself broke: it says nothing of the student."""

    @property
    def decided(self) -> int:
        """Submissions on which it had a verdict."""
        return self.passed + self.partial + self.failed

    @property
    def rate(self) -> float | None:
        """Share of these that passed; None where there are none."""
        return self.passed / self.decided if self.decided else None


def check_rates(results: Iterable[CheckResult]) -> list[CheckRate]:
    """One for each check, the one that fewest pass first."""
    titles: dict[str, str] = {}
    ends: dict[str, list[str]] = {}
    for result in results:
        titles[result.id] = result.title
        ends.setdefault(result.id, []).append(result.status)
    rates = [
        CheckRate(
            id=identity,
            title=titles[identity],
            passed=statuses.count("passed"),
            partial=statuses.count("partial"),
            failed=statuses.count("failed"),
            open=statuses.count("undecided") + statuses.count("broken"),
        )
        for identity, statuses in ends.items()
    ]
    return sorted(rates, key=lambda each: (each.rate is None, each.rate or 0.0, -each.decided, each.id))


# -- Results -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Point:
    """The measured result of one network of one submission."""

    student: str
    link: str
    network: str
    """Title of the sheet's network."""
    metric: str
    value: float
    parameters: int
    seconds: float
    """Of the network's training."""
    is_sealed: bool
    """Measured on rows that the notebook never saw."""


@dataclass(frozen=True)
class Scatter:
    """Results over what they cost."""

    title: str
    level: Axis
    upright: Axis
    dots: list[tuple[Point, float]]
    """With the value on the level axis."""
    networks: list[str]
    """In the order of their signs."""


def scatters(points: Sequence[Point], networks: Sequence[str]) -> list[Scatter]:
    """Results against parameters, and against seconds of training; none where nothing was measured."""
    if not points:
        return []
    metric = points[0].metric
    values = [max(0.0, point.value) for point in points]
    lowest = max(0.0, min(*values, max(values) - LEAST_RANGE))
    upright = Axis(metric, round_numbers(lowest, max(*values, LEAST_RANGE), 6))
    costs = {
        "parameters": [float(point.parameters) for point in points],
        "seconds of training": [p.seconds for p in points],
    }
    return [
        Scatter(
            f"{metric} against {cost}",
            Axis(cost, powers_of_ten(amounts), is_log=True),
            upright,
            list(zip(points, amounts, strict=True)),
            list(networks),
        )
        for cost, amounts in costs.items()
    ]


def powers_of_ten(values: Sequence[float], least: float = 0.1) -> list[float]:
    """Ticks of a logarithmic axis around the values; those below `least` stand at its end.

    >>> powers_of_ten([12_673, 241_546])
    [10000.0, 100000.0, 1000000.0]
    """
    low, high = (log10(max(least, value)) for value in (min(values), max(values)))
    first, last = floor(low + 1e-9), ceil(high - 1e-9)
    last = max(last, first + 1)
    step = ceil((last - first) / MOST_TICKS)
    return [10.0**power for power in range(first, last + step, step)]

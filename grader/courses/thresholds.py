"""What a reference reached over several seeds -> where marks for a result begin, and where they are full."""

import math
from statistics import mean, stdev
from typing import Any

from grader.courses.reference import Threshold

MISS_PROBABILITY = 0.01
"""How likely the reference itself may stay below full marks."""
LEAST_SPREAD = 1e-6
"""Runs that agree to the last digit still leave a distribution."""
FLOOR_ERRORS = 3.0
"""Marks begin where a model makes fewer than so many times the reference's mistakes."""
FLOOR_TIMES = 2.0
"""For a mean error, marks begin below so many times the reference's."""
ENOUGH_RUNS = 5
SHARES = ("accuracy", "auc")
"""Metrics that are a share of the rows, or of their pairs."""
ERRORS = ("mae", "mse")
"""Metrics of which less is better. The others are 1 at best."""


def threshold(
    figures: list[float], metric: str = "accuracy", *, rows: int = 0, baseline: float | None = None
) -> Threshold:
    """Full marks where the reference misses them with `MISS_PROBABILITY`, none where a model is so much worse.

    Without a baseline that is at `FLOOR_ERRORS` times the reference's distance from 1, or for an error at `FLOOR_TIMES`
    times its error.

    Args:
        figures: that the reference reached, one a seed; at least two.
        metric: accuracy, auc and r2 are 1 at best, those in `ERRORS` are 0 at best.
        rows: on which each was measured; with few seeds they say how far an accuracy can be known.
        baseline: what a much simpler model reaches on the same rows; no better than that earns nothing.
    """
    further = another_run(figures, metric, rows)
    # Runs that differ much bring `full` beyond the floor; then worse would be better.
    if metric in ERRORS:
        full = math.ceil(float(further.isf(MISS_PROBABILITY)) * 1_000) / 1_000
        floor = round(FLOOR_TIMES * mean(figures) if baseline is None else baseline, 3)
        return Threshold(floor=max(floor, full + 0.001), full=full)
    full = math.floor(float(further.ppf(MISS_PROBABILITY)) * 1_000) / 1_000
    floor = round(max(0.0, 1 - FLOOR_ERRORS * (1 - mean(figures)) if baseline is None else baseline), 3)
    return Threshold(floor=min(floor, full), full=full)


def miss_probability(figures: list[float], full: float, metric: str = "accuracy", *, rows: int = 0) -> float:
    """Probability that a further run of the reference misses `full`."""
    further = another_run(figures, metric, rows)
    return round(float(further.sf(full) if metric in ERRORS else further.cdf(full)), 5)


def another_run(figures: list[float], metric: str, rows: int) -> Any:
    """Distribution of what a further run of the reference reaches, as scipy.stats has them.

    With mean m and standard deviation s of n runs it is m + s * sqrt(1 + 1/n) * t, where t has Student's distribution
    with n - 1 degrees of freedom: the prediction interval of a normal variable.

    Fewer than `ENOUGH_RUNS` do not show a spread: with two of them the quantile of t lies 32 deviations away. For a
    share of rows the spread is then that of its measurement, sqrt(p (1 - p) / rows), which is larger than that of
    runs on the same rows, or theirs if it is larger still; and the distribution is normal.
    """
    from scipy.stats import norm, t

    number, middle, spread = len(figures), mean(figures), max(stdev(figures), LEAST_SPREAD)
    widened = (1 + 1 / number) ** 0.5
    if number < ENOUGH_RUNS and rows and metric in SHARES:
        measured = (max(middle * (1 - middle), 0.0) / rows) ** 0.5
        return norm(loc=middle, scale=max(spread, measured) * widened)
    return t(df=number - 1, loc=middle, scale=spread * widened)

"""The calls of fit() -> learning curves with their axes, and the table of figures behind them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, floor, log10

from grader.fields import Figure
from grader.records import Fit

MOST_EPOCHS = 150
"""Points of a curve and rows of the table behind it; of longer training every second, third ... epoch is shown."""


@dataclass(frozen=True)
class Chart:
    """Figures per epoch, to be drawn."""

    metric: str
    description: str
    curves: dict[str, list[Figure]]
    """training and, where there is one, validation."""
    ticks: list[float]
    """Of the upright axis, lowest first; the axis ends with them."""


@dataclass(frozen=True)
class Training:
    """All calls of fit() of one model, one after another."""

    epochs: list[int]
    """Those that are shown, counted from 1."""
    history: dict[str, list[Figure]]
    """Per metric one figure for each of them."""
    charts: list[Chart]
    ticks: list[float]
    """Of the epochs' axis."""
    starts: list[int]
    """The first epoch of every further call."""


def training_view(fits: Sequence[Fit]) -> Training | None:
    """Curves and table of the training; None where no epoch was recorded."""
    names = list(dict.fromkeys(name for fit in fits for name in fit.history))[:12]
    lengths = [max((len(figures) for figures in fit.history.values()), default=0) for fit in fits]
    count = sum(lengths)
    if count == 0:
        return None
    step = ceil(count / MOST_EPOCHS)
    history = {name: joined(name, fits, lengths)[::step] for name in names}
    epochs = list(range(1, count + 1, step))
    metrics = [name for name in names if not name.startswith("val_") and name not in ("lr", "learning_rate")]
    charts = [chart(name, history, epochs) for name in sorted(metrics, key=lambda name: name != "loss")[:2]]
    ticks = [tick for tick in round_numbers(1, count, 10) if tick.is_integer() and 1 <= tick <= epochs[-1]]
    starts = sorted({start + 1 for start in accumulate(lengths) if 0 < start < epochs[-1]})
    return Training(epochs, history, [drawn for drawn in charts if drawn], ticks, starts)


def joined(name: str, fits: Sequence[Fit], lengths: Sequence[int]) -> list[Figure]:
    """A metric over all fits; None where one did not record it."""
    figures: list[Figure] = []
    for fit, length in zip(fits, lengths, strict=True):
        recorded = fit.history.get(name, [])
        figures += [*recorded, *[None] * (length - len(recorded))]
    return figures


def chart(metric: str, history: dict[str, list[Figure]], epochs: list[int]) -> Chart | None:
    """A metric's training and validation figures; None where there is nothing to draw."""
    names = {"training": metric, "validation": f"val_{metric}"}
    curves = {kind: [drawable(figure) for figure in history.get(name, [])] for kind, name in names.items()}
    known = {
        kind: [(epoch, figure) for epoch, figure in zip(epochs, figures, strict=False) if figure is not None]
        for kind, figures in curves.items()
    }
    figures = [figure for points in known.values() for _, figure in points]
    if not figures:
        return None
    shown = {kind: points for kind, points in known.items() if points}
    description = "; ".join(
        f"{kind} from {figure_text(points[0][1])} in epoch {points[0][0]}"
        f" to {figure_text(points[-1][1])} in epoch {points[-1][0]}"
        for kind, points in shown.items()
    )
    return Chart(
        metric, description, {kind: curves[kind] for kind in shown}, round_numbers(min(figures), max(figures), 6)
    )


def drawable(figure: Figure) -> Figure:
    """The figure, unless it is too large to compute an axis for."""
    return figure if figure is not None and abs(figure) < 1e100 else None


def round_numbers(low: float, high: float, most: int) -> list[float]:
    """At least two multiples of 1, 2 or 5 times a power of ten, about `most`, from `low` or below to `high` or above.

    >>> round_numbers(0.21, 0.59, most=6)
    [0.2, 0.3, 0.4, 0.5, 0.6]
    """
    rough = max(high - low, 1e-6 * max(abs(low), abs(high)), 1e-9) / (most - 1)
    power = 10.0 ** floor(log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    first, last = floor(low / step + 1e-6), ceil(high / step - 1e-6)
    return [float(f"{number * step:.10g}") for number in range(first, max(last, first + 1) + 1)]


def figure_text(figure: Figure) -> str:
    """A measured figure with four decimals; "not finite" for NaN and infinity."""
    return "not finite" if figure is None else f"{figure:.4f}" if 0.0001 <= abs(figure) < 1e6 else f"{figure:.4g}"

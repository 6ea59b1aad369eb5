"""A grade and what it rests on -> one HTML page that stands alone: no script, no network, no second file."""

import re
from base64 import b64encode
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from itertools import accumulate, product, zip_longest
from math import ceil, floor, log10
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from grader import __version__
from grader.expect import Missing
from grader.records import (
    Assignment,
    Column,
    DocumentedLayer,
    DocumentedModel,
    Evidence,
    Figure,
    Fit,
    Grade,
    Layer,
    Model,
    Shape,
    Submission,
)
from grader.rubric import ColumnScheme, Rubric

TEMPLATES = Path(__file__).parent / "templates"
TERMINAL_CODES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
OVERWRITTEN = re.compile(r"^.*\r(?=.)", re.MULTILINE)
DIRECTION_CODES = re.compile("[\u202a-\u202e\u2066-\u2069]")
QUOTED = re.compile(r"`([^`\n]+)`")
SHADES = (0.0, 0.02, 0.05, 0.15, 0.5, 1.0)
"""Upper ends of the shares of a row that a shade of the confusion matrix stands for."""
MOST_EPOCHS = 150
"""Points of a curve and rows of the table behind it; of longer training every second, third ... epoch is shown."""


def render_report(
    grade: Grade, evidence: Evidence, submission: Submission, assignment: Assignment, rubric: Rubric
) -> str:
    """The score report of one submission as a page of HTML."""
    model = chosen_model(evidence)
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    template = environment().get_template("report.html")
    return template.render(
        grade=grade,
        evidence=evidence,
        submission=submission,
        assignment=assignment,
        rubric=rubric,
        columns=sheet_columns(grade, rubric),
        submitted_at=in_zone_of(submission.due_at, submission.submitted_at),
        model=model,
        comparison=compare_layers(model, assignment.documented_models),
        training=training_view(model.fits) if model else None,
        confusion=confusion_view(evidence, assignment.task.classes),
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=b64encode(sha256(style.encode()).digest()).decode(),
        version=__version__,
    )


@cache
def environment() -> Environment:
    """The templates, with `clean` applied to every value that they print."""
    jinja = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=lambda value: clean(value) if isinstance(value, str) else value,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    jinja.filters |= {
        "clip": clip,
        "prose": prose,
        "marks": marks_text,
        "shape": shape_text,
        "moment": moment_text,
        "plain": figure_text,
    }
    return jinja


# -- Texts -------------------------------------------------------------------------------------------------------------


def clean(text: str) -> str:
    """The text as a terminal leaves it, without its colours; codes that turn the direction of writing are shown."""
    if isinstance(text, Markup):
        return text
    text = TERMINAL_CODES.sub("", text.replace("\r\n", "\n"))
    text = OVERWRITTEN.sub("", CONTROLS.sub("", text)).replace("\r", "\n")
    return DIRECTION_CODES.sub(lambda code: f"⟨U+{ord(code[0]):04X}⟩", text)


def clip(text: str, characters: int = 300, lines: int = 400) -> str:
    """The beginning of the cleaned text, with a sign where something was left out."""
    whole = clean(text).rstrip()
    start = "\n".join(whole.split("\n", lines)[:lines])[:characters]
    return whole if start == whole else f"{start.rstrip()} … [clipped]"


def prose(text: str, characters: int = 600) -> Markup:
    """A clipped sentence in which `names` between backticks are set as code."""
    return Markup(QUOTED.sub(r"<code>\1</code>", str(escape(clip(text, characters)))))  # noqa: S704 - escaped


def marks_text(marks: float) -> str:
    """2.0 as 2, 1.6667 as 1.67."""
    return f"{round(marks, 2):g}"


def figure_text(figure: Figure) -> str:
    """A measured figure with four decimals; "not finite" for NaN and infinity."""
    return "not finite" if figure is None else f"{figure:.4f}" if 0.0001 <= abs(figure) < 1e6 else f"{figure:.4g}"


def shape_text(shape: Shape | None) -> str:
    """A shape as Keras prints it."""
    return "unknown" if shape is None else str(tuple(shape))


def moment_text(moment: datetime) -> str:
    """Day and time with the name of the time zone."""
    return f"{moment.day} {moment:%B %Y, %H:%M} {moment.tzname() or ''}".rstrip()


def in_zone_of(other: datetime | None, moment: datetime | None) -> datetime | None:
    """The moment on the other's clock, so that the two can be compared by eye."""
    return moment.astimezone(other.tzinfo) if moment and other else moment


# -- Record sheet and network ------------------------------------------------------------------------------------------


def sheet_columns(grade: Grade, rubric: Rubric) -> list[tuple[ColumnScheme, Column]]:
    """The columns that carry marks, in the rubric's order."""
    return [(scheme, grade.columns[scheme.name]) for scheme in rubric.columns]


def chosen_model(evidence: Evidence) -> Model | None:
    """The model that answers the sheet, if there is one."""
    try:
        return evidence.model
    except Missing:
        return None


@dataclass(frozen=True)
class LayerPair:
    """One line of the layer table."""

    layer: Layer | None
    documented: DocumentedLayer | None
    verdict: str
    """same, or in words what differs; empty where the two networks are not compared."""


@dataclass(frozen=True)
class Comparison:
    """The notebook's network beside a documented one."""

    documented: DocumentedModel | None
    alike: bool
    """False where no documented network resembles the notebook's: then the two are only shown."""
    pairs: list[LayerPair]


def compare_layers(model: Model | None, documented: Sequence[DocumentedModel]) -> Comparison:
    """The model beside the documented one that it resembles most, or else beside the default."""
    layers = [layer for layer in model.layers if layer.class_name != "InputLayer"] if model else []
    if not documented:
        return Comparison(None, False, [LayerPair(layer, None, "") for layer in layers])
    alignments = [(*align(layers, other.layers), other) for other in documented]
    likeness, pairs, closest = max(alignments, key=lambda alignment: alignment[0])
    if likeness < 0.5:
        shown = [LayerPair(layer, other, "") for layer, other in zip_longest(layers, documented[0].layers)]
        return Comparison(documented[0], False, shown)
    return Comparison(closest, True, pairs)


def align(layers: Sequence[Layer], documented: Sequence[DocumentedLayer]) -> tuple[float, list[LayerPair]]:
    """The rows with the fewest differences, and how alike that makes the networks: 0 to 1, which is the same.

    Only layers of one class share a row. A row with one layer costs 2, every property that differs costs 1/2.
    """
    rows, columns = len(layers), len(documented)
    costs = {(rows, column): 2.0 * (columns - column) for column in range(columns + 1)}
    costs |= {(row, columns): 2.0 * (rows - row) for row in range(rows + 1)}
    steps = {place: (0, 1) if place[0] == rows else (1, 0) for place in costs}
    for row, column in product(reversed(range(rows)), reversed(range(columns))):
        choices = {(1, 0): 2 + costs[row + 1, column], (0, 1): 2 + costs[row, column + 1]}
        if layers[row].class_name == documented[column].class_name:
            differing = len(differences(layers[row], documented[column]))
            choices = {(1, 1): differing / 2 + costs[row + 1, column + 1], **choices}
        steps[row, column] = min(choices, key=lambda step: choices[step])
        costs[row, column] = choices[steps[row, column]]
    pairs, row, column = [], 0, 0
    while row < rows or column < columns:
        down, across = steps[row, column]
        pairs.append(pair(layers[row] if down else None, documented[column] if across else None))
        row, column = row + down, column + across
    return 1 - costs[0, 0] / max(2 * (rows + columns), 1), pairs


def pair(layer: Layer | None, documented: DocumentedLayer | None) -> LayerPair:
    """A row of two layers of one class, or of one layer without counterpart."""
    if documented is None:
        return LayerPair(layer, None, "only in notebook")
    if layer is None:
        return LayerPair(None, documented, "only in document")
    words = ", ".join(differences(layer, documented))
    return LayerPair(layer, documented, f"differs: {words}" if words else "same")


def differences(layer: Layer, documented: DocumentedLayer) -> list[str]:
    """The properties in which two layers of one class differ."""
    differs = {
        "shape": layer.output_shape is not None and layer.output_shape[1:] != documented.output_shape,
        "activation": documented.activation not in (None, layer.activation),
        "parameters": layer.parameters != documented.parameters,
    }
    return [name for name, holds in differs.items() if holds]


# -- Training and result -----------------------------------------------------------------------------------------------


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


@dataclass(frozen=True)
class TrueClass:
    """One row of the confusion matrix."""

    name: str
    rows: int
    cells: list[tuple[int, int]]
    """Count and shade (0 to 5) per predicted class."""


@dataclass(frozen=True)
class Confusion:
    """The confusion matrix of the most trusted measurement that has one."""

    names: list[str]
    classes: list[TrueClass]
    worst: tuple[int, TrueClass, str] | None
    """The largest mistake: how many rows, their true class, and what they were taken for."""
    rows: int


def confusion_view(evidence: Evidence, names: Sequence[str]) -> Confusion | None:
    """The matrix with names and shades; None where nothing was measured."""
    matrix = next((each.confusion for each in evidence.measurements if each.confusion), None)
    if matrix is None:
        return None
    named = list(names) if len(names) == len(matrix) else [str(number) for number in range(len(matrix))]
    classes = [
        TrueClass(name, sum(counts), [(count, bisect_left(SHADES, count / max(sum(counts), 1))) for count in counts])
        for name, counts in zip(named, matrix, strict=True)
    ]
    mistakes = [
        (count, true, named[column])
        for row, true in enumerate(classes)
        for column, (count, _) in enumerate(true.cells)
        if row != column and count
    ]
    worst = max(mistakes, key=lambda mistake: mistake[0], default=None)
    return Confusion(named, classes, worst, sum(true.rows for true in classes))

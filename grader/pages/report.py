"""A grade and what it rests on -> one HTML page that stands alone: no script, no network, no second file."""

import re
from base64 import b64encode
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from grader.courses.rubric import ColumnScheme, Rubric
from grader.courses.sheet import Assignment
from grader.fields import Shape
from grader.marking.coverage import average
from grader.pages.curves import Training, figure_text, training_view
from grader.pages.harmless import harmless
from grader.pages.layer_table import Comparison, compare_layers
from grader.records import Choice, Claim, Column, Evidence, Fit, Grade, Measurement, Model, Submission, WrittenAnswer
from grader.version import __version__

TEMPLATES = Path(__file__).parent / "templates"
TERMINAL_CODES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
OVERWRITTEN = re.compile(r"^.*\r(?=.)", re.MULTILINE)
DIRECTION_CODES = re.compile("[\u202a-\u202e\u2066-\u2069]")
QUOTED = re.compile(r"`([^`\n]+)`")
WRITTEN = "written-answers"
"""The criterion of the rubric."""
SHADES = (0.0, 0.02, 0.05, 0.15, 0.5, 1.0)
"""Upper ends of the shares of a row that a shade of the confusion matrix stands for."""


def render_report(
    grade: Grade, evidence: Evidence, submission: Submission, assignment: Assignment, rubric: Rubric
) -> str:
    """The score report of one submission as a page of HTML."""
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
        parts=network_parts(evidence, assignment),
        told=claims_view(evidence.claims),
        suggested=suggested_mark(evidence.answers, rubric),
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
        "harmless": harmless,
        "clip": clip,
        "prose": prose,
        "marks": marks_text,
        "shape": shape_text,
        "moment": moment_text,
        "plain": figure_text,
        "claimed": claimed_text,
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


def claimed_text(value: float, metric: str) -> str:
    """A figure of that metric, printed or found: parameters are counted."""
    return f"{value:,.0f}" if metric == "parameters" else figure_text(value)


def shape_text(shape: Shape | None) -> str:
    """A shape as Keras prints it."""
    return "unknown" if shape is None else str(tuple(shape))


def moment_text(moment: datetime) -> str:
    """Day and time with the name of the time zone."""
    return f"{moment.day} {moment:%B %Y, %H:%M} {moment.tzname() or ''}".rstrip()


def in_zone_of(other: datetime | None, moment: datetime | None) -> datetime | None:
    """The moment on the other's clock, so that the two can be compared by eye."""
    return moment.astimezone(other.tzinfo) if moment and other else moment


# -- Record sheet ------------------------------------------------------------------------------------------------------


def sheet_columns(grade: Grade, rubric: Rubric) -> list[tuple[ColumnScheme, Column]]:
    """The columns that carry marks, in the rubric's order."""
    return [(scheme, grade.columns[scheme.name]) for scheme in rubric.columns]


def suggested_mark(answers: Sequence[WrittenAnswer], rubric: Rubric) -> tuple[float, float] | None:
    """Marks for the written answers by their key ideas, and out of how many; None where nothing is known of these."""
    share = average(answers)
    marks = [each.marks for column in rubric.columns for each in column.criteria if each.id == WRITTEN]
    return (share * marks[0], marks[0]) if share is not None and marks else None


# -- Networks ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class NetworkPart:
    """What the report says of one network of the sheet."""

    suffix: str
    """Of the page's anchors; empty where the sheet asks for one network."""
    title: str
    """Likewise."""
    choice: Choice
    model: Model | None
    comparison: Comparison
    training: Training | None
    confusion: "Confusion | None"

    @property
    def fits(self) -> list[Fit]:
        """Its trainings."""
        return self.model.fits if self.model else []


def network_parts(evidence: Evidence, assignment: Assignment) -> list[NetworkPart]:
    """One part for each network of the sheet."""
    several = len(assignment.networks) > 1
    return [
        NetworkPart(
            suffix=f"-{number}" if several else "",
            title=network.heading if several else "",
            choice=own.choice,
            model=own.chosen,
            comparison=compare_layers(own.chosen, network.documented_models),
            training=training_view(own.chosen.fits) if own.chosen else None,
            confusion=confusion_view(own.choice.measurements, assignment.task.classes),
        )
        for number, network in enumerate(assignment.networks, start=1)
        for own in [evidence.of(network.name)]
    ]


# -- Claims ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """The figures that the saved outputs hold."""

    compared: list[Claim]
    """Those that differ first."""
    left: list[tuple[str, list[Claim]]]
    """Those that cannot be compared, by the reason."""


def claims_view(claims: Sequence[Claim]) -> Told:
    """The claims in the order in which a reader needs them."""
    compared = [claim for claim in claims if claim.outcome != "not_compared"]
    left: dict[str, list[Claim]] = {}
    for claim in claims:
        if claim.outcome == "not_compared":
            left.setdefault(claim.because, []).append(claim)
    return Told(sorted(compared, key=lambda claim: claim.outcome != "differs"), list(left.items()))


# -- Confusion matrix --------------------------------------------------------------------------------------------------


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


def confusion_view(measurements: Sequence[Measurement], names: Sequence[str]) -> Confusion | None:
    """The matrix with names and shades; None where nothing was measured."""
    matrix = next((each.confusion for each in measurements if each.confusion), None)
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

"""A folder of results -> index.html, the class on one page, and similarity.html, which of its submissions are alike."""

from base64 import b64encode
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from statistics import median
from urllib.parse import quote

from markupsafe import Markup

from grader.courses.course import Course, bundled
from grader.courses.rubric import Rubric
from grader.courses.sheet import Assignment
from grader.errors import TeacherError
from grader.pages.class_charts import CheckRate, Histogram, Point, Scatter, check_rates, histogram, scatters
from grader.pages.report import TEMPLATES, environment
from grader.pages.results import Result, read_result, result_folders
from grader.records import CheckResult, Column, Grade, Total
from grader.similar.passages import common_excerpts, shown_groups
from grader.similar.similarity import Similarity, Work, compare, given_out, read_work
from grader.version import __version__
from grader.writing import write_whole

METRICS = {"accuracy": "accuracy", "r2": "R²"}
"""Results that are drawn: of them the first that was measured; higher is better."""
RUN_FLAGS = {
    "errors": "Finished with errors",
    "died": "The kernel died",
    "limit": "Stopped at a limit",
    "not_started": "Not started",
}
ALIKE = "Similar code"


@dataclass(frozen=True)
class Remark:
    """Something in a submission for a person to look at."""

    label: str
    detail: str
    link: str = ""


@dataclass(frozen=True)
class Row:
    """One submission in the class."""

    student: str
    folder: str
    columns: Mapping[str, Column]
    total: Total
    remarks: list[Remark]
    points: list[Point]
    checks: list[CheckResult]

    @property
    def link(self) -> str:
        """Address of its report, seen from the class page."""
        return report_link(self.folder)


@dataclass(frozen=True)
class Part:
    """The class in one assignment: what the page shows of it."""

    suffix: str
    """Of the page's anchors; empty where there is one assignment."""
    assignment: Assignment
    rubric: Rubric
    rows: list[Row]
    """By name."""
    histogram: Histogram
    rates: list[CheckRate]
    scatters: list[Scatter]
    similarity: Similarity

    @property
    def labels(self) -> list[tuple[str, int]]:
        """What there is to look at, and in how many submissions."""
        counts = Counter(label for row in self.rows for label in {remark.label for remark in row.remarks})
        return sorted(counts.items(), key=lambda item: (-item[1], item[0]))

    @property
    def median(self) -> float:
        """Of the totals, as far as they are decided."""
        return median(row.total.marks for row in self.rows)

    @property
    def still_open(self) -> int:
        """Submissions with marks that are open."""
        return sum(row.total.pending > 0 for row in self.rows)

    @property
    def points(self) -> list[Point]:
        """All results."""
        return [point for row in self.rows for point in row.points]


@dataclass
class Class:
    """What was read of the results to one assignment."""

    assignment: Assignment
    rows: list[Row] = field(default_factory=list)
    works: list[Work] = field(default_factory=list)


def write_class(out: Path, course: Course | None = None) -> Path:
    """Write index.html and similarity.html into a folder of results, from its grade.json and evidence.json files.

    Raises:
        TeacherError: nothing was graded into `out`, or nothing of it can be read.
    """
    course = course or Course(bundled())
    classes, problems = read_classes(out, course)
    if not classes:
        raise TeacherError(problems[0])
    several = len(classes) > 1
    parts = [
        part_of(classes[name], course, f"-{number}" if several else "")
        for number, name in enumerate(sorted(classes), 1)
    ]
    similar = [(part, shown_groups(part.similarity), common_excerpts(part.similarity)) for part in parts]
    write_whole(out / "similarity.html", render("similarity.html", similar=similar).encode())
    write_whole(out / "index.html", render("class.html", parts=parts, problems=problems).encode())
    return out / "index.html"


def read_classes(out: Path, course: Course) -> tuple[dict[str, Class], list[str]]:
    """The results by assignment, and why others are not among them."""
    classes: dict[str, Class] = {}
    problems: list[str] = []
    for folder in result_folders(out):
        try:
            result = read_result(folder)
            name = result.grade.assignment
            if name not in classes:
                classes[name] = Class(course.assignment(name))
        except TeacherError as error:  # one damaged folder is no reason to show no class
            problems.append(str(error))
            continue
        classes[name].rows.append(row_of(result, classes[name].assignment))
        submission = folder / "submission.ipynb"
        if submission.is_file():
            classes[name].works.append(read_work(submission, result.grade.student))
    return classes, problems


def render(template: str, **given: object) -> str:
    """A page that stands alone: its style and its script are inside, and their digests in its policy."""
    style, script = ("".join(text(name) for name in names) for names in (("style.css", "class.css"), ("class.js",)))
    return (
        environment()
        .get_template(template)
        .render(
            style=Markup(style),  # noqa: S704 - our own file
            script=Markup(script),  # noqa: S704 - likewise
            style_hash=digest(style),
            script_hash=digest(script),
            version=__version__,
            report_link=report_link,
            **given,
        )
    )


def text(name: str) -> str:
    """A file beside the templates."""
    return (TEMPLATES / name).read_text(encoding="utf-8")


def digest(text: str) -> str:
    """As a page's policy wants it."""
    return b64encode(sha256(text.encode()).digest()).decode()


def report_link(folder: str) -> str:
    """Address of the report in a student's folder, seen from the class page."""
    return f"{quote(folder)}/report.html"


# -- Rows --------------------------------------------------------------------------------------------------------------


def row_of(result: Result, assignment: Assignment) -> Row:
    """What the class page shows of a submission."""
    grade = result.grade
    return Row(
        student=grade.student,
        folder=result.folder.name,
        columns=grade.columns,
        total=grade.total,
        remarks=remarks_on(grade),
        points=points_of(result, assignment),
        checks=[check for column in grade.columns.values() for each in column.criteria for check in each.checks],
    )


def remarks_on(grade: Grade) -> list[Remark]:
    """How the run ended if not well, what the grader flagged, and the criteria that their checks left open."""
    status = RUN_FLAGS.get(grade.run.status)
    undecided = [
        Remark(f"Undecided: {criterion.id}", f"{criterion.title}. Found: {criterion.found}")
        for column in grade.columns.values()
        for criterion in column.criteria
        if criterion.outcome == "pending" and criterion.checks and criterion.out_of
    ]
    flagged = [Remark(flag.title, flag.detail) for flag in grade.flags]
    return [*([Remark(status, "See the run log in the report.")] if status else []), *flagged, *undecided]


def points_of(result: Result, assignment: Assignment) -> list[Point]:
    """The measured result of each network of the sheet, by the most trusted measurement."""
    models = {model.id: model for model in result.evidence.models}
    titles = {network.name: network.heading for network in assignment.networks}
    found = []
    for choice in result.evidence.choices:
        model = models.get(choice.model or "")
        best = choice.measurements[0] if choice.measurements else None
        metric = next((name for name in METRICS if best and name in best.metrics), None)
        if model is None or best is None or metric is None:
            continue
        found.append(
            Point(
                student=result.grade.student,
                link=report_link(result.folder.name),
                network=titles.get(choice.network, choice.network),
                metric=METRICS[metric],
                value=best.metrics[metric],
                parameters=model.parameters,
                seconds=sum(fit.seconds for fit in model.fits),
                is_sealed=best.tier == "sealed",
            )
        )
    return found


def part_of(found: Class, course: Course, suffix: str) -> Part:
    """The class in one assignment."""
    assignment = found.assignment
    similarity = compare(found.works, given_out(course, assignment.name))
    rows = with_groups(found.rows, similarity, suffix)
    points = [point for row in rows for point in row.points]
    rubric = course.rubric(assignment)
    return Part(
        suffix=suffix,
        assignment=assignment,
        rubric=rubric,
        rows=rows,
        histogram=histogram([(row.total.marks, row.total.pending > 0) for row in rows], rubric.out_of),
        rates=check_rates(check for row in rows for check in row.checks),
        scatters=scatters(points, [network.heading for network in assignment.networks]),
        similarity=similarity,
    )


def with_groups(rows: Sequence[Row], similarity: Similarity, suffix: str) -> list[Row]:
    """The rows, by name, where those whose code is like another's say in which group."""
    numbers = {work.folder: number for number, group in enumerate(similarity.groups, start=1) for work in group.members}
    marked = []
    for row in sorted(rows, key=lambda row: (row.student.casefold(), row.folder)):
        if number := numbers.get(row.folder):
            link = f"similarity.html#group{suffix}-{number}"
            remark = Remark(ALIKE, f"Group {number} of the page on similarity: for a person to look at.", link)
            row = Row(**{**vars(row), "remarks": [*row.remarks, remark]})
        marked.append(row)
    return marked

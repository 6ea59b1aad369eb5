"""The calibrations of a course -> a table of every network of the documents: what it should reach, and what it does."""

from collections.abc import Iterator
from statistics import mean, stdev

from grader.courses.course import Course
from grader.courses.reference import Calibration, System
from grader.courses.sheet import Assignment, DocumentedModel

HEADINGS = (
    "assignment",
    "network",
    "parameters",
    "epochs",
    "document",
    "reached here",
    "full marks",
    "seconds",
    "runs",
)
INTRODUCTION = """# The networks of the course documents

`grader calibrate` writes this page. It trains each network of the documents as they do, in the sandbox, and measures it
on test rows that the notebook never saw. *Document* is what the course document reports, on its own test rows. *Reached
here* is the mean and the standard deviation over the runs. *Full marks* is where marks for the result are full: the
reference itself, with another seed, misses it with a probability of 0.01. *Seconds* are those of the
quickest training, on the machine named below, which may have been busy.
"""


def write_references(course: Course) -> None:
    """Write docs/references.md in the course's folder."""
    path = course.folder / "docs" / "references.md"
    path.parent.mkdir(exist_ok=True)
    path.write_text(render_references(course), encoding="utf-8")


def render_references(course: Course) -> str:
    """The page, from what is recorded on real data."""
    rows, places = [], []
    for name in course.names:
        assignment = course.assignment(name)
        entries = [entry for entry in course.calibrations(assignment) if not entry.stand_in]
        rows += [row for entry in entries for row in rows_of(entry, assignment, course)]
        places += [place(entry, assignment) for entry in entries]
    lines = [INTRODUCTION, table_row(HEADINGS), table_row(["---"] * len(HEADINGS)), *map(table_row, rows), ""]
    return "\n".join([*lines, "Measured on:", "", *places]) + "\n"


def rows_of(entry: Calibration, assignment: Assignment, course: Course) -> Iterator[list[str]]:
    """A row for each network of a calibrated notebook."""
    solutions = course.reference(assignment).solutions
    solution = next((each for each in solutions if each.notebook == entry.notebook), None)
    for system in solution.systems if solution else []:
        if system.model in entry.systems:
            yield row_of(entry, system, assignment, course.documented(assignment)[system.model])


def row_of(entry: Calibration, system: System, assignment: Assignment, known: DocumentedModel) -> list[str]:
    """One network: what it should reach and what it does."""
    runs = [run.systems[system.model] for run in entry.own_runs]
    reached = entry.systems[system.model]
    return [
        assignment.name,
        f"{system.model}: {known.title}",
        f"{reached.parameters:,}",
        str(known.epochs),
        listed({metric: f"{value:.4f}" for metric, value in system.figures.items()}),
        listed({metric: spread([run.metrics[metric] for run in runs]) for metric in runs[0].metrics}),
        listed({metric: f"{marks.full:.3f}" for metric, marks in reached.thresholds.items()}),
        f"{min(run.seconds for run in runs):.0f}",
        str(len(runs)),
    ]


def spread(figures: list[float]) -> str:
    """Mean and standard deviation; a single figure has none."""
    return f"{mean(figures):.4f}" + (f" ± {stdev(figures):.4f}" if len(figures) > 1 else "")


def listed(figures: dict[str, str]) -> str:
    """In words: accuracy 0.9031, loss 0.2606."""
    return ", ".join(f"{metric} {figure}" for metric, figure in figures.items()) or "none"


def place(entry: Calibration, assignment: Assignment) -> str:
    """Data, machine, date and versions of a calibration, and what it reaches with other sealed rows."""
    last = max(entry.runs, key=lambda run: run.measured_on)
    versions = ", ".join(f"{name} {version}" for name, version in last.versions.items())
    seeds = ", ".join(str(run.seed) for run in entry.own_runs)
    data = f"data set {assignment.task.dataset}, fingerprint {entry.data[:12]}"
    return (
        f"- {assignment.name}, `{entry.notebook}`: {data}; seeds {seeds}; {last.measured_on}; {last.machine}; "
        f"{versions}{elsewhere(entry)}"
    )


def elsewhere(entry: Calibration) -> str:
    """What the networks reach where other rows than the course's are sealed; the rows differ much in small sets."""
    others = [run.systems for run in entry.runs if run.sealed_seed is not None]
    words = ""
    for name in others[0] if others else []:
        runs = [systems[name].metrics for systems in others]
        figures = {metric: spread([metrics[metric] for metrics in runs]) for metric in runs[0]}
        words += f". With {len(others)} other choices of sealed rows, `{name}` reaches {listed(figures)}"
    return words


def table_row(cells: list[str] | tuple[str, ...]) -> str:
    """A row of a Markdown table."""
    return f"| {' | '.join(cells)} |"

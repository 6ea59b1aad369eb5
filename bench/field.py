"""Grades every notebook in a folder, and says of how many the grader can tell what they are worth.

    python -m tests.samples FOLDER            # writes our own samples, with what is expected of each
    python bench/field.py FOLDER [--assignment NAME] [--budget 20] [--data real] [NAME-PART ...]

The assignment of a notebook is the name of a folder that it lies in, or `--assignment`. Its row in the table says

- whether it *ran to its last cell*: no cell raised, none was skipped;
- whether it *lost only cells that do not concern the model*. Of a cell that raised, the statement that did and all
  below it are lost; of one that was skipped, everything. What is lost concerns the model if the cells in which the
  chosen model was built and trained depend on it, directly or through others: it defines or changes a name that they
  use, or it builds or trains the model itself (`dataflow.py` reads this from the code). It also concerns the model if
  it builds or trains anything while the sheet still lacks a network or the chosen model was never trained, unless it
  speaks of another assignment's data set alone. Where no model was chosen, every cell does;
- whether its *accuracy comes from the sealed rows*: each model that answers a network of the sheet has such a result,
  and there is at least one;
- whether it is *pending for a person*: the grader could not measure, or lacks a module, and no marks are lost.

Every notebook that falls short gets a line, with its cell and error or the reason why nothing sealed was measured.
Beside a notebook may lie `NAME.expected.json`, as `tests.samples` writes it. Then the shares are also given of those
that a patient person could get to run, and how often the model is the one that a person would choose. It leaves with
1 where a notebook has no report, or a figure of the samples falls below `LEAST`.
"""

import argparse
import json
import re
import statistics
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dataflow import behind, lost_from

from grader.courses.course import Course, bundled
from grader.pipeline import Desk, grade_notebook, open_desk
from grader.records import CellRun, Evidence, Model
from grader.running import wall
from grader.submissions.collect import code_sources, collect

ENDINGS = {".ipynb", ".py", ".txt"}
BUILDS = re.compile(r"\bSequential\s*\(|\bModel\s*\(|\.(fit|compile|fit_generator|add)\s*\(")
DATA_SETS = {
    "boston": re.compile(r"boston|housing", re.IGNORECASE),
    "imdb": re.compile(r"imdb", re.IGNORECASE),
    "fashion-mnist": re.compile(r"fashion.?mnist", re.IGNORECASE),
    "mnist": re.compile(r"(?<!fashion.)(?<!fashion)mnist", re.IGNORECASE),
    "cifar10": re.compile(r"cifar", re.IGNORECASE),
}
PARTICULARS = re.compile(r"`[^`]*`|'[^']*'|\"[^\"]*\"|\([^)]*\)|\d[\d.,]*")
"""What differs between two notebooks that fall short for the same reason."""
LEAST = {"ran or lost only unconcerned cells": 0.95, "accuracy from the sealed rows": 0.90, "the right model": 0.97}


@dataclass
class Row:
    """What became of one notebook."""

    path: Path
    expected: dict[str, Any] | None
    seconds: float = 0
    failure: str = ""
    """Of the grader; then there is no report."""
    ran: bool = False
    concerned: list[CellRun] = field(default_factory=list)
    """Lost cells that concern the model."""
    unconcerned: list[CellRun] = field(default_factory=list)
    sealed: bool = False
    pending: bool = False
    why: str = ""
    """There is no sealed measurement."""
    right: bool | None = None
    """The model is the expected one; None where nothing is expected."""
    chosen: str = ""

    @property
    def lost(self) -> list[CellRun]:
        """Cells that raised or were skipped, or never ran."""
        return [*self.concerned, *self.unconcerned]

    @property
    def kept(self) -> bool:
        """Ran to its last cell, or lost only cells that do not concern the model."""
        return not self.failure and (self.ran or (bool(self.unconcerned) and not self.concerned))

    def expects(self, what: str) -> bool:
        """Whether that is expected of it; of a notebook without expectations everything is."""
        return self.expected is None or bool(self.expected[what])


def grade(path: Path, desk: Desk, out: Path) -> Row:
    """Grade a notebook and look at what is known then."""
    beside = path.with_name(f"{path.name}.expected.json")
    row = Row(path, json.loads(beside.read_text()) if beside.exists() else None)
    started = time.perf_counter()
    try:
        folder = grade_notebook(path, desk, out).folder
        evidence = Evidence.model_validate_json((folder / "evidence.json").read_text())
        if not (folder / "report.html").stat().st_size:
            row.failure = "the report is empty"
    except Exception:  # A fault of the grader's is what is looked for here, whatever it raises.
        row.failure = traceback.format_exc().strip().splitlines()[-1][:300]
        return row
    finally:
        row.seconds = time.perf_counter() - started
    judge(row, evidence, code_sources(collect(path, desk.assignment.name, None, None, None).notebook))
    return row


def judge(row: Row, evidence: Evidence, sources: list[str]) -> None:
    """Fill in the row from the evidence; `sources` are the code cells."""
    row.ran = evidence.run.status == "finished"
    lost = [cell for cell in evidence.cells if cell.status != "ok"]
    concerned = concerning(evidence, dict(enumerate(sources, start=1)), lost)
    row.concerned = [cell for cell in lost if cell.number in concerned]
    row.unconcerned = [cell for cell in lost if cell.number not in concerned]
    answered = [choice for choice in evidence.choices if choice.model]
    lacking = [each for each in answered if not any(found.tier == "sealed" for found in each.measurements)]
    row.sealed = bool(answered) and not lacking
    row.pending = not row.sealed and bool(
        evidence.run.missing_modules or any(each.left_to_a_person for each in lacking)
    )
    reasons = [each.not_measured_because or f"{each.model} was never trained" for each in lacking]
    row.why = " ".join(reasons) or ("" if answered else evidence.run.sentence)
    if row.expected is not None:
        row.right = is_right(row.expected["chosen"], evidence)
    row.chosen = ", ".join(f"{each.network}: {called(of(evidence, each.model))}" for each in evidence.choices)


def concerning(evidence: Evidence, sources: dict[int, str], lost: list[CellRun]) -> set[int]:
    """Numbers of the lost cells that concern the chosen models, as the page above defines it."""
    models = [model for choice in evidence.choices if (model := of(evidence, choice.model))]
    if not models:
        return {cell.number for cell in lost}
    # A lost cell counts as two: what of it ran, and what was lost.
    parts = {2 * number: source for number, source in sources.items()}
    for cell in lost:
        line = cell.error.line if cell.error and cell.status == "error" else None
        parts[2 * cell.number], parts[2 * cell.number + 1] = lost_from(sources[cell.number], line)
    roots = {2 * cell for model in models for cell in (model.cell, *(fit.cell for fit in model.fits)) if cell}
    found = behind(dict(sorted(parts.items())), roots, {model.variable for model in models if model.variable})
    if len(models) < len(evidence.choices) or not all(model.fits or model.updates for model in models):
        own = evidence.data.name
        found |= {number for number, source in parts.items() if BUILDS.search(source) and speaks_of(source) <= {own}}
    return {cell.number for cell in lost if 2 * cell.number + 1 in found}


def speaks_of(source: str) -> set[str]:
    """The data sets that a cell names."""
    return {name for name, words in DATA_SETS.items() if words.search(source)}


def of(evidence: Evidence, model_id: str | None) -> Model | None:
    """The model of that id."""
    return next((model for model in evidence.models if model.id == model_id), None)


def called(model: Model | None) -> str:
    """A model in words."""
    return "none" if model is None else f"{model.variable or model.id} ({model.parameters:,} parameters)"


def is_right(expected: Any, evidence: Evidence) -> bool:
    """Whether each network of the sheet has the model that a person would choose, or none where there is none."""
    networks = [choice.network for choice in evidence.choices]
    wanted = expected if isinstance(expected, dict) else dict.fromkeys(networks, expected)
    for choice in evidence.choices:
        model, names = of(evidence, choice.model), wanted.get(choice.network)
        names = names if isinstance(names, list) else [names]
        if (model is None and names != [None]) or (model and not {model.variable, model.parameters} & set(names)):
            return False
    return True


# -- The table ---------------------------------------------------------------------------------------------------------


def table(rows: list[Row]) -> tuple[str, bool]:
    """The table as text, and whether all that is expected holds."""
    people = [row for row in rows if row.expects("runs")]
    figures = [
        ("ran to the last cell", rows, lambda row: row.ran),
        ("lost only cells that do not concern the model", rows, lambda row: not row.ran and row.kept),
        ("accuracy from the sealed rows", rows, lambda row: row.sealed),
        ("pending for a person", rows, lambda row: row.pending),
        ("no report", rows, lambda row: bool(row.failure)),
    ]
    lines = [f"of all {len(rows)} notebooks", *(line(*each) for each in figures)]
    good = not any(row.failure for row in rows)
    if known := [row for row in rows if row.expected is not None]:
        held = [
            ("ran or lost only unconcerned cells", people, lambda row: row.kept),
            ("accuracy from the sealed rows", [row for row in people if row.expects("sealed")], lambda row: row.sealed),
            ("the right model", known, lambda row: bool(row.right)),
        ]
        lines += [f"of the {len(people)} that a patient person could get to run", *(line(*each) for each in held)]
        good = good and all(share(of_rows, holds) >= LEAST[name] for name, of_rows, holds in held)
    seconds = [row.seconds for row in rows]
    lines.append(
        f"seconds: {sum(seconds):.0f} in all, median {statistics.median(seconds):.1f}, most {max(seconds):.1f}"
    )
    return "\n".join([*lines, *reasons(rows), *shortfalls(rows)]), good


def share(rows: list[Row], holds: Callable[[Row], bool]) -> float:
    """Of the rows for which it holds."""
    return sum(map(holds, rows)) / len(rows) if rows else 1.0


def line(name: str, rows: list[Row], holds: Callable[[Row], bool]) -> str:
    """A line of the table."""
    least = f"  (at least {LEAST[name]:.0%})" if name in LEAST else ""
    return f"  {name:48}{sum(map(holds, rows)):4} of {len(rows):3}  {share(rows, holds):7.1%}{least}"


def reasons(rows: Iterable[Row]) -> list[str]:
    """How many notebooks fell short for each reason."""
    counts: Counter[str] = Counter()
    for row in rows:
        if row.failure:
            counts[f"grader: {row.failure}"] += 1
        counts.update(f"cell: {error_of(cell).partition(':')[0]}" for cell in row.concerned[:1])
        if row.why:
            counts[f"sealed: {PARTICULARS.sub('..', row.why)[:110]}"] += 1
    return ["reasons", *(f"  {count:4}  {reason}" for reason, count in counts.most_common())] if counts else []


def error_of(cell: CellRun) -> str:
    """Why a cell was lost."""
    return f"{cell.error.kind}: {cell.error.message[:160]}" if cell.error else cell.status


def shortfalls(rows: Iterable[Row]) -> list[str]:
    """A line for each thing that a notebook falls short in."""
    lines = []
    for row in rows:
        name = f"  {row.path.parent.name}/{row.path.name}"
        if row.failure:
            lines.append(f"{name}: no report: {row.failure}")
        lines += [f"{name}: cell {cell.number}: {error_of(cell)}" for cell in row.concerned[:1]]
        if not row.sealed and row.expects("sealed") and not row.failure:
            lines.append(f"{name}: not sealed: {row.why[:300]}")
        if row.right is False and row.expected:
            lines.append(f"{name}: expected {row.expected['chosen']}, chosen {row.chosen}")
    return ["falling short", *lines] if lines else []


def assignment_of(path: Path, root: Path, names: list[str]) -> str | None:
    """The assignment whose name a folder bears in which the notebook lies, the nearest first."""
    folders = [path.parent, *path.parent.parents]
    inside = folders[: folders.index(root) + 1]
    return next((name for each in inside for name in names if each.name.replace("_", "-").lower() == name), None)


def main() -> None:
    """Print the table, a line for each notebook as it is graded before it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("only", nargs="*", metavar="NAME-PART", help="only notebooks whose path contains one of these")
    parser.add_argument("--assignment", choices=Course(bundled()).names)
    parser.add_argument("--budget", type=float, default=20, help="seconds of training for each notebook (20)")
    parser.add_argument("--data", choices=["real", "stand-in", "any"], default="any")
    asked = parser.parse_args()
    root = asked.folder.resolve()
    grouped: dict[str, list[Path]] = {}
    for path in sorted(path for path in root.rglob("*") if path.suffix in ENDINGS and path.is_file()):
        name = asked.assignment or assignment_of(path, root, Course(bundled()).names)
        if name and (not asked.only or any(part in str(path.relative_to(root)) for part in asked.only)):
            grouped.setdefault(name, []).append(path)
    if not grouped:
        sys.exit(f"Expected notebooks in folders that are named after an assignment. Found none in {root}.")
    rows = []
    for name, paths in grouped.items():
        desk_for = open_desk(None, name, wall.best_here(), budget=asked.budget, data=asked.data)
        with desk_for as desk, tempfile.TemporaryDirectory() as out:
            for number, path in enumerate(paths):
                row = grade(path, desk, Path(out) / str(number))
                rows.append(row)
                said = "ran" if row.ran else "kept its model" if row.kept else "fell short"
                known = "sealed" if row.sealed else "pending" if row.pending else "not measured"
                print(f"{name:14} {path.name:50} {row.seconds:6.1f} s  {said}, {known}", flush=True)
    text, good = table(rows)
    print(text)
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()

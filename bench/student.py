"""How soon a student hears what, and whether each visible check says beforehand what grading says.

    .venv/bin/python bench/student.py                    # the file alone: seconds for a notebook of 60 cells
    .venv/bin/python bench/student.py FOLDER --assignment mnist --budget 20     # checked, and graded, and compared

FOLDER holds notebooks, for example what `python -m tests.samples DIR` writes. Both runs train for the same seconds.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from statistics import median

import nbformat

from grader.pipeline import examine, open_desk
from grader.records import CheckResult
from grader.running import wall
from grader.student import trial
from grader.student.check import open_case

CELLS = 60
TIMES = 5
CELL = """
import numpy as np
rows_{0} = np.arange({0} + 10).reshape(-1, 1)
for row in rows_{0}[:3]:
    print("row", row.sum(), row.mean())
table_{0} = [[column * {0} for column in range(5)] for _ in range(5)]
"""


def seconds_at_once() -> float:
    """Median seconds of `grader check --no-run` on a notebook of CELLS cells, the start of Python included."""
    cells = [nbformat.v4.new_code_cell(CELL.format(number)) for number in range(CELLS - 1)]
    cells.append(nbformat.v4.new_code_cell("import keras\nmodel = keras.Sequential([keras.layers.Dense(10)])"))
    taken = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "mine.ipynb"
        nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
        for _ in range(TIMES):
            started = time.perf_counter()
            words = [sys.executable, "-m", "grader", "check", str(path), "--assignment", "mnist", "--no-run"]
            subprocess.run(words, stdout=subprocess.DEVNULL, check=False)  # noqa: S603 - our own program
            taken.append(time.perf_counter() - started)
    return median(taken)


def outcomes(results: list[CheckResult]) -> dict[str, str]:
    """Of the visible checks."""
    return {result.id: result.status for result in results if result.visibility == "visible"}


def compare(folder: Path, name: str, budget: float) -> None:
    """Check and grade each notebook, and print where the two differ."""
    paths = sorted(path for path in folder.iterdir() if path.suffix in {".ipynb", ".py", ".txt"})
    checks, wrong = 0, 0
    with (
        open_desk(None, name, wall.best_here(), budget=budget) as desk,
        trial.desk_for(open_case(paths[0], None, name), budget) as own_desk,
    ):
        for path in paths:
            case = open_case(path, None, name)
            own = outcomes(trial.results_of(case, trial.evidence_of(case, own_desk, None)).all)
            graded = outcomes(examine(case.collected, replace(desk, limits=own_desk.limits), None)[1])
            differing = [
                f"{check}: {own[check]}, graded {graded[check]}" for check in own if own[check] != graded[check]
            ]
            checks, wrong = checks + len(own), wrong + len(differing)
            print(f"{path.name}: {len(own) - len(differing)} of {len(own)} alike. {'; '.join(differing)}", flush=True)
    print(f"{name}: {checks - wrong} of {checks} visible checks of {len(paths)} notebooks end as in grading")


parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("folder", type=Path, nargs="?")
parser.add_argument("--assignment", default="mnist")
parser.add_argument("--budget", type=float, default=20)

if __name__ == "__main__":
    given = parser.parse_args()
    if given.folder:
        compare(given.folder, given.assignment, given.budget)
    else:
        print(f"{seconds_at_once():.2f} s for what the file of a notebook with {CELLS} cells shows")

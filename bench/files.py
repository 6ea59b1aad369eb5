"""What looking up files adds to a notebook that asks for none, and what an export costs that is made or already there.

    python bench/files.py [--runs N]

The same notebook runs in turn without a shelf and with the largest sheet's. Then a table of the stand-in digits is
asked for twice: the first time the host makes it.
"""

import argparse
import json
import shutil
import statistics
import sys
import time

import nbformat

from grader.pipeline import Desk, open_desk
from grader.running import wall
from grader.running.cells import code_cells
from grader.running.execute import execute
from grader.running.files import shelf_for

MOST_SECONDS = 0.3
PLAIN = ("import numpy as np, pandas as pd, keras", "open('x.txt', 'w').write('1')\nopen('x.txt').read()")
ASKING = ("import pandas as pd\npd.read_csv('../input/mnist_train.csv').shape",)


def seconds(desk: Desk, cells: tuple[str, ...], *, with_shelf: bool) -> float:
    """What running these cells takes from the kernel's start to its end."""
    notebook: nbformat.NotebookNode = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(cell) for cell in cells]
    for number, cell in enumerate(code_cells(notebook), start=1):
        cell.id = f"cell-{number}"
    started = time.perf_counter()
    shelf = shelf_for(desk.assignment.files, "\n".join(cells), desk.served, None) if with_shelf else None
    recording = execute(notebook, {}, desk.sandbox, desk.limits, shelf=shelf)
    if recording.run.status != "finished":
        sys.exit(recording.run.sentence)
    return time.perf_counter() - started


def main() -> None:
    """Print the figures, and leave with 1 where the bound is passed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=10)
    runs = parser.parse_args().runs
    with open_desk(None, "mnist", wall.best_here(), data="stand-in") as desk:
        seconds(desk, PLAIN, with_shelf=False)
        pairs = [tuple(seconds(desk, PLAIN, with_shelf=shelf) for shelf in (False, True)) for _ in range(runs)]
        shutil.rmtree(desk.served.folder / "files", ignore_errors=True)
        first, again = (seconds(desk, ASKING, with_shelf=True) for _ in range(2))
    added = statistics.median(with_shelf - without for without, with_shelf in pairs)
    facts = {
        "runs": runs,
        "without_seconds": round(statistics.median(without for without, _ in pairs), 3),
        "added_seconds": round(added, 3),
        "added_bound": MOST_SECONDS,
        "table_made_seconds": round(first, 3),
        "table_there_seconds": round(again, 3),
    }
    print(json.dumps(facts, indent=1))
    sys.exit(0 if added <= MOST_SECONDS else 1)


if __name__ == "__main__":
    main()

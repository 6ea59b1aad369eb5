"""What grading adds to a light notebook's own cells, against plain nbclient in the same run.

    python bench/overhead.py [--runs N]

Both run the same notebook in turn. Grading is everything: a kernel behind the wall, the run, the judge's second
sandbox, the checks, the marks and the report. The warm process is up before the first run; its start is printed beside.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from grader.pipeline import Desk, grade_notebook, open_desk
from grader.records import Evidence
from grader.running import wall

MOST_SECONDS = 2.0
MOST_RATIO = 0.35
CELLS = (
    "import numpy as np\nimport tensorflow as tf\nfrom tensorflow import keras",
    "import os\nfolder = {served!r} if os.path.isdir({served!r}) else {here!r}\n"
    "def load(name, rows):\n    return np.load(f'{{folder}}/{{name}}.npy', mmap_mode='r')[:rows]\n"
    "x_train, y_train = load('x_train', 2000) / 255.0, load('y_train', 2000)\n"
    "x_test, y_test = load('x_test', 1000) / 255.0, load('y_test', 1000)",
    "layers = [keras.layers.Dense(32, activation='relu'), keras.layers.Dense(10, activation='softmax')]\n"
    "model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), *layers])\n"
    "model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])\n"
    "model.fit(x_train, y_train, epochs=2, verbose=2)\n"
    "model.evaluate(x_test, y_test, verbose=2)",
)


def light_notebook(desk: Desk) -> nbformat.NotebookNode:
    """Loads, builds, trains and evaluates a small net, in about half a second of its own."""
    places = {"served": f"{wall.SERVED}/{desk.assignment.task.dataset}", "here": str(desk.served.folder)}
    notebook: nbformat.NotebookNode = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(cell.format(**places)) for cell in CELLS]
    return notebook


def seconds_plain(notebook: nbformat.NotebookNode) -> float:
    """What nbclient takes with a kernel of its own and no protection."""
    started = time.perf_counter()
    NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    return time.perf_counter() - started


def seconds_graded(path: Path, desk: Desk, out: Path) -> tuple[float, float]:
    """What grading takes, and of it the notebook's own cells."""
    started = time.perf_counter()
    graded = grade_notebook(path, desk, out)
    seconds = time.perf_counter() - started
    evidence = Evidence.model_validate_json((graded.folder / "evidence.json").read_text())
    if evidence.run.status != "finished" or evidence.measurement.tier != "sealed":
        sys.exit(f"not graded as it should be: {evidence.run.sentence} {evidence.choice.not_measured_because}")
    return seconds, sum(cell.seconds for cell in evidence.cells)


def main() -> None:
    """Print both, and leave with 1 where a bound is passed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    isolation = wall.best_here()
    started = time.perf_counter()
    with open_desk(None, "fashion-mnist", isolation) as desk, tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "light.ipynb")
        nbformat.write(light_notebook(desk), path)
        seconds_graded(path, desk, Path(folder))
        warm_up = time.perf_counter() - started
        graded, own, plain = [], [], []
        for _ in range(runs):
            plain.append(seconds_plain(light_notebook(desk)))
            total, cells = seconds_graded(path, desk, Path(folder))
            graded.append(total)
            own.append(cells)
    overhead = statistics.median(total - cells for total, cells in zip(graded, own, strict=True))
    ratio = statistics.median(total / alone for total, alone in zip(graded, plain, strict=True))
    facts = {
        "isolation": isolation,
        "runs": runs,
        "warm_up_and_first_notebook_seconds": round(warm_up, 2),
        "plain_nbclient_seconds": round(statistics.median(plain), 2),
        "graded_seconds": round(statistics.median(graded), 2),
        "own_cells_seconds": round(statistics.median(own), 2),
        "overhead_seconds": round(overhead, 2),
        "overhead_bound": MOST_SECONDS,
        "ratio": round(ratio, 3),
        "ratio_bound": MOST_RATIO,
    }
    print(json.dumps(facts, indent=1))
    sys.exit(0 if overhead <= MOST_SECONDS and ratio <= MOST_RATIO else 1)


if __name__ == "__main__":
    main()

"""What grading takes of the machine's memory, with the notebook that takes most: imdb as its document writes it.

    python bench/memory.py

The document makes multi-hot vectors of all 50,000 reviews as float64 (4 GB) and splits them afterwards. The notebook
must run within the sheet's own limit. The grader's own share, which is the command, the warm process and the guardians,
but not the notebook nor the judge's sandbox, must stay below 1 GB.
"""

import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import nbformat
import psutil

from grader.courses.course import Course, bundled
from grader.records import Evidence
from grader.running import wall

NAME = "imdb"
MOST_OWN_MB = 1_000
LOOK_SECONDS = 0.2
AS_DOCUMENTED = """
rows = np.zeros((len(reviews), 10000))
for row, review in zip(rows, reviews):
    row[review] = 1
x_train, x_test, y_train, y_test = train_test_split(rows, labels.astype("float32"), test_size=0.2, random_state=1)
"""


def document_notebook(path: Path) -> None:
    """The reference solution with the document's way of preparing the reviews."""
    course = Course(bundled())
    notebook = nbformat.read(course.reference_folder(course.assignment(NAME)) / "solution.ipynb", 4)
    next(cell for cell in notebook.cells if cell.id == "prepare").source = AS_DOCUMENTED
    nbformat.write(notebook, path)


def megabytes(processes: list[psutil.Process]) -> float:
    """Memory of these processes; what several share counts once (PSS)."""
    total = 0
    for process in processes:
        with suppress(psutil.Error):
            total += process.memory_full_info().pss
    return total / (1 << 20)


def wall_of(processes: list[psutil.Process]) -> set[int]:
    """Numbers of bubblewrap's processes."""
    return {each.pid for each in processes if each.name() == "bwrap"}


def jobs_below(command: psutil.Process) -> list[psutil.Process]:
    """Notebooks and judges: whatever a guardian, a child of the warm process, has started."""
    below: list[psutil.Process] = []
    with suppress(psutil.Error):
        everyone = command.children(recursive=True)
        warm = [each for each in everyone if each.name() != "bwrap" and each.ppid() in wall_of(everyone)]
        guardians = [child for each in warm for child in each.children()]
        below = [job for guardian in guardians for job in guardian.children(recursive=True)]
    return below


def main() -> None:
    """Grade it, watch, and exit with 1 where a bound is missed."""
    with tempfile.TemporaryDirectory() as folder:
        path, out = Path(folder, "documented.ipynb"), Path(folder, "out")
        document_notebook(path)
        words = [sys.executable, "-m", "grader", "grade", str(path), "--assignment", NAME, "--out", str(out), "--quiet"]
        command = psutil.Popen([*words, "--isolation", wall.best_here()], stdout=subprocess.DEVNULL)
        own = notebook = 0.0
        while command.poll() is None:
            jobs = jobs_below(command)
            with suppress(psutil.Error):
                others = [each for each in [command, *command.children(recursive=True)] if each not in jobs]
                own = max(own, megabytes(others))
            notebook = max(notebook, megabytes(jobs))
            time.sleep(LOOK_SECONDS)
        evidence = Evidence.model_validate_json((out / "documented" / "evidence.json").read_text())
    limit = evidence.run.limits.memory_mb
    print(f"notebook: {evidence.run.status}, at most {notebook:,.0f} MB seen, limit {limit:,} MB")
    print(f"grader itself: at most {own:,.0f} MB (bound {MOST_OWN_MB:,} MB)")
    sys.exit(int(own > MOST_OWN_MB or evidence.run.status != "finished"))


if __name__ == "__main__":
    main()

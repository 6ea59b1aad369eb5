"""A class at once: throughput against nbgrader, stored runs judged again, Dask workers, memory. All in one run.

    python bench/class.py --nbgrader DIR [--parts light fashion stored dask] [--runs N] [--light 24] [--fashion 12] ...

DIR is a virtual environment with nbgrader, outside of the project; it is made there where there is none. Both graders
get the same notebooks in turn, each command from its start to its end; figures are medians, bounds hold for ratios.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
import psutil
from memory import megabytes
from overhead import CELLS

from grader.classes.keys import parts_of, parts_of_class
from grader.classes.store import RunStore
from grader.courses.course import Course, bundled
from grader.data.served import Served
from grader.pipeline import observe, open_desk
from grader.running import wall
from grader.submissions.collect import collect

NAME = "fashion-mnist"
NBGRADER = "0.9.6"
LIGHT_RATIO, FASHION_RATIO, LIGHT_SECONDS = 8, 4, 1.0
STORED_SECONDS, HOST_MB, ALL_MB = 30, 400, 5_000
DASK_RATIO = 1.7
LOOK_SECONDS = 1.0
CHECK = Path("rubrics", "checks", "test_runs_clean.py")
TEST = {"nbgrader": {"schema_version": 3, "grade": True, "grade_id": "test", "locked": True, "points": 1}}
"""What nbgrader wants of a cell that decides marks."""
NOT_ONES_OWN = {"solution": False, "task": False}
WIDTHS = (32, 48, 64, 96, 128)

Notebook = nbformat.NotebookNode


# -- Notebooks ---------------------------------------------------------------------------------------------------------


def light(number: int, served: Served) -> Notebook:
    """The notebook of bench/overhead.py, of another student each: half a second of work."""
    places = {"served": f"{wall.SERVED}/{NAME}", "here": str(served.folder)}
    cells = [*(cell.format(**places) for cell in CELLS), f"student = {number}"]
    notebook: Notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    return notebook


def fashion(number: int, served: Served) -> Notebook:
    """The reference solution with other widths, as students vary it; trained for as long as the document says."""
    course = Course(bundled())
    notebook: Notebook = nbformat.read(course.reference_folder(course.assignment(NAME)) / "solution.ipynb", 4)
    width, load = WIDTHS[number % len(WIDTHS)], str(served.folder)
    for cell in notebook.cells:
        cell.source = cell.source.replace("Dense(128", f"Dense({width}")
        if "load_data()" in cell.source:  # nbgrader has no stand-in for it, and must not touch Keras' own folder
            cell.source = f"{cell.source}\n".replace("keras.datasets.fashion_mnist.load_data()", load_words(load))
    notebook.cells.append(nbformat.v4.new_code_cell(f"student = {number}"))
    return notebook


def load_words(here: str) -> str:
    """An expression that reads the served rows in both graders."""
    folder = f"({wall.SERVED + '/' + NAME!r} if __import__('os').path.isdir({wall.SERVED!r}) else {here!r})"
    rows = "__import__('numpy').load({} + '/{}_{}.npy')"
    x_and_y = [f"({', '.join(rows.format(folder, axis, part) for axis in 'xy')})" for part in ("train", "test")]
    return f"({', '.join(x_and_y)})"


def write_class(folder: Path, count: int, make: Callable[[int, Served], Notebook], served: Served) -> list[Path]:
    """The notebooks of so many students."""
    folder.mkdir(parents=True)
    paths = [folder / f"student{number:03}.ipynb" for number in range(count)]
    for number, path in enumerate(paths):
        nbformat.write(make(number, served), path)
    return paths


# -- The two graders ---------------------------------------------------------------------------------------------------


def grade(paths: list[Path], out: Path, *options: str) -> tuple[float, float, float]:
    """Grade with this grader: seconds from the start of the command to its end, and peak MB of it and of everything."""
    words = [sys.executable, "-m", "grader", "grade", *map(str, paths), "--assignment", NAME, "--out", str(out)]
    started = time.perf_counter()
    command = psutil.Popen([*words, "--quiet", "--isolation", wall.best_here(), *options])
    host = everything = 0.0
    while command.poll() is None:
        with suppress(psutil.Error):
            host = max(host, command.memory_info().rss / (1 << 20))
            everything = max(everything, megabytes([command, *command.children(recursive=True)]))
        time.sleep(LOOK_SECONDS)
    seconds = time.perf_counter() - started
    if command.returncode:
        sys.exit(f"grader grade ended with {command.returncode}")
    return seconds, host, everything


def nbgrader_in(folder: Path) -> Path | None:
    """The nbgrader command of the environment in the folder, which is made if need be; None where it cannot be had."""
    command = folder / "bin" / "nbgrader"
    if not command.exists():
        print(f"making an environment with nbgrader {NBGRADER} in {folder}", flush=True)
        packages = [f"nbgrader=={NBGRADER}", f"tensorflow=={version('tensorflow')}", f"keras=={version('keras')}"]
        made = subprocess.run([sys.executable, "-m", "venv", str(folder)], check=False).returncode  # noqa: S603
        install = [str(folder / "bin" / "pip"), "install", "--quiet", *packages]
        if made or subprocess.run(install, env={**os.environ, "PIP_CONSTRAINT": ""}, check=False).returncode:  # noqa: S603
            return None
    return command


def seconds_of_nbgrader(command: Path, folder: Path, paths: list[Path]) -> float:
    """What its autograde takes for the same notebooks, with one test; its feedback is not counted."""
    course = folder / "course"
    source = nbformat.v4.new_notebook(cells=[nbgrader_test()])
    (course / "source" / NAME).mkdir(parents=True)
    nbformat.write(source, course / "source" / NAME / "notebook.ipynb")
    for path in paths:
        place = course / "submitted" / path.stem / NAME
        place.mkdir(parents=True)
        notebook = nbformat.read(path, 4)
        notebook.cells.append(nbgrader_test())
        nbformat.write(notebook, place / "notebook.ipynb")
    environment = {**os.environ, "PATH": f"{command.parent}:{os.environ['PATH']}", "TF_CPP_MIN_LOG_LEVEL": "2"}
    environment.pop("PYTHONPATH", None)

    def run(*words: str) -> None:
        ran = subprocess.run(  # noqa: S603
            [command, *words], cwd=course, env=environment, capture_output=True, text=True, check=False
        )
        if ran.returncode:
            sys.exit(f"nbgrader {words[0]} failed: {ran.stderr[-2_000:]}")

    run("generate_assignment", NAME, "--create", "--force")
    started = time.perf_counter()
    run("autograde", NAME, "--create", "--ExecutePreprocessor.timeout=3600")
    seconds = time.perf_counter() - started
    shutil.rmtree(course)
    return seconds


def nbgrader_test() -> Notebook:
    """A cell that nbgrader gives a mark for."""
    cell: Notebook = nbformat.v4.new_code_cell("assert model.count_params() > 0")
    cell.metadata["nbgrader"] = {**TEST["nbgrader"], **NOT_ONES_OWN, "cell_type": "code"}
    return cell


# -- Parts -------------------------------------------------------------------------------------------------------------


class Bench:
    """What all parts need."""

    def __init__(self, options: argparse.Namespace, folder: Path, served: Served):
        self.options, self.folder, self.served = options, folder, served
        self.facts: dict[str, Any] = {}
        self.missed: list[str] = []

    def fresh(self) -> Path:
        """A new folder."""
        return Path(tempfile.mkdtemp(dir=self.folder))

    def note(self, name: str, value: Any, met: bool | None = None) -> None:
        """A fact, and whether its bound is met."""
        self.facts[name] = round(value, 2) if isinstance(value, float) else value
        print(f"{name}: {self.facts[name]}{'' if met in (None, True) else '   MISSED'}", flush=True)
        if met is False:
            self.missed.append(name)

    def against(self, name: str, make: Callable[[int, Served], Notebook], count: int, bound: float) -> Path:
        """Both graders in turn with the same class; returns a folder of this grader's results."""
        paths = write_class(self.fresh() / "handed-in", count, make, self.served)
        command = nbgrader_in(self.options.nbgrader) if self.options.nbgrader else None
        if command is None:
            why = "cannot be installed here" if self.options.nbgrader else "was not asked for with --nbgrader"
            self.note(f"{name}_nbgrader", f"not compared: nbgrader {NBGRADER} {why}")
        ours, theirs, peaks = [], [], []
        for _ in range(self.options.runs):
            out = self.fresh()
            seconds, host, everything = grade(paths, out, "--workers", "2")
            ours.append(seconds)
            peaks.append((host, everything))
            if command:
                theirs.append(seconds_of_nbgrader(command, self.fresh(), paths))
        self.note(f"{name}_notebooks", count)
        seconds = statistics.median(ours) / count
        self.note(f"{name}_seconds_each", seconds, seconds <= LIGHT_SECONDS if make is light else None)
        if theirs:
            self.note(f"{name}_nbgrader_seconds_each", statistics.median(theirs) / count)
            ratio = statistics.median(other / own for own, other in zip(ours, theirs, strict=True))
            self.note(f"{name}_ratio", ratio, ratio >= bound)
        self.note(f"{name}_host_peak_mb", max(host for host, _ in peaks))
        self.note(f"{name}_peak_mb", max(all_ for _, all_ in peaks), max(all_ for _, all_ in peaks) <= ALL_MB)
        return out

    def light(self) -> None:
        """24 light notebooks."""
        self.against("light", light, self.options.light, LIGHT_RATIO)

    def fashion(self) -> None:
        """12 trainings as the document has them; also whether the marks are those of full training."""
        out = self.against("fashion", fashion, self.options.fashion, FASHION_RATIO)
        paths = write_class(self.fresh() / "handed-in", self.options.fashion, fashion, self.served)
        full = self.fresh()
        self.note("fashion_full_seconds_each", grade(paths, full, "--budget", "full")[0] / len(paths))
        early, late = ([outcomes(folder / path.stem) for path in paths] for folder in (out, full))
        differ = sum(one != other for one, other in zip(early, late, strict=True))
        self.note("fashion_verdicts_that_differ", differ, differ == 0)

    def stored(self) -> None:
        """300 stored runs, checked and reported again after a check was edited."""
        paths = write_class(self.fresh() / "handed-in", self.options.stored, light, self.served)
        out, course = self.fresh(), self.fresh()
        for name in ("assignments", "rubrics", "reference"):
            shutil.copytree(bundled() / name, course / name)
        with open_desk(course, NAME, wall.best_here()) as desk:
            common, store = parts_of_class(desk), RunStore(out)
            first = observe(collect(paths[0], NAME, None, None, None), desk, None)
            for path in paths:  # The run is one and the same, stored for each of 300 different notebooks.
                store.keep(parts_of(collect(path, NAME, None, None, None), desk, common, None), first)
        times, hosts = [], []
        for number in range(self.options.runs):
            with (course / CHECK).open("a", encoding="utf-8") as check:
                check.write(f"\n# edited {number}\n")
            seconds, host, _ = grade(paths, out, "--course", str(course))
            times.append(seconds)
            hosts.append(host)
        if len(list((out / ".grader" / "runs").glob("*.json"))) != len(paths):
            sys.exit("something was run that is stored")
        self.note("stored_notebooks", len(paths))
        self.note("stored_seconds", statistics.median(times), statistics.median(times) <= STORED_SECONDS)
        self.note("stored_host_peak_mb", max(hosts), max(hosts) <= HOST_MB)

    def dask(self) -> None:
        """One Dask worker against two, on this machine."""
        paths = write_class(self.fresh() / "handed-in", self.options.light, light, self.served)
        seconds = {count: self.seconds_of_dask(paths, count) for count in (1, 2)}
        ratio = seconds[1] / seconds[2]
        spare = (os.cpu_count() or 1) > 2
        self.note("dask_one_worker_seconds_each", seconds[1] / len(paths))
        self.note("dask_two_workers_seconds_each", seconds[2] / len(paths))
        self.note("dask_ratio", ratio, ratio >= DASK_RATIO if spare else None)

    def seconds_of_dask(self, paths: list[Path], count: int) -> float:
        """With so many workers, each warmed by a notebook before."""
        from distributed import LocalCluster

        with LocalCluster(n_workers=0, dashboard_address=None) as cluster:
            address = str(cluster.scheduler_address)
            words = [sys.executable, "-m", "grader", "worker", "--scheduler", address, "--workers", "1"]
            log = (self.folder / "workers.log").open("ab")
            workers = [subprocess.Popen(words, stdout=log, stderr=log) for _ in range(count)]  # noqa: S603
            try:
                warming = write_class(self.fresh() / "handed-in", 2 * count, light, self.served)
                grade(warming, self.fresh(), "--scheduler", address)
                return grade(paths, self.fresh(), "--scheduler", address)[0]
            finally:
                for worker in workers:
                    worker.terminate()
                    worker.wait()
                log.close()


def outcomes(folder: Path) -> list[tuple[str, str, float | None]]:
    """What each criterion of a grade came to."""
    columns = json.loads((folder / "grade.json").read_text())["columns"].values()
    return [(each["id"], each["outcome"], each["marks"]) for column in columns for each in column["criteria"]]


def main() -> None:
    """Print every figure, and leave with 1 where a bound is missed."""
    parts = ("light", "fashion", "stored", "dask")
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--nbgrader", type=Path, help="environment with nbgrader, outside of the project")
    parser.add_argument("--parts", nargs="+", choices=parts, default=parts)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--light", type=int, default=24)
    parser.add_argument("--fashion", type=int, default=12)
    parser.add_argument("--stored", type=int, default=300)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        with open_desk(None, NAME, "none") as desk:
            served = desk.served
        bench = Bench(options, Path(folder), served)
        bench.note("data", "stand-in digits" if served.data.stand_in else "real")
        for part in options.parts:
            getattr(bench, part)()
    print(json.dumps(bench.facts, indent=1))
    sys.exit(bool(bench.missed))


if __name__ == "__main__":
    main()

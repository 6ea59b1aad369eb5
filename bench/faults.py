"""Kills and full disks at random moments, while a class is graded: what must hold afterwards holds, or it is told.

    python bench/faults.py [--times 100] [--seed 0] [--students 6]

Each time a command grades a small class on the stand-in digits and one fault befalls it; where that ends the command,
it is given again. Then every student must have a grade from a whole run, what was stored before must not have been run
again nor have another grade, and neither a process nor a mount nor a folder may be left.
"""

import argparse
import json
import os
import random
import resource
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import nbformat
import psutil

CELLS = (
    "import numpy as np\nimport keras\n(x, y), _ = keras.datasets.fashion_mnist.load_data()",
    "model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10, 'softmax')])\n"
    "model.compile(loss='sparse_categorical_crossentropy')\nmodel.fit(x[:200] / 255, y[:200], verbose=0)",
    "student = {}",
)
MOST_SECONDS = 600
FULL_BYTES = 3_000


@dataclass
class Class:
    """A class of students with light notebooks, and what became of them."""

    folder: Path
    students: int
    started: list[psutil.Process] = field(default_factory=list)
    """All processes that were seen below a command."""
    commands: list[int] = field(default_factory=list)

    def hand_in(self) -> None:
        """Write the notebooks."""
        for number in range(self.students):
            cells = [nbformat.v4.new_code_cell(cell.format(number)) for cell in CELLS]
            nbformat.write(nbformat.v4.new_notebook(cells=cells), self.folder / f"student{number}.ipynb")

    @property
    def out(self) -> Path:
        """The folder of the results."""
        return self.folder / "out"

    def start(self) -> psutil.Popen:
        """The command, on a machine without data sets and without a network."""
        nowhere = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}
        folders = {"KERAS_HOME": str(self.folder / "keras"), "XDG_CACHE_HOME": str(self.folder / "cache")}
        notebooks = [str(self.folder / f"student{number}.ipynb") for number in range(self.students)]
        words = ["grade", *notebooks, "--assignment", "fashion-mnist", "--out", str(self.out), "--workers", "2"]
        with (self.folder / "log").open("ab") as log:
            command = psutil.Popen(
                [sys.executable, "-m", "grader", *words],
                stdout=log,
                stderr=log,
                env={**os.environ, **nowhere, **folders},
            )
        self.commands.append(command.pid)
        return command

    def finish(self, command: psutil.Popen) -> int:
        """Its exit code; meanwhile its processes are noted."""
        until = time.monotonic() + MOST_SECONDS
        while command.poll() is None:
            self.look(command)
            if time.monotonic() > until:
                command.kill()
                raise AssertionError(f"still running after {MOST_SECONDS} s")
            time.sleep(0.05)
        return int(command.wait())

    def look(self, command: psutil.Popen) -> list[psutil.Process]:
        """The processes below it."""
        with suppress(psutil.Error):
            below = command.children(recursive=True)
            self.started += [each for each in below if each not in self.started]
            return below
        return []

    def stored(self) -> dict[str, int]:
        """When each run was stored."""
        runs = self.out / ".grader" / "runs"
        return {path.name: path.stat().st_mtime_ns for path in runs.glob("[!.]*.json")} if runs.exists() else {}

    def grades(self) -> dict[str, float]:
        """Decided marks of every student who has a grade."""
        found = {}
        for path in self.out.glob("*/grade.json"):
            found[path.parent.name] = json.loads(path.read_text())["total"]["out_of"]
        return found

    def faults(self, stored_before: dict[str, int], grades_before: dict[str, float]) -> list[str]:
        """What does not hold, now that the last command has ended well."""
        wrong = []
        if len(self.grades()) != self.students:
            wrong.append(f"{self.students} students, {len(self.grades())} grades")
        if len(self.stored()) != self.students:
            wrong.append(f"{self.students} different notebooks, {len(self.stored())} stored runs")
        if again := [name for name, when in stored_before.items() if self.stored().get(name) != when]:
            wrong.append(f"run again although stored: {again}")
        if lost := [name for name, marks in grades_before.items() if self.grades().get(name) != marks]:
            wrong.append(f"graded before and another grade now: {lost}")
        for path in self.out.glob("*/evidence.json"):
            evidence = json.loads(path.read_text())
            if evidence["run"]["status"] != "finished" or not evidence["choices"][0]["measurements"]:
                wrong.append(f"{path.parent.name}: {evidence['run']['sentence']}")
        _, alive = psutil.wait_procs(self.started, timeout=20)
        if alive := [each for each in alive if each.is_running() and each.status() != psutil.STATUS_ZOMBIE]:
            wrong.append(f"left running: {alive}")
        if mounts := [line for line in Path("/proc/mounts").read_text().splitlines() if "/tmp/grader-" in line]:  # noqa: S108
            wrong.append(f"left mounted: {mounts}")
        if left := [str(each) for pid in self.commands for each in Path("/tmp").glob(f"grader-{pid}-*")]:  # noqa: S108
            wrong.append(f"folders left: {left}")
        return wrong


# -- Faults ------------------------------------------------------------------------------------------------------------


def kill_command(command: psutil.Popen) -> bool:
    """As a machine does that has no memory left."""
    command.kill()
    return True


def stop_command(command: psutil.Popen) -> bool:
    """As Ctrl-C does."""
    command.send_signal(signal.SIGINT)
    return True


def kill_warm(command: psutil.Popen) -> bool:
    """The process that all jobs come from."""
    return kill(next((each for each in below_wall(command)), None))


def kill_guardian(command: psutil.Popen) -> bool:
    """Of one job."""
    return kill(next((each for warm in below_wall(command) for each in warm.children()), None))


def kill_kernel(command: psutil.Popen) -> bool:
    """A notebook that runs."""
    return kill(next((job for job in jobs(command) if not is_judge(job)), None))


def kill_judge(command: psutil.Popen) -> bool:
    """A judge at work."""
    return kill(next((job for job in jobs(command) if is_judge(job)), None))


def fill_disk(command: psutil.Popen) -> bool:
    """No file may grow beyond a few bytes from now on."""
    command.rlimit(resource.RLIMIT_FSIZE, (FULL_BYTES, FULL_BYTES))
    return True


FAULTS: dict[str, Callable[[psutil.Popen], bool]] = {
    each.__name__: each
    for each in (kill_command, stop_command, kill_warm, kill_guardian, kill_kernel, kill_judge, fill_disk)
}
"""Each says whether it found what to break."""
ENDS_THE_COMMAND = {"kill_command", "stop_command", "fill_disk"}


def below_wall(command: psutil.Popen) -> list[psutil.Process]:
    """The warm process: the only child of bubblewrap's that is not bubblewrap."""
    everyone = command.children(recursive=True)
    walls = {each.pid for each in everyone if each.name() == "bwrap"}
    return [each for each in everyone if each.pid not in walls and each.ppid() in walls]


def jobs(command: psutil.Popen) -> list[psutil.Process]:
    """Notebooks and judges: the guardians' children."""
    return [job for warm in below_wall(command) for guardian in warm.children() for job in guardian.children()]


def is_judge(job: psutil.Process) -> bool:
    """Whether a model lies behind its door."""
    return Path(job.cwd()).parent.joinpath("door", "model.json").exists()


def kill(process: psutil.Process | None) -> bool:
    """If it is there."""
    if process is not None:
        process.kill()
    return process is not None


def befall(fault: str, command: psutil.Popen, school: Class, after: float, stored: int) -> bool:
    """Let it happen after so many seconds and stored runs, as soon as there is something to break."""
    until = time.monotonic() + after
    while command.poll() is None:
        school.look(command)
        with suppress(psutil.Error, OSError):
            if time.monotonic() > until and len(school.stored()) >= stored and FAULTS[fault](command):
                return True
        time.sleep(0.005)
    return False


def try_once(fault: str, students: int, *, after: float = 0, stored: int = 0) -> tuple[bool, list[str]]:
    """One class and one fault; whether it happened, and what does not hold afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    school = Class(folder, students)
    try:
        school.hand_in()
        command = school.start()
        happened = befall(fault, command, school, after, stored)
        code = school.finish(command)
        before, grades = school.stored(), school.grades()
        if code and fault not in ENDS_THE_COMMAND:
            return happened, [f"ended with {code}: {tail(folder)}"]
        if code:
            code = school.finish(school.start())
        wrong = [f"the same command again ended with {code}: {tail(folder)}"] if code else []
        return happened, wrong + school.faults(before, grades)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def tail(folder: Path) -> str:
    """The end of what the commands said."""
    return (folder / "log").read_text(errors="replace")[-600:]


def main() -> None:
    """Print each that went wrong and a summary, and leave with 1 where there is one."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--students", type=int, default=6)
    parser.add_argument("--seconds", type=float, default=12, help="within which a fault begins")
    parser.add_argument("--only", choices=FAULTS)
    options = parser.parse_args()
    rolled = random.Random(options.seed)  # noqa: S311
    counts: Counter[str] = Counter()
    bad = 0
    for number in range(options.times):
        fault = options.only or list(FAULTS)[number % len(FAULTS)]
        after = rolled.uniform(0, options.seconds)
        happened, wrong = try_once(fault, options.students, after=after)
        counts[fault if happened else f"{fault} (too late)"] += 1
        bad += bool(wrong)
        if wrong:
            print(f"{number}: {fault} after {after:.2f} s: {wrong}", flush=True)
    print(json.dumps({"times": options.times, "wrong": bad, "faults": dict(sorted(counts.items()))}, indent=1))
    sys.exit(bool(bad))


if __name__ == "__main__":
    main()

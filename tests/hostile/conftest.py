"""What the attacks share: each group is graded once, as a class, by the real command, beside an honest notebook."""

import fcntl
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from grader.courses.course import bundled

from .suite import ATTACKS, HERE, Attack, Result

EVERY = os.environ.get("HOSTILE") == "all"
LIMITS = """
[limits]
wall_seconds = 60
training_seconds = 30
memory_mb = 2000
processes = 200
written_mb = 200
output_mb = 5
"""
SECRET = "swordfish"  # an attack looks for it

Class = Callable[[str], Path]


def runs(attack: Attack) -> bool:
    """Whether it is run at all: `make hostile` runs all, the other tests every tenth and none that is slow."""
    return EVERY or why_not(attack) is None


def why_not(attack: Attack) -> str | None:
    """Why it is left to `make hostile`."""
    if "slow" in attack.says:
        return attack.says["slow"]
    return None if "always" in attack.says or ATTACKS.index(attack) % 10 == 0 else "Nine in ten are left out."


@pytest.fixture(scope="session")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled course, with limits that are soon reached."""
    folder = tmp_path_factory.mktemp("course")
    for name in ("assignments", "rubrics", "reference"):
        shutil.copytree(bundled() / name, folder / name)
    with (folder / "assignments" / "fashion-mnist" / "sheet.toml").open("a") as sheet:
        sheet.write(LIMITS)
    return folder


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder that all processes of these tests have in common."""
    top = tmp_path_factory.getbasetemp()
    return top if worker_id == "master" else top.parent


@pytest.fixture(scope="session")
def grade(course: Path, shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Grade some attacks by the command, on a machine without data sets and without a network; the results' folder.

    Each class is graded once: another process of these tests waits, and takes what is there.
    """
    other = tmp_path_factory.mktemp("machine")
    proxies = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")
    places = {"KERAS_HOME": str(other / "keras"), "XDG_CACHE_HOME": str(other / "cache"), "GRADER_SECRET_TOKEN": SECRET}

    def run(name: str, attacks: Sequence[Attack], *words: str) -> Path:
        folder, out = shared / f"handed-in-{name}", shared / f"results-{name}"
        with folder.with_suffix(".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if out.exists():
                return out
            folder.mkdir()
            for attack in attacks:
                attack.write(folder)
            options = [
                "--assignment",
                "fashion-mnist",
                "--course",
                course,
                "--out",
                out,
                "--second-budget",
                "0",
                *words,
            ]
            ended = subprocess.run(
                [sys.executable, "-m", "grader", "grade", str(folder), "--quiet", *map(str, options)],
                env={**os.environ, **proxies, **places},
                capture_output=True,
                text=True,
                timeout=1_800,
                check=False,
            )
            assert ended.returncode == 0, ended.stdout + ended.stderr
        return out

    return run


@pytest.fixture(scope="session")
def graded(grade: Callable[..., Path]) -> Class:
    """The results of a group of attacks, graded as one class of students at the same time."""

    def once(group: str) -> Path:
        taken = [attack for attack in ATTACKS if attack.group == group and runs(attack)]
        return grade(group, [*taken, Attack(HERE / "honest.py"), Attack(HERE / "weak.py")], "--workers", "2")

    return once


@pytest.fixture(scope="session")
def alone(grade: Callable[..., Path]) -> Result:
    """The honest notebook, graded without any other."""
    return Result(grade("alone", [Attack(HERE / "honest.py")], "--student", "honest") / "honest")

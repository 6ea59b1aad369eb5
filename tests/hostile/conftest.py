"""What the attacks share: each group is graded once, as a class, by the real command, beside an honest notebook."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import cache
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
    """Whether it is run at all: slow ones are by `make hostile`."""
    return EVERY or "slow" not in attack.says


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
def grade(course: Path, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Grade a folder by the command, on a machine without data sets and without a network; give that of the results."""
    top, other = tmp_path_factory.mktemp("results-of-the-class"), tmp_path_factory.mktemp("machine")
    proxies = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")
    places = {"KERAS_HOME": str(other / "keras"), "XDG_CACHE_HOME": str(other / "cache"), "GRADER_SECRET_TOKEN": SECRET}

    def run(folder: Path, *words: str) -> Path:
        out = top / folder.name
        command = [sys.executable, "-m", "grader", "grade", folder, "--assignment", "fashion-mnist", "--course", course]
        ended = subprocess.run(
            [*map(str, command), "--out", str(out), "--quiet", "--second-budget", "0", *words],
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
def graded(grade: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Class:
    """The results of a group of attacks, graded as one class of students at the same time."""

    @cache
    def once(group: str) -> Path:
        folder = tmp_path_factory.mktemp("handed-in") / group
        folder.mkdir()
        for attack in ATTACKS:
            if attack.group == group and runs(attack):
                attack.write(folder)
        Attack(HERE / "honest.py").write(folder)
        Attack(HERE / "weak.py").write(folder)
        return grade(folder, "--workers", "2")

    return once


@pytest.fixture(scope="session")
def alone(grade: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> Result:
    """The honest notebook, graded without any other."""
    folder = tmp_path_factory.mktemp("handed-in") / "alone"
    folder.mkdir()
    Attack(HERE / "honest.py").write(folder)
    return Result(grade(folder, "--student", "honest") / "honest")

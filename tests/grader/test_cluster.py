import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from grader.classes.cluster import Answer, fulfil, packed
from tests.conftest import Write, needs_wall

pytestmark = needs_wall
SLOW = "import time\ntime.sleep({})\nprint({})"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Of a machine without data sets and without a network."""
    nowhere = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "no_proxy": "127.0.0.1"}
    return {**os.environ, **nowhere, "KERAS_HOME": str(tmp_path / "keras"), "XDG_CACHE_HOME": str(tmp_path / "cache")}


@pytest.fixture
def start(environment: dict[str, str], tmp_path: Path) -> Iterator[Callable[..., psutil.Popen]]:
    """Start a command of this Python's; it ends with the test."""
    started = []

    def run(*words: str) -> psutil.Popen:
        with (tmp_path / f"{len(started)}.log").open("w") as log:
            started.append(psutil.Popen([sys.executable, "-m", *words], env=environment, stdout=log, stderr=log))
        return started[-1]

    yield run
    for process in reversed(started):  # the scheduler last
        with suppress(psutil.NoSuchProcess):
            process.terminate()
        process.wait(timeout=30)


@pytest.fixture
def scheduler(start: Callable[..., psutil.Popen], tmp_path: Path) -> str:
    """The address of a scheduler of Dask's own."""
    file = tmp_path / "scheduler.json"
    start(
        "distributed.cli.dask_scheduler",
        "--host",
        "127.0.0.1",
        "--port",
        "0",
        "--no-dashboard",
        "--scheduler-file",
        str(file),
    )
    while not file.exists():
        time.sleep(0.1)
    address: str = json.loads(file.read_text())["address"]
    return address


def jobs_of(worker: psutil.Popen) -> int:
    """Notebooks that run below a worker: each has a guardian, and is a process of its own."""
    below = [each.name() for each in worker.children(recursive=True)]
    return max(0, (len(below) - 3) // 2)


def test_two_workers_grade_a_class_and_one_that_dies_is_replaced_by_the_other(
    scheduler: str,
    start: Callable[..., psutil.Popen],
    write_notebook: Write,
    environment: dict[str, str],
    tmp_path: Path,
):
    workers = [start("grader", "worker", "--scheduler", scheduler, "--workers", "1") for _ in range(2)]
    notebooks = [write_notebook(SLOW.format(4, number), name=f"student{number}.ipynb") for number in range(4)]
    words = ["grade", *map(str, notebooks), "--assignment", "fashion-mnist", "--scheduler", scheduler]
    command = start("grader", *words, "--out", str(tmp_path / "out"))
    while not all(jobs_of(worker) for worker in workers):
        assert command.poll() is None
        time.sleep(0.2)
    victim, survivor = workers
    below = victim.children(recursive=True)
    victim.kill()
    assert command.wait(timeout=180) == 0
    graded = [json.loads((tmp_path / "out" / f"student{number}" / "evidence.json").read_text()) for number in range(4)]
    assert [each["cells"][0]["output"] for each in graded] == ["0\n", "1\n", "2\n", "3\n"]
    survivor.terminate()
    assert survivor.wait(timeout=30) == 0
    assert psutil.wait_procs(below, timeout=10)[1] == []


def test_an_order_that_cannot_be_made_is_answered_and_not_raised():
    with pytest.raises(ValueError, match="JSON"):
        fulfil(b"no order", b"", b"")
    assert Answer.model_validate_json(b'{"error": "x"}').observation is None


def test_files_travel_as_a_zip_without_links(tmp_path: Path):
    (tmp_path / "a.csv").write_text("1")
    (tmp_path / "b.csv").symlink_to("/etc/hostname")
    assert b"a.csv" in packed(tmp_path)
    assert b"b.csv" not in packed(tmp_path)
    assert packed(None) == b""


def test_a_scheduler_that_is_not_there_is_told_with_the_next_step(environment: dict[str, str], write_notebook: Write):
    words = ["grade", str(write_notebook("1")), "--assignment", "fashion-mnist", "--scheduler", "tcp://127.0.0.1:9"]
    ended = subprocess.run(
        [sys.executable, "-m", "grader", *words], env=environment, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 2
    assert "dask scheduler" in ended.stderr
    assert ended.stderr.count("\n") == 1

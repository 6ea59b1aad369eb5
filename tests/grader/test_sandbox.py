import os
import sys
import time
from pathlib import Path

import psutil
import pytest

from grader.courses.sheet import Limits
from grader.errors import TeacherError
from grader.running import wall
from grader.running.sandbox import WalledSandbox, open_sandbox, remove
from tests.conftest import Run, needs_wall

pytestmark = needs_wall


def answer(run: Run, cell: str) -> str:
    """What a cell prints in the sandbox."""
    ran = run(cell).cells[0]
    return ran.output.strip() if ran.error is None else f"{ran.error.kind}: {ran.error.message}"


def test_a_notebook_has_no_rights(run: Run):
    status = "print(*(line.split()[1] for line in open('/proc/self/status') if line[:3] in ('Cap', 'NoN')))"
    no_new_privileges, none = "1", "0" * 16
    assert answer(run, status).split() == [none] * 5 + [no_new_privileges]
    assert answer(run, "import os; print(0 in (os.getuid(), os.geteuid(), os.getgid()))") == "False"


@pytest.mark.parametrize(
    "cell",
    [
        "import socket; socket.create_connection(('127.0.0.1', 80), 2)",
        "import socket; socket.getaddrinfo('keras.io', 80)",
        "import socket; socket.create_connection(('1.1.1.1', 53), 2)",
    ],
)
def test_a_notebook_has_no_network(run: Run, cell: str):
    assert "rror: [Errno" in answer(run, cell)


def test_the_system_is_read_only(run: Run):
    for path in ("/usr/x", "/x", os.path.join(os.path.realpath(sys.prefix), "x"), "/served/fashion-mnist/x"):
        assert "Error" in answer(run, f"open({path!r}, 'w')")


def test_a_notebook_sees_neither_the_course_nor_the_home_nor_the_host(run: Run):
    secrets = (
        "solution.ipynb",
        "calibration.json",
        "x_sealed.npy",
        "y_sealed.npy",
        "sheet.toml",
        "checks.py",
        "shadow",
        ".ssh",
    )
    find = f"""
import os
seen = [name for folder, folders, files in os.walk('/') if not folder.startswith('/proc') for name in folders + files]
print(len(seen) > 1000, [name for name in seen if name in {secrets}])
"""
    assert answer(run, find) == "True []"


def test_a_notebook_sees_its_own_job_only(run: Run):
    assert (
        answer(run, "import os; print(sorted(os.listdir('..')), len(os.listdir('../..')))")
        == "['door', 'files', 'first', 'out', 'work'] 1"
    )
    assert answer(run, "import os; print([p for p in os.listdir('/proc') if p.isdigit()])") == "['1']"


def test_a_notebook_cannot_speak_for_its_guardian(run: Run):
    speak = """
import contextlib, os
for number in range(3, 64):
    with contextlib.suppress(OSError):
        if os.readlink(f'/proc/self/fd/{number}').startswith('pipe'):
            os.write(number, b'{"code": 0, "error": "the student says so", "unknown": 1}')
"""
    assert run(speak).run.status == "finished"
    assert answer(run, "print('the next one runs')") == "the next one runs"


def test_nothing_is_written_to_the_hosts_disk(run: Run):
    assert "Read-only file system" in answer(run, "open('../door/big', 'wb').write(b'x')")
    assert "Read-only file system" in answer(run, "import os; os.makedirs('../door/' + 'x/' * 10)")


def test_files_and_shared_memory_have_one_limit(run: Run):
    write = "for name in ('/tmp/a', '/dev/shm/b'):\n    open(name, 'wb').write(b'x' * 90_000_000)"
    assert "No space left" in answer(lambda cell: run(cell, written_mb=100), write)


def test_files_in_memory_count_as_memory(run: Run):
    hoard = """
import os, time
held = [os.memfd_create(str(number)) for number in range(30)]
for descriptor in held:
    os.write(descriptor, b'x' * 50_000_000)
time.sleep(2)
"""
    recording = run(hoard, memory_mb=1_000)
    assert recording.run.limit is not None
    assert recording.run.limit.name == "memory_mb"


def test_deep_folders_are_removed_with_their_sandbox(tmp_path: Path):
    folder = tmp_path / "top"
    folder.mkdir()
    deep = os.open(folder, os.O_RDONLY)
    for _ in range(3_000):
        os.mkdir("x", dir_fd=deep)
        inner = os.open("x", os.O_RDONLY, dir_fd=deep)
        os.close(deep)
        deep = inner
    os.close(deep)
    remove(folder)
    assert not folder.exists()


def test_the_environment_holds_nothing_of_the_hosts(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("SECRET_TOKEN", "swordfish")
    assert "SECRET_TOKEN" not in answer(run, "import os; print(dict(os.environ))")
    assert "/root" not in answer(run, "import os; print(os.environ['HOME'])")


def test_a_warm_process_that_is_killed_is_an_end_and_no_hang():
    with WalledSandbox({}) as own:
        own.ready.result(timeout=60)
        job = own.room()
        own.warm.kill()
        own.warm.wait()
        own.start(job, "kernel", Limits(), {})
        assert job.ended.result(timeout=20).error == "the sandbox's warm process ended"


def test_a_closed_sandbox_leaves_no_folder_and_no_process():
    with WalledSandbox({}) as own:
        own.ready.result(timeout=60)
        folder, warm = own.jobs, own.warm
    assert not folder.exists()
    assert warm.poll() is not None


def test_a_sandbox_that_is_closed_while_it_starts_leaves_no_process():
    folders = []
    for pause in range(0, 20, 2):
        with WalledSandbox({}) as own:
            folders.append(str(own.jobs))
            time.sleep(pause / 400)
    commands = [" ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"])]
    assert [command for command in commands if any(folder in command for folder in folders)] == []


def test_without_bubblewrap_other_peoples_notebooks_are_refused(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(wall, "why_not", lambda: "bubblewrap is not installed.")
    with pytest.raises(TeacherError, match="--isolation none"):
        open_sandbox("wall", {})

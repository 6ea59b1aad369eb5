"""Each layer of protection on its own, with the others off."""

import os
import signal
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from grader.courses.sheet import Limits
from grader.inside import calls
from grader.inside.carrying import Carrier
from grader.running import cgroups, wall
from grader.running.execute import execute
from grader.running.sandbox import PlainSandbox, Sandbox, WalledSandbox
from tests.conftest import needs_wall, notebook_of

from .suite import HERE, Attack

needs_filter = pytest.mark.skipif(calls.why_not() is not None, reason=f"no filter on this machine: {calls.why_not()}")
needs_groups = pytest.mark.skipif(not cgroups.trees(), reason="this process may make no control groups")
needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has rights to give up")


def attack(name: str) -> str:
    return "\n".join(Attack(next(HERE.glob(f"*/{name}.py"))).cells())


def alone(layer: str, source: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own, as whoever runs the tests, behind one layer."""
    return subprocess.run(
        [sys.executable, "-c", f"{layer}\n{source}"], capture_output=True, text=True, timeout=120, check=False
    )


# -- The filter --------------------------------------------------------------------------------------------------------

FILTER = "from grader.inside import calls; calls.forbid()"


@needs_filter
@pytest.mark.parametrize(
    "name", ["calls_that_no_notebook_needs", "new_namespaces", "keyrings", "files_by_number", "mounts", "device_files"]
)
def test_the_filter_alone_keeps_even_root_from(name: str, tmp_path: Path):
    # It may not get as far as the end: what it needs for itself is not there either.
    ended = alone(f"import os; os.makedirs('{tmp_path}/a/b'); os.chdir('{tmp_path}/a/b'); {FILTER}", attack(name))
    assert "GOT" not in ended.stdout
    assert "GOT" not in alone(FILTER, "print('the same without an attack')").stdout


@needs_filter
def test_what_notebooks_do_goes_on_behind_the_filter():
    work = (
        "import multiprocessing, os, socket, subprocess, threading\n"
        "threading.Thread(target=print, args=('thread',)).start()\n"
        "print(subprocess.run(['echo', 'process'], capture_output=True, text=True).stdout)\n"
        "socket.socketpair(); os.mkfifo('/tmp/fifo-%d' % os.getpid()); os.remove('/tmp/fifo-%d' % os.getpid())\n"
        "print(multiprocessing.get_context('fork').Pool(2).map(abs, [-1, -2]))"
    )
    ended = alone(FILTER, work)
    assert (ended.stdout.split(), ended.returncode) == (["thread", "process", "[1,", "2]"], 0), ended.stderr


def test_each_call_that_is_refused_has_a_reason():
    assert [name for name, reason in calls.DENIED.items() if len(reason) < len("mounts")] == []


def test_without_the_library_there_is_a_reason_and_no_failure(monkeypatch: pytest.MonkeyPatch):
    calls.prepared.cache_clear()
    monkeypatch.setattr(calls, "library", lambda: (_ for _ in ()).throw(RuntimeError("no libseccomp")))
    assert "apt install libseccomp2" in (calls.why_not() or "")
    calls.forbid()
    calls.prepared.cache_clear()


# -- The walls, without the filter -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def unfiltered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A sandbox in which pyseccomp cannot be imported."""
    stub = tmp_path_factory.mktemp("stub") / "pyseccomp.py"
    stub.write_text("raise ImportError('hidden by a test')")
    plain: Callable[[Path, Mapping[str, Path], list[str]], list[str]] = wall.command

    def command(*arguments: object) -> list[str]:
        words = plain(*arguments)  # type: ignore[arg-type]
        at = words.index("--bind")
        place = os.path.join(sysconfig.get_path("purelib"), "pyseccomp.py")
        return [*words[:at], "--ro-bind", str(stub), place, *words[at:]]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(wall, "command", command)
        with WalledSandbox({}) as sandbox:
            yield sandbox


@needs_wall
@pytest.mark.parametrize(
    "name",
    [
        "mounts",
        "setuid",
        "device_files",
        "settings_of_the_kernel",
        "signals_to_strangers",
        "hosts_processes",
        "memory_of_parents",
        "home_and_keys",
        "inherited_descriptors",
        "tcp",
        "unix_sockets",
        "abstract_sockets",
        "clock_and_limits",
    ],
)
def test_the_walls_without_the_filter_keep_a_notebook_from(name: str, unfiltered: Sandbox):
    state = "print([line.split()[1] for line in open('/proc/self/status') if line.startswith('Seccomp:')])"
    recording = execute(notebook_of(state, attack(name)), {}, unfiltered, Limits(wall_seconds=60))
    assert recording.cells[0].output.strip() == "['0']"
    assert "GOT" not in recording.cells[1].output


# -- One at a time -----------------------------------------------------------------------------------------------------


@needs_root
def test_dropping_rights_alone_leaves_none():
    drop = "import os; from grader.inside import walls; walls.drop_rights(100_001)"
    look = (
        "status = [line.split()[1].strip('0') for line in open('/proc/self/status') if line[:3] in ('Cap', 'NoN')]\n"
        "print(os.getuid(), *status)\n"
        "try:\n    os.setuid(0)\nexcept PermissionError:\n    print('stays')"
    )
    assert alone(drop, look).stdout.split() == ["100001", "1", "stays"]


@pytest.mark.skipif(sys.platform != "linux", reason="Linux' own limits")
def test_the_kernels_limits_alone_stop_memory_files_and_queues():
    limit = "from grader.inside import walls; walls.limit_resources(memory_mb=300, processes=None, written_mb=1)"
    tries = """
import os, resource, signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
try:
    bytearray(500 << 20)
except MemoryError:
    print("memory")
try:
    os.truncate(os.open("big", os.O_CREAT | os.O_RDWR), 2 << 20)
except OSError:
    print("file")
try:
    [os.dup(1) for _ in range(5_000)]
except OSError:
    print("open")
"""
    assert alone(f"import os, tempfile; os.chdir(tempfile.mkdtemp()); {limit}", tries).stdout.split() == [
        "memory",
        "file",
        "open",
    ]


@needs_groups
def test_a_control_group_alone_counts_what_no_process_shows():
    hoard = attack("memory_that_nobody_shows")
    groups = cgroups.Groups.make(cgroups.trees(), f"{cgroups.PREFIX}{os.getpid()}-test", 300, 100)
    try:
        entrances = groups.entrances()
        process = subprocess.Popen(
            [sys.executable, "-c", f"import os\nfor each in {entrances}:\n    os.write(each, b'0')\n{hoard}"],
            pass_fds=entrances,
            stdout=subprocess.PIPE,
        )
        said, _ = process.communicate(timeout=60)
        for each in entrances:
            os.close(each)
        assert groups.ran_out_of_memory()
        assert b"GOT" not in said or process.returncode == -signal.SIGKILL
    finally:
        removed = any(gone(groups) or time.sleep(0.1) for _ in range(100))
    assert removed


def gone(groups: cgroups.Groups) -> bool:
    """Remove the groups; a process of theirs that is being ended holds them for a moment."""
    groups.remove()
    return not any((tree.folder / groups.name).exists() for tree in groups.trees)


@pytest.mark.skipif(sys.platform != "linux", reason="files in memory are Linux' own")
def test_the_guardian_alone_ends_what_no_limit_of_the_kernels_counts():
    with PlainSandbox({}) as sandbox:
        recording = execute(
            notebook_of(attack("files_in_memory")), {}, sandbox, Limits(wall_seconds=60, memory_mb=1_500)
        )
    assert recording.run.limit is not None
    assert recording.run.limit.name == "memory_mb"


@pytest.mark.skipif(os.name != "posix", reason="pipes and links of POSIX")
def test_what_is_carried_out_is_regular_and_of_a_size(tmp_path: Path):
    out, result = tmp_path / "out", tmp_path / "result"
    out.mkdir()
    result.mkdir()
    (out / "good.json").write_text("{}")
    (out / "folder.json").mkdir()
    os.mkfifo(out / "pipe.json")
    (out / "link.json").symlink_to("/etc/passwd")
    (out / "progress.json").write_bytes(bytes(20_000))
    os.truncate(os.open(out / "sparse.npz", os.O_CREAT | os.O_RDWR), 1 << 40)
    Carrier(str(out), os.open(result, os.O_DIRECTORY)).everything()
    assert [path.name for path in result.iterdir()] == ["good.json"]


# -- A machine without bubblewrap --------------------------------------------------------------------------------------


@pytest.fixture
def bare(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run `grader` on a machine whose PATH has no bwrap, no data sets and no network."""
    names = {"PATH": str(tmp_path), "KERAS_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    proxies = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "grader", *map(str, words)]
        return subprocess.run(
            command, env={**os.environ, **names, **proxies}, capture_output=True, text=True, timeout=120, check=False
        )

    return run


def test_without_bubblewrap_other_peoples_notebooks_are_refused(bare, tmp_path: Path):
    Attack(HERE / "honest.py").write(tmp_path)
    out = tmp_path / "results"
    ended = bare("grade", tmp_path / "honest.ipynb", "--assignment", "fashion-mnist", "--out", out)
    assert ended.returncode != 0
    assert "--isolation none" in ended.stderr
    assert not (out / "honest").exists()


def test_without_bubblewrap_the_doctor_says_which_layers_are_missing(bare):
    found = dict(line[6:].split(": ", 1) for line in bare("doctor").stdout.splitlines())
    assert "bubblewrap is not installed" in found["wall"]
    assert "no wall here" in found["seccomp filter"]
    assert "no wall here" in found["control groups"]
    assert "ten times a second" in found["limits"]

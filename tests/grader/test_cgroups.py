import os
from pathlib import Path

import pytest

from grader.running import cgroups
from grader.running.cgroups import HOST, PREFIX, Groups, Tree, handed_down, sweep


@pytest.fixture
def delegated(tmp_path: Path) -> Path:
    """A folder that looks like a control group of version 2 with this process in it."""
    for name, text in {
        "cgroup.controllers": "cpuset cpu io memory pids",
        "cgroup.subtree_control": "",
        "cgroup.procs": f"{os.getpid()}",
    }.items():
        (tmp_path / name).write_text(text + "\n")
    return tmp_path


def test_a_group_of_ones_own_is_handed_down_from_a_group_below_it(delegated: Path):
    handed_down(delegated)
    assert (delegated / HOST / "cgroup.procs").read_text() == "0"
    assert (delegated / "cgroup.subtree_control").read_text() == "+memory +pids +cpu"


def test_a_group_with_other_processes_in_it_is_left_as_it_is(delegated: Path):
    (delegated / "cgroup.procs").write_text(f"{os.getpid()}\n1\n")
    assert handed_down(delegated) == ()
    assert not (delegated / HOST).exists()


def test_controllers_that_are_handed_down_already_are_taken(delegated: Path):
    (delegated / "cgroup.subtree_control").write_text("memory pids\n")
    (delegated / "cgroup.controllers").write_text("memory pids\n")
    assert handed_down(delegated) == ("memory", "pids")


def test_limits_are_written_where_the_kernel_has_a_file_for_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made = Path.mkdir

    def mkdir(self: Path) -> None:
        made(self)
        (self / "memory.max").write_text("max")

    monkeypatch.setattr(Path, "mkdir", mkdir)
    Groups.make([Tree(tmp_path, ("memory",), 2)], "grader-1-1", memory_mb=100, processes=9)
    assert (tmp_path / "grader-1-1" / "memory.max").read_text() == str(100 << 20)
    assert [path.name for path in (tmp_path / "grader-1-1").iterdir()] == ["memory.max"]


def test_groups_of_processes_that_are_gone_are_removed(tmp_path: Path):
    dead = 2**22 + 1  # larger than any process number
    for owner in (dead, os.getpid()):
        (tmp_path / f"{PREFIX}{owner}-x-1").mkdir()
    sweep(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [f"{PREFIX}{os.getpid()}-x-1"]


def test_a_machine_without_control_groups_has_no_trees(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(cgroups, "lines", lambda path: [])
    assert cgroups.trees() == []

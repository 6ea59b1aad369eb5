"""The limits of a job -> control groups of the kernel's that hold it to them, where this machine lets us make some.

The guardian looks ten times a second and adds up what it can see. A control group counts everything at once, the
kernel's own memory among it, and shares the processors between jobs however many threads each of them has.
"""

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

WANTED = ("memory", "pids", "cpu")
PREFIX = "grader-"
HOST = f"{PREFIX}host"
"""Group of this very process in a delegated tree: a group that has groups may hold no process itself."""
DELEGATE = "systemd-run --user --scope -p Delegate=yes grader grade ..."


@dataclass(frozen=True)
class Tree:
    """A folder in which this process may make control groups."""

    folder: Path
    controllers: tuple[str, ...]
    version: int


@dataclass(frozen=True)
class Groups:
    """Of one job: a folder in each tree."""

    trees: list[Tree]
    name: str

    @classmethod
    def make(cls, trees: list[Tree], name: str, memory_mb: int, processes: int) -> "Groups":
        """Make them with their limits. Raises OSError."""
        for tree in trees:
            folder = tree.folder / name
            folder.mkdir()
            for file, value in limits(tree, memory_mb << 20, processes).items():
                if (folder / file).exists():
                    (folder / file).write_text(str(value))
        return cls(trees, name)

    def entrances(self) -> list[int]:
        """Open files: who writes 0 to all of them is in the groups, with whatever it starts."""
        return [os.open(tree.folder / self.name / "cgroup.procs", os.O_WRONLY | os.O_CLOEXEC) for tree in self.trees]

    def ran_out_of_memory(self) -> bool:
        """Whether the kernel has ended a process of theirs for its memory."""
        for tree in self.trees:
            if "memory" in tree.controllers:
                file = tree.folder / self.name / ("memory.events" if tree.version == 2 else "memory.oom_control")
                return any(line.startswith("oom_kill ") and line.split()[1] != "0" for line in lines(file))
        return False

    def remove(self) -> None:
        """Remove them; what still holds a process stays for `sweep`."""
        for tree in self.trees:
            with suppress(OSError):
                (tree.folder / self.name).rmdir()


def limits(tree: Tree, memory: int, processes: int) -> dict[str, int]:
    """By file, in the order in which they are to be written."""
    if tree.version == 2:
        return {"memory.max": memory, "memory.swap.max": 0, "memory.oom.group": 1, "pids.max": processes}
    return {"memory.limit_in_bytes": memory, "memory.memsw.limit_in_bytes": memory, "pids.max": processes}


def trees() -> list[Tree]:
    """Where this process may make groups: one tree in version 2, in version 1 one for each controller."""
    found: list[Tree] = []
    for line in lines(Path("/proc/self/cgroup")):
        _, names, path = line.split(":", 2)
        controllers = tuple(name for name in names.split(",") if name in WANTED)
        mount = mounted("cgroup" if names else "cgroup2", controllers)
        if mount is None or (names and not controllers):
            continue
        folder = mount / path.lstrip("/")
        folder = folder if folder.is_dir() else mount  # in a container the path is the host's
        if names and os.access(folder, os.W_OK):
            found.append(Tree(folder, controllers, 1))
        elif not names and (controllers := handed_down(folder)):
            found.append(Tree(folder, controllers, 2))
    for tree in found:
        sweep(tree.folder)
    return found


def mounted(kind: str, controllers: tuple[str, ...]) -> Path | None:
    """Where a tree of control groups is mounted."""
    for line in lines(Path("/proc/mounts")):
        _, place, what, options, *_ = line.split()
        if what == kind and set(controllers) <= set(options.split(",")):
            return Path(place)
    return None


def handed_down(folder: Path) -> tuple[str, ...]:
    """The controllers that groups in a folder of version 2 would have.

    Where the group was delegated, and holds nobody else, this process moves into a group of its own below it first.
    """
    if not os.access(folder / "cgroup.subtree_control", os.W_OK) or not os.access(folder, os.W_OK):
        return ()
    control, own = folder / "cgroup.subtree_control", tuple(lines(folder / "cgroup.controllers"))
    there = [name for name in WANTED if name in " ".join(own).split()]
    with suppress(OSError):
        if not set(there) <= set(" ".join(lines(control)).split()) and alone_in(folder):
            (folder / HOST).mkdir(exist_ok=True)
            (folder / HOST / "cgroup.procs").write_text("0")
            control.write_text(" ".join(f"+{name}" for name in there))
    return tuple(name for name in there if name in " ".join(lines(control)).split())


def alone_in(folder: Path) -> bool:
    """Whether this process is the only one in a group."""
    return lines(folder / "cgroup.procs") == [str(os.getpid())]


def sweep(folder: Path) -> None:
    """Remove the groups of processes that are gone."""
    for group in folder.glob(f"{PREFIX}*-*"):
        owner = group.name.split("-")[1]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            with suppress(OSError):
                group.rmdir()


def lines(path: Path) -> list[str]:
    """Of a small file of the kernel's; none where it cannot be read."""
    with suppress(OSError):
        return path.read_text().splitlines()
    return []

"""The machine -> what it can do for the grader, and how to mend what it cannot."""

import importlib.metadata
import os
import tempfile
import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from grader.courses.course import Course, bundled
from grader.data.datasets import Store
from grader.inside import calls
from grader.running import cgroups, wall

KERNEL_PACKAGES = ("tensorflow", "keras", "pandas", "matplotlib")
LEAST_MEMORY_MB = 6_000
NO_GROUPS = (
    "none can be made here. Memory and processes are watched all the same, but one notebook may slow down the others. "
    f"With systemd: {cgroups.DELEGATE}"
)


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    title: str
    well: bool
    detail: str
    """What was found; where it is not well, the next step."""


def examine() -> Iterator[Finding]:
    """Look at the packages, the wall, the memory and the data sets of the assignments, one after the other."""
    packages = importlib.metadata.packages_distributions()
    for name in KERNEL_PACKAGES:
        if name in packages:
            yield Finding(name, True, importlib.metadata.version(packages[name][0]))
        else:
            yield Finding(name, False, 'not installed; notebooks need it: pip install "keras-notebook-grader[kernels]"')
    yield from protection()
    memory = psutil.virtual_memory().total >> 20
    enough = "enough for one notebook at a time" if memory >= LEAST_MEMORY_MB else "lower memory_mb in the sheets"
    yield Finding("memory", memory >= LEAST_MEMORY_MB, f"{memory:,} MB; {enough}")
    course = Course(bundled())
    for name in sorted({course.assignment(assignment).task.dataset for assignment in course.names}):
        status = Store().status_of(name)
        yield Finding(f"data set {status.name}", status.state == "ready", status.reason or str(status.path))


def protection() -> Iterator[Finding]:
    """Look at each layer between a notebook and this machine; without the wall the two behind it are not used."""
    no_wall = wall.why_not()
    yield Finding("wall", no_wall is None, no_wall or "bubblewrap and its namespaces work; notebooks run behind them")
    behind = "notebooks have no wall here, and neither users, namespaces nor filters of their own" if no_wall else None
    no_filter = behind or calls.why_not()
    refused = f"{len(calls.DENIED)} calls of the kernel that no notebook needs are refused"
    yield Finding("seccomp filter", no_filter is None, no_filter or refused)
    held = sorted({name for tree in cgroups.trees() for name in tree.controllers})
    no_groups = behind or (None if held else NO_GROUPS)
    yield Finding("control groups", no_groups is None, no_groups or f"{', '.join(held)}: one group for each notebook")
    watched = "memory, processes, files and time are looked at ten times a second, and the kernel's limits are set"
    yield Finding("limits", os.name == "posix", watched if os.name == "posix" else "this system has no such limits")


def keep_trace(error: BaseException) -> Path:
    """Write an exception with its traceback to a file that can be sent along with a report."""
    with tempfile.NamedTemporaryFile("w", prefix="grader-failure-", suffix=".txt", delete=False) as file:
        file.writelines(traceback.format_exception(error))
    return Path(file.name)

"""What all protection costs a notebook, against a kernel forked from a warm process without any.

    python bench/walls.py [--runs N]

Both grade the same light notebook in turn, with everything that belongs to it: the run, the judge, the report. One does
it behind the wall, in namespaces, with a filter and control groups; the other in bare forks of a process just as warm.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import nbformat
from overhead import light_notebook, seconds_graded

from grader.inside import calls
from grader.pipeline import open_desk
from grader.running import cgroups, wall
from grader.running.sandbox import Sandbox, WalledSandbox

MOST_SECONDS = 0.3
UNWATCHED = """
from grader.inside import guard, warm
guard.look, guard.end_the_rest = lambda *_: 0.0, lambda _: None
warm.main()
"""


class Bare(WalledSandbox):
    """Jobs forked from a warm process in the open."""

    isolation = "none"  # type: ignore[assignment]
    served = Sandbox.served

    def warm_up(self) -> None:
        """The same process, without bubblewrap around it and without groups."""
        self.trees = []
        os.environ.update(wall.ENVIRONMENT)
        walled, wall.command = wall.command, bare_command
        try:
            super().warm_up()
        finally:
            wall.command = walled


def bare_command(jobs: Path, served: Mapping[str, Path], program: list[str]) -> list[str]:
    """The warm process itself, whose guardians look at nothing."""
    return [program[0], "-c", UNWATCHED, program[-1]]


def main() -> None:
    """Print both, and leave with 1 where the bound is passed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    with (
        open_desk(None, "fashion-mnist", "wall") as desk,
        Bare({desk.assignment.task.dataset: desk.served.folder}) as bare,
        tempfile.TemporaryDirectory() as folder,
    ):
        path = Path(folder, "light.ipynb")
        nbformat.write(light_notebook(desk), path)
        desks = {"bare": replace(desk, sandbox=bare), "protected": desk}
        seconds: dict[str, list[float]] = {name: [] for name in desks}
        for number in range(runs + 1):
            for name, each in desks.items():
                total, _ = seconds_graded(path, each, Path(folder))
                if number:  # the first of each also waits for the warm process
                    seconds[name].append(total)
    # The fastest of each: whatever else the machine does only makes them slower.
    best = {name: min(each) for name, each in seconds.items()}
    cost = best["protected"] - best["bare"]
    facts = {
        "runs": runs,
        "seccomp": calls.why_not() or "on",
        "control_groups": [name for tree in cgroups.trees() for name in tree.controllers],
        **{f"{name}_seconds": round(least, 2) for name, least in best.items()},
        **{f"{name}_median": round(statistics.median(each), 2) for name, each in seconds.items()},
        "cost_seconds": round(cost, 3),
        "bound": MOST_SECONDS,
    }
    print(json.dumps(facts, indent=1))
    sys.exit(0 if cost <= MOST_SECONDS else 1)


if __name__ == "__main__":
    main()

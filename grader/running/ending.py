"""How a job ended and how its cells went -> the status of the run, in a sentence for the student."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from grader.courses.sheet import Limits
from grader.inside.request import Ended
from grader.records import CellRun, LimitHit, RunStatus

SIGNS = {
    "memory_mb": re.compile(r"MemoryError|bad_alloc|OOM when allocating|failed to allocate memory"),
    "written_mb": re.compile(r"No space left on device|File too large"),
    "processes": re.compile(r"can't start new thread|Resource temporarily unavailable"),
}
"""How Python and TensorFlow say that they ran into a limit."""
MEANINGS = {
    "wall_seconds": (
        "The notebook was stopped after its {:g} seconds",
        "Look for a loop that never ends, or train for fewer epochs.",
    ),
    "memory_mb": (
        "The notebook asked for more than its {:g} MB of memory",
        "Use smaller arrays or batches, float32 instead of float64, and delete what you no longer need.",
    ),
    "processes": ("The notebook started more than its {:g} processes and threads", "Use fewer workers."),
    "written_mb": (
        "The notebook wrote more than its {:g} MB of files",
        "Save less, or delete what you no longer need.",
    ),
    "output_mb": (
        "The notebook printed more than its {:g} MB",
        "Print less: no whole arrays, and nothing in every turn of a long loop.",
    ),
}
"""What a limit means, and what to do."""
NEARLY = 0.9
"""Of the memory limit: who crashes above it asked for the rest in one piece, and did not get it."""


@dataclass(frozen=True)
class Ending:
    """The fields of `grader.records.Run` that tell how it ended."""

    status: RunStatus
    sentence: str
    limit: LimitHit | None = None


def how_it_ended(
    ended: Ended, cells: Mapping[int, CellRun], order: list[int], current: int | None, limits: Limits, over: str | None
) -> Ending:
    """The ending of a run.

    Args:
        ended: of the kernel's job.
        cells: by number, those that came to their end, and those that were skipped.
        order: numbers of the cells that were to run.
        current: the cell that was running at the end.
        limits: in force.
        over: a limit that the host saw passed (wall_seconds, output_mb).
    """
    if name := ended.limit or over:
        limit = LimitHit(name=name, value=getattr(limits, name), used=ended.used)
        return Ending("limit", limit_sentence(limit, current), limit)
    if not cells.keys() >= set(order):
        if ended.code < 0 and ended.peak_mb > NEARLY * limits.memory_mb:
            limit = LimitHit(name="memory_mb", value=limits.memory_mb, used=ended.peak_mb)
            return Ending("limit", limit_sentence(limit, current), limit)
        return Ending("died", death_sentence(ended, current))
    failed = sorted((cell for cell in cells.values() if cell.error), key=lambda cell: cell.number)
    for cell in failed:
        if name := limit_behind(cell):
            limit = LimitHit(name=name, value=getattr(limits, name))
            return Ending("errors", limit_sentence(limit, cell.number), limit)
    if failed:
        return Ending("errors", error_sentence(failed))
    return Ending("finished", "Every cell ran, from the first to the last, on a fresh kernel.")


def limit_behind(cell: CellRun) -> str | None:
    """The limit that a cell's error speaks of."""
    words = "\n".join(f"{error.kind}: {error.message}" for error in cell.errors)
    return next((name for name, sign in SIGNS.items() if sign.search(words)), None)


def limit_sentence(limit: LimitHit, cell: int | None) -> str:
    """Which limit, where, what to do, and how it is raised."""
    meaning, advice = MEANINGS[limit.name]
    where = f" in cell {cell}" if cell else ""
    return (
        f"{meaning.format(limit.value)}{where}. {advice} If the work really needs more, the teacher raises "
        f"`{limit.name}` (now {limit.value:g}) under [limits] in the assignment's sheet.toml."
    )


def death_sentence(ended: Ended, cell: int | None) -> str:
    """Why a kernel was gone before the last cell."""
    where = f"in cell {cell}" if cell else "between two cells"
    how = f"with exit code {ended.code}" if ended.code >= 0 else f"by signal {-ended.code}"
    return (
        f"The kernel ended {where} {how}, and what comes after did not run. Look there for exit(), quit(), os._exit() "
        "or a call that crashes Python, and remove it."
    )


def error_sentence(failed: list[CellRun]) -> str:
    """The first error, and how many more there were."""
    first = failed[0]
    assert first.error is not None
    line = f", line {first.error.line}," if first.error.line else ""
    what = f"{line} stopped with {first.error.kind}: {first.error.message[:300].rstrip('.')}".removeprefix(" ")
    more = f" {len(failed) - 1} more stopped as well." if len(failed) > 1 else ""
    return f"Cell {first.number}{'' if what.startswith(',') else ' '}{what}.{more} The other cells ran."

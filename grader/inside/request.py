"""What the host asks of a job, and what it hears of its end: plain values that cross as JSON."""

from dataclasses import dataclass, field
from typing import Any

LAUNCH_FAILED = 97
"""Exit code of a job that came to grief in the grader's own code, before any of a student's ran."""


@dataclass(frozen=True)
class Request:
    """What the host asks for; the folders are the host's."""

    job: str
    kind: str
    """kernel or judge: what `grader.inside.job` runs."""
    folder: str
    """Of this job. Holds `door`, shared with the host; `files`, handed in with a notebook; `first`, what
    its first run left where this is the second; `result`, which the job
    never sees; and, once inside, `out`."""
    walled: bool
    user: int
    memory_mb: int
    processes: int
    written_mb: int
    threads: int
    settings: dict[str, Any] = field(default_factory=dict)
    """For the kind: see there."""


@dataclass(frozen=True)
class Ended:
    """How a job ended."""

    code: int
    """Exit code, or the negative number of a signal."""
    limit: str | None = None
    """The limit that ended it, a field of `Request`."""
    used: float | None = None
    """Of that limit, in its unit."""
    peak_mb: float = 0
    error: str | None = None
    """Why it could not be started."""

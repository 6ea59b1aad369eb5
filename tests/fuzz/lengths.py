"""How long to fuzz: a few seconds with the other tests, or as long as `make fuzz` wants (HYPOTHESIS_PROFILE=long)."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from hypothesis import HealthCheck, Phase, settings

IS_LONG = os.environ.get("HYPOTHESIS_PROFILE") == "long"
SHORT, LONG = 20, 10_000
"""Files of a test."""
HANGS_SECONDS = 20
"""Of the processor's time: a busy machine's clock says nothing. A file that takes longer stops the class behind it."""


class Hangs(BaseException):
    """Not an Exception: nothing that is tested may catch it."""


def fuzzed(share: float = 1) -> settings:
    """As many examples as the test gets, where its share of the usual number is enough."""
    return settings(
        max_examples=int(LONG * share) if IS_LONG else max(5, int(SHORT * share)),
        derandomize=not IS_LONG,
        database=None,
        deadline=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
        # To shrink a whole notebook takes longer than to read what is wrong with it.
        phases=[Phase.explicit, Phase.generate],
    )


@contextmanager
def in_time() -> Iterator[None]:
    """A block that is broken off where it hangs."""

    def hangs(number: int, frame: FrameType | None) -> None:
        raise Hangs(f"not done after {HANGS_SECONDS} s")

    before = signal.signal(signal.SIGPROF, hangs)
    signal.setitimer(
        signal.ITIMER_PROF, HANGS_SECONDS, 1
    )  # again and again: Python drops what is raised in its collector
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)

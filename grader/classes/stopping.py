"""Ctrl-C, or a polite signal -> one KeyboardInterrupt, and the time to clean up after it."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

SIGNALS = [number for name in ("SIGINT", "SIGTERM", "SIGHUP") if (number := getattr(signal, name, None))]


@contextmanager
def stops_cleanly() -> Iterator[None]:
    """Within the block the first of these signals ends the command; what comes after it does not break the clean-up.

    A closed terminal and a machine that shuts down send one as well; what is ignored already, as nohup does, stays so.
    """
    heeded = [number for number in SIGNALS if signal.getsignal(number) != signal.SIG_IGN]
    before = {number: signal.signal(number, interrupt) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def interrupt(number: int, frame: FrameType | None) -> None:
    """Once."""
    for each in SIGNALS:
        signal.signal(each, signal.SIG_IGN)
    raise KeyboardInterrupt

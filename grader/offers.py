"""A job's offers of models in training -> the host's answers: whether a verdict is in, so that training may end."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from grader.errors import TeacherError
from grader.sandbox import Job

LOOK_SECONDS = 0.1
REST = 3
"""Times as long as a look took, before the next: a notebook that forges offers keeps the host busy no longer."""
MOST_OFFERS = 200
OFFER_BYTES = 1_000

Proven = Callable[[Path, str], bool]
"""Given the folder of a run's files and the id of a model in training: whether its verdict is in."""


@contextmanager
def answering(job: Job, proven: Proven | None) -> Iterator[None]:
    """Answer the job's offers while the block runs; with None there is nobody who answers."""
    over = threading.Event()
    answerer = threading.Thread(target=answer_until, args=(over, job, proven), daemon=True)
    if proven is not None:
        answerer.start()
    try:
        yield
    finally:
        over.set()
        if proven is not None:
            answerer.join()


def answer_until(over: threading.Event, job: Job, proven: Proven) -> None:
    """Look at every offer, one after another."""
    last = 0
    while not over.wait(LOOK_SECONDS) and last < MOST_OFFERS:
        offer = read_offer(job.result / "offer.json")
        if offer is None or offer[0] <= last:
            continue
        last, model = offer
        started = time.perf_counter()
        said = False
        with suppress(TeacherError):  # The judge at the end meets the same, and says so.
            said = proven(job.result, model)
        write_answer(job.folder / "door", last, said)
        over.wait(REST * (time.perf_counter() - started))


def read_offer(path: Path) -> tuple[int, str] | None:
    """Its number and the id of its model; None where there is none, or none that can be read."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        said = json.loads(path.read_bytes()[:OFFER_BYTES])
        if isinstance(said["number"], int) and isinstance(said["model"], str):
            return said["number"], said["model"]
    return None


def write_answer(door: Path, number: int, proven: bool) -> None:
    """Put it behind the job's door, whole or not at all."""
    half = door / ".answer"
    half.write_text(json.dumps({"number": number, "proven": proven}), encoding="utf-8")
    half.chmod(0o644)
    os.replace(half, door / "answer.json")

"""A job's offers of models in training -> the host's answers: whether a verdict is in, so that training may end."""

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from grader.errors import TeacherError
from grader.running.sandbox import Job

LOOK_SECONDS = 0.1
REST = 1
"""Times as long as a look took, before the next: a notebook that forges offers keeps half a core busy, not more."""
MOST_LOOKS = 200


@dataclass(frozen=True)
class Offer:
    """A model in training, as the notebook says; nothing of it is to be believed."""

    files: Path
    """Folder of the run's files."""
    model: str
    """Its id."""
    epochs: int
    """That its training asks for."""


Proven = Callable[[Offer, threading.Event], bool]
"""Whether the verdict on an offered model is in. It gives up where the event is set: then nobody waits any more."""


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
    last = looks = 0
    while looks < MOST_LOOKS and not over.wait(LOOK_SECONDS):
        said = job.words("offer.json")
        number, model, epochs = (said.get(key) for key in ("number", "model", "epochs"))
        if not (isinstance(number, int) and isinstance(model, str) and isinstance(epochs, int)) or number <= last:
            continue
        last, looks = number, looks + 1
        started = time.perf_counter()
        answer = False
        with suppress(TeacherError, OSError):  # The judge at the end meets the same, and says so.
            answer = proven(Offer(job.result, model, epochs), over)
        with suppress(OSError):
            write_answer(job.folder / "door", last, answer)
        over.wait(REST * (time.perf_counter() - started))


def write_answer(door: Path, number: int, proven: bool) -> None:
    """Put it behind the job's door, whole or not at all."""
    half = door / ".answer"
    half.write_text(json.dumps({"number": number, "proven": proven}), encoding="utf-8")
    half.chmod(0o644)
    os.replace(half, door / "answer.json")

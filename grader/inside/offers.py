"""A model in training -> an offer to the host, which measures it and says whether its verdict is in."""

import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

OFFER_SECONDS = 3.0
WORTH_SECONDS = 6.0
"""With less training to go, a look takes as long as it can save."""
WORTH_TIMES = 3
"""As long as the last look took, likewise."""
OFFER_SHARE = 0.05
"""Of the time trained so far lies between two offers, so that long trainings are not looked at too often."""


class Offers:
    """The kernel's side: one offer at a time, and none before the last was answered."""

    def __init__(self, out: Path, door: Path):
        self.file, self.answers = out / "offer.json", door / "answer.json"
        self.number = 0
        self.made_at = time.perf_counter()
        self.open = False
        self.cost = 0.0
        """Seconds that the last answer took."""

    def due(self, trained: float, left: float) -> bool:
        """Whether it is time for another, after `trained` seconds of training and with so many `left` to go."""
        waited = time.perf_counter() - self.made_at
        worth_it = left > max(WORTH_SECONDS, WORTH_TIMES * self.cost)
        return not self.open and worth_it and waited > max(OFFER_SECONDS, OFFER_SHARE * trained)

    def make(self, model: str, epochs: int, write: Callable[[Path, Callable[[Path], object]], None]) -> None:
        """Offer a model, whose files are written already.

        Args:
            model: its id.
            epochs: that its training asks for.
            write: writes a file atomically.
        """
        self.number += 1
        self.open, self.made_at = True, time.perf_counter()
        words = json.dumps({"number": self.number, "model": model, "epochs": epochs})
        write(self.file, lambda path: path.write_text(words))

    def answer(self) -> bool | None:
        """Whether the verdict is in; None while the host is still looking, or where nothing is on offer."""
        if not self.open:
            return None
        with suppress(OSError, ValueError):
            said = json.loads(self.answers.read_text())
            if said["number"] == self.number:
                self.close()
                return bool(said["proven"])
        return None

    def close(self) -> None:
        """The training has ended, or its offer was answered."""
        if self.open:
            self.open, self.cost = False, time.perf_counter() - self.made_at

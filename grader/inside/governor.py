"""A budget of training seconds -> a callback that stops fit() when it is spent, and batches run many at a time."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import keras
import numpy as np

STEPS_AT_ONCE = 32
LOOK_SECONDS = 0.1


class Governor(keras.callbacks.Callback):
    """Ends training in good order: the model keeps what it has learned, and later cells go on."""

    def __init__(self, seconds: float | None, on_epoch: Any, answer: Callable[[], bool | None]):
        super().__init__()
        self.answer = answer
        self.started = time.perf_counter()
        self.deadline = None if seconds is None else self.started + seconds
        self.on_epoch = on_epoch
        self.epochs = 0
        self.cut = False
        self.asked_to_stop = False
        self.kept: tuple[int, list[Any]] | None = None
        """Epochs and weights of the model that was offered to the host."""
        self.proven = False
        self.last_look = 0.0

    def keep(self) -> None:
        """Hold on to the model as it is, while the host looks at it."""
        self.kept = self.epochs, [np.array(weight) for weight in self.model.weights]

    def look(self) -> None:
        """Stop once the host has answered that the verdict is in; after another answer go on."""
        if self.kept is None or time.perf_counter() - self.last_look < LOOK_SECONDS:
            return
        self.last_look = time.perf_counter()
        answer = self.answer()
        if answer:
            self.proven = True
            self.model.stop_training = True
        elif answer is False:
            self.kept = None

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Stop after this batch once the verdict is in, or the budget is spent; even a spent one grants one batch."""
        self.look()
        if self.deadline is not None and time.perf_counter() > self.deadline:
            self.cut = True
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Count, and pass the figures on; an epoch that was cut is none."""
        if self.cut or self.proven:
            return
        self.epochs += 1
        self.on_epoch(self, logs or {})
        self.look()

    def on_train_end(self, logs: Any = None) -> None:
        """Note whether a callback of the notebook's own ended the training; the model that was proven is the result."""
        self.asked_to_stop = bool(self.model.stop_training) and not self.cut and not self.proven
        if self.proven and self.kept:
            self.epochs, weights = self.kept
            self.model.set_weights(weights)


@contextmanager
def hastened(model: Any) -> Iterator[None]:
    """Let Keras run many batches for each step of its Python loop.

    With whole arrays the updates are the same, in the same order. On small models most of the time is that loop's.
    """
    if model.steps_per_execution != 1 or model.run_eagerly:
        yield
        return
    retrace(model, STEPS_AT_ONCE)
    try:
        yield
    finally:
        retrace(model, 1)


def retrace(model: Any, steps: int) -> None:
    """Set the steps; what was traced for another number of them would count wrongly."""
    model.steps_per_execution = steps
    model.train_function = model.test_function = model.predict_function = None


def watches_batches(callback: Any) -> bool:
    """Whether a callback does anything between two batches."""
    if isinstance(callback, keras.callbacks.ModelCheckpoint):
        return bool(callback.save_freq != "epoch")
    plain = keras.callbacks.Callback
    return any(
        getattr(getattr(callback, name), "__func__", None) is not getattr(plain, name)
        for name in ("on_batch_begin", "on_batch_end", "on_train_batch_begin", "on_train_batch_end")
    )


def pad(history: Any, epochs: int) -> None:
    """Lengthen the figures of a training that was ended early to the epochs asked for, by repeating the last.

    Notebooks plot against range(1, epochs + 1). The true length stays in `history.epochs_granted`.
    """
    granted = len(history.epoch)
    for figures in history.history.values():
        if len(figures) == granted:  # with validation_freq there are fewer of some
            figures.extend(figures[-1:] * (epochs - granted))
    last = history.epoch[-1] if history.epoch else -1
    history.epoch.extend(range(last + 1, last + 1 + epochs - granted))
    history.epochs_granted = granted


def shorten(lists: Iterable[list[Any]], epochs: int) -> None:
    """Drop the figures after the epoch whose weights the model has got back."""
    for figures in lists:
        del figures[epochs:]


def counts_epochs(callback: Any) -> bool:
    """Whether a callback may keep something for every epoch, which an early end would take from it."""
    if isinstance(callback, keras.callbacks.ModelCheckpoint):
        return "{epoch" in str(callback.filepath)
    return not type(callback).__module__.startswith("keras.")

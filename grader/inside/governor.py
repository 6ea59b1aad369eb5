"""A budget of training seconds -> a callback that stops fit() when it is spent, and batches run many at a time."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import keras

STEPS_AT_ONCE = 32


class Governor(keras.callbacks.Callback):
    """Ends training in good order: the model keeps what it has learned, and later cells go on."""

    def __init__(self, seconds: float | None, on_epoch: Any):
        super().__init__()
        self.deadline = None if seconds is None else time.perf_counter() + seconds
        self.on_epoch = on_epoch
        self.epochs = 0
        self.cut = False
        self.asked_to_stop = False

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        """Stop after this batch once the budget is spent; even a spent budget grants one batch."""
        if self.deadline is not None and time.perf_counter() > self.deadline:
            self.cut = True
            self.model.stop_training = True

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        """Count, and pass the figures on; an epoch that was cut is none."""
        if self.cut:
            return
        self.epochs += 1
        self.on_epoch(self.epochs, logs or {})

    def on_train_end(self, logs: Any = None) -> None:
        """Whether a callback of the notebook's own ended the training."""
        self.asked_to_stop = bool(self.model.stop_training) and not self.cut


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
    """Lengthen the figures of a cut training to the epochs asked for, by repeating the last.

    Notebooks plot against range(1, epochs + 1). The recorder has noted the true length before.
    """
    for figures in history.history.values():
        figures.extend(figures[-1:] * (epochs - len(figures)))
    history.epoch.extend(range(len(history.epoch), epochs))

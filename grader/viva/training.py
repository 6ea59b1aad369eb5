"""The recorded trainings of a network -> questions about their histories, steps and rates."""

import math
from collections.abc import Iterator, Sequence

from grader.records import Fit
from grader.viva.case import Case
from grader.viva.chart import chart
from grader.viva.question import Picture, Question

OTHER_BATCHES = (16, 64, 100, 128, 256, 512)
KERAS_RATES = {"adam": 0.001, "rmsprop": 0.001, "sgd": 0.01, "adagrad": 0.001, "adadelta": 0.001, "nadam": 0.001}
CLEARLY = 1.05
"""So many times the lowest validation loss is a rise that is no noise, and of the training loss a gap."""
UNITS_OFF = " With dropout the training loss is measured with units switched off, so it may well be the higher one."
FEWEST_EPOCHS = 3


def figures_of(fit: Fit, name: str) -> list[float]:
    """A metric of the history, one figure an epoch; empty where one of them is no number."""
    known = [value for value in fit.history.get(name, []) if value is not None]
    return known if len(known) == len(fit.history.get(name, [])) else []


def at_epoch(case: Case, fit: Fit, epoch: int | None = None) -> str:
    """What a question about a training is based on."""
    where = f"fit() in cell {fit.cell}" if fit.cell else f"fit() of {case.network}"
    return f"epoch {epoch} of the history, {where}" if epoch else f"history, {where}"


def best_epoch(case: Case) -> Iterator[Question]:
    """The epoch of the lowest validation loss, and what one does with it."""
    fit = case.fit
    losses = figures_of(fit, "val_loss") if fit else []
    if fit is None or len(losses) < FEWEST_EPOCHS or not figures_of(fit, "loss"):
        return
    best = losses.index(min(losses)) + 1
    after = len(losses) - best
    yield Question(
        generator="best_epoch",
        level="recall",
        text=f"In which epoch did {case.network} have its lowest validation loss, and what would you do with that "
        "epoch?",
        expected=f"Epoch {best} of {len(losses)}, with {min(losses):.4f}. "
        + (
            "It is the last one, so the training may go on."
            if not after
            else f"The {after} after it did not help by this measure: stop there with EarlyStopping, or go back to its "
            "weights with restore_best_weights=True."
        ),
        partial="Reads the right curve, but takes the highest accuracy or the last epoch for it.",
        pictures=[curves(fit)],
        based_on=at_epoch(case, fit),  # the epoch would be the answer
        figures={"epoch": best, "val_loss": min(losses)},
    )


def overfitting(case: Case) -> Iterator[Question]:
    """Whether it overfits, and where one sees it."""
    fit = case.fit
    losses, training = (figures_of(fit, name) if fit else [] for name in ("val_loss", "loss"))
    if fit is None or len(losses) < FEWEST_EPOCHS or len(training) != len(losses):
        return
    best = losses.index(min(losses)) + 1
    drops = any("Dropout" in layer.class_name for layer in case.model.layers)
    yield Question(
        generator="overfitting",
        level="analyse",
        text=f"Does {case.network} overfit? Where in its curves do you see it?",
        expected=verdict(training, losses, best) + (UNITS_OFF if drops else ""),
        partial="Says yes or no rightly, but points to no epoch and no gap.",
        pictures=[curves(fit)],
        based_on=at_epoch(case, fit),
        figures={
            "epoch": best,
            "lowest": min(losses),
            "val_loss": losses[-1],
            "loss": training[-1],
        },
    )


def verdict(training: Sequence[float], losses: Sequence[float], best: int) -> str:
    """What the two losses show."""
    ends = f"validation loss {losses[-1]:.4f}, training loss {training[-1]:.4f}"
    if losses[-1] > CLEARLY * min(losses) and training[-1] < training[best - 1]:
        return (
            f"Yes, from about epoch {best}: there the validation loss is lowest ({min(losses):.4f}). It rises while "
            f"the training loss goes on falling; at the end {ends}."
        )
    if losses[-1] > CLEARLY * training[-1] and best == len(losses):
        return (
            f"Not yet: there is a gap, at the end {ends}, but the validation loss is lowest in the last epoch. While "
            "it falls the network still gets better, and more epochs may help."
        )
    if losses[-1] > CLEARLY * training[-1]:
        return (
            f"A gap, but no clear rise: at the end {ends}. The lowest validation loss is {min(losses):.4f} in epoch "
            f"{best}. More epochs would mostly widen the gap."
        )
    return (
        f"No sign of it: at the end {ends}, and the validation loss is not clearly above its lowest, {min(losses):.4f} "
        f"in epoch {best}."
    )


def curves(fit: Fit) -> Picture:
    """The loss of each epoch, as a chart: the run for the grading is not the one that the student saw."""
    asked = f" of {fit.epochs_asked:,}" if fit.epochs_asked != fit.epochs_granted else ""
    return Picture(
        caption=f"Loss in the run for the grading, epoch 1 to {fit.epochs_granted:,}{asked}; dashed: validation",
        image=chart({name: figures_of(fit, name) for name in ("loss", "val_loss") if figures_of(fit, name)}),
    )


def steps(case: Case) -> Iterator[Question]:
    """Steps in an epoch, from rows and batch size."""
    fit = case.fit
    if fit is None or not fit.rows or not fit.batch_size:
        return
    sizes = [fit.batch_size, *(size for size in OTHER_BATCHES if size != fit.batch_size and size < fit.rows)]
    for size in sizes:
        count, last = math.ceil(fit.rows / size), fit.rows % size
        given = "your own batch size" if size == fit.batch_size else f"batch_size={size}"
        yield Question(
            generator="steps",
            level="apply",
            text=f"{case.heading} was trained on {fit.rows:,} rows. How often are its weights updated in one "
            f"epoch with {given}, and how often in {fit.epochs_asked:,} epochs?",
            expected=f"{fit.rows:,} / {size:,} rounded up is {count:,} in an epoch"
            + (f" (the last batch has {last:,} rows)" if last else "")
            + f", {count * fit.epochs_asked:,} in all.",
            partial=f"Divides, but does not round up; or takes the {fit.rows:,} rows for the updates.",
            based_on=at_epoch(case, fit),
            figures={"steps": count, "updates": count * fit.epochs_asked},
        )


def learning_rate(case: Case) -> Iterator[Question]:
    """What the optimizer's rate does."""
    compiled = case.model.compiled
    if compiled is None or not compiled.optimizer or not compiled.learning_rate:
        return
    rate, usual = compiled.learning_rate, KERAS_RATES.get(compiled.optimizer.lower())
    compared = "" if usual is None else f" Keras' default for it is {usual:g}."
    based_on = f"compile() in cell {compiled.cell}" if compiled.cell else case.made
    for factor, effect in {
        10: "The steps are ten times as long: where the rate was too small, the loss falls faster; else it jumps about "
        "or breaks down.",
        0.1: "The steps are a tenth: the curve is smoother, and it takes many more epochs to come as far.",
    }.items():
        yield Question(
            generator="learning_rate",
            level="analyse",
            text=f"{compiled.optimizer[:40]} in {case.network} has a learning rate of {rate:.6g}. What does it do, and "
            f"what would you expect of {rate * factor:.6g}?",
            expected=f"It says how far the weights go along the slope in each update.{compared} {effect}",
            partial="Knows that it is the size of a step, but not what a larger or smaller one does to the curve.",
            based_on=based_on,
            figures={"learning_rate": rate * factor},
        )


def one_epoch(case: Case) -> Iterator[Question]:
    """What happened between two epochs."""
    fit = case.fit
    losses = figures_of(fit, "loss") if fit else []
    for epoch in range(2, min(len(losses), 12) + 1):
        if fit is None or losses[0] <= 0:
            return
        share = round(100 * (losses[0] - losses[epoch - 1]) / losses[0])
        yield Question(
            generator="one_epoch",
            level="recall",
            text=f"The training loss of {case.network} was {losses[0]:.4f} in epoch 1 and {losses[epoch - 1]:.4f} "
            f"in epoch {epoch}. By how many per cent did it change, and what happened in between?",
            expected=f"It {'fell' if share >= 0 else 'rose'} by {abs(share)} %. In each epoch every training row went "
            "through once, batch by batch, and the weights were updated after each batch.",
            partial="Knows that all rows are seen, but takes an epoch for one update.",
            based_on=at_epoch(case, fit, epoch),
            figures={"share": share},
        )


def stopped_early(case: Case) -> Iterator[Question]:
    """What ended a training before its time."""
    fit = case.fit
    if fit is not None and fit.stopped == "callback" and fit.epochs_granted < fit.epochs_asked:
        yield Question(
            generator="stopped_early",
            level="recall",
            text=f"{case.heading} was to train for {fit.epochs_asked:,} epochs, and trained for "
            f"{fit.epochs_granted:,}. Why?",
            expected=f"A callback such as EarlyStopping ended it after epoch {fit.epochs_granted:,}: the figure that "
            "it watches had not improved for as many epochs as its patience.",
            partial="Names EarlyStopping, but not what it watches and how long it waits.",
            based_on=at_epoch(case, fit, fit.epochs_granted),
            figures={"epochs": fit.epochs_granted},
        )

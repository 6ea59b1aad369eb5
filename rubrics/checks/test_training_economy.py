"""Evidence -> whether the training took no more epochs and updates than it needed."""

import math

import pytest

from grader.courses.sheet import Assignment
from grader.expect import Expectation, Missing, Undecided, expect, settle
from grader.fields import Figure
from grader.judging.structure import documented_as
from grader.records import Evidence

EXPLODED = (
    "The weights have grown without limit. Divide the inputs by their largest value, and try a smaller learning rate."
)
TOO_LONG = (
    "Epochs after the best one cost time and overfit. Train for fewer, or let "
    'EarlyStopping(monitor="val_loss", patience=3, restore_best_weights=True) end the training.'
)
NOT_WATCHED = (
    "Without validation data nobody can tell when the network begins to overfit. Give fit() validation_split=0.1."
)
CUT = "Nothing is taken off. Your teacher can grade the notebook again with --budget full."
FEWEST_UPDATES, MOST_UPDATES = 4, 10_000


@pytest.mark.each_network
@pytest.mark.criterion("training-economy", weight=2)
def test_epochs(evidence: Evidence, assignment: Assignment) -> None:
    """Training ends when more of it no longer helps."""
    fit, document = evidence.model.last_fit, documented_as(evidence.model, assignment.network)
    expected = (
        f"at most the {document.epochs} epochs of the course document, or training to end within twice the epochs that "
        "the best one needed, or 5 epochs after it"
    )
    watched = "val_loss" if fit.history.get("val_loss") else "loss"
    losses = fit.history.get(watched, [])
    if not losses and fit.was_cut:
        found = f"{fit.epochs_asked} epochs asked for, of which the grader let none be finished"
        if fit.epochs_asked > document.epochs:
            raise Undecided(expected, found, CUT)
        settle(Expectation(expected, found))
        return
    if not losses:
        raise Missing(expected, "no finished epoch", "Look at the error of the cell that calls fit().")
    best, trained = best_epoch(losses), fit.epochs_asked if fit.was_cut else len(losses)
    if best is None:
        raise Missing("a loss that is a number", f"NaN or infinity in all {len(losses)} epochs", EXPLODED)
    enough = max(document.epochs, 2 * best, best + 5)
    found = f"{trained} epochs with the lowest {watched} in epoch {best}"
    if fit.was_cut and trained > enough:
        raise Undecided(expected, f"{found}, of the {fit.epochs_granted} that were granted", CUT)
    hint = TOO_LONG if trained > enough else NOT_WATCHED if watched == "loss" else ""
    settle(Expectation(expected, found, hint, share=round(min(1.0, enough / max(trained, 1)), 4)))


@pytest.mark.each_network
@pytest.mark.criterion("training-economy")
def test_batch_size(evidence: Evidence) -> None:
    """The batch size suits the number of training rows."""
    fit = evidence.model.last_fit
    expected = f"a batch size that makes {FEWEST_UPDATES} to {MOST_UPDATES:,} updates of the weights in an epoch"
    if not (fit.batch_size and fit.rows):
        expect(True, expected=expected, found="rows that come in batches of their own, which is not judged")
        return
    updates = math.ceil(fit.rows / fit.batch_size)
    expect(
        FEWEST_UPDATES <= updates <= MOST_UPDATES,
        expected=expected,
        found=f"{updates:,} updates, from {fit.rows:,} rows in batches of {fit.batch_size:,}",
        hint="Few large batches give the optimizer few chances to learn; very small ones take long and jump about. Try "
        "batch_size=32 to 128.",
    )


def best_epoch(losses: list[Figure]) -> int | None:
    """Number of the epoch with the lowest loss, from 1; None where no loss is a number."""
    numbers = [(loss, epoch) for epoch, loss in enumerate(losses, start=1) if loss is not None]
    return min(numbers)[1] if numbers else None

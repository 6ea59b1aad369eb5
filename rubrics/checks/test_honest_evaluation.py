"""Evidence -> whether the result was measured on rows that the network was not trained on."""

import pytest

from grader.courses.sheet import Assignment
from grader.expect import Expectation, Undecided, expect, settle
from grader.marking.concerns import (
    MOST_TEST_ROWS,
    MOST_TRAINING_ROWS,
    evaluations_of,
    is_copy,
    is_split_anew,
    share_of_test_rows,
)
from grader.records import DataUsed, Evidence, Fit


@pytest.mark.each_network
@pytest.mark.criterion("honest-evaluation")
def test_trained_without_test_rows(evidence: Evidence, assignment: Assignment) -> None:
    """The network is not trained on test rows."""
    fits = [evidence.model.last_fit, *evidence.model.fits[:-1]]
    if assignment.task.resplit or is_split_anew(fits, evaluations_of(evidence.model, evidence), evidence.data):
        settle(some_kept_aside(fits, evidence.data))
        return
    expected = "a network trained on training rows only"
    worst = max(fits, key=share_of_test_rows)
    recognised = sum(fit.rows_from.get("train", 0) + fit.rows_from.get("test", 0) for fit in fits)
    if not recognised:
        hint = "Nothing is taken off. Your teacher looks at how the training data came about."
        raise Undecided(expected, "training rows that the grader could not recognise", hint)
    share, where = share_of_test_rows(worst), f" in the fit() of cell {worst.cell}" if worst.cell else ""
    expect(
        share <= MOST_TEST_ROWS,
        expected=expected,
        found=f"{share:.0%} test rows among the recognised training rows{where if share else ''}",
        hint="A network that has seen the test rows knows their answers, so its test result says nothing of new data. "
        "Give only x_train and y_train to fit().",
    )


@pytest.mark.each_network
@pytest.mark.criterion("honest-evaluation")
def test_evaluated_on_unseen_rows(evidence: Evidence) -> None:
    """The result is measured on rows that the network was not trained on."""
    model, fits = evidence.model, [evidence.model.last_fit, *evidence.model.fits[:-1]]
    validated = any(fit.validation_rows for fit in fits)
    copies = [other for other in evidence.models if is_copy(other, model)]
    evaluated = [call for copy in copies for call in copy.evaluations if enough_rows(call.rows, fits, evidence.data)]
    calls = ", ".join(f"{call.method}() on {call.rows or 'some'} rows" for call in evaluated[:3])
    expect(
        validated or bool(evaluated),
        expected="evaluate() or predict() on test rows, or validation data in fit()",
        found=calls or ("validation data in fit()" if validated else "neither"),
        hint="Training accuracy only shows what the network has learned by heart. Call model.evaluate(x_test, y_test) "
        "after the training.",
    )


def some_kept_aside(fits: list[Fit], data: DataUsed) -> Expectation:
    """Whether a notebook that splits all rows anew leaves some to test with: then it is no matter which ones."""
    largest, total = max(fits, key=lambda fit: fit.rows or 0), data.train_rows + data.test_rows
    rows, most = largest.rows or 0, round(total * MOST_TRAINING_ROWS)
    return Expectation(
        expected=f"training on at most {most:,} of the {total:,} rows, so that some are left to test with",
        found=f"{rows:,} in the fit() of cell {largest.cell}" if rows else "rows that come in batches, not counted",
        hint="A network that has seen the test rows knows their answers, so its test result says nothing of new data. "
        "Split with train_test_split(x, y, test_size=0.2) and give fit() only the first part."
        if rows > most
        else "",
        share=float(rows <= most),
    )


def enough_rows(rows: int | None, fits: list[Fit], data: DataUsed) -> bool:
    """Whether a call can have measured the result: not on a few rows, nor on exactly those that were trained on.

    Rows are known by their number alone: where as many were left over, it is these.
    """
    trained = {data.train_rows, *(fit.rows for fit in fits)}
    left_over = {data.test_rows, *(data.train_rows + data.test_rows - (fit.rows or 0) for fit in fits)}
    return rows is None or ((rows not in trained or rows in left_over) and rows >= data.test_rows / 100)

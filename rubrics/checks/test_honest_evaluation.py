"""Evidence -> whether the result was measured on rows that the network was not trained on."""

import pytest

from grader.expect import Undecided, expect
from grader.records import DataUsed, Evidence, Fit

MOST_TEST_ROWS = 0.02
"""Of the recognised training rows: some pictures of the data sets are in both parts by themselves."""


@pytest.mark.criterion("honest-evaluation")
def test_trained_without_test_rows(evidence: Evidence) -> None:
    """The network is not trained on test rows."""
    expected = "a network trained on training rows only"
    fits = [evidence.model.last_fit, *evidence.model.fits[:-1]]
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


@pytest.mark.criterion("honest-evaluation")
def test_evaluated_on_unseen_rows(evidence: Evidence) -> None:
    """The result is measured on rows that the network was not trained on."""
    model, data = evidence.model, evidence.data
    validated = any(fit.validation_rows for fit in [model.last_fit, *model.fits[:-1]])
    evaluated = [call for call in model.evaluations if enough_rows(call.rows, data)]
    calls = ", ".join(f"{call.method}() on {call.rows or 'some'} rows" for call in evaluated[:3])
    expect(
        validated or bool(evaluated),
        expected="evaluate() or predict() on test rows, or validation data in fit()",
        found=calls or ("validation data in fit()" if validated else "neither"),
        hint="Training accuracy only shows what the network has learned by heart. Call model.evaluate(x_test, y_test) "
        "after the training.",
    )


def share_of_test_rows(fit: Fit) -> float:
    """Of the rows that the judge recognised."""
    train, test = fit.rows_from.get("train", 0), fit.rows_from.get("test", 0)
    return test / (train + test) if test else 0.0


def enough_rows(rows: int | None, data: DataUsed) -> bool:
    """Whether a call can have measured the result: not on a few rows, nor on exactly the training rows."""
    return rows is None or (rows != data.train_rows and rows >= data.test_rows / 100)

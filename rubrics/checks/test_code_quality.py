"""Evidence -> how tidy the code is, by the remarks of ruff."""

from collections import Counter

import pytest

from grader.expect import Expectation, Missing, settle, share_between
from grader.records import Evidence

FREE = 2
"""Remarks that cost nothing, in any notebook and in every 100 lines of code."""
UNTIDY = 20
"""Remarks beyond them, per 100 lines of code, from which on there are no marks."""
LEAST_LINES = 10
"""A notebook shorter than that shows too little to be called tidy."""

TIDY_UP = "Begin with the most frequent one, at the cell and line given. What is never used can simply be deleted."
TOO_SHORT = "Hand in the whole notebook: the one that loads the data, builds the model, trains and evaluates it."


@pytest.mark.criterion("code-quality")
def test_code_quality(evidence: Evidence) -> None:
    """The code is tidy: ruff, a program that reads Python code, has few remarks."""
    remarks, lines = evidence.quality, evidence.code_lines
    allowed = max(FREE, FREE * lines // 100)
    expected = f"a model in at least {LEAST_LINES} lines of code, with at most {allowed} remarks of ruff"
    if not lines:
        raise Missing(expected, "no line of code", "Hand in the notebook with its code cells.")
    found = f"{len(remarks)} in {lines} lines"
    if not evidence.models:
        raise Missing(expected, f"{found}, and no model", "Build one with keras.Sequential([...]).")
    beyond = 100 * max(0, len(remarks) - allowed) / lines
    share = share_between(beyond, floor=UNTIDY, full=0) * min(1, lines / LEAST_LINES)
    frequent = Counter(remark.rule for remark in remarks).most_common(3)
    examples = [(next(remark for remark in remarks if remark.rule == rule), times) for rule, times in frequent]
    if examples:
        found += ": " + "; ".join(
            f"{times} x {a.rule} ({a.message}), first in cell {a.cell}, line {a.line}" for a, times in examples
        )
    hint = ""
    if share < 1:
        hint = TIDY_UP if len(remarks) > allowed else TOO_SHORT
    settle(Expectation(expected, found, hint, share))

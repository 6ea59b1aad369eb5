"""Evidence -> how tidy the code is, by the remarks of ruff."""

from collections import Counter

import pytest

from grader.expect import Expectation, Missing, settle, share_between
from grader.records import Evidence

TIDY, UNTIDY = 2, 20
"""Remarks per 100 lines of code: full marks up to the first, none from the second."""


@pytest.mark.criterion("code-quality")
def test_code_quality(evidence: Evidence) -> None:
    """The code is tidy: ruff, a program that reads Python code, has few remarks."""
    expected = f"at most {TIDY} remarks of ruff in 100 lines of code"
    if not evidence.code_lines:
        raise Missing(expected, "no line of code", "Hand in the notebook with its code cells.")
    remarks, lines = evidence.quality, evidence.code_lines
    share = share_between(100 * len(remarks) / lines, floor=UNTIDY, full=TIDY)
    found = f"{len(remarks)} in {lines} lines"
    frequent = Counter(remark.rule for remark in remarks).most_common(3)
    examples = [(next(remark for remark in remarks if remark.rule == rule), times) for rule, times in frequent]
    if examples:
        found += ": " + "; ".join(
            f"{times} x {a.rule} ({a.message}), first in cell {a.cell}, line {a.line}" for a, times in examples
        )
    hint = (
        "Begin with the most frequent one, at the cell and line given. What is never used can simply be deleted."
        if share < 1
        else ""
    )
    settle(Expectation(expected, found, hint, share))

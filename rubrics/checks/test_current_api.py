"""Evidence -> whether the code is written for today's libraries. At first the rubric makes that advice."""

import pytest

from grader.expect import Expectation, Missing, settle, share_between
from grader.records import Evidence

MOST_OLD = 5
"""Names that the libraries no longer have, from which on there are no marks."""
REWRITE = "The notebook ran all the same. The report lists what to write today, below the remarks on the code."


@pytest.mark.criterion("current-api")
def test_current_api(evidence: Evidence) -> None:
    """The code uses names that today's libraries know."""
    expected = "code without names that today's libraries no longer have"
    if not evidence.models:
        raise Missing(expected, "no model", "Build one with keras.Sequential([...]).")
    old = [name for name in evidence.old_names if not name.runs_as_is]
    examples = "; ".join(f"{name.old} in cell {name.cell}, today {name.today}" for name in old[:3])
    settle(
        Expectation(
            expected,
            found=f"{len(old)} of them: {examples}" if old else "none of them",
            hint=REWRITE if old else "",
            share=share_between(len(old), floor=MOST_OLD, full=0),
        )
    )

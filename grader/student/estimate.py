"""Results of visible checks and the rubric -> a range for each column of the record sheet. No hidden figure is used."""

from collections.abc import Sequence

from grader.courses.rubric import ColumnScheme, Rubric
from grader.records import CheckResult
from grader.student.advice import Range

VISIBLE_SHARE = 0.5
"""Least share of a criterion's weight that an assignment's own visible checks have, where it has any; the teacher has
the others."""
BECAUSE = {
    "teacher": "Your teacher gives these marks.",
    "submission_time": "All of them for handing in on time.",
}


def ranges(rubric: Rubric, common: Sequence[CheckResult], own: Sequence[CheckResult]) -> list[Range]:
    """One for each column.

    Args:
        rubric: the marking scheme.
        common: results of the checks that hold for every assignment; they decide their criteria alone.
        own: results of the assignment's own visible checks, beside which the teacher has others.
    """
    return [range_of(column, common, own) for column in rubric.columns]


def range_of(column: ColumnScheme, common: Sequence[CheckResult], own: Sequence[CheckResult]) -> Range:
    """The least and the most that a column may come to."""
    if column.source != "checks":
        return Range(
            column=column.name, least=0, most=column.marks, out_of=column.marks, because=BECAUSE[column.source]
        )
    least = most = 0.0
    for criterion in column.criteria:
        results = [result for result in [*common, *own] if result.criterion == criterion.id]
        low, high = shares(results, hidden_too=any(result.criterion == criterion.id for result in own))
        least, most = least + criterion.marks * low, most + criterion.marks * high
    sure = most - least < 0.01
    because = (
        "All of it is decided by checks that you can see."
        if sure
        else ("Your teacher has checks that you cannot see, and some things only a full run can tell.")
    )
    return Range(column=column.name, least=round(least, 2), most=round(most, 2), out_of=column.marks, because=because)


def shares(results: Sequence[CheckResult], *, hidden_too: bool) -> tuple[float, float]:
    """The least and the greatest share of a criterion's marks; hidden checks may earn nothing, or everything."""
    if not results:
        return 0.0, 1.0
    weight = sum(result.weight for result in results)
    low = sum(result.share * result.weight for result in results) / weight
    high = low + sum(result.weight for result in results if result.status in {"undecided", "broken"}) / weight
    seen = VISIBLE_SHARE if hidden_too else 1.0
    return low * seen, min(1.0, high * seen + 1 - seen)

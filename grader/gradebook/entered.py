"""The grader's own grade, and what people entered -> the grade that counts. No entry is ever dropped."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from grader.marking.score import column_of, total_of
from grader.records import Column, Criterion, Entered, Flag, Grade, SignOff

WHOLE = ""
"""The target of a remark on the whole record sheet."""


@dataclass(frozen=True)
class Entry:
    """Marks that were entered."""

    marks: float
    at: datetime
    automatic_then: float | None = None
    """The grader's own marks at that time."""


@dataclass(frozen=True)
class Entries:
    """All that people entered for one submission, by the name of what it is about."""

    marks: Mapping[str, Entry] = field(default_factory=dict)
    remarks: Mapping[str, str] = field(default_factory=dict)
    signed: SignOff | None = None


def targets(grade: Grade) -> dict[str, Criterion | Column]:
    """What marks can be entered for: every criterion by its id, and every column by its name.

    A column that a person or the clock decides has one criterion of its own name, which stands for it.
    """
    criteria = {each.id: each for column in grade.columns.values() for each in column.criteria}
    return {**grade.columns, **criteria}


def automatic(target: Criterion | Column) -> float | None:
    """The grader's own marks, from a grade without entries; None while any of them are open."""
    return None if isinstance(target, Column) and target.pending else target.marks


def with_entries(grade: Grade, entries: Entries) -> Grade:
    """The record sheet with what people entered in the place of the grader's own marks."""
    columns = {name: column_with(name, column, entries) for name, column in grade.columns.items()}
    entered = grade.model_copy(
        update={
            "columns": columns,
            "total": total_of(columns, grade.total.out_of),
            "remark": entries.remarks.get(WHOLE, ""),
            "signed": entries.signed,
        }
    )
    return entered.model_copy(update={"flags": [*grade.flags, *flags(entered, entries)]})


def column_with(name: str, column: Column, entries: Entries) -> Column:
    """One column: an entry for the whole of it, or the sum of its criteria."""
    criteria = [criterion_with(criterion, entries) for criterion in column.criteria]
    summed = column_of(criteria, column.out_of)
    if any(criterion.id == name for criterion in criteria):
        return summed
    summed = summed.model_copy(update={"remark": entries.remarks.get(name, "")})
    entry = entries.marks.get(name)
    if entry is None:
        return summed
    mark = entered(entry, automatic(column))
    return summed.model_copy(update={"marks": entry.marks, "pending": 0.0, "entered": mark})


def criterion_with(criterion: Criterion, entries: Entries) -> Criterion:
    """One criterion with its entry. The grader's reasons stay, but for those that only say that a mark is awaited."""
    entry = entries.marks.get(criterion.id)
    remarked = criterion.model_copy(update={"remark": entries.remarks.get(criterion.id, "")})
    if entry is None:
        return remarked
    awaited = criterion.marks is None and not criterion.checks
    texts = {"expected": "", "found": "", "hint": ""} if awaited else {}
    return remarked.model_copy(
        update={
            **texts,
            "marks": entry.marks,
            "outcome": "earned" if entry.marks >= criterion.out_of else "partial" if entry.marks else "lost",
            "entered": entered(entry, criterion.marks),
        }
    )


def entered(entry: Entry, today: float | None) -> Entered:
    """The entry beside the grader's own marks of today."""
    return Entered(marks=entry.marks, at=entry.at, automatic=today, automatic_then=entry.automatic_then)


# -- What a person should look at again --------------------------------------------------------------------------------


def flags(grade: Grade, entries: Entries) -> list[Flag]:
    """What has changed since a person entered something; the grade has its entries already."""
    known = targets(grade)
    changed = [
        Flag(
            title=f"The automatic mark beneath an override has changed: {name}",
            detail=f"It was {words(target.entered.automatic_then)} when {target.entered.marks:g} was entered, and is "
            f"{words(target.entered.automatic)} now. The {target.entered.marks:g} stands until you enter another.",
        )
        for name, target in known.items()
        if target.entered and target.entered.is_outdated
    ]
    homeless = [
        Flag(
            title=f"An entered mark has no place: {name}",
            detail=f"{entry.marks:g} was entered, and the rubric no longer has a column or criterion of that name.",
        )
        for name, entry in entries.marks.items()
        if name not in known
    ]
    homeless += [
        Flag(
            title=f"An entered mark is more than there are: {name}",
            detail=f"{target.entered.marks:g} was entered, and the rubric now gives {target.out_of:g} at most.",
        )
        for name, target in known.items()
        if target.entered and target.entered.marks > target.out_of
    ]
    return changed + homeless + resign(grade)


def resign(grade: Grade) -> list[Flag]:
    """A flag where the total is no longer the one that was signed."""
    signed = grade.signed
    if signed is None or (signed.marks == grade.total.marks and not grade.total.pending):
        return []
    total = f"{grade.total.marks:g}" + (f" with {grade.total.pending:g} pending" if grade.total.pending else "")
    detail = f"{signed.by} signed a total of {signed.marks:g}; it is {total} now. Sign it again."
    return [Flag(title="The total has changed since it was signed", detail=detail)]


def words(marks: float | None) -> str:
    """Marks, or that there were none."""
    return "undecided" if marks is None else f"{marks:g}"

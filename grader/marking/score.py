"""Check results and the time of submission -> a grade, by the rubric."""

import math
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Literal

from grader.courses.rubric import ColumnScheme, CriterionScheme, LatePolicy, Rubric
from grader.judging.account import in_words
from grader.records import CheckResult, Column, Criterion, Evidence, Flag, Grade, Model, RunSummary, Submission, Total
from grader.running.modules import pip_install

MOST_DISCREPANCIES = 3
"""That a flag tells of; the report has all of them."""
NO_CHECK = "No check decides this yet; the teacher does."


def score(results: Sequence[CheckResult], rubric: Rubric, submission: Submission, evidence: Evidence) -> Grade:
    """The record sheet. What nobody has decided is pending, and is never counted as zero."""
    columns = {scheme.name: score_column(scheme, results, rubric, submission) for scheme in rubric.columns}
    return Grade(
        student=submission.student,
        assignment=submission.assignment,
        columns=columns,
        total=total_of(columns, rubric.out_of),
        flags=flags(evidence, results),
        run=RunSummary(
            status=evidence.run.status,
            seconds=round(evidence.run.seconds, 2),
            training_seconds=round(evidence.run.training_seconds, 2),
        ),
    )


def score_column(
    scheme: ColumnScheme, results: Sequence[CheckResult], rubric: Rubric, submission: Submission
) -> Column:
    """One column: the checks' criteria, the clock's, or the teacher's."""
    if scheme.source == "checks":
        criteria = [
            score_criterion(criterion, [result for result in results if result.criterion == criterion.id])
            for criterion in scheme.criteria
        ]
    elif scheme.source == "submission_time":
        criteria = [score_time(scheme, rubric.late, submission)]
    else:
        criteria = [pending(scheme.name, scheme.name, scheme.marks, "the teacher's mark", "none yet")]
    return column_of(criteria, scheme.marks)


def column_of(criteria: list[Criterion], out_of: float) -> Column:
    """A column, as its criteria add up to it."""
    decided = [criterion.marks for criterion in criteria if criterion.marks is not None]
    return Column(
        marks=round(sum(decided), 2) if decided else None,
        out_of=out_of,
        pending=round(sum(criterion.out_of for criterion in criteria if criterion.marks is None), 2),
        criteria=criteria,
    )


def total_of(columns: Mapping[str, Column], out_of: float) -> Total:
    """The Total column."""
    return Total(
        marks=round(sum(column.marks or 0.0 for column in columns.values()), 2),
        out_of=out_of,
        pending=round(sum(column.pending for column in columns.values()), 2),
    )


def score_criterion(scheme: CriterionScheme, checks: list[CheckResult]) -> Criterion:
    """Marks in the proportion of what its checks earned, by their weights.

    One check that is undecided or broken leaves the whole criterion pending: a part of it would be a guess.
    """
    if not checks:
        return pending(scheme.id, scheme.title, scheme.marks, scheme.title, "no check", NO_CHECK)
    open_checks = [check for check in checks if check.status in {"undecided", "broken"}]
    telling = open_checks[0] if open_checks else min(checks, key=lambda check: check.share)
    if open_checks:
        criterion = pending(scheme.id, scheme.title, scheme.marks, telling.expected, telling.found, telling.hint)
        return criterion.model_copy(update={"checks": checks, "trust": telling.trust})
    share = sum(check.share * check.weight for check in checks) / sum(check.weight for check in checks)
    missed: Literal["advice", "lost", "partial"] = "advice" if not scheme.marks else "partial" if share else "lost"
    return Criterion(
        id=scheme.id,
        title=scheme.title,
        outcome="earned" if share == 1 else missed,
        marks=round(scheme.marks * share, 2),
        out_of=scheme.marks,
        expected=telling.expected,
        found=telling.found,
        hint=telling.hint,
        trust=next((check.trust for check in checks if check.trust), None),
        checks=checks,
    )


def score_time(scheme: ColumnScheme, policy: LatePolicy, submission: Submission) -> Criterion:
    """Full marks until the due date and its grace; then some fewer for every day that has begun."""
    due, submitted = submission.due_at, submission.submitted_at
    if submitted is None and submission.marked_late is not None:
        return score_mark(scheme, submission.marked_late)
    if due is None or submitted is None:
        found = "no due date" if due is None else "no time of submission"
        return pending(scheme.name, scheme.name, scheme.marks, "a due date and a time of submission", found)
    late_by = submitted - due - timedelta(minutes=policy.grace_minutes)
    days = max(0, math.ceil(late_by / timedelta(days=1)))
    marks = max(0.0, scheme.marks - days * policy.marks_per_day)
    return Criterion(
        id=scheme.name,
        title=scheme.name,
        outcome="earned" if days == 0 else "partial" if marks else "lost",
        marks=round(marks, 2),
        out_of=scheme.marks,
        expected=f"submission by {due:%d %B %Y, %H:%M %Z}",
        found=f"submission at {submitted.astimezone(due.tzinfo):%d %B %Y, %H:%M %Z}"
        + (f", {days} {'day' if days == 1 else 'days'} late" if days else ""),
        hint=f"Each day that has begun costs {policy.marks_per_day:g}." if days else "",
    )


def score_mark(scheme: ColumnScheme, late: bool) -> Criterion:
    """Full marks where all that is known is that the platform did not mark it late; how late something is, is not."""
    if late:
        hint = "Your teacher looks at it; until then it costs nothing."
        found = "a mark of the platform's that it was late, and no time of submission"
        return pending(scheme.name, scheme.name, scheme.marks, "submission in time", found, hint)
    return Criterion(
        id=scheme.name,
        title=scheme.name,
        outcome="earned",
        marks=round(scheme.marks, 2),
        out_of=scheme.marks,
        expected="submission in time",
        found="no mark of the platform's that it was late",
    )


def pending(identity: str, title: str, out_of: float, expected: str, found: str, hint: str = "") -> Criterion:
    """A criterion that a person has to decide, or a longer run."""
    return Criterion(
        id=identity,
        title=title,
        outcome="pending",
        marks=None,
        out_of=out_of,
        expected=expected,
        found=found,
        hint=hint,
    )


def flags(evidence: Evidence, results: Sequence[CheckResult]) -> list[Flag]:
    """What a person should look at; none of it changes a mark."""
    found = []
    if evidence.data.stand_in:
        detail = f"The data set {evidence.data.name} was not there; small bundled digits took its place."
        found.append(Flag(title="Measured on stand-in data", detail=detail))
    if evidence.run.isolation == "none":
        found.append(
            Flag(title="Run without a wall", detail="The notebook could reach this machine's files and network.")
        )
    if evidence.run.missing_modules:
        missing = evidence.run.missing_modules
        detail = f"The kernels have no {', '.join(missing)}. Run {pip_install(missing)}, then grade again."
        found.append(Flag(title="A module is missing here", detail=detail))
    found += [
        Flag(title="Not measured on sealed rows", detail=choice.not_measured_because)
        for choice in evidence.choices
        if choice.left_to_a_person
    ]
    chosen = {choice.model for choice in evidence.choices}
    found += [
        Flag(title="The notebook's account of itself does not hold", detail=account_in_words(model))
        for model in evidence.models
        if model.id in chosen and model.discrepancies
    ]
    if differing := [claim for claim in evidence.claims if claim.outcome == "differs"]:
        figures = [
            f"{claim.metric} {claim.value:g} in cell {claim.cell}, here {claim.measured:g}" for claim in differing
        ]
        detail = f"{'; '.join(figures[:3])}. See “Worth asking about”."
        found.append(Flag(title="Printed figures differ from what was found here", detail=detail))
    cut = any(fit.was_cut for model in evidence.models if model.id in chosen for fit in model.fits)
    if cut and any(check.status == "undecided" for check in results):
        detail = "The grader ended a training before its time. To decide what that left open: --budget full."
        found.append(Flag(title="Left open by an early end of training", detail=detail))
    found += [
        Flag(title=f"The check {check.id} is broken", detail=check.found)
        for check in results
        if check.status == "broken" and not evidence.run.missing_modules
    ]
    return found


def account_in_words(model: Model) -> str:
    """Where what a notebook's process says of a model is not what the judge found."""
    name = model.variable or model.id
    return f"{name}: {in_words(model.discrepancies, MOST_DISCREPANCIES)}. Marks rest on what the judge found."[:2_000]

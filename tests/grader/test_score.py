from datetime import UTC, datetime, timedelta, timezone

import pytest

from grader.courses.rubric import ColumnScheme, CriterionScheme, LatePolicy, Rubric
from grader.marking.score import score
from grader.records import CheckResult, Column, Criterion, Evidence, Grade, Measurement, Submission

from . import samples_for_reports as samples

INDIA = timezone(timedelta(hours=5, minutes=30))
DUE = datetime(2026, 11, 20, 23, 59, tzinfo=INDIA)
ADVICE = CriterionScheme(id="advice", title="Advice", marks=0)
RUBRIC = Rubric(
    name="small",
    title="A small one",
    columns=[
        ColumnScheme(
            name="Answers",
            marks=5,
            criteria=[
                CriterionScheme(id="network", title="The network", marks=3),
                CriterionScheme(id="result", title="The result", marks=2),
            ],
        ),
        ColumnScheme(name="Viva", marks=5, source="teacher"),
        ColumnScheme(name="Timely", marks=5, source="submission_time"),
    ],
    late=LatePolicy(grace_minutes=15, marks_per_day=2),
)


def check(criterion: str, status: str = "passed", share: float | None = None, **fields: object) -> CheckResult:
    share = float(status == "passed") if share is None else share
    given = {"id": "test_it", "title": "It is so.", "criterion": criterion, "visibility": "hidden"}
    return CheckResult(**given, status=status, share=share, **fields)


def grade(*results: CheckResult, evidence: Evidence | None = None, **times: datetime | None) -> Grade:
    submission = Submission(student="Asha", assignment="small", path="a.ipynb", sha256="0", **times)
    return score(results, RUBRIC, submission, evidence or samples.good().evidence)


def criterion(name: str, *results: CheckResult) -> Criterion:
    return next(found for found in grade(*results).columns["Answers"].criteria if found.id == name)


def timely(submitted: datetime | None, due: datetime | None = DUE) -> Column:
    return grade(submitted_at=submitted, due_at=due).columns["Timely"]


# -- Checks ------------------------------------------------------------------------------------------------------------


def test_checks_share_the_marks_of_their_criterion_by_weight():
    found = criterion("network", check("network", weight=2), check("network", "failed"))
    assert (found.marks, found.outcome) == (2, "partial")


def test_a_partial_check_earns_its_share():
    assert criterion("network", check("network", "partial", share=0.25)).marks == 0.75


@pytest.mark.parametrize(("status", "outcome", "marks"), [("passed", "earned", 3), ("failed", "lost", 0)])
def test_a_criterion_is_earned_or_lost_as_its_checks_say(status: str, outcome: str, marks: float):
    found = criterion("network", check("network", status), check("network", status))
    assert (found.outcome, found.marks) == (outcome, marks)


@pytest.mark.parametrize("status", ["broken", "undecided"])
def test_a_check_that_decides_nothing_leaves_its_criterion_pending_and_costs_nothing(status: str):
    found = criterion("network", check("network", "failed"), check("network", status, found="a fault"))
    assert (found.outcome, found.marks, found.found) == ("pending", None, "a fault")
    assert len(found.checks) == 2


@pytest.mark.parametrize(("status", "outcome"), [("passed", "earned"), ("failed", "advice"), ("partial", "advice")])
def test_a_criterion_without_marks_is_advice(status: str, outcome: str):
    columns = [RUBRIC.columns[0].model_copy(update={"criteria": [*RUBRIC.columns[0].criteria, ADVICE]})]
    submission = Submission(student="Asha", assignment="small", path="a.ipynb", sha256="0")
    rubric = RUBRIC.model_copy(update={"columns": columns})
    results = [check("network"), check("result"), check("advice", status)]
    column = score(results, rubric, submission, samples.good().evidence).columns["Answers"]
    assert (column.marks, column.pending, column.criteria[-1].outcome) == (5, 0, outcome)


def test_a_criterion_without_a_check_waits_for_the_teacher():
    found = criterion("network")
    assert found.outcome == "pending"
    assert "the teacher" in found.hint


def test_a_reason_is_that_of_the_check_that_earned_least():
    good = check("network", expected="ten units", found="ten")
    weak = check("network", "partial", share=0.5, expected="two layers", found="one", hint="Add one.")
    found = criterion("network", good, weak)
    assert (found.expected, found.found, found.hint) == ("two layers", "one", "Add one.")


# -- Columns and the total ---------------------------------------------------------------------------------------------


def test_pending_marks_are_never_counted_as_zero():
    found = grade(check("network"), check("result", "undecided"))
    assert (found.columns["Answers"].marks, found.columns["Answers"].pending) == (3, 2)
    assert (found.columns["Viva"].marks, found.columns["Viva"].pending) == (None, 5)
    assert (found.total.marks, found.total.out_of, found.total.pending) == (3, 15, 12)


def test_a_lost_column_is_zero_and_not_pending():
    found = grade(check("network", "failed"), check("result", "failed"))
    assert (found.columns["Answers"].marks, found.columns["Answers"].pending) == (0, 0)
    assert found.total.pending == 10


def test_the_total_is_the_sum_of_what_is_decided():
    results = [check("network", "partial", share=1 / 3), check("result", "partial", share=0.555)]
    found = grade(*results, submitted_at=DUE + timedelta(days=1), due_at=DUE)
    assert found.columns["Answers"].marks == pytest.approx(1 + 1.11)
    assert found.total.marks == pytest.approx(2.11 + 3)
    assert found.total.pending == 5


# -- Lateness ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("late", "marks"),
    [
        (timedelta(days=-30), 5),
        (timedelta(0), 5),
        (timedelta(minutes=15), 5),
        (timedelta(minutes=15, seconds=1), 3),
        (timedelta(days=1, minutes=15), 3),
        (timedelta(days=1, minutes=16), 1),
        (timedelta(days=2, hours=1), 0),
        (timedelta(days=400), 0),
    ],
)
def test_every_day_that_has_begun_after_the_grace_costs(late: timedelta, marks: float):
    assert timely(DUE + late).marks == marks


def test_time_zones_are_compared_as_instants():
    on_time = datetime(2026, 11, 20, 18, 29, tzinfo=UTC)  # 23:59 in India
    found = timely(on_time).criteria[0]
    assert found.outcome == "earned"
    assert found.found == "submission at 20 November 2026, 23:59 UTC+05:30"
    assert timely(on_time + timedelta(hours=1)).marks == 3


def test_a_late_submission_is_told_by_how_much_and_what_it_costs():
    found = timely(DUE + timedelta(days=1, hours=1)).criteria[0]
    assert found.found.endswith(", 2 days late")
    assert found.hint == "Each day that has begun costs 2."


@pytest.mark.parametrize(("submitted", "due", "lacks"), [(DUE, None, "no due date"), (None, DUE, "no time of subm")])
def test_without_both_times_lateness_is_pending(submitted: datetime | None, due: datetime | None, lacks: str):
    found = timely(submitted, due)
    assert (found.marks, found.pending) == (None, 5)
    assert lacks in found.criteria[0].found


def test_without_a_time_the_platforms_mark_counts_and_how_late_it_is_waits_for_a_person():
    in_time, late = (grade(marked_late=mark).columns["Timely"] for mark in (False, True))
    assert (in_time.marks, in_time.pending) == (5, 0)
    assert (late.marks, late.pending) == (None, 5)
    assert "it was late" in late.criteria[0].found


def test_a_time_says_more_than_the_platforms_mark():
    found = grade(marked_late=True, submitted_at=DUE, due_at=DUE).columns["Timely"]
    assert found.marks == 5


# -- Flags -------------------------------------------------------------------------------------------------------------


def flags(*results: CheckResult, **changed: object) -> list[str]:
    evidence = samples.good().evidence
    run = evidence.run.model_copy(update=changed.pop("run", {}))
    found = grade(*results, evidence=evidence.model_copy(update={"claims": [], "run": run, **changed}))
    return [flag.title for flag in found.flags]


def test_a_walled_run_on_real_data_with_a_sealed_result_raises_no_flag():
    assert flags(check("network"), check("result", "undecided")) == []


def test_what_a_person_should_look_at_is_flagged():
    own = Measurement(tier="own_arrays", rows=9, metrics={"accuracy": 0.9})
    assert flags(data=samples.data(stand_in=True)) == ["Measured on stand-in data"]
    assert flags(run={"isolation": "none"}) == ["Run without a wall"]
    assert flags(choices=samples.choice("", own, left_to_a_person=True)) == ["Not measured on sealed rows"]
    assert flags(check("network", "broken", found="KeyError")) == ["The check test_it is broken"]


def test_a_printed_figure_that_differs_is_flagged_and_costs_nothing():
    claims = samples.good_claims()
    assert flags(claims=claims) == ["Printed figures differ from what was found here"]
    assert flags(claims=[claim for claim in claims if claim.outcome != "differs"]) == []
    marks = [grade(evidence=samples.good().evidence.model_copy(update={"claims": each})).total for each in (claims, [])]
    assert marks[0] == marks[1]


@pytest.mark.parametrize(("status", "said"), [("undecided", ["Left open by an early end of training"]), ("passed", [])])
def test_what_an_early_end_of_training_left_open_is_flagged_with_the_way_to_decide_it(status: str, said: list[str]):
    model = samples.good().evidence.models[0]
    fit = model.fits[0].model_copy(update={"stopped": "budget"})
    models = [model.model_copy(update={"fits": [fit]})]
    assert flags(check("result", status), models=models) == said


def test_a_missing_module_is_flagged_once_and_not_with_every_check_it_broke():
    broken = [check("network", "broken"), check("result", "broken")]
    assert flags(*broken, run={"missing_modules": ["cv2"]}) == ["A module is missing here"]

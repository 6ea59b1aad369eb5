"""A notebook -> what its student can be told once it has run: by the engine that grades, with the same checks.

All that only the teacher has is left out, so a check that students may see says here what it will say in grading.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec

from grader.data.datasets import Store
from grader.data.served import default_cache, get_split, serve
from grader.doctor import keep_trace
from grader.errors import SandboxError, TeacherError
from grader.judging.replay import Stage
from grader.marking.checks import run_checks
from grader.pipeline import Desk, observe, with_budget, with_pages
from grader.records import CellRun, CheckResult, Choice, DataUsed, Evidence, Run
from grader.running import wall
from grader.running.execute import Progress
from grader.running.modules import pip_install
from grader.running.sandbox import open_sandbox
from grader.student.advice import Finding, SelfCheck
from grader.student.check import Case, Results, advice, findings_at_once
from grader.student.layers import other_layers

QUICK_SECONDS = 20.0
"""Of training, unless more is asked for."""
ASIDE_ROWS, ASIDE_SEED = 100, 0
"""Test rows that the engine keeps from a notebook here. They are others than the teacher's, and no result is shown."""
NO_WALL = (
    "This machine has no wall around notebooks (bubblewrap), so yours ran as in Jupyter, with your files and your "
    "network. Grading has neither."
)
STAND_IN = (
    "The data set {} is not on this machine, so small handwritten digits (a stand-in) took its place. That is enough "
    "for the checks; the accuracy means nothing."
)


def run(case: Case, budget: float = QUICK_SECONDS, progress: Progress | None = None) -> SelfCheck:
    """What the file and a run of the notebook show; where it cannot run, why not.

    Args:
        case: the notebook.
        budget: seconds of training.
        progress: told about cells and epochs as they go.
    """
    if problem := case.collected.submission.problem:
        return not_run(case, problem, "Then check again.")
    if missing := [name for name in ("tensorflow", "keras") if find_spec(name) is None]:
        return not_run(case, f"no module `{missing[0]}` on this machine", f"Run: {pip_install(missing[:1])}")
    try:
        with desk_for(case, budget) as desk:
            evidence = evidence_of(case, desk, progress)
    except SandboxError as error:
        hint = f"That is no fault of your notebook. Send your teacher the file {keep_trace(error)}"
        return not_run(case, "that this program could not run it", hint)
    except TeacherError as error:
        return not_run(case, "that the notebook cannot run here", str(error))
    results = for_students(results_of(case, evidence), evidence)
    notes = [NO_WALL] if evidence.run.isolation == "none" else []
    if evidence.data.stand_in:
        notes.append(STAND_IN.format(evidence.data.name))
    findings = [*stops(evidence, results), *without_totals(findings_at_once(case)), *concerns(evidence)]
    findings += other_layers(evidence, case.assignment)
    return advice(case, without_twins(findings), results, notes, ran=True)


def not_run(case: Case, found: str, hint: str) -> SelfCheck:
    """What the file alone has shown, and for each check why nobody can tell."""
    note = f"The notebook was not run. Found {found.rstrip('.')}. {hint}"
    return advice(
        case, findings_at_once(case), untold(results_of(case, nothing_ran(case)), found, hint), [note], ran=False
    )


# -- The engine --------------------------------------------------------------------------------------------------------


@contextmanager
def desk_for(case: Case, budget: float) -> Iterator[Desk]:
    """The desk of grading, but for what only the teacher has; its sandbox ends with the `with` block.

    Raises:
        TeacherError: the data set is not to be had, or the machine is not as it should be.
    """
    assignment = case.assignment
    split = get_split(Store(), assignment.task.dataset, allow_stand_in=True)
    served = serve(split, ASIDE_ROWS, ASIDE_SEED, default_cache())
    limits = with_budget(assignment.limits, budget)
    with open_sandbox(wall.best_here(), {served.data.name: served.folder}) as sandbox:
        stage = Stage(sandbox.isolation, served)
        yield Desk(
            case.course, assignment, case.rubric, served, sandbox, {}, {}, limits, False, stage, runs_again=False
        )


def evidence_of(case: Case, desk: Desk, progress: Progress | None) -> Evidence:
    """Run and judge the notebook."""
    return with_pages(observe(case.collected, desk, progress).evidence, case.collected, desk)


def nothing_ran(case: Case) -> Evidence:
    """Evidence of a notebook that was not run."""
    data = DataUsed(name="", stand_in=False, fingerprint="", train_rows=0, test_rows=0, sealed_rows=0)
    run = Run(status="not_started", sentence="The notebook was not run.", isolation="none")
    choices = [Choice(network=network.name) for network in case.assignment.networks]
    return Evidence(assignment=case.assignment.name, data=data, run=run, cells=[], choices=choices)


def results_of(case: Case, evidence: Evidence) -> Results:
    """What the visible checks say. No hidden check is asked, and no threshold is known."""
    course, assignment = case.course, case.assignment
    common = run_checks(course.common_checks(case.rubric), evidence, assignment, {})
    return Results(common, run_checks(course.visible_checks(assignment), evidence, assignment, {}))


def for_students(results: Results, evidence: Evidence) -> Results:
    """The results, those that are open with what a student can do to have them decided, not a teacher."""
    run, hint = evidence.run, ""
    if any(fit.was_cut for model in evidence.models for fit in model.fits):
        seconds = f"{run.budget:g} s" if run.budget else "a while"
        hint = f"The training was ended after {seconds}, which left this open. Check again with more: --budget 300"
    if run.missing_modules:
        hint = f"Install what is missing, then check again: {pip_install(run.missing_modules)}"
    return Results(hinted(results.common, hint), hinted(results.own, hint)) if hint else results


def hinted(results: Sequence[CheckResult], hint: str) -> list[CheckResult]:
    """The results, those that are open with another hint."""
    still = {"undecided", "broken"}
    return [each.model_copy(update={"hint": hint}) if each.status in still else each for each in results]


def untold(results: Results, found: str, hint: str) -> Results:
    """The same checks where nobody can tell how they end, and why."""
    return Results(unknown(results.common, found, hint), unknown(results.own, found, hint))


def unknown(results: Sequence[CheckResult], found: str, hint: str) -> list[CheckResult]:
    """The results, none of them decided."""
    said = {"status": "undecided", "share": 0.0, "found": found, "hint": hint}
    return [result.model_copy(update={**said, "expected": result.title.rstrip(".")}) for result in results]


# -- What a run adds ---------------------------------------------------------------------------------------------------


def stops(evidence: Evidence, results: Results) -> Iterator[Finding]:
    """The first cell that raised an error, or why the run ended before its end."""
    hint = next((each.hint for each in results.common if each.criterion == "runs-clean" and each.hint), "")
    failed = [cell for cell in evidence.cells if cell.error and cell.status != "skipped"]
    if failed:
        yield stopped(failed, hint or "The message says what is wrong in that line.")
    elif evidence.run.status in {"died", "limit"}:
        matters = "The cells behind it did not run."
        yield Finding(kind="stops", gravity="mend", found=evidence.run.sentence, matters=matters, hint=hint or matters)


def stopped(failed: Sequence[CellRun], hint: str) -> Finding:
    """The first of these cells, with its error."""
    first, error = failed[0], failed[0].errors[0]
    rest = f" {len(failed) - 1} more {'cell stops' if len(failed) == 2 else 'cells stop'} as well."
    return Finding(
        kind="stops",
        gravity="mend",
        cell=first.number,
        line=error.line,
        found=f"The cell stops with {error.kind}: {error.message[:300].rstrip('.')}.{rest if failed[1:] else ''}",
        matters="What needs the result of this cell fails too, and every cell that stops costs marks.",
        hint=hint,
    )


def concerns(evidence: Evidence) -> Iterator[Finding]:
    """What a teacher may ask about: it costs no marks by itself."""
    for each in evidence.concerns:
        seen = each.seen.removeprefix(f"In cell {each.cell} ")
        found = seen if "()" in seen.split(maxsplit=1)[0] else seen[:1].upper() + seen[1:]  # compile() stays as it is
        yield Finding(
            kind="worth-asking", gravity="look", cell=each.cell, found=found, matters=each.matters, hint=each.hint
        )


def without_totals(findings: Sequence[Finding]) -> list[Finding]:
    """Without what printed numbers led to: the run knows the layers."""
    return [each for each in findings if each.kind != "other-layers"]


def without_twins(findings: Sequence[Finding]) -> list[Finding]:
    """Of an error that the file shows already, what the run says of it is left out: the file's words are plainer."""
    known = {each.cell for each in findings if each.kind in {"undefined-name", "cannot-be-read", "still-empty"}}
    return [each for each in findings if each.kind != "stops" or each.cell not in known]

"""A submission goes in, a grade with its reasons comes out: read `grade_notebook` aloud and you know the program."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from pydantic import ValidationError

from grader.courses.course import Course, bundled
from grader.courses.reference import Calibration, ModelAnswer, Thresholds
from grader.courses.rubric import Rubric
from grader.courses.sheet import Assignment, Limits
from grader.data.datasets import Store, data_set
from grader.data.served import Served, default_cache, get_split, serve
from grader.data.standin import digits
from grader.errors import SandboxError, TeacherError
from grader.judging.choose import choose, with_named
from grader.judging.judge import Judgement, judge
from grader.judging.replay import Again, Part, Replayed, Stage, until_fed
from grader.judging.verdict import Verdicts
from grader.marking.agreement import Spreads, compare, spreads_of
from grader.marking.answers import find_answers
from grader.marking.checks import match_criteria, run_checks
from grader.marking.claims import find_claims, saved_state
from grader.marking.concerns import find_concerns
from grader.marking.coverage import with_ideas
from grader.marking.quality import count_code_lines, find_quality, with_code_lines
from grader.marking.score import score
from grader.pages.report import render_report
from grader.records import CheckResult, Choice, Evidence, Grade, Model, Observation, Run
from grader.running.execute import Progress, Recording, execute
from grader.running.files import TEACHERS, shelf_for, teachers_folder, text_of
from grader.running.framework import explain, instead_of_keras
from grader.running.sandbox import Elsewhere, Sandbox, open_sandbox
from grader.submissions.collect import Collected, Told, code_sources, collect, folder_name, imported_modules, unparsable
from grader.writing import write_whole

if TYPE_CHECKING:  # SQLAlchemy costs time, which calibrating need not pay
    from grader.gradebook.book import Filed, Gradebook

WALL_SECONDS_PER_TRAINING_SECOND = 2
WALL_SECONDS_UNLIMITED = 24 * 3600
REASON_CHARACTERS = 2_000
LOOKED_ROWS = 1_000
"""Of the test rows that a notebook is served: among them the viva finds mistakes to show."""


@dataclass(frozen=True)
class Desk:
    """What grading an assignment needs, laid out once for many submissions."""

    course: Course
    assignment: Assignment
    rubric: Rubric
    served: Served
    sandbox: Sandbox
    thresholds: Thresholds
    """Empty where no reference was calibrated on the data in use."""
    spreads: Spreads
    """Likewise."""
    limits: Limits
    stops_early: bool
    """Training ends once its result earns full marks."""
    stage: Stage
    """Where a notebook runs a second time, on the sealed inputs."""
    strict_api: bool = False
    """Names that the libraries no longer have are not made to work."""
    answers: list[ModelAnswer] = field(default_factory=list)
    """To the questions of the sheet."""
    runs_again: bool = True
    """A notebook whose preprocessing is not known runs a second time, so that its network can be measured."""

    @property
    def check_files(self) -> list[Path]:
        """The files of checks for the assignment."""
        return self.course.check_files(self.assignment, self.rubric)


@dataclass(frozen=True)
class Graded:
    """A grade, and where its files are."""

    grade: Grade
    folder: Path


@contextmanager
def open_desk(
    folder: Path | None,
    name: str,
    isolation: Literal["wall", "none"],
    *,
    budget: float | Literal["full"] | None = None,
    data: Literal["real", "stand-in", "any"] = "any",
    sealed_seed: int | None = None,
    files: Path | None = None,
    strict_api: bool = False,
    models: Sequence[str] = (),
    elsewhere: bool = False,
) -> Iterator[Desk]:
    """Everything that grading the assignment `name` needs; the sandbox in it ends with the `with` block.

    Args:
        folder: of the course; None for the bundled one.
        name: of the assignment.
        isolation: where notebooks run.
        budget: seconds of training per notebook, or None for the sheet's; training also ends when its verdict is in.
            With `full` it takes as long as asked.
        data: any takes the stand-in where the real data set is not to be had.
        sealed_seed: seals other rows than the course's own, for `grader calibrate`.
        files: the teacher's folder of files that notebooks may ask for.
        strict_api: names that the libraries no longer have are not made to work.
        models: that answer the sheet, as NAME or NETWORK=NAME; without any the grader chooses.
        elsewhere: other machines run the notebooks.

    Raises:
        TeacherError: the course, the data or the machine is not as it should be.
    """
    course = Course(folder or bundled())
    assignment = with_named(course.assignment(name), models)
    rubric = course.rubric(assignment)
    reference = course.reference(assignment)
    dataset = assignment.task.dataset
    split = digits(dataset) if data == "stand-in" else get_split(Store(), dataset, data == "any")
    seed = reference.sealed_seed if sealed_seed is None else sealed_seed
    served = serve(split, reference.sealed_rows, seed, default_cache())
    thresholds = thresholds_for(course, assignment, served)
    spreads = spreads_of(calibrations_for(course, assignment, served))
    answers = course.model_answers(assignment)
    limits = with_budget(assignment.limits, budget)
    folders = {dataset: served.folder} | ({TEACHERS: teachers_folder(files)} if files else {})
    opened = Elsewhere(isolation, folders) if elsewhere else open_sandbox(isolation, folders)
    with opened as sandbox, Stage(isolation, served, folders) as stage:
        stops_early = budget != "full"
        yield Desk(
            course,
            assignment,
            rubric,
            served,
            sandbox,
            thresholds,
            spreads,
            limits,
            stops_early,
            stage,
            strict_api,
            answers,
        )


def agree(desk: Desk) -> None:
    """Raise `TeacherError` unless the rubric's criteria and the checks' are the same."""
    match_criteria(desk.check_files, desk.rubric)


def calibrations_for(course: Course, assignment: Assignment, served: Served) -> list[Calibration]:
    """What the references reached on this very data, else on another copy of it, such as the same images saved anew.

    The stand-in is no copy of anything, and nothing stands in for its calibration. Where a data set has no official
    test rows, a result belongs to the rows that were sealed. Of several entries the one with the most runs counts: it
    comes last.
    """
    reference = course.reference(assignment)
    sealed = (reference.sealed_rows, reference.sealed_seed)
    official = data_set(assignment.task.dataset).official_split
    entries = sorted(course.calibrations(assignment), key=lambda entry: len(entry.own_runs))
    alike = [
        entry
        for entry in entries
        if entry.stand_in == served.data.stand_in and (official or (entry.sealed_rows, entry.sealed_seed) == sealed)
    ]
    same = [entry for entry in alike if entry.data == served.data.fingerprint]
    return same if served.data.stand_in else [*alike, *same]


def thresholds_for(course: Course, assignment: Assignment, served: Served) -> Thresholds:
    """By network; a documented one that no solution builds is held to what the first of its kind reaches."""
    reference, known = course.reference(assignment), calibrations_for(course, assignment, served)
    found = {name: reached.thresholds for entry in known for name, reached in entry.systems.items()}
    built = {system.model for solution in reference.solutions for system in solution.systems}
    firsts = {
        model.name: each.documented_models[0].name for each in assignment.networks for model in each.documented_models
    }
    borrowed = {name: found[first] for name, first in firsts.items() if name not in built and first in found}
    return {**borrowed, **found}


def with_budget(limits: Limits, budget: float | Literal["full"] | None) -> Limits:
    """The sheet's limits with another budget of training seconds; the wall clock follows it."""
    if budget is None:
        return limits
    if budget == "full":
        return limits.model_copy(update={"training_seconds": None, "wall_seconds": WALL_SECONDS_UNLIMITED})
    wall = max(limits.wall_seconds, budget * WALL_SECONDS_PER_TRAINING_SECOND)
    return limits.model_copy(update={"training_seconds": budget, "wall_seconds": wall})


def grade_notebook(
    path: Path,
    desk: Desk,
    out: Path,
    *,
    student: str | None = None,
    submitted_at: datetime | None = None,
    due_at: datetime | None = None,
    progress: Progress | None = None,
    attached: Path | None = None,
    told: Told | None = None,
    book: "Gradebook | None" = None,
) -> Graded:
    """Run, judge, check, score and report one submission; its files go to a folder of the student's in `out`.

    `attached` is the folder of the files that were handed in with the notebook, `told` what else is known of it. Where
    there is a `book`, the grade is filed there, and what people entered counts.
    """
    collected = collect(path, desk.assignment.name, student, submitted_at, due_at, told)
    evidence, results = examine(collected, desk, progress, attached=attached)
    grade = score(results, desk.rubric, collected.submission, evidence)
    return hand_back(collected, evidence, grade, desk, out, book)


def examine(
    collected: Collected,
    desk: Desk,
    progress: Progress | None,
    *,
    seed: int = 0,
    attached: Path | None = None,
) -> tuple[Evidence, list[CheckResult]]:
    """Run and judge what was handed in, and check what is known then. Writes nothing."""
    observation = observe(collected, desk, progress, seed=seed, attached=attached)
    evidence = with_pages(observation.evidence, collected, desk)
    return evidence, run_checks(desk.check_files, evidence, desk.assignment, desk.thresholds)


def observe(
    collected: Collected,
    desk: Desk,
    progress: Progress | None,
    *,
    seed: int = 0,
    attached: Path | None = None,
    threads: int | None = None,
) -> Observation:
    """Run and judge what was handed in: all that takes long, and nothing that a check or a rubric could change."""
    started = time.perf_counter()
    recording = run_notebook(collected, desk, progress, seed=seed, attached=attached, threads=threads)
    try:
        evidence = gather(collected, recording, desk, attached, threads)
    finally:
        if recording.files is not None:
            desk.sandbox.discard(recording.files.parent)
    seconds = time.perf_counter() - started
    return Observation(evidence=evidence, seconds=seconds, peak_mb=recording.peak_mb, killed=recording.killed)


def run_notebook(
    collected: Collected,
    desk: Desk,
    progress: Progress | None,
    *,
    seed: int = 0,
    attached: Path | None = None,
    threads: int | None = None,
) -> Recording:
    """Run what was handed in, or say why there is nothing to run."""
    if collected.submission.problem:
        run = Run(
            status="not_started",
            sentence=collected.submission.problem,
            isolation=desk.sandbox.isolation,
            seed=seed,
            budget=desk.limits.training_seconds,
            limits=desk.limits,
        )
        return Recording(run, [], [], None)
    notebook = collected.notebook
    recording = execute(
        notebook,
        unparsable(notebook),
        desk.sandbox,
        desk.limits,
        seed=seed,
        progress=progress,
        proven=verdicts_at(desk).is_in if desk.stops_early else None,
        shelf=shelf_for(desk.assignment.files, text_of(collected.saved), desk.served, attached),
        strict_api=desk.strict_api,
        threads=threads,
    )
    return replace(recording, run=explain(recording.run, instead_of_keras(imported_modules(notebook))))


def verdicts_at(desk: Desk) -> Verdicts:
    """For one notebook: whether the verdicts on its models are in while they train."""
    return Verdicts(desk.assignment, desk.thresholds, desk.served, desk.sandbox, desk.limits)


def gather(
    collected: Collected, recording: Recording, desk: Desk, attached: Path | None = None, threads: int | None = None
) -> Evidence:
    """What is known of a submission from its run: how the cells went, and its judged models."""
    task = desk.assignment.task
    models = {model.id: model for model in recording.models}
    choices = []
    for choice in choose(recording.models, desk.assignment):
        if choice.model is not None:
            judged = judge(
                recording.files,
                models[choice.model],
                task,
                desk.served,
                desk.sandbox,
                desk.limits,
                looked_rows=LOOKED_ROWS,
            )
            models[choice.model] = judged.model
            choice = choice.model_copy(update=judged.outcome)
        choices.append(choice)
    choices = measured_again(collected, recording, models, choices, desk, attached, threads)
    return Evidence(
        assignment=desk.assignment.name,
        data=desk.served.data,
        run=recording.run,
        cells=recording.cells,
        models=list(models.values()),
        choices=choices,
        files=recording.read,
        old_names=recording.old_names,
        substitutes=recording.substitutes,
    )


def measured_again(
    collected: Collected,
    recording: Recording,
    models: dict[str, Model],
    choices: list[Choice],
    desk: Desk,
    attached: Path | None,
    threads: int | None,
) -> list[Choice]:
    """The choices, with results by the notebook's own preprocessing where the judge could not recover it.

    One more run of the notebook gives the inputs for all of them; a second one, if none of them was fed test rows.
    """
    if not desk.runs_again or recording.files is None or recording.run.status not in {"finished", "errors"}:
        return choices
    task, judged = desk.assignment.task, {}
    open_ones = [models[each.model] for each in choices if each.model and may_be_replayed(models[each.model], each)]
    for part in get_args(Part):
        if not open_ones:
            break
        with replay(collected, recording, open_ones, part, desk, attached, threads) as replayed:
            for model in open_ones:
                judged[model.id] = judge(
                    recording.files, model, task, desk.served, desk.sandbox, desk.limits, replayed=replayed
                )
        open_ones = [model for model in open_ones if judged[model.id].untested]
    return [with_second(choice, judged[choice.model]) if choice.model in judged else choice for choice in choices]


def with_second(choice: Choice, judged: Judgement) -> Choice:
    """The choice with what a second run of the notebook led to; where that is nothing, the first reason stands too."""
    if not judged.not_measured_because or judged.failed:
        return choice.model_copy(update=judged.outcome)
    why = f"{choice.not_measured_because} {judged.not_measured_because}"[:REASON_CHARACTERS]
    return choice.model_copy(update={"not_measured_because": why})


@contextmanager
def replay(
    collected: Collected,
    recording: Recording,
    models: list[Model],
    part: Part,
    desk: Desk,
    attached: Path | None,
    threads: int | None,
) -> Iterator[Replayed]:
    """Run the notebook again on sealed inputs; what that leaves is gone after the `with` block.

    Raises:
        SandboxError: something outside of the sandbox ended the run, which says nothing of the notebook.
    """
    sandbox, replaced = desk.stage.set(part)
    assert recording.files is not None
    again = execute(
        until_fed(collected.notebook, models),
        unparsable(collected.notebook),
        sandbox,
        desk.limits.model_copy(update={"training_seconds": 0}),
        seed=recording.run.seed,
        shelf=shelf_for(desk.assignment.files, text_of(collected.saved), replaced.served, attached),
        strict_api=desk.strict_api,
        prepare=Again(recording.files, replaced).lay_out,
        threads=threads,
    )
    assert again.files is not None
    try:
        if again.killed:
            raise SandboxError("Expected the second run to come to its end. Found that this machine killed it.")
        yield Replayed(again.files, replaced.places)
    finally:
        sandbox.discard(again.files.parent)


def may_be_replayed(model: Model, choice: Choice) -> bool:
    """Whether nothing but the preprocessing stands between the model and its result."""
    return model.rebuilt and choice.left_to_a_person and bool(model.fits or model.updates)


def with_pages(evidence: Evidence, collected: Collected, desk: Desk) -> Evidence:
    """The evidence with what the submission's pages say: answers, code quality, printed figures and what to ask about.

    The figures are held against what the run has shown.
    """
    notebook, sheet = collected.notebook, desk.assignment
    pages = {
        "cells": with_code_lines(evidence.cells, notebook),
        "answers": with_ideas(find_answers(notebook, sheet.questions), desk.answers),
        "quality": find_quality(notebook),
        "code_lines": count_code_lines(notebook),
        "claims": find_claims(collected.saved),
        "saved": saved_state(collected.saved),
    }
    evidence = evidence.model_copy(update=pages)
    claims = compare(evidence, sheet, code_sources(collected.saved), desk.spreads)
    return evidence.model_copy(update={"claims": claims, "concerns": find_concerns(evidence, sheet)})


def hand_back(
    collected: Collected, evidence: Evidence, grade: Grade, desk: Desk, out: Path, book: "Gradebook | None" = None
) -> Graded:
    """File the grade where there is a book, and write the report and the other files of a student's folder."""
    if book is not None:
        grade = book.record(collected.submission, grade, desk.rubric)
    page = render_report(grade, evidence, collected.submission, desk.assignment, desk.rubric)
    return Graded(grade, write_results(out, grade, evidence, page, collected.data))


def write_results(out: Path, grade: Grade, evidence: Evidence, page: str, submitted: bytes) -> Path:
    """Write the student's folder: report.html, grade.json, evidence.json, and the file as it was handed in."""
    folder = out / folder_name(grade.student)
    folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder / "submission.ipynb", submitted)
    write_whole(folder / "evidence.json", evidence.model_dump_json(indent=2).encode())
    write_whole(folder / "grade.json", grade.model_dump_json(indent=2).encode())
    write_whole(folder / "report.html", page.encode())
    return folder


def report_again(filed: "Filed", course: Course, out: Path) -> None:
    """Write a student's page and grade.json anew, with what people entered since; nothing is run or judged.

    Raises:
        TeacherError: the student's folder has no evidence of this assignment, or the rubric has other columns by now.

    """
    name, folder = filed.grade.assignment, out / folder_name(filed.grade.student)
    assignment = course.assignment(name)
    rubric = course.rubric(assignment)
    evidence = evidence_in(folder)
    again = "Grade the submission again."
    if evidence.assignment != name:
        raise TeacherError(f"Expected the evidence of {name} in {folder}. Found that of {evidence.assignment}. {again}")
    if list(filed.grade.columns) != [column.name for column in rubric.columns]:
        raise TeacherError(f"Expected the columns of the rubric {rubric.name} in {folder}. Found others. {again}")
    page = render_report(filed.grade, evidence, filed.submission, assignment, rubric)
    write_whole(folder / "report.html", page.encode())
    write_whole(folder / "grade.json", filed.grade.model_dump_json(indent=2).encode())


def evidence_in(folder: Path) -> Evidence:
    """What was seen when the submission was graded. Raises `TeacherError`."""
    path = folder / "evidence.json"
    try:
        return Evidence.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        raise TeacherError(
            f"Expected a student's evidence in {path}. Found none. Grade the submission again."
        ) from None

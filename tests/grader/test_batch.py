import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from grader import pipeline
from grader.classes.batch import Batch, Failure, guessed_seconds
from grader.classes.crew import Crew, LocalCrew, Work
from grader.errors import SandboxError
from grader.gradebook.book import open_book
from grader.gradebook.marks import import_marks
from grader.pipeline import Desk, Graded, open_desk
from grader.records import Fit, Grade, Observation
from grader.running.execute import Progress
from grader.running.sandbox import WalledSandbox
from grader.submissions.collect import collect
from grader.submissions.handed import HandedIn
from grader.submissions.intake import intake
from grader.submissions.roster import Person
from tests.conftest import Write, needs_wall

from . import samples_for_reports as samples
from .samples_for_books import HEADING
from .samples_of_submissions import DAY, notebook, zipped


@dataclass
class Notes:
    """An onlooker who writes down what a test asks for."""

    reasons: list[dict[str, list[str]]] = field(default_factory=list)
    budgets: list[float | None] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)
    at_once: int = 0

    def plan(self, stored: int, reasons: dict[str, list[str]], budget: float | None) -> None:
        self.reasons.append(reasons)
        self.budgets.append(budget)

    def start(self, work: Work) -> Progress | None:
        self.ran += work.names
        return None

    def end(self, work: Work) -> None: ...

    def tick(self, running: list[Work], waiting: list[Work], workers: int) -> None:
        self.at_once = max(self.at_once, len(running))


class StandInCrew(Crew):
    """Does not run anything: it says what a run might have shown, or fails as one might."""

    def __init__(self, seen: Observation, workers: int = 1):
        super().__init__(workers)
        self.seen, self.faults = seen, dict[str, list[Exception]]()
        self.alone: list[tuple[str, bool]] = []

    def observe(self, work: Work, progress: Progress | None, alone: bool) -> Observation:
        name = work.names[0]
        self.alone.append((name, alone))
        if faults := self.faults.get(name):
            raise faults.pop(0)
        return self.seen

    def stop(self) -> None: ...


@pytest.fixture
def seen() -> Observation:
    return seen_with("finished")


def seen_with(stopped: str) -> Observation:
    """What a run shows whose training was stopped so."""
    evidence = samples.weak().evidence
    fit = Fit(epochs_asked=10, epochs_granted=1, stopped=stopped, seconds=1, history={"accuracy": [0.5]})
    models = [model.model_copy(update={"fits": [fit]}) for model in evidence.models]
    return Observation(evidence=evidence.model_copy(update={"models": models, "cells": []}), seconds=5, peak_mb=800)


@pytest.fixture
def crew(seen: Observation) -> Iterator[StandInCrew]:
    with StandInCrew(seen) as crew:
        yield crew


@pytest.fixture
def handed_in(write_notebook: Write) -> Callable[..., list[HandedIn]]:
    """Submissions of students, each a notebook that has this code."""

    def write(**code: str) -> list[HandedIn]:
        paths = [write_notebook(cell, name=f"{name}.ipynb") for name, cell in code.items()]
        return intake(paths, "fashion-mnist").submissions

    return write


EXPECTED = SandboxError | ZeroDivisionError


def names(outcomes: Iterator[Graded | Failure] | list[Graded | Failure]) -> list[str]:
    return [
        each.grade.student
        if isinstance(each, Graded)
        else f"not {each.student}"
        if isinstance(each.error, EXPECTED)
        else repr(each.error)
        for each in outcomes
    ]


# -- Stored once -------------------------------------------------------------------------------------------------------


def test_what_is_stored_is_not_run_again_and_is_checked_anew(desk: Desk, tmp_path: Path, crew, handed_in):
    entries = handed_in(asha="x = 1", ben="x = 2")
    first, second = Notes(), Notes()
    assert sorted(names(Batch(desk, tmp_path, crew, first).grade(entries))) == ["asha", "ben"]
    (tmp_path / "asha" / "report.html").unlink()
    assert names(Batch(desk, tmp_path, crew, second).grade(entries)) == ["asha", "ben"]
    assert (sorted(first.ran), second.ran) == (["asha", "ben"], [])
    assert (tmp_path / "asha" / "report.html").exists()


def test_equal_notebooks_run_once_and_each_gets_its_marks(desk: Desk, tmp_path: Path, crew, handed_in):
    outcomes = list(Batch(desk, tmp_path, crew, Notes()).grade(handed_in(asha="x = 1", ben="x = 1", chitra="x = 3")))
    assert sorted(names(outcomes)) == ["asha", "ben", "chitra"]
    assert len(crew.alone) == 2
    assert len(list((tmp_path / ".grader" / "runs").iterdir())) == 2


def test_what_is_run_again_is_told_with_what_changed(desk: Desk, tmp_path: Path, crew, handed_in):
    entries = handed_in(asha="x = 1", ben="x = 2")
    list(Batch(desk, tmp_path, crew, Notes()).grade(entries))
    entries[1:] = handed_in(ben="x = 3")
    notes = Notes()
    list(Batch(desk, tmp_path, crew, notes).grade(entries))
    assert notes.reasons == [{"changed: the code": ["ben"]}]
    forced, strict = Notes(), Notes()
    list(Batch(desk, tmp_path, crew, forced, rerun=True).grade(entries))
    list(Batch(replace(desk, strict_api=True), tmp_path, crew, strict).grade(entries))
    assert forced.reasons == [{"--rerun": ["asha", "ben"]}]
    assert strict.reasons == [{"changed: the options": ["asha", "ben"]}]


def test_a_damaged_run_is_run_again(desk: Desk, tmp_path: Path, crew, handed_in):
    entries, notes = handed_in(asha="x = 1"), Notes()
    list(Batch(desk, tmp_path, crew, Notes()).grade(entries))
    (stored,) = (tmp_path / ".grader" / "runs").iterdir()
    stored.write_bytes(stored.read_bytes()[:100])
    assert names(Batch(desk, tmp_path, crew, notes).grade(entries)) == ["asha"]
    assert notes.reasons == [{"its stored run is gone or damaged": ["asha"]}]


def test_what_a_person_entered_counts_also_where_nothing_is_run(desk: Desk, tmp_path: Path, crew, handed_in):
    submissions, notes = handed_in(asha="x = 1"), Notes()
    with open_book(tmp_path) as book:
        (first,) = Batch(desk, tmp_path, crew, Notes(), book).grade(submissions)
        (tmp_path / "marks.csv").write_text(f"{HEADING}asha,fashion-mnist,Viva,4.5,\n")
        assert import_marks(book, tmp_path / "marks.csv").rejected == []
        (second,) = Batch(desk, tmp_path, crew, notes, book).grade(submissions)
    assert notes.ran == []
    assert (first.grade.columns["Viva"].marks, second.grade.columns["Viva"].marks) == (None, 4.5)
    assert "4.5" in (second.folder / "report.html").read_text()


def test_what_came_along_and_who_has_an_extension_is_known_from_what_was_handed_in(desk, tmp_path: Path, crew):
    lab = {"asha/lab.ipynb": notebook("x = 1"), "asha/a.csv": "1", "ben/lab.ipynb": notebook("x = 1")}
    people = [Person("Asha", due=timedelta(days=3))]
    found = intake([zipped(tmp_path / "class.zip", lab)], "fashion-mnist", people, DAY).submissions
    outcomes = list(Batch(desk, tmp_path, crew, Notes()).grade(found))
    assert len(crew.alone) == 2  # the same code, with other files beside it
    pages = {each.grade.student: (each.folder / "report.html").read_text() for each in outcomes}
    assert {name: "4 March 2026" in page for name, page in pages.items()} == {"Asha": True, "ben": False}
    lab["asha/a.csv"] = "2"
    again = Notes()
    found = intake([zipped(tmp_path / "class.zip", lab)], "fashion-mnist", people, DAY).submissions
    list(Batch(desk, tmp_path, crew, again).grade(found))
    assert again.reasons == [{"changed: the files handed in": ["Asha"]}]


def test_a_page_that_cannot_be_written_is_one_students_failure(
    desk: Desk, tmp_path: Path, crew, handed_in, monkeypatch
):
    def render(grade: Grade, *rest: object) -> str:
        return "page" if grade.student == "ben" else str(1 / 0)

    monkeypatch.setattr(pipeline, "render_report", render)
    outcomes = Batch(desk, tmp_path, crew, Notes()).grade(handed_in(asha="x = 1", ben="x = 2"))
    assert sorted(names(outcomes)) == ["ben", "not asha"]


# -- Order and second attempts -----------------------------------------------------------------------------------------


def test_the_expected_shortest_goes_first(desk: Desk, tmp_path: Path, crew, handed_in):
    entries = handed_in(asha="fit(epochs=50)", ben="fit(epochs=2)", chitra="x = 1", dev="EPOCHS = 10")
    notes = Notes()
    list(Batch(desk, tmp_path, crew, notes).grade(entries))
    assert notes.ran == ["chitra", "ben", "dev", "asha"]


def test_seconds_are_guessed_by_epochs_and_then_by_length(write_notebook: Write):
    def guess(*cells: str) -> float:
        return guessed_seconds(collect(write_notebook(*cells), "fashion-mnist", None, None, None))

    assert guess("x = 1") < guess("x = 1", "y = 2") < guess("nb_epoch=1") < guess("epochs = 3", "epochs=4")


def test_who_died_with_others_is_run_once_more_and_alone(desk: Desk, tmp_path: Path, crew, handed_in):
    entries = handed_in(asha="x = 1", ben="x = 2", chitra="x = 3")
    crew.faults = {"asha": [SandboxError("died")], "ben": [SandboxError("died"), SandboxError("died again")]}
    assert sorted(names(Batch(desk, tmp_path, crew, Notes()).grade(entries))) == ["asha", "chitra", "not ben"]
    assert crew.alone[3:] == [("asha", True), ("ben", True)]


def test_an_own_fault_is_one_notebooks_failure_and_no_second_attempt(desk: Desk, tmp_path: Path, crew, handed_in):
    crew.faults = {"asha": [ZeroDivisionError()]}
    assert sorted(names(Batch(desk, tmp_path, crew, Notes()).grade(handed_in(asha="1", ben="2")))) == [
        "ben",
        "not asha",
    ]
    assert len(crew.alone) == 2


def test_a_kernel_that_was_killed_from_outside_is_believed_the_second_time(desk, tmp_path, seen, handed_in):
    with StandInCrew(seen.model_copy(update={"killed": True})) as crew:
        assert names(Batch(desk, tmp_path, crew, Notes()).grade(handed_in(asha="x = 1"))) == ["asha"]
    assert len(crew.alone) == 2


# -- A second budget ---------------------------------------------------------------------------------------------------


def test_who_was_cut_by_the_budget_comes_last_with_a_bigger_one(desk: Desk, tmp_path: Path, handed_in):
    notes = Notes()
    with StandInCrew(seen_with("budget")) as crew:
        assert names(Batch(desk, tmp_path, crew, notes).grade(handed_in(asha="x = 1"))) == ["asha"]
        again = Notes()
        assert names(Batch(desk, tmp_path, crew, again).grade(handed_in(asha="x = 1"))) == ["asha"]
    assert notes.budgets == [None, 4 * desk.limits.training_seconds]
    assert (notes.ran, again.ran) == (["asha", "asha"], [])


def test_without_a_second_budget_the_first_is_all(desk: Desk, tmp_path: Path, handed_in):
    notes = Notes()
    with StandInCrew(seen_with("budget")) as crew:
        list(Batch(desk, tmp_path, crew, notes, second_budget=0).grade(handed_in(asha="x = 1")))
    assert notes.ran == ["asha"]


def test_a_second_run_that_fails_leaves_the_first_result(desk: Desk, tmp_path: Path, handed_in):
    class Tired(StandInCrew):
        def observe(self, work: Work, progress: Progress | None, alone: bool) -> Observation:
            if work.desk is not desk:
                raise SandboxError("no more")
            return super().observe(work, progress, alone)

    with Tired(seen_with("budget")) as crew:
        assert names(Batch(desk, tmp_path, crew, Notes()).grade(handed_in(asha="x = 1"))) == ["asha"]


# -- For real ----------------------------------------------------------------------------------------------------------

SLEEPS = "import time\nfor number in range(300):\n    time.sleep(0.1)"


@pytest.fixture(scope="module")
def own() -> Iterator[Desk]:
    """A desk of one's own, which may be broken."""
    with open_desk(None, "fashion-mnist", "wall", data="stand-in") as desk:
        yield desk


@needs_wall
def test_several_run_at_once_with_one_thread_each(desk: Desk, tmp_path: Path, handed_in):
    notes = Notes()
    threads = "import os\nprint(os.environ['TF_NUM_INTRAOP_THREADS'])\nimport time\ntime.sleep(1)"
    entries = handed_in(asha=threads, ben=f"{threads}\nnumber = 1", chitra="import os\nos._exit(3)")
    small = replace(desk, limits=desk.limits.model_copy(update={"memory_mb": 1_500}))
    with LocalCrew(small, 3) as crew:
        outcomes = {each.grade.student: each.folder for each in Batch(small, tmp_path, crew, notes).grade(entries)}
    assert notes.at_once == 3
    printed = [(outcomes[name] / "evidence.json").read_text() for name in ("asha", "ben")]
    assert ['"output": "1\\n"' in text for text in printed] == [True, True]
    assert '"status": "died"' in (outcomes["chitra"] / "evidence.json").read_text()


@needs_wall
def test_no_more_submissions_are_laid_out_than_run(own: Desk, tmp_path: Path, handed_in, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    laid_out: list[int] = []

    class Counter(Notes):
        def tick(self, running: list[Work], waiting: list[Work], workers: int) -> None:
            laid_out.append(len(list(tmp_path.glob("grader-*-handed-in-*"))))

    submissions = handed_in(**{f"student{number}": f"import time; time.sleep(1); {number}" for number in range(4)})
    small = replace(own, limits=own.limits.model_copy(update={"memory_mb": 1_000}))
    with LocalCrew(small, 2) as crew:
        list(Batch(small, tmp_path / "out", crew, Counter()).grade(submissions))
    assert max(laid_out) == 2
    assert list(tmp_path.glob("grader-*-handed-in-*")) == []


@needs_wall
def test_a_warm_process_that_dies_is_started_again_and_its_victims_run(own: Desk, tmp_path: Path, handed_in):
    assert isinstance(own.sandbox, WalledSandbox)
    own.sandbox.wait_until_warm()

    class Assassin(Notes):
        def tick(self, running: list[Work], waiting: list[Work], workers: int) -> None:
            super().tick(running, waiting, workers)
            if self.at_once == 2 and first.is_running() and len(own.sandbox.running) == 2:
                first.kill()

    first = psutil.Process(own.sandbox.warm.pid)
    entries = handed_in(asha="import time; time.sleep(2)", ben="import time; time.sleep(2.1)", chitra="x = 1; y = 2")
    notes = Assassin()
    with LocalCrew(own, 2) as crew:
        assert sorted(names(Batch(own, tmp_path, crew, notes).grade(entries))) == ["asha", "ben", "chitra"]
    assert len(notes.ran) == 5
    assert own.sandbox.warm.pid != first.pid


@needs_wall
def test_a_judge_that_is_killed_begins_anew(own: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    killed = []
    start = own.sandbox.start

    def start_and_kill(job: object, kind: str, *rest: object, **more: object) -> None:
        start(job, kind, *rest, **more)
        if kind == "judge" and not killed:
            killed.append(kill_newest_job(own.sandbox))

    monkeypatch.setattr(own.sandbox, "start", start_and_kill)
    path = own.course.reference_folder(own.assignment) / "solution.ipynb"
    brief = replace(own, stops_early=False, limits=own.limits.model_copy(update={"training_seconds": 1}))
    with LocalCrew(brief, 1) as crew:
        (graded,) = Batch(brief, tmp_path, crew, Notes(), second_budget=0).grade(
            intake([path], "fashion-mnist").submissions
        )
    assert len(killed) == 1
    assert '"tier": "sealed"' in (graded.folder / "evidence.json").read_text()


def kill_newest_job(sandbox: WalledSandbox) -> int:
    """Kill the job that was started last; its guardian stays."""
    while True:
        everyone = psutil.Process(sandbox.warm.pid).children(recursive=True)
        depths = {each.pid: each for each in everyone if each.status() != psutil.STATUS_ZOMBIE}
        jobs = [each for each in depths.values() if not each.children() and each.name() != "bwrap" and each.parent()]
        guarded = [each for each in jobs if each.parent().parent().pid in depths and each.parent().name() != "bwrap"]
        if guarded:
            newest = max(guarded, key=psutil.Process.create_time)
            os.kill(newest.pid, signal.SIGKILL)
            return newest.pid


@needs_wall
def test_a_batch_that_is_stopped_leaves_nothing_running_and_goes_on_later(own: Desk, tmp_path: Path, handed_in):
    entries = handed_in(asha="x = 1", ben=SLEEPS)

    class Interrupter(Notes):
        def tick(self, running: list[Work], waiting: list[Work], workers: int) -> None:
            if (tmp_path / "asha").exists() and own.sandbox.running:
                raise KeyboardInterrupt

    def stopped() -> None:
        with LocalCrew(own, 2) as crew:
            list(Batch(own, tmp_path, crew, Interrupter()).grade(entries))

    with pytest.raises(KeyboardInterrupt):
        stopped()
    assert isinstance(own.sandbox, WalledSandbox)
    assert (own.sandbox.running, own.sandbox.warm.poll() is not None) == ({}, True)
    assert not (tmp_path / "ben").exists()
    assert len(list((tmp_path / ".grader" / "runs").iterdir())) == 1

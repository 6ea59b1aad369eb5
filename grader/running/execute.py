"""A notebook -> a recording: how every cell went, and the models it made, by running it once in a sandbox."""

import asyncio
import atexit
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from copy import deepcopy
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Annotated, Any

import psutil
from jupyter_client.session import Session
from nbclient import NotebookClient
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.validator import NotebookValidationError
from pydantic import BeforeValidator, ValidationError

from grader.courses.sheet import Limits
from grader.errors import SandboxError
from grader.fields import Name, Record, Seconds
from grader.inside.request import LAUNCH_FAILED, Ended
from grader.records import CellError, CellRun, Fed, FileRead, Model, OldName, Run, Substitute
from grader.running.cells import cell_run, code_cells, missing_modules, number_of
from grader.running.ending import how_it_ended
from grader.running.files import Shelf, lay_out, making
from grader.running.offers import Proven, answering
from grader.running.provisioner import OneKernelSpec, SandboxKernelClient, SandboxKernelManager, WarmProvisioner
from grader.running.sandbox import KILLED, Job, Sandbox
from grader.submissions.collect import imported_modules
from grader.submissions.salvage import Salvaged, salvaged

RECORD_BYTES = 5 << 20
SHUTDOWN_SECONDS = 10.0
ENDING_SECONDS = 180
"""That a guardian may need to end hundreds of busy processes, where there are no control groups."""
REPORT_SECONDS = 0.3
LOOK_SECONDS = 0.1
MOST_GROWTH = 2 << 30
"""Bytes by which this process may grow while a notebook runs; its messages are not counted until they are whole."""
MOST_STEPS = 10**9
MOST_ITEMS = 1_000
MOST_VERSIONS = 50
NAME_CHARACTERS = 200
SYNTAX = {"SyntaxError", "IndentationError", "TabError"}

Progress = Callable[[dict[str, int]], None]
"""Called with what the notebook is at: cell, of (cells), epoch, epochs."""


def readable(record: type[Record]) -> BeforeValidator:
    """Keeps those of a list's items that are what the recorder writes: one that is not must not hide the others."""

    def keep(items: object) -> list[Record]:
        found = []
        for item in items[:MOST_ITEMS] if isinstance(items, list) else []:
            with suppress(ValidationError):
                found.append(record.model_validate(item))
        return found

    return BeforeValidator(keep)


def short_words(items: object) -> dict[str, str]:
    """Keeps those of a dictionary's items that are names: what is too long would be refused with all else."""
    pairs = islice(items.items(), MOST_VERSIONS) if isinstance(items, dict) else ()
    return {key: word for key, word in pairs if isinstance(word, str) and max(len(key), len(word)) <= NAME_CHARACTERS}


class Recorded(Record):
    """record.json, as the recorder in the kernel writes it."""

    models: Annotated[list[Model], readable(Model)] = []
    files: Annotated[list[FileRead], readable(FileRead)] = []
    training_seconds: Seconds = 0
    versions: Annotated[dict[Name, Name], BeforeValidator(short_words)] = {}
    old_names: Annotated[list[OldName], readable(OldName)] = []
    substitutes: Annotated[list[Substitute], readable(Substitute)] = []


@dataclass(frozen=True)
class Recording:
    """What one run of a notebook left."""

    run: Run
    cells: list[CellRun]
    models: list[Model]
    files: Path | None
    """Folder with the saved models and samples; None where nothing ran."""
    read: list[FileRead] = field(default_factory=list)
    """Files that were found by their names."""
    old_names: list[OldName] = field(default_factory=list)
    substitutes: list[Substitute] = field(default_factory=list)
    peak_mb: float = 0
    """Most memory that the notebook had at one time."""
    killed: bool = False
    """Neither the notebook nor one of its limits ended the kernel."""


@dataclass
class Notes:
    """How the cells went, taken while the notebook plays."""

    order: list[int]
    """Numbers of the code cells that run, in order."""
    cells: dict[int, CellRun] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)
    cell_started: float = 0
    current: int | None = None
    output_bytes: int = 0
    flooded_by: int | None = None
    """The cell whose output was too much."""
    crowded: bool = False
    """This process grew too large meanwhile, for this notebook or for another."""


class Player(NotebookClient):
    """nbclient, told how much output a notebook may make and how much time it has."""

    job: Job
    limits: Limits
    notes: Notes

    @classmethod
    def on(cls, manager: SandboxKernelManager, notebook: NotebookNode, notes: Notes) -> "Player":
        """A player of this notebook on the manager's kernel."""
        player = cls(notebook, km=manager, allow_errors=True, record_timing=False, startup_timeout=120)
        player.job, player.limits, player.notes = manager.job, manager.limits, notes
        player.timeout_func = player.seconds_left
        player.on_cell_execute = player.note_start
        player.on_cell_executed = player.note_end
        return player

    def seconds_left(self, _: NotebookNode) -> int:
        """Of the notebook's wall clock; at least one, as nbclient takes 0 for no limit."""
        return max(1, round(self.limits.wall_seconds - (time.perf_counter() - self.notes.started)))

    def note_start(self, cell: NotebookNode, cell_index: int) -> None:
        """A cell is sent to the kernel, unless the time is up."""
        self.notes.current = number_of(cell)
        self.notes.cell_started = time.perf_counter()
        if self.notes.cell_started - self.notes.started > self.limits.wall_seconds:
            raise CellTimeoutError("the notebook's time is up")

    def note_end(self, cell: NotebookNode, cell_index: int, execute_reply: dict[str, Any]) -> None:
        """A cell has ended, well or with an error."""
        seconds = time.perf_counter() - self.notes.cell_started
        self.notes.cells[number_of(cell)] = cell_run(cell, seconds, execute_reply["content"])
        self.notes.current = None

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> NotebookNode | None:
        """Keep an output, until all messages together are too much; then the notebook is ended.

        All of them: the state of widgets is kept as well, and shown nowhere.
        """
        self.notes.output_bytes += len(str(msg["content"])) + sum(map(len, msg.get("buffers", ())))
        if self.notes.output_bytes > self.limits.output_mb << 20:
            self.notes.flooded_by = self.notes.flooded_by or number_of(cell)
            self.job.kill()
            return None
        try:
            return super().process_message(msg, cell, cell_index)
        except (NotebookValidationError, LookupError, TypeError, AttributeError):
            return None  # Only the notebook's own code can have sent such a message.


for kind in (SandboxKernelManager, SandboxKernelClient, WarmProvisioner, OneKernelSpec, Session, Player):
    # For the first object traitlets puts classes in the places of their names, which two threads must not do at once.
    kind.__new__(kind)


def execute(
    notebook: NotebookNode,
    unparsable: dict[int, CellError],
    sandbox: Sandbox,
    limits: Limits,
    *,
    seed: int = 0,
    progress: Progress | None = None,
    proven: Proven | None = None,
    shelf: Shelf | None = None,
    strict_api: bool = False,
    prepare: Callable[[Job], dict[str, Any]] = lambda _: {"replay": None},
    threads: int | None = None,
) -> Recording:
    """Run a copy of the notebook in the sandbox, cell by cell; a cell that raises does not stop the ones after it.

    Args:
        notebook: its code cells have ids cell-1, cell-2 ... as `grader.submissions.collect` gives them.
        unparsable: code cells of which only what can be salvaged runs, by number.
        sandbox: where the kernel runs.
        limits: what it may use.
        seed: of Python's, NumPy's and TensorFlow's random numbers.
        progress: told about cells and epochs as they go.
        proven: says of a model in training whether its verdict is in, so that the training may end; None lets it go
            on to its end.
        shelf: what is found by its name where a file is not there; None finds nothing.
        strict_api: names that the libraries no longer have are not made to work.
        prepare: lays out what a second run needs, and says what its kernel is told.
        threads: of TensorFlow and the libraries beneath NumPy; None is one for each core.

    """
    saved = {cell.id: salvaged(cell.source) for cell in code_cells(notebook) if number_of(cell) in unparsable}
    notebook = with_salvaged(notebook, saved)
    notes = Notes(order=[number_of(cell) for cell in code_cells(notebook) if cell.source.strip()])
    job = sandbox.room()
    lay_out(shelf, job)
    found = shelf.settings(job) if shelf else None
    settings = {"seed": seed, "offers": proven is not None, "shelf": found, "old_api": not strict_api, **prepare(job)}
    manager = kernel_for(job, limits, notes, settings, threads)
    with answering(job, proven), making(job, shelf):
        over = play(notebook, manager, notes, progress)
    ended = job.ended.result(timeout=ENDING_SECONDS)
    refuse_own_failure(ended, notes, job)
    recorded = read_record(job.result / "record.json")
    cells = [cell_result(cell, notes, unparsable, saved.get(cell.id)) for cell in code_cells(notebook)]
    tried = {cell.number: cell for cell in cells if cell.status == "skipped" or cell.number in notes.cells}
    end = how_it_ended(ended, tried, notes.order, notes.flooded_by or notes.current, limits, over)
    run = Run(
        status=end.status,
        sentence=end.sentence,
        limit=end.limit,
        seconds=time.perf_counter() - notes.started,
        training_seconds=recorded.training_seconds,
        missing_modules=missing_modules(notes.cells.values(), imported_modules(notebook)),
        isolation=sandbox.isolation,
        seed=seed,
        budget=limits.training_seconds,
        versions=recorded.versions,
        limits=limits,
    )
    return Recording(
        run,
        cells,
        recorded.models,
        job.result,
        recorded.files,
        recorded.old_names,
        recorded.substitutes,
        ended.peak_mb,
        # Behind the wall nothing that a notebook starts can do this to its kernel, the first process of its namespace.
        # Where this process was crowded, it may have been by a neighbour.
        killed=notes.crowded or (end.status == "died" and ended.code == KILLED and sandbox.isolation == "wall"),
    )


def kernel_for(
    job: Job, limits: Limits, notes: Notes, settings: dict[str, Any], threads: int | None
) -> SandboxKernelManager:
    """A manager of the kernel that the job is to be, with these settings beside those of every kernel."""
    manager = SandboxKernelManager(kernel_name="python3", shutdown_wait_time=SHUTDOWN_SECONDS)
    manager.job, manager.limits, manager.threads = job, limits, threads
    manager.settings = {
        **settings,
        "served": job.sandbox.served,
        "cells": notes.order,
        "training_seconds": limits.training_seconds,
    }
    return manager


def play(notebook: NotebookNode, manager: SandboxKernelManager, notes: Notes, progress: Progress | None) -> str | None:
    """Run the cells until the last or until the kernel ends; return the limit that was passed, if the host saw one."""
    player = Player.on(manager, notebook, notes)
    try:
        # In a thread of its own, because in the main thread nbclient takes over Ctrl-C, which is to end the command.
        with (
            reporting(manager.job, notes, progress),
            room_left(manager.job, notes),
            ThreadPoolExecutor(1) as stage,
            ending(manager.job),
        ):
            # asyncio.run, unlike nbclient's own execute(), closes the event loop that it made.
            stage.submit(asyncio.run, player.async_execute(cleanup_kc=True)).result()
    except CellTimeoutError:
        return "wall_seconds"
    except DeadKernelError:
        pass
    except RuntimeError:
        # nbclient's own where the kernel dies before it is ready; how it died is known from the job.
        if not manager.job.ended.done():
            raise
    finally:
        # nbclient leaves this behind where the kernel never got ready.
        atexit.unregister(player._cleanup_kernel)
    return "output_mb" if notes.flooded_by or notes.crowded else None


def refuse_own_failure(ended: Ended, notes: Notes, job: Job) -> None:
    """Raise `SandboxError` where the kernel never came to its first cell: no student's code brought that about."""
    if not ended.error and (ended.code != LAUNCH_FAILED or notes.cells or notes.current):
        return
    log = job.result / "log.txt"
    words = ended.error or (log.read_text(errors="replace")[-500:] if log.exists() else "no log")
    raise SandboxError(f"Expected a kernel. Found: {words.strip()}. Grade again; `grader doctor` looks for the cause.")


@contextmanager
def ending(job: Job) -> Iterator[None]:
    """End the job whatever happens, Ctrl-C among it."""
    try:
        yield
    finally:
        job.kill()


@contextmanager
def reporting(job: Job, notes: Notes, progress: Progress | None) -> Iterator[None]:
    """Tell `progress` where the notebook is, a few times a second."""
    over = threading.Event()

    def report() -> None:
        while not over.wait(REPORT_SECONDS):
            said = job.words("progress.json").items()
            steps = {key: value for key, value in said if isinstance(value, int) and 0 <= value < MOST_STEPS}
            if progress is not None and steps:
                progress({**steps, "done": len(notes.cells), "of": len(notes.order)})

    reporter = threading.Thread(target=report, daemon=True)
    if progress is not None:
        reporter.start()
    try:
        yield
    finally:
        over.set()


@contextmanager
def room_left(job: Job, notes: Notes) -> Iterator[None]:
    """End the job where this process grows too large: a message of many parts is held until its last part is there."""
    over, own = threading.Event(), psutil.Process()
    before = own.memory_info().rss

    def look() -> None:
        while not (over.wait(LOOK_SECONDS) or notes.crowded):
            if own.memory_info().rss - before > MOST_GROWTH:
                notes.crowded = True
                job.kill()

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield
    finally:
        over.set()
        watcher.join()


def with_salvaged(notebook: NotebookNode, saved: Mapping[str, Salvaged | None]) -> NotebookNode:
    """A copy in which the cells that cannot be parsed hold what was salvaged of them, or nothing; by their ids."""
    copy = deepcopy(notebook)
    for cell in code_cells(copy):
        if cell.id in saved:
            found = saved[cell.id]
            cell.source = found.source if found else ""
    return copy


def read_record(path: Path) -> Recorded:
    """The recorder's account; an empty one where it is not there or not what the recorder writes."""
    try:
        if path.stat().st_size > RECORD_BYTES:
            return Recorded()
        recorded = Recorded.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return Recorded()
    return recorded.model_copy(update={"models": [as_claimed(model) for model in recorded.models]})


def as_claimed(model: Model) -> Model:
    """The model without what only the judge may say, should the notebook have written that too."""
    unsaid = {"rows_from": {}, "validation_from": {}, "fed": Fed()}
    fits = [fit.model_copy(update=unsaid) for fit in model.fits]
    return model.model_copy(update={"rebuilt": False, "fits": fits, "discrepancies": []})


def cell_result(
    cell: NotebookNode, notes: Notes, unparsable: Mapping[int, CellError], saved: Salvaged | None
) -> CellRun:
    """How a cell went, also where it never ran, or only what was salvaged of it did."""
    number = number_of(cell)
    if number in unparsable and saved is None:
        return CellRun(number=number, status="skipped", error=unparsable[number])
    if number in notes.cells:
        return with_its_error(notes.cells[number], unparsable.get(number), saved)
    if number == notes.current:
        stopped = CellRun(number=number, status="stopped", seconds=time.perf_counter() - notes.cell_started)
        return with_its_error(stopped, unparsable.get(number), saved)
    return CellRun(number=number, status="not_run" if number in notes.order else "ok")


def with_its_error(ran: CellRun, error: CellError | None, saved: Salvaged | None) -> CellRun:
    """A cell of which only what was salvaged ran, with the error for which it cannot be parsed as the first."""
    if error is None or saved is None:
        return ran
    # Where the error is of a statement that was left out, this one has raised it again.
    later = [each for each in ran.errors if each.kind not in SYNTAX or (each.line or 0) > (error.line or 0)]
    status = "error" if ran.status == "ok" else ran.status
    return ran.model_copy(update={"status": status, "error": error, "later": later, "run_as": saved.how})

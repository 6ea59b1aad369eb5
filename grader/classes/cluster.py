"""A run that is to be made -> bytes for a Dask worker, and back from there the bytes of what it showed.

Nothing but bytes crosses: a notebook as it was handed in, records as JSON. Nothing of a student's is ever pickled.
"""

import asyncio
import io
import os
import threading
import zipfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Literal
from uuid import uuid4

from distributed import CancelledError, Client, KilledWorker, Worker, get_worker
from distributed import Future as Task

from grader.classes.crew import Crew, Work, cores
from grader.classes.keys import contents, parts_of_machine
from grader.classes.stopping import SIGNALS
from grader.courses.course import Course, bundled
from grader.courses.reference import Threshold
from grader.courses.rubric import Rubric
from grader.courses.sheet import Assignment, Limits
from grader.data.datasets import Store
from grader.data.served import Served, default_cache, get_split, serve
from grader.data.standin import digits
from grader.errors import SandboxError, TeacherError, UsageError
from grader.fields import Count, Line, Name, Record
from grader.judging.replay import Stage
from grader.pipeline import Desk, observe
from grader.records import DataUsed, Observation
from grader.running.execute import Progress
from grader.running.files import TEACHERS
from grader.running.sandbox import PREFIX, Sandbox, open_sandbox
from grader.submissions.collect import Told, collect
from grader.submissions.handed import LaidOut, opened

CONNECT_SECONDS = 10
FIRST_WORKER_SECONDS = 600
"""A cluster with a queue may need some time for it."""
MOST_WAITING = 1_000
"""Runs that are handed to the cluster at one time."""
AHEAD = 2
"""Times as many as it has room for, so that no worker waits for the next."""


class Order(Record):
    """All that a worker must know of a run, beside the files."""

    command: Name
    """Which gave the order."""
    name: Line
    """Of the notebook's file."""
    problem: Line | None
    """Why there is nothing to run, where that is known without the file."""
    assignment: Assignment
    rubric: Rubric
    thresholds: dict[Name, dict[Name, Threshold]]
    limits: Limits
    stops_early: bool
    strict_api: bool
    isolation: Literal["wall", "none"]
    data: DataUsed
    sealed_rows: Count
    sealed_seed: int
    machine: dict[Name, Name]
    """`parts_of_machine` of the workers that are asked."""


class Answer(Record):
    """What comes back: one of the two."""

    observation: Observation | None = None
    error: Line = ""
    """Why there is none."""
    again: bool = False
    """Another attempt may do."""


# -- The command's side ------------------------------------------------------------------------------------------------


class ClusterCrew(Crew):
    """Runs on the workers of a Dask cluster; each thread waits for one of them."""

    def __init__(self, desk: Desk, scheduler: str):
        """Raises `UsageError` where there is no scheduler at the address, `TeacherError` where no worker comes."""
        super().__init__(MOST_WAITING)
        if TEACHERS in desk.sandbox.served_here:
            raise UsageError("Expected --files or --scheduler. Received both: workers have no folder of yours.")
        self.command = uuid4().hex
        try:
            self.client = Client(scheduler, timeout=CONNECT_SECONDS, set_as_default=False)
        except (OSError, ValueError) as error:
            raise UsageError(
                f"Expected a Dask scheduler at {scheduler}. Found: {error}. Start one with `dask scheduler`."
            ) from None
        try:
            self.client.wait_for_workers(1, timeout=FIRST_WORKER_SECONDS)
        except TimeoutError:
            self.client.close()
            raise TeacherError(
                f"Expected a worker at {scheduler}. Found none within {FIRST_WORKER_SECONDS} s. "
                f"Start one: grader worker --scheduler {scheduler}"
            ) from None
        self.parts = self.client.submit(machine, pure=False).result()
        self.tasks: set[Task[bytes]] = set()

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        self.client.close()

    def can_start(self, work: Work) -> bool:
        """As long as the workers may need another one soon."""
        self.workers = max(1, sum(self.client.nthreads().values()))
        return self.count() < min(MOST_WAITING, AHEAD * self.workers)

    def observe(self, work: Work, progress: Progress | None, alone: bool) -> Observation:
        """On any worker; where that dies, Dask asks another.

        Raises:
            SandboxError: another attempt may do.
            TeacherError: none will.
        """
        with opened(work.handed[0], work.desk.assignment.name) as (collected, laid):
            order = order_for(work.desk, laid, self.command, dict(self.parts))
            files = packed(laid.attached)
        try:
            task = self.client.submit(fulfil, order, collected.data, files, pure=False)
            self.tasks.add(task)
            answer = Answer.model_validate_json(task.result())
            self.tasks.discard(task)
        except CancelledError:
            raise SandboxError(
                "Expected the run to come to its end. Found that the command is being stopped."
            ) from None
        except KilledWorker as error:
            raise TeacherError(
                f"Expected a worker that lives through this notebook. Found that {error.allowed_failures + 1} died. "
                "Give the workers more memory, or a smaller --workers."
            ) from None
        if answer.observation is None:
            raise SandboxError(answer.error) if answer.again else TeacherError(answer.error)
        return answer.observation

    def stop(self) -> None:
        """Take back what waits, and end what runs."""
        self.client.cancel(list(self.tasks), force=True)
        self.client.run(abandon, self.command)


def order_for(desk: Desk, laid: LaidOut, command: str, machine: dict[str, str]) -> bytes:
    """The order of a run, as JSON."""
    reference = desk.course.reference(desk.assignment)
    order = Order(
        command=command,
        name=laid.notebook.name,
        problem=laid.told.problem,
        assignment=desk.assignment,
        rubric=desk.rubric,
        thresholds={model: dict(marks) for model, marks in desk.thresholds.items()},
        limits=desk.limits,
        stops_early=desk.stops_early,
        strict_api=desk.strict_api,
        isolation=desk.sandbox.isolation,
        data=desk.served.data,
        sealed_rows=reference.sealed_rows,
        sealed_seed=reference.sealed_seed,
        machine=machine,
    )
    return order.model_dump_json().encode()


def packed(folder: Path | None) -> bytes:
    """The files of a folder as a zip; empty where there is none."""
    if folder is None:
        return b""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        for name, _ in contents(folder):
            file.write(folder / name, name)
    return archive.getvalue()


# -- The worker's side -------------------------------------------------------------------------------------------------


making_place = threading.Lock()
places: list["Place"] = []
"""None or one."""


class Place:
    """Where one worker runs notebooks: for each data set a sandbox that is warmed once, for the first of them."""

    def __init__(self, threads: int):
        self.threads = threads
        """Notebooks at the same time."""
        # A warm process ends with the thread that started it, and Dask's own threads come and go.
        self.keeper = ThreadPoolExecutor(1, thread_name_prefix="keeper")
        self.lock = threading.Lock()
        self.desks: dict[tuple[object, ...], tuple[Served, Sandbox, Stage]] = {}
        self.at_work: Counter[tuple[Sandbox, str]] = Counter()

    @contextmanager
    def desk(self, order: Order) -> Iterator[Desk]:
        """A desk for the order. Raises `TeacherError` where this machine has not what it takes."""
        with self.lock:
            served, sandbox, stage = self.keeper.submit(self.lay_out, order).result()
            self.at_work[sandbox, order.command] += 1
        try:
            yield Desk(
                Course(bundled()),  # read by nobody here
                order.assignment,
                order.rubric,
                served,
                sandbox,
                order.thresholds,
                {},
                order.limits,
                order.stops_early,
                stage,
                order.strict_api,
            )
        finally:
            with self.lock:
                self.at_work[sandbox, order.command] -= 1
                self.at_work += Counter()  # without those at zero

    def lay_out(self, order: Order) -> tuple[Served, Sandbox, Stage]:
        """The data and a sandbox that is alive."""
        key = (order.data, order.sealed_rows, order.sealed_seed, order.isolation)
        if key not in self.desks:
            served = served_here(order)
            folders = {served.data.name: served.folder}
            sandbox = open_sandbox(order.isolation, folders)
            self.desks[key] = served, sandbox, Stage(order.isolation, served, folders)
        self.desks[key][1].revive()
        return self.desks[key]

    def abandon(self, command: str) -> None:
        """End what runs for a command, unless its sandbox also runs notebooks for another."""
        with self.lock:
            mine = {sandbox for sandbox, of in self.at_work if of == command}
            shared = {sandbox for sandbox, of in self.at_work if of != command}
            for key, (_, sandbox, stage) in list(self.desks.items()):
                if sandbox in mine - shared:
                    sandbox.__exit__(None, None, None)
                    stage.__exit__(None, None, None)
                    del self.desks[key]

    def close(self) -> None:
        """End everything."""
        for _, sandbox, stage in self.desks.values():
            sandbox.__exit__(None, None, None)
            stage.__exit__(None, None, None)
        self.desks.clear()
        self.keeper.shutdown()


def place() -> Place:
    """The place of this worker; the first notebook makes it, also in a worker that Dask itself started."""
    with making_place:
        if not places:
            places.append(Place(get_worker().state.nthreads))
        return places[0]


def fulfil(order: bytes, notebook: bytes, attached: bytes) -> bytes:
    """Make the run that was ordered: the function that Dask calls."""
    try:
        answer = Answer(observation=run_order(Order.model_validate_json(order), notebook, attached))
    except (SandboxError, OSError) as error:
        answer = Answer(error=str(error)[:2_000], again=True)
    except TeacherError as error:
        answer = Answer(error=str(error)[:2_000])
    return answer.model_dump_json().encode()


def run_order(order: Order, notebook: bytes, attached: bytes) -> Observation:
    """As `observe` does, of files that came as bytes."""
    here = place()
    if dict(parts_of_machine()) != order.machine:
        raise TeacherError(
            "Expected all workers to have the same grader and the same packages. Found one with others. Install the "
            "grader with its constraints.txt on each."
        )
    with TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-order-") as folder, here.desk(order) as desk:
        path = Path(folder, "notebook", Path(order.name).name)
        path.parent.mkdir()
        path.write_bytes(notebook)
        files = Path(folder, "attached") if attached else None
        if files:
            with zipfile.ZipFile(io.BytesIO(attached)) as archive:
                archive.extractall(files)
        told = Told(order.name, problem=order.problem)
        collected = collect(path, order.assignment.name, None, None, None, told)
        return observe(collected, desk, None, attached=files, threads=None if here.threads == 1 else 1)


def served_here(order: Order) -> Served:
    """The very rows that the order speaks of. Raises `TeacherError` where this machine has others."""
    name = order.data.name
    split = digits(name) if order.data.stand_in else get_split(Store(), name, allow_stand_in=False)
    served = serve(split, order.sealed_rows, order.sealed_seed, default_cache())
    if served.data.fingerprint != order.data.fingerprint:
        raise TeacherError(
            f"Expected the same {name} on every worker. Found another copy of it. Bring the files of one machine to "
            "all: grader data import DIR"
        )
    return served


def machine() -> dict[str, str]:
    """What a worker has installed."""
    return dict(parts_of_machine())


def abandon(command: str) -> None:
    """Called on every worker when a command is stopped."""
    for each in places:
        each.abandon(command)


def work_for(scheduler: str, workers: int | None) -> None:
    """Be a worker of the scheduler's, for so many notebooks at a time, until it or somebody ends this."""
    asyncio.run(serve_scheduler(scheduler, workers or cores()))


async def serve_scheduler(scheduler: str, threads: int) -> None:
    """Import what every notebook needs, join, and stay. Raises `UsageError` where nobody is there."""
    parts_of_machine()
    try:
        # Dask's limit is on this process, which only waits; each notebook has its own.
        async with Worker(scheduler, nthreads=threads, memory_limit=0, death_timeout=CONNECT_SECONDS) as worker:
            for number in SIGNALS:
                asyncio.get_running_loop().add_signal_handler(number, lambda: asyncio.ensure_future(leave(worker)))
            await worker.finished()
    except (OSError, TimeoutError, ValueError) as error:
        raise UsageError(
            f"Expected a Dask scheduler at {scheduler}. Found: {error}. Start one with `dask scheduler`."
        ) from None
    finally:
        close_places()


async def leave(worker: Worker) -> None:
    """End what runs here, and then go; what was running is done elsewhere."""
    close_places()
    await worker.close(reason="stopped")


def close_places() -> None:
    """Leave no process and no folder."""
    while places:
        places.pop().close()

"""A request -> a running job, behind the wall or without one; the two sandboxes have the same three methods."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self

import psutil

from grader.courses.sheet import Limits
from grader.errors import SandboxError, TeacherError
from grader.inside.request import Ended, Request
from grader.running import cgroups, wall

WARM_UP_SECONDS = 120
WORDS_BYTES = 1_000
FIRST_USER = 100_000
"""Jobs that root starts are users of their own from here on, so that the limit on processes is each job's own."""
USERS_PER_SANDBOX = 256
STOP_LOOK_SECONDS = 0.001
END_SECONDS = 10
"""For processes that were killed, until they are gone."""
LOST = "the sandbox's warm process ended"
KILLED = -9
"""Exit code of what SIGKILL ended. Windows knows no such signal, and has no name for it."""

ROOMS = Path("/tmp") if os.name == "posix" else Path(tempfile.gettempdir())  # noqa: S108
"""Short, as the path of a unix socket holds about a hundred characters; /tmp is also what the inner wall covers."""
PREFIX = "grader-"


def is_over(process: psutil.Process) -> bool:
    """Whether it runs no more; in some containers nobody takes note of the dead."""
    try:
        return bool(process.status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def sweep() -> None:
    """Remove the folders of sandboxes whose process was killed before it could."""
    for folder in ROOMS.glob(f"{PREFIX}*-*/"):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if owner.isdigit() and not psutil.pid_exists(int(owner)):
            remove(folder)


def remove(folder: Path) -> None:
    """Remove a folder with whatever is in it, as far as that is possible.

    A student's code may have nested folders deeper than shutil.rmtree, which calls itself, can follow.
    """
    if os.name == "posix":
        subprocess.run(["rm", "-rf", "--", str(folder)], stderr=subprocess.DEVNULL, check=False)  # noqa: S603, S607
    else:
        shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True)
class Job:
    """A job that was started."""

    id: str
    folder: Path
    sandbox: "Sandbox"
    ended: "Future[Ended]" = field(default_factory=Future)

    @property
    def result(self) -> Path:
        """Folder of its result files: written by code that a student may control."""
        return self.folder / "result"

    def words(self, name: str) -> dict[str, Any]:
        """What a small result file says, which the job may be writing anew; empty where it cannot be read."""
        with suppress(OSError, ValueError, RecursionError), (self.result / name).open("rb") as file:
            said = json.loads(file.read(WORDS_BYTES))
            return said if isinstance(said, dict) else {}
        return {}

    def signal(self, number: int) -> None:
        """Hand SIGINT to the job, or end it and everything it started with SIGTERM."""
        if not self.ended.done():
            self.sandbox.signal(self, number)

    def kill(self) -> None:
        """End the job and everything it started."""
        self.signal(signal.SIGTERM)


class Sandbox:
    """Where jobs run. Use it as a context manager: at its end no process and no folder of it is left."""

    isolation: Literal["wall", "none"]

    def __init__(self, served: Mapping[str, Path]):
        self.served_here = served
        """Per data set its folder of arrays, as `grader.data.served` writes them."""
        sweep()
        self.jobs = Path(tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=ROOMS))
        self.numbers = count(1)
        self.running: dict[str, Job] = {}
        self.closed = False

    @property
    def served(self) -> dict[str, str]:
        """Folders of the served data sets as a job sees them."""
        return {name: str(folder) for name, folder in self.served_here.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if not self.closed:
            self.close()
        remove(self.jobs)

    def room(self) -> Job:
        """A job that is not started yet: its folder is there, to put what it needs behind its door."""
        number = next(self.numbers)
        job = Job(str(number), self.jobs / str(number), self)
        for path in (job.folder, *(job.folder / name for name in ("door", "files", "first")), job.result):
            path.mkdir(mode=0o755)
        return job

    def discard(self, folder: Path) -> None:
        """Remove the folder of a job that has ended."""
        remove(folder)

    def start(self, job: Job, kind: str, limits: Limits, settings: dict[str, Any], threads: int | None = None) -> None:
        """Start the job with what its kind needs to know; `job.ended` tells when it is over."""
        if self.closed:
            raise SandboxError("Expected an open sandbox. Found that the command is being stopped.")
        user = FIRST_USER + os.getpid() * USERS_PER_SANDBOX + int(job.id) % USERS_PER_SANDBOX
        walled = self.isolation == "wall"
        root = hasattr(os, "geteuid") and os.geteuid() == 0
        if walled and root:
            os.chown(job.folder / "door", user, user)
        request = Request(
            job=job.id,
            kind=kind,
            folder=str(job.folder),
            walled=walled,
            user=user if root else wall.NOBODY,
            memory_mb=limits.memory_mb,
            processes=limits.processes,
            written_mb=limits.written_mb,
            threads=threads or os.cpu_count() or 1,
            settings={"seed": 0, **settings},
        )
        self.running[job.id] = job
        self.launch(job, request)

    def launch(self, job: Job, request: Request) -> None:
        """Start the job's process."""
        raise NotImplementedError

    def signal(self, job: Job, number: int) -> None:
        """Hand a signal to the job's guardian."""
        raise NotImplementedError

    @property
    def alive(self) -> bool:
        """Whether it can start jobs."""
        return not self.closed

    def revive(self) -> None:
        """Make it able to start jobs again, should what all jobs come from have died."""

    def close(self) -> None:
        """End every job, and start none from now on. Another thread may still be in the room of one."""
        raise NotImplementedError


class Elsewhere(Sandbox):
    """For a command that has its notebooks run by other machines: it starts nothing."""

    def __init__(self, isolation: Literal["wall", "none"], served: Mapping[str, Path]):
        super().__init__(served)
        self.isolation = isolation

    def close(self) -> None:
        """There is nothing to end."""
        self.closed = True


class WalledSandbox(Sandbox):
    """Jobs forked from one warm process behind bubblewrap, each in namespaces of its own."""

    isolation = "wall"

    def __init__(self, served: Mapping[str, Path]):
        super().__init__(served)
        self.trees = cgroups.trees()
        self.groups: dict[str, cgroups.Groups] = {}
        self.warm_up()

    def warm_up(self) -> None:
        """Start the warm process; the thread that does must live as long: --die-with-parent follows the thread."""
        control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self.control = control
        program = [sys.executable, "-m", "grader.inside.warm", str(theirs.fileno())]
        self.log = (self.jobs / "warm.log").open("w+b")
        self.warm = subprocess.Popen(  # noqa: S603
            wall.command(self.jobs, self.served_here, program),
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            stdout=self.log,
            stderr=self.log,
        )
        theirs.close()
        self.ready: Future[None] = Future()
        self.listener = threading.Thread(target=self.listen, name="warm", daemon=True)
        self.listener.start()

    @property
    def served(self) -> dict[str, str]:
        """Folders of the served data sets as a job sees them."""
        return {name: f"{wall.SERVED}/{name}" for name in self.served_here}

    def listen(self) -> None:
        """Pass on what the warm process says until it hangs up; then every job that still ran is lost."""
        while packet := self.receive():
            message = json.loads(packet)
            if message["event"] == "ready":
                self.ready.set_result(None)
            else:
                ended = self.leave_groups(message["job"], Ended(**message["ended"]))
                self.running.pop(message["job"]).ended.set_result(ended)
        if not self.ready.done():
            self.ready.set_exception(SandboxError(f"The sandbox did not start. Its last words: {self.last_words()}"))
        self.lose_jobs()

    @property
    def alive(self) -> bool:
        """Whether the warm process is there, and still listens."""
        return not self.closed and self.listener.is_alive()

    def revive(self) -> None:
        """Start another warm process where this one has died. Raises `SandboxError` where that is not to be had."""
        if self.closed or self.alive:
            return
        self.hang_up()
        self.warm_up()
        self.wait_until_warm()

    def lose_jobs(self) -> None:
        """Tell every job that still ran, or was about to, that it is over."""
        with suppress(KeyError):  # none is left, or another thread has told the last
            while True:
                _, job = self.running.popitem()
                job.ended.set_result(Ended(code=KILLED, error=LOST))

    def receive(self) -> bytes:
        """The next packet; empty once the warm process is gone."""
        try:
            return self.control.recv(1 << 16)
        except OSError:
            return b""

    def last_words(self) -> str:
        """The end of the warm process' log."""
        self.log.flush()
        return Path(self.log.name).read_text(errors="replace")[-500:].strip() or "none"

    def launch(self, job: Job, request: Request) -> None:
        """Ask the warm process for a fork. Raises `SandboxError` where it did not start."""
        self.wait_until_warm()
        self.groups[job.id] = self.make_groups(request)
        entrances = self.groups[job.id].entrances()
        self.say({"start": asdict(request)}, entrances)
        for entrance in entrances:
            os.close(entrance)

    def make_groups(self, request: Request) -> cgroups.Groups:
        """The job's control groups. Raises `SandboxError` where they cannot be made."""
        name = f"{cgroups.PREFIX}{os.getpid()}-{self.jobs.name}-{request.job}"
        try:
            return cgroups.Groups.make(self.trees, name, request.memory_mb, request.processes)
        except OSError as error:
            raise SandboxError(f"Expected to make a control group for a notebook. Found: {error}.") from error

    def leave_groups(self, job: str, ended: Ended) -> Ended:
        """Remove the job's control groups, and say whether the kernel has ended it for its memory."""
        groups = self.groups.pop(job)
        short = ended.limit is None and ended.code == -signal.SIGKILL and groups.ran_out_of_memory()
        groups.remove()
        return replace(ended, limit="memory_mb") if short else ended

    def wait_until_warm(self) -> None:
        """Until the warm process has imported everything. Raises `SandboxError` where it does not come to that."""
        try:
            self.ready.result(timeout=WARM_UP_SECONDS)
        except TimeoutError:
            raise SandboxError(f"The sandbox was not ready within {WARM_UP_SECONDS} s: {self.last_words()}") from None

    def signal(self, job: Job, number: int) -> None:
        """The warm process knows the guardian."""
        self.say({"job": job.id, "signal": number})

    def say(self, message: dict[str, Any], entrances: Sequence[int] = ()) -> None:
        """Tell the warm process; where it is gone, the jobs are lost."""
        try:
            socket.send_fds(self.control, [json.dumps(message).encode()], entrances)
        except OSError:
            self.listener.join()
            self.lose_jobs()

    def close(self) -> None:
        """End the warm process; its process namespace, and with it every job, ends too."""
        self.closed = True
        self.hang_up()

    def hang_up(self) -> None:
        """End the warm process, should it still run.

        Bubblewrap's inner process goes first: while it starts, it does not follow its parent's death yet. One that is
        told to stop may still make a child until it has.
        """
        within: list[psutil.Process] = []
        with suppress(psutil.NoSuchProcess):
            outer = psutil.Process(self.warm.pid)
            outer.suspend()
            while outer.status() not in {psutil.STATUS_STOPPED, psutil.STATUS_ZOMBIE}:
                time.sleep(STOP_LOOK_SECONDS)
            within = outer.children(recursive=True)
            for inner in within:
                inner.kill()
        self.warm.kill()
        self.warm.wait()
        until = time.monotonic() + END_SECONDS
        while not all(map(is_over, within)) and time.monotonic() < until:
            time.sleep(STOP_LOOK_SECONDS)
        with suppress(OSError):
            self.control.shutdown(socket.SHUT_RDWR)
        self.listener.join(timeout=10)
        self.control.close()
        self.log.close()
        while self.groups:
            self.groups.popitem()[1].remove()


class PlainSandbox(Sandbox):
    """Every job is a fresh process without a wall: for one's own notebooks, and where there are no namespaces."""

    isolation = "none"

    def __init__(self, served: Mapping[str, Path]):
        super().__init__(served)
        self.guardians: dict[str, psutil.Popen] = {}

    def launch(self, job: Job, request: Request) -> None:
        """Start a guardian with the job in it, and a thread that waits for its end."""
        words = [sys.executable, "-m", "grader.inside.job", json.dumps(asdict(request))]
        environment = {**os.environ, **wall.ENVIRONMENT}
        with (job.folder / "guardian.log").open("wb") as log:
            guardian = psutil.Popen(words, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self.guardians[job.id] = guardian
        threading.Thread(target=self.wait, args=(job, guardian), daemon=True).start()

    def wait(self, job: Job, guardian: psutil.Popen) -> None:
        """Tell the end of the job once its guardian is gone."""
        code = guardian.wait()
        report = job.result / "ended.json"
        self.running.pop(job.id, None)
        job.ended.set_result(Ended(**json.loads(report.read_text())) if report.exists() else Ended(code))

    def signal(self, job: Job, number: int) -> None:
        """Straight to the guardian; where the system has no signals, the job's processes are ended one by one."""
        guardian = self.guardians[job.id]
        if os.name == "posix":
            guardian.send_signal(number)
            return
        for process in [*guardian.children(recursive=True), guardian]:
            process.kill()

    def close(self) -> None:
        """End every job."""
        self.closed = True
        for job in list(self.running.values()):
            job.kill()
            job.ended.result(timeout=30)


def open_sandbox(isolation: Literal["wall", "none"], served: Mapping[str, Path]) -> Sandbox:
    """The sandbox of that kind.

    Raises:
        TeacherError: the wall is asked for and this machine cannot build it.

    """
    if isolation == "none":
        return PlainSandbox(served)
    if reason := wall.why_not():
        raise TeacherError(f"{reason} To run without protection (your own notebooks only): --isolation none.")
    return WalledSandbox(served)

"""A request -> a job that runs in its own room, watched until its end by a process that the job cannot reach.

The guardian forks the job, reads the clock of its resources, hands signals on, and when the job ends (or a limit ends
it) carries the job's result files, and nothing else, to a folder that the host reads.
"""

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from grader.inside import calls, memory, walls
from grader.inside.carrying import Carrier
from grader.inside.request import LAUNCH_FAILED, Ended, Request

LOOK_EVERY_SECONDS = 0.1
OFFER_SECONDS = 2.0
"""At least between two offers."""
USUAL_BYTES = 64 << 20
"""That a job may map beside its data before it is looked at more closely."""
SOCKETS = 5
"""Of a kernel; with its connection file they are all that a kernel puts behind its door."""
SIGNALS = {signal.SIGINT, signal.SIGTERM}
"""What the host sends. They wait while a process that is to heed them is in the making."""


class Overrun(Exception):
    """The job used more than it may."""

    def __init__(self, limit: str, used: float):
        super().__init__(limit)
        self.limit, self.used = limit, used


def guard(request: Request, run: Callable[[Request], None], groups: Sequence[int] = ()) -> Ended:
    """Run the job in a child of this process and return how it ended. Nothing that it started is left behind.

    `groups` are the open entrances of control groups for the job alone.
    """
    os.setsid()
    # Of this very process, as long as /proc shows it: the job begins as a copy of it.
    mapped = mapped_bytes()
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    result = os.open(f"{request.folder}/result", os.O_DIRECTORY)
    doors = []
    if request.walled:
        walls.leave_neighbours()
        # Only now: a mount cannot be bound from the namespace that was left.
        doors = [
            walls.Door.open(f"{request.folder}/door", read_only=request.kind == "judge"),
            *(walls.Door.open(f"{request.folder}/{name}", read_only=True) for name in ("files", "first")),
            *walls.python_in_tmp(),
        ]
    elif sys.platform == "linux":
        walls.call("prctl", walls.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    furnished, furnishing = os.pipe()
    job = os.fork()
    if job == 0:
        be_the_job(request, doors, groups, run)
    os.close(furnishing)
    # Until the job has closed its end, /proc shows the processes of the neighbours.
    os.read(furnished, 1)
    carrier = Carrier(f"{request.folder}/out", result)
    try:
        ended = watch(job, request, carrier, mapped)
    except BaseException:  # whatever went wrong here, the job must not go on unwatched
        os.kill(job, signal.SIGKILL)
        raise
    carrier.everything()
    return ended


def be_the_job(
    request: Request, doors: list[walls.Door], groups: Sequence[int], run: Callable[[Request], None]
) -> None:
    """Enter the room, give up every right, and run; never returns."""
    code = LAUNCH_FAILED
    try:
        # In the guardian's group of processes it could signal the guardian, where both are one user, and in its session
        # it would share the guardian's part of the processors, and might leave it none.
        os.setsid()
        for entrance in groups:
            os.write(entrance, b"0")
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
        if request.walled:
            walls.furnish(request.folder, doors, size_mb=request.written_mb)
        for name in ("work", "out"):
            os.makedirs(f"{request.folder}/{name}", exist_ok=True)
            if request.walled:
                os.chown(f"{request.folder}/{name}", request.user, request.user)
        # Nothing that the warm process or the guardian holds open is a job's to use.
        os.closerange(3, walls.OPEN_FILES)
        if request.walled:
            walls.drop_rights(request.user)
            walls.call("prctl", walls.PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        log = os.open(f"{request.folder}/out/log.txt", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        for descriptor in (1, 2):
            os.dup2(log, descriptor)
        walls.limit_resources(
            memory_mb=request.memory_mb,
            processes=request.processes if request.walled else None,
            written_mb=request.written_mb,
        )
        if request.walled:
            calls.forbid()
        os.chdir(f"{request.folder}/work")
        run(request)
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    except BaseException:  # the process ends here whatever happened; its log, a result file, says why
        sys.excepthook(*sys.exc_info())
    finally:
        sys.stderr.flush()
        os._exit(code)


def watch(job: int, request: Request, carrier: Carrier, mapped: int) -> Ended:
    """Wait for the end of the job, or bring it about."""
    killed = False

    def kill(*_: object) -> None:
        nonlocal killed
        killed = True

    signal.signal(signal.SIGTERM, kill)
    signal.signal(signal.SIGINT, lambda *_: os.kill(job, signal.SIGINT))
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    peak_mb = 0.0
    overrun: Overrun | None = None
    offer = Offer(carrier.out / "offer.json") if request.settings.get("offers") else None
    door = f"{request.folder}/door"
    ending = os.pidfd_open(job) if hasattr(os, "pidfd_open") else None
    while True:
        pid, status = os.waitpid(job, os.WNOHANG)
        if pid:
            break
        try:
            peak_mb = max(peak_mb, look(job, request, mapped))
        except Overrun as over:
            overrun = over
        if killed or overrun:
            os.kill(job, signal.SIGKILL)
            _, status = os.waitpid(job, 0)
            break
        for notice in ("progress.json", "wanted.json"):
            carrier.carry(notice)
        if offer and offer.is_new():
            carrier.offer()
        if request.walled and not walls.is_closed(door) and len(os.listdir(door)) > SOCKETS:
            walls.close(door)
        wait_a_little(ending)
    end_the_rest(request)
    code = os.waitstatus_to_exitcode(status)
    if overrun:
        return Ended(code, overrun.limit, overrun.used, round(peak_mb, 1))
    return Ended(code, peak_mb=round(peak_mb, 1))


@dataclass
class Offer:
    """The file in which a kernel offers a model in training to the host."""

    path: Path
    seen: int = 0
    seen_at: float = 0

    def is_new(self) -> bool:
        """Whether it was written anew; a job that does so all the time is not followed."""
        try:
            written = os.lstat(self.path).st_mtime_ns
        except OSError:
            return False
        if written == self.seen or time.monotonic() - self.seen_at < OFFER_SECONDS:
            return False
        self.seen, self.seen_at = written, time.monotonic()
        return True


def wait_a_little(ending: int | None) -> None:
    """Until it is time for the next look, or at once when the job ends where the system can tell."""
    if ending is None:
        time.sleep(LOOK_EVERY_SECONDS)
    else:
        select.select([ending], [], [], LOOK_EVERY_SECONDS)


def members(job: int, request: Request) -> list[psutil.Process]:
    """The job's processes. Behind the wall /proc shows no others."""
    if request.walled:
        return list(psutil.process_iter())
    try:
        return [psutil.Process(job), *psutil.Process().children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def look(job: int, request: Request, mapped: int) -> float:
    """Memory of the job in MB. Raises `Overrun` where a limit is passed.

    A process that maps more than `mapped` bytes beside its own data may have hidden some in what it shares.
    """
    resident, threads = 0, 0
    unseen: dict[str, int] = {}
    for process in {process.pid: process for process in members(job, request)}.values():
        try:
            own = process.memory_info()
            resident += own.rss
            threads += process.num_threads()
            unseen |= memory.unseen(process.pid)
            if request.walled and own.vms - own.data > mapped:
                unseen |= memory.shared(process.pid)
        except psutil.Error:
            continue
    written = written_bytes(request)
    memory_mb = (resident + (written if request.walled else 0) + sum(unseen.values())) / (1 << 20)
    if memory_mb > request.memory_mb:
        raise Overrun("memory_mb", round(memory_mb))
    if threads > request.processes:
        raise Overrun("processes", threads)
    if not request.walled and written > request.written_mb << 20:
        raise Overrun("written_mb", written >> 20)
    return memory_mb


def mapped_bytes() -> int:
    """That this process maps beside its own data, and a little more; 0 where psutil does not tell."""
    own = psutil.Process().memory_info()
    return own.vms - own.data + USUAL_BYTES if hasattr(own, "data") else 0


def written_bytes(request: Request) -> int:
    """What the job's files hold. Behind the wall the room is a file system of its own, with the limit as its size."""
    if request.walled:
        room = os.statvfs("/tmp")  # noqa: S108
        return (room.f_blocks - room.f_bfree) * room.f_frsize
    total, folders = 0, [request.folder]
    while folders:
        with suppress(OSError), os.scandir(folders.pop()) as entries:
            for entry in entries:
                total += entry.stat(follow_symlinks=False).st_blocks * 512
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
    return total


def end_the_rest(request: Request) -> None:
    """End what the job left behind. Behind the wall its process namespace died with it."""
    if request.walled:
        return
    while remaining := psutil.Process().children(recursive=True):
        for process in remaining:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(remaining, timeout=1)

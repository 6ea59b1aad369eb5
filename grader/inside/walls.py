"""A forked process -> the same process with namespaces, mounts and rights of its own (Linux).

The outer wall, bubblewrap around the warm process, has hidden the machine. This is the inner one, between a job and its
neighbours. Every call is the kernel's own, named as in its manual pages.
"""

import ctypes
import os
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MS_NOSUID, MS_NODEV, MS_REMOUNT, MS_RDONLY, MS_BIND, MS_REC, MS_PRIVATE = 2, 4, 32, 1, 4096, 16384, 1 << 18
CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET = (
    0x20000,
    0x8000000,
    0x10000000,
    0x20000000,
    0x40000000,
)
PR_SET_PDEATHSIG, PR_CAPBSET_DROP, PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT = 1, 24, 36, 38, 47
PR_CAP_AMBIENT_CLEAR_ALL = 4
CAPABILITY_VERSION_3 = 0x20080522
NOBODY = 65534
OPEN_FILES = 4096
INODES = 100_000
RLIMIT_MSGQUEUE = 12
"""Bytes in POSIX message queues, which belong to no process. Python has no name for it."""
SHARED_MEMORY = "/tmp/.shm"  # noqa: S108

if os.name == "posix":
    import resource

libc = ctypes.CDLL(None, use_errno=True) if os.name == "posix" else None


def call(name: str, *arguments: object) -> None:
    """One call of the C library. Raises OSError where it returns an error."""
    assert libc is not None
    if getattr(libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}{arguments}: {os.strerror(number)}")


@dataclass(frozen=True)
class Door:
    """A folder of the host's that a job may still see once everything else is covered."""

    path: str
    descriptor: int
    read_only: bool

    @classmethod
    def open(cls, path: str, *, read_only: bool) -> "Door":
        """Hold on to the folder before a mount covers it."""
        return cls(path, os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC), read_only)


def leave_neighbours() -> None:
    """Namespaces of one's own for users, mounts, processes, network and IPC; the next fork is the first in them.

    Root outside needs no user namespace: the job becomes an unprivileged user of its own in `drop_rights`.
    """
    spaces = CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWPID | CLONE_NEWNET
    if os.geteuid() == 0:
        call("unshare", spaces)
        return
    user, group = os.geteuid(), os.getegid()
    call("unshare", spaces | CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
    Path("/proc/self/gid_map").write_text(f"{group} {group} 1")


def furnish(room: str, doors: list[Door], *, size_mb: int) -> None:
    """Cover /tmp by one of the job's own, limited in bytes and files, with the job's folder `room` and its doors."""
    call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    options = f"size={size_mb}m,nr_inodes={INODES},mode=1777"
    call("mount", b"tmpfs", b"/tmp", b"tmpfs", MS_NOSUID | MS_NODEV, options.encode())
    # Shared memory lies in the same file system, so one limit holds for both.
    os.mkdir(SHARED_MEMORY)
    os.chmod(SHARED_MEMORY, 0o1777)  # noqa: S103 - as /dev/shm is everywhere
    call("mount", SHARED_MEMORY.encode(), b"/dev/shm", None, MS_BIND, None)
    os.makedirs(room)
    for door in doors:
        os.makedirs(door.path)
        call("mount", f"/proc/self/fd/{door.descriptor}".encode(), door.path.encode(), None, MS_BIND | MS_REC, None)
        if door.read_only:
            close(door.path)
        os.close(door.descriptor)
    call("mount", b"proc", b"/proc", b"proc", MS_NOSUID | MS_NODEV, None)
    with suppress(OSError):
        Path("/proc/sys/kernel/shmall").write_text("0")  # System V shared memory, which no limit counts


def close(path: str) -> None:
    """Make a mounted folder read-only. Sockets in it still connect."""
    flags = MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV
    call("mount", b"none", path.encode(), None, flags, None)


def is_closed(path: str) -> bool:
    """Whether the folder is read-only."""
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)


def python_in_tmp() -> list[Door]:
    """Where Python itself lies below /tmp, which `furnish` covers. The outer wall has made these folders read-only."""
    prefixes = {prefix for prefix in (sys.prefix, sys.base_prefix) if prefix.startswith("/tmp/")}  # noqa: S108
    return [Door.open(prefix, read_only=False) for prefix in sorted(prefixes)]


def drop_rights(user: int) -> None:
    """Become an ordinary user without capabilities, who can gain none."""
    assert libc is not None
    for capability in range(64):
        libc.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0)
    libc.prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0)
    if os.geteuid() == 0:
        os.setgroups([])
        os.setresgid(user, user, user)
        os.setresuid(user, user, user)
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    call("capset", ctypes.byref(header), ctypes.byref((ctypes.c_uint32 * 6)()))
    call("prctl", PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)


def limit_resources(*, memory_mb: int, processes: int | None, written_mb: int) -> None:
    """The kernel's own limits: hard, at once, and inherited by whatever the job starts.

    Memory counts from here: what the process shares with the warm one it came from is not its doing.
    """
    megabyte = 1 << 20
    for kind, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
        (resource.RLIMIT_FSIZE, written_mb * megabyte),
        (resource.RLIMIT_DATA, memory_mb * megabyte + data_bytes()),
    ):
        resource.setrlimit(kind, (value, value))
    if sys.platform == "linux":
        resource.setrlimit(RLIMIT_MSGQUEUE, (0, 0))
    if processes is not None:
        resource.setrlimit(resource.RLIMIT_NPROC, (processes, processes))


def data_bytes() -> int:
    """Writable memory of this process (VmData), in bytes; 0 where there is no /proc."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    return next(int(line.split()[1]) * 1024 for line in status.read_text().splitlines() if line.startswith("VmData"))

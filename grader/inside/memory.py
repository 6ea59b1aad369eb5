"""A process -> the memory that it holds beside its resident pages, by what holds it.

None of it shows in the size of a process, and no limit of the kernel's on a process counts it: without control groups a
job could fill the machine by it.
"""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

BUFFERS = {"socket": 212_992, "pipe": 65_536}
"""Bytes that may lie in one of them unread: Linux' defaults."""
FILE_BYTES = 4_096
"""About so much of the kernel's own memory goes with any open file."""
MEMFD = "/memfd:"
NAMELESS = re.compile(rb"^(\w+)-(\w+) \S+ \S+ (\S+) (\d+) +(?:/memfd:|/dev/zero|/SYSV).*\(deleted\)$", re.MULTILINE)
"""A piece of memory that processes share and no file system holds: begin, end, device and inode."""


def unseen(pid: int) -> dict[str, int]:
    """Bytes by what holds them; what two processes hold together has the same name for both."""
    return {f"page tables of {pid}": page_table_bytes(pid), **dict(open_files(pid))}


def page_table_bytes(pid: int) -> int:
    """To map memory takes some, also where nothing is in it."""
    with suppress(OSError), open(f"/proc/{pid}/status", "rb") as file:
        return next((int(line.split()[1]) << 10 for line in file if line.startswith(b"VmPTE")), 0)
    return 0


def open_files(pid: int) -> Iterator[tuple[str, int]]:
    """What a process holds by its open files; those in memory (memfd) are there in full."""
    folder = f"/proc/{pid}/fd"
    with suppress(OSError):
        for name in os.listdir(folder):
            with suppress(OSError):
                target = os.readlink(f"{folder}/{name}")
                if target.startswith(MEMFD):
                    facts = os.stat(f"{folder}/{name}")
                    yield f"memory {facts.st_ino}", facts.st_blocks * 512
                else:
                    kind = target.partition(":[")[0]
                    yield (target, BUFFERS[kind]) if kind in BUFFERS else (f"{pid} {name}", FILE_BYTES)


def shared(pid: int) -> dict[str, int]:
    """Memory that a process shares with others, of which only what it has itself touched is resident.

    It counts in full: another process may have filled it and ended.
    """
    with suppress(OSError):
        maps = Path(f"/proc/{pid}/maps").read_bytes()
        pieces = ((int(end, 16) - int(begin, 16), inode) for begin, end, _, inode in NAMELESS.findall(maps))
        found: dict[str, int] = {}
        for size, inode in pieces:
            name = f"memory {int(inode)}"
            found[name] = found.get(name, 0) + size
        return found
    return {}

"""A job's result files -> copies in a folder that the host reads: regular files only, limited in number and size.

The folder `out` is the job's, who may change anything in it at any moment; the folder `result` it never sees.
"""

import json
import os
import re
import stat
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

RESULT_BYTES = 600 << 20
RESULT_FILES = 1_000
COPY_BYTES = 1 << 20
SMALL_BYTES = 10_000
"""Of the files that hold a few words."""
FIRST = ("record.json", "log.txt")
MODELS = (".json", ".weights.npz")
"""Endings of what a model is saved in. Its samples may be many, and come last."""
SMALL = ("offer.json", "progress.json", "wanted.json")
OF_MODEL = re.compile(r"(model-[1-9]\d{0,5})\.[\w.-]+")


class Carrier:
    """Carries out, and remembers how much lies there already."""

    def __init__(self, out: str, result: int):
        self.out, self.result = Path(out), result
        """A path, and an open descriptor."""
        self.sizes: dict[str, int] = {}

    def everything(self) -> None:
        """Carry all files out, the most important first."""
        self.carry_all(name for name in self.names() if not name.startswith("."))

    def offer(self) -> None:
        """Carry out the model that is offered: its files, then the offer, so that who reads it finds the model."""
        model = self.offered()
        if model:
            self.carry_all(name for name in self.names() if (of := OF_MODEL.fullmatch(name)) and of[1] == model)
            self.carry_all(["record.json", "offer.json"])

    def offered(self) -> str | None:
        """Id of the model in offer.json; None where that is not what the recorder writes."""
        with (
            suppress(OSError, ValueError, RecursionError, KeyError, TypeError),
            open(self.source("offer.json")) as file,
        ):
            said = json.loads(file.read(SMALL_BYTES))["model"]
            return said if isinstance(said, str) else None
        return None

    def names(self) -> list[str]:
        """Of the job's files."""
        try:
            return sorted(os.listdir(self.out), key=importance)
        except OSError:
            return []

    def carry_all(self, names: Iterable[str]) -> None:
        """Carry these, one after another."""
        for name in names:
            self.carry(name)

    def carry(self, name: str) -> None:
        """Copy a file, if it is regular and there is room for it.

        Under another name first: the host never sees half a file.
        """
        left = RESULT_BYTES - sum(size for other, size in self.sizes.items() if other != name)
        if name not in self.sizes and len(self.sizes) >= RESULT_FILES:
            return
        try:
            source = self.source(name)
        except OSError:
            return
        facts = os.fstat(source)
        if not stat.S_ISREG(facts.st_mode) or facts.st_size > (SMALL_BYTES if name in SMALL else left):
            os.close(source)  # open() would raise over a folder
            return
        with open(source, "rb") as reader:
            flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
            with open(os.open(".incoming", flags, 0o600, dir_fd=self.result), "wb") as writer:
                # Not to the end of the file, which may have grown since.
                missing = facts.st_size
                while missing and (part := reader.read(min(missing, COPY_BYTES))):
                    missing -= writer.write(part)
            os.rename(".incoming", name, src_dir_fd=self.result, dst_dir_fd=self.result)
            self.sizes[name] = facts.st_size

    def source(self, name: str) -> int:
        """An open descriptor of one of the job's files, never of what a link points to; a FIFO is not waited for."""
        return os.open(self.out / name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)


def importance(name: str) -> tuple[bool, bool, str]:
    """What comes first, should there be too many files."""
    return name not in FIRST, not name.endswith(MODELS), name

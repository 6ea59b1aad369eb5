r"""A path that is not there -> the file or folder that is meant, by its name.

Of a path such as C:\data\HousingData.csv only the last parts mean anything. They are looked up among the sheet's names,
which stand for exports of the served data set, among the files that were handed in with the notebook, and in the
teacher's folder. What a path stands for does not depend on where the notebook is.
"""

import fnmatch
import functools
import json
import os
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

MAKING_SECONDS = 600
"""For an export; a large one takes the host some twenty seconds, once."""
LOOK_SECONDS = 0.02
MOST_ENTRIES = 100_000
"""Of a folder that is looked through; what lies beyond is not found."""
MOST_NAMES = 20
"""That a hint lists."""
PART = re.compile(r"[^/\\]+")
"""Of a path of any system."""
NOBODY = re.compile(r"(?!)")
STAT = os.stat
"""The system's own: looking up must not look up."""


@dataclass(frozen=True)
class Found:
    """What stands for a path."""

    path: str
    asked: str
    """The path up to the part that was recognised."""
    served: str
    """What it was recognised as."""
    source: str
    """submission, teacher or sheet."""


@dataclass(frozen=True)
class Named:
    """An export, and the names that it answers to."""

    names: list[str]
    members: list[str]
    """Names of files in it."""
    key: str
    served: str
    """Its own name."""
    is_folder: bool

    @property
    def pattern(self) -> str:
        """Matches each of the names in lower case."""
        return "|".join(fnmatch.translate(name.lower()) for name in [*self.names, *self.members])

    def has_member(self, name: str) -> bool:
        """Whether the name is that of a file in it."""
        return any(fnmatch.fnmatchcase(name.lower(), member) for member in self.members)


class Shelf:
    """All that is found by its name.

    Args:
        settings: as `grader.running.files` writes them.
        ask: asks the host to make the export of that key.
        refused: file in which the host says which it cannot make.
        note: is told of everything that is read.
    """

    def __init__(
        self, settings: dict[str, Any], ask: Callable[[str], None], refused: Path, note: Callable[[Found], None]
    ):
        self.folders = {"submission": settings["submission"], "teacher": settings["teacher"]}
        self.made = settings["made"]
        self.names = [Named(*entry) for entry in settings["names"]]
        self.ask, self.refused, self.note = ask, refused, note
        self.lock = threading.Lock()

    @functools.cached_property
    def known(self) -> dict[str, dict[str, list[str]]]:
        """For the first two sources: paths in the folder by their last part in lower case."""
        return {source: index(folder) for source, folder in self.folders.items() if folder}

    @functools.cached_property
    def pattern(self) -> re.Pattern[str]:
        """One group for each export: most names that are asked for match none, and this is quick to say so."""
        return re.compile("|".join(f"({named.pattern})" for named in self.names)) if self.names else NOBODY

    def find(self, path: Any) -> Found | None:
        """What stands for the path; None where no part of it is known. Has the export made if need be."""
        if not isinstance(path, (str, bytes, os.PathLike)):
            return None
        text = os.fsdecode(path)
        parts = [part for part in PART.finditer(text) if set(part[0]) != {"."}]
        names = [part[0] for part in parts]
        for number in range(len(parts), 0, -1):
            asked = text[: parts[number - 1].end()]
            # The sheet's names first: a table of that name that was handed in holds the sealed rows as well.
            found = self.among_names(asked, names[number - 1], names[number:]) or self.among_files(
                asked, names[:number], names[number:]
            )
            if found:
                return found
        return None

    def among_files(self, asked: str, names: list[str], rest: list[str]) -> Found | None:
        """A file that was handed in, or the teacher's; of several with one name, the one whose folders fit best."""
        for source, known in self.known.items():
            alike = known.get(names[-1].lower(), ())
            for path in sorted(alike, key=lambda path: -likeness(path, names)):
                target = os.path.join(self.folders[source], path, *rest)
                if is_there(target):
                    return Found(target, asked, path, source)
        return None

    def among_names(self, asked: str, name: str, rest: list[str]) -> Found | None:
        """The export that the sheet gives this name."""
        match = self.pattern.fullmatch(name.lower())
        if match is None:
            return None
        named = self.names[(match.lastindex or 1) - 1]
        if rest and not named.is_folder:
            return None
        top = os.path.join(self.made, named.key, named.served)
        member = [name] if named.has_member(name) else []
        target = os.path.join(top, *member, *rest)
        there = (is_there(top) or self.wait_for(named.key, top)) and is_there(target)
        return Found(target, asked, "/".join([named.served, *member]), "sheet") if there else None

    def wait_for(self, key: str, path: str) -> bool:
        """Ask the host for an export, and wait until it is there; False where it cannot be made."""
        with self.lock:
            if not is_there(path) and not self.is_refused(key):
                self.ask(key)
            deadline = time.monotonic() + MAKING_SECONDS
            while not is_there(path) and not self.is_refused(key) and time.monotonic() < deadline:
                time.sleep(LOOK_SECONDS)
        return is_there(path)

    def is_refused(self, key: str) -> bool:
        """Whether the host has said that it cannot make the export."""
        with suppress(OSError, ValueError):
            return key in json.loads(self.refused.read_bytes())
        return False

    def real(self, path: Any) -> Any:
        """The path if it is there or unknown, else what stands for it; this is noted."""
        if not isinstance(path, (str, bytes, os.PathLike)) or is_there(path):
            return path
        found = self.find(path)
        if found is None:
            return path
        self.note(found)
        return found.path

    @property
    def hint(self) -> str:
        """For whoever asked for a name that is not known."""
        names = [name for named in self.names for name in named.names if not set(name) & set("*?[")]
        names += [path for known in self.known.values() for paths in known.values() for path in paths]
        more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
        return f". Names that the grader knows: {', '.join(names[:MOST_NAMES])}{more}" if names else ""

    @property
    def likely(self) -> list[str]:
        """What its author may have uploaded: the files that were handed in, else what the sheet names first."""
        folder = self.folders["submission"]
        own = [path for paths in self.known["submission"].values() for path in paths]
        return [path for path in own if os.path.isfile(os.path.join(folder, path))] or [
            named.served for named in self.names[:1]
        ]

    @functools.cached_property
    def listing(self) -> str:
        """A folder with links to what is known, for whoever lists what a folder of Kaggle's or Colab's holds.

        Without folders of exports: notebooks print the name of every file that they find.
        """
        folder = tempfile.mkdtemp(prefix=".input-")
        links = {
            named.served: os.path.join(self.made, named.key, named.served)
            for named in self.names
            if not named.is_folder
        }
        for source, known in self.known.items():
            tops = (path for paths in known.values() for path in paths if os.sep not in path)
            links |= {path: os.path.join(self.folders[source], path) for path in tops}
        for name, target in links.items():
            os.symlink(target, os.path.join(folder, name))
        return folder


def is_there(path: Any) -> bool:
    """Whether there is such a file; of a pattern, whether there is the folder before its first sign."""
    try:
        STAT(re.split(r"[*?]", os.fsdecode(path))[0])
    except (OSError, ValueError):
        return False
    return True


def index(folder: str) -> dict[str, list[str]]:
    """Paths of the files and folders below, relative to the folder, by their last part in lower case."""
    known: dict[str, list[str]] = {}
    for number, path in enumerate(below(folder)):
        if number == MOST_ENTRIES:
            break
        known.setdefault(os.path.basename(path).lower(), []).append(os.path.relpath(path, folder))
    return known


def below(folder: str) -> Iterator[str]:
    """Everything below the folder."""
    for top, folders, names in os.walk(folder):
        yield from (os.path.join(top, name) for name in sorted([*folders, *names]))


def likeness(path: str, parts: list[str]) -> int:
    """How many of the last parts are the same."""
    pairs = zip(reversed(path.lower().split(os.sep)), reversed(parts), strict=False)
    return next((same for same, (one, other) in enumerate(pairs) if one != other.lower()), len(parts))

"""What one student handed in -> a folder with the notebook that is graded and the files that came with it.

Nothing is laid out before its turn, so a class of any size takes the disk of the submissions that run.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from grader.errors import UsageError
from grader.submissions.archives import MAX_UNPACKED_BYTES, ArchiveError, Item, copy_out, list_zip
from grader.submissions.collect import Collected, Told, collect
from grader.submissions.layouts import NOTEBOOK, NUMBERED, stem_of

SAME_SECONDS = 60
"""Files that are nearer in time were laid down together, and their names say which is the newest."""
PREFIX = "grader-"
"""With the number of the process behind it, so that the next sandbox sweeps up what a killed command has left."""
MOST_NAMES = 5
"""That a note lists."""
TAKEN = f"Hand in the .ipynb file itself, or a zip of at most {MAX_UNPACKED_BYTES // 1_000_000:,} MB with it."
TRIES = (r"[-_ ]final\b|_LATE\b", r"copy[ _-]of|[-_ ]copy\b")
"""Words in a file's name that stand for a later try, the last one first."""


@dataclass(frozen=True)
class HandedIn:
    """What one student handed in."""

    student: str
    """Unlike every other student's of the class, also as the name of a folder."""
    items: tuple[Item, ...]
    where: str
    """The file, folder or archive that it was found in, for people."""
    id: str = ""
    """The class list's, else the platform's; empty where nobody gave one."""
    email: str = ""
    submitted_at: datetime | None = None
    """As a platform or the class list says it. Without it the time of the graded file counts, if `times_known`."""
    due_at: datetime | None = None
    times_known: bool = True
    """Whether the times of the files are those of handing in."""
    marked_late: bool | None = None
    """What the platform says; None where it says nothing."""
    notes: tuple[str, ...] = ()
    own_name: str = ""
    """As the submission itself says it, whatever the class list has."""
    ids: tuple[str, ...] = ()
    """All that the class list and the platform give the student."""


@dataclass(frozen=True)
class LaidOut:
    """A submission on the disk, as `grade_notebook` takes it."""

    notebook: Path
    attached: Path | None
    """Folder of what came with it; None where nothing did."""
    told: Told


@dataclass(frozen=True)
class Candidate:
    """A file that may be the one to grade."""

    path: Path
    parts: tuple[str, ...]
    order: int
    time: float
    """Of the file that was handed in, in seconds since 1970; 0 where it is not known."""
    inner_time: float = 0
    """Of the entry in the student's own zip."""

    @property
    def name(self) -> str:
        """For people."""
        return "/".join(self.parts)

    @property
    def tries(self) -> tuple[bool | int, ...]:
        """The later the try, the higher, as far as its name says."""
        stem = stem_of(self.parts[-1])
        number = NUMBERED.search(stem)
        return (
            bool(re.search(TRIES[0], stem, re.IGNORECASE)),
            int((number and (number[1] or number[2])) or 0),
            bool(re.search(TRIES[1], stem, re.IGNORECASE)),
        )


@dataclass
class Pile:
    """Files while they are laid out."""

    folder: Path
    candidates: list[Candidate] = field(default_factory=list)
    """All files: which of them may be graded is decided at the end."""
    notes: list[str] = field(default_factory=list)
    bytes: int = 0

    def place(self, parts: Sequence[str]) -> Path:
        """A path for this file that no other has: two archives may hold files of one name."""
        target, number = self.folder.joinpath(*parts), 1
        while os.path.lexists(target) or any(parent.is_file() for parent in target.parents):
            number += 1
            target = self.folder.joinpath(str(number), *parts)
        return target


@contextmanager
def laid_out(handed: HandedIn) -> Iterator[LaidOut]:
    """The submission in a temporary folder, which is gone after the `with` block.

    Raises:
        UsageError: a file cannot be read, or the disk is full.

    """
    with tempfile.TemporaryDirectory(prefix=f"{PREFIX}{os.getpid()}-handed-in-") as temporary:
        try:
            laid = lay_out(handed, Path(temporary))
        except (OSError, ArchiveError) as error:
            found = error.strerror or str(error) if isinstance(error, OSError) else str(error)
            raise UsageError(f"Expected to read what is in {handed.where}. Found: {found}.") from None
        yield laid


@contextmanager
def opened(handed: HandedIn, assignment: str) -> Iterator[tuple[Collected, LaidOut]]:
    """The submission as it is read, and where it lies until the end of the `with` block. Raises `UsageError`."""
    with laid_out(handed) as laid:
        yield collect(laid.notebook, assignment, handed.student, None, handed.due_at, laid.told), laid


def lay_out(handed: HandedIn, folder: Path) -> LaidOut:
    """Copy what was handed in to `folder`, open a zip of the student's own, and choose what is graded."""
    pile = Pile(folder / "files")
    add(pile, [item for item in handed.items if not item.is_folder], handed.times_known)
    for candidate in list(pile.candidates):
        if candidate.parts[-1].lower().endswith(".zip"):
            open_own(pile, candidate)
    chosen, problem = choose(pile.candidates, all_of_it=not pile.notes)
    notes = [*handed.notes, *pile.notes, *notes_on(chosen, pile.candidates)]
    notebook = folder / "graded"
    if chosen is None:
        notebook.touch()
    else:
        notebook = folder / ("graded.py" if chosen.path.suffix.lower() == ".py" else "graded.ipynb")
        shutil.move(chosen.path, notebook)
    attached = pile.folder if len(pile.candidates) > 1 else None
    told = Told(
        id=handed.id,
        email=handed.email,
        where=f"{handed.where}: {chosen.name}" if chosen else handed.where,
        notes=tuple(notes),
        problem=problem,
        submitted_at=submitted_at(handed, chosen),
        marked_late=handed.marked_late,
    )
    return LaidOut(notebook, attached, told)


def submitted_at(handed: HandedIn, chosen: Candidate | None) -> datetime | None:
    """When it was handed in: as somebody said it, else the time of the graded file; None where nobody knows."""
    if handed.submitted_at or not handed.times_known or not chosen or not chosen.time:
        return handed.submitted_at
    return datetime.fromtimestamp(chosen.time, UTC)


def add(pile: Pile, items: Sequence[Item], times_known: bool, own: Candidate | None = None) -> None:
    """Copy the items to the pile, but those that are refused or too much; `own` is the zip that they are in."""
    copies: list[tuple[Item, Path]] = []
    for item in items:
        too_much = pile.bytes + item.size > MAX_UNPACKED_BYTES
        if item.refused or too_much:
            most = f"with it there would be more than {MAX_UNPACKED_BYTES // 1_000_000:,} MB"
            pile.notes.append(f"`{item.name}` was left out: {item.refused or most}.")
            continue
        pile.bytes += item.size
        target = pile.place(item.parts)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.touch()  # so that the place is taken
        copies.append((item, target))
    damaged = {}
    for item, why in copy_out(copies):
        damaged[item] = why
        pile.notes.append(f"`{item.name}` was left out: {why}.")
    for item, target in copies:
        if item not in damaged:
            time = item.modified_at.timestamp() if item.modified_at else 0
            outer = (own.order, own.time, time) if own else (item.order, time if times_known else 0)
            parts = (*own.parts, *item.parts[1:]) if own else item.parts
            pile.candidates.append(Candidate(target, parts, *outer))


def open_own(pile: Pile, zipped: Candidate) -> None:
    """Lay out what is in the student's own zip. Zips in it stay as they are."""
    try:
        items = [item for item in list_zip(zipped.path) if not item.is_folder]
        size = sum(item.size for item in items if not item.refused)
        if size > MAX_UNPACKED_BYTES - pile.bytes:
            raise ArchiveError(f"an archive that unpacks to {size / 1_000_000:,.0f} MB")
    except ArchiveError as error:
        pile.notes.append(f"`{zipped.name}` was not opened: expected a zip archive. Found {error}. {TAKEN}")
        return
    add(pile, [item.at(zipped.path.stem, *item.parts) if item.parts else item for item in items], True, zipped)
    if any(NOTEBOOK.search(item.parts[-1]) for item in items if item.parts and not item.refused):
        pile.candidates.remove(zipped)
        zipped.path.unlink()


# -- Choosing ----------------------------------------------------------------------------------------------------------


def choose(candidates: Sequence[Candidate], all_of_it: bool) -> tuple[Candidate | None, str | None]:
    """The newest notebook, else the newest script, else the only file; or why there is none, for the student."""
    for kind in (NOTEBOOK, re.compile(r"\.py$", re.IGNORECASE)):
        if found := [candidate for candidate in candidates if kind.search(candidate.parts[-1])]:
            return newest(found), None
    if len(candidates) == 1 and all_of_it:
        return candidates[0], None  # reading it says best what it is
    found_words = f"only {listed(candidates)}" if candidates else "no file"
    return None, f"Expected a Jupyter notebook (.ipynb). Found {found_words}. Hand in the notebook itself."


def newest(candidates: Sequence[Candidate]) -> Candidate:
    """The last one that was handed in. Of those laid down together, the one whose name says that it is the last try."""
    with_something = [candidate for candidate in candidates if candidate.path.stat().st_size] or candidates

    def latest(found: Sequence[Candidate], key: str) -> list[Candidate]:
        last = max(getattr(candidate, key) for candidate in found)
        return [candidate for candidate in found if getattr(candidate, key) >= last - SAME_SECONDS]

    highest = max(candidate.order for candidate in with_something)
    found = [candidate for candidate in with_something if candidate.order == highest]
    found = latest(latest(found, "time"), "inner_time")
    return max(found, key=lambda candidate: (candidate.tries, candidate.time, candidate.inner_time, candidate.parts))


def notes_on(chosen: Candidate | None, candidates: Sequence[Candidate]) -> list[str]:
    """What was chosen, and what came with it."""
    if chosen is None or len(candidates) < 2:
        return []
    others = [candidate for candidate in candidates if candidate != chosen]
    alike = [candidate for candidate in others if candidate.path.suffix == chosen.path.suffix]
    notes = []
    if alike:
        notes.append(
            f"`{chosen.name}` was graded, the newest of {len(alike) + 1} files of its kind. "
            f"Not graded: {listed(alike)}."
        )
    if rest := [candidate for candidate in others if candidate not in alike]:
        notes.append(f"With it came {listed(rest)}.")
    return notes


def listed(candidates: Sequence[Candidate]) -> str:
    """Their names, or the first of them."""
    names = ", ".join(f"`{candidate.name[:100]}`" for candidate in candidates[:MOST_NAMES])
    more = len(candidates) - MOST_NAMES
    return f"{names} and {more} more" if more > 0 else names

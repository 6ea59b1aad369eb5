"""Paths that a teacher names -> the submissions in them, each with its student.

A path is a notebook or another file, a folder, or a zip. Nothing is copied yet: `grader.submissions.handed` does that,
one submission at a time.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from itertools import chain, count
from pathlib import Path

from grader.errors import UsageError
from grader.submissions.archives import ArchiveError, Item, list_folder, list_zip, on_disk, readable
from grader.submissions.collect import folder_name, printable
from grader.submissions.handed import HandedIn
from grader.submissions.layouts import Bundle, Knows, Layout, by_stem, canvas, moodle, nbgrader, read_layout
from grader.submissions.roster import Person, perhaps, surely

MOST_REMARKS = 20
"""Of one kind, from one path."""
NO_TIMES = (
    "{}'s download does not say when its files were handed in; for {} of {} students nothing else does. "
    "To have the times, name a --roster with a column `submitted`, such as Moodle's grading worksheet in English."
)


@dataclass
class Class:
    """All that was found."""

    submissions: list[HandedIn]
    """In the order of the paths, and of the names in each."""
    remarks: list[str] = field(default_factory=list)
    """For the teacher: what was left out, and who is not on the class list."""
    absent: list[Person] = field(default_factory=list)
    """Students of the class list who handed in nothing."""


@dataclass
class Claim:
    """A bundle, where it was found, and the student of the class list whose it is."""

    bundle: Bundle
    where: str
    person: Person | None = None


def intake(
    paths: Sequence[Path], assignment: str, people: Sequence[Person] = (), due_at: datetime | None = None
) -> Class:
    """The submissions in these files, folders and zips, one for each student.

    Args:
        paths: what the teacher named.
        assignment: its name chooses one of several in nbgrader's folder.
        people: the class list; empty where there is none.
        due_at: for those without an extension.

    Raises:
        UsageError: a path is not there, cannot be read, or is a zip that is refused.

    """
    knows = lru_cache(maxsize=None)(lambda name: surely(people, name) is not None)
    claims: list[Claim] = []
    remarks: list[str] = []
    untimed: list[tuple[str, str]] = []
    for where, layout in layouts_of(paths, assignment, knows):
        claims += [Claim(bundle, where) for bundle in layout.bundles]
        remarks += shortened(where, layout.remarks)
        untimed += [(where, layout.untimed)] if layout.untimed else []
    remarks += recognise(claims, people)
    remarks[:0] = [remark for where, platform in untimed for remark in without_times(claims, where, platform)]
    merged = [merge(same) for same in by_student(claims)]
    found = [handed_in(claim, due_at) for claim in merged]
    seen = {id(claim.person) for claim in merged}
    absent = [person for person in people if id(person) not in seen]
    if absent:
        remarks.append(f"On the class list without a submission: {names_of(person.name for person in absent)}.")
    return Class(told_apart(found), remarks, absent)


def layouts_of(paths: Sequence[Path], assignment: str, knows: Knows) -> Iterable[tuple[str, Layout]]:
    """What is found at each path. Files of one folder are looked at together, also where each is named."""
    files: dict[Path, list[Item]] = {}
    known: set[Path] = set()
    for path in paths:
        real = real_path(path)
        if real in known:
            continue
        known.add(real)
        if not (real.is_dir() or real.suffix.lower() == ".zip"):
            item = on_disk(real, (readable(path.name) or "unnamed",))
            files.setdefault(path.parent, []).extend([item] if item else [])
    for path in paths:
        real = real_path(path)
        if real.is_dir() or real.suffix.lower() == ".zip":
            if real in known:
                known.remove(real)
                yield printable(str(path)), among(real, assignment, knows)
        elif path.parent in files:
            yield printable(str(path.parent)), named(path.parent, files.pop(path.parent), assignment, knows)


def real_path(path: Path) -> Path:
    """Where the path leads. Raises `UsageError` where there is nothing that can be read."""
    try:
        real = path.resolve(strict=True)
        if real.is_dir():
            os.scandir(real).close()
        elif real.is_file():
            real.open("rb").close()
        else:
            raise UsageError(f"Expected a notebook, a folder or a zip at {path}. Found no plain file.")
    except FileNotFoundError:
        raise UsageError(f"Expected a notebook, a folder or a zip at {path}. Found nothing there.") from None
    except (OSError, ValueError, RuntimeError) as error:
        found = getattr(error, "strerror", None) or error
        raise UsageError(f"Expected a file or folder that can be read at {path}. Found: {found}.") from None
    return real


def among(path: Path, assignment: str, knows: Knows) -> Layout:
    """The students in a folder or a zip. Raises `UsageError`."""
    try:
        items = list_folder(path) if path.is_dir() else list_zip(path)
    except ArchiveError as error:
        raise UsageError(f"Expected a zip archive at {path}. Found {error}. Nothing was graded.") from None
    except OSError as error:
        raise UsageError(f"Expected a folder that can be read at {path}. Found: {error.strerror}.") from None
    prefix = nbgraders_part(path)
    inside = [item.at(*prefix, *item.parts) for item in items] if prefix else items
    if prefix and (found := nbgrader(inside, assignment)):
        return found
    name = path.stem if path.is_file() else path.name
    return read_layout(items, name, assignment=assignment, is_zip=path.is_file(), knows=knows)


def named(folder: Path, items: list[Item], assignment: str, knows: Knows) -> Layout:
    """The students of files that were named one by one: each of these is somebody's."""
    prefix = nbgraders_part(folder.resolve())
    if len(prefix) == 3:
        stamp = folder / "timestamp.txt"
        beside = [on_disk(stamp, (stamp.name,))] if stamp.exists() else []
        inside = [item.at(*prefix, *item.parts) for item in [*items, *filter(None, beside)]]
        if found := nbgrader(inside, assignment):
            return found
    if found := moodle(items) or canvas(items):
        return found
    return by_stem(items, knows, all_of_them=True)


def nbgraders_part(path: Path) -> tuple[str, ...]:
    """The end of the path from `submitted` on, where it is nbgrader's: submitted/<student>/<assignment>."""
    parts = path.parts[-3:]
    return parts[parts.index("submitted") :] if "submitted" in parts else ()


# -- Students ----------------------------------------------------------------------------------------------------------


def recognise(claims: list[Claim], people: Sequence[Person]) -> list[str]:
    """Find each claim's student on the class list, first all that are sure; say who is not on it, for the teacher."""
    if not people:
        return []
    assign(claims, lambda claim: surely(people, claim.bundle.name, claim.bundle.id, claim.bundle.email))
    remarks = []
    taken = {id(claim.person) for claim in claims}
    free = [person for person in people if id(person) not in taken]
    unsure = [claim for claim in claims if claim.person is None]
    assign(unsure, lambda claim: perhaps(free, claim.bundle.name))
    for claim in unsure:
        if claim.person:
            remarks.append(f"`{printable(claim.bundle.name)}` was taken for {claim.person.name} of the class list.")
    strangers = [claim.bundle.name for claim in claims if claim.person is None]
    if strangers:
        remarks.append(f"Not on the class list, or not one student of it alone: {names_of(strangers)}.")
    return remarks


def without_times(claims: Sequence[Claim], where: str, platform: str) -> list[str]:
    """That a download does not say when it was handed in, and the class list not for all."""
    theirs = [claim for claim in claims if claim.where == where]
    open_ = sum(claim.person is None or claim.person.submitted_at is None for claim in theirs)
    return [f"{where}: {NO_TIMES.format(platform, open_, len(theirs))}"] if open_ else []


def assign(claims: Iterable[Claim], find: Callable[[Claim], Person | None]) -> None:
    """Give each claim its student, but those of whom one platform has several: nobody knows which is meant."""
    found: dict[int, list[Claim]] = {}
    for claim in claims:
        claim.person = find(claim)
        if claim.person:
            found.setdefault(id(claim.person), []).append(claim)
    for same in found.values():
        ids = {(claim.bundle.platform, claim.bundle.id) for claim in same if claim.bundle.platform}
        if len(ids) > len({platform for platform, _ in ids}):
            for claim in same:
                claim.person = None


def by_student(claims: Iterable[Claim]) -> list[list[Claim]]:
    """The claims of each student. Where there is neither a class list nor an id, a name in one place is one student."""
    found: dict[tuple[object, ...], list[Claim]] = {}
    for claim in claims:
        bundle = claim.bundle
        if claim.person:
            key: tuple[object, ...] = ("list", id(claim.person))
        elif bundle.platform:
            key = (bundle.platform, bundle.id)
        else:
            key = ("name", claim.where, bundle.name)
        found.setdefault(key, []).append(claim)
    return list(found.values())


def merge(claims: list[Claim]) -> Claim:
    """One claim of all these of one student's."""
    bundles = [claim.bundle for claim in claims]
    told = [bundle.submitted_at for bundle in bundles if bundle.submitted_at]
    late = [bundle.marked_late for bundle in bundles if bundle.marked_late is not None]
    bundle = replace(
        bundles[0],
        items=tuple(item for bundle in bundles for item in bundle.items),
        submitted_at=max(told, default=None),
        times_known=all(bundle.times_known for bundle in bundles),
        marked_late=late[-1] if late else None,
        notes=tuple(dict.fromkeys(note for bundle in bundles for note in bundle.notes)),
    )
    return Claim(bundle, ", ".join(dict.fromkeys(claim.where for claim in claims)), claims[0].person)


def handed_in(claim: Claim, due_at: datetime | None) -> HandedIn:
    """The submission, named as the class list has it, else as it names itself."""
    bundle, person = claim.bundle, claim.person
    return HandedIn(
        student=printable(person.name if person else bundle.name)[:150] or "unnamed",
        items=bundle.items,
        where=claim.where,
        id=printable((person.id if person else "") or bundle.id),
        email=printable((person.email if person else "") or bundle.email),
        submitted_at=bundle.submitted_at or (person.submitted_at if person else None),
        due_at=person.due_at(due_at) if person else due_at,
        times_known=bundle.times_known,
        marked_late=bundle.marked_late,
        notes=bundle.notes,
        own_name=printable(bundle.name)[:150],
        ids=tuple(filter(None, map(printable, (*(person.ids if person else ()), lasting_id(bundle))))),
    )


def lasting_id(bundle: Bundle) -> str:
    """The student's id, if it is the same next time; Gradescope may number the submission instead."""
    return "" if bundle.platform == "Gradescope" else bundle.id


def told_apart(submissions: Sequence[HandedIn]) -> list[HandedIn]:
    """Namesakes get their id, else where they are, else a number: no two are to have one folder for their results."""
    times: dict[str, int] = {}
    for handed in submissions:
        key = folder_name(handed.student).casefold()
        times[key] = times.get(key, 0) + 1
    taken: set[str] = set()
    apart = []
    for handed in submissions:
        alone = [handed.student] if times[folder_name(handed.student).casefold()] == 1 else []
        signs = [handed.id] if handed.id else [printable(Path(handed.where).name)[:40]]
        names = chain(alone, (f"{handed.student} - {sign}" for sign in chain(signs, count(2))))
        name = next(name for name in names if folder_name(name).casefold() not in taken)
        taken.add(folder_name(name).casefold())
        apart.append(replace(handed, student=name))
    return apart


# -- Words -------------------------------------------------------------------------------------------------------------


def names_of(names: Iterable[str]) -> str:
    """The names, the first twenty of many."""
    listed = [printable(name)[:100] for name in names]
    more = f" and {len(listed) - MOST_REMARKS} more" if len(listed) > MOST_REMARKS else ""
    return ", ".join(listed[:MOST_REMARKS]) + more


def shortened(where: str, remarks: list[str]) -> list[str]:
    """The remarks with where they belong, the first twenty of many."""
    more = [f"{where}: and {len(remarks) - MOST_REMARKS} more like these."] if len(remarks) > MOST_REMARKS else []
    return [f"{where}: {remark}" for remark in remarks[:MOST_REMARKS]] + more

"""Submissions to one assignment -> which of them are alike, in groups: a list for a person, and no verdict.

Two submissions are as alike as the share of shingles that they have in common (Dice: 1 is all, 0 none), after what all
students were given is left out. There are libraries for this, and none fits. copydetect compares characters in which
every name is blinded, Keras' own too, takes a notebook for JSON, and had its last release in 2024. datasketch estimates
what is counted exactly here. Dolos and JPlag are programs for Node and Java. So Pygments finds the tokens, and SciPy
counts and groups.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from grader.courses.course import Course
from grader.similar.shingles import Code, Numbers, code_of
from grader.submissions.collect import MAX_BYTES, UnreadableError, cells_in, text_of

ALIKE = 0.5
"""Pairs from here on are listed. Work that has nothing to do with each other stays below it."""
FEWEST_OWN = 30
"""Shingles that both must have beyond what was given out: some eight lines. With fewer, any two may be alike."""
COMMON_TO = 10
"""What at least so many submissions share, and more than a third of all, was handed out or is on the board."""
SPAN = re.compile(r"```\w*\n(.*?)```|`([^`\n]+)`", re.DOTALL)


@dataclass(frozen=True)
class Work:
    """What is compared of a submission."""

    student: str
    folder: str
    digest: str
    """SHA-256 of the file."""
    code: Code


@dataclass(frozen=True)
class Pair:
    """Two submissions that are alike."""

    first: Work
    second: Work
    named: float
    """Dice over the shingles as they stand, 0 to 1."""
    blinded: float
    """Likewise, with the notebooks' own names blinded."""

    @property
    def are_one_file(self) -> bool:
        """Byte by byte."""
        return self.first.digest == self.second.digest

    @property
    def figure(self) -> float:
        """The higher one: what says that they are alike."""
        return max(self.named, self.blinded)


@dataclass(frozen=True)
class Group:
    """Submissions that hang together by pairs that are alike."""

    members: list[Work]
    pairs: list[Pair]
    """The most alike first."""


@dataclass(frozen=True)
class Similarity:
    """What was found among the submissions to one assignment."""

    compared: int
    """How many have enough of their own."""
    groups: list[Group]
    """The most alike first."""
    too_little: list[Work]
    """Those with hardly more than what was given out."""
    given: Numbers
    """Shingles with names blinded that were left out because all students were given them ..."""
    common: Numbers
    """... and because many submissions share them."""
    common_in: list[Work]
    """The submission that has most of the latter, if any has."""


# -- Reading -----------------------------------------------------------------------------------------------------------


def read_work(path: Path, student: str) -> Work:
    """The submission in a file; one that is no notebook has no code."""
    with path.open("rb") as file:
        data = file.read(MAX_BYTES + 1)
    return Work(student, path.parent.name, hashlib.sha256(data).hexdigest(), code_of(list(sources_in(data, path))))


def sources_in(data: bytes, path: Path) -> Iterator[str]:
    """The code cells of a notebook's bytes; nothing where they cannot be read."""
    try:
        cells = cells_in(data, path, [])
    except (UnreadableError, RecursionError):
        return
    yield from (text_of(cell.get("source")) for cell in cells if is_code(cell))


def is_code(cell: Any) -> bool:
    """Whether a cell as the JSON has it holds code."""
    return isinstance(cell, dict) and cell.get("cell_type") == "code"


def given_out(course: Course, name: str) -> Code:
    """The code that a course gives to all who do an assignment, and the teacher's own solutions.

    These are all notebooks and scripts in its folders, and code in the sheet's texts.
    """
    given: list[list[str]] = []
    for folder in (course.folder / "assignments" / name, course.folder / "reference" / name):
        given += [list(sources_in(path.read_bytes(), path)) for path in sorted(folder.glob("*.ipynb"))]
        given += [[path.read_text(encoding="utf-8")] for path in sorted(folder.glob("*.py"))]
    sheet = tomllib.loads((course.folder / "assignments" / name / "sheet.toml").read_text(encoding="utf-8"))
    given += [[block or span] for text in texts_in(sheet) for block, span in SPAN.findall(text)]
    return Code([cell for sources in given for cell in code_of(sources).cells])


def texts_in(value: Any) -> Iterator[str]:
    """All texts in a TOML document."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from texts_in(each)


# -- Comparing ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Counts:
    """Shingles of all submissions, without those that were given out."""

    sets: csr_array
    """One row for each submission: 1 where it has the shingle of the column."""
    common: Numbers
    """Shingles that were left out because many submissions share them."""

    @cached_property
    def own(self) -> NDArray[np.int64]:
        """How many each submission has."""
        return np.asarray(self.sets.sum(axis=1), np.int64)

    @cached_property
    def dice(self) -> NDArray[np.float64]:
        """Of every two submissions, shape (n, n); 0 where one has too few of its own."""
        shared = (self.sets @ self.sets.T).toarray().astype(float)
        enough = self.own >= FEWEST_OWN
        return np.where(enough[:, None] & enough, 2 * shared / np.maximum(1, self.own[:, None] + self.own), 0.0)


def count(shingles: Sequence[Numbers], given: Numbers) -> Counts:
    """Which submission has which shingle; those given out or common to many are left out.

    Args:
        shingles: of each submission, every one once.
        given: of what was given out.
    """
    words, column = np.unique(np.concatenate(shingles), return_inverse=True)
    row = np.repeat(np.arange(len(shingles)), [len(each) for each in shingles])
    holders = np.bincount(column, minlength=len(words))
    was_given = np.isin(words, given)
    is_common = ~was_given & (holders >= COMMON_TO) & (holders > len(shingles) / 3)
    keep = ~(was_given | is_common)
    sets = csr_array((np.ones(len(row), np.int32), (row, column)), shape=(len(shingles), len(words)))
    return Counts(sets[:, np.flatnonzero(keep)], words[is_common])


def compare(works: Sequence[Work], given: Code) -> Similarity:
    """Which submissions to one assignment are alike beyond what was given out."""
    if not works:
        return Similarity(0, [], [], given.blinded, given.blinded[:0], [])
    named = count([work.code.named for work in works], given.named)
    blinded = count([work.code.blinded for work in works], given.blinded)
    same_file = np.array([[one.digest == other.digest for other in works] for one in works])
    same_student = np.array([[one.student == other.student for other in works] for one in works])
    has_own = (blinded.own > 0)[:, None]
    figures = np.maximum(named.dice, blinded.dice)
    alike = ((figures >= ALIKE) | (same_file & has_own)) & ~same_student
    named_dice, blinded_dice = (np.where(same_file, 1.0, counts.dice) for counts in (named, blinded))
    pairs = [
        Pair(works[one], works[other], float(named_dice[one, other]), float(blinded_dice[one, other]))
        for one, other in zip(*np.nonzero(np.triu(alike, k=1)), strict=True)
    ]
    too_little = [work for work, own in zip(works, named.own, strict=True) if own < FEWEST_OWN]
    groups, common_in = groups_of(works, alike, pairs), holder_of_most(works, blinded.common)
    return Similarity(len(works) - len(too_little), groups, too_little, given.blinded, blinded.common, common_in)


def holder_of_most(works: Sequence[Work], common: Numbers) -> list[Work]:
    """The submission that has most of these shingles; none where there are no such shingles."""
    return [max(works, key=lambda work: int(np.isin(work.code.blinded, common).sum()))] if len(common) else []


def groups_of(works: Sequence[Work], alike: NDArray[np.bool_], pairs: Sequence[Pair]) -> list[Group]:
    """The connected components of two members and more."""
    _, labels = connected_components(alike, directed=False)
    label_of = {work.folder: label for work, label in zip(works, labels, strict=True)}
    groups: dict[int, list[Pair]] = {}
    for pair in sorted(pairs, key=lambda pair: pair.figure, reverse=True):
        groups.setdefault(label_of[pair.first.folder], []).append(pair)
    return [Group([work for work in works if label_of[work.folder] == label], own) for label, own in groups.items()]

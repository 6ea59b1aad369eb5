"""Students of the gradebook <-> rows of a sheet that a learning platform wrote: by ids first, then by names."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from grader.gradebook.book import Filed

Line = TypeVar("Line")
Key = tuple[str, str]
"""What somebody is known by: a kind (text, name) and a value."""
ACCENTS = re.compile("[\u0300-\u036f]")


@dataclass(frozen=True)
class Roll(Generic[Line]):
    """Who was found."""

    found: list[tuple[Filed, Line]]
    missing: list[str]
    """Students for whom no row was found, or none that is theirs alone."""


def call(class_: Sequence[Filed], lines: Sequence[tuple[Sequence[Key], Line]]) -> Roll[Line]:
    """Give each student the row with the first of his or her keys that any row has.

    Where several rows have that key, or several students come to one row, nobody gets it: a wrong mark is worse than
    none.
    """
    places: dict[Key, set[int]] = {}
    for number, (keys, _) in enumerate(lines):
        for key in keys:
            places.setdefault(key, set()).add(number)
    chosen = [next((places[key] for key in student_keys(filed) if key in places), set()) for filed in class_]
    claims = Counter(number for numbers in chosen for number in numbers)
    roll: Roll[Line] = Roll([], [])
    for filed, numbers in zip(class_, chosen, strict=True):
        if len(numbers) == 1 and claims[min(numbers)] == 1:
            roll.found.append((filed, lines[min(numbers)][1]))
        else:
            roll.missing.append(filed.grade.student)
    return roll


def student_keys(filed: Filed) -> list[Key]:
    """What a student of the gradebook is known by."""
    submission = filed.submission
    return keys_of([submission.student], [submission.id, submission.email, submission.student])


def keys_of(names: Sequence[str], ids: Sequence[str]) -> list[Key]:
    """What somebody of these names and ids is known by, the surest first.

    A number counts with the name alone: participant 7 of one assignment is another student's roll number.
    """
    both = [name_key(f"{name} {id_}") for name in names for id_ in ids if name and id_]
    alone = [("text", id_.strip().casefold()) for id_ in ids if any(sign.isalpha() for sign in id_)]
    return [*both, *alone, *(name_key(name) for name in names if name)]


def without_row(roll: Roll[Line]) -> list[str]:
    """A line for those who have no row."""
    return [f"No row of their own: {', '.join(roll.missing)}."] if roll.missing else []


def left_out(roll: Roll[Line]) -> list[str]:
    """A line for those who have no row, and one for those whose marks are not complete."""
    pending = [filed.grade.student for filed, _ in roll.found if filed.grade.total.pending]
    notes = [f"Marks pending, so no grade was written: {', '.join(pending)}."] if pending else []
    return without_row(roll) + notes


def name_key(name: str) -> Key:
    """A name without its order, case, accents and punctuation.

    >>> name_key("Rao, Asha") == name_key("asha_rao")
    True
    """
    plain = ACCENTS.sub("", unicodedata.normalize("NFKD", name.casefold()))
    letters = "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in plain)
    return "name", " ".join(sorted(letters.split()))

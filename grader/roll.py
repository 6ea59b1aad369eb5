"""Students of the gradebook <-> rows of a sheet that a learning platform wrote: by ids first, then by names."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from grader.gradebook import Filed

Line = TypeVar("Line")
Key = tuple[str, str]
"""What somebody is known by: a kind (id, text, name) and a value."""
ACCENTS = re.compile("[\u0300-\u036f]")


@dataclass(frozen=True)
class Roll(Generic[Line]):
    """Who was found."""

    found: list[tuple[Filed, Line]]
    missing: list[str]
    """Students for whom no row was found, or none that is theirs alone."""


def call(
    class_: Sequence[Filed], keys_of: Callable[[Filed], Sequence[Key]], lines: Sequence[tuple[Sequence[Key], Line]]
) -> Roll[Line]:
    """Give each student the row with the first of his or her keys that any row has.

    Where several rows have that key, or several students come to one row, nobody gets it: a wrong mark is worse than
    none.
    """
    places: dict[Key, set[int]] = {}
    for number, (keys, _) in enumerate(lines):
        for key in keys:
            places.setdefault(key, set()).add(number)
    chosen = [next((places[key] for key in keys_of(filed) if key[1] and key in places), set()) for filed in class_]
    claims = Counter(number for numbers in chosen for number in numbers)
    roll: Roll[Line] = Roll([], [])
    for filed, numbers in zip(class_, chosen, strict=True):
        if len(numbers) == 1 and claims[min(numbers)] == 1:
            roll.found.append((filed, lines[min(numbers)][1]))
        else:
            roll.missing.append(filed.grade.student)
    return roll


def name_key(name: str) -> Key:
    """A name without its order, case, accents and punctuation: `Rao, Asha` is `asha_rao`.

    >>> name_key("Rao, Asha") == name_key("asha_rao")
    True
    """
    plain = ACCENTS.sub("", unicodedata.normalize("NFKD", name.casefold()))
    letters = "".join(sign if unicodedata.category(sign)[0] in "LMN" else " " for sign in plain)
    return "name", " ".join(sorted(letters.split()))


def text_key(text: str) -> Key:
    """A text as it is, for logins, numbers and e-mail addresses."""
    return "text", text.strip().casefold()

"""A class list in a CSV file -> the students on it, and which of them a name, an id or an address stands for.

The columns go by the names that Moodle, Canvas, Gradescope and teachers give them. Nobody is guessed: what could be two
students is nobody's.
"""

import csv
import io
import json
import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path

from rapidfuzz import fuzz, process

from grader.errors import UsageError
from grader.submissions.collect import parse_due, printable

MAX_BYTES = 20_000_000
ALIKE = 90
"""Per cent of likeness from which a name is taken for one that is spelled in another way."""
CLEARLY = 5
"""Per cent by which it must be more like that one than like the next."""
SHORTEST = 3
"""Letters of an id or a first name that may stand for a student by itself."""
COLUMNS = {
    "id": "id|student id|sid|identifier|username|user id|login|login id|sis user id|sis login id|id number|"
    "roll|roll no|roll number|registration no|registration number|enrolment no|enrollment no|usn|prn",
    "name": "name|full name|student|student name",
    "first": "first name|firstname|given name",
    "last": "last name|lastname|surname|family name",
    "email": "email|email address|e mail|mail|sis email",
    "due": "due|due date|due at|extended due date|extension|extension days|extra days",
    "submitted": "submitted|submitted at|submission time|time of submission|last modified submission",
}
"""Headings of each kind of column, in lower case and without signs."""
MOODLE_TIMES = ("%A, %d %B %Y, %I:%M %p", "%A, %d %B %Y, %H:%M")


@dataclass(frozen=True)
class Person:
    """A student of the class."""

    name: str
    ids: tuple[str, ...] = ()
    """All that the list has, the first of them first."""
    email: str = ""
    due: datetime | timedelta | None = None
    """Their own due time, or how much longer than the others they have."""
    submitted_at: datetime | None = None
    """When they handed in, where the list says it, as Moodle's grading worksheet does."""

    @property
    def id(self) -> str:
        """The first of the ids; empty where there is none."""
        return self.ids[0] if self.ids else ""

    def due_at(self, due_at: datetime | None) -> datetime | None:
        """When this student's work is due where everybody else's is at `due_at`."""
        if isinstance(self.due, timedelta):
            return due_at + self.due if due_at else None
        return self.due or due_at


# -- Reading the file --------------------------------------------------------------------------------------------------


def read_roster(path: Path) -> list[Person]:
    """The students in the file, in its order.

    Raises:
        UsageError: it cannot be read, has no column of names or ids, or lists an id twice.

    """
    expected = f"Expected --roster to be a CSV file with a heading line, such as `id,name,email`. Received: {path}"
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES)
        text = data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else json.detect_encoding(data))
    except UnicodeDecodeError:
        text = data.decode("cp1252", errors="replace")
    except OSError as error:
        raise UsageError(f"{expected}: {error.strerror}.") from None
    csv.field_size_limit(MAX_BYTES)  # one endless name must not cost the others theirs
    try:
        rows = list(csv.reader(io.StringIO(text.lstrip("\ufeff")), delimiter=delimiter_of(text)))
    except csv.Error as error:
        raise UsageError(f"{expected}: {error}.") from None
    kinds = [kind_of(heading) for heading in rows[0]] if rows else []
    if not {"id", "name", "first", "email"} & set(kinds):
        found = ", ".join(f"`{printable(heading)[:40]}`" for heading in rows[0][:10]) if rows else "nothing"
        raise UsageError(f"{expected}, whose headings are {found}. Call a column `name` or `id`.")
    people = [person for row in rows[1:] if (person := person_of(kinds, row, path)) is not None]
    refuse_twins(people, path)
    return people


def delimiter_of(text: str) -> str:
    """What stands between the columns of the heading line."""
    heading = text.lstrip().partition("\n")[0]
    return max(",;\t", key=heading.count)


def kind_of(heading: str) -> str:
    """What a column holds, one of COLUMNS; empty where it does not matter."""
    words = " ".join(re.findall(r"\w+", heading.casefold().replace("_", " ")))
    return next((kind for kind, names in COLUMNS.items() if words in names.split("|")), "")


def person_of(kinds: list[str], row: list[str], path: Path) -> Person | None:
    """The student in a row; None where the row names nobody."""
    cells: dict[str, list[str]] = {}
    for kind, cell in zip(kinds, row, strict=False):
        if kind and (text := printable(cell)[:200]):
            cells.setdefault(kind, []).append(text)
    first = {kind: texts[0] for kind, texts in cells.items()}
    ids = tuple(re.sub(r"^participant\s+", "", text, flags=re.IGNORECASE) for text in cells.get("id", ()))
    name = first.get("name") or " ".join(first[kind] for kind in ("first", "last") if kind in first)
    if "points possible" in name.lower() or not (name or ids or "email" in first):  # the second line of Canvas' book
        return None
    return Person(
        name or first.get("email") or ids[0],
        ids,
        first.get("email", ""),
        extension(first.get("due", ""), path),
        moment(first.get("submitted", "")),
    )


def extension(text: str, path: Path) -> datetime | timedelta | None:
    """A due time of a student's own, or days that are added to everybody's. Raises `UsageError`."""
    if text in {"", "-"}:
        return None
    if match := re.fullmatch(r"\+?\s*(\d{1,3}(?:\.\d+)?)\s*(?:d|days?)?", text):
        return timedelta(days=float(match[1]))
    try:
        return parse_due(text)
    except UsageError:
        raise UsageError(
            f"Expected an extension in {path} to be a date such as 2026-03-01, a date and time, or a number of days. "
            f"Received: `{text}`."
        ) from None


def moment(text: str) -> datetime | None:
    """A time of submission as Moodle writes it in English, or ISO; None where it is neither."""
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        pass
    for form in MOODLE_TIMES:
        try:
            return datetime.strptime(text, form).astimezone()
        except (ValueError, OverflowError):
            pass
    return None


def refuse_twins(people: Iterable[Person], path: Path) -> None:
    """Raise `UsageError` where two students have one id."""
    seen: dict[str, Person] = {}
    for person in people:
        if person.id and (other := seen.setdefault(person.id.casefold(), person)) is not person:
            raise UsageError(
                f"Expected an id to stand once in {path}. Found `{person.id}` for {other.name} and for {person.name}."
            )


# -- Finding a student -------------------------------------------------------------------------------------------------


@lru_cache(maxsize=10_000)
def words_of(text: str) -> tuple[str, ...]:
    """The words of a name in lower case, without accents of Latin letters; the vowel signs of Indian scripts stay."""
    plain = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", text)).casefold()
    return tuple(re.split(r"[\s_.,;:()\[\]+~-]+", re.sub(r"['’`]", "", plain).strip(" _.,;:()[]+~-")))


@lru_cache(maxsize=10_000)
def squeezed(text: str) -> frozenset[str]:
    """The name without blanks, beginning with each of its words: how Canvas and addresses write it."""
    words = words_of(text)
    return frozenset("".join(words[turn:] + words[:turn]) for turn in range(len(words)))


def surely(people: Iterable[Person], text: str, identity: str = "", email: str = "") -> Person | None:
    """The student whom an id, an address or the whole name stands for; None where none or several do."""
    words, ids = set(words_of(text)), {identity.casefold(), text.casefold()} - {""}
    spellings, mails = squeezed(text) - {""}, {email.casefold(), text.casefold()} - {""}
    tests: list[Callable[[Person], bool]] = [
        lambda person: not ids.isdisjoint(each.casefold() for each in person.ids),
        lambda person: person.email.casefold() in mails,
        lambda person: sorted(words_of(person.name)) == sorted(words_of(text)),
        lambda person: any(len(each) >= SHORTEST and each.casefold() in words for each in person.ids),
        lambda person: not spellings.isdisjoint(squeezed(person.name) | squeezed(person.email.partition("@")[0])),
        lambda person: len(words_of(person.name)) > 1 and set(words_of(person.name)) <= words,
    ]
    people = list(people)
    for test in tests:
        if found := [person for person in people if test(person)]:
            return found[0] if len(found) == 1 else None
    return None


def perhaps(people: Iterable[Person], text: str) -> Person | None:
    """The one student whose name is most like the text: a part of it, or spelled in another way."""
    people = list(people)
    words = words_of(text)
    parts = [person for person in people if set(words) < set(words_of(person.name))]
    if len("".join(words)) >= SHORTEST and parts:
        return parts[0] if len(parts) == 1 else None
    names = [" ".join(sorted(words_of(person.name))) for person in people]
    best = process.extract(" ".join(sorted(words)), names, scorer=fuzz.ratio, limit=2)
    if not best or best[0][1] < ALIKE or (len(best) > 1 and best[0][1] - best[1][1] < CLEARLY):
        return None
    return people[best[0][2]]

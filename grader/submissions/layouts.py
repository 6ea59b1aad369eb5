"""The files of a folder or a zip -> whose they are: the layouts of Moodle, Canvas, Gradescope, nbgrader and teachers.

A name is believed where a platform made it. Everything else that stands in a name is only a name.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import PurePath
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from grader.errors import UsageError
from grader.submissions.archives import Item, content_of, in_order

PACKING = timedelta(minutes=30)
"""Moodle and Canvas give every entry of a download the time of the download; it takes no longer than this."""
METADATA_BYTES = 50_000_000
NOTEBOOK = re.compile(r"\.ipynb(\.(txt|json))?$", re.IGNORECASE)
"""Browsers save notebooks as lab.ipynb.txt and lab.ipynb.json too."""
DOCUMENT = re.compile(r"\.(ipynb(\.(txt|json))?|py|zip|rar|7z|pdf|docx?|odt|html?)$", re.IGNORECASE)
"""What a student may hand in as the whole work, or take for it."""
DATA = re.compile(
    r"([-_. \d]|data(set)?s?|archive|images?|pictures|csv|train|test|fashion|mnist|cifar|imdb|reviews|boston|housing)+"
    r"\.(zip|rar|7z)",
    re.IGNORECASE,
)
"""Archives of data, by their names, and no student's work."""
MOODLE = re.compile(
    r"(?P<name>.+?)_(?P<id>\d+)_assignsubmission_(?P<kind>file|onlinetext)(?:_(?P<rest>.*))?", re.DOTALL
)
CANVAS = re.compile(
    r"(?:(?P<name>[^\s_].*?)(?P<late>_LATE)?_(?P<id>\d+)|(?P<anonymous_late>LATE_)?anon_(?P<anonymous>[^\W_]+))_"
    r"(?:(?P<attachment>\d+)_(?P<rest>.+)|(?P<typed>text|link)\.html)",
    re.DOTALL,
)
GRADESCOPE = re.compile(r"submission_(?P<id>\d+)")
GRADESCOPE_METADATA = re.compile(r"(submission_)?metadata\.ya?ml")
TIME = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?)\d*\s*(\S*)")
NUMBERED = re.compile(r"[-_ ]?\((\d{1,2})\)$|[-_ ]v?(\d{1,2})$|(?: - |[-_ ])copy(?: \(?\d+\)?)?$", re.IGNORECASE)
"""What programs and students add to the name of another try."""
RENAMED = re.compile(r"^(copy[ _-]of[ _-])+|[-_ ]*(_LATE|[-_ ]final)$", re.IGNORECASE)


@dataclass(frozen=True)
class Bundle:
    """What one student handed in, as far as names say."""

    name: str
    items: tuple[Item, ...]
    """Their paths begin where the student's own do."""
    platform: str = ""
    """Who gave the id: Moodle, Canvas, Gradescope or nbgrader; empty where there is none."""
    id: str = ""
    email: str = ""
    submitted_at: datetime | None = None
    """As the platform says it."""
    times_known: bool = True
    """Whether the times of the files are those of handing in."""
    marked_late: bool | None = None
    """What the platform says; None where it says nothing."""
    notes: tuple[str, ...] = ()


@dataclass
class Layout:
    """The students of one folder or zip."""

    bundles: list[Bundle]
    remarks: list[str] = field(default_factory=list)
    """For the teacher: what belongs to nobody."""
    untimed: str = ""
    """Whose download it is, where that gives the files its own time."""


Knows = Callable[[str], bool]
"""Whether a name is that of a student on the class list."""


def read_layout(items: Sequence[Item], name: str, *, assignment: str, is_zip: bool, knows: Knows) -> Layout:
    """The students in a folder or zip of that name. Raises `UsageError` where it holds several assignments."""
    inner: Sequence[Item] = items
    while True:
        for layout in (gradescope, moodle, canvas):
            if found := layout(inner):
                return found
        if found := nbgrader(inner, assignment):
            return found
        if len({item.parts[:1] for item in inner}) != 1 or any(len(item.parts) < 2 for item in inner):
            return plain(items, name, is_zip, knows)
        inner = [item.at(*item.parts[1:]) for item in inner]


# -- Platforms ---------------------------------------------------------------------------------------------------------


def moodle(items: Sequence[Item]) -> Layout | None:
    """Moodle's download of all submissions, with a folder for each student or without."""
    matches = [(item, MOODLE.fullmatch(item.parts[0]) if item.parts else None) for item in items]
    if not any(match for _, match in matches):
        return None
    known = spread(items)
    found: dict[str, Bundle] = {}
    for item, match in matches:
        if match is None:
            continue
        name = match["name"].replace("_", " ").strip()
        bundle = found.get(match["id"]) or Bundle(
            f"{name} {match['id']}" if name == "Participant" else name, (), "Moodle", match["id"], times_known=known
        )
        parts = (match["rest"], *item.parts[1:]) if match["rest"] else item.parts[1:]
        found[match["id"]] = with_item(bundle, item, parts, typed=match["kind"] == "onlinetext")
    lost = strangers(item for item, match in matches if match is None)
    return Layout(list(found.values()), lost, untimed="" if known else "Moodle")


def canvas(items: Sequence[Item]) -> Layout | None:
    """Canvas' download of all submissions: files side by side, all of whose names are Canvas'."""
    matches = [(item, CANVAS.fullmatch(item.parts[0]) if len(item.parts) == 1 else None) for item in items]
    if not matches or not all(match or item.refused for item, match in matches) or all(i.refused for i in items):
        return None
    found: dict[str, Bundle] = {}
    for item, match in matches:
        if match is None:
            continue
        identity = match["id"] or match["anonymous"]
        late = bool(match["late"] or match["anonymous_late"])
        bundle = found.get(identity) or Bundle(match["name"] or f"anon {identity}", (), "Canvas", identity)
        bundle = replace(bundle, times_known=False, marked_late=late or bool(bundle.marked_late))
        item = item.at(match["rest"] or item.parts[0], order=int((match["attachment"] or "0")[:18]))
        found[identity] = with_item(bundle, item, item.parts, typed=bool(match["typed"]))
    lost = strangers(item for item, match in matches if match is None)
    return Layout(list(found.values()), lost, untimed="Canvas")


def with_item(bundle: Bundle, item: Item, parts: tuple[str, ...], *, typed: bool) -> Bundle:
    """The bundle with one file more. What was typed into a form is no file."""
    if typed:
        return replace(bundle, notes=(f"What was typed into {bundle.platform}'s form is not read.",))
    return replace(bundle, items=(*bundle.items, item.at(*parts, order=item.order))) if parts else bundle


def spread(items: Iterable[Item]) -> bool:
    """Whether the files' times are too far apart to be those of one download."""
    times = [item.modified_at for item in items if item.modified_at]
    return bool(times) and max(times) - min(times) > PACKING


def gradescope(items: Sequence[Item]) -> Layout | None:
    """Gradescope's export of submissions: folders by number, and a file that says whose they are."""
    folders, metadata, rest = [], [], []
    for item in items:
        if item.parts and GRADESCOPE.fullmatch(item.parts[0]):
            folders.append(item)
        elif len(item.parts) == 1 and GRADESCOPE_METADATA.fullmatch(item.parts[0]):
            metadata.append(item)
        else:
            rest.append(item)
    if not folders or (not metadata and rest):
        return None
    known = read_metadata(content_of(metadata[0], METADATA_BYTES)) if metadata else {}
    bundles = []
    for folder, inside in by_folder(folders).items():
        says = known.get(folder)
        says = says if isinstance(says, dict) else {}
        listed = says.get(":submitters")
        people = [person for person in listed if isinstance(person, dict)] if isinstance(listed, list) else []
        names, ids, mails = (
            [text for person in people if (text := said(person, key))] for key in (":name", ":sid", ":email")
        )
        bundles.append(
            Bundle(
                " and ".join(names) or folder.replace("_", " "),
                inside,
                "Gradescope",
                ids[0] if len(people) == 1 and ids else folder.partition("_")[2],
                mails[0] if len(people) == 1 and mails else "",
                moment(said(says, ":created_at")),
                times_known=False,
            )
        )
    return Layout(bundles, strangers(rest))


def read_metadata(data: bytes) -> dict[str, Any]:
    """Gradescope's file as texts, lists and dictionaries; empty where it is damaged. No object is made of any tag."""
    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
    try:
        known = yaml.load(data, Loader=loader)  # noqa: S506 - the base loader makes nothing but texts
    except (yaml.YAMLError, UnicodeDecodeError, RecursionError):
        return {}
    return known if isinstance(known, dict) else {}


def said(record: dict[str, Any], key: str) -> str:
    """A text of Gradescope's, with the colon before its name or without."""
    found = record.get(key, record.get(key[1:]))
    return found.strip()[:200] if isinstance(found, str) else ""


def nbgrader(items: Sequence[Item], assignment: str) -> Layout | None:
    """The folder submitted/<student>/<assignment>/ of nbgrader. Raises `UsageError` where several may be meant."""
    ours = [item for item in items if len(item.parts) > 2 and item.parts[0] == "submitted"]
    names = {item.parts[2] for item in ours if len(item.parts) > 3}
    if not names:
        return None
    alike = [name for name in names if plainly(name) == plainly(assignment)]
    if len(names) > 1 and len(alike) != 1:
        listed = ", ".join(f"`{name}`" for name in sorted(names)[:10])
        raise UsageError(
            f"Expected one assignment in nbgrader's folder. Found {listed}. Name one: submitted/*/{min(names)}"
        )
    chosen = alike[0] if alike else names.pop()
    bundles = []
    handed_in = [item.at(item.parts[1], *item.parts[3:]) for item in ours if item.parts[2] == chosen]
    for student, inside in by_folder(handed_in).items():
        stamp = [item for item in inside if item.parts == ("timestamp.txt",)]
        submitted_at = moment(content_of(stamp[0], 200).decode("utf-8", "replace")) if stamp else None
        files = tuple(item for item in inside if item.parts != ("timestamp.txt",))
        bundles.append(Bundle(student, files, "nbgrader", student, submitted_at=submitted_at))
    return Layout(bundles)


def plainly(name: str) -> str:
    """The name without signs that people use in different ways."""
    return re.sub(r"[\W_]+", "", name).casefold()


def moment(text: str) -> datetime | None:
    """A time as Gradescope (2026-11-20 17:00:00.119284000 Z) and nbgrader (... America/Los_Angeles) write it.

    Without a zone it is UTC, as nbgrader has it. None where it is no time.
    """
    match = TIME.match(text.strip())
    if not match:
        return None
    day, clock, zone = match.groups()
    try:
        time = datetime.fromisoformat(f"{day}T{clock}{zone if re.fullmatch(r'[+-][0-9:]+', zone) else ''}")
        known = UTC if zone in {"", "Z", "UTC"} else ZoneInfo(zone)
    except ZoneInfoNotFoundError:
        return time if time.tzinfo else None
    except (ValueError, OSError):
        return None
    return time if time.tzinfo else time.replace(tzinfo=known)


# -- Without a platform ------------------------------------------------------------------------------------------------


def plain(items: Sequence[Item], name: str, is_zip: bool, knows: Knows) -> Layout:
    """A folder for each student, or files side by side, or all of it one student's."""
    folders = by_folder(item for item in items if len(item.parts) > (0 if item.is_folder else 1))
    loose = [item for item in items if len(item.parts) == 1 and not item.is_folder]
    lost = [item for item in items if not item.parts]
    works = [item for item in loose if is_work(item)]
    if len(folders) == 1 and not works:
        (folder, inside) = next(iter(folders.items()))
        if is_class(inside):
            found = plain(inside, folder, is_zip, knows)
            return Layout(found.bundles, [*found.remarks, *strangers([*loose, *lost])])
        owner = name if is_zip and not knows(folder) else folder
        return Layout([Bundle(owner, tuple(inside))], strangers([*loose, *lost]))
    full = [folder for folder, inside in folders.items() if any(map(is_work, inside))]
    tries = bases_of(works, knows)
    if len(full) < 2 and len(tries) == 1 and not any(map(knows, [*full, *tries])):  # an old version in a folder
        full = []
    if not full and (works or not folders):
        return side_by_side(loose, folders, name, knows, lost)
    bundles = [Bundle(folder, inside) for folder, inside in folders.items()]
    found = by_stem(loose, knows)
    return Layout([*bundles, *found.bundles], [*found.remarks, *strangers(lost)])


def side_by_side(
    loose: list[Item], folders: dict[str, tuple[Item, ...]], name: str, knows: Knows, lost: list[Item]
) -> Layout:
    """Files without folders of students: one student's where there is one notebook, else a class."""
    if len(bases_of(filter(is_work, loose), knows)) < 2 and not any(
        knows(stem_of(item.parts[0])) for item in loose if is_document(item)
    ):
        inside = [item.at(folder, *item.parts) for folder in folders for item in folders[folder]]
        return Layout([Bundle(name, (*loose, *inside))], strangers(lost))
    found = by_stem(loose, knows)
    return Layout(found.bundles, [*found.remarks, *strangers(lost), *(nobodys(f"{folder}/") for folder in folders)])


def by_stem(loose: Sequence[Item], knows: Knows, *, all_of_them: bool = False) -> Layout:
    """Files side by side: those whose names are tries of one name belong together, and what begins with it too.

    With `all_of_them` each file is somebody's work, whatever it is.
    """
    works = [item for item in loose if all_of_them or is_document(item)]
    found = bases_of(works, knows)
    several = [
        f"Taken as one student's: {', '.join(item.name for item in items)}."
        for items in found.values()
        if sum(map(is_work, items)) > 1
    ]
    rest: list[Item] = []
    for item in loose if not all_of_them else ():
        if not is_document(item):
            name = item.parts[0]
            begins = (name[:end] for end in range(len(name), 0, -1) if not name[end : end + 1].isalnum())
            base = next((begin for begin in begins if begin in found), None)
            (rest if base is None else found[base]).append(item)
    return Layout([Bundle(base, tuple(items)) for base, items in found.items()], [*several, *strangers(rest)])


def by_folder(items: Iterable[Item]) -> dict[str, tuple[Item, ...]]:
    """The items by their first folder, as seen from there; a folder with nothing in it is there too."""
    found: dict[str, list[Item]] = {}
    for item in items:
        inside = found.setdefault(item.parts[0], [])
        inside += [item.at(*item.parts[1:])] if len(item.parts) > 1 else []
    return {folder: tuple(found[folder]) for folder in sorted(found, key=lambda folder: in_order((folder,)))}


def is_work(item: Item) -> bool:
    """Whether this is a notebook, or an archive that may hold one."""
    name = item.parts[-1] if item.parts else ""
    return bool(NOTEBOOK.search(name)) or (name.lower().endswith(".zip") and not DATA.fullmatch(name))


def is_document(item: Item) -> bool:
    """Whether this may be all that a student handed in."""
    return bool(DOCUMENT.search(item.parts[-1])) and not DATA.fullmatch(item.parts[-1])


def is_class(inside: Sequence[Item]) -> bool:
    """Whether an only folder holds a class: folders with notebooks, or several notebooks side by side."""
    works = [item for item in inside if is_work(item)]
    loose = [item for item in works if len(item.parts) == 1]
    folders = {item.parts[0] for item in works if len(item.parts) > 1}
    tries = bases_of(loose, lambda _: False)
    return len(folders) > 1 or len(tries) > 1 or bool(folders and not tries)


def stem_of(name: str) -> str:
    """A file's name without its ending."""
    return DOCUMENT.sub("", name) or PurePath(name).stem


def bases_of(items: Iterable[Item], knows: Knows) -> dict[str, list[Item]]:
    """The items by the name that theirs are tries of: `asha` of asha_final, and of asha-2 where there is an asha too.

    A number alone proves nothing: student-1 and student-2 are two students.
    """
    stems = {item: stem_of(item.parts[-1]) for item in items}
    there = set(stems.values())
    found: dict[str, list[Item]] = {}
    for item, stem in stems.items():
        base = RENAMED.sub("", stem) or stem
        shorter = RENAMED.sub("", NUMBERED.sub("", base))
        found.setdefault(shorter if shorter in there or knows(shorter) else base, []).append(item)
    return found


def strangers(items: Iterable[Item]) -> list[str]:
    """A remark for each file that belongs to no student."""
    return [nobodys(item.name, item.refused) for item in items if not item.is_folder]


def nobodys(name: str, refused: str = "") -> str:
    """The remark for a file that is left out."""
    return f"`{name}` was left out: {refused or 'it belongs to no student'}."

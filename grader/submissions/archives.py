"""A folder or a zip -> the files in it, each with what speaks against taking it, and copies of those that are taken.

Only names and sizes are read first; a file is copied when it is its turn. What a name may be is decided here, once:
the parts of an `Item` are safe as a path below any folder.
"""

import errno
import os
import re
import shutil
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from grader.submissions.collect import printable

MAX_ENTRIES = 9_999
"""Of an archive."""
MAX_DIRECTORY_BYTES = 10_000_000
"""Of an archive's list of entries, which is read into memory as a whole."""
MAX_UNPACKED_BYTES = 1_000_000_000
"""Of what one student handed in."""
MAX_RATIO = 200
"""Of a file's size to what it takes in the archive; text takes a tenth, a bomb a thousandth."""
RATIO_FROM_BYTES = 10_000_000
"""Smaller files do no harm, whatever their ratio."""
MAX_NAME_BYTES = 255
MAX_DEPTH = 20
JUNK = {"__macosx", ".ds_store", "thumbs.db", "desktop.ini", ".ipynb_checkpoints", "__pycache__", ".git", ".venv"}
"""Made by systems and tools, in lower case; nobody means to hand them in."""
UTF8_NAME, ENCRYPTED = 0x800, 0x1
"""Bits of an entry's flags."""
COUNT, DIRECTORY_BYTES = 4, 5
"""Places in what zipfile reads at the end of an archive."""
UNKNOWN_PACKING = "it is packed in a way that is not known here"
LEFT_OUT = "left out"
"""In the place of the parts of a name that lead elsewhere."""
DRIVE = re.compile(r"[A-Za-z]:")


class ArchiveError(Exception):
    """The archive is refused as a whole; the message completes "Found ..."."""


@dataclass(frozen=True)
class Item:
    """A file that was handed in, or an empty folder."""

    parts: tuple[str, ...]
    """Its path, safe to be one. Empty where the name leads nowhere that it may."""
    source: Path
    """The file itself, or the archive that it is in."""
    index: int | None = None
    """Its place in the archive's list of entries."""
    size: int = 0
    modified_at: datetime | None = None
    """With a time zone; None where nobody knows."""
    is_folder: bool = False
    refused: str = ""
    """Why it is not taken, to follow "It was left out: "; empty where it is taken."""
    shown: str = ""
    """Its name for people, where `parts` is not that."""
    order: int = 0
    """Later ones have a higher number, where the platform counts what is handed in."""

    @property
    def name(self) -> str:
        """For people: the path as it was handed in, without signs that hide."""
        return self.shown or "/".join(self.parts)

    def at(self, *parts: str, order: int = 0) -> "Item":
        """The same file by another path."""
        return replace(self, parts=parts, shown=self.shown if self.refused else "", order=order)


def is_junk(parts: tuple[str, ...]) -> bool:
    """Whether a system or a tool made this file."""
    return any(part.lower() in JUNK or part.startswith("._") for part in parts)


def refusal_of(parts: tuple[str, ...]) -> str:
    """Why nothing of this name is taken; empty where it may be."""
    if any(printable(part) != part.strip() or not part.strip() for part in parts) or not parts:
        return "its name is no text"
    if len(parts) > MAX_DEPTH or any(len(part.encode()) > MAX_NAME_BYTES for part in parts):
        return "its name is too long"
    return ""


# -- Folders -----------------------------------------------------------------------------------------------------------


def list_folder(folder: Path) -> list[Item]:
    """The files in a folder and all below it, sorted by name, and the folders that are empty."""
    items = []
    for place, folders, names in os.walk(folder):
        for name in sorted([*folders, *names]):
            path = Path(place, name)
            parts = path.relative_to(folder).parts
            if not is_junk(parts):
                items += [item] if (item := on_disk(path, parts)) else []
        folders[:] = [name for name in folders if not is_junk((name,)) and not Path(place, name).is_symlink()]
    return sorted(items, key=lambda item: in_order(item.parts))


def in_order(parts: tuple[str, ...]) -> list[tuple[str, ...]]:
    """A key that sorts names as people do where they differ in case only."""
    return [(part.casefold(), part) for part in parts]


def on_disk(path: Path, parts: tuple[str, ...]) -> Item | None:
    """The file at `path`, also one that is refused; None for a folder with something in it."""
    found = path.lstat()
    modified_at = datetime.fromtimestamp(found.st_mtime, UTC)
    if stat.S_ISDIR(found.st_mode):
        holds = any(not is_junk((child.name,)) for child in path.iterdir())
        return None if holds else Item(tuple(map(readable, parts)), path, is_folder=True, refused=refusal_of(parts))
    if refused := refusal_of(parts) or ("" if stat.S_ISREG(found.st_mode) else "it is a link or no plain file"):
        return Item(tuple(map(readable, parts)), path, refused=refused)
    return Item(parts, path, None, found.st_size, modified_at)


def readable(text: str) -> str:
    """Any text, so that it can be shown."""
    return printable(text.encode("utf-8", "replace").decode("utf-8"))[:MAX_NAME_BYTES]


# -- Zips --------------------------------------------------------------------------------------------------------------


@contextmanager
def opened(path: Path) -> Iterator[zipfile.ZipFile]:
    """The archive, if its list of entries can be read and is no longer than lists are.

    Raises:
        ArchiveError: it is refused.

    """
    try:
        with path.open("rb") as file:
            end = zipfile._EndRecData(file)  # type: ignore[attr-defined] # ZipFile itself reads the list, however long
        if end is None:
            raise ArchiveError("a file that is no zip archive, or one that is damaged")
        if end[COUNT] > MAX_ENTRIES or end[DIRECTORY_BYTES] > MAX_DIRECTORY_BYTES:
            raise ArchiveError(f"an archive of more than {MAX_ENTRIES:,} entries")
        archive = zipfile.ZipFile(path)
    except UnicodeDecodeError:
        raise ArchiveError("an archive with names that are no text") from None
    except (zipfile.BadZipFile, NotImplementedError, ValueError, OverflowError, struct.error):
        raise ArchiveError("a zip archive that is damaged") from None
    except OSError as error:
        damaged = error.errno == errno.EINVAL  # it leads to a place before the file's beginning
        found = "a zip archive that is damaged" if damaged else f"an archive that cannot be read: {error.strerror}"
        raise ArchiveError(found) from None
    with archive:
        yield archive


def list_zip(path: Path) -> list[Item]:
    """The files in a zip archive, sorted by name, and the folders that are empty. Raises `ArchiveError`."""
    with opened(path) as archive:
        infos = archive.infolist()
    if len(infos) > MAX_ENTRIES:
        raise ArchiveError(f"an archive of more than {MAX_ENTRIES:,} entries")
    items = [in_zip(info, path, index) for index, info in enumerate(infos)]
    items = [item for item in items if not is_junk(item.parts)]
    files = [item for item in items if not item.is_folder]
    times = Counter(unicodedata.normalize("NFC", "/".join(item.parts)) for item in files if item.parts)
    files = [
        replace(item, refused=item.refused or "the archive holds several files of this name")
        if times[unicodedata.normalize("NFC", "/".join(item.parts))] > 1
        else item
        for item in files
    ]
    above = {item.parts[:depth] for item in items for depth in range(len(item.parts))}
    clash = "the archive holds a folder of this name"
    files = [replace(item, refused=item.refused or clash) if item.parts in above else item for item in files]
    empty = [item for item in items if item.is_folder and item.parts not in above]
    return sorted([*files, *empty], key=lambda item: (in_order(item.parts), item.index))


def in_zip(info: zipfile.ZipInfo, source: Path, index: int) -> Item:
    """The entry as an item, with what speaks against it."""
    name = name_of(info)
    parts = tuple(part for part in name.split("/") if part not in {"", "."})
    is_folder = name.endswith("/")
    refused = refusal_of(parts) or nature_of(info, is_folder)
    if name.startswith("/") or DRIVE.match(name):
        parts, refused = (), "its name begins at the root of a disk"
    elif ".." in parts:  # whose it is can still be seen, where the name begins well
        begins = parts[: parts.index("..")]
        parts, refused = (*begins, LEFT_OUT) if begins else (), "its name leads out of the folder"
    if refused:
        parts = tuple(map(readable, parts))
    return Item(parts, source, index, info.file_size, zip_time(info), is_folder, refused, readable(name))


def name_of(info: zipfile.ZipInfo) -> str:
    """The entry's name with / between its parts; many programs write UTF-8 and do not say so."""
    name = info.orig_filename.replace("\\", "/")
    if info.flag_bits & UTF8_NAME:
        return name
    try:
        return name.encode("cp437").decode("utf-8")
    except UnicodeError:
        return name


def nature_of(info: zipfile.ZipInfo, is_folder: bool) -> str:
    """Why an entry of this kind and size is not taken; empty where it is."""
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind and kind != (stat.S_IFDIR if is_folder else stat.S_IFREG):
        return "it is a link or no plain file"
    if info.flag_bits & ENCRYPTED:
        return "it is encrypted"
    if info.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:  # LZMA takes as much memory as it says
        return UNKNOWN_PACKING
    size = f"it would unpack to {info.file_size / 1_000_000:,.0f} MB"
    if info.file_size > MAX_UNPACKED_BYTES:
        return f"{size}, more than the {MAX_UNPACKED_BYTES // 1_000_000:,} MB that are taken"
    if info.file_size > max(RATIO_FROM_BYTES, MAX_RATIO * info.compress_size):
        return f"{size}, more than {MAX_RATIO} times what it takes in the archive"
    return ""


def zip_time(info: zipfile.ZipInfo) -> datetime | None:
    """When the entry's file was changed: exactly where the archive says so, else by the clock of this machine."""
    extra = info.extra
    while len(extra) >= 9:
        kind, size = struct.unpack_from("<HH", extra)
        if kind == 0x5455 and size >= 5 and extra[4] & 1:  # "UT", and the first of its times is there
            return datetime.fromtimestamp(struct.unpack_from("<i", extra, 5)[0], UTC)
        extra = extra[4 + size :]
    try:
        time = datetime(*info.date_time).astimezone()
    except (ValueError, OverflowError):
        return None
    return time if info.date_time[:3] != (1980, 1, 1) else None  # what is written where nobody knows


# -- Copies ------------------------------------------------------------------------------------------------------------


def copy_out(copies: Iterable[tuple[Item, Path]]) -> Iterator[tuple[Item, str]]:
    """Copy each item to its path, with its time. Yields those that could not be copied, and why.

    Raises:
        OSError: a file or an archive on disk cannot be read, or the disk is full.

    """
    for source, pairs in groupby(copies, lambda pair: pair[0].source):
        for_source = list(pairs)
        if for_source[0][0].index is None:
            for item, target in for_source:
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(item.source, target)
                keep_time(item, target)
        else:
            with opened(source) as archive:
                infos = archive.infolist()
                for item, target in for_source:
                    if why := unpack(archive, infos[item.index or 0], target):
                        target.unlink(missing_ok=True)
                        yield item, why
                    else:
                        keep_time(item, target)


def unpack(archive: zipfile.ZipFile, info: zipfile.ZipInfo, target: Path) -> str:
    """Copy one entry; why it could not be, or nothing. zipfile reads no more than the size that the entry states."""
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with archive.open(info) as entry, target.open("wb") as file:
            shutil.copyfileobj(entry, file)
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, struct.error):
        return "it is damaged in the archive"
    except (NotImplementedError, RuntimeError):
        return UNKNOWN_PACKING
    except OSError as error:
        if error.errno != errno.EINVAL:
            raise
        return "it is damaged in the archive"
    return ""


def keep_time(item: Item, target: Path) -> None:
    """Give the copy the time of what was handed in."""
    if item.modified_at:
        os.utime(target, (item.modified_at.timestamp(),) * 2)


def content_of(item: Item, most: int) -> bytes:
    """The item's first bytes; empty where it cannot be read."""
    try:
        if item.index is None:
            with item.source.open("rb") as file:
                return file.read(most)
        with opened(item.source) as archive, archive.open(archive.infolist()[item.index]) as entry:
            return entry.read(most)
    except (OSError, ArchiveError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError):
        return b""

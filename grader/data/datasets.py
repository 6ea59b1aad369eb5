"""Keras' cache of data sets -> a data set as arrays of known shape and content; nothing in a file is executed."""

import hashlib
import http.client
import os
import shutil
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Literal

import numpy as np

from grader.data.catalogue import DATA_SETS, DataSet, Form, data_set
from grader.data.keras_files import ARRAYS, NEXT_STEP, Array, Content, damaged, reading, verify_shape
from grader.errors import TeacherError, UsageError

# What the other modules take from here, wherever it is defined.
__all__ = ["ARRAYS", "Array", "DataStatus", "Split", "Store", "data_set", "fingerprint", "flatten"]

TIMEOUT_SECONDS = 5
"""For the connection and for each read: a machine without a network should not wait long to hear so."""


@dataclass(frozen=True, eq=False)
class Split:
    """A data set, split as `load_data()` of keras.datasets gives it.

    One difference: imdb has its rows as the file does, in the same order, each a list of word numbers (1 is the most
    frequent word). What load_data() makes of them depends on its arguments.
    """

    name: str
    x_train: Array
    """uint8 of shape (n, 28, 28) or (n, 32, 32, 3), float64 of shape (n, 13), or for imdb object of shape (n,)."""
    y_train: Array
    """Labels from 0, or prices in $1000; of shape (n,), for cifar10 (n, 1)."""
    x_test: Array
    y_test: Array
    fingerprint: str
    """SHA-256 of the content: the same for the same arrays, however the files are packed."""
    stand_in: bool = False
    """True where other data take the place of the data set."""
    official_split: bool = True
    """False where train and test rows are one table that a seed divides."""
    note: str = ""
    """A warning for the teacher; empty where the content is one that the grader knows."""
    word_index: dict[str, int] = field(default_factory=dict)
    """The number of each word; only imdb has one."""


@dataclass(frozen=True)
class DataStatus:
    """What the cache holds of one data set."""

    name: str
    state: Literal["ready", "missing", "damaged"]
    path: Path
    """Where the data set is, or where it is missing."""
    reason: str
    known: bool = False
    """True where the content is one that the grader knows."""


# -- Verifying what was read -------------------------------------------------------------------------------------------


def read_split(name: str, form: Form, folder: Path) -> Split:
    """The data set that lies in `folder`.

    Raises:
        TeacherError: a file is damaged, or an array cannot be the data set's; the message names the file.

    """
    content = form.read(*form.paths(folder))
    for array, expected in data_set(name).expected.items():
        verify_shape(content, array, expected)
        verify_values(data_set(name), content, array)
    mark = fingerprint(content.arrays)
    known = what_is_known(name, form, folder, mark)
    return Split(
        name,
        content.arrays["x_train"],
        content.arrays["y_train"],
        content.arrays["x_test"],
        content.arrays["y_test"],
        fingerprint=mark,
        official_split=data_set(name).official_split,
        note="" if known else f"An unverified copy of {name}: shapes and labels are right, the checksum is not known.",
        word_index=content.word_index,
    )


def verify_values(expected: DataSet, content: Content, array: str) -> None:
    """Raise `TeacherError` where an array of the right shape cannot be the data set's."""
    values, path = content.arrays[array], content.files[array]
    if array.startswith("y"):
        verify_labels(expected, array, values.ravel(), path)
    elif values.dtype == object:
        verify_words(array, values, max(content.word_index.values(), default=0), path)


def verify_labels(expected: DataSet, array: str, labels: Array, path: Path) -> None:
    """Raise `TeacherError` where prices are not within (0, 50], labels are out of range or classes too small."""
    lowest, highest = labels.min(), labels.max()
    if not expected.classes:
        if not (lowest > 0 and highest <= 50):  # also where one is NaN
            raise damaged(path, f"prices of $1000 to $50,000 as {array}", f"{lowest} to {highest}")
        return
    if lowest < 0 or highest >= expected.classes:
        raise damaged(path, f"labels 0 to {expected.classes - 1} as {array}", f"{lowest} to {highest}")
    smallest = int(np.bincount(labels, minlength=expected.classes).min())
    least = int(labels.size / expected.classes * expected.least_share)
    if smallest < least:
        raise damaged(path, f"at least {least} rows of each label in {array}", f"a label with {smallest}")


def verify_words(array: str, rows: Array, highest: int, path: Path) -> None:
    """Raise `TeacherError` where a row is not made of word numbers, from 1 to `highest`."""
    with reading(path):
        words, _ = flatten(rows)
        if words.min() < 1 or words.max() > highest:
            raise ValueError(f"{array} has words {words.min()} to {words.max()}, the word index 1 to {highest}")


def flatten(rows: Array) -> tuple[Array, Array]:
    """Lists of int as two arrays: all values (int32), and offsets (int64, one more than rows).

    Row i is values[offsets[i] : offsets[i + 1]].
    """
    offsets = np.zeros(len(rows) + 1, dtype=np.int64)
    np.cumsum([len(row) for row in rows], out=offsets[1:])
    return np.fromiter(chain.from_iterable(rows), dtype=np.int32, count=int(offsets[-1])), offsets


def fingerprint(arrays: dict[str, Array]) -> str:
    """SHA-256 over names, dtypes, shapes and values, as 64 hexadecimal digits."""
    digest = hashlib.sha256()
    for name in ARRAYS:
        for part in flatten(arrays[name]) if arrays[name].dtype == object else (arrays[name],):
            digest.update(f"{name} {part.dtype.str} {part.shape};".encode())
            digest.update(np.ascontiguousarray(part).data)
    return digest.hexdigest()


def what_is_known(name: str, form: Form, folder: Path, mark: str) -> str:
    """What the content is, in words; empty where the grader has never met it."""
    expected = data_set(name)
    if mark in expected.contents:
        return expected.contents[mark]
    as_published = all(is_published(path, expected.published[path.name]) for path in form.paths(folder))
    return "as published" if as_published else ""


def is_published(path: Path, expected: str) -> bool:
    """True where the file has that MD5 (32 digits) or SHA-256 (64)."""
    with path.open("rb") as file:
        # Where only an MD5 was ever published, it guards against damage, not against malice.
        return hashlib.file_digest(file, "md5" if len(expected) == 32 else "sha256").hexdigest() == expected


# -- The store ---------------------------------------------------------------------------------------------------------


class Store:
    """The five data sets in Keras' own cache."""

    def __init__(self, keras_home: Path | None = None):
        home = keras_home or Path(os.environ.get("KERAS_HOME") or "~/.keras").expanduser()
        self.folder = home / "datasets"

    def status(self) -> list[DataStatus]:
        """One record for each data set. Reads them all, which takes seconds."""
        return [self.status_of(name) for name in DATA_SETS]

    def status_of(self, name: str) -> DataStatus:
        """What the cache holds of the data set. Raises `UsageError` for an unknown name."""
        form = self.find(name)
        if form is None:
            first = data_set(name).downloaded
            reason = f"Expected {' and '.join(first.files)}. Found none. {NEXT_STEP}"
            return DataStatus(name, "missing", self.folder / first.folder, reason)
        folder = self.folder / form.folder
        path = form.paths(folder)[0] if len(form.files) == 1 else folder
        try:
            split = self.load(name)
        except TeacherError as error:
            return DataStatus(name, "damaged", path, str(error))
        reason = split.note or what_is_known(name, form, folder, split.fingerprint)
        return DataStatus(name, "ready", path, reason, known=not split.note)

    def find(self, name: str) -> Form | None:
        """The form that is there; None where the data set is missing. Raises `UsageError` for an unknown name."""
        return next((form for form in data_set(name).forms if form.is_in(self.folder / form.folder)), None)

    def load(self, name: str) -> Split:
        """The data set, verified.

        Raises:
            UsageError: there is no data set of that name.
            TeacherError: it is missing or damaged; the message names the file and the next step.

        """
        form = self.find(name)
        if form is None:
            raise TeacherError(f"Expected the data set {name} in {self.folder}. Found none. {NEXT_STEP}")
        return read_split(name, form, self.folder / form.folder)

    def fetch(self, name: str) -> None:
        """Download the data set from Keras' published addresses into the cache.

        Raises:
            UsageError: there is no data set of that name.
            TeacherError: there is no network, or what came is not the published file; the cache is as it was.

        """
        form, origin = data_set(name).downloaded, data_set(name).origin
        with self.workshop() as folder:
            for path in form.paths(folder):
                download(origin[path.name], path)
                if not is_published(path, data_set(name).published[path.name]):
                    raise TeacherError(
                        f"Expected the published file from {origin[path.name]}. Found one with another checksum. "
                        "Try again later, or run `grader data import DIR` on a folder with the file."
                    )
            self.adopt(form, folder)

    def import_folder(self, folder: Path) -> list[DataStatus]:
        """Copy what is recognised by its file names, anywhere below the folder, into the cache.

        Returns:
            A record for each data set that was recognised; a damaged one is not copied.

        Raises:
            UsageError: there is no such folder.
            TeacherError: it has no data set.

        """
        if not folder.is_dir():
            raise UsageError(f"Expected a folder with data sets. Received: {folder}, which is not a folder.")
        folders = sorted({path.parent for path in folder.rglob("*") if path.is_file()})
        found = [self.import_one(name, folders) for name in DATA_SETS]
        imported = [status for status in found if status]
        if not imported:
            files = ", ".join(file for known in DATA_SETS.values() for file in known.downloaded.files)
            raise TeacherError(f"Expected files of a data set below {folder}. Found none of {files} or data_batch_1.")
        return imported

    def import_one(self, name: str, folders: list[Path]) -> DataStatus | None:
        """Copy the first whole data set of that name among the folders; None where there is no trace of it."""
        status = None
        for form in data_set(name).forms:
            for folder in filter(form.is_in, folders):
                try:
                    read_split(name, form, folder)
                except TeacherError as error:
                    status = status or DataStatus(name, "damaged", folder, str(error))
                else:
                    self.adopt(form, folder)
                    return self.status_of(name)
        return status

    def adopt(self, form: Form, folder: Path) -> None:
        """Copy the files of a data set into their place; each is there whole or not at all."""
        target = self.folder / form.folder
        with self.workshop() as workshop:
            target.mkdir(parents=True, exist_ok=True)
            for source in form.paths(folder):
                shutil.copyfile(source, workshop / source.name)
            for name in form.files:
                (workshop / name).replace(target / name)

    @contextmanager
    def workshop(self) -> Iterator[Path]:
        """A folder for the time being, on the file system of the cache, so that a finished file can be moved.

        Raises:
            TeacherError: the cache cannot be written.

        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=self.folder, prefix=".arriving-") as folder:
                yield Path(folder)
        except OSError as error:
            raise TeacherError(
                f"Expected to write to {self.folder}. Found: {error}. Make room, or set KERAS_HOME to another folder."
            ) from error


def download(address: str, path: Path) -> None:
    """Write what is at the address to a file. Raises `TeacherError` where it cannot be had."""
    try:
        with (
            urllib.request.build_opener().open(address, timeout=TIMEOUT_SECONDS) as response,
            path.open("wb") as file,
        ):
            shutil.copyfileobj(response, file)
    except (OSError, http.client.HTTPException) as error:
        raise TeacherError(
            f"Expected to download {address}. Found: {error}. "
            "Download it on another machine, then run `grader data import DIR` on its folder."
        ) from error

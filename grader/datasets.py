"""Keras' cache of data sets -> a data set as arrays of known shape and content; nothing in a file is executed."""

import gzip
import hashlib
import http.client
import io
import json
import os
import pickle
import shutil
import struct
import tarfile
import tempfile
import urllib.request
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO, Any, Literal

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process

from grader.errors import TeacherError, UsageError

Array = NDArray[Any]
ARRAYS = ("x_train", "y_train", "x_test", "y_test")
NEXT_STEP = "Run `grader data fetch` where there is a network, or `grader data import DIR` on a folder with the files."
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


@dataclass(frozen=True)
class Content:
    """What the files of a data set hold."""

    arrays: dict[str, Array]
    files: dict[str, Path]
    """The file or folder of each array."""
    word_index: dict[str, int] = field(default_factory=dict)


# -- Reading the files -------------------------------------------------------------------------------------------------

BROKEN_FILE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, tarfile.TarError, struct.error, ValueError)
BROKEN_CONTENT = (pickle.UnpicklingError, KeyError, IndexError, TypeError, AttributeError, OverflowError, MemoryError)
"""What numpy and pickle raise over damaged bytes."""


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Turn whatever a damaged file raises into a `TeacherError` that names the file."""
    try:
        yield
    except (*BROKEN_FILE, *BROKEN_CONTENT) as error:
        raise damaged(path, "a whole data file", f"{type(error).__name__}: {error}") from error


def damaged(path: Path, expected: str, found: str) -> TeacherError:
    """The error for a file that cannot be used."""
    return TeacherError(f"Expected {expected} in {path}. Found {found}. Delete it. {NEXT_STEP}")


class ArraysOnly(pickle.Unpickler):
    """Rebuilds numpy arrays, lists, numbers and texts; whatever else a pickle asks for is refused before it can run."""

    allowed = frozenset(
        {
            ("numpy", "ndarray"),
            ("numpy", "dtype"),
            ("numpy.core.multiarray", "_reconstruct"),  # as numpy 1 wrote it
            ("numpy._core.multiarray", "_reconstruct"),
        }
    )

    def find_class(self, module: str, name: str) -> Any:
        """The class of that name. Raises `UnpicklingError` unless an array needs it."""
        if (module, name) not in self.allowed:
            raise pickle.UnpicklingError(f"`{module}.{name}` where only arrays should be")
        return super().find_class(module, name)


@contextmanager
def open_npz(path: Path) -> Iterator[Any]:
    """The arrays of an .npz file by their names. Opened here, because np.load leaves a damaged file open."""
    with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
        yield arrays


def read_mnist(path: Path) -> Content:
    """Content of mnist.npz."""
    with reading(path), open_npz(path) as file:
        return Content({array: file[array] for array in ARRAYS}, dict.fromkeys(ARRAYS, path))


def read_boston(path: Path) -> Content:
    """Content of boston_housing.npz, shuffled and split as load_data() does unless told otherwise."""
    with reading(path), open_npz(path) as file:
        order = np.random.RandomState(113).permutation(len(file["x"]))
        x, y = file["x"][order], file["y"][order]
    arrays = {"x_train": x[:404], "y_train": y[:404], "x_test": x[404:], "y_test": y[404:]}
    return Content(arrays, dict.fromkeys(ARRAYS, path))


def read_imdb(path: Path, index_path: Path) -> Content:
    """Content of imdb.npz, whose rows are lists, and of imdb_word_index.json."""
    with reading(path), open_npz(path) as file:
        x_train, x_test = read_lists(path, "x_train"), read_lists(path, "x_test")
        arrays = {"x_train": x_train, "y_train": file["y_train"], "x_test": x_test, "y_test": file["y_test"]}
    with reading(index_path):
        index = {str(word): int(number) for word, number in json.loads(index_path.read_bytes()).items()}
    return Content(arrays, dict.fromkeys(ARRAYS, path), index)


def read_lists(path: Path, array: str) -> Array:
    """An array of lists in an .npz file. Numpy stores it as a pickle, which np.load would have to trust."""
    with zipfile.ZipFile(path) as archive:
        file = io.BytesIO(archive.read(f"{array}.npy"))
    if np.lib.format.read_magic(file) == (1, 0):
        np.lib.format.read_array_header_1_0(file)
    else:
        np.lib.format.read_array_header_2_0(file)
    lists: Array = ArraysOnly(file).load()
    if not (type(lists) is np.ndarray and all(type(row) is list for row in lists)):
        raise TypeError(f"{array} is not an array of lists")
    return lists


def read_fashion(*paths: Path) -> Content:
    """Content of the four files of Fashion-MNIST, in the order of `ARRAYS`."""
    files = dict(zip(ARRAYS, paths, strict=True))
    return Content({array: read_idx(path) for array, path in files.items()}, files)


def read_idx(path: Path) -> Array:
    """A file in MNIST's own format: two zeros, the code of the dtype, the number of axes, their sizes, the values."""
    with reading(path):
        content = gzip.decompress(path.read_bytes())
        zeros, dtype, axes = struct.unpack_from(">HBB", content)
        if (zeros, dtype) != (0, 8):
            raise ValueError("not an idx file of unsigned bytes")
        shape = struct.unpack_from(f">{axes}I", content, 4)
        return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)


BATCHES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")


def read_batches(*paths: Path) -> Content:
    """Content of the six batch files of CIFAR-10."""
    batches = []
    for path in paths:
        with reading(path), path.open("rb") as file:
            batches.append(read_batch(file))
    return join(batches, paths[0].parent)


def read_archive(path: Path) -> Content:
    """Content of the batch files inside the archive, as it is downloaded."""
    with reading(path), tarfile.open(path) as archive:
        files = [archive.extractfile(f"cifar-10-batches-py/{name}") for name in BATCHES]
        batches = [read_batch(file) for file in files if file]
        return join(batches, path)


def read_batch(file: IO[bytes]) -> tuple[Array, Array]:
    """Images, uint8 of shape (10000, 32, 32, 3), and labels, uint8 of shape (10000, 1)."""
    batch = ArraysOnly(file, encoding="bytes").load()
    images = batch[b"data"].reshape(10_000, 3, 32, 32).transpose(0, 2, 3, 1)
    return images, np.array(batch[b"labels"], dtype=np.uint8).reshape(10_000, 1)


def join(batches: list[tuple[Array, Array]], path: Path) -> Content:
    """Five batches to train and one to test."""
    images, labels = zip(*batches, strict=True)
    x_train, x_test = (np.ascontiguousarray(np.concatenate(part)) for part in (images[:5], images[5:]))
    y_train, y_test = (np.concatenate(part) for part in (labels[:5], labels[5:]))
    arrays = {"x_train": x_train, "y_train": y_train, "x_test": x_test, "y_test": y_test}
    return Content(arrays, dict.fromkeys(ARRAYS, path))


# -- The five data sets ------------------------------------------------------------------------------------------------

Axes = tuple[int, ...]


@dataclass(frozen=True)
class Form:
    """One way in which a data set lies in the cache."""

    read: Callable[..., Content]
    """Takes the path of each file."""
    folder: str
    """Below datasets/."""
    files: tuple[str, ...]

    def paths(self, folder: Path) -> list[Path]:
        """Its files in that folder."""
        return [folder / name for name in self.files]

    def is_in(self, folder: Path) -> bool:
        """True where all its files are there."""
        return all(path.is_file() for path in self.paths(folder))


@dataclass(frozen=True)
class DataSet:
    """What is known of a data set before it is read."""

    forms: tuple[Form, ...]
    """Best first."""
    origin: dict[str, str]
    """Address of each file that Keras downloads."""
    published: dict[str, str]
    """MD5 or SHA-256 of the files as published."""
    contents: dict[str, str]
    """Fingerprint of each content that the grader knows, and what it is."""
    rows: tuple[int, int]
    """To train and to test."""
    x: tuple[str, Axes]
    """dtype and shape of one row."""
    y: tuple[str, Axes]
    classes: int = 0
    """0 for regression."""
    least_share: float = 1.0
    """Rows of the smallest class, as a share of an even one: 1 where the classes are equal."""
    official_split: bool = True

    @property
    def expected(self) -> dict[str, tuple[str, Axes]]:
        """Dtype and shape of each array."""
        train, test = self.rows
        (x, x_axes), (y, y_axes) = self.x, self.y
        train_arrays = {"x_train": (x, (train, *x_axes)), "y_train": (y, (train, *y_axes))}
        return train_arrays | {"x_test": (x, (test, *x_axes)), "y_test": (y, (test, *y_axes))}

    @property
    def downloaded(self) -> Form:
        """The form that Keras downloads."""
        return next(form for form in self.forms if set(form.files) == set(self.origin))


ADDRESS = "https://storage.googleapis.com/tensorflow/tf-keras-datasets/"
FASHION = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
CIFAR_ARCHIVES = ("cifar-10-batches-py-target_archive", "cifar-10-python.tar.gz", "cifar-10-batches-py.tar.gz")
"""As Keras 3 keeps it, as it is published, as Keras 2 keeps it."""
CIFAR_ARCHIVE_SHA256 = "6d958be074577803d12ecdefd02955f39262c83c16fe9348329d7fe0b5c001ce"

# Digests of files are those in Keras' own source; for the files of Fashion-MNIST those of TensorFlow Datasets, for the
# batch files of CIFAR-10 those of torchvision. Fingerprints of contents were made by `fingerprint` below.
DATA_SETS = {
    "boston": DataSet(
        forms=(Form(read_boston, "", ("boston_housing.npz",)),),
        origin={"boston_housing.npz": f"{ADDRESS}boston_housing.npz"},
        published={"boston_housing.npz": "f553886a1f8d56431e820c5b82552d9d95cfcb96d1e678153f8839538947dff5"},
        contents={
            "463b6160b4badda604f4c24e0f966032f22b471dd6866e77a2c2a11172d4c909": "the published rows, in their order"
        },
        rows=(404, 102),
        x=("float64", (13,)),
        y=("float64", ()),
        official_split=False,
    ),
    "imdb": DataSet(
        forms=(Form(read_imdb, "", ("imdb.npz", "imdb_word_index.json")),),
        origin={name: f"{ADDRESS}{name}" for name in ("imdb.npz", "imdb_word_index.json")},
        published={
            "imdb.npz": "69664113be75683a8fe16e3ed0ab59fda8886cb3cd7ada244f7d9544e4676b9f",
            "imdb_word_index.json": "bfafd718b763782e994055a2d397834f",
        },
        contents={
            "319548a3289bae9a0c98fb05d22384fef8c347710886b7d1d09628abb039e5df": "the published reviews, numbered anew"
        },
        rows=(25_000, 25_000),
        x=("object", ()),
        y=("int64", ()),
        classes=2,
    ),
    "fashion-mnist": DataSet(
        forms=(Form(read_fashion, "fashion-mnist", FASHION),),
        origin={name: f"{ADDRESS}{name}" for name in FASHION},
        published={
            "train-images-idx3-ubyte.gz": "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84",
            "train-labels-idx1-ubyte.gz": "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845",
            "t10k-images-idx3-ubyte.gz": "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073",
            "t10k-labels-idx1-ubyte.gz": "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5",
        },
        contents={
            "ba4d57bd4b36d751702b4c50baf26d24ce4316e4ec53b368f6af89a7fa2bf4dd": "labels as published, images re-encoded"
        },
        rows=(60_000, 10_000),
        x=("uint8", (28, 28)),
        y=("uint8", ()),
        classes=10,
    ),
    "mnist": DataSet(
        forms=(Form(read_mnist, "", ("mnist.npz",)),),
        origin={"mnist.npz": f"{ADDRESS}mnist.npz"},
        published={"mnist.npz": "731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1"},
        contents={"2229557d3d58bcbc6b0f0c8f702c48cc075902f3f0630af576ec11137f9df98e": "as published"},
        rows=(60_000, 10_000),
        x=("uint8", (28, 28)),
        y=("uint8", ()),
        classes=10,
        least_share=0.85,
    ),
    "cifar10": DataSet(
        forms=(
            Form(read_batches, "cifar-10-batches-py-target/cifar-10-batches-py", BATCHES),
            Form(read_batches, "cifar-10-batches-py", BATCHES),
            *(Form(read_archive, "", (name,)) for name in CIFAR_ARCHIVES),
        ),
        origin={CIFAR_ARCHIVES[0]: "https://www.cs.toronto.edu/~kriz/cifar-10-python.tar.gz"},
        published={
            **dict.fromkeys(CIFAR_ARCHIVES, CIFAR_ARCHIVE_SHA256),
            "data_batch_1": "c99cafc152244af753f735de768cd75f",
            "data_batch_2": "d4bba439e000b95fd0a9bffe97cbabec",
            "data_batch_3": "54ebc095f3ab1f0389bbae665268c751",
            "data_batch_4": "634d18415352ddfa80567beed471001a",
            "data_batch_5": "482c414d41f54cd18b22e5b47cb7c3cb",
            "test_batch": "40351d587109b95175f43aff81a1287e",
        },
        contents={
            "9ccc2a134cc5bdb3fc9d1391f2892d62c5359a17747d5ca8e94b9425137d26aa": "the published images as JPEG, shuffled"
        },
        rows=(50_000, 10_000),
        x=("uint8", (32, 32, 3)),
        y=("uint8", (1,)),
        classes=10,
    ),
}


def data_set(name: str) -> DataSet:
    """The data set of that name. Raises `UsageError` with the closest name where there is none."""
    if name not in DATA_SETS:
        closest = process.extractOne(name, list(DATA_SETS))[0]
        raise UsageError(f"Expected the name of a data set. Received: `{name}`. Did you mean `{closest}`?")
    return DATA_SETS[name]


# -- Verifying what was read -------------------------------------------------------------------------------------------


def read_split(name: str, form: Form, folder: Path) -> Split:
    """The data set that lies in `folder`.

    Raises:
        TeacherError: a file is damaged, or an array cannot be the data set's; the message names the file.

    """
    content = form.read(*form.paths(folder))
    for array, expected in data_set(name).expected.items():
        verify(name, array, expected, content)
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


def verify(name: str, array: str, expected: tuple[str, Axes], content: Content) -> None:
    """Raise `TeacherError` where an array cannot be the data set's."""
    found, path = content.arrays[array], content.files[array]
    kind = (str(found.dtype), found.shape)
    if kind != expected:
        raise damaged(path, f"{array} as {expected[0]} of shape {expected[1]}", f"{kind[0]} of shape {kind[1]}")
    if array.startswith("y"):
        verify_labels(data_set(name), array, found.ravel(), path)
    elif found.dtype == object:
        verify_words(array, found, max(content.word_index.values(), default=0), path)


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
            urllib.request.urlopen(address, timeout=TIMEOUT_SECONDS) as response,  # noqa: S310 - one of the constants above
            path.open("wb") as file,
        ):
            shutil.copyfileobj(response, file)
    except (OSError, http.client.HTTPException) as error:
        raise TeacherError(
            f"Expected to download {address}. Found: {error}. "
            "Download it on another machine, then run `grader data import DIR` on its folder."
        ) from error

"""Files as Keras caches them -> arrays; nothing in a file is executed."""

import gzip
import io
import json
import pickle
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from grader.errors import TeacherError

Array = NDArray[Any]
Axes = tuple[int, ...]
ARRAYS = ("x_train", "y_train", "x_test", "y_test")
NEXT_STEP = "Run `grader data fetch` where there is a network, or `grader data import DIR` on a folder with the files."


@dataclass(frozen=True)
class Content:
    """What the files of a data set hold."""

    arrays: dict[str, Array]
    files: dict[str, Path]
    """The file or folder of each array."""
    word_index: dict[str, int] = field(default_factory=dict)


# -- What can be wrong with a file -------------------------------------------------------------------------------------

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


def verify_shape(content: Content, array: str, expected: tuple[str, Axes]) -> None:
    """Raise `TeacherError` where the array has another dtype or another shape."""
    found = content.arrays[array]
    kind = (str(found.dtype), found.shape)
    if kind != expected:
        path = content.files[array]
        raise damaged(path, f"{array} as {expected[0]} of shape {expected[1]}", f"{kind[0]} of shape {kind[1]}")


# -- Reading -----------------------------------------------------------------------------------------------------------


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

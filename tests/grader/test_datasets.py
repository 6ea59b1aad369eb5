"""Tests of grader/data/datasets.py, grader/data/catalogue.py and grader/data/keras_files.py."""

import gzip
import hashlib
import http.server
import io
import json
import os
import pickle
import struct
import tarfile
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from grader.data.catalogue import DATA_SETS, FASHION
from grader.data.datasets import Split, Store
from grader.data.keras_files import ARRAYS, BATCHES
from grader.errors import TeacherError, UsageError

REAL = Store()


def real(name: str) -> Split:
    if REAL.find(name) is None:
        pytest.skip(f"{name} is not in Keras' cache on this machine")
    return REAL.load(name)


def boston_file(folder: Path, **changed: object) -> Path:
    """A table of Boston's shape."""
    random = np.random.default_rng(0)
    content = {"x": random.normal(size=(506, 13)), "y": random.uniform(5, 50, size=506)} | changed
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / "boston_housing.npz", **content)
    return folder / "boston_housing.npz"


def fashion_files(folder: Path, labels: np.ndarray | None = None) -> Path:
    """Black images of Fashion-MNIST's shape."""
    folder.mkdir(parents=True, exist_ok=True)
    for array, name in zip(ARRAYS, FASHION, strict=True):
        rows = 60_000 if array.endswith("train") else 10_000
        y = np.arange(rows) % 10 if labels is None else labels[:rows]
        values = np.zeros((rows, 28, 28), np.uint8) if array[0] == "x" else y.astype(np.uint8)
        header = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
        (folder / name).write_bytes(gzip.compress(header + values.tobytes(), compresslevel=1))
    return folder


def batch_file(rows: int = 10_000) -> bytes:
    """A batch of CIFAR-10, as numpy 1 wrote it."""
    content = {b"data": np.zeros((rows, 3072), np.uint8), b"labels": [row % 10 for row in range(rows)]}
    return pickle.dumps(content, protocol=3).replace(b"numpy._core.multiarray", b"numpy.core.multiarray")


@pytest.mark.parametrize("name", DATA_SETS)
def test_real_data_are_known_and_as_load_data_gives_them(name: str) -> None:
    split = real(name)
    for array, (dtype, shape) in DATA_SETS[name].expected.items():
        assert (str(getattr(split, array).dtype), getattr(split, array).shape) == (dtype, shape)
    assert split.note == ""
    assert not split.stand_in


def test_real_boston_rows_are_in_the_order_of_load_data() -> None:
    split = real("boston")
    assert split.x_train[0, :3].tolist() == [1.23247, 0.0, 8.14]
    assert split.y_train[:3].tolist() == [15.2, 42.3, 50.0]
    assert not split.official_split


def test_real_imdb_rows_are_lists_of_words_of_the_index() -> None:
    split = real("imdb")
    assert type(split.x_train[0]) is list
    assert split.word_index["the"] == 1
    assert max(map(max, split.x_test)) <= max(split.word_index.values())


def test_fingerprint_does_not_depend_on_how_a_file_is_packed(tmp_path: Path) -> None:
    path = boston_file(tmp_path / "datasets")
    first = Store(tmp_path).load("boston")
    with np.load(path) as file:
        np.savez_compressed(path, **{name: file[name] for name in file})
    assert Store(tmp_path).load("boston").fingerprint == first.fingerprint
    boston_file(tmp_path / "datasets", y=np.full(506, 20.0))
    assert Store(tmp_path).load("boston").fingerprint != first.fingerprint


def test_unknown_content_of_the_right_shape_is_usable_and_says_so(tmp_path: Path) -> None:
    boston_file(tmp_path / "datasets")
    assert "unverified copy of boston" in Store(tmp_path).load("boston").note
    status = Store(tmp_path).status_of("boston")
    assert (status.state, status.known) == ("ready", False)
    assert "unverified copy" in status.reason


def test_published_file_is_known_by_its_own_checksum(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = boston_file(tmp_path / "datasets")
    published = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()}
    monkeypatch.setitem(DATA_SETS, "boston", replace(DATA_SETS["boston"], published=published))
    status = Store(tmp_path).status_of("boston")
    assert (status.state, status.known, status.reason) == ("ready", True, "as published")


@pytest.mark.parametrize(
    ("changed", "expected", "found"),
    [
        ({"x": np.zeros((506, 12))}, "float64 of shape (404, 13)", "(404, 12)"),
        ({"x": np.zeros((506, 13), np.float32)}, "float64", "float32"),
        ({"y": np.full(506, np.nan)}, "prices", "nan"),
        ({"y": np.full(506, 50_000.0)}, "prices", "50000.0"),
        ({"y": np.array([os.system] * 506)}, "a whole data file", "allow_pickle"),
    ],
)
def test_wrong_table_is_damaged_with_both_sides(
    tmp_path: Path, changed: dict[str, object], expected: str, found: str
) -> None:
    path = boston_file(tmp_path / "datasets", **changed)
    with pytest.raises(TeacherError) as error:
        Store(tmp_path).load("boston")
    for part in (expected, found, str(path), "grader data fetch"):
        assert part in str(error.value)


@pytest.mark.parametrize("content", [b"", b"not a zip", b"PK\x03\x04 cut off"])
def test_corrupt_archive_is_named(tmp_path: Path, content: bytes) -> None:
    path = boston_file(tmp_path / "datasets")
    path.write_bytes(content)
    status = Store(tmp_path).status_of("boston")
    assert status.state == "damaged"
    assert str(path) in status.reason


@pytest.mark.parametrize("name", FASHION)
def test_corrupt_file_of_fashion_mnist_is_named(tmp_path: Path, name: str) -> None:
    folder = fashion_files(tmp_path / "datasets" / "fashion-mnist")
    content = (folder / name).read_bytes()
    (folder / name).write_bytes(content[: len(content) // 2])
    with pytest.raises(TeacherError, match=name):
        Store(tmp_path).load("fashion-mnist")


def test_files_of_mnist_are_not_taken_for_fashion_mnist(tmp_path: Path) -> None:
    # Both are published under the same file names; only Fashion-MNIST has as many rows of each label.
    labels = np.concatenate([np.arange(60_000 - 500) % 10, np.ones(500)])
    fashion_files(tmp_path / "datasets" / "fashion-mnist", labels)
    with pytest.raises(TeacherError, match="at least 6000 rows of each label"):
        Store(tmp_path).load("fashion-mnist")


def test_pickle_that_would_run_a_command_is_refused(tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, ...]:
            return os.mkdir, (str(tmp_path / "it ran"),)

    folder = tmp_path / "datasets"
    folder.mkdir()
    rows, labels = np.array([Bomb()], dtype=object), np.zeros(1, np.int64)
    np.savez(folder / "imdb.npz", x_train=rows, y_train=labels, x_test=rows, y_test=labels)
    (folder / "imdb_word_index.json").write_text(json.dumps({"the": 1}))
    with pytest.raises(TeacherError, match=r"imdb\.npz.*mkdir` where only arrays should be"):
        Store(tmp_path).load("imdb")
    assert not (tmp_path / "it ran").exists()


def test_cifar10_is_the_same_from_the_batches_and_from_the_archive(tmp_path: Path) -> None:
    batch = batch_file()
    place = tmp_path / "keras-2" / "datasets" / "cifar-10-batches-py"
    place.mkdir(parents=True)
    (place / BATCHES[0]).write_bytes(batch)
    for name in BATCHES[1:]:
        (place / name).hardlink_to(place / BATCHES[0])
    archive = tmp_path / "archive" / "datasets" / "cifar-10-python.tar.gz"
    archive.parent.mkdir(parents=True)
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        for name in BATCHES:
            member = tarfile.TarInfo(f"cifar-10-batches-py/{name}")
            member.size = len(batch)
            tar.addfile(member, io.BytesIO(batch))
    splits = [Store(home).load("cifar10") for home in tmp_path.iterdir()]
    assert splits[0].fingerprint == splits[1].fingerprint
    assert splits[0].y_test.shape == (10_000, 1)


def test_short_batch_of_cifar10_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "datasets" / "cifar-10-batches-py"
    folder.mkdir(parents=True)
    for name in BATCHES:
        (folder / name).write_bytes(batch_file(rows=10))
    with pytest.raises(TeacherError, match="data_batch_1"):
        Store(tmp_path).load("cifar10")


def test_missing_data_set_says_what_to_do(tmp_path: Path) -> None:
    assert {status.state for status in Store(tmp_path).status()} == {"missing"}
    with pytest.raises(TeacherError, match="grader data import DIR"):
        Store(tmp_path).load("mnist")


def test_unknown_name_gives_the_closest() -> None:
    with pytest.raises(UsageError, match="Did you mean `fashion-mnist`"):
        Store().load("fasion-mnist")


def test_keras_home_is_where_keras_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    assert Store().folder == tmp_path / "datasets"
    monkeypatch.delenv("KERAS_HOME")
    assert Store().folder == Path("~/.keras/datasets").expanduser()


def test_import_finds_files_anywhere_below_the_folder(tmp_path: Path) -> None:
    boston_file(tmp_path / "stick" / "some" / "where")
    store = Store(tmp_path / "home")
    imported = store.import_folder(tmp_path / "stick")
    assert [(status.name, status.state) for status in imported] == [("boston", "ready")]
    assert [path.name for path in store.folder.iterdir()] == ["boston_housing.npz"]


def test_import_takes_fashion_mnist_and_not_mnist_of_the_same_file_names(tmp_path: Path) -> None:
    fashion_files(tmp_path / "stick" / "a-mnist", np.concatenate([np.arange(59_500) % 10, np.ones(500)]))
    fashion_files(tmp_path / "stick" / "fashion")
    store = Store(tmp_path / "home")
    assert [status.state for status in store.import_folder(tmp_path / "stick")] == ["ready"]
    assert np.bincount(store.load("fashion-mnist").y_train).tolist() == [6000] * 10


def test_import_keeps_a_good_copy_from_a_damaged_one(tmp_path: Path) -> None:
    boston_file(tmp_path / "home" / "datasets")
    boston_file(tmp_path / "stick", y=np.zeros(506))
    store = Store(tmp_path / "home")
    before = store.load("boston").fingerprint
    (status,) = store.import_folder(tmp_path / "stick")
    assert status.state == "damaged"
    assert str(tmp_path / "stick") in status.reason
    assert store.load("boston").fingerprint == before


def test_import_of_real_fashion_mnist_keeps_its_fingerprint(tmp_path: Path) -> None:
    split = real("fashion-mnist")
    store = Store(tmp_path)
    (status,) = store.import_folder(REAL.folder / "fashion-mnist")
    assert (status.state, status.known) == ("ready", True)
    assert store.load("fashion-mnist").fingerprint == split.fingerprint


def test_import_without_a_data_set_says_what_was_looked_for(tmp_path: Path) -> None:
    with pytest.raises(TeacherError, match=r"mnist\.npz"):
        Store(tmp_path / "home").import_folder(tmp_path)
    with pytest.raises(UsageError, match="not a folder"):
        Store(tmp_path / "home").import_folder(tmp_path / "nowhere")


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """Where tmp_path/web can be downloaded from."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=tmp_path / "web")) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


def test_fetch_downloads_the_published_file(tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = boston_file(tmp_path / "web")
    published = {path.name: hashlib.sha256(path.read_bytes()).hexdigest()}
    known = replace(DATA_SETS["boston"], origin={path.name: address + path.name}, published=published)
    monkeypatch.setitem(DATA_SETS, "boston", known)
    store = Store(tmp_path / "home")
    store.fetch("boston")
    assert store.status_of("boston").known


def test_fetch_refuses_another_file(tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    path = boston_file(tmp_path / "web")
    known = replace(DATA_SETS["boston"], origin={path.name: address + path.name})
    monkeypatch.setitem(DATA_SETS, "boston", known)
    store = Store(tmp_path / "home")
    with pytest.raises(TeacherError, match="another checksum"):
        store.fetch("boston")
    assert list(store.folder.iterdir()) == []


def test_fetch_without_a_network_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(TeacherError, match=r"mnist\.npz.*grader data import DIR"):
        Store(tmp_path).fetch("mnist")

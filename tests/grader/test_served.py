"""Tests of grader/data/served.py."""

import multiprocessing
import os
import stat
from collections.abc import Set
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from grader.data.datasets import ARRAYS, Array, Split, Store
from grader.data.served import Served, get_split, serve
from grader.data.standin import digits
from grader.errors import TeacherError, UsageError

BITS = 16


def images(train: int = 300, test: int = 200, **settings: object) -> Split:
    """Images that are all different: pixels that are black or white, which nothing retouches, number them."""
    numbers = np.arange(train + test)
    x = np.zeros((train + test, 28, 28), np.uint8)
    x[:, 0, :BITS] = 255 * (numbers[:, None] >> np.arange(BITS) & 1)
    y = (numbers % 10).astype(np.uint8)
    return Split("mnist", x[:train], y[:train], x[train:], y[train:], fingerprint="images", **settings)  # type: ignore[arg-type]


def numbers_of(x: Array) -> Array:
    return (x[:, 0, :BITS] > 0) @ (1 << np.arange(BITS))


def read(folder: Path) -> dict[str, Array]:
    return {name: np.load(folder / f"{name}.npy", allow_pickle=False) for name in ARRAYS}


def rows_of(x: Array) -> Set[bytes]:
    return {row.tobytes() for row in x}


def all_files(served: Served) -> dict[str, bytes]:
    entry = served.folder.parents[1]
    return {str(path.relative_to(entry)): path.read_bytes() for path in entry.rglob("*") if path.is_file()}


def test_sealed_rows_are_nowhere_in_the_served_folder(tmp_path: Path) -> None:
    split = images()
    served = serve(split, 80, 1, tmp_path)
    shown, sealed = read(served.folder), np.load(served.sealed_inputs, allow_pickle=False)
    assert len(rows_of(sealed)) == 80
    assert rows_of(sealed) <= rows_of(split.x_test)
    assert rows_of(sealed).isdisjoint(rows_of(shown["x_train"]) | rows_of(shown["x_test"]))
    assert rows_of(shown["x_test"]) == rows_of(split.x_test) - rows_of(sealed)


def test_shapes_are_kept_and_the_training_rows_with_them(tmp_path: Path) -> None:
    split = images()
    shown = read(serve(split, 80, 1, tmp_path).folder)
    for name in ARRAYS:
        assert shown[name].shape == getattr(split, name).shape
        assert shown[name].dtype == getattr(split, name).dtype
    assert np.array_equal(shown["x_train"], split.x_train)
    assert np.array_equal(shown["y_train"], split.y_train)


def test_every_served_row_has_its_own_label(tmp_path: Path) -> None:
    shown = read(serve(images(), 80, 1, tmp_path).folder)
    assert np.array_equal(numbers_of(shown["x_test"]) % 10, shown["y_test"])


def test_sealed_labels_belong_to_the_sealed_rows_in_proportion(tmp_path: Path) -> None:
    served = serve(images(), 80, 1, tmp_path)
    sealed = np.load(served.sealed_inputs, allow_pickle=False)
    assert np.array_equal(numbers_of(sealed) % 10, served.sealed_labels)
    assert np.bincount(served.sealed_labels).tolist() == [8] * 10


def test_labels_of_sealed_rows_are_in_no_folder_of_a_sandbox(tmp_path: Path) -> None:
    served = serve(images(), 80, 1, tmp_path)
    assert sorted(path.name for path in served.folder.parent.rglob("*.np?")) == sorted(f"{a}.npy" for a in ARRAYS)
    assert sorted(path.name for path in served.sealed_inputs.parent.iterdir()) == ["places.npy", "x_sealed.npy"]
    assert (np.diff(np.load(served.places)) > 0).all()
    # Nor does the label at the place of a sealed row tell what was there.
    split, shown = images(), read(served.folder)
    replaced = (shown["x_test"] != split.x_test).any(axis=(1, 2))
    assert replaced.sum() == 80
    assert np.mean(shown["y_test"][replaced] == split.y_test[replaced]) < 0.3


def test_nobody_else_may_write_and_only_the_owner_sees_what_is_sealed(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        served = serve(images(), 80, 1, tmp_path)
    finally:
        os.umask(before)
    entry = served.folder.parents[1]
    for path in [entry, *entry.rglob("*")]:
        assert not stat.S_IMODE(path.stat().st_mode) & 0o022
    assert stat.S_IMODE(served.sealed_inputs.parent.stat().st_mode) == 0o700
    assert stat.S_IMODE((entry / "labels").stat().st_mode) == 0o700


def test_same_arguments_give_the_same_files_elsewhere(tmp_path: Path) -> None:
    first, second = (serve(images(), 80, 1, tmp_path / name) for name in "ab")
    assert all_files(first) == all_files(second)
    other = serve(images(), 80, 2, tmp_path / "a")
    assert other.folder != first.folder
    assert all_files(other) != all_files(first)


def test_a_second_call_writes_nothing(tmp_path: Path) -> None:
    first = serve(images(), 80, 1, tmp_path)
    made = first.folder.stat().st_ino
    again = serve(images(), 80, 1, tmp_path)
    assert again.folder.stat().st_ino == made
    assert again.data == first.data
    assert np.array_equal(again.sealed_labels, first.sealed_labels)


def test_a_damaged_folder_is_made_anew(tmp_path: Path) -> None:
    served = serve(images(), 80, 1, tmp_path)
    whole = all_files(served)
    (served.folder / "x_test.npy").unlink()
    assert all_files(serve(images(), 80, 1, tmp_path)) == whole
    assert [path.name for path in tmp_path.iterdir()] == [served.folder.parents[1].name]


def test_no_more_than_half_of_the_test_rows_are_sealed(tmp_path: Path) -> None:
    split = digits("mnist")
    served = serve(split, 2000, 1, tmp_path)
    assert served.data.sealed_rows == len(served.sealed_labels) == 180
    assert served.data.stand_in
    assert (served.data.train_rows, served.data.test_rows) == (1437, 360)
    assert served.data.fingerprint == split.fingerprint


def test_too_few_sealed_rows_are_an_error_that_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(TeacherError, match=r"at least 10 sealed rows of mnist\. Found 9\. Raise `sealed_rows`"):
        serve(images(), 9, 1, tmp_path)


def test_without_an_official_split_all_rows_are_chosen_from(tmp_path: Path) -> None:
    x = np.arange(506 * 13, dtype=np.float64).reshape(506, 13)
    split = Split("boston", x[:404], x[:404, 0], x[404:], x[404:, 0], fingerprint="table", official_split=False)
    served = serve(split, 253, 1, tmp_path)
    shown, sealed = read(served.folder), np.load(served.sealed_inputs, allow_pickle=False)
    assert (sealed[:, 0] < x[404, 0]).sum() > 100
    assert rows_of(sealed).isdisjoint(rows_of(shown["x_train"]) | rows_of(shown["x_test"]))
    assert rows_of(shown["x_train"]).isdisjoint(rows_of(shown["x_test"]))
    assert np.array_equal(sealed[:, 0], served.sealed_labels)


def test_rows_of_words_are_served_without_a_pickle(tmp_path: Path) -> None:
    rows = np.empty(100, dtype=object)
    rows[:] = [[number + 1] * (number % 5 + 1) for number in range(100)]
    labels = np.arange(100) % 2
    words = {"the": 1}
    split = Split("imdb", rows[:60], labels[:60], rows[60:], labels[60:], fingerprint="words", word_index=words)
    served = serve(split, 10, 1, tmp_path)
    with np.load(served.folder / "x_train.npz", allow_pickle=False) as file:
        values, offsets = file["values"], file["offsets"]
    assert [values[a:b].tolist() for a, b in pairwise(offsets)] == list(rows[:60])
    with np.load(served.sealed_inputs, allow_pickle=False) as file:
        assert ((file["values"][file["offsets"][:-1]] - 1) % 2).tolist() == served.sealed_labels.tolist()
    assert (served.folder / "imdb_word_index.json").read_text() == '{"the": 1}'


def serve_and_list(cache: Path) -> dict[str, bytes]:
    return all_files(serve(images(), 80, 1, cache))


def test_processes_that_serve_at_once_agree(tmp_path: Path) -> None:
    with multiprocessing.get_context("spawn").Pool(2) as pool:
        results = pool.map(serve_and_list, [tmp_path] * 4, chunksize=1)
    assert all(result == results[0] for result in results)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(TeacherError, match=f"Expected to write to the folder {tmp_path / 'cache'}"):
        serve(images(), 80, 1, tmp_path / "cache")


@pytest.fixture
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.delenv("no_proxy", raising=False)


@pytest.mark.usefixtures("no_network")
def test_stand_in_is_taken_only_where_it_is_allowed(tmp_path: Path) -> None:
    assert get_split(Store(tmp_path), "fashion-mnist", allow_stand_in=True).stand_in
    with pytest.raises(TeacherError, match=r"grader data import DIR.*grader data fetch"):
        get_split(Store(tmp_path), "fashion-mnist", allow_stand_in=False)
    with pytest.raises(TeacherError, match="Expected boston"):
        get_split(Store(tmp_path), "boston", allow_stand_in=True)
    with pytest.raises(UsageError, match="Did you mean `mnist`"):
        get_split(Store(tmp_path), "mist", allow_stand_in=True)


@pytest.mark.usefixtures("no_network")
def test_damaged_data_are_never_replaced_by_the_stand_in(tmp_path: Path) -> None:
    (tmp_path / "datasets").mkdir()
    (tmp_path / "datasets" / "mnist.npz").write_bytes(b"damaged")
    with pytest.raises(TeacherError, match=r"mnist\.npz"):
        get_split(Store(tmp_path), "mnist", allow_stand_in=True)


def test_real_fashion_mnist_keeps_its_sealed_rows_to_itself(tmp_path: Path) -> None:
    store = Store()
    if store.find("fashion-mnist") is None:
        pytest.skip("fashion-mnist is not in Keras' cache on this machine")
    split = get_split(store, "fashion-mnist", allow_stand_in=False)
    served = serve(split, 2000, 7, tmp_path)
    shown, sealed = read(served.folder), np.load(served.sealed_inputs, allow_pickle=False)
    # A row that was published twice may be sealed in one place and visible in the other.
    _, counts = np.unique(split.x_test.reshape(10_000, -1), axis=0, return_counts=True)
    assert len(rows_of(sealed) & rows_of(shown["x_test"])) <= (counts > 1).sum()
    assert np.bincount(served.sealed_labels).tolist() == [200] * 10

import csv
import gzip
import io
import pickle
import stat
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.courses.sheet import FileForm, Table
from grader.data.datasets import Array, Split
from grader.data.exports import Export, columns_of, make
from grader.data.served import Served, serve
from grader.errors import TeacherError
from grader.inside.served import unshuffled

PIXELS = Table(columns="label pixel1..pixel784", target="label")
FIGURES = "CRIM ZN INDUS CHAS NOX RM AGE DIS RAD TAX PTRATIO B LSTAT MEDV"
WORDS = {"the": 1, "film": 2, "is": 3, "isn't": 4, "good": 5}


def export(name: str, form: str, table: Table | None = None, holds: tuple[Export, ...] = (), **settings: Any) -> Export:
    tables, held = [table] if table else [], [each.name for each in holds]
    return Export(name, FileForm(names=[name], form=form, tables=tables, holds=held, **settings), table, holds)  # type: ignore[arg-type]


def pictures(shape: tuple[int, ...] = (28, 28), name: str = "mnist", y_shape: tuple[int, ...] = ()) -> Split:
    x = np.random.default_rng(0).integers(0, 256, (140, *shape), dtype=np.uint8)
    y = (np.arange(140) % 10).astype(np.uint8).reshape(140, *y_shape)
    return Split(name, x[:100], y[:100], x[100:], y[100:], fingerprint=name)


def prices() -> Split:
    x = np.random.default_rng(0).random((60, 13)).round(4)
    x[:, 3] = 1.0
    return Split("boston", x[:45], x[:45, 0] * 50, x[45:], x[45:, 0] * 50, fingerprint="prices", official_split=False)


def reviews() -> Split:
    rows = np.empty(60, dtype=object)
    rows[:] = [[1, 2, 3 + number % 2, 5] + [1] * number for number in range(60)]
    labels = np.arange(60) % 2
    return Split("imdb", rows[:40], labels[:40], rows[40:], labels[40:], fingerprint="words", word_index=WORDS)


@pytest.fixture
def served(tmp_path: Path, request: pytest.FixtureRequest) -> Served:
    return serve(request.param(), 20, 1, tmp_path)


def read(served: Served, name: str) -> Array:
    array: Array = np.load(served.folder / f"{name}.npy", allow_pickle=False)
    return array


def csv_rows(path: Path, separator: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8")), delimiter=separator))


@pytest.mark.parametrize("served", [pictures], indirect=True)
def test_a_table_of_pixels_has_the_served_rows_in_their_order(served: Served) -> None:
    header, *rows = csv_rows(make(export("mnist_train.csv", "table", PIXELS, rows="train"), served))
    assert header[:2] == ["label", "pixel1"]
    assert header[-1] == "pixel784"
    values = np.array(rows, dtype=int)
    assert np.array_equal(values[:, 0], read(served, "y_train"))
    assert np.array_equal(values[:, 1:].reshape(-1, 28, 28), read(served, "x_train"))


@pytest.mark.parametrize("served", [pictures], indirect=True)
def test_a_table_may_have_no_header_and_its_target_anywhere(served: Served) -> None:
    last = Table(columns="pixel1..pixel784 class", target="class", header=False)
    rows = np.array(csv_rows(make(export("mnist_784.csv", "table", last), served)), dtype=int)
    assert rows.shape == (140, 785)
    assert np.array_equal(rows[100:, -1], read(served, "y_test"))


def test_columns_of_a_run_are_counted_out() -> None:
    assert columns_of(Table(columns="label 1x1..2x3", target="label")) == [
        "label", "1x1", "1x2", "1x3", "2x1", "2x2", "2x3",
    ]  # fmt: skip
    assert columns_of(Table(columns="a9..a11 # b", target="b")) == ["a9", "a10", "a11", "#", "b"]


@pytest.mark.parametrize("served", [prices], indirect=True)
def test_a_table_that_was_never_split_is_in_its_published_order(served: Served) -> None:
    table = Table(columns=FIGURES, target="MEDV", separator=" ")
    header, *rows = csv_rows(make(export("housing.data", "table", table), served), " ")
    assert header == FIGURES.split()
    values = np.array(rows, dtype=float)
    x = np.concatenate([read(served, "x_train"), read(served, "x_test")])
    assert np.allclose(values[:, :13], unshuffled(x))
    assert rows[0][3] == "1"


@pytest.mark.parametrize("served", [prices], indirect=True)
def test_rows_may_be_numbered(served: Served) -> None:
    header, *rows = csv_rows(make(export("Boston.csv", "table", Table(columns=f"# {FIGURES}", target="MEDV")), served))
    assert header[:2] == ["", "CRIM"]
    assert [row[0] for row in rows[:3]] == ["1", "2", "3"]
    assert float(rows[5][-1]) == pytest.approx(float(rows[5][1]) * 50)


@pytest.mark.parametrize("served", [prices], indirect=True)
def test_statlib_has_a_preface_and_two_lines_for_each_row(served: Served) -> None:
    lines = make(export("boston", "statlib"), served).read_text().splitlines()[22:]
    assert len(lines) == 120
    assert [len(line.split()) for line in lines[:4]] == [11, 3, 11, 3]


@pytest.mark.parametrize("served", [reviews], indirect=True)
def test_reviews_are_their_words_and_labels_in_the_order_of_load_data(served: Served) -> None:
    table = Table(columns="review sentiment", target="sentiment", labels=["negative", "positive"])
    header, *rows = csv_rows(make(export("IMDB Dataset.csv", "table", table), served))
    assert header == ["review", "sentiment"]
    assert {row[1] for row in rows} == {"negative", "positive"}
    assert {row[0].split()[2] for row in rows if row[1] == "positive"} == {"isn't"}
    order = np.random.RandomState(113).permutation(40)
    assert [len(row[0].split()) for row in rows[:40]] == (order + 4).tolist()


@pytest.mark.parametrize("served", [pictures], indirect=True)
def test_mnists_own_files_are_as_published(served: Served) -> None:
    images = make(export("train-images-idx3-ubyte", "idx", rows="train"), served).read_bytes()
    assert np.array_equal(np.frombuffer(images[:16], ">i4"), [2051, 100, 28, 28])
    assert images[16:] == read(served, "x_train").tobytes()
    labels = export("t10k-labels-idx1-ubyte", "idx", rows="test", part="labels")
    packed = make(export("t10k-labels-idx1-ubyte.gz", "archive", holds=(labels,)), served)
    assert gzip.decompress(packed.read_bytes())[8:] == read(served, "y_test").tobytes()
    with np.load(make(export("mnist.npz", "npz"), served)) as file:
        assert np.array_equal(file["x_test"], read(served, "x_test"))


@pytest.mark.parametrize("served", [prices, reviews], indirect=True)
def test_keras_own_files_have_their_arrays(served: Served) -> None:
    with np.load(make(export("own.npz", "npz"), served), allow_pickle=True) as file:
        names = set(file.files)
        if served.data.name == "boston":
            assert file["x"].shape == (60, 13)
        else:
            assert type(file["x_train"][0]) is list
    assert names in ({"x", "y"}, {"x_train", "y_train", "x_test", "y_test"})


@pytest.mark.parametrize("encoding", ["bytes", "latin1"])
def test_batches_of_cifar_open_as_the_published_ones_do(tmp_path: Path, encoding: str) -> None:
    served = serve(pictures((32, 32, 3), "cifar10", (1,)), 20, 1, tmp_path)
    folder = make(export("cifar-10-batches-py", "batches", labels=["airplane", "automobile"]), served)
    batch = pickle.loads((folder / "data_batch_2").read_bytes(), encoding=encoding)
    key = b"data" if encoding == "bytes" else "data"
    assert np.array_equal(batch[key].reshape(20, 3, 32, 32).transpose(0, 2, 3, 1), read(served, "x_train")[20:40])
    meta = pickle.loads((folder / "batches.meta").read_bytes(), encoding="latin1")
    assert meta["label_names"] == ["airplane", "automobile"]
    with tarfile.open(make(export("c.tar.gz", "archive", holds=(export("cifar", "batches"),)), served)) as archive:
        assert "cifar/test_batch" in archive.getnames()


@pytest.mark.parametrize("shape", [(28, 28), (32, 32, 3)])
def test_pictures_in_folders_keep_every_pixel(tmp_path: Path, shape: tuple[int, ...]) -> None:
    image = pytest.importorskip("PIL.Image")
    served = serve(pictures(shape), 20, 1, tmp_path)
    folder = make(export("mnist-jpg", "folders", ending=".jpg"), served)
    assert sorted(path.name for path in folder.iterdir()) == ["test", "train"]
    assert len(list((folder / "train" / "3").iterdir())) == 10
    with image.open(folder / "train" / "3" / "00013.jpg") as picture:
        assert np.array_equal(np.asarray(picture), read(served, "x_train")[13])


@pytest.mark.parametrize("served", [reviews], indirect=True)
def test_reviews_in_folders_are_texts(served: Served) -> None:
    folder = make(export("aclImdb", "folders", rows="test", labels=["neg", "pos"], ending=".txt"), served)
    texts = [path.read_text() for path in folder.rglob("*.txt")]
    assert len(texts) == 20
    assert all(text.startswith("the film is") for text in texts)


@pytest.mark.parametrize("served", [pictures], indirect=True)
def test_an_archive_holds_other_exports(served: Served) -> None:
    parts = tuple(export(f"{part}.csv", "table", PIXELS, rows=part) for part in ("train", "test"))
    path = make(export("mnist.zip", "archive", holds=parts), served)
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == ["train.csv", "test.csv"]
        assert archive.read("test.csv") == make(parts[1], served).read_bytes()


@pytest.mark.parametrize("served", [pictures], indirect=True)
def test_no_export_holds_a_sealed_row(served: Served) -> None:
    sealed = np.load(served.sealed_inputs, allow_pickle=False).reshape(20, -1)
    rows = csv_rows(make(export("all.csv", "table", PIXELS), served))[1:]
    shown = {tuple(row) for row in np.array(rows, dtype=np.uint8)[:, 1:].tolist()}
    assert not shown & {tuple(row) for row in sealed.tolist()}


@pytest.mark.parametrize("served", [pictures], indirect=True)
def test_an_export_is_made_once_and_only_read_afterwards(served: Served) -> None:
    path = make(export("mnist.npz", "npz"), served)
    made = path.stat().st_ino
    assert make(export("mnist.npz", "npz"), served).stat().st_ino == made
    assert stat.S_IMODE(path.stat().st_mode) == 0o444
    assert [each.name for each in path.parent.parent.iterdir()] == [path.parent.name]
    assert make(export("mnist.npz", "npz", rows="train"), served) != path


@pytest.mark.parametrize("served", [pictures], indirect=True)
def test_a_table_of_another_width_names_the_sheet(served: Served) -> None:
    with pytest.raises(TeacherError, match=r"Expected 785 columns for x\.csv.*Found 3.*sheet\.toml"):
        make(export("x.csv", "table", Table(columns="label a b", target="label")), served)


@pytest.mark.parametrize("served", [pictures], indirect=True)
def test_a_folder_that_cannot_be_written_is_named(served: Served) -> None:
    (served.folder / "files").write_text("a file")
    with pytest.raises(TeacherError, match=r"Expected to write mnist\.npz"):
        make(export("mnist.npz", "npz"), served)

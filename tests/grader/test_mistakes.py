import json
from base64 import b64decode
from pathlib import Path

import numpy as np

from grader.courses.sheet import Task
from grader.data.served import Served
from grader.judging.mistakes import MOST, find_mistakes
from grader.records import DataUsed

CLASSES = Task(dataset="mnist", kind="classification", classes=["a", "b", "c"], outputs=3, output_activation="softmax")
BINARY = Task(dataset="imdb", kind="classification", classes=["no", "yes"], outputs=1, output_activation="sigmoid")
PRICES = Task(dataset="boston", kind="regression", outputs=1, output_activation=None)


def served(folder: Path, labels: list[float], rows: np.ndarray | None = None) -> Served:
    np.save(folder / "y_test.npy", np.array(labels))
    if rows is not None:
        np.save(folder / "x_test.npy", rows)
    data = DataUsed(name="x", stand_in=False, fingerprint="", train_rows=0, test_rows=9, sealed_rows=0)
    return Served(data, folder, folder, np.zeros(0))


def pictures(count: int) -> np.ndarray:
    return np.arange(count * 16, dtype=np.uint8).reshape(count, 4, 4)


def test_the_most_frequent_pair_of_classes_comes_first_and_its_surest_mistake(tmp_path: Path):
    outputs = np.eye(3)[[1, 1, 2, 0]] * [[0.6], [0.9], [1], [1]]
    found = find_mistakes(outputs, served(tmp_path, [0, 0, 1, 0], pictures(4)), CLASSES)
    assert [(each.row, each.true, each.predicted) for each in found] == [(1, 0, 1), (0, 0, 1), (2, 1, 2)]


def test_a_picture_is_a_small_png(tmp_path: Path):
    (found,) = find_mistakes(np.eye(3)[[1]], served(tmp_path, [0], pictures(1)), CLASSES)
    head, data = found.image.split(",")
    assert head == "data:image/png;base64"
    assert b64decode(data).startswith(b"\x89PNG")


def test_a_row_that_fills_the_place_of_a_sealed_one_is_shown_once(tmp_path: Path):
    rows = pictures(3)[[0, 0, 2]]
    found = find_mistakes(np.eye(3)[[1, 1, 1]], served(tmp_path, [0, 0, 0], rows), CLASSES)
    assert [each.row for each in found] == [0, 2]


def test_there_are_never_more_than_fit_a_record(tmp_path: Path):
    outputs = np.eye(3)[np.ones(15, dtype=int)]
    assert len(find_mistakes(outputs, served(tmp_path, [0] * 15, pictures(15)), CLASSES)) == MOST


def test_the_largest_residual_comes_first(tmp_path: Path):
    outputs = np.array([[20.0], [48.0], [9.0]])
    found = find_mistakes(outputs, served(tmp_path, [21.0, 50.0, 19.0], np.ones((3, 13)) * [[1], [2], [3]]), PRICES)
    assert [(each.row, each.true, each.predicted) for each in found] == [(2, 19, 9), (1, 50, 48), (0, 21, 20)]
    assert {each.image + each.text for each in found} == {""}


def test_a_review_is_its_words(tmp_path: Path):
    values, offsets = np.array([1, 2, 2]), np.array([0, 1, 3])
    np.savez(tmp_path / "x_test.npz", values=values, offsets=offsets)
    (tmp_path / "imdb_word_index.json").write_text(json.dumps({"awful": 1, "good": 2}), encoding="utf-8")
    found = find_mistakes(np.array([[0.9], [0.2]]), served(tmp_path, [0, 0]), BINARY)
    assert [(each.row, each.predicted, each.text) for each in found] == [(0, 1, "awful")]


def test_outputs_of_no_use_show_nothing(tmp_path: Path):
    here = served(tmp_path, [0, 1], pictures(2))
    assert find_mistakes(np.full((2, 3), np.nan), here, CLASSES) == []
    assert find_mistakes(np.ones((2, 7)), here, CLASSES) == []

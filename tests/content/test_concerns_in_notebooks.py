"""Notebooks with one or two faults each, run as they are: what is said of them, and of their near misses."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from grader.data.datasets import Store
from grader.pipeline import Desk, examine, open_desk
from grader.running import wall
from grader.submissions.collect import collect

PICTURES = """
import keras, numpy as np
(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
x_train, x_test = x_train.reshape(-1, 784) / 255, x_test.reshape(-1, 784) / 255
"""
CLASSIFIER = """
model = keras.Sequential([keras.Input((784,)), keras.layers.Dense(8, activation="relu"),
                          keras.layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
"""
TABLE = """
import keras, numpy as np
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
a, b = keras.datasets.boston_housing.load_data()
x, y = np.concatenate([a[0], b[0]]), np.concatenate([a[1], b[1]])
"""
REGRESSION = """
model = keras.Sequential([keras.Input((x_train.shape[1],)), keras.layers.Dense(8, activation="relu"),
                          keras.layers.Dense(1)])
model.compile("adam", "mse", metrics=["mae"])
"""
REVIEWS = """
import keras, numpy as np
(x_train, y_train), (x_test, y_test) = keras.datasets.imdb.load_data(num_words=2000)
x_train, x_test = (keras.utils.pad_sequences(rows[:2000], maxlen=40) for rows in (x_train, x_test))
y_train, y_test = y_train[:2000], y_test[:2000]
"""
BINARY = """
model = keras.Sequential([keras.Input((40,)), {} keras.layers.Dense(8, activation="relu"),
                          keras.layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
"""
TRAIN = "model.fit(x_train, y_train, epochs=1, verbose=0)"
TEST = "model.evaluate(x_test, y_test, verbose=0)"
SPLIT = "x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2, random_state=3)"

NOTEBOOKS = {
    "as it should be": (
        "fashion-mnist",
        [PICTURES, CLASSIFIER, TRAIN.replace(")", ", validation_split=0.1)"), TEST],
        {},
    ),
    "test rows to train and to validate on": (
        "fashion-mnist",
        [
            PICTURES,
            CLASSIFIER,
            "x_train, y_train = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])",
            TRAIN.replace(")", ", validation_data=(x_test, y_test))"),
        ],
        {"test_rows_trained_on": 4, "test_rows_as_validation": 4},
    ),
    "divided labels, binary accuracy and squared errors": (
        "fashion-mnist",
        [
            PICTURES + "y_train, y_test = (np.eye(10)[y] / 255 for y in (y_train, y_test))",
            CLASSIFIER.replace("sparse_categorical_crossentropy", "mse").replace('"accuracy"', '"binary_accuracy"'),
            TRAIN,
            TEST,
        ],
        {"labels_scaled": 3, "metric_does_not_fit": 2, "loss_does_not_fit": 2},
    ),
    "smoothed one-hot labels": (
        "fashion-mnist",
        [
            PICTURES + "y_train, y_test = (np.eye(10)[y] * 0.9 + 0.01 for y in (y_train, y_test))",
            CLASSIFIER.replace("sparse_", ""),
            TRAIN,
            TEST,
        ],
        {},
    ),
    "tested on the training rows": (
        "fashion-mnist",
        [PICTURES, CLASSIFIER, TRAIN, TEST.replace("test", "train")],
        {"evaluated_on_training_rows": 4},
    ),
    "scaled before the split, accuracy of a price": (
        "boston",
        [
            TABLE,
            f"x = StandardScaler().fit_transform(x)\n{SPLIT}",
            REGRESSION.replace("mae", "accuracy"),
            TRAIN,
            TEST,
        ],
        {"scaler_saw_test_rows": 2, "metric_does_not_fit": 3},
    ),
    "scaled after the split": (
        "boston",
        [
            TABLE,
            f"{SPLIT}\nscaler = StandardScaler().fit(x_train)\n"
            "x_train, x_test = scaler.transform(x_train), scaler.transform(x_test)",
            REGRESSION,
            TRAIN.replace(")", ", validation_split=0.1)"),
            TEST,
        ],
        {},
    ),
    "the price among the features": (
        "boston",
        [TABLE + "x = np.column_stack([x, y])", SPLIT, REGRESSION, TRAIN, TEST],
        {"target_among_features": 4},
    ),
    "word numbers into Dense": ("imdb", [REVIEWS, BINARY.format(""), TRAIN, TEST], {"word_numbers_in_dense": 3}),
    "word numbers into an Embedding": (
        "imdb",
        [REVIEWS, BINARY.format("keras.layers.Embedding(2000, 4), keras.layers.Flatten(),"), TRAIN, TEST],
        {},
    ),
}


@pytest.fixture(scope="module")
def desks(desk: Desk) -> Iterator[dict[str, Desk]]:
    """By assignment; those whose data are not here are left out."""
    here = [name for name in ("boston", "imdb") if Store().find(name) is not None]
    with ExitStack() as opened:
        managers = {name: open_desk(None, name, wall.best_here(), data="real") for name in here}
        yield {"fashion-mnist": desk} | {name: opened.enter_context(each) for name, each in managers.items()}


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_fault_is_named_with_its_cell_and_a_near_miss_is_not(name: str, desks: dict[str, Desk], write_notebook):
    assignment, cells, expected = NOTEBOOKS[name]
    if assignment not in desks:
        pytest.skip(f"{assignment} is not here; `grader data fetch {assignment}` brings it")
    evidence, _ = examine(collect(write_notebook(*cells), assignment, None, None, None), desks[assignment], None)
    assert [cell.error for cell in evidence.cells if cell.error] == []
    assert {concern.kind: concern.cell for concern in evidence.concerns} == expected

from pathlib import Path

import numpy as np
import pytest

from grader.inside.fed import facts, look

RANDOM = np.random.default_rng(0)
TABLE = RANDOM.normal(size=(200, 13))
PRICES = RANDOM.uniform(5, 50, 200)
CLASSES = RANDOM.integers(0, 10, 200)
ONE_HOT = np.eye(10)[CLASSES]


def found(rows=TABLE, labels=PRICES, served=PRICES, **options):
    return facts(rows, labels, served, **options)


def test_the_target_among_the_features_is_found_also_where_it_is_scaled():
    assert found(np.column_stack([TABLE, (PRICES - 3) / 7]))["target_feature"] == 14
    assert found(np.column_stack([CLASSES, TABLE]), ONE_HOT, CLASSES)["target_feature"] == 1


def test_a_feature_that_goes_along_with_the_target_is_not_the_target():
    near = PRICES + RANDOM.normal(size=200) * 0.5
    assert np.corrcoef(near, PRICES)[0, 1] > 0.99
    assert found(np.column_stack([TABLE, near]))["target_feature"] is None


@pytest.mark.parametrize("labels", [CLASSES / 255, (CLASSES / 255)[:, None], ONE_HOT / 255])
def test_labels_that_were_divided_are_found(labels):
    assert found(labels=labels, served=CLASSES)["fractions"]


@pytest.mark.parametrize(
    "labels", [CLASSES, CLASSES.astype("float32"), ONE_HOT, ONE_HOT * 0.9 + 0.01, CLASSES[:, None] > 4, CLASSES * 2 - 1]
)
def test_labels_of_classes_are_as_they_should_be(labels):
    assert not found(labels=labels, served=CLASSES)["fractions"]


def test_the_scale_of_the_target_is_that_of_its_reach():
    assert found(labels=(PRICES - 5) / 45)["target_scale"] == pytest.approx(1 / 45)
    assert found()["target_scale"] == 1


def test_word_numbers_are_told_from_multi_hot_rows_counts_and_weights():
    numbers = np.sort(RANDOM.integers(0, 2_000, (200, 50)), axis=1)
    labels = CLASSES % 2
    rows = {"numbers": numbers, "hot": numbers % 2, "counts": numbers // 600, "weights": numbers / 2_000}
    said = {name: found(each, labels, labels, reviews=True)["word_numbers"] for name, each in rows.items()}
    assert said == {"numbers": True, "hot": False, "counts": False, "weights": False}
    assert not found(numbers, labels, labels)["word_numbers"]


@pytest.mark.parametrize("labels", [None, PRICES * np.nan, np.array(["a"] * 200), PRICES[:3]])
def test_labels_that_are_no_numbers_or_few_say_nothing(labels):
    assert found(labels=labels) == {"word_numbers": False}


def test_each_fit_is_looked_at_and_a_broken_sample_is_left_out(tmp_path: Path):
    for part in ("train", "test"):
        np.save(tmp_path / f"y_{part}.npy", PRICES)
    np.savez(tmp_path / "sample.fit-1.npz", fed=TABLE, labels=PRICES)
    np.savez(tmp_path / "sample.fit-2.npz", fed=TABLE)
    (tmp_path / "sample.fit-3.npz").write_bytes(b"PK\x03\x04 nothing")
    assert set(look(tmp_path, tmp_path)) == {"fit-1", "fit-2"}


@pytest.mark.parametrize(
    ("change", "made"),
    [
        ("none", lambda prices: prices),
        ("none", lambda prices: (prices - 22.5) / 9.2),
        ("none", lambda prices: prices * 1000),
        ("log", np.log),
        ("log1p", lambda prices: (np.log1p(prices) - 3) / 0.4),
    ],
)
def test_what_was_done_to_the_target_is_found_in_some_of_its_values(change, made):
    unit = found(labels=made(PRICES[5:150]).astype("float32"))["target_unit"]
    assert unit["change"] == change
    one_more = (PRICES[0] if change == "none" else getattr(np, change)(PRICES[0])) * unit["scale"] + unit["shift"]
    assert one_more == pytest.approx(made(PRICES)[0], rel=1e-4)


@pytest.mark.parametrize("labels", [TABLE[:, 0], np.sqrt(PRICES), PRICES + RANDOM.normal(size=200), CLASSES])
def test_a_target_that_is_another_one_has_no_unit(labels):
    assert found(labels=labels)["target_unit"] is None

from pathlib import Path

import numpy as np
import pytest

from grader.inside.alignment import ANY, Step, align, bases, likely, truth

TRAIN, TEST = 300, 200
TRUE = np.random.default_rng(0).integers(0, 3, TRAIN + TEST)
SHUFFLED = np.random.default_rng(1).permutation(TRAIN + TEST)
STARTS = [np.arange(TRAIN + TEST), np.arange(TRAIN), np.arange(TRAIN, TRAIN + TEST)]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    np.save(tmp_path / "y_train.npy", TRUE[:TRAIN])
    np.save(tmp_path / "y_test.npy", TRUE[TRAIN:, None])
    np.save(tmp_path / "x_train.npy", np.zeros((TRAIN, 28, 28)))
    return tmp_path


def found(rows: np.ndarray, *steps: Step, code=lambda labels: labels) -> list[int] | None:
    places = align(code(TRUE[rows]), steps, STARTS, TRUE)
    return None if places is None else places.tolist()


def test_a_served_data_set_has_three_orders_and_a_table_one_more(folder: Path):
    assert [order.tolist() for order in bases(folder)] == [order.tolist() for order in STARTS]
    assert truth(folder).tolist() == TRUE.tolist()
    np.save(folder / "x_train.npy", np.zeros((TRAIN, 13)))
    assert sorted(bases(folder)[3]) == list(range(TRAIN + TEST))


@pytest.mark.parametrize(
    "rows", [slice(None), slice(TRAIN), slice(TRAIN, None), slice(TRAIN, TRAIN + 90), slice(60, 140)]
)
def test_rows_in_their_order_are_found_by_their_labels(rows: slice):
    assert found(np.arange(TRAIN + TEST)[rows]) == np.arange(TRAIN + TEST)[rows].tolist()


@pytest.mark.parametrize(
    "code",
    [
        lambda labels: labels / 255,
        lambda labels: np.eye(3)[labels],
        lambda labels: np.array([7, 1, 5])[labels][:, None],
    ],
)
def test_labels_may_be_in_any_code(code):
    assert found(np.arange(TRAIN), code=code) == list(range(TRAIN))


def test_splits_are_followed_one_after_another():
    rest, held = SHUFFLED[:400], SHUFFLED[400:]
    steps = [Step(500, rest), Step(500, held), Step(400, np.arange(400)[::-2])]
    assert found(held, *steps) == held.tolist()
    assert found(rest[::-2], *steps) == rest[::-2].tolist()


def test_a_table_that_was_shuffled_and_numbered_anew_before_rows_were_dropped_is_followed():
    kept = np.flatnonzero(np.arange(500) % 7)
    split = np.random.default_rng(2).permutation(len(kept))[:120]
    steps = [Step(ANY, SHUFFLED), Step(ANY, kept), Step(len(kept), split)]
    assert found(SHUFFLED[kept][split], *steps) == SHUFFLED[kept][split].tolist()


def test_a_split_of_the_first_rows_and_rows_of_a_table_are_followed():
    half = np.random.default_rng(2).permutation(250)
    assert found(half[:200], Step(250, half[:200])) == half[:200].tolist()
    kept = np.flatnonzero(SHUFFLED % 5)
    assert found(kept[100:], Step(ANY, kept)) == kept[100:].tolist()


def test_labels_that_no_order_explains_are_not_explained():
    assert found(SHUFFLED) is None
    rows = SHUFFLED.copy()
    other = np.flatnonzero(TRUE[rows] != TRUE[rows[3]])[0]
    rows[[3, other]] = rows[[other, 3]]
    assert found(rows, Step(500, SHUFFLED)) is None


def test_a_few_labels_or_labels_of_one_kind_prove_nothing():
    assert found(np.arange(20)) is None
    assert align(np.zeros(300), [], STARTS, np.zeros(500)) is None


def test_numbers_that_no_choice_makes_are_passed_over():
    forged = [Step(500, np.array([700] * 300)), Step(ANY, np.array([-1, 3])), Step(500, np.zeros(0, int))]
    assert found(np.arange(TRAIN), *forged) == list(range(TRAIN))


def test_without_labels_every_order_of_that_length_is_likely():
    orders = likely(200, [Step(500, SHUFFLED[:200])], STARTS)
    assert [order.tolist() for order in orders] == [SHUFFLED[:200].tolist(), STARTS[2].tolist()]

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from grader.inside.replayed import UnprovenError, measure

TRAIN, TEST, SEALED = 300, 400, 100
RANDOM = np.random.default_rng(0)
TRUE = RANDOM.integers(0, 2, TRAIN + TEST)
PLACES = np.sort(TRAIN + RANDOM.permutation(TEST)[:SEALED])
SERVED = np.c_[TRUE + RANDOM.normal(0, 0.1, TRAIN + TEST), np.arange(TRAIN + TEST)].astype("float32")
"""What each row becomes in the first run: a figure by which a model tells its class, and its number."""
SEEN_AGAIN = SERVED.copy()
SEEN_AGAIN[PLACES] += 1_000
TESTED = np.arange(TRAIN, TRAIN + TEST)


def predict(fed: np.ndarray) -> np.ndarray:
    return fed[:, :1]


@dataclass
class Case:
    """A door with one call of both runs, which a test may change before it is written."""

    folder: Path
    rows: np.ndarray = field(default_factory=lambda: TESTED)
    sample: np.ndarray = field(default_factory=lambda: np.arange(0, TEST, 4))
    again: np.ndarray = field(default_factory=lambda: SEEN_AGAIN)
    changes: dict[str, Any] = field(default_factory=dict)

    def measure(self, labels: bool = True) -> tuple[np.ndarray, np.ndarray]:
        for part, of in (("train", slice(TRAIN)), ("test", slice(TRAIN, None))):
            np.save(self.folder / f"y_{part}.npy", TRUE[of])
        np.save(self.folder / "x_train.npy", np.zeros((TRAIN, 28, 28)))
        np.save(self.folder / "places.npy", PLACES)
        every = {"every_label": TRUE[self.rows]} if labels else {}
        sample = {
            "fed": SERVED[self.rows[self.sample]],
            "rows": self.sample,
            "total": np.array(len(self.rows)),
            **every,
        }
        found = np.flatnonzero((sample["fed"] == self.again[self.rows[self.sample]]).all(axis=1))
        wanted = np.union1d(np.flatnonzero(np.isin(self.rows, PLACES)), self.sample[found])
        replay = {"fed": self.again[self.rows[wanted]], "rows": wanted, "total": np.array(len(self.rows)), **every}
        replay |= {"controls_evaluate": np.stack([found, self.sample[found]])}
        np.savez(self.folder / "sample.evaluate.npz", **sample)
        np.savez(self.folder / "replay.evaluate.npz", **{**replay, **self.changes})
        return measure(self.folder, self.folder, predict)


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case(tmp_path)


@pytest.mark.parametrize("labels", [True, False])
def test_sealed_rows_are_measured_each_under_its_own_number(case: Case, labels: bool):
    outputs, numbers = case.measure(labels)
    assert sorted(numbers.tolist()) == list(range(SEALED))
    assert np.array_equal(outputs[:, 0], SEEN_AGAIN[PLACES[numbers], 0])


def test_a_network_that_learned_the_classes_under_other_numbers_is_measured_by_the_classes(case: Case):
    case.measure()
    for name in ("sample", "replay"):
        with np.load(case.folder / f"{name}.evaluate.npz") as arrays:
            np.savez(case.folder / f"{name}.evaluate.npz", **{**arrays, "every_label": 1 - TRUE[TESTED]})
    outputs, numbers = measure(case.folder, case.folder, lambda fed: 1 - predict(fed))
    assert outputs[:, 0] == pytest.approx(SEEN_AGAIN[PLACES[numbers], 0], abs=1e-6)
    two, _ = measure(case.folder, case.folder, lambda fed: np.c_[predict(fed), 1 - predict(fed)])
    assert two[:, 1] == pytest.approx(SEEN_AGAIN[PLACES[numbers], 0], abs=1e-6)


def test_a_preprocessing_that_has_changed_since_the_first_run_is_refused(case: Case):
    case.again = SEEN_AGAIN + 0.01
    with pytest.raises(
        UnprovenError, match=r"Expected the rows given to evaluate\(\) in the first run\. Found 0% of them"
    ):
        case.measure()


def test_rows_in_an_order_that_nobody_knows_are_refused(case: Case):
    case.rows = np.random.default_rng(3).permutation(TESTED)
    with pytest.raises(UnprovenError, match="Found no order of the data set's rows"):
        case.measure()
    with pytest.raises(UnprovenError, match="Found no order of the data set's rows"):
        case.measure(labels=False)


def test_a_row_that_was_left_out_by_what_it_looks_like_is_noticed(case: Case):
    case.measure()
    with np.load(case.folder / "replay.evaluate.npz") as arrays:
        easy = ~np.isin(TESTED[arrays["rows"]], PLACES[:5])
        case.changes = {"fed": arrays["fed"][easy], "rows": arrays["rows"][easy]}
    with pytest.raises(UnprovenError, match="Found rows left out"):
        case.measure()


def test_a_part_of_the_rows_counts_where_the_first_run_chose_it_blindly(case: Case):
    case.rows, case.sample = TESTED[:250], np.arange(0, 250, 5)
    _, numbers = case.measure()
    assert len(numbers) == np.isin(PLACES, TESTED[:250]).sum() < SEALED


def test_a_part_that_the_first_run_chose_otherwise_does_not_count(case: Case):
    case.rows, case.sample = TESTED[:250], np.arange(0, 250, 5)
    case.measure()
    with np.load(case.folder / "sample.evaluate.npz") as arrays:
        np.savez(case.folder / "other.npz", **{**arrays, "every_label": TRUE[TESTED]})
    (case.folder / "other.npz").rename(case.folder / "sample.evaluate.npz")
    with pytest.raises(UnprovenError, match=f"Expected {SEALED} rows. Found"):
        measure(case.folder, case.folder, predict)


@pytest.mark.parametrize(
    "changes",
    [
        {"rows": np.arange(3)},
        {"controls_evaluate": np.array([[0], [10**6]])},
        {"every_label": np.zeros(3)},
        {"total": np.array(5)},
    ],
    ids=str,
)
def test_numbers_that_cannot_be_are_refused(case: Case, changes: dict[str, Any]):
    case.changes = changes
    with pytest.raises(UnprovenError, match="cannot be"):
        case.measure()

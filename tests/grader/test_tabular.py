"""How the features of a table were scaled is recovered where the samples show it, and refused where they do not."""

from collections.abc import Callable

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from grader.inside.matching import Samples
from grader.inside.preprocessing import recover

Preprocess = Callable[[np.ndarray], np.ndarray]


def rows(seed: int, count: int) -> np.ndarray:
    """Rows like those of the houses: skewed, rounded and two-valued features, on scales from 1 to 700."""
    random = np.random.default_rng(seed)
    hidden = random.normal(size=(count, 3))
    features = hidden @ np.random.default_rng(0).normal(size=(3, 13)) + random.normal(size=(count, 13))
    features[:, 0] = np.exp(2 * features[:, 0])
    features[:, 3] = features[:, 3] > 1.5
    features[:, 8] = np.round(features[:, 8] * 2) + 10
    features[:, 9] = np.round(features[:, 9] * 60) + 400
    return features


TRAIN, TEST, SEALED = np.split(rows(1, 586), [404, 506])
BOTH = np.concatenate([TRAIN, TEST])
SPLIT, HELD_OUT = train_test_split(BOTH, test_size=0.2, random_state=1)


def sample(source: str, fed: np.ndarray) -> Samples:
    return Samples(source, fed, np.arange(len(fed)), len(fed))


def by_hand(learned_from: np.ndarray, ddof: int) -> Preprocess:
    mean, deviation = learned_from.mean(axis=0), learned_from.std(axis=0, ddof=ddof)
    return lambda x: (x - mean) / deviation


WAYS = {
    "raw": (lambda x: x, "the raw features"),
    "StandardScaler": (StandardScaler().fit(TRAIN).transform, "each feature standardised by the mean and deviation of"),
    "StandardScaler on a split": (StandardScaler().fit(SPLIT).transform, "of some of the training rows"),
    "by hand on all rows": (by_hand(BOTH, 1), "mean and deviation of all rows"),
    "MinMaxScaler": (MinMaxScaler().fit(SPLIT).transform, "each feature scaled by its range in"),
    "float32": (lambda x: by_hand(TRAIN, 0)(x).astype(np.float32), "of the training rows"),
    "some columns": (lambda x: by_hand(TRAIN, 0)(x)[:, [0, 2, 5, 7, 9, 12]], "without the features 2, 4, 5, 7, 9, 11"),
    "a channel axis": (lambda x: by_hand(TRAIN, 0)(x)[..., None], "of the training rows"),
}


@pytest.mark.parametrize("parts", [(TRAIN, TEST), (SPLIT, HELD_OUT)], ids=["as served", "split anew"])
@pytest.mark.parametrize("name", WAYS)
def test_scaling_is_recovered(name: str, parts: tuple[np.ndarray, np.ndarray]) -> None:
    preprocess, words = WAYS[name]
    recovery = recover([sample("fit", preprocess(parts[0])), sample("evaluate", preprocess(parts[1]))], TRAIN, TEST)
    assert recovery.transform is not None, recovery.why_not
    assert words in recovery.words
    assert np.allclose(recovery.transform.apply(SEALED), preprocess(SEALED), rtol=1e-4, atol=1e-4)


def test_rows_are_counted_by_the_part_that_they_come_from() -> None:
    scale = by_hand(SPLIT, 0)
    recovery = recover([sample("fit", scale(SPLIT[:256])), sample("evaluate", scale(TEST))], TRAIN, TEST)
    places = np.array([np.flatnonzero((row == BOTH).all(axis=1))[0] for row in SPLIT[:256]])
    train = int((places < len(TRAIN)).sum())
    assert recovery.rows_from == [
        {"train": train, "test": 256 - train, "unknown": 0},
        {"train": 0, "test": len(TEST), "unknown": 0},
    ]


@pytest.mark.parametrize(
    "preprocess",
    [
        np.log1p,
        PCA(13).fit(TRAIN).transform,
        lambda x: np.hstack([x, x**2]),
        lambda x: np.random.default_rng(0).permuted(x, axis=0),
        lambda x: x + np.random.default_rng(0).normal(size=x.shape) * x.std(axis=0) / 10,
    ],
    ids=["logarithm", "principal components", "squares", "shuffled features", "noise"],
)
def test_rows_that_no_scaling_makes_are_refused(preprocess: Preprocess) -> None:
    recovery = recover(
        [sample("fit", preprocess(np.abs(TRAIN))), sample("evaluate", preprocess(np.abs(TEST)))], TRAIN, TEST
    )
    assert recovery.transform is None
    assert recovery.why_not.startswith("Expected rows of the data set")
    assert "model.evaluate()" in recovery.why_not


@pytest.mark.parametrize("columns", [[12, 5, 10], [10, 2, 12, 5, 4], [*range(12, -1, -1)]], ids=str)
def test_features_that_a_notebook_chose_in_an_order_of_its_own_are_recovered(columns: list[int]) -> None:
    scale = by_hand(SPLIT, 1)
    recovery = recover([sample("fit", scale(SPLIT)[:, columns])], TRAIN, TEST)
    assert recovery.transform is not None, recovery.why_not
    assert np.allclose(recovery.transform.apply(SEALED), scale(SEALED)[:, columns], rtol=1e-4, atol=1e-4)


def test_few_features_are_believed_in_their_own_order_only() -> None:
    assert recover([sample("evaluate", TEST[:, [5]])], TRAIN, TEST).transform is not None
    assert recover([sample("evaluate", HELD_OUT[:, [5]])], TRAIN, TEST).transform is None

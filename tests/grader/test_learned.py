from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.feature_extraction.text import TfidfVectorizer

from grader.inside import learned
from grader.inside.learned import Learned, into_attributes, of_estimator

TEXTS = ["a good film", "a bad film", "good, good", "bad acting"]
OTHERS = ["quite another story", "of other words"]


def watched(folder: Path, cls: Any, *, replay: bool) -> Any:
    """A class of the test's own, so that scikit-learn's stays as it is."""
    keeper = Learned(folder, replay=replay)
    made = type(cls.__name__, (cls,), {name: getattr(cls, name) for name in ("fit", "fit_transform")})
    for name in ("fit", "fit_transform"):
        keeper.wrap(made, name, of_estimator, into_attributes)
    return made


def test_a_second_run_takes_what_the_first_one_learned(tmp_path: Path):
    first = watched(tmp_path, TfidfVectorizer, replay=False)(tokenizer=lambda text: text.split(), token_pattern=None)
    expected = first.fit_transform(TEXTS).toarray()
    again = watched(tmp_path, TfidfVectorizer, replay=True)(tokenizer=lambda text: text.split(), token_pattern=None)
    assert np.allclose(again.fit_transform([*OTHERS, *TEXTS]).toarray()[2:], expected)
    assert again.get_feature_names_out().tolist() == first.get_feature_names_out().tolist()


def test_calls_are_told_apart_by_their_number_and_new_ones_learn(tmp_path: Path):
    rows = np.random.default_rng(0).random((30, 5))
    kind = watched(tmp_path, PCA, replay=False)
    means = [kind(2).fit(part).mean_ for part in (rows[:10], rows[10:])]
    again = watched(tmp_path, PCA, replay=True)
    assert [again(2).fit(rows).mean_.tolist() for _ in means] == [mean.tolist() for mean in means]
    assert np.allclose(again(2).fit(rows).mean_, rows.mean(axis=0))


def test_too_much_is_not_kept_and_what_cannot_be_written_stops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(learned, "MOST_BYTES", 1_000)
    watched(tmp_path, PCA, replay=False)(4).fit(np.random.default_rng(0).random((50, 400)))
    made = watched(tmp_path, PCA, replay=False)(2)
    made.mine = lambda: None
    made.fit(np.eye(4))
    assert list(tmp_path.iterdir()) == []

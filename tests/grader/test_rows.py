from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from grader.inside.rows import Known, Rows, fingerprints

TABLE = np.random.default_rng(0).normal(size=(500, 13)) * 40
TRAIN, TEST = TABLE[:400], TABLE[400:]
PICTURES = np.random.default_rng(1).integers(0, 255, (300, 28, 28)).astype("float32") / 255


@pytest.fixture
def rows() -> Rows:
    return Rows()


@pytest.fixture
def scaler(rows: Rows):
    """A fresh scaler whose fit() is noted."""

    class Noted(StandardScaler):
        fit = rows.noting(StandardScaler.fit)

    return Noted()


def trained(rows: Rows, x, validation=None) -> Known:
    known = Known()
    rows.trained(known, x, validation)
    return known


@pytest.mark.parametrize("form", [np.float64, np.float32, pd.DataFrame, lambda x: x.reshape(-1, 13, 1), lambda x: [x]])
def test_a_row_is_known_again_in_any_form(rows: Rows, form):
    found = rows.tested(trained(rows, TRAIN), form(TABLE))
    assert found["trained_on"] == pytest.approx(0.8)


def test_rows_of_pictures_are_told_apart():
    assert len(np.unique(fingerprints(PICTURES))) == len(PICTURES)


def test_an_evaluation_on_the_training_rows_is_told_from_one_on_others(rows: Rows):
    known = trained(rows, TRAIN, TEST)
    assert rows.tested(known, TRAIN) == {"trained_on": 1.0, "validated_on": 0.0}
    assert rows.tested(known, TEST) == {"trained_on": 0.0, "validated_on": 1.0}


def test_validation_data_out_of_the_training_rows_is_told(rows: Rows):
    assert rows.trained(Known(), TRAIN, TRAIN[:100]) == {"validation_trained_on": 1.0}
    assert rows.trained(Known(), TRAIN, TEST) == {"validation_trained_on": 0.0}


def test_several_trainings_of_a_model_add_up(rows: Rows):
    known = trained(rows, TRAIN[:200])
    for _ in range(3):
        rows.trained(known, TRAIN[200:], None)
    assert rows.tested(known, TRAIN)["trained_on"] == 1


@pytest.mark.parametrize("x", [TEST[:5], None, iter([]), np.array([["a", "b"]] * 20), [TEST, TEST]])
def test_few_rows_batches_and_words_say_nothing(rows: Rows, x):
    assert rows.tested(trained(rows, TRAIN), x) == {}
    assert rows.trained(Known(), x, None) == {}


def test_a_scaler_that_learned_from_all_rows_is_named_with_their_share(rows: Rows, scaler):
    scaled = scaler.fit_transform(TABLE)
    found = rows.tested(trained(rows, scaled[:400]), scaled[400:].astype("float32"))
    assert found["scaler"] == {"kind": "Noted", "cell": None, "share": pytest.approx(0.2)}


def test_a_scaler_that_was_fitted_anew_on_the_test_rows_is_named(rows: Rows, scaler):
    known = trained(rows, scaler.fit_transform(TRAIN))
    assert rows.tested(known, scaler.fit_transform(TEST))["scaler"]["share"] == 1


def test_a_scaler_of_the_training_rows_is_as_it_should_be(rows: Rows, scaler):
    frame = pd.DataFrame(TRAIN, columns=list("abcdefghijklm"))
    known = trained(rows, scaler.fit_transform(frame))
    assert len(rows.scalers) == 1
    assert "scaler" not in rows.tested(known, scaler.transform(frame.iloc[:100]))
    assert "scaler" not in rows.tested(known, scaler.transform(pd.DataFrame(TEST, columns=frame.columns)))


def test_a_scaler_of_the_target_is_not_noted(rows: Rows, scaler):
    scaler.fit(TABLE[:, :1])
    assert rows.scalers == []


def test_scalers_of_scikit_learn_do_what_they_did(rows: Rows):
    class Broken(MinMaxScaler):
        def transform(self, _):
            raise RuntimeError

    module = SimpleNamespace(StandardScaler=Broken, MinMaxScaler=Broken, RobustScaler=Broken, MaxAbsScaler=Broken)
    rows.watch_scalers(module)
    assert Broken().fit(TRAIN).n_features_in_ == 13

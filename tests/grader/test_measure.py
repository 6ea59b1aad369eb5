"""The figures of each kind of task are those of scikit-learn."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.metrics import confusion_matrix, mean_absolute_error, mean_squared_error, r2_score, roc_auc_score

from grader.data.datasets import Split
from grader.data.served import serve
from grader.judging.measure import in_another_unit, in_own_unit, linear_baseline, measure, unit_words, unusable
from grader.records import Fed, TargetUnit

from . import samples_for_reports as samples

TASK = samples.assignment().task
REGRESSION = TASK.model_copy(update={"kind": "regression", "outputs": 1})
BINARY = TASK.model_copy(update={"outputs": 1})
RANDOM = np.random.default_rng(0)
CLASS = RANDOM.integers(0, 2, 500)
SCORES = np.clip(RANDOM.normal(0.4 + 0.2 * CLASS, 0.2), 0, 1).reshape(-1, 1).astype(np.float32)
PRICES = RANDOM.uniform(5, 50, 500)
PREDICTED = (PRICES + RANDOM.normal(0, 3, 500)).reshape(-1, 1).astype(np.float32)


def test_regression_is_measured_by_its_errors():
    found = measure("sealed", PREDICTED, PRICES, REGRESSION, "the raw features")
    expected = [metric(PRICES, PREDICTED) for metric in (mean_absolute_error, mean_squared_error, r2_score)]
    assert list(found.metrics) == ["mae", "mse", "r2"]
    assert list(found.metrics.values()) == pytest.approx(expected)
    assert (found.confusion, found.rows) == (None, 500)


def test_two_classes_are_told_apart_at_one_half():
    found = measure("sealed", SCORES, CLASS, BINARY, None)
    said = SCORES[:, 0] > 0.5
    assert found.metrics == pytest.approx({"accuracy": (said == CLASS).mean(), "auc": roc_auc_score(CLASS, SCORES)})
    assert found.confusion == confusion_matrix(CLASS, said).tolist()


def test_a_unit_for_each_of_two_classes_says_the_same():
    both = np.hstack([1 - SCORES, SCORES])
    one, two = (measure("sealed", outputs, CLASS, BINARY, None) for outputs in (SCORES, both))
    assert two.metrics == pytest.approx(one.metrics)
    assert two.confusion == one.confusion


def test_rows_of_one_class_have_no_auc():
    assert measure("own_arrays", SCORES, np.ones(500), BINARY, None).metrics.keys() == {"accuracy"}


@pytest.mark.parametrize(
    ("task", "shape", "words"),
    [
        (REGRESSION, (500, 2), "one figure, the predicted value"),
        (REGRESSION, (500, 13, 1), "The last layer needs 1 unit, after a Flatten or a global pooling."),
        (BINARY, (500, 3), "one figure, the probability of class 1"),
        (TASK, (500, 1), "one figure per class"),
    ],
)
def test_outputs_of_a_wrong_shape_say_what_was_expected(task, shape: tuple[int, ...], words: str):
    assert words in (unusable(np.zeros(shape), 500, task) or "")


def test_one_or_two_units_will_do_for_two_classes():
    assert unusable(SCORES, 500, BINARY) is None
    assert unusable(np.hstack([SCORES, SCORES]), 500, BINARY) is None


def test_the_baseline_learns_from_what_is_served_and_is_measured_on_what_is_sealed(tmp_path: Path):
    x = RANDOM.normal(size=(506, 13))
    y = np.clip(x @ RANDOM.normal(size=13) + 22, 1, 50)
    split = Split("boston", x[:404], y[:404], x[404:], y[404:], fingerprint="prices", official_split=False)
    served = serve(split, 80, 1, tmp_path)
    x_train, y_train = (np.load(served.folder / f"{name}.npy") for name in ("x_train", "y_train"))
    predicted = LinearRegression().fit(x_train, y_train).predict(np.load(served.sealed_inputs))
    assert linear_baseline(served) == pytest.approx(
        {
            "linear_mae": mean_absolute_error(served.sealed_labels, predicted),
            "linear_r2": r2_score(served.sealed_labels, predicted),
        }
    )


@pytest.mark.parametrize(
    ("unit", "outputs", "words"),
    [
        (TargetUnit(change="none", scale=1, shift=0), PRICES, ""),
        (TargetUnit(change="none", scale=1 / 45, shift=-1 / 9), PRICES / 45 - 1 / 9, "the target scaled, undone"),
        (TargetUnit(change="log", scale=1, shift=0), np.log(PRICES), "the logarithm of the target, undone"),
        (TargetUnit(change="log1p", scale=2, shift=-3), 2 * np.log1p(PRICES) - 3, "the logarithm of the target"),
    ],
)
def test_what_a_network_estimates_of_a_changed_target_is_measured_in_the_targets_own_unit(unit, outputs, words):
    assert in_own_unit(outputs, unit) == pytest.approx(PRICES)
    assert unit_words(unit).startswith(words)


def test_a_target_of_an_unknown_unit_is_not_measured_in_another():
    assert "reach 0.02 times as far" in in_another_unit(Fed(target_scale=0.02))
    unit = TargetUnit(change="none", scale=0.02, shift=0)
    assert not any(map(in_another_unit, [Fed(), Fed(target_scale=0.8), Fed(target_scale=0.02, target_unit=unit)]))

"""The checks of boston and imdb on hand-made evidence: a good notebook passes all, each fault is found where it is."""

from typing import Any

import pytest

from grader.courses.course import Course
from grader.courses.reference import Threshold
from grader.courses.sheet import Assignment
from grader.records import CheckResult, Compiled, Evaluation, Layer

from .samples_for_checks import (
    METRICS,
    Judge,
    answer_to,
    dense_layers,
    documented_layers,
    evidence_for,
    fit_of,
    judge_with,
    layer,
    measured,
)

THRESHOLDS = {
    "boston": {"mae": Threshold(floor=5.0, full=2.5), "r2": Threshold(floor=0.5, full=0.8)},
    "imdb": {"accuracy": Threshold(floor=0.69, full=0.89), "auc": Threshold(floor=0.87, full=0.95)},
}


@pytest.fixture(scope="module")
def boston(course: Course) -> Assignment:
    return course.assignment("boston")


@pytest.fixture(scope="module")
def imdb(course: Course) -> Assignment:
    return course.assignment("imdb")


@pytest.fixture(scope="module")
def judge_boston(course: Course, boston: Assignment) -> Judge:
    return judge_with(course, boston, THRESHOLDS["boston"])


@pytest.fixture(scope="module")
def judge_imdb(course: Course, imdb: Assignment) -> Judge:
    return judge_with(course, imdb, THRESHOLDS["imdb"])


def of(criterion: str, results: dict[str, CheckResult]) -> set[str]:
    return {result.status for result in results.values() if result.criterion == criterion}


# -- Both --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "number"), [("boston", 0), ("boston", 1), ("imdb", 0)])
def test_a_good_notebook_with_a_documented_network_passes_every_check(course: Course, name: str, number: int) -> None:
    assignment = course.assignment(name)
    model = answer_to(assignment, documented_layers(assignment, number))
    results = judge_with(course, assignment, THRESHOLDS[name])(evidence_for(assignment, models=[model]))
    assert {check: result.status for check, result in results.items() if result.status != "passed"} == {}
    assert results["test_parameter_counts"].found == f"{assignment.network.documented_models[number].parameters:,}"


def test_each_criterion_of_the_rubric_has_checks_and_no_check_another(course: Course, each: Assignment) -> None:
    columns = course.rubric(each).columns
    listed = {criterion.id for column in columns if column.source == "checks" for criterion in column.criteria}
    results = judge_with(course, each, {})(evidence_for(each)).values()
    assert {result.criterion for result in results} == listed
    assert {result.visibility for result in results if result.criterion == "accuracy"} == {"hidden"}
    assert all(result.title.endswith(".") and not result.title.startswith("test_") for result in results)


@pytest.mark.parametrize("empty", [{"models": [], "model": None, "measurements": []}, {"cells": [], "code_lines": 0}])
def test_nothing_to_judge_is_never_our_fault(course: Course, each: Assignment, empty: dict[str, Any]) -> None:
    results = judge_with(course, each, {})(evidence_for(each, **empty)).values()
    assert not [result.id for result in results if result.status == "broken"]
    assert any(result.status == "failed" for result in results)


# -- boston ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("units", [(64, 64, 1), (128, 32, 1), (32, 16, 8, 1)])
def test_a_network_of_ones_own_for_prices_gets_full_marks(
    judge_boston: Judge, boston: Assignment, units: tuple[int, ...]
) -> None:
    model = answer_to(boston, dense_layers(13, *units, last="linear"))
    assert of("architecture", judge_boston(evidence_for(boston, models=[model]))) == {"passed"}


@pytest.mark.parametrize(
    ("layers", "failed"),
    [
        (
            dense_layers(13, 128, 1, last="linear"),
            {"test_hidden_layers", "test_parameter_counts", "test_output_shapes"},
        ),
        (dense_layers(13, 128, 64, 32, 16, 1, last="sigmoid"), {"test_output_layer"}),
        (
            dense_layers(13, 128, 64, 32, 16, 10, last="linear"),
            {"test_output_layer", "test_parameter_counts", "test_output_shapes"},
        ),
        (dense_layers(12, 128, 64, 32, 16, 1, last="linear"), {"test_input_shape", "test_parameter_counts"}),
        (
            dense_layers(13, 512, 512, 1, last="linear"),
            {"test_parameter_budget", "test_parameter_counts", "test_output_shapes"},
        ),
    ],
)
def test_what_is_wrong_with_a_network_for_prices_is_named(
    judge_boston: Judge, boston: Assignment, layers: list[Layer], failed: set[str]
) -> None:
    inputs = 12 if "test_input_shape" in failed else 13
    model = answer_to(boston, layers, input_shape=(None, inputs), compiled=Compiled(loss="mse"))
    results = judge_boston(evidence_for(boston, models=[model]))
    wrong = {name for name, found in results.items() if found.criterion == "architecture" and found.status != "passed"}
    assert wrong == failed
    assert all(results[name].hint for name in wrong)


@pytest.mark.parametrize(
    ("loss", "share"),
    [
        *((loss, 1) for loss in ("mse", "MSE", "MeanSquaredError()", "mae", "Huber()", "log_cosh", "LogCosh()")),
        *((loss, 0) for loss in ("binary_crossentropy", "sparse_categorical_crossentropy", None)),
    ],
)
def test_a_loss_for_prices_says_how_far_off_they_are(
    judge_boston: Judge, boston: Assignment, loss: str | None, share: float
) -> None:
    model = answer_to(boston, documented_layers(boston), compiled=Compiled(loss=loss))
    assert judge_boston(evidence_for(boston, models=[model]))["test_loss"].share == share


def test_a_layer_without_a_bias_or_of_another_width_is_the_cause(judge_boston: Judge, boston: Assignment) -> None:
    documented = documented_layers(boston)
    biasless = [*documented[:2], layer("Dense", (32,), 2_048, "relu"), *documented[3:]]
    narrow = dense_layers(13, 128, 64, 30, 16, 1, last="linear")
    for layers, cause in ((biasless, "has it a bias?"), (narrow, "has 30 filters or units where")):
        result = judge_boston(evidence_for(boston, models=[answer_to(boston, layers)]))["test_parameter_counts"]
        assert result.status == "partial"
        assert cause in result.hint


def test_a_missing_column_is_the_cause(judge_boston: Judge, boston: Assignment) -> None:
    model = answer_to(boston, dense_layers(12, 128, 64, 32, 16, 1, last="linear"), input_shape=(None, 12))
    result = judge_boston(evidence_for(boston, models=[model]))["test_parameter_counts"]
    assert "1,792 = (13 + 1) x 128 in `dense`" in result.expected
    assert "gets 12 inputs where the documented layer gets 13" in result.hint


@pytest.mark.parametrize(
    ("changed", "shares"),
    [
        ({"mae": 2.0}, (1, 1, 1)),
        ({"mae": 3.75, "r2": 0.65, "linear_mae": 4.0}, (0.5, 0.5, 1)),
        ({"mae": 3.75, "linear_mae": 3.8}, (0.5, 1, 0)),
        ({"mae": 6.6, "r2": -0.1}, (0, 0, 0)),
    ],
)
def test_errors_earn_less_the_larger_they_are(
    judge_boston: Judge, boston: Assignment, changed: dict[str, float], shares: tuple[float, ...]
) -> None:
    metrics = {**METRICS["boston"], **changed}
    results = judge_boston(evidence_for(boston, measurements=measured(metrics, rows=80)))
    names = ("test_mean_absolute_error", "test_r2", "test_better_than_linear_regression")
    assert tuple(results[name].share for name in names) == pytest.approx(shares)
    assert "at most 2.500 (marks begin at 5.000)" in results["test_mean_absolute_error"].expected
    assert "at least 0.800" in results["test_r2"].expected


@pytest.mark.parametrize(
    ("metrics", "history", "advice"),
    [
        ({"mae": 6.6, "r2": -0.1}, {}, "no better than the mean price"),
        ({"mae": 3.2, "r2": 0.7}, {"mae": [5.0, 0.9]}, "The network overfits"),
        ({"mae": 3.2, "r2": 0.7}, {"mae": [5.0, 3.1]}, "train for more epochs"),
    ],
)
def test_large_errors_come_with_the_next_step(
    judge_boston: Judge, boston: Assignment, metrics: dict[str, float], history: dict[str, list[float]], advice: str
) -> None:
    model = answer_to(boston, documented_layers(boston), fits=[fit_of(history=history)])
    evidence = evidence_for(boston, models=[model], measurements=measured({**METRICS["boston"], **metrics}))
    assert advice in judge_boston(evidence)["test_mean_absolute_error"].hint


def test_a_training_that_the_budget_cut_is_undecided_not_worse_than_linear(
    judge_boston: Judge, boston: Assignment
) -> None:
    cut = fit_of(stopped="budget", epochs_asked=100, epochs_granted=2, rows=383)
    model = answer_to(boston, documented_layers(boston), fits=[cut])
    evidence = evidence_for(boston, models=[model], measurements=measured({**METRICS["boston"], "mae": 9.0}))
    results = judge_boston(evidence)
    assert results["test_mean_absolute_error"].status == "undecided"
    assert results["test_better_than_linear_regression"].status == "undecided"


# -- imdb --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("layers", "shape", "loss"),
    [
        (dense_layers(10_000, 16, 16, 1, last="sigmoid"), (None, 10_000), "binary_crossentropy"),
        (dense_layers(5_000, 50, 50, 50, 1, last="sigmoid"), (None, 5_000), "BinaryCrossentropy()"),
        (dense_layers(10_000, 16, 2, last="softmax"), (None, 10_000), "sparse_categorical_crossentropy"),
        (dense_layers(10_000, 16, 1, last="linear"), (None, 10_000), "BinaryCrossentropy(from_logits=True)"),
        (
            [
                layer("Embedding", (200, 32), 320_000),
                layer("LSTM", (32,), 8_320, "tanh"),
                layer("Dense", (1,), 33, "sigmoid"),
            ],
            (None, None),
            "binary_crossentropy",
        ),
    ],
)
def test_networks_of_ones_own_for_reviews_get_full_marks(
    judge_imdb: Judge, imdb: Assignment, layers: list[Layer], shape: tuple[int | None, ...], loss: str
) -> None:
    model = answer_to(imdb, layers, input_shape=shape, compiled=Compiled(loss=loss))
    results = judge_imdb(evidence_for(imdb, models=[model]))
    assert of("architecture", results) == {"passed"}
    assert "one of your own" in results["test_output_shapes"].found


@pytest.mark.parametrize(
    ("units", "last", "loss", "wrong"),
    [
        ((50, 50, 50, 1), "relu", "binary_crossentropy", "test_output_layer"),
        ((50, 50, 50, 1), "softmax", "binary_crossentropy", "test_output_layer"),
        ((50, 50, 50, 3), "softmax", "sparse_categorical_crossentropy", "test_output_layer"),
        ((50, 50, 50, 1), "sigmoid", "mse", "test_loss"),
        ((50, 50, 50, 1), "sigmoid", "BinaryCrossentropy(from_logits=True)", "test_loss"),
        ((50, 50, 50, 1), "sigmoid", "sparse_categorical_crossentropy", "test_loss"),
        ((50, 50, 2), "softmax", "binary_crossentropy", "test_loss"),
        ((1,), "sigmoid", "binary_crossentropy", "test_hidden_layer"),
        ((512, 1), "sigmoid", "binary_crossentropy", "test_parameter_budget"),
    ],
)
def test_what_is_wrong_with_a_network_for_reviews_is_named(
    judge_imdb: Judge, imdb: Assignment, units: tuple[int, ...], last: str, loss: str, wrong: str
) -> None:
    model = answer_to(imdb, dense_layers(10_000, *units, last=last), compiled=Compiled(loss=loss))
    results = judge_imdb(evidence_for(imdb, models=[model]))
    assert results[wrong].status in {"failed", "partial"}
    assert results[wrong].hint


def test_accuracy_and_auc_earn_in_proportion(judge_imdb: Judge, imdb: Assignment) -> None:
    results = judge_imdb(evidence_for(imdb, measurements=measured({"accuracy": 0.79, "auc": 0.91})))
    assert (results["test_accuracy"].share, results["test_auc"].share) == (0.5, 0.5)
    assert "an accuracy of at least 0.890" in results["test_accuracy"].expected
    assert "an area under the ROC curve (AUC) of at least 0.950" in results["test_auc"].expected


def test_a_result_near_guessing_is_told_the_usual_cause(judge_imdb: Judge, imdb: Assignment) -> None:
    results = judge_imdb(evidence_for(imdb, measurements=measured({"accuracy": 0.51, "auc": 0.52})))
    assert "multi-hot vectors or go through an Embedding" in results["test_accuracy"].hint


@pytest.mark.parametrize(
    ("rows", "status"), [(40_000, "passed"), (25_000, "passed"), (50_000, "failed"), (None, "passed")]
)
def test_rows_may_be_split_anew_but_some_must_be_left(
    judge_imdb: Judge, imdb: Assignment, rows: int | None, status: str
) -> None:
    fit = fit_of(rows=rows, batch_size=500, validation_rows=0, rows_from={"train": 30, "test": 30})
    model = answer_to(
        imdb, documented_layers(imdb), fits=[fit], evaluations=[Evaluation(method="evaluate", rows=10_000)]
    )
    results = judge_imdb(evidence_for(imdb, models=[model]))
    assert results["test_trained_without_test_rows"].status == status
    assert results["test_evaluated_on_unseen_rows"].status == "passed"

from typing import Any

import pytest

from grader.courses.course import Course, bundled
from grader.marking.concerns import find_concerns
from grader.records import (
    Choice,
    Compiled,
    Concern,
    DataUsed,
    Evaluation,
    Evidence,
    Fed,
    Fit,
    Layer,
    Model,
    Run,
    SeenByScaler,
)

BOSTON, IMDB, FASHION, MNIST = (
    Course(bundled()).assignment(name) for name in ("boston", "imdb", "fashion-mnist", "mnist")
)
SIZES = {"boston": (404, 102, 80), "imdb": (25_000, 25_000, 5_000)}
ENDS = {"boston": (1, "linear", "mse"), "imdb": (1, "sigmoid", "binary_crossentropy")}
TESTED = {"trained_on": 0.0, "validated_on": 0.0}


def layer(kind: str, units: int, activation: str = "relu") -> Layer:
    return Layer(
        name=kind.lower(), class_name=kind, activation=activation, output_shape=(None, units), parameters=units
    )


def found(
    assignment=FASHION,
    fit: dict[str, Any] | None = None,
    tests: list[dict[str, Any]] | None = None,
    compiled: dict[str, Any] | None = None,
    first: str = "Dense",
) -> list[Concern]:
    """The concerns about a notebook that is as it should be but for what is given here."""
    train, test, sealed = SIZES.get(assignment.name, (60_000, 10_000, 5_000))
    units, activation, loss = ENDS.get(assignment.name, (10, "softmax", "sparse_categorical_crossentropy"))
    trained = Fit(
        cell=6,
        epochs_asked=5,
        epochs_granted=5,
        stopped="finished",
        seconds=1,
        **{"rows": train, "rows_from": {"train": 256}} | (fit or {}),
    )
    calls = [Evaluation(method="evaluate", cell=7, **{"rows": test} | TESTED | call) for call in tests or [{}]]
    model = Model(
        id="model-1",
        variable="model",
        kind="Sequential",
        layers=[layer(first, 50), layer("Dense", units, activation)],
        parameters=60,
        trainable_parameters=60,
        output_shape=(None, units),
        compiled=Compiled(**{"loss": loss, "metrics": [], "cell": 5} | (compiled or {})),
        fits=[trained],
        evaluations=calls,
        rebuilt=True,
    )
    evidence = Evidence(
        assignment=assignment.name,
        data=DataUsed(name="x", stand_in=False, fingerprint="", train_rows=train, test_rows=test, sealed_rows=sealed),
        run=Run(status="finished", sentence="", isolation="wall"),
        cells=[],
        models=[model],
        choices=[Choice(network=assignment.networks[0].name, model="model-1")],
    )
    return find_concerns(evidence, assignment)


def kinds(*given: Any, **fields: Any) -> list[str]:
    return [concern.kind for concern in found(*given, **fields)]


@pytest.mark.parametrize("assignment", [BOSTON, IMDB, FASHION, MNIST], ids=lambda each: each.name)
def test_a_notebook_as_it_should_be_raises_nothing(assignment):
    assert found(assignment) == []


def test_a_concern_says_what_was_seen_where_why_it_matters_and_what_to_do():
    (concern,) = found(fit={"rows_from": {"train": 200, "test": 56}})
    assert (concern.kind, concern.network, concern.cell, concern.known) == ("test_rows_trained_on", "cnn", 6, "judge")
    assert concern.seen.startswith("In cell 6 fit() trains on test rows: 22%")
    assert concern.matters
    assert concern.hint == "Give only the training rows to fit()."


def test_a_picture_that_is_in_both_parts_or_a_new_split_is_no_training_on_test_rows():
    assert found(fit={"rows_from": {"train": 254, "test": 2}}) == []
    assert found(IMDB, fit={"rows_from": {"train": 117, "test": 139}}) == []


MIXED = {"rows": 56_000, "rows_from": {"train": 220, "test": 36}}


@pytest.mark.parametrize(
    ("fit", "trained_on", "kinds"),
    [
        (MIXED, 0.1, []),
        (MIXED, 0.8, ["test_rows_trained_on", "evaluated_on_training_rows"]),
        (MIXED | {"rows": 70_000}, 0.1, ["test_rows_trained_on"]),
        (MIXED | {"rows_from": {"train": 190, "test": 66}}, 0.1, ["test_rows_trained_on"]),
    ],
)
def test_who_splits_all_pictures_anew_and_tests_with_new_ones_is_not_said_to_train_on_test_rows(fit, trained_on, kinds):
    concerns = found(fit=fit, tests=[{"trained_on": trained_on, "rows": 14_000}])
    assert [concern.kind for concern in concerns] == kinds


def test_test_rows_as_validation_data_are_named_kindly():
    (concern,) = found(fit={"validation_rows": 10_000, "validation_from": {"train": 0, "test": 256}})
    assert concern.kind == "test_rows_as_validation"
    assert "course documents do so too" in concern.matters
    assert found(fit={"validation_rows": 10_000, "validation_from": {"train": 250, "test": 2}}) == []


def test_where_rows_are_split_anew_validation_data_are_the_tests_if_they_come_back():
    validated = {"validation_rows": 10_000, "validation_trained_on": 0.16}
    tests = {"trained_on": 0.17, "validated_on": 1.0}
    assert kinds(IMDB, fit=validated, tests=[tests]) == ["test_rows_as_validation"]
    assert kinds(IMDB, fit=validated, tests=[tests, tests | {"validated_on": 0.1}]) == []
    assert kinds(IMDB, fit=validated, tests=[tests | {"rows": 3, "validated_on": None}]) == []


def test_a_scaler_that_learned_from_test_rows_is_named_with_its_cell():
    scaler = SeenByScaler(kind="StandardScaler", cell=3, share=0.2)
    (concern,) = found(BOSTON, tests=[{"scaler": scaler}])
    assert (concern.kind, concern.cell, concern.known) == ("scaler_saw_test_rows", 3, "notebook")
    assert "StandardScaler" in concern.seen
    assert "20%" in concern.seen


def test_the_target_among_the_features_is_named_with_its_place():
    (concern,) = found(BOSTON, fit={"fed": Fed(target_feature=14)})
    assert concern.kind == "target_among_features"
    assert "feature 14" in concern.seen


def test_fractions_are_no_labels_of_classes_but_may_be_prices():
    assert kinds(fit={"fed": Fed(fractions=True)}) == ["labels_scaled"]
    assert kinds(BOSTON, fit={"fed": Fed(fractions=True)}) == []


@pytest.mark.parametrize("metric", ["accuracy", "acc", "Accuracy", "BinaryAccuracy"])
def test_accuracy_does_not_fit_a_regression(metric):
    assert kinds(BOSTON, compiled={"metrics": ["mae", metric]}) == ["metric_does_not_fit"]
    assert kinds(IMDB, compiled={"metrics": [metric]}) == []


def test_binary_accuracy_does_not_fit_ten_classes():
    (concern,) = found(compiled={"metrics": ["binary_accuracy"]})
    assert (concern.kind, concern.cell) == ("metric_does_not_fit", 5)
    assert kinds(compiled={"metrics": ["sparse_categorical_accuracy"]}) == []


def test_a_loss_that_does_not_fit_is_named_unless_the_sheet_allows_it():
    (concern,) = found(compiled={"loss": "mean_squared_error"})
    assert concern.kind == "loss_does_not_fit"
    assert "mean_squared_error" in concern.seen
    assert kinds(MNIST, compiled={"loss": "mean_squared_error"}) == []


def test_a_result_on_training_rows_alone_is_named():
    on_training = {"rows": 60_000, "trained_on": 1.0}
    assert kinds(tests=[on_training]) == ["evaluated_on_training_rows"]
    assert kinds(tests=[on_training, {}]) == []
    assert kinds(tests=[on_training, {"trained_on": None}]) == []
    assert kinds(tests=[on_training], fit={"validation_rows": 6_000}) == []
    assert kinds(tests=[on_training], fit={"validation_rows": 6_000, "validation_trained_on": 1.0}) == [
        "evaluated_on_training_rows"
    ]


def test_word_numbers_belong_into_an_embedding():
    fed = {"fed": Fed(word_numbers=True)}
    assert kinds(IMDB, fit=fed) == ["word_numbers_in_dense"]
    assert kinds(IMDB, fit=fed, first="Embedding") == []
    assert kinds(IMDB, fit=fed, first="LSTM") == []

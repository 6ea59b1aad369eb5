from typing import Any

import pytest

from grader.courses.course import Course, bundled
from grader.marking.agreement import compare, spreads_of
from grader.records import (
    Choice,
    Claim,
    DataUsed,
    Evaluation,
    Evidence,
    Fed,
    Fit,
    Layer,
    Measurement,
    Model,
    Run,
)

FASHION, BOSTON, MNIST = (Course(bundled()).assignment(name) for name in ("fashion-mnist", "boston", "mnist"))
SOURCES = ["import keras", "model = keras.Sequential()\nmodel.summary()", "model.fit(x)", "model.evaluate(x_test)", ""]
SPREADS = {"deep": {"mae": 0.25, "mse": 4.0, "r2": 0.05}}
TEST = {"metric": "test_accuracy", "value": 0.9, "cell": 4, "of": "test"}


def model(number: int = 1, cells: tuple[int, int, int] = (2, 3, 4), variable: str = "model", **fields: Any) -> Model:
    """Made, trained and tested in these cells."""
    made, trained, tested = cells
    fit = {"cell": trained, "epochs_asked": 9, "epochs_granted": 9, "stopped": "finished", "seconds": 1}
    given = {
        "fits": [Fit(**fit | fields.pop("fit", {}))],
        "evaluations": [Evaluation(method="evaluate", cell=tested, rows=10_000, trained_on=fields.pop("known", 0.0))],
    }
    return Model(
        id=f"model-{number}",
        variable=variable,
        kind="Sequential",
        cell=made,
        layers=[Layer(name="dense", class_name="Dense", output_shape=(None, 10), parameters=100)],
        parameters=100,
        trainable_parameters=100,
        **given | fields,
    )


def compared(
    *claims: dict[str, Any],
    models: list[Model] | None = None,
    chosen: dict[str, str] | None = None,
    assignment=FASHION,
    metrics: dict[str, float] | None = None,
    sources: list[str] | None = None,
    stand_in: bool = False,
    spreads=SPREADS,
) -> list[Claim]:
    measured = [Measurement(tier="sealed", rows=5_000, metrics=metrics or {"accuracy": 0.9})]
    chosen = chosen or {assignment.networks[0].name: "model-1"}
    evidence = Evidence(
        assignment=assignment.name,
        data=DataUsed(
            name="x", stand_in=stand_in, fingerprint="", train_rows=60_000, test_rows=10_000, sealed_rows=5_000
        ),
        run=Run(status="finished", sentence="", isolation="wall"),
        cells=[],
        models=models or [model()],
        choices=[Choice(network=name, model=each, measurements=measured) for name, each in chosen.items()],
        claims=[Claim(text="", **claim) for claim in claims],
    )
    return compare(evidence, assignment, sources or SOURCES, spreads)


@pytest.mark.parametrize(
    ("value", "outcome"), [(0.9, "agrees"), (0.914, "agrees"), (0.93, "differs"), (0.87, "differs")]
)
def test_an_accuracy_agrees_within_the_chance_of_the_rows_which_is_stated(value: float, outcome: str):
    (claim,) = compared(TEST | {"value": value})
    assert (claim.outcome, claim.measured, claim.network) == (outcome, 0.9, "cnn")
    assert "up to 0.015 is no difference" in claim.because
    assert "5,000 rows" in claim.because


def test_a_documented_network_is_held_to_the_spread_of_its_calibration(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("grader.marking.agreement.is_same", lambda model, each, _: each.name == "cnn")
    (claim,) = compared(TEST | {"value": 0.93}, spreads={"cnn": {"accuracy": 0.02}})
    assert claim.outcome == "agrees"
    assert "the spread of the calibration" in claim.because


def test_errors_of_a_regression_are_held_to_the_spread_of_the_reference():
    metrics = {"mae": 2.4, "mse": 16.0, "r2": 0.8}
    told = [("test_mae", 2.9), ("test_mae", 9.0), ("test_rmse", 4.5), ("test_r2", 0.99)]
    claims = [{"metric": name, "value": value, "cell": 4, "of": "test"} for name, value in told]
    found = compared(*claims, assignment=BOSTON, metrics=metrics)
    assert [claim.outcome for claim in found] == ["agrees", "differs", "agrees", "differs"]
    (unknown,) = compared(claims[0], assignment=BOSTON, metrics=metrics, spreads={})
    assert "Nobody has measured" in unknown.because


def test_parameters_must_be_the_same():
    sized = {"metric": "parameters", "cell": 2}
    found = compared(sized | {"value": 100}, sized | {"value": 120})
    assert [claim.outcome for claim in found] == ["agrees", "differs"]


SCALED = {"assignment": BOSTON, "metrics": {"mae": 2.0}, "models": [model(fit={"fed": Fed(target_scale=0.02)})]}
LATER = [*model().fits, *model(cells=(2, 5, 5)).fits]


@pytest.mark.parametrize(
    ("claim", "setting", "because"),
    [
        ({"metric": "accuracy", "of": "training"}, {}, "rows trained on"),
        ({"metric": "accuracy", "of": "unknown"}, {"models": [model(known=1.0)]}, "rows trained on"),
        ({"metric": "val_accuracy", "of": "validation", "cell": 3}, {}, "own validation rows"),
        ({"metric": "accuracy", "of": "unknown", "cell": 5}, {}, "does not say on which rows"),
        ({"metric": "test_loss"}, {}, "does not measure the loss"),
        ({"metric": "test_mae", "value": 0.1}, SCALED, "scaled the target"),
        ({}, {"stand_in": True}, "Small digits"),
        ({"value": 0.5}, {"models": [model(fit={"stopped": "verdict", "epochs_granted": 3})]}, "after 3 of 9 epochs"),
        ({"cell": 1}, {}, "No Keras model was trained before cell 1"),
        ({}, {"models": [model(fits=LATER)]}, "trained on in cell 5"),
        ({"cell": 5}, {"sources": [*SOURCES[:4], "linear.predict(x_test)"]}, "No Keras model was trained or tested"),
        ({}, {"chosen": {"cnn": "model-2"}, "models": [model(), model(2, (5, 5, 5))]}, "another network was taken"),
        ({}, {"models": [model(), model(2, (2, 3, 4), "other")]}, "several networks"),
    ],
)
def test_what_cannot_be_compared_says_why(claim: dict[str, Any], setting: dict[str, Any], because: str):
    (found,) = compared(TEST | claim, **setting)
    assert found.outcome == "not_compared"
    assert because in found.because


def test_a_figure_without_rows_is_of_the_test_where_its_cell_tests():
    (claim,) = compared(TEST | {"metric": "accuracy", "of": "unknown"})
    assert claim.outcome == "agrees"


def test_validation_data_that_are_test_rows_are_compared():
    trained = model(fit={"validation_from": {"train": 0, "test": 256}})
    (claim,) = compared(TEST | {"metric": "val_accuracy", "of": "validation", "cell": 3}, models=[trained])
    assert claim.outcome == "agrees"


def test_of_two_networks_each_claim_belongs_to_the_cell_that_trained_or_tested_it():
    networks = [model(1, (1, 2, 2), "shallow"), model(2, (3, 4, 4), "cnn")]
    chosen = {"shallow": "model-1", "cnn": "model-2"}
    claims = [
        TEST | {"cell": 2},
        TEST | {"cell": 4},
        TEST | {"cell": 5},
        {"metric": "parameters", "value": 1, "cell": 3},
    ]
    found = compared(*claims, models=networks, chosen=chosen, assignment=MNIST, sources=[""] * 5)
    assert [claim.network for claim in found] == ["shallow", "cnn", "cnn", "cnn"]


def test_the_spread_is_that_of_all_runs_of_a_reference():
    course = Course(bundled())
    spreads = spreads_of(course.calibrations(course.assignment("boston")))
    assert 0.1 < spreads["deep"]["mae"] < 0.5

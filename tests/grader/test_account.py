"""Honest notebooks' accounts hold, forged ones are told; marks are the judge's either way."""

from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import pytest

from grader.judging.account import allowed, discrepancies, in_words
from grader.pipeline import Desk, grade_notebook
from grader.records import Discrepancy, Evidence, Fed, Fit, Grade, Measurement, Model
from grader.running.execute import as_claimed
from tests.conftest import Write

from . import samples_for_reports as samples

TITLE = "The notebook's account of itself does not hold"
LOAD = """
import keras
(x, y), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
x, x_test = x / 255, x_test / 255
"""
MODEL = """
model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
"""
FORGED = {
    "the layer table": (
        """
        from grader.inside import describe
        true_facts = describe.layer_facts
        describe.layer_facts = lambda layer: {**true_facts(layer), "parameters": 241_546, "class_name": "Conv2D"}
        """,
        "class name of layer",
    ),
    "the parameters": (
        """
        from grader.inside import describe
        describe.count = lambda weights: 241_546
        """,
        "the number of parameters: 241,546 by its own account, 7,850 by the judge's",
    ),
    "the result of evaluate()": (
        """
        from grader.inside import recorder
        recorder.figures = lambda logs: {"accuracy": 0.9731}
        """,
        "0.9731 by its own account",
    ),
    "the record itself": (
        """
        import gc, json
        from grader.inside.recorder import Recorder
        (own,) = [thing for thing in gc.get_objects() if type(thing) is Recorder]
        write = own.write
        def forge():
            write()
            record = json.loads((own.out / "record.json").read_text())
            for model in record["models"]:
                model["layers"] = [{"name": "conv", "class_name": "Conv2D", "parameters": 320, "settings": {}}] * 11
            (own.out / "record.json").write_text(json.dumps(record))
        own.write = forge
        """,
        "the number of layers: 11 by its own account, 2 by the judge's",
    ),
}


@pytest.fixture
def graded(desk: Desk, write_notebook: Write, tmp_path: Path):
    """Grade these cells with a second of training."""

    def grade(*cells: str) -> tuple[Grade, Evidence]:
        brief = replace(desk, limits=desk.limits.model_copy(update={"training_seconds": 1}))
        path = write_notebook(*(dedent(cell) for cell in cells))
        folder = grade_notebook(path, brief, tmp_path / "out").folder
        evidence = Evidence.model_validate_json((folder / "evidence.json").read_bytes())
        return Grade.model_validate_json((folder / "grade.json").read_bytes()), evidence

    return grade


# -- Notebooks ---------------------------------------------------------------------------------------------------------

HONEST = {
    "trained and tested": (MODEL, "model.fit(x, y, epochs=1)", "model.evaluate(x_test, y_test)"),
    "trained again after the test": (
        MODEL,
        "model.fit(x, y, epochs=1)\nmodel.evaluate(x_test, y_test)",
        "model.fit(x, y, epochs=1)",
    ),
    "weights put back after the test": (
        MODEL,
        "first = model.get_weights()\nmodel.fit(x, y, epochs=1)",
        "model.evaluate(x_test, y_test)\nmodel.set_weights(first)",
    ),
    "built by fit(), with an activation of TensorFlow and noise": (
        """
        import tensorflow as tf
        from keras import layers
        model = keras.Sequential([layers.Reshape((28, 28, 1)), layers.Conv2D(4, 3, strides=2), layers.LeakyReLU(),
            layers.BatchNormalization(), layers.Flatten(), layers.GaussianNoise(0.1), layers.Dropout(0.2),
            layers.Dense(10, activation=tf.nn.softmax)])
        model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
        """,
        "model.fit(x, y, epochs=1)\nmodel.evaluate(x, y)",
    ),
    "a model in a model, frozen later": (
        """
        base = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(16)])
        model = keras.Sequential([base, keras.layers.Dense(10, activation="softmax")])
        model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
        model.fit(x, keras.utils.to_categorical(y, 10), epochs=1)
        base.trainable = False
        model.evaluate(x_test, keras.utils.to_categorical(y_test, 10))
        """,
    ),
    "tested on a few rows and in steps": (
        MODEL,
        "model.fit(x, y, epochs=1)\nmodel.evaluate(x_test[:30], y_test[:30])\nmodel.evaluate(x, y, steps=2)",
    ),
}


@pytest.mark.parametrize("cells", HONEST.values(), ids=HONEST)
def test_what_an_honest_notebook_says_of_itself_holds(graded, cells: tuple[str, ...]):
    grade, evidence = graded(LOAD, *cells)
    assert [cell.error for cell in evidence.cells if cell.error] == []
    assert evidence.model.rebuilt
    assert evidence.model.discrepancies == []
    assert TITLE not in [flag.title for flag in grade.flags]


@pytest.mark.parametrize(("forge", "told"), FORGED.values(), ids=FORGED)
def test_a_forged_account_is_told_and_earns_nothing(graded, forge: str, told: str):
    grade, evidence = graded(LOAD, forge, MODEL, "model.fit(x, y, epochs=1)\nmodel.evaluate(x_test, y_test)")
    assert [cell.error for cell in evidence.cells if cell.error] == []
    (flag,) = [flag for flag in grade.flags if flag.title == TITLE]
    assert told in flag.detail
    assert "Marks rest on what the judge found." in flag.detail
    assert (evidence.model.parameters, [layer.class_name for layer in evidence.model.layers]) == (
        7_850,
        ["Flatten", "Dense"],
    )
    assert evidence.measurement.metrics["accuracy"] < 0.96
    assert grade.columns["Answers"].criteria[0].outcome != "earned"


# -- Figures -----------------------------------------------------------------------------------------------------------


def test_a_notebook_cannot_write_the_judges_words_into_its_account():
    forged = (
        samples.good()
        .evidence.models[0]
        .model_copy(
            update={
                "rebuilt": True,
                "discrepancies": [Discrepancy(what="all", said="well", found="well")],
                "fits": [Fit(epochs_asked=1, epochs_granted=1, stopped="finished", seconds=1, fed=Fed(fractions=True))],
            }
        )
    )
    claimed = as_claimed(forged)
    assert (claimed.rebuilt, claimed.discrepancies, claimed.fits[0].fed) == (False, [], Fed())


def told_of(said: float, found: float, rows: int = 10_000, weights: float | None = 1.0, **changed: object) -> list[str]:
    """What is told of an evaluate() that said one accuracy where the judge finds another on 1,000 of its rows."""
    model = samples.good().evidence.models[0]
    call = {"method": "evaluate", "cell": 8, "rows": rows, "results": {"accuracy": said}, "weights": weights}
    model = Model.model_validate({**model.model_dump(), "evaluations": [call], **changed})
    here = Measurement(tier="own_arrays", rows=min(rows, 1_000), metrics={"accuracy": found})
    return [each.what for each in discrepancies(model, model, 1.0, here)]


def test_rounding_and_the_chance_of_a_sample_are_no_disagreement():
    assert told_of(0.9031, 0.9035) == []
    assert told_of(0.90, 0.94) == []
    assert told_of(0.9031, 0.9041, rows=1_000) == []
    assert told_of(0.99, 0.90) == ["accuracy on 1,000 of the rows given to evaluate() in cell 8"]
    assert told_of(0.92, 0.90, rows=1_000) == ["accuracy on 1,000 of the rows given to evaluate() in cell 8"]


def test_figures_of_other_weights_are_not_compared():
    assert told_of(0.99, 0.10, weights=2.0) == told_of(0.99, 0.10, weights=None) == []


def test_an_account_of_a_model_before_it_was_built_says_nothing_of_its_size():
    model = samples.good().evidence.models[0]
    early = model.model_copy(update={"output_shape": None, "parameters": 0, "layers": model.layers[:3]})
    assert discrepancies(early, model) == []


def test_errors_are_compared_where_all_rows_are_known():
    assert allowed("mae", 2.5, 2.5, 102, 102) < 0.003
    assert allowed("mae", 2.5, 2.5, 102, 400) == float("inf")


def test_the_first_discrepancies_are_told_and_the_others_counted():
    found = [Discrepancy(what=f"units of layer {number}", said="64", found="32") for number in range(5)]
    assert in_words(found, 2) == (
        "units of layer 0: 64 by its own account, 32 by the judge's; "
        "units of layer 1: 64 by its own account, 32 by the judge's; and 3 more"
    )

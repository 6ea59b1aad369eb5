import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from grader.claims import find_claims


def claims(printed: str, source: str = "model.evaluate(x_test, y_test)", result: str | None = None):
    outputs = [new_output("stream", text=printed)]
    if result is not None:
        outputs.append(new_output("execute_result", data={"text/plain": result}))
    cells = [new_markdown_cell("# Title"), new_code_cell("import keras"), new_code_cell(source, outputs=outputs)]
    return find_claims(new_notebook(cells=cells))


def figures(printed: str, source: str = "print(score)") -> list[tuple[str, float]]:
    return [(claim.metric, claim.value) for claim in claims(printed, source)]


def bar_of_keras_3(step: str, metrics: str) -> str:
    return f"\x1b[1m{step}\x1b[0m \x1b[32m━━━━\x1b[0m\x1b[37m━━\x1b[0m \x1b[1m7s\x1b[0m 3ms/step - {metrics}"


def test_a_claim_names_its_code_cell_and_line():
    (claim,) = claims("Test accuracy: 0.9057\n")
    assert (claim.cell, claim.metric, claim.value, claim.text) == (2, "test_accuracy", 0.9057, "Test accuracy: 0.9057")


def test_of_a_training_with_keras_3_the_last_state_of_the_last_epoch_counts():
    last = "accuracy: 0.8765 - loss: 0.345 - val_accuracy: 0.9 - val_loss: 0.3"
    states = [bar_of_keras_3("1/5", "accuracy: 0.1 - loss: 2.3"), bar_of_keras_3("5/5", "accuracy: 0.5 - loss: 1.1")]
    epochs = "Epoch 1/2\n\r" + ("\b" * 70 + "\r").join(states) + "\nEpoch 2/2\n\r" + bar_of_keras_3("5/5", last) + "\n"
    expected = [("accuracy", 0.8765), ("loss", 0.345), ("val_accuracy", 0.9), ("val_loss", 0.3)]
    assert figures(epochs, "model.fit(x, y, validation_data=(x_test, y_test))") == expected


def test_training_and_evaluation_with_keras_2_are_told_apart():
    printed = (
        "Epoch 1/1\n1875/1875 [====>.] - ETA: 0s - loss: 0.6 - acc: 0.7\n"
        "Epoch 00001: val_loss improved from inf to 0.35, saving model\n"
        "1875/1875 [======] - 7s 4ms/step - loss: 0.5 - acc: 0.8 - val_loss: 0.35 - val_acc: 0.87\n"
        "313/313 [======] - 1s 2ms/step - loss: 0.3511 - acc: 0.8733\n"
    )
    assert figures(printed, "model.fit(x); model.evaluate(x_test)") == [
        ("loss", 0.5),
        ("accuracy", 0.8),
        ("val_loss", 0.35),
        ("val_accuracy", 0.87),
        ("test_loss", 0.3511),
        ("test_accuracy", 0.8733),
    ]


def test_every_training_of_a_cell_is_kept():
    once = "Epoch 1/2\n7/7 - 0s - loss: 0.9\nEpoch 2/2\n7/7 - 0s - loss: {}\n"
    assert figures(once.format(0.5) + once.format(0.4)) == [("loss", 0.5), ("loss", 0.4)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Accuracy: 98.21%", ("accuracy", 0.9821)),
        ("Accuracy of the model is 90.5 %", ("accuracy", 0.905)),
        ("Test Accuracy = 91.2", ("test_accuracy", 0.912)),
        ("Validation acc: 0.9.", ("val_accuracy", 0.9)),
        ("Training accuracy: 1.0", ("accuracy", 1.0)),
        ("sparse_categorical_accuracy: 8.9e-01", ("accuracy", 0.89)),
        ("Mean Absolute Error (MAE): 2.267", ("mae", 2.267)),
        ("Root mean squared error: 3.32", ("rmse", 3.32)),
        ("R2 Score : 0.8813", ("r2", 0.8813)),
        ("    accuracy                           0.90     10000", ("accuracy", 0.9)),
    ],
)
def test_a_printed_figure_is_read_in_its_usual_forms(line, expected):
    ((metric, value),) = figures(f"{line}\n")
    assert (metric, round(value, 6)) == expected


@pytest.mark.parametrize(
    "line",
    ["Top 5 accuracy: 0.99", "accuracy: nan", "Version: 2.21", "Accuracy: 10000", "Epoch 3: loss improved", "loss"],
)
def test_other_figures_are_no_claims(line):
    assert figures(f"{line}\n") == []


def test_what_evaluate_returns_is_read_as_loss_and_accuracy():
    found = claims("", "model.evaluate(x_test, y_test)", result="[0.2606, 0.9031]")
    assert [(claim.metric, claim.value) for claim in found] == [("test_loss", 0.2606), ("test_accuracy", 0.9031)]
    assert claims("", "[a, b]", result="[0.2606, 0.9031]") == []
    assert claims("", "model.evaluate(x_test)", result="[10.57, 2.26]") == []


def test_a_long_output_is_read_at_both_ends():
    found = figures("accuracy: 0.1\n" + "x\n" * 200_000 + "accuracy: 0.9\n")
    assert found == [("accuracy", 0.1), ("accuracy", 0.9)]


@pytest.mark.parametrize(
    "piece", ["accuracy: 0.5\n", "accuracy: ", ": 1", "1/1 x", "\b", "\x1b[", " ", "[1, ", "a is "]
)
def test_hostile_output_is_bounded(piece):
    assert len(claims(piece * 100_000)) <= 200

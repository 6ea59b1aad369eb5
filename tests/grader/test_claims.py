import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from grader.marking.claims import find_claims, saved_state


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


def test_lines_of_an_old_keras_below_their_epochs_are_of_the_training():
    once = "Epoch {}/2\n - 3s - loss: 0.{} - acc: 0.9 - val_loss: 0.3 - val_acc: 0.8\n"
    (loss, *_) = claims(once.format(1, 4) + once.format(2, 2), "model.fit(x, y, validation_data=(x_test, y_test))")
    assert (loss.metric, loss.value, loss.of) == ("loss", 0.2, "training")
    assert len(figures(once.format(1, 4) + once.format(2, 2))) == 4


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Accuracy: 98.21%", ("accuracy", 0.9821)),
        ("Test accuracy 0.9057", ("test_accuracy", 0.9057)),
        ("AUC 0.9601 on the test rows", ("auc", 0.9601)),
        ("{'R2': np.float64(0.81)}", ("r2", 0.81)),
        ("binary_accuracy = 0.87", ("accuracy", 0.87)),
        ("Accuracy: 0.98 %", ("accuracy", 0.98)),
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
    [
        "Top 5 accuracy: 0.99",
        "accuracy: nan",
        "Version: 2.21",
        "Accuracy: 10000",
        "Epoch 3: loss improved",
        "loss",
        "MAE  3.4  2.27",
    ],
)
def test_other_figures_are_no_claims(line):
    assert figures(f"{line}\n") == []


def test_what_evaluate_returns_is_read_as_loss_and_accuracy():
    found = claims("", "model.evaluate(x_test, y_test)", result="[0.2606, 0.9031]")
    assert [(claim.metric, claim.value) for claim in found] == [("test_loss", 0.2606), ("test_accuracy", 0.9031)]
    assert claims("", "[a, b]", result="[0.2606, 0.9031]") == []
    assert claims("", "model.evaluate(x_test)", result="[10.57, 2.26]") == []


def of_rows(printed: str, source: str, result: str | None = None) -> list[tuple[str, float, str]]:
    return [(claim.metric, claim.value, claim.of) for claim in claims(printed, source, result)]


@pytest.mark.parametrize(
    ("source", "printed", "expected"),
    [
        ("accuracy_score(y_test, y_pred)", "0.9057", ("test_accuracy", 0.9057, "test")),
        ("acc = accuracy_score(y, p)\nprint(acc)", "0.9057\n", ("accuracy", 0.9057, "unknown")),
        ("print(model.evaluate(x_test, y_test, verbose=0)[1])", "0.87\n", ("test_accuracy", 0.87, "test")),
        ("print(model.evaluate(x_train, y_train)[1])", "0.99\n", ("accuracy", 0.99, "training")),
        ("print(round(test_acc * 100, 2))", "90.57\n", ("test_accuracy", 0.9057, "test")),
        ("np.sqrt(mean_squared_error(y_test, p))", "np.float64(3.32)", ("test_rmse", 3.32, "test")),
        ("history.history['val_accuracy'][-1]", "0.91", ("val_accuracy", 0.91, "validation")),
        ("model.count_params()", "241546", ("parameters", 241_546, "unknown")),
    ],
)
def test_a_bare_figure_is_what_the_code_computes(source: str, printed: str, expected: tuple[str, float, str]):
    found = of_rows(printed, source) if "print(" in source else of_rows("", source, printed)
    assert found == [expected]


@pytest.mark.parametrize(
    "source", ["print(acc)\nprint(val_acc)", "print('done')", "x_test.mean()", "print(x); print(y)"]
)
def test_a_bare_figure_of_something_else_is_no_claim(source: str):
    assert of_rows("0.5\n", source) == []
    assert of_rows("", "x_test.mean()", "0.5") == []


def test_a_line_that_compares_two_evaluations_is_no_claim():
    for others in ("x_train, y_train", "x_val, y_val"):
        source = f"model.evaluate({others})[1] - model.evaluate(x_test, y_test)[1]"
        assert of_rows("", source, "0.02") == of_rows("0.02\n", f"print({source})") == []


def test_a_list_is_read_by_the_metrics_that_compile_was_given():
    cells = [
        new_code_cell("model.compile(loss='mse', metrics=['mae', 'mse'])"),
        new_code_cell("model.evaluate(x_test, y_test)", outputs=[new_output("execute_result")]),
    ]
    cells[1].outputs[0].data = {"text/plain": "[10.57, 2.27, 10.57]"}
    found = find_claims(new_notebook(cells=cells))
    assert [(claim.metric, claim.value) for claim in found] == [
        ("test_loss", 10.57),
        ("test_mae", 2.27),
        ("test_mse", 10.57),
    ]


def test_a_list_is_read_by_the_names_before_it():
    expected = [("test_loss", 0.26), ("test_accuracy", 0.9)]
    assert figures("test loss, test acc: [0.26, 0.9]\n") == expected
    assert figures("Loss and accuracy: [0.26, 0.9]\n") == [("loss", 0.26), ("accuracy", 0.9)]
    assert figures("shape: (28, 28)\n") == []


def test_a_bar_of_evaluate_is_of_the_rows_that_the_call_names():
    bar = "313/313 [======] - 1s 2ms/step - loss: {} - accuracy: {}\n"
    source = "model.evaluate(x_train, y_train)\nmodel.evaluate(x_test, y_test)"
    assert of_rows(bar.format(0.1, 0.99) + bar.format(0.3, 0.9), source) == [
        ("loss", 0.1, "training"),
        ("accuracy", 0.99, "training"),
        ("test_loss", 0.3, "test"),
        ("test_accuracy", 0.9, "test"),
    ]


KERAS_2 = """Model: "sequential"
_________________________________________________________________
 Layer (type)                Output Shape              Param #
=================================================================
 dense (Dense)               (None, 64)                50240
=================================================================
Total params: 50890 (198.79 KB)
Trainable params: 50890 (198.79 KB)
"""
KERAS_3 = (
    "┃\x1b[1m Layer (type)     ┃ Output Shape  ┃    Param # \x1b[0m┃\n"
    "\x1b[1m Total params: \x1b[0m\x1b[38;5;34m152,672\x1b[0m (596.38 KB)\n"
    "\x1b[1m Trainable params: \x1b[0m\x1b[38;5;34m50,890\x1b[0m (198.79 KB)\n"
    "\x1b[1m Optimizer params: \x1b[0m\x1b[38;5;34m101,782\x1b[0m (397.59 KB)\n"
)


@pytest.mark.parametrize("summary", [KERAS_2, KERAS_3, "Total params: 50,890\n"])
def test_the_size_of_a_model_is_read_from_its_summary_without_what_the_optimizer_holds(summary: str):
    assert of_rows(summary, "model.summary()") == [("parameters", 50_890, "unknown")]


HISTORY = """       loss  accuracy  val_loss  val_accuracy
0  0.593700    0.7826    0.4012        0.8536
..      ...       ...       ...           ...
9  0.214600    0.9189    0.2606        0.9031
"""
HTML = (
    "<div><table><thead><tr><th></th><th>loss</th><th>accuracy</th><th>val_loss</th><th>val_accuracy</th></tr></thead>"
    "<tbody><tr><th>0</th><td>0.59</td><td>0.7826</td><td>0.4012</td><td>0.8536</td></tr>"
    "<tr><th>9</th><td>0.2146</td><td>0.9189</td><td>0.2606</td><td>0.9031</td></tr></tbody></table></div>"
)


def test_of_a_table_of_the_history_the_last_epoch_counts_in_text_and_html():
    expected = [
        ("loss", 0.2146, "training"),
        ("accuracy", 0.9189, "training"),
        ("val_loss", 0.2606, "validation"),
        ("val_accuracy", 0.9031, "validation"),
    ]
    assert of_rows(HISTORY, "print(pd.DataFrame(history.history))") == expected
    cell = new_code_cell("pd.DataFrame(history.history)", outputs=[new_output("execute_result")])
    cell.outputs[0].data = {"text/plain": HISTORY, "text/html": HTML}
    found = find_claims(new_notebook(cells=[cell]))
    assert [(claim.metric, claim.value, claim.of) for claim in found] == expected


def test_rows_of_another_table_keep_their_names():
    html = HTML.replace("<th>0</th>", "<th>shallow</th>").replace("<th>9</th>", "<th>cnn</th>")
    cell = new_code_cell("comparison", outputs=[new_output("execute_result")])
    cell.outputs[0].data = {"text/plain": "", "text/html": html}
    found = [claim.text for claim in find_claims(new_notebook(cells=[cell])) if claim.metric == "accuracy"]
    assert found == ["row shallow: accuracy 0.7826", "row cnn: accuracy 0.9189"]


def test_cells_that_were_run_out_of_order_and_saved_errors_are_noted():
    cells = [new_code_cell(execution_count=count) for count in (1, 5, None, 3, 7)]
    cells[4].outputs = [new_output("error", ename="NameError", evalue="x", traceback=[])]
    state = saved_state(new_notebook(cells=cells))
    assert (state.out_of_order, state.errors) == ([4], [5])
    in_order = saved_state(new_notebook(cells=[new_code_cell(execution_count=count) for count in (2, 3, 9)]))
    assert (in_order.out_of_order, in_order.errors) == ([], [])


def test_a_long_output_is_read_at_both_ends():
    found = figures("accuracy: 0.1\n" + "x\n" * 200_000 + "accuracy: 0.9\n")
    assert found == [("accuracy", 0.1), ("accuracy", 0.9)]


@pytest.mark.parametrize(
    "piece",
    [
        "accuracy: 0.5\n",
        "accuracy: ",
        ": 1",
        "1/1 x",
        "\b",
        "\x1b[",
        " ",
        "[1, ",
        "a is ",
        "acc 1.0 ",
        "Total params: 1\n",
        "0 1\n",
    ],
)
def test_hostile_output_is_bounded(piece):
    assert len(claims(piece * 100_000)) <= 200

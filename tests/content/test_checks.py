"""The checks of fashion-mnist, and those of all assignments, on hand-made evidence: each fault is found where it is."""

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from grader.courses.course import Course
from grader.courses.reference import Threshold
from grader.courses.sheet import Assignment
from grader.marking.checks import run_checks
from grader.records import (
    CellError,
    CellRun,
    CheckResult,
    Compiled,
    Evaluation,
    Evidence,
    Layer,
    OldName,
    QualityFinding,
    Run,
    WrittenAnswer,
)

from .samples_for_checks import (
    CONFUSION,
    Judge,
    documented_layers,
    evidence_for,
    fit_of,
    judge_with,
    layer,
    measured,
    model_of,
)


@pytest.fixture(scope="module")
def judge(course: Course, assignment: Assignment) -> Judge:
    return judge_with(course, assignment, {"accuracy": Threshold(floor=0.80, full=0.90)})


@pytest.fixture(scope="module")
def documented(assignment: Assignment) -> list[Layer]:
    return documented_layers(assignment)


@pytest.fixture
def evidence_of(assignment: Assignment) -> Callable[..., Evidence]:
    return partial(evidence_for, assignment)


# -- All checks together -----------------------------------------------------------------------------------------------


def test_a_good_notebook_passes_every_check(judge: Judge, evidence_of: Any) -> None:
    results = judge(evidence_of())
    assert len(results) == 17
    assert {name: result.status for name, result in results.items() if result.status != "passed"} == {}
    assert all(result.expected and result.found for result in results.values())


def test_each_criterion_of_the_rubric_has_checks_and_no_check_another(
    judge: Judge, evidence_of: Any, course: Course, assignment: Assignment
) -> None:
    columns = course.rubric(assignment).columns
    listed = {criterion.id for column in columns if column.source == "checks" for criterion in column.criteria}
    assert {result.criterion for result in judge(evidence_of()).values()} == listed


def test_each_check_says_in_a_sentence_what_it_asks(judge: Judge, evidence_of: Any) -> None:
    titles = {result.title for result in judge(evidence_of()).values()}
    assert all(title.endswith(".") and not title.startswith("test_") for title in titles)
    assert len(titles) == len(judge(evidence_of()))


def test_only_what_lies_in_reference_is_hidden(judge: Judge, evidence_of: Any) -> None:
    hidden = {name for name, result in judge(evidence_of()).items() if result.visibility == "hidden"}
    assert hidden == {"test_parameter_counts", "test_output_shapes", "test_accuracy", "test_every_class"}


def test_the_record_sheet_is_the_manuals(course: Course, assignment: Assignment) -> None:
    rubric = course.rubric(assignment)
    assert [column.name for column in rubric.columns] == ["Answers", "Coding Efficiency", "Viva", "Timely Completion"]
    assert [column.marks for column in rubric.columns] == [5, 5, 5, 5]


@pytest.mark.parametrize("empty", [{"models": [], "model": None, "measurements": []}, {"cells": [], "code_lines": 0}])
def test_nothing_to_judge_is_never_our_fault(judge: Judge, evidence_of: Any, empty: dict[str, Any]) -> None:
    results = judge(evidence_of(**empty)).values()
    assert not [result.id for result in results if result.status == "broken"]
    assert any(result.status == "failed" for result in results)


def test_an_empty_model_is_the_students_to_mend(judge: Judge, evidence_of: Any, documented: list[Layer]) -> None:
    empty = model_of(documented).model_copy(
        update={"layers": [], "input_shape": None, "output_shape": None, "parameters": 0}
    )
    results = judge(evidence_of(models=[empty]))
    assert results["test_output_layer"].found == "an empty one"
    assert not [name for name, result in results.items() if result.status == "broken"]


def test_a_model_that_was_never_trained_is_told_to_call_fit(
    judge: Judge, evidence_of: Any, documented: list[Layer]
) -> None:
    results = judge(evidence_of(models=[model_of(documented, fits=[], evaluations=[])], measurements=[]))
    for name in ("test_accuracy", "test_epochs", "test_trained_without_test_rows", "test_evaluated_on_unseen_rows"):
        assert "no call of fit()" in results[name].found
    assert results["test_output_shapes"].status == "passed"


# -- Architecture: the rules that the sheet prints ---------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(None, 28, 28, 1), (None, 28, 28), (None, 784), (None, None, None, 1)])
def test_every_shape_of_the_sheet_is_accepted(
    judge: Judge, evidence_of: Any, documented: list[Layer], shape: tuple[int | None, ...]
) -> None:
    assert judge(evidence_of(models=[model_of(documented, input_shape=shape)]))["test_input_shape"].status == "passed"


def test_another_input_shape_is_named(judge: Judge, evidence_of: Any, documented: list[Layer]) -> None:
    result = judge(evidence_of(models=[model_of(documented, input_shape=(None, 32, 32, 3))]))["test_input_shape"]
    assert result.status == "failed"
    assert "(28, 28, 1), (28, 28) or (784,)" in result.expected
    assert "(32, 32, 3)" in result.found


@pytest.mark.parametrize(
    ("units", "activation", "share"), [(10, "sigmoid", 0.5), (10, None, 0.5), (1, "softmax", 0.0), (9, "softmax", 0.0)]
)
def test_a_wrong_last_layer_is_named(
    judge: Judge, evidence_of: Any, documented: list[Layer], units: int, activation: str | None, share: float
) -> None:
    layers = [*documented[:-1], layer("Dense", (units,), 129 * units, activation)]
    result = judge(evidence_of(models=[model_of(layers)]))["test_output_layer"]
    assert result.share == share
    assert f"{units} {activation or 'linear'} unit" in result.found


@pytest.mark.parametrize(
    "end",
    [
        [layer("Dense", (10,), 1_290, "linear"), layer("Softmax", (10,))],
        [layer("Dense", (10,), 1_290, "linear"), layer("Activation", (10,), 0, "softmax")],
    ],
)
def test_softmax_in_a_layer_of_its_own_is_softmax(
    judge: Judge, evidence_of: Any, documented: list[Layer], end: list[Layer]
) -> None:
    results = judge(evidence_of(models=[model_of([*documented[:-1], *end])]))
    assert {result.status for result in results.values()} == {"passed"}


def test_logits_with_the_loss_for_logits_are_right(judge: Judge, evidence_of: Any, documented: list[Layer]) -> None:
    layers = [*documented[:-1], layer("Dense", (10,), 1_290, "linear")]
    compiled = Compiled(optimizer="adam", loss="SparseCategoricalCrossentropy(from_logits=True)")
    results = judge(evidence_of(models=[model_of(layers, compiled=compiled)]))
    assert results["test_output_layer"].status == results["test_loss"].status == "passed"


@pytest.mark.parametrize(
    ("loss", "share"),
    [
        ("categorical_crossentropy", 1.0),
        ("CategoricalCrossentropy()", 1.0),
        ("sparse_categorical_crossentropy(from_logits=True)", 0.5),
        ("mean_squared_error", 0.0),
        ("binary_crossentropy", 0.0),
        (None, 0.0),
    ],
)
def test_a_loss_fits_or_does_not(
    judge: Judge, evidence_of: Any, documented: list[Layer], loss: str | None, share: float
) -> None:
    result = judge(evidence_of(models=[model_of(documented, compiled=Compiled(loss=loss))]))["test_loss"]
    assert result.share == share
    assert (loss or "no loss") in result.found


def test_a_dense_network_lacks_convolutions(judge: Judge, evidence_of: Any) -> None:
    dense = [layer("Flatten", (784,)), layer("Dense", (64,), 50_240, "relu"), layer("Dense", (10,), 650, "softmax")]
    results = judge(evidence_of(models=[model_of(dense, input_shape=(None, 28, 28))]))
    failed = {name for name, result in results.items() if result.status == "failed"}
    assert failed == {"test_convolutions", "test_parameter_counts", "test_output_shapes"}
    assert results["test_convolutions"].found == "no Conv2D"


def test_a_sheet_that_asks_for_no_convolutions_takes_none_away(
    course: Course, assignment: Assignment, evidence_of: Any
):
    free = assignment.model_copy(update={"networks": [assignment.network.model_copy(update={"required_layers": {}})]})
    dense = [layer("Flatten", (784,)), layer("Dense", (10,), 7_850, "softmax")]
    (file,) = [path for path in course.check_files(assignment, course.rubric(assignment)) if "visible" in path.name]
    results = run_checks([file], evidence_of(models=[model_of(dense)]), free, {})
    assert {result.id: result.status for result in results}["test_convolutions"] == "passed"


def test_a_network_over_the_budget_is_told_its_largest_layer(judge: Judge, evidence_of: Any) -> None:
    large = [
        layer("Conv2D", (26, 26, 32), 320, "relu"),
        layer("Conv2D", (24, 24, 64), 18_496, "relu"),
        layer("Flatten", (36_864,)),
        layer("Dense", (128,), 4_718_720, "relu"),
        layer("Dense", (10,), 1_290, "softmax"),
    ]
    result = judge(evidence_of(models=[model_of(large)]))["test_parameter_budget"]
    assert "1,500,000" in result.expected
    assert "4,738,826, of them 4,718,720 in `dense`" in result.found


# -- Architecture: the documented network or one of the student's own --------------------------------------------------


def architecture(results: dict[str, CheckResult]) -> set[str]:
    return {result.status for result in results.values() if result.criterion == "architecture"}


def test_other_writings_of_the_documented_network_are_the_same(
    judge: Judge, evidence_of: Any, documented: list[Layer]
) -> None:
    front = [layer("InputLayer", (28, 28)), layer("Reshape", (28, 28, 1)), layer("Normalization", (28, 28, 1), 3)]
    convolution = [layer("Conv2D", (26, 26, 32), 320, "linear"), layer("Activation", (26, 26, 32), 0, "relu")]
    middle = [layer("AveragePooling2D", (13, 13, 32)), *documented[3:7], layer("Reshape", (1152,)), *documented[8:]]
    results = judge(evidence_of(models=[model_of([*front, *convolution, *middle], input_shape=(None, 28, 28))]))
    assert architecture(results) == {"passed"}
    assert results["test_parameter_counts"].found == "241,546"


@pytest.mark.parametrize("widths", [(32, 64, 64, 64), (16, 32, 64, 128), (64, 128, 256, 64)])
def test_a_network_of_ones_own_within_the_rules_gets_full_marks(
    judge: Judge, evidence_of: Any, widths: tuple[int, ...]
) -> None:
    one, two, three, four = widths
    own = [
        layer("Conv2D", (26, 26, one), 10 * one, "relu"),
        layer("MaxPooling2D", (13, 13, one)),
        layer("Conv2D", (11, 11, two), (9 * one + 1) * two, "relu"),
        layer("MaxPooling2D", (5, 5, two)),
        layer("Conv2D", (3, 3, three), (9 * two + 1) * three, "relu"),
        layer("Flatten", (9 * three,)),
        layer("Dense", (four,), (9 * three + 1) * four, "relu"),
        layer("Dense", (10,), (four + 1) * 10, "softmax"),
    ]
    results = judge(evidence_of(models=[model_of(own)]))
    assert architecture(results) == {"passed"}
    assert "one of your own that keeps the sheet's rules" in results["test_output_shapes"].found


def test_batch_normalisation_makes_a_network_ones_own(judge: Judge, evidence_of: Any, documented: list[Layer]) -> None:
    layers = [documented[0], layer("BatchNormalization", (26, 26, 32), 128), *documented[1:]]
    assert architecture(judge(evidence_of(models=[model_of(layers)]))) == {"passed"}


def replaced(documented: list[Layer], **rows: Layer) -> list[Layer]:
    """The documented network with other rows: row_3 is the fourth."""
    layers = list(documented)
    for name, row in rows.items():
        layers[int(name.removeprefix("row_"))] = row
    return layers


def test_one_more_pooling_is_named_as_the_cause(judge: Judge, evidence_of: Any, documented: list[Layer]) -> None:
    pooled = [*documented[:7], layer("MaxPooling2D", (1, 1, 128)), layer("Flatten", (128,))]
    layers = [*pooled, layer("Dense", (128,), 16_512, "relu"), *documented[9:]]
    results = judge(evidence_of(models=[model_of(layers)]))
    counts, shapes = results["test_parameter_counts"], results["test_output_shapes"]
    assert "147,584 = (1,152 + 1) x 128 in `dense`" in counts.expected
    assert "16,512 = (128 + 1) x 128 in `dense`" in counts.found
    assert "expects 1,152 inputs (1152,), yours has 128 (128,): as if one more pooling" in counts.hint
    assert (counts.share, shapes.share) == (0.8, 0.8)


def test_a_missing_pooling_is_named_as_the_cause(judge: Judge, evidence_of: Any, documented: list[Layer]) -> None:
    layers = [
        *documented[:4],
        layer("Conv2D", (9, 9, 128), 73_856, "relu"),
        layer("Flatten", (10_368,)),
        layer("Dense", (128,), 1_327_232, "relu"),
        documented[10],
    ]
    result = judge(evidence_of(models=[model_of(layers)]))["test_output_shapes"]
    assert "as if MaxPooling2D((2, 2)) were missing" in result.hint
    assert "`conv2d` to give (11, 11, 64), handed on as (5, 5, 64)" in result.expected


def test_same_padding_is_named_as_the_cause(judge: Judge, evidence_of: Any, documented: list[Layer]) -> None:
    layers = [
        layer("Conv2D", (28, 28, 32), 320, "relu", padding="same"),
        layer("MaxPooling2D", (14, 14, 32)),
        layer("Conv2D", (14, 14, 64), 18_496, "relu", padding="same"),
        layer("MaxPooling2D", (7, 7, 64)),
        layer("Conv2D", (7, 7, 128), 73_856, "relu", padding="same"),
        layer("Flatten", (6_272,)),
        layer("Dense", (128,), 802_944, "relu"),
        documented[10],
    ]
    results = judge(evidence_of(models=[model_of(layers)]))
    assert 'padding="same"' in results["test_output_shapes"].hint
    assert (results["test_parameter_counts"].share, results["test_output_shapes"].share) == (0.8, 0.4)


@pytest.mark.parametrize(
    ("rows", "cause"),
    [
        (
            {"row_8": layer("Dense", (64,), 73_792, "relu")},
            "has 64 filters or units where the documented layer has 128",
        ),
        (
            {"row_0": layer("Conv2D", (24, 24, 32), 832, "relu")},
            "has a 5 x 5 kernel where the documented layer has 3 x 3",
        ),
        ({"row_0": layer("Conv2D", (13, 13, 32), 320, "relu", strides=[2, 2])}, "Compare the strides"),
        ({"row_7": layer("Dropout", (3, 3, 128))}, "No Flatten() stands after `conv2d`"),
        ({"row_10": layer("Dense", (10,), 1_280, "softmax")}, "has it a bias?"),
    ],
)
def test_the_first_layer_that_differs_is_the_cause(
    judge: Judge, evidence_of: Any, documented: list[Layer], rows: dict[str, Layer], cause: str
) -> None:
    result = judge(evidence_of(models=[model_of(replaced(documented, **rows))]))
    hints = [result[name].hint for name in ("test_parameter_counts", "test_output_shapes")]
    assert any(cause in hint for hint in hints)


# -- Accuracy ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("accuracy", "share"), [(0.95, 1.0), (0.85, 0.5), (0.80, 0.0)])
def test_accuracy_earns_in_proportion(judge: Judge, evidence_of: Any, accuracy: float, share: float) -> None:
    result = judge(evidence_of(measurements=measured({"accuracy": accuracy})))["test_accuracy"]
    assert result.share == share
    assert result.trust == "sealed"
    assert f"{accuracy:.4f} on 5,000 rows that the notebook never saw" in result.found


def test_without_a_calibration_accuracy_is_undecided(evidence_of: Any, course: Course, assignment: Assignment) -> None:
    files = sorted(course.reference_folder(assignment).glob("test_accuracy.py"))
    results = run_checks(files, evidence_of(), assignment, {})
    assert [result.status for result in results] == ["undecided", "passed"]
    assert "grader calibrate" in results[0].hint


def test_a_figure_on_the_notebooks_own_arrays_waits_for_a_person(judge: Judge, evidence_of: Any) -> None:
    why = "The preprocessing could not be recovered."
    results = judge(
        evidence_of(
            measurements=measured({"accuracy": 0.95}, tier="own_arrays"),
            not_measured_because=why,
            left_to_a_person=True,
        )
    )
    assert results["test_accuracy"].status == results["test_every_class"].status == "undecided"
    assert why in results["test_accuracy"].hint
    assert results["test_accuracy"].found == "accuracy 0.95 on 5,000 rows of the notebook's own"


@pytest.mark.parametrize(
    ("accuracy", "advice"),
    [(0.10, "hardly better than guessing"), (0.84, "The network overfits"), (0.88, "The network can still learn")],
)
def test_a_low_accuracy_comes_with_the_next_step(judge: Judge, evidence_of: Any, accuracy: float, advice: str) -> None:
    assert advice in judge(evidence_of(measurements=measured({"accuracy": accuracy})))["test_accuracy"].hint


@pytest.mark.parametrize("stopped", ["budget", "verdict"])
def test_a_training_that_the_grader_cut_is_undecided_not_failed(
    judge: Judge, evidence_of: Any, documented: list[Layer], stopped: str
) -> None:
    cut = model_of(documented, fits=[fit_of(stopped=stopped, epochs_asked=50, epochs_granted=2)])
    results = judge(evidence_of(models=[cut], measurements=measured({"accuracy": 0.85})))
    assert results["test_accuracy"].status == results["test_epochs"].status == "undecided"
    assert "after 2 of 50 epochs" in results["test_accuracy"].found
    assert judge(evidence_of(models=[cut]))["test_accuracy"].status == "passed"


def test_a_class_that_is_never_recognised_is_named(judge: Judge, evidence_of: Any) -> None:
    blind = [row if label != 6 else [500] + [0] * 9 for label, row in enumerate(CONFUSION)]
    result = judge(evidence_of(measurements=measured({"accuracy": 0.82}, confusion=blind)))["test_every_class"]
    assert result.share == 0.9
    assert "Shirt (class 6) in 0.00" in result.found


# -- Written answers ---------------------------------------------------------------------------------------------------


def test_an_empty_answer_is_named(judge: Judge, evidence_of: Any, assignment: Assignment) -> None:
    words = [12, 0, 20, 3, 9]
    answers = [WrittenAnswer(question=q, words=n) for q, n in zip(assignment.questions, words, strict=True)]
    result = judge(evidence_of(answers=answers))["test_written_answers"]
    assert result.share == pytest.approx(0.6)
    assert "question 2 (“How many classes" in result.found
    assert "only 3 words" in result.found
    assert "your teacher judges" in result.hint


# -- Coding efficiency -------------------------------------------------------------------------------------------------


def test_the_first_cell_with_an_error_is_named_with_its_next_step(judge: Judge, evidence_of: Any) -> None:
    error = CellError(kind="NameError", message="name 'x_tst' is not defined", line=2)
    cells = [
        CellRun(number=1, status="ok"),
        CellRun(number=2, status="error", error=error),
        CellRun(number=3, status="ok"),
    ]
    result = judge(evidence_of(cells=cells))["test_runs_clean"]
    assert result.share == pytest.approx(2 / 3)
    assert "2 of 3 cells" in result.found
    assert "cell 2: line 2, NameError: name 'x_tst' is not defined" in result.found
    assert "before a cell defines it" in result.hint


def test_a_cell_that_never_ended_is_told_why(judge: Judge, evidence_of: Any) -> None:
    run = Run(status="limit", sentence="The notebook ran for 900 seconds and was stopped.", isolation="wall")
    cells = [CellRun(number=1, status="ok"), CellRun(number=2, status="stopped"), CellRun(number=3, status="not_run")]
    result = judge(evidence_of(cells=cells, run=run))["test_runs_clean"]
    assert "cell 2: it was running when the run ended (The notebook ran for 900 seconds" in result.found
    assert "loop that never ends" in result.hint


def test_a_module_that_the_grader_lacks_costs_nothing(judge: Judge, evidence_of: Any) -> None:
    run = Run(status="errors", sentence="A module is missing.", isolation="wall", missing_modules=["cv2"])
    error = CellError(kind="ModuleNotFoundError", message="No module named 'cv2'")
    result = judge(evidence_of(run=run, cells=[CellRun(number=1, status="error", error=error)]))["test_runs_clean"]
    assert result.status == "undecided"
    assert "`cv2`" in result.hint


@pytest.mark.parametrize(
    ("kind", "message", "hint"),
    [
        ("ValueError", "shapes (3,) and (4,) not aligned", "Print the shape"),
        ("ValueError", "Expected 2D array, got 1D array instead", "Print the shape"),
        ("ValueError", "invalid literal for int() with base 10: 'ten'", "The message says what is wrong"),
        ("ModuleNotFoundError", "No module named 'my_utils'", "a file of your own?"),
    ],
)
def test_the_next_step_fits_the_message(judge: Judge, evidence_of: Any, kind: str, message: str, hint: str) -> None:
    cell = CellRun(number=1, status="error", error=CellError(kind=kind, message=message))
    assert hint in judge(evidence_of(cells=[cell]))["test_runs_clean"].hint


def test_cells_that_do_nothing_make_no_notebook_run_cleaner(judge: Judge, evidence_of: Any) -> None:
    error = CellError(kind="ZeroDivisionError", message="division by zero")
    idle = [CellRun(number=number, status="ok", code_lines=0) for number in range(2, 62)]
    result = judge(evidence_of(cells=[CellRun(number=1, status="error", error=error), *idle]))["test_runs_clean"]
    assert (result.status, result.share) == ("failed", 0)
    assert "0 of 1 cells that did" in result.found


def test_old_names_are_named_with_what_to_write_today_and_those_that_still_run_count_nothing(
    judge: Judge, evidence_of: Any
) -> None:
    old = OldName(old="np.int", today="int", dropped_in="NumPy 1.24", cell=2)
    runs = OldName(old="input_shape=", today="keras.Input", dropped_in="Keras 3.0", runs_as_is=True)
    result = judge(evidence_of(old_names=[old, runs]))["test_current_api"]
    assert (result.status, result.share) == ("partial", 0.8)
    assert result.found == "1 of them: np.int in cell 2, today int"
    assert judge(evidence_of(old_names=[runs]))["test_current_api"].status == "passed"


def test_a_notebook_without_a_model_earns_nothing_for_coding(judge: Judge, evidence_of: Any) -> None:
    cells = [CellRun(number=1, status="ok")]
    results = judge(evidence_of(models=[], model=None, measurements=[], cells=cells, code_lines=1))
    coding = {"runs-clean", "training-economy", "honest-evaluation", "code-quality"}
    assert {result.status for result in results.values() if result.criterion in coding} == {"failed"}
    assert results["test_runs_clean"].found == "1 of 1 cells that did, and no model"
    assert results["test_epochs"].found == "none"


@pytest.mark.parametrize(
    ("losses", "share"), [([0.5, 0.4, 0.3], 1.0), ([0.5, 0.3, *[0.4] * 8], 1.0), ([0.5, 0.3, *[0.4] * 38], 0.25)]
)
def test_epochs_after_the_best_one_cost_when_they_are_many(
    judge: Judge, evidence_of: Any, documented: list[Layer], losses: list[float], share: float
) -> None:
    fit = fit_of(history={"val_loss": losses}, epochs_asked=len(losses), epochs_granted=len(losses))
    result = judge(evidence_of(models=[model_of(documented, fits=[fit])]))["test_epochs"]
    assert result.share == share
    assert f"{len(losses)} epochs with the lowest val_loss in epoch" in result.found


def test_the_documents_own_number_of_epochs_is_never_too_many_even_where_the_training_was_cut(
    judge: Judge, evidence_of: Any, documented: list[Layer]
) -> None:
    cut = fit_of(stopped="verdict", epochs_asked=10, epochs_granted=3, history={"val_loss": [0.3, 0.4, 0.5]})
    assert judge(evidence_of(models=[model_of(documented, fits=[cut])]))["test_epochs"].status == "passed"


@pytest.mark.parametrize(("asked", "status"), [(10, "passed"), (11, "undecided")])
def test_a_budget_that_ends_before_the_first_epoch_costs_nothing(
    judge: Judge, evidence_of: Any, documented: list[Layer], asked: int, status: str
) -> None:
    cut = fit_of(stopped="budget", epochs_asked=asked, epochs_granted=0, history={})
    assert judge(evidence_of(models=[model_of(documented, fits=[cut])]))["test_epochs"].status == status


def test_without_validation_data_the_training_loss_is_judged(
    judge: Judge, evidence_of: Any, documented: list[Layer]
) -> None:
    fit = fit_of(history={"loss": [0.6, 0.4]}, validation_rows=0)
    result = judge(evidence_of(models=[model_of(documented, fits=[fit])]))["test_epochs"]
    assert result.status == "passed"
    assert "validation_split=0.1" in result.hint


def test_a_loss_that_became_nan_fails_with_its_usual_cause(
    judge: Judge, evidence_of: Any, documented: list[Layer]
) -> None:
    fit = fit_of(history={"loss": [None, None], "val_loss": [None, None]})
    result = judge(evidence_of(models=[model_of(documented, fits=[fit])]))["test_epochs"]
    assert "NaN or infinity in all 2 epochs" in result.found
    assert "smaller learning rate" in result.hint


@pytest.mark.parametrize(
    ("batch", "status"), [(32, "passed"), (1_000, "passed"), (1, "failed"), (54_000, "failed"), (None, "passed")]
)
def test_a_batch_size_makes_neither_one_update_nor_thousands(
    judge: Judge, evidence_of: Any, documented: list[Layer], batch: int | None, status: str
) -> None:
    fit = fit_of(batch_size=batch)
    result = judge(evidence_of(models=[model_of(documented, fits=[fit])]))["test_batch_size"]
    assert result.status == status
    assert "updates, from 54,000 rows in batches of" in result.found or batch is None


@pytest.mark.parametrize(
    ("rows_from", "status"),
    [
        ({"train": 49, "test": 1}, "passed"),
        ({"train": 45, "test": 5}, "failed"),
        ({"unknown": 50}, "undecided"),
    ],
)
def test_training_on_test_rows_is_found(
    judge: Judge, evidence_of: Any, documented: list[Layer], rows_from: dict[str, int], status: str
) -> None:
    fits = [fit_of(rows_from=rows_from, cell=7), fit_of()] if status == "failed" else [fit_of(rows_from=rows_from)]
    result = judge(evidence_of(models=[model_of(documented, fits=fits)]))["test_trained_without_test_rows"]
    assert result.status == status
    assert ("10% test rows" in result.found and "cell 7" in result.found) == (status == "failed")


@pytest.mark.parametrize(("trained_on", "status"), [(0.1, "passed"), (0.9, "failed")])
def test_a_split_of_ones_own_of_all_pictures_is_no_training_on_test_rows(
    judge: Judge, evidence_of: Any, documented: list[Layer], trained_on: float, status: str
) -> None:
    fit = fit_of(rows=56_000, rows_from={"train": 220, "test": 36})
    call = Evaluation(method="evaluate", rows=14_000, trained_on=trained_on)
    results = judge(evidence_of(models=[model_of(documented, fits=[fit], evaluations=[call])]))
    assert results["test_trained_without_test_rows"].status == status


@pytest.mark.parametrize(
    ("rows", "validation_rows", "status"),
    [(10_000, 0, "passed"), (60_000, 6_000, "passed"), (60_000, 0, "failed"), (1, 0, "failed"), (None, 0, "passed")],
)
def test_a_result_needs_rows_that_were_not_trained_on(
    judge: Judge, evidence_of: Any, documented: list[Layer], rows: int | None, validation_rows: int, status: str
) -> None:
    fits = [fit_of(validation_rows=validation_rows)]
    model = model_of(documented, fits=fits, evaluations=[Evaluation(method="predict", rows=rows)])
    assert judge(evidence_of(models=[model]))["test_evaluated_on_unseen_rows"].status == status


@pytest.mark.parametrize(
    ("trained", "evaluated", "train_rows", "test_rows", "status"),
    [
        (40_000, 40_000, 25_000, 25_000, "failed"),
        (40_000, 10_000, 25_000, 25_000, "passed"),
        (25_000, 25_000, 25_000, 25_000, "passed"),
        (54_000, 54_000, 60_000, 10_000, "failed"),
        (253, 253, 404, 102, "passed"),
    ],
)
def test_rows_that_were_trained_on_are_known_by_their_number(
    judge: Judge,
    evidence_of: Any,
    documented: list[Layer],
    trained: int,
    evaluated: int,
    train_rows: int,
    test_rows: int,
    status: str,
) -> None:
    fits = [fit_of(rows=trained, validation_rows=0)]
    model = model_of(documented, fits=fits, evaluations=[Evaluation(method="evaluate", rows=evaluated)])
    evidence = evidence_of(models=[model])
    data = evidence.data.model_copy(update={"train_rows": train_rows, "test_rows": test_rows})
    result = judge(evidence.model_copy(update={"data": data}))["test_evaluated_on_unseen_rows"]
    assert result.status == status


def test_a_copy_that_was_loaded_again_may_be_the_one_that_is_evaluated(
    judge: Judge, evidence_of: Any, documented: list[Layer]
) -> None:
    trained = model_of(documented, fits=[fit_of(validation_rows=0)], evaluations=[])
    loaded = model_of(documented, fits=[]).model_copy(update={"id": "model-2"})
    other = model_of(documented[:3], fits=[]).model_copy(update={"id": "model-3"})
    assert judge(evidence_of(models=[trained, other]))["test_evaluated_on_unseen_rows"].status == "failed"
    assert judge(evidence_of(models=[trained, loaded]))["test_evaluated_on_unseen_rows"].status == "passed"


@pytest.mark.parametrize(("remarks", "share"), [(2, 1.0), (5, pytest.approx(0.7)), (12, 0.0)])
def test_remarks_of_ruff_cost_in_proportion_to_the_code(
    judge: Judge, evidence_of: Any, remarks: int, share: float
) -> None:
    quality = [
        QualityFinding(rule="F401", message="`os` imported but unused", cell=2, line=n) for n in range(1, remarks + 1)
    ]
    result = judge(evidence_of(quality=quality))["test_code_quality"]
    assert result.share == share
    assert (
        f"{remarks} in 50 lines: {remarks} x F401 (`os` imported but unused), first in cell 2, line 1" in result.found
    )


@pytest.mark.parametrize(("lines", "share"), [(1, 0.1), (5, 0.5), (10, 1.0)])
def test_a_few_tidy_lines_are_not_yet_a_tidy_notebook(judge: Judge, evidence_of: Any, lines: int, share: float) -> None:
    result = judge(evidence_of(code_lines=lines))["test_code_quality"]
    assert result.share == pytest.approx(share)
    assert ("whole notebook" in result.hint) == (share < 1)

"""The checks of mnist on hand-made evidence: two networks are told apart by their layers, judged alone and compared."""

from itertools import permutations
from typing import Any

import pytest

from grader.courses.course import Course
from grader.courses.reference import Threshold
from grader.courses.sheet import Assignment
from grader.judging.choose import choose
from grader.marking.checks import run_checks
from grader.records import CheckResult, Compiled, Evidence, Fit, Layer, Measurement, Model

from .samples_for_checks import (
    Judge,
    answer_to,
    dense_layers,
    documented_layers,
    evidence_for,
    fit_of,
    layer,
    measured,
)

THRESHOLDS = {
    "shallow": {"accuracy": Threshold(floor=0.70, full=0.90)},
    **{name: {"accuracy": Threshold(floor=0.90, full=0.99)} for name in ("cnn", "wide", "dropout", "deep")},
}
RIGHT = {"shallow": 450, "cnn": 495}
"""Of the 500 pictures of each digit, by the network of the sheet."""
CUT = fit_of(stopped="budget", epochs_asked=500, epochs_granted=40)


@pytest.fixture(scope="module")
def mnist(course: Course) -> Assignment:
    return course.assignment("mnist")


@pytest.fixture(scope="module")
def judge(course: Course, mnist: Assignment) -> Judge:
    files = course.check_files(mnist, course.rubric(mnist))
    return lambda evidence: {result.id: result for result in run_checks(files, evidence, mnist, THRESHOLDS)}


@pytest.fixture
def shallow(mnist: Assignment) -> Model:
    return made(mnist, "shallow")


@pytest.fixture
def cnn(mnist: Assignment) -> Model:
    return made(mnist, "cnn")


def made(mnist: Assignment, network: str, layers: list[Layer] | None = None, number: int = 0, **fields: Any) -> Model:
    """A trained model: the documented one of that number, or one of these layers."""
    sheet = mnist.of(network)
    return answer_to(sheet, layers or documented_layers(sheet, number), **fields)


def result_of(right: int) -> list[Measurement]:
    """So many of the 500 pictures of each digit are recognised."""
    table = [[right if i == j else 500 - right if j == (i + 1) % 10 else 0 for j in range(10)] for i in range(10)]
    return measured({"accuracy": right / 500}, confusion=table)


def evidence_of(mnist: Assignment, *models: Model, **right: int) -> Evidence:
    """Of a notebook that made these models in this order; the grader itself chooses among them."""
    numbered = [model.model_copy(update={"id": f"model-{number}"}) for number, model in enumerate(models, start=1)]
    choices = [
        each.model_copy(update={"measurements": result_of({**RIGHT, **right}[each.network]) if each.model else []})
        for each in choose(numbered, mnist)
    ]
    return evidence_for(mnist, models=numbered, choices=choices)


def not_passed(results: dict[str, CheckResult]) -> dict[str, str]:
    return {name: result.status for name, result in results.items() if result.status != "passed"}


def earned(criterion: str, results: dict[str, CheckResult]) -> float:
    """Share of the marks of a criterion."""
    checks = [result for result in results.values() if result.criterion == criterion]
    return sum(check.share * check.weight for check in checks) / sum(check.weight for check in checks)


# -- The documented networks -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(4), ids=["cnn", "wide", "dropout", "deep"])
def test_the_documented_networks_pass_every_check(mnist: Assignment, judge: Judge, shallow: Model, number: int) -> None:
    mse = shallow.model_copy(update={"compiled": Compiled(optimizer="SGD", loss="mean_squared_error")})
    results = judge(evidence_of(mnist, mse, made(mnist, "cnn", number=number)))
    assert not_passed(results) == {}
    known = mnist.of("cnn").network.documented_models[number]
    assert results["test_parameter_counts[shallow]"].found == "50,890"
    assert results["test_parameter_counts[cnn]"].found == f"{known.parameters:,}"


def test_each_sentence_says_which_network_it_is_about(mnist: Assignment, judge: Judge) -> None:
    titles = [result.title for result in judge(evidence_for(mnist)).values()]
    assert len(set(titles)) == len(titles)
    assert "The shallow network: It takes one picture of 28 x 28 grey pixels." in titles
    assert "The convolutional network: It takes one picture of 28 x 28 grey pixels." in titles
    assert "The convolutional network makes fewer mistakes than the shallow one, on the same pictures." in titles


@pytest.mark.parametrize(
    ("loss", "shallow_share", "cnn_share"),
    [
        *((loss, 1, 1) for loss in ("categorical_crossentropy", "SparseCategoricalCrossentropy()")),
        *((loss, 1, 0) for loss in ("mean_squared_error", "mse", "MSE", "MeanSquaredError()", "poisson", "Poisson()")),
        ("binary_crossentropy", 0, 0),
    ],
)
def test_only_the_shallow_network_may_be_trained_with_a_squared_error(
    mnist: Assignment, judge: Judge, shallow: Model, cnn: Model, loss: str, shallow_share: float, cnn_share: float
) -> None:
    both = [model.model_copy(update={"compiled": Compiled(loss=loss)}) for model in (shallow, cnn)]
    results = judge(evidence_of(mnist, *both))
    assert (results["test_loss[shallow]"].share, results["test_loss[cnn]"].share) == (shallow_share, cnn_share)


# -- Other ways of writing the same, and networks of one's own ---------------------------------------------------------


def written_otherwise(rows: list[Layer]) -> list[Layer]:
    """With an Activation layer behind each layer that had an activation, and without dropout."""
    found = []
    for row in rows:
        if row.class_name != "Dropout":
            found.append(row.model_copy(update={"activation": "linear" if row.activation else None}))
        if row.activation:
            found.append(layer("Activation", (row.output_shape or ())[1:], 0, row.activation))
    return found


@pytest.mark.parametrize(
    ("shape", "front"),
    [
        ((784,), []),
        ((784,), [layer("InputLayer", (784,))]),
        ((28, 28), [layer("Flatten", (784,))]),
        ((28, 28, 1), [layer("InputLayer", (28, 28, 1)), layer("Flatten", (784,))]),
        ((28, 28, 1), [layer("Rescaling", (28, 28, 1)), layer("Reshape", (784,))]),
    ],
)
def test_other_ways_of_writing_the_shallow_network_are_the_same(
    mnist: Assignment, judge: Judge, cnn: Model, shape: tuple[int, ...], front: list[Layer]
) -> None:
    rows = [*front, *written_otherwise(documented_layers(mnist.of("shallow")))]
    results = judge(evidence_of(mnist, made(mnist, "shallow", rows, input_shape=(None, *shape)), cnn))
    assert not_passed(results) == {}
    assert results["test_parameter_counts[shallow]"].found == "50,890"


@pytest.mark.parametrize(
    ("number", "settings"), [(0, {}), *((number, {"padding": "valid", "strides": [1, 1]}) for number in range(4))]
)
def test_other_ways_of_writing_a_convolutional_network_are_the_same(
    mnist: Assignment, judge: Judge, shallow: Model, number: int, settings: dict[str, Any]
) -> None:
    rows = [layer("InputLayer", (28, 28, 1)), *written_otherwise(documented_layers(mnist.of("cnn"), number))]
    stated = [row.model_copy(update={"settings": settings if row.class_name == "Conv2D" else {}}) for row in rows]
    results = judge(evidence_of(mnist, shallow, made(mnist, "cnn", stated)))
    assert not_passed(results) == {}
    total = mnist.of("cnn").network.documented_models[number].parameters
    assert results["test_parameter_counts[cnn]"].found == f"{total:,}"


def test_networks_of_ones_own_that_keep_the_rules_get_full_marks(mnist: Assignment, judge: Judge) -> None:
    own_cnn = [
        layer("Conv2D", (24, 24, 8), 208, "relu"),
        layer("AveragePooling2D", (12, 12, 8)),
        layer("SeparableConv2D", (10, 10, 16), 216, "relu"),
        layer("GlobalAveragePooling2D", (16,)),
        layer("Dense", (32,), 544, "relu"),
        layer("Dense", (10,), 330, "softmax"),
    ]
    own_shallow = dense_layers(784, 128, 10, last="softmax")
    results = judge(evidence_of(mnist, made(mnist, "shallow", own_shallow), made(mnist, "cnn", own_cnn)))
    assert not_passed(results) == {}
    assert "one of your own" in results["test_output_shapes[shallow]"].found
    assert "one of your own" in results["test_output_shapes[cnn]"].found


def test_padding_that_keeps_the_size_is_the_cause(mnist: Assignment, judge: Judge, shallow: Model) -> None:
    rows = [
        layer("Conv2D", (28, 28, 32), 320, "relu", padding="same"),
        layer("MaxPooling2D", (14, 14, 32)),
        layer("Conv2D", (14, 14, 64), 18_496, "relu", padding="same"),
        layer("MaxPooling2D", (7, 7, 64)),
        layer("Flatten", (3_136,)),
        layer("Dense", (10,), 31_370, "softmax"),
    ]
    results = judge(evidence_of(mnist, shallow, made(mnist, "cnn", rows)))
    assert set(not_passed(results)) == {"test_parameter_counts[cnn]", "test_output_shapes[cnn]"}
    assert 'padding="same"' in results["test_output_shapes[cnn]"].hint


# -- Told apart --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_networks_are_told_apart_whatever_they_are_called_and_in_whatever_order(
    mnist: Assignment, judge: Judge, shallow: Model, cnn: Model, order: tuple[int, ...]
) -> None:
    misnamed = [shallow.model_copy(update={"variable": "cnn"}), cnn.model_copy(update={"variable": "model"})]
    untrained = made(mnist, "cnn", fits=[], variable="shallow")
    results = judge(evidence_of(mnist, *([*misnamed, untrained][place] for place in order)))
    assert not_passed(results) == {}
    assert results["test_parameter_counts[shallow]"].found == "50,890"


@pytest.mark.parametrize(("there", "missing"), [("shallow", "cnn"), ("cnn", "shallow")])
def test_a_notebook_with_one_half_gets_half(mnist: Assignment, judge: Judge, there: str, missing: str) -> None:
    results = judge(evidence_of(mnist, made(mnist, there)))
    assert earned("architecture", results) == 0.5
    assert [results[f"test_accuracy[{half}]"].share for half in (there, missing)] == [1, 0]
    assert [results[f"test_every_digit[{half}]"].share for half in (there, missing)] == [1, 0]
    assert earned("accuracy", results) == 0.5
    title = mnist.of(missing).network.title
    assert results["test_convolutions_win"].found == f"nothing to compare: {title} is missing"
    assert all(f"{title} is missing" in results[f"{name}[{missing}]"].found for name in ("test_accuracy", "test_loss"))


def test_a_notebook_without_a_model_has_nothing_to_compare(mnist: Assignment, judge: Judge) -> None:
    result = judge(evidence_of(mnist))["test_convolutions_win"]
    assert result.status == "failed"
    assert "both networks are missing" in result.found


@pytest.mark.parametrize("hidden", [(300, 100), (512, 256, 128), (750, 500, 250, 125, 75, 50)])
def test_a_deep_dense_network_is_a_poor_shallow_one_and_no_convolutional_one(
    mnist: Assignment, judge: Judge, cnn: Model, hidden: tuple[int, ...]
) -> None:
    deep = made(mnist, "shallow", dense_layers(784, *hidden, 10, last="softmax"))
    results = judge(evidence_of(mnist, deep, cnn))
    failed = {"test_kind_of_network[shallow]", "test_parameter_counts[shallow]", "test_output_shapes[shallow]"}
    assert set(not_passed(results)) - {"test_parameter_budget[shallow]"} == failed
    assert f"{len(hidden) + 1} Dense" in results["test_kind_of_network[shallow]"].found
    assert "is missing" in judge(evidence_of(mnist, deep))["test_input_shape[cnn]"].found


def test_one_convolution_makes_a_poor_convolutional_network_and_no_shallow_one(
    mnist: Assignment, judge: Judge, shallow: Model
) -> None:
    rows = [layer("Conv2D", (26, 26, 8), 80, "relu"), layer("Flatten", (5_408,))]
    one = made(mnist, "cnn", [*rows, *dense_layers(5_408, 32, 10, last="softmax")])
    results = judge(evidence_of(mnist, shallow, one))
    assert results["test_kind_of_network[cnn]"].share == 0.5
    assert results["test_parameter_counts[shallow]"].found == "50,890"


def test_of_two_convolutional_networks_neither_is_the_shallow_one(mnist: Assignment, judge: Judge, cnn: Model) -> None:
    results = judge(evidence_of(mnist, cnn, made(mnist, "cnn", number=1)))
    assert earned("architecture", results) == 0.5
    assert results["test_parameter_counts[cnn]"].found == "829,760"
    assert "the shallow network is missing" in results["test_input_shape[shallow]"].found


# -- Accuracy and the comparison ---------------------------------------------------------------------------------------


def test_each_network_is_measured_by_its_own_thresholds(
    mnist: Assignment, judge: Judge, shallow: Model, cnn: Model
) -> None:
    results = judge(evidence_of(mnist, shallow, cnn, shallow=400, cnn=470))
    assert results["test_accuracy[shallow]"].share == pytest.approx(0.5)
    assert "at least 0.900 (marks begin at 0.700)" in results["test_accuracy[shallow]"].expected
    assert results["test_accuracy[cnn]"].share == pytest.approx(0.4444)
    assert "at least 0.990 (marks begin at 0.900)" in results["test_accuracy[cnn]"].expected


@pytest.mark.parametrize(
    ("right", "training", "advice"),
    [
        (50, 0.10, "hardly better than guessing"),
        (400, 0.99, "Training accuracy ended at 0.990, far above it. The network overfits"),
        (400, 0.80, "the document's 500 epochs"),
    ],
)
def test_a_low_accuracy_comes_with_the_next_step(
    mnist: Assignment, judge: Judge, cnn: Model, right: int, training: float, advice: str
) -> None:
    shallow = made(mnist, "shallow", fits=[fit_of(history={"accuracy": [training]})])
    assert advice in judge(evidence_of(mnist, shallow, cnn, shallow=right))["test_accuracy[shallow]"].hint


def test_a_digit_that_is_never_recognised_is_named(mnist: Assignment, judge: Judge, cnn: Model, shallow: Model) -> None:
    blind = result_of(450)[0].confusion or []
    blind[7] = [0, 500, *[0] * 8]
    evidence = evidence_of(mnist, shallow, cnn)
    poor = evidence.choices[0].model_copy(update={"measurements": measured({"accuracy": 0.81}, confusion=blind)})
    results = judge(evidence.model_copy(update={"choices": [poor, evidence.choices[1]]}))
    assert results["test_every_digit[shallow]"].found == "class 7 in 0.00"
    assert (results["test_every_digit[shallow]"].share, results["test_every_digit[cnn]"].share) == (0.9, 1)


@pytest.mark.parametrize(
    ("cnn_right", "status", "found"),
    [
        (
            495,
            "passed",
            "50 mistakes of 5,000 by the convolutional network against 500 by the shallow one: 450 fewer, ",
        ),
        (
            440,
            "failed",
            "600 mistakes of 5,000 by the convolutional network against 500 by the shallow one: 100 more, ",
        ),
        (450, "failed", "500 mistakes of 5,000 by the convolutional network against 500 by the shallow one: as many"),
    ],
)
def test_the_comparison_says_by_how_much(
    mnist: Assignment, judge: Judge, shallow: Model, cnn: Model, cnn_right: int, status: str, found: str
) -> None:
    result = judge(evidence_of(mnist, shallow, cnn, cnn=cnn_right))["test_convolutions_win"]
    assert (result.status, result.trust) == (status, "sealed")
    assert result.found.startswith(found)
    assert ("9.00 points better" in result.found, "2.00 points worse" in result.found) == (
        cnn_right == 495,
        cnn_right == 440,
    )
    assert bool(result.hint) == (status == "failed")


@pytest.mark.parametrize("cut", ["shallow", "cnn"])
@pytest.mark.parametrize(("cnn_right", "status"), [(495, "passed"), (440, "undecided")])
def test_a_training_that_the_budget_cut_leaves_the_comparison_open_unless_it_is_won(
    mnist: Assignment, judge: Judge, cut: str, cnn_right: int, status: str
) -> None:
    fits: dict[str, list[Fit]] = {"shallow": [fit_of()], "cnn": [fit_of()], cut: [CUT]}
    models = [made(mnist, name, fits=fits[name]) for name in ("shallow", "cnn")]
    result = judge(evidence_of(mnist, *models, cnn=cnn_right))["test_convolutions_win"]
    assert result.status == status
    assert ("after 40 of 500 epochs" in result.found) == (status == "undecided")


def test_networks_that_were_never_trained_have_nothing_to_compare(
    mnist: Assignment, judge: Judge, shallow: Model
) -> None:
    evidence = evidence_of(mnist, shallow, made(mnist, "cnn", fits=[]))
    bare = evidence.choices[1].model_copy(update={"measurements": []})
    result = judge(evidence.model_copy(update={"choices": [evidence.choices[0], bare]}))["test_convolutions_win"]
    assert (result.status, result.found) == ("failed", "no call of fit() on it")

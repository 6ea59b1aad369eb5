"""The checks of cifar10 on hand-made evidence: other writings of the network are the same, and each fault is named."""

from typing import Any

import pytest

from grader.courses.course import Course
from grader.courses.reference import Threshold
from grader.courses.sheet import Assignment
from grader.records import CheckResult, Compiled, Layer

from .samples_for_checks import (
    CONFUSION,
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

ONE_HOT = "categorical_crossentropy"


@pytest.fixture(scope="module")
def cifar10(course: Course) -> Assignment:
    return course.assignment("cifar10")


@pytest.fixture(scope="module")
def judge(course: Course, cifar10: Assignment) -> Judge:
    return judge_with(course, cifar10, {"accuracy": Threshold(floor=0.55, full=0.75)})


@pytest.fixture(scope="module")
def documented(cifar10: Assignment) -> list[Layer]:
    return documented_layers(cifar10)


def judged(judge: Judge, assignment: Assignment, layers: list[Layer], **fields: Any) -> dict[str, CheckResult]:
    """What the checks find of a notebook whose network has these layers."""
    given: dict[str, Any] = {"compiled": Compiled(optimizer="adam", loss=ONE_HOT), **fields}
    return judge(evidence_for(assignment, models=[answer_to(assignment, layers, **given)]))


def not_passed(results: dict[str, CheckResult]) -> set[str]:
    return {name for name, result in results.items() if result.status != "passed"}


# -- The documented network, however it is written ---------------------------------------------------------------------


def test_the_documented_network_passes_every_check(judge: Judge, cifar10: Assignment, documented: list[Layer]) -> None:
    results = judged(judge, cifar10, documented)
    assert not_passed(results) == set()
    assert results["test_parameter_counts"].found == "1,070,794"
    assert {name for name, result in results.items() if result.visibility == "hidden"} == {
        *("test_parameter_counts", "test_output_shapes", "test_accuracy", "test_every_class"),
    }


RELU = "relu"


def same(shape: tuple[int, int, int], parameters: int, activation: str | None = RELU) -> Layer:
    """A convolution whose padding is written down."""
    return layer("Conv2D", shape, parameters, activation, padding="same", kernel_size=[3, 3], strides=[1, 1])


FRONT = [same((32, 32, 32), 896), layer("MaxPooling2D", (16, 16, 32)), same((16, 16, 64), 18_496)]
FLAT = [layer("MaxPooling2D", (8, 8, 64)), layer("Dropout", (8, 8, 64)), layer("Flatten", (4_096,))]
END = [layer("Dense", (256,), 1_048_832, RELU), layer("Dropout", (256,)), layer("Dense", (10,), 2_570, "softmax")]
WRITINGS = {
    "padding given": [*FRONT, *FLAT, *END],
    "an Input layer": [layer("InputLayer", (32, 32, 3)), *FRONT, *FLAT, *END],
    "rows of 3,072 numbers": [layer("Reshape", (32, 32, 3)), *FRONT, *FLAT, *END],
    "pixels centred by a layer": [layer("Normalization", (32, 32, 3), 7), *FRONT, *FLAT, *END],
    "activations in layers of their own": [
        *(same((32, 32, 32), 896, "linear"), layer("Activation", (32, 32, 32), 0, RELU), *FRONT[1:], *FLAT),
        *(layer("Dense", (256,), 1_048_832, "linear"), layer("ReLU", (256,)), END[1]),
        *(layer("Dense", (10,), 2_570, "linear"), layer("Activation", (10,), 0, "softmax")),
    ],
    "Reshape instead of Flatten": [*FRONT, *FLAT[:2], layer("Reshape", (4_096,)), *END],
    "Dropout elsewhere": [FRONT[0], layer("Dropout", (32, 32, 32)), *FRONT[1:], FLAT[0], FLAT[2], END[0], END[2]],
    "average pooling": [FRONT[0], layer("AveragePooling2D", (16, 16, 32)), FRONT[2], *FLAT, *END],
}


@pytest.mark.parametrize("layers", WRITINGS.values(), ids=WRITINGS)
def test_other_writings_of_the_documented_network_are_the_same(
    judge: Judge, cifar10: Assignment, layers: list[Layer]
) -> None:
    shape = (None, 3_072) if layers[0].class_name == "Reshape" else (None, 32, 32, 3)
    results = judged(judge, cifar10, layers, input_shape=shape)
    assert not_passed(results) == set()
    assert results["test_parameter_counts"].found == "1,070,794"


@pytest.mark.parametrize(
    "layers",
    [
        [*FRONT, *FLAT[:2], layer("GlobalAveragePooling2D", (64,)), layer("Dense", (10,), 650, "softmax")],
        [FRONT[0], layer("BatchNormalization", (32, 32, 32), 128), *FRONT[1:], *FLAT, *END],
        [
            *FRONT,
            *(FLAT[0], same((8, 8, 128), 73_856), layer("MaxPooling2D", (4, 4, 128)), layer("Flatten", (2_048,))),
            *(layer("Dense", (128,), 262_272, RELU), layer("Dense", (10,), 1_290, "softmax")),
        ],
    ],
    ids=["global average pooling", "batch normalisation", "a third convolution"],
)
def test_a_network_of_ones_own_within_the_rules_gets_full_marks(
    judge: Judge, cifar10: Assignment, layers: list[Layer]
) -> None:
    results = judged(judge, cifar10, layers)
    assert not_passed(results) == set()
    assert "one of your own that keeps the sheet's rules" in results["test_output_shapes"].found


# -- What may be wrong with it -----------------------------------------------------------------------------------------


def test_a_forgotten_padding_is_named_as_the_cause(judge: Judge, cifar10: Assignment, documented: list[Layer]) -> None:
    layers = [
        *(layer("Conv2D", (30, 30, 32), 896, RELU, padding="valid"), layer("MaxPooling2D", (15, 15, 32))),
        *(layer("Conv2D", (13, 13, 64), 18_496, RELU, padding="valid"), layer("MaxPooling2D", (6, 6, 64))),
        *(layer("Flatten", (2_304,)), layer("Dense", (256,), 590_080, RELU), documented[-1]),
    ]
    results = judged(judge, cifar10, layers)
    counts, shapes = results["test_parameter_counts"], results["test_output_shapes"]
    assert not_passed(results) == {"test_parameter_counts", "test_output_shapes"}
    assert (counts.share, shapes.share) == (0.75, 0.5)
    assert "590,080 = (2,304 + 1) x 256" in counts.found
    assert 'The documented layer has padding="same"' in counts.hint


def test_a_dense_network_answers_another_question(judge: Judge, cifar10: Assignment) -> None:
    layers = [layer("Flatten", (3_072,)), *dense_layers(3_072, 512, 256, 10, last="softmax")]
    results = judged(judge, cifar10, layers)
    assert not_passed(results) == {"test_convolutions", "test_parameter_counts", "test_output_shapes"}
    assert {results[name].status for name in not_passed(results)} == {"failed"}
    assert "looks for one small shape at every place" in results["test_convolutions"].hint


def test_one_convolution_is_half_of_two(judge: Judge, cifar10: Assignment) -> None:
    layers = [
        *(FRONT[0], layer("MaxPooling2D", (16, 16, 32)), layer("Flatten", (8_192,))),
        *(layer("Dense", (128,), 1_048_704, RELU), layer("Dense", (10,), 1_290, "softmax")),
    ]
    assert judged(judge, cifar10, layers)["test_convolutions"].share == 0.5


@pytest.mark.parametrize(
    ("loss", "share"),
    [
        *((loss, 1) for loss in (ONE_HOT, "CategoricalCrossentropy()", "sparse_categorical_crossentropy")),
        *((loss, 0) for loss in ("binary_crossentropy", "mse", None)),
    ],
)
def test_a_loss_for_one_hot_rows_or_numbers(
    judge: Judge, cifar10: Assignment, documented: list[Layer], loss: str | None, share: float
) -> None:
    assert judged(judge, cifar10, documented, compiled=Compiled(loss=loss))["test_loss"].share == share


@pytest.mark.parametrize(
    ("units", "activation", "share", "failed"),
    [
        (10, "sigmoid", 0.5, {"test_output_layer"}),
        (9, "softmax", 0.0, {"test_output_layer", "test_parameter_counts", "test_output_shapes"}),
    ],
)
def test_another_ending_is_named(
    judge: Judge,
    cifar10: Assignment,
    documented: list[Layer],
    units: int,
    activation: str,
    share: float,
    failed: set[str],
) -> None:
    results = judged(judge, cifar10, [*documented[:-1], layer("Dense", (units,), 257 * units, activation)])
    assert not_passed(results) == failed
    assert results["test_output_layer"].share == share
    assert f"{units} {activation} units at the end" in results["test_output_layer"].found


def test_grey_pictures_are_not_what_the_network_is_to_take(judge: Judge, cifar10: Assignment) -> None:
    grey = [same((32, 32, 32), 320), *FRONT[1:], *FLAT, *END]
    results = judged(judge, cifar10, grey, input_shape=(None, 32, 32, 1))
    assert not_passed(results) == {"test_input_shape", "test_parameter_counts"}
    assert "(32, 32, 3) or (3072,)" in results["test_input_shape"].expected


def test_a_missing_pooling_breaks_the_budget(judge: Judge, cifar10: Assignment) -> None:
    layers = [*FRONT, layer("Flatten", (16_384,)), layer("Dense", (256,), 4_194_560, RELU), END[-1]]
    results = judged(judge, cifar10, layers)
    assert not_passed(results) == {"test_parameter_budget", "test_parameter_counts", "test_output_shapes"}
    assert "4,216,522, of them 4,194,560 in `dense`" in results["test_parameter_budget"].found
    assert "expects 4,096 inputs (4096,), yours has 16,384 (16384,)" in results["test_output_shapes"].hint


# -- Accuracy ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("accuracy", "share"), [(0.80, 1.0), (0.65, 0.5), (0.55, 0.0), (0.10, 0.0)])
def test_accuracy_earns_in_proportion(judge: Judge, cifar10: Assignment, accuracy: float, share: float) -> None:
    result = judge(evidence_for(cifar10, measurements=measured({"accuracy": accuracy})))["test_accuracy"]
    assert result.share == pytest.approx(share)
    assert "an accuracy of at least 0.750 (marks begin at 0.550)" in result.expected


@pytest.mark.parametrize(
    ("accuracy", "reached", "advice"),
    [
        (0.12, 0.11, "hardly better than guessing"),
        (0.70, 0.97, "Training accuracy ended at 0.970, far above it. The network overfits"),
        (0.70, 0.78, "The network can still learn"),
    ],
)
def test_a_low_accuracy_comes_with_the_next_step(
    judge: Judge, cifar10: Assignment, documented: list[Layer], accuracy: float, reached: float, advice: str
) -> None:
    model = answer_to(cifar10, documented, fits=[fit_of(history={"accuracy": [0.3, reached]})])
    evidence = evidence_for(cifar10, models=[model], measurements=measured({"accuracy": accuracy}))
    assert advice in judge(evidence)["test_accuracy"].hint


def test_a_training_that_the_budget_cut_is_undecided_not_failed(
    judge: Judge, cifar10: Assignment, documented: list[Layer]
) -> None:
    cut = fit_of(stopped="budget", epochs_asked=200, epochs_granted=45, rows=50_000, batch_size=256)
    blind = [row if label != 3 else [500] + [0] * 9 for label, row in enumerate(CONFUSION)]
    low = measured({"accuracy": 0.70}, confusion=blind)
    results = judge(evidence_for(cifar10, models=[answer_to(cifar10, documented, fits=[cut])], measurements=low))
    assert not_passed(results) == {"test_accuracy", "test_every_class"}
    assert {results[name].status for name in not_passed(results)} == {"undecided"}
    assert "after 45 of 200 epochs" in results["test_accuracy"].found


def test_a_class_that_is_never_recognised_is_named(judge: Judge, cifar10: Assignment) -> None:
    blind = [row if label != 3 else [500] + [0] * 9 for label, row in enumerate(CONFUSION)]
    low = measured({"accuracy": 0.76}, confusion=blind)
    result = judge(evidence_for(cifar10, measurements=low))["test_every_class"]
    assert result.share == 0.9
    assert "cat (class 3) in 0.00" in result.found

"""Evidence -> whether the network keeps the rules that the sheet prints."""

import pytest

from grader.expect import Expectation, Missing, expect, settle
from grader.records import Assignment, Evidence, Layer, Model, Shape

CROSS_ENTROPIES = {"sparse_categorical_crossentropy", "categorical_crossentropy", "categorical_focal_crossentropy"}


@pytest.mark.criterion("architecture")
def test_input_shape(evidence: Evidence, assignment: Assignment) -> None:
    """The network takes one picture of 28 x 28 grey pixels."""
    allowed, shape = assignment.task.input_shapes, evidence.model.input_shape
    expected = f"a network that takes {listed(allowed)}"
    if shape is None:
        found = "a network whose input shape was never fixed"
        raise Missing(expected, found, "Start the model with keras.Input(shape=(28, 28, 1)).")
    expect(
        any(fits(shape[1:], target) for target in allowed),
        expected=expected,
        found=f"one that takes {shape[1:]}",
        hint="Fashion-MNIST pictures have 28 x 28 pixels and one channel. Start the model with "
        "keras.Input(shape=(28, 28, 1)), and reshape training and test pictures to that.",
    )


@pytest.mark.criterion("architecture")
def test_output_layer(evidence: Evidence, assignment: Assignment) -> None:
    """The last layer gives one probability for each of the ten classes."""
    model, wanted = evidence.model, assignment.task.outputs
    last, activation = layers(model)[-1].name, final_activation(model)
    units = (model.output_shape or (None,))[-1]
    good = activation == "softmax" or (activation == "linear" and wants_logits(model))
    share = 0.0 if units != wanted else 1.0 if good else 0.5
    expected = f"{wanted} softmax units at the end, or {wanted} linear ones and from_logits=True in the loss"
    hint = (
        f'End with Dense({wanted}, activation="softmax"): softmax makes the numbers positive, with a sum of 1, so each '
        "is the probability of one class."
    )
    found = f"{units} {activation} units at the end, in `{last}`"
    settle(Expectation(expected, found, hint if share < 1 else "", share))


@pytest.mark.criterion("architecture", weight=2)
def test_convolutions(evidence: Evidence, assignment: Assignment) -> None:
    """The network has at least two convolutions."""
    least = assignment.task.required_layers.get("Conv2D", 0)
    names = [f"`{layer.name}`" for layer in evidence.model.layers if layer.class_name.endswith("Conv2D")]
    found = f"{len(names)}: {', '.join(names)}" if names else "none"
    hint = (
        "A Conv2D layer looks for the same small shape at every place of the picture; a dense layer must learn it anew "
        'for each place. Add Conv2D(32, (3, 3), activation="relu") layers before Flatten.'
    )
    share = min(1.0, len(names) / least) if least else 1.0
    settle(Expectation(f"at least {least} Conv2D layers", found, hint if share < 1 else "", share))


@pytest.mark.criterion("architecture")
def test_parameter_budget(evidence: Evidence, assignment: Assignment) -> None:
    """The network keeps within the sheet's parameter budget."""
    model, budget = evidence.model, assignment.task.parameter_budget
    largest = max(layers(model), key=lambda layer: layer.parameters)
    expect(
        0 < model.parameters <= budget,
        expected=f"at most {budget:,} parameters",
        found=f"{model.parameters:,}, of them {largest.parameters:,} in `{largest.name}`",
        hint=f"More parameters train slower and learn the training pictures by heart sooner. Pool the pictures smaller "
        f"before `{largest.name}`, or give it fewer units.",
    )


@pytest.mark.criterion("architecture")
def test_loss(evidence: Evidence) -> None:
    """The loss fits a choice among ten classes."""
    model = evidence.model
    expected = "sparse_categorical_crossentropy (labels 0 to 9) or categorical_crossentropy (one-hot labels)"
    hint = (
        "Cross-entropy compares ten probabilities with the one true class; other losses learn slower or not at all. "
        'Give compile() loss="sparse_categorical_crossentropy" and leave the labels as they were loaded.'
    )
    if model.compiled is None or model.compiled.loss is None:
        raise Missing(expected, "no loss: the model was not compiled with one", hint)
    loss, softmax_twice = model.compiled.loss, final_activation(model) == "softmax" and wants_logits(model)
    if softmax_twice and spelled_as_function(loss) in CROSS_ENTROPIES:
        hint = "The loss applies softmax to numbers that are probabilities already. Take from_logits=True away."
        settle(Expectation(expected, f"{loss} after a softmax layer: softmax twice", hint, share=0.5))
    expect(spelled_as_function(loss) in CROSS_ENTROPIES, expected=expected, found=loss, hint=hint)


def layers(model: Model) -> list[Layer]:
    """The layer table. Raises `Missing` where it is empty."""
    if not model.layers:
        hint = 'Add layers, for example Conv2D(32, (3, 3), activation="relu").'
        raise Missing("a model with layers", "an empty one", hint)
    return model.layers


def fits(shape: Shape, target: Shape) -> bool:
    """Whether rows of shape `target` can go in; None is an axis of any length."""
    return len(shape) == len(target) and all(a is None or a == b for a, b in zip(shape, target, strict=True))


def listed(shapes: list[Shape]) -> str:
    """In words: (28, 28, 1), (28, 28) or (784,)."""
    *first, last = map(str, shapes)
    return f"{', '.join(first)} or {last}" if first else last


def final_activation(model: Model) -> str:
    """What is done last to the outputs, also where a layer of its own does it: softmax, linear, ..."""
    last = layers(model)[-1]
    return "softmax" if last.class_name == "Softmax" else last.activation or "linear"


def wants_logits(model: Model) -> bool:
    """Whether the loss applies softmax by itself."""
    return "from_logits=True" in ((model.compiled and model.compiled.loss) or "")


def spelled_as_function(loss: str) -> str:
    """The loss by its function's name: SparseCategoricalCrossentropy() is sparse_categorical_crossentropy."""
    name = loss.split("(")[0]
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")

"""A network and its sheet -> whether it keeps the rules that the sheet prints, each rule as an expectation."""

from dataclasses import dataclass

from grader.courses.sheet import Assignment, Network, Task
from grader.expect import Expectation, Missing
from grader.fields import Shape
from grader.records import Layer, Model

LOSSES = {
    "softmax": {"sparse_categorical_crossentropy", "categorical_crossentropy", "categorical_focal_crossentropy"},
    "sigmoid": {"binary_crossentropy", "binary_focal_crossentropy"},
    "linear": {
        *("mean_squared_error", "mean_absolute_error", "huber", "log_cosh", "logcosh"),
        *("mean_squared_logarithmic_error", "mean_absolute_percentage_error"),
    },
}
"""By the activation of the last layer: what may be compared with the labels."""
SHORT_NAMES = {
    "mse": "mean_squared_error",
    "mae": "mean_absolute_error",
    "msle": "mean_squared_logarithmic_error",
    "mape": "mean_absolute_percentage_error",
    "bce": "binary_crossentropy",
}
"""Keras' own."""
USUAL_LOSSES = {
    "softmax": "sparse_categorical_crossentropy (labels are numbers) or categorical_crossentropy (one-hot labels)",
    "sigmoid": "binary_crossentropy",
    "linear": "mse, mae, huber or log_cosh",
}
WHY_THE_LOSS = {
    "softmax": "Cross-entropy compares the probabilities with the one true class; other losses learn slower or not at "
    'all. Give compile() loss="sparse_categorical_crossentropy" and leave the labels as they were loaded.',
    "sigmoid": "Cross-entropy compares the probability of class 1 with the label, 0 or 1; other losses learn slower or "
    'not at all. Give compile() loss="binary_crossentropy".',
    "linear": "The loss must say how far a number is from the right one; cross-entropy compares probabilities. Give "
    'compile() loss="mse".',
}
WHY_THE_ACTIVATION = {
    "softmax": "softmax makes the numbers positive, with a sum of 1, so each is the probability of one class.",
    "sigmoid": "sigmoid brings the number between 0 and 1, so it is the probability of class 1.",
    "linear": "without an activation the output can be any number.",
}


@dataclass(frozen=True)
class Ending:
    """A last layer that answers the task."""

    units: int
    activation: str

    @property
    def words(self) -> str:
        """For example: 10 softmax units."""
        return counted(self.units, self.activation)

    @property
    def code(self) -> str:
        """As one writes it in Keras."""
        activation = "" if self.activation == "linear" else f', activation="{self.activation}"'
        return f"Dense({self.units}{activation})"


def endings(task: Task) -> list[Ending]:
    """The sheet's; one of two classes can also be chosen by two softmax units."""
    own = Ending(task.outputs, task.output_activation or "linear")
    return [own, Ending(2, "softmax")] if own == Ending(1, "sigmoid") else [own]


def ending_for(model: Model, task: Task) -> Ending:
    """The one with as many units as the network has, else the sheet's."""
    units = (model.output_shape or (None,))[-1]
    return next((ending for ending in endings(task) if ending.units == units), endings(task)[0])


def input_shape(model: Model, assignment: Assignment) -> Expectation:
    """Whether the network takes a row of the data.

    Raises:
        Missing: nobody knows what it takes.
    """
    allowed, shape = assignment.network.input_shapes, model.input_shape
    expected = f"a network that takes {listed(allowed)}"
    start = f"Start the model with keras.Input(shape={allowed[0]})"
    if shape is None:
        raise Missing(expected, "a network whose input shape was never fixed", f"{start}.")
    if any(fits(shape[1:], target) for target in allowed):
        return Expectation(expected, f"one that takes {shape[1:]}")
    hint = f"{start}, and bring training and test rows into that shape."
    return Expectation(expected, f"one that takes {shape[1:]}", hint, share=0.0)


def output_layer(model: Model, assignment: Assignment) -> Expectation:
    """Whether the last layer gives what the sheet asks for: half where only its activation is another."""
    last, activation, ending = layers(model)[-1].name, final_activation(model), ending_for(model, assignment.task)
    units = (model.output_shape or (None,))[-1]
    good = activation == ending.activation or (activation == "linear" and wants_logits(model))
    share = 0.0 if units != ending.units else 1.0 if good else 0.5
    expected = f"{' or '.join(ending.words for ending in endings(assignment.task))} at the end"
    if ending.activation != "linear":
        expected += ", or linear ones and from_logits=True in the loss"
    hint = f"End with {ending.code}: {WHY_THE_ACTIVATION[ending.activation]}"
    return Expectation(
        expected, f"{counted(units, activation)} at the end, in `{last}`", hint if share < 1 else "", share
    )


def loss(model: Model, assignment: Assignment) -> Expectation:
    """Whether the loss fits the last layer that the task needs: half where an activation is applied twice.

    What the sheet allows for this network besides is as good.

    Raises:
        Missing: the network was not compiled with a loss.
    """
    wanted = ending_for(model, assignment.task).activation
    expected, hint = USUAL_LOSSES[wanted], WHY_THE_LOSS[wanted]
    if model.compiled is None or model.compiled.loss is None:
        raise Missing(expected, "no loss: the model was not compiled with one", hint)
    given = model.compiled.loss
    if spelled_as_function(given) in (allowed := assignment.network.losses):
        return Expectation(f"{expected}; {', '.join(allowed)} as well", given)
    if spelled_as_function(given) not in LOSSES[wanted]:
        return Expectation(expected, given, hint, share=0.0)
    if wants_logits(model) and final_activation(model) == wanted:
        hint = f"The loss applies {wanted} to numbers that are probabilities already. Take from_logits=True away."
        return Expectation(expected, f"{given} after a {wanted} layer: {wanted} twice", hint, share=0.5)
    return Expectation(expected, given)


def parameter_budget(model: Model, assignment: Assignment) -> Expectation:
    """Whether the network has no more parameters than the sheet allows, and any at all."""
    largest = max(layers(model), key=lambda layer: layer.parameters)
    budget = assignment.network.parameter_budget
    kept = 0 < model.parameters <= budget
    hint = (
        "More parameters train slower and learn the training rows by heart sooner. Give "
        f"`{largest.name}` fewer units, or make smaller what reaches it, for example by pooling."
    )
    return Expectation(
        expected=f"at most {budget:,} parameters",
        found=f"{model.parameters:,}, of them {largest.parameters:,} in `{largest.name}`",
        hint="" if kept else hint,
        share=float(kept),
    )


def required_layers(model: Model, assignment: Assignment, hint: str) -> Expectation:
    """Whether the network has the layers that the sheet asks for; `hint` says what they are good for."""
    network = assignment.network
    kinds = dict.fromkeys([*network.required_layers, *network.most_layers])
    share = min((kept(model, network, kind) for kind in kinds), default=1.0)
    return Expectation(
        expected=" and ".join(asked(network, kind) for kind in kinds),
        found="; ".join(found_of(model, kind) for kind in kinds),
        hint=hint if share < 1 else "",
        share=share,
    )


def layers_amiss(model: Model, network: Network) -> float:
    """How far the network is from the layers that the sheet asks for: 0 where it has them, 1 more for each kind."""
    return sum(1 - kept(model, network, kind) for kind in {**network.required_layers, **network.most_layers})


def kept(model: Model, network: Network, kind: str) -> float:
    """How well the network keeps the rules for a kind of layer: 1 entirely, 0 where one is missing or forbidden."""
    number = len(named(model, kind))
    least, most = network.required_layers.get(kind, 0), network.most_layers.get(kind, number)
    return min(1.0, number / least if least else 1.0, most / number if number else 1.0)


def asked(network: Network, kind: str) -> str:
    """In words: at least 2 Conv2D layers."""
    least, most = network.required_layers.get(kind), network.most_layers.get(kind)
    if most == 0:
        return f"no {kind} layer"
    number = least if most is None else most
    bound = "" if least == most else "at least " if most is None else "at most "
    return f"{bound}{number} {kind} {'layer' if number == 1 else 'layers'}"


def named(model: Model, kind: str) -> list[str]:
    """Names of its layers of a Keras class; a SeparableConv2D is a Conv2D as well."""
    return [f"`{layer.name}`" for layer in model.layers if layer.class_name.endswith(kind)]


def found_of(model: Model, kind: str) -> str:
    """In words: 2 Conv2D (`conv2d`, `conv2d_1`)."""
    names = named(model, kind)
    return f"{len(names)} {kind} ({', '.join(names)})" if names else f"no {kind}"


def layers(model: Model) -> list[Layer]:
    """The layer table. Raises `Missing` where it is empty."""
    if not model.layers:
        raise Missing("a model with layers", "an empty one", "Add the layers of the sheet's table, one by one.")
    return model.layers


def fits(shape: Shape, target: Shape) -> bool:
    """Whether rows of shape `target` can go in; None in the one and 0 in the other is an axis of any length."""
    return len(shape) == len(target) and all(a is None or b in (0, a) for a, b in zip(shape, target, strict=True))


def listed(shapes: list[Shape]) -> str:
    """In words: (28, 28, 1), (28, 28) or (784,)."""
    *first, last = [str(tuple(side or "any" for side in shape)).replace("'", "") for shape in shapes]
    return f"{', '.join(first)} or {last}" if first else last


def counted(units: int | None, activation: str) -> str:
    """In words: 1 sigmoid unit, 10 softmax units."""
    return f"{units} {activation} unit{'' if units == 1 else 's'}"


def final_activation(model: Model) -> str:
    """What is done last to the outputs, also where a layer of its own does it: softmax, linear, ..."""
    last = layers(model)[-1]
    return "softmax" if last.class_name == "Softmax" else last.activation or "linear"


def wants_logits(model: Model) -> bool:
    """Whether the loss applies softmax or sigmoid by itself."""
    return "from_logits=True" in ((model.compiled and model.compiled.loss) or "")


def spelled_as_function(loss: str) -> str:
    """The loss by its function's name: SparseCategoricalCrossentropy() is sparse_categorical_crossentropy."""
    name = loss.split("(")[0]
    if name.isupper():
        name = name.lower()
    name = "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name).lstrip("_")
    return SHORT_NAMES.get(name, name)

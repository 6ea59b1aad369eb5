"""A network and its sheet -> whether it is a documented one, layer by layer, and what explains a difference.

A network is compared layer by layer where it was plainly meant to be a documented one: the same kinds of layers with
parameters in the same order, and at most a quarter of them with another number of filters or units. For every other
network the sheet's rules are what counts. Layers without parameters are known only by what comes out of them, so
dropout changes nothing, `activation="relu"` is the same as `Activation("relu")`, and `Flatten()` as `Reshape((1152,))`.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from grader.courses.reference import Threshold, Thresholds
from grader.courses.sheet import Assignment, DocumentedLayer, DocumentedModel, Network
from grader.expect import Expectation
from grader.fields import Setting, Shape
from grader.judging.rules import fits, layers_amiss
from grader.records import Layer, Model

PADDINGS = {
    "valid": '`{name}` has padding="same", which keeps height and width. The documented layer has Keras\' default, '
    'padding="valid", so a 3 x 3 kernel loses one pixel on each side.',
    "same": '`{name}` has padding="valid", Keras\' default, so a 3 x 3 kernel loses one pixel on each side. The '
    'documented layer has padding="same", which keeps height and width.',
}
"""What to say of the other padding, by that of the documented layer."""


def parameter_counts(model: Model, assignment: Assignment) -> Expectation:
    """Whether each layer has as many parameters as in the documented network, or the network is one of its own."""
    pairs = side_by_side(model, assignment.network)
    wrong = [(own, documented) for own, documented in pairs if own.parameters != documented.parameters]
    own_total, total = (sum(pair[side].parameters for pair in pairs) for side in (0, 1))
    as_documented = Expectation(
        expected="; ".join([f"{total:,} parameters", *(f"{b.arithmetic} in `{a.name}`" for a, b in wrong)]),
        found="; ".join([f"{own_total:,}", *(f"{a.arithmetic} in `{a.name}`" for a, _ in wrong)]),
        hint=first_cause(pairs),
        share=1 - len(wrong) / max(1, len(pairs)),
    )
    return as_documented if pairs else by_the_rules(model, assignment.network)


def output_shapes(model: Model, assignment: Assignment) -> Expectation:
    """Whether each layer gives the output shape of the documented network, or the network is one of its own."""
    pairs = side_by_side(model, assignment.network)
    wrong = [(own, documented) for own, documented in pairs if own.shapes != documented.shapes]
    as_documented = Expectation(
        expected="; ".join(f"`{a.name}` to give {b.shapes}" for a, b in wrong) or "the documented output shapes",
        found="; ".join(f"`{a.name}` gives {a.shapes}" for a, _ in wrong) or "the same ones, layer by layer",
        hint=first_cause(pairs),
        share=1 - len(wrong) / max(1, len(pairs)),
    )
    return as_documented if pairs else by_the_rules(model, assignment.network)


@dataclass(frozen=True)
class Stage:
    """A layer with parameters, and what reaches the next such layer. Shapes are without the batch axis."""

    name: str
    kind: str
    shape: Shape
    parameters: int
    incoming: Shape
    handed_on: Shape
    """After pooling, flattening and whatever else follows without parameters."""
    settings: dict[str, Setting]

    @property
    def width(self) -> int:
        """Filters or units."""
        return self.shape[-1] or 1

    @property
    def kernel(self) -> int:
        """Side of the kernel, from the number of weights: 3 for 3 x 3, and 1 for a dense layer."""
        if not self.kind.endswith("Conv2D"):
            return 1
        return math.isqrt(self.parameters // self.width // (self.incoming[-1] or 1))

    @property
    def shapes(self) -> str:
        """Both shapes, in words."""
        return f"{self.shape}" + (f", handed on as {self.handed_on}" if self.handed_on != self.shape else "")

    @property
    def arithmetic(self) -> str:
        """How the parameters come about, for example 147,584 = (1,152 + 1) x 128."""
        channels = self.incoming[-1] or 1
        inputs = f"{self.kernel} x {self.kernel} x {channels}" if self.kernel > 1 else f"{channels:,}"
        has_bias = self.parameters == (self.kernel**2 * channels + 1) * self.width
        return f"{self.parameters:,}" + (f" = ({inputs} + 1) x {self.width}" if has_bias else "")


def stages(layers: list[Layer], entering: Shape) -> list[Stage]:
    """The layers with parameters, in order. Normalization has some, but prepares the data as `/ 255` does."""
    shapes = [(layer.output_shape or (None, None))[1:] or (None,) for layer in layers]
    starts = [i for i, layer in enumerate(layers) if layer.parameters and layer.class_name != "Normalization"]
    return [
        Stage(
            name=layers[start].name,
            kind=layers[start].class_name,
            shape=shapes[start],
            parameters=layers[start].parameters,
            incoming=shapes[start - 1] if start else entering,
            handed_on=shapes[end - 1],
            settings=layers[start].settings,
        )
        for start, end in pairwise([*starts, len(layers)])
    ]


def as_layer(documented: DocumentedLayer) -> Layer:
    """The documented layer as Keras would list it."""
    return Layer(
        name=documented.class_name,
        class_name=documented.class_name,
        output_shape=(None, *documented.output_shape),
        parameters=documented.parameters,
    )


def documented_as(model: Model, network: Network) -> DocumentedModel:
    """The documented network that the model is, layer by layer; the default one where it is none of them."""
    known = network.documented_models
    return next((each for each in known if is_same(model, each, network.input_shapes[0])), known[0])


def thresholds_of(model: Model | None, network: Network, thresholds: Thresholds) -> Mapping[str, Threshold]:
    """Those by which the model is measured: a documented network's own, else those of the default one.

    Empty where that was not calibrated. A network of the documents is never held to what another one reaches.
    """
    known = documented_as(model, network) if model else network.documented_models[0]
    return thresholds.get(known.name, {})


def is_same(model: Model, known: DocumentedModel, entering: Shape) -> bool:
    """Whether each layer with parameters is the documented one, for rows of the shape `entering`."""
    pairs = beside(stages(model.layers, (model.input_shape or ())[1:] or entering), known, entering)
    same = [own.parameters == other.parameters and own.shapes == other.shapes for own, other in pairs]
    return bool(same) and all(same)


def side_by_side(model: Model, network: Network) -> list[tuple[Stage, Stage]]:
    """The network's stages beside those of the closest documented one; empty where the network is the student's own."""
    entering, rows = network.input_shapes[0], (model.input_shape or ())[1:]
    if chose_other_rows(rows, network):
        return []
    own = stages(model.layers, rows or entering)
    compared = [pairs for known in network.documented_models if (pairs := beside(own, known, entering))]
    return min(compared, key=other_widths, default=[])


def chose_other_rows(rows: Shape, network: Network) -> bool:
    """Whether the network takes rows of another length than the documented ones, which the sheet leaves open."""
    known = network.input_shapes[0]
    if not rows or None in rows or volume(rows) == volume(known):
        return False
    return any(fits(rows, allowed) for allowed in network.input_shapes)


def beside(own: list[Stage], known: DocumentedModel, entering: Shape) -> list[tuple[Stage, Stage]]:
    """The stages beside those of one documented network; empty where they were not meant to be the same."""
    documented = stages([as_layer(layer) for layer in known.layers], entering)
    if [stage.kind for stage in own] != [stage.kind for stage in documented]:
        return []
    pairs = list(zip(own, documented, strict=True))
    return pairs if other_widths(pairs) <= len(pairs) / 4 else []


def other_widths(pairs: list[tuple[Stage, Stage]]) -> int:
    """How many stages have another number of filters or units."""
    return sum(own.width != documented.width for own, documented in pairs)


def by_the_rules(model: Model, network: Network) -> Expectation:
    """What a network of the student's own earns: everything, if it has the layers that the sheet asks for."""
    kept = model.parameters <= network.parameter_budget and not layers_amiss(model, network)
    return Expectation(
        expected="the documented network, or one of your own with the layers that the sheet asks for",
        found="one of your own that " + ("keeps the sheet's rules" if kept else "does not keep the sheet's rules"),
        hint="" if kept else "Begin with the network on the sheet: its table says which layer gives which shape.",
        share=float(kept),
    )


def volume(shape: Shape) -> int:
    """How many numbers an array of that shape has; an axis of unknown length counts once."""
    return math.prod(side or 1 for side in shape)


def first_cause(pairs: list[tuple[Stage, Stage]]) -> str:
    """Why the first stage that differs does; what follows it differs only for that reason."""
    causes: list[Callable[[Stage, Stage], str]] = [width, inputs, kernel, edges, pooling, bias]
    return next((cause for own, known in pairs for explain in causes if (cause := explain(own, known))), "")


def width(own: Stage, documented: Stage) -> str:
    """Another number of filters or units."""
    if own.width == documented.width:
        return ""
    return f"`{own.name}` has {own.width} filters or units where the documented layer has {documented.width}."


def inputs(own: Stage, documented: Stage) -> str:
    """A dense layer that the rows reach with another number of columns."""
    counts = [stage.incoming[-1] for stage in (own, documented)]
    if own.kind != "Dense" or None in counts or counts[0] == counts[1]:
        return ""
    return f"`{own.name}` gets {counts[0]:,} inputs where the documented layer gets {counts[1]:,}."


def kernel(own: Stage, documented: Stage) -> str:
    """A kernel of another size."""
    if own.kernel == documented.kernel:
        return ""
    sides = [f"{stage.kernel} x {stage.kernel}" for stage in (own, documented)]
    return f"`{own.name}` has a {sides[0]} kernel where the documented layer has {sides[1]}."


def edges(own: Stage, documented: Stage) -> str:
    """A convolution of the right size that gives a picture of the wrong size."""
    if own.shape == documented.shape:
        return ""
    keeps_size = documented.kernel > 1 and documented.shape[:-1] == documented.incoming[:-1]
    wanted = "same" if keeps_size else "valid"
    if own.settings.get("padding", wanted) != wanted:
        return PADDINGS[wanted].format(name=own.name)
    return f"Compare the strides of `{own.name}` with the documented layer, whose kernel moves on by one pixel."


def pooling(own: Stage, documented: Stage) -> str:
    """The right output, which does not reach the next layer with parameters in the right shape."""
    if own.handed_on == documented.handed_on:
        return ""
    if len(own.handed_on) > len(documented.handed_on):
        return f"No Flatten() stands after `{own.name}`; a dense layer needs one row of inputs, {documented.handed_on}."
    sizes = [volume(stage.handed_on) for stage in (own, documented)]
    change = (
        "as if one more pooling had been applied"
        if sizes[0] < sizes[1]
        else "as if MaxPooling2D((2, 2)) were missing"
        if volume(own.handed_on) == volume(own.shape)
        else "as if the pooling had another size, stride or padding"
    )
    return (
        f"The layer after `{own.name}` expects {sizes[1]:,} inputs {documented.handed_on}, yours has {sizes[0]:,} "
        f"{own.handed_on}: {change}."
    )


def bias(own: Stage, documented: Stage) -> str:
    """Everything as documented but the number of weights."""
    if own.parameters == documented.parameters:
        return ""
    return f"`{own.name}` has other weights for each output than the documented layer: has it a bias?"

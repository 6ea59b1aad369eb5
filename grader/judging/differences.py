"""A network that was meant to be a documented one -> the single change that explains its number of parameters.

The documented network is changed in every way that students come upon: another width, kernel or padding, one pooling
more or less, a BatchNormalization ... Each is counted by arithmetic. What fits is told; where nothing does, nothing is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from grader.courses.sheet import DocumentedModel, Network
from grader.judging.arithmetic import SAME_SHAPE, Shape, UnknownLayerError, altered, one_layer, replaced, without
from grader.judging.documented import documented_layers
from grader.records import Layer

USUAL_WIDTHS = (8, 10, 12, 16, 20, 24, 30, 32, 40, 48, 50, 60, 64, 80, 96, 100, 120, 128, 150, 200, 256, 300, 512, 1024)
MANY_WIDTHS = (*range(1, 129), *range(130, 521, 2), *range(550, 1025, 50), 784, 1024, 2048, 4096)
"""Where each layer's parameters are known, so that no two changes look alike."""
KERNELS = (1, 2, 3, 4, 5, 7, 9, 11)
POOLS = (2, 3, 4)
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
WIDTHS = {"Conv2D": "filters", "Dense": "units"}
"""By class, the setting."""


@dataclass(frozen=True)
class Sized:
    """A layer with parameters, as counted."""

    class_name: str
    parameters: int
    inputs: int
    """Numbers along the last axis of what it is given."""
    shape: Shape
    """Of what leaves it, without the batch axis."""


@dataclass(frozen=True)
class Change:
    """One change of a documented network."""

    words: str
    """What would have to be so, to complete "as if"."""
    layers: Sequence[Layer]


@dataclass(frozen=True)
class Difference:
    """Why a network has not the documented number of parameters."""

    documented: DocumentedModel
    total: int
    """Of the network."""
    causes: Sequence[str]
    """Sentences, the likeliest first; each by itself explains the number."""


def explain(total: int, own: Sequence[Layer], network: Network) -> Difference | None:
    """The single change of a documented network that makes it the network at hand; None where none does.

    Args:
        total: parameters of the network.
        own: its layers; empty where nothing but the total is known, so that a change of that size is only likely.
        network: of the sheet, with its documented ones.
    """
    if any(known.parameters == total for known in network.documented_models):
        return None
    entering = tuple(axis or 0 for axis in network.input_shapes[0])
    for known in network.documented_models:
        if causes := list(causes_of(total, own, known, entering)):
            return Difference(known, total, causes[:2])
    return None


def causes_of(total: int, own: Sequence[Layer], known: DocumentedModel, shape: Shape) -> list[str]:
    """A sentence for each change of one documented network that leads there; those with the very layers go alone."""
    layers = documented_layers(known, shape)
    before = counted(layers, shape)
    if before is None or sum(layer.parameters for layer in before) != known.parameters:
        return []
    fitting = []
    for change in changes(layers, MANY_WIDTHS if own else USUAL_WIDTHS):
        after = counted(change.layers, shape)
        if after is None or sum(layer.parameters for layer in after) != total:
            continue
        if not own or is_same(after, [layer for layer in own if layer.parameters]):
            fitting.append((kinds(change.layers) == kinds(own), sentence(change, before, after)))
    surest = any(sure for sure, _ in fitting)
    return [words for sure, words in fitting if sure or not surest]


def kinds(layers: Sequence[Layer]) -> list[str]:
    """The classes of the layers that change a shape or have parameters."""
    return [layer.class_name for layer in layers if layer.class_name not in SAME_SHAPE]


def is_same(counted: Sequence[Sized], own: Sequence[Layer]) -> bool:
    """Whether the layers with parameters are those of the network at hand, as far as its shapes are known."""
    return len(counted) == len(own) and all(
        (one.class_name, one.parameters) == (other.class_name, other.parameters)
        and (other.output_shape is None or one.shape == tuple(other.output_shape[1:]))
        for one, other in zip(counted, own, strict=True)
    )


def sentence(change: Change, before: Sequence[Sized], after: Sequence[Sized]) -> str:
    """Which dense layer gets other inputs by the change, and the change."""
    pairs = zip(before, after, strict=False) if len(before) == len(after) else ()
    for known, own in pairs:
        if known.class_name == own.class_name == "Dense" and known.inputs != own.inputs:
            return f"Dense expects {known.inputs:,} inputs, yours has {own.inputs:,}: as if {change.words}."
    return f"It is as if {change.words}."


def counted(layers: Sequence[Layer], shape: Shape) -> list[Sized] | None:
    """The layers with parameters; None where no network can be built of them."""
    found = []
    try:
        for layer in layers:
            inputs = shape[-1]
            shape, parameters, _ = one_layer(shape, layer)
            if parameters:
                found.append(Sized(layer.class_name, parameters, inputs, shape))
    except (UnknownLayerError, IndexError):
        return None
    return found


# -- Changes -----------------------------------------------------------------------------------------------------------


def changes(layers: Sequence[Layer], widths: Sequence[int]) -> Iterator[Change]:
    """Every single change, the likeliest kinds first."""
    for at, layer in enumerate(layers):
        if layer.class_name == "Conv2D" or layer.class_name.endswith("Pooling2D"):
            yield Change(
                f"one more 2 x 2 pooling had been applied after {place(layers, at)}",
                inserted(layers, at, "MaxPooling2D", pool_size=[2, 2], strides=[2, 2], padding="valid"),
            )
        if layer.class_name.endswith("Pooling2D"):
            yield Change(f"{place(layers, at)} were missing", without(layers, at))
        if layer.class_name == "Flatten":
            words = "GlobalAveragePooling2D stood in the place of Flatten"
            yield Change(words, replaced(layers, at, "GlobalAveragePooling2D"))
    for at, layer in enumerate(layers):
        if layer.class_name == "Conv2D":
            yield from of_convolution(layers, at)
        elif layer.class_name.endswith("Pooling2D"):
            yield from of_pooling(layers, at)
    yield from of_learners(layers)
    for at, layer in enumerate(layers):
        if layer.class_name in WIDTHS:
            yield from of_width(layers, at, widths)


def of_width(layers: Sequence[Layer], at: int, widths: Sequence[int]) -> Iterator[Change]:
    """Another number of filters or units."""
    setting = WIDTHS[layers[at].class_name]
    known = layers[at].settings.get(setting)
    for width in widths:
        if width != known:
            words = f"{place(layers, at)} had {width} {setting} instead of {known}"
            yield Change(words, altered(layers, at, **{setting: width}))


def of_convolution(layers: Sequence[Layer], at: int) -> Iterator[Change]:
    """Another padding, kernel or stride."""
    known, where = layers[at].settings, place(layers, at)
    other = "valid" if known.get("padding") == "same" else "same"
    yield Change(f'{where} had padding="{other}"', altered(layers, at, padding=other))
    yield Change(f"{where} had strides=(2, 2)", altered(layers, at, strides=[2, 2]))
    for side in KERNELS:
        yield Change(f"{where} had a {side} x {side} kernel", altered(layers, at, kernel_size=[side, side]))


def of_pooling(layers: Sequence[Layer], at: int) -> Iterator[Change]:
    """Another size, or steps of one pixel."""
    for side in POOLS:
        words = f"{place(layers, at)} took {side} x {side} pixels together"
        yield Change(words, altered(layers, at, pool_size=[side, side], strides=[side, side]))
    yield Change(f"{place(layers, at)} had strides=(1, 1)", altered(layers, at, strides=[1, 1]))


def of_learners(layers: Sequence[Layer]) -> Iterator[Change]:
    """A layer with parameters more or less, or without its bias."""
    learners = [at for at, layer in enumerate(layers) if layer.parameters]
    for at in learners[:-1]:
        words = f"a BatchNormalization stood after {place(layers, at)}"
        yield Change(words, inserted(layers, at, "BatchNormalization"))
    for at in learners:
        yield Change(f"{place(layers, at)} had use_bias=False", altered(layers, at, use_bias=False))
    for at in learners[:-1]:
        yield Change(f"{place(layers, at)} were missing", without(layers, at))
        yield Change(f"{place(layers, at)} were there twice", [*layers[: at + 1], *layers[at:]])


def inserted(layers: Sequence[Layer], at: int, class_name: str, **settings: object) -> list[Layer]:
    """The layers with one more behind the one at that place."""
    layer = Layer.model_validate({"name": "more", "class_name": class_name, "parameters": 0, "settings": settings})
    return [*layers[: at + 1], layer, *layers[at + 1 :]]


def place(layers: Sequence[Layer], at: int) -> str:
    """A layer by its place among those of its kind: the second Conv2D."""
    kind = layers[at].class_name
    alike = [number for number, layer in enumerate(layers) if layer.class_name == kind]
    if len(alike) == 1:
        return f"the {kind}"
    number = alike.index(at)
    return f"the {ORDINALS[number] if number < len(ORDINALS) else f'{number + 1}th'} {kind}"

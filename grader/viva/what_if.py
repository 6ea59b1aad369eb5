"""A network -> questions about what a change would make of it. Each answer is counted on the changed network."""

from collections.abc import Iterator, Sequence
from fractions import Fraction

from grader.judging.arithmetic import Shape, altered, replaced, row_shape, total, without
from grader.records import Layer
from grader.viva.case import Case, by, short
from grader.viva.parameters import CONVOLUTIONS, sum_of
from grader.viva.question import Level, Question
from grader.viva.shapes import POOLINGS
from grader.viva.variants import applied, differences

FACTORS = {Fraction(2): "twice", Fraction(1, 2): "half", Fraction(3, 2): "one and a half times"}
LOSES_PLACE = "The exact places are lost; what remains is how strongly each filter answered on the whole."


def changed(
    case: Case, generator: str, level: Level, at: int, ask: str, variant: Sequence[Layer], why: str
) -> Question:
    """A question whose answer is the size of a changed network. `why` is the part that is not a number."""
    own, then = total(case.model.layers), total(variant)
    differ = differences(case.model.layers, variant)
    size = f"{then:,} parameters instead of {own:,}" if then != own else f"{own:,} parameters as before"
    return Question(
        generator=generator,
        level=level,
        text=ask,
        expected=f"{size}{f': {differ}' if differ else ''}. {why}"[:2_000],
        partial="Has the right direction and the right layers, but not the numbers."
        if then != own
        else "Has the shapes, but is not sure about the parameters.",
        based_on=case.on(case.model.layers[at]),
        figures={"parameters": then},
        shape=list(row_shape(variant[-1].output_shape or ())),
        variant=list(variant),
        input_shape=list(case.input_shape),
    )


def wider(case: Case) -> Iterator[Question]:
    """Another number of filters or units in a hidden layer."""
    for at, (incoming, layer) in enumerate(case.steps[:-1]):
        kind = "filters" if layer.class_name in CONVOLUTIONS else "units"
        width = layer.settings.get(kind)
        if not isinstance(width, int) or not any(rest.parameters for rest in case.model.layers[at + 1 :]):
            continue
        for factor, word in FACTORS.items():
            new = width * factor
            variant = new.denominator == 1 and applied(case, altered(case.model.layers, at, **{kind: int(new)}))
            if not variant:
                continue
            ask = (
                f"Give {short(layer)} in {case.network} {word} as many {kind}: {int(new):,} in the place of {width:,}. "
                "Which layers change, and how many parameters are there then?"
            )
            why = f"In {short(layer)} {sum_of(incoming, variant[at])}; the next layer gets {word} as many inputs."
            yield changed(case, "wider", "apply", at, ask, variant, why)


def larger_kernel(case: Case) -> Iterator[Question]:
    """A kernel of another size."""
    for at, (incoming, layer) in enumerate(case.steps):
        if layer.class_name != "Conv2D":
            continue
        for side in (3, 5, 7):
            variant = applied(case, altered(case.model.layers, at, kernel_size=[side, side]))
            if variant is None or layer.settings["kernel_size"] in (side, [side, side]):
                continue
            leaves = by(row_shape(variant[at].output_shape or ()))
            ask = (
                f"Give {short(layer)} in {case.network} a kernel of {side} × {side}. What leaves it then, and how many "
                "parameters has the network?"
            )
            why = f"{leaves} leaves it; in it {sum_of(incoming, variant[at])}."
            yield changed(case, "larger_kernel", "apply", at, ask, variant, why)


def strided(case: Case) -> Iterator[Question]:
    """A convolution that moves by two."""
    for at, (_, layer) in enumerate(case.steps):
        if layer.class_name != "Conv2D" or layer.settings.get("strides") not in (1, [1, 1], None):
            continue
        variant = applied(case, altered(case.model.layers, at, strides=[2, 2]))
        if variant is not None:
            leaves = by(row_shape(variant[at].output_shape or ()))
            ask = (
                f"Give {short(layer)} in {case.network} strides=2. What leaves it then, and does the number of "
                "parameters change, in it or further on?"
            )
            why = f"{leaves} leaves it. Its own parameters stay: they do not depend on where the kernel is put."
            yield changed(case, "strided", "analyse", at, ask, variant, why)


def less_pooling(case: Case) -> Iterator[Question]:
    """One pooling less."""
    for at, (incoming, layer) in enumerate(case.steps):
        variant = applied(case, without(case.model.layers, at)) if layer.class_name in POOLINGS else None
        if variant is not None:
            ask = f"Leave {short(layer)} out of {case.network}. How many parameters are there then, and where?"
            more = (
                "a convolution has no more weights for it, a dense layer has."
                if total(variant) != total(case.model.layers)
                else "no layer has more weights for it: kernels stay, and each channel becomes one number."
            )
            why = f"{by(incoming)} goes on as it is; {more}"
            yield changed(case, "less_pooling", "analyse", at, ask, variant, why)


def globally_pooled(case: Case) -> Iterator[Question]:
    """GlobalAveragePooling in the place of Flatten."""
    for at, (incoming, layer) in enumerate(case.steps):
        maps = any(each.class_name in CONVOLUTIONS for each in case.model.layers[:at])
        if layer.class_name != "Flatten" or len(incoming) not in (2, 3) or not maps or set(incoming[:-1]) == {1}:
            continue
        kind = f"GlobalAveragePooling{len(incoming) - 1}D"
        variant = applied(case, replaced(case.model.layers, at, kind))
        if variant is not None:
            ask = (
                f"Put {kind}() in the place of {short(layer)} in {case.network}. What leaves it, how many parameters "
                "are there then, and what is lost?"
            )
            why = f"{incoming[-1]:,} numbers leave it, the mean of each channel. {LOSES_PLACE}"
            yield changed(case, "globally_pooled", "analyse", at, ask, variant, why)


def without_dropout(case: Case) -> Iterator[Question]:
    """A Dropout less."""
    for at, (_, layer) in enumerate(case.steps):
        variant = applied(case, without(case.model.layers, at)) if layer.class_name == "Dropout" else None
        if variant is not None:
            rate = layer.settings.get("rate")
            share = f"({rate:g}) " if isinstance(rate, float) else ""
            ask = (
                f"Leave {short(layer)} {share}out of {case.network}. What happens to the parameters, and what do you "
                "expect of the two curves?"
            )
            why = (
                "Dropout has none. The training figures get better sooner, and the gap to validation is likely to "
                "grow: units may rely on each other again."
            )
            question = changed(case, "without_dropout", "analyse", at, ask, variant, why)
            partly = "Knows that it has no parameters, but says nothing of the gap between the curves."
            yield question.model_copy(update={"partial": partly})


def shallower(case: Case) -> Iterator[Question]:
    """A hidden dense layer less."""
    dense = [at for at, (_, layer) in enumerate(case.steps) if layer.class_name == "Dense"]
    for at in dense[:-1]:
        layer = case.model.layers[at]
        variant = applied(case, without(case.model.layers, at))
        if variant is not None:
            ask = f"Leave {short(layer)} out of {case.network}. How many parameters remain?"
            why = f"Its own {layer.parameters:,} go, and the next layer is given what {short(layer)} was given."
            yield changed(case, "shallower", "apply", at, ask, variant, why)


def others_than(shape: Shape) -> list[Shape]:
    """Rows of other sizes: pictures, features, or a vocabulary."""
    if len(shape) > 1:
        sides: list[Shape] = [(side, side, *shape[2:]) for side in (20, 32, 40, 64)]
        return [*sides, (*shape[:2], 1 if shape[2] == 3 else 3)] if len(shape) == 3 else sides
    return [(shape[0] + more,) for more in (-1, 1, 2)] if shape[0] < 100 else [(shape[0] // 2,), (shape[0] * 2,)]


def other_input(case: Case) -> Iterator[Question]:
    """Rows of another size: larger pictures, one feature more, another vocabulary."""
    shape = case.input_shape
    if not case.steps or case.steps[0][1].class_name == "Embedding":
        return
    for other in others_than(shape):
        variant = applied(case, case.model.layers, other) if other != shape else None
        if variant is None:
            continue
        ask = (
            f"Rows of {by(other)} numbers come into {case.network} in the place of {by(shape)}. Which layers get "
            "another number of parameters, and how many are there then?"
        )
        convolves = any(layer.class_name in CONVOLUTIONS for layer in variant)
        kernels = "A kernel's weights depend on the channels alone; " if convolves else ""
        why = f"{kernels}a dense layer has weights for every number that it is given."
        why = why[0].upper() + why[1:]
        first = next(at for at, layer in enumerate(variant) if layer.parameters)
        question = changed(case, "other_input", "analyse", first, ask, variant, why)
        yield question.model_copy(update={"input_shape": list(other)})

"""The last layer, the loss and the task -> questions about what a mistake costs."""

import math
from collections.abc import Iterator

from grader.judging.rules import spelled_as_function
from grader.viva.case import Case, short
from grader.viva.question import Question

FITTING = {
    "softmax": {"categorical_crossentropy", "sparse_categorical_crossentropy"},
    "sigmoid": {"binary_crossentropy"},
    "linear": {"mean_squared_error", "mean_absolute_error"},
}
GIVES = {
    "softmax": "positive numbers with the sum 1, one probability for each class",
    "sigmoid": "a number between 0 and 1 for each unit, by itself",
    "linear": "any number, as a price may be",
    "relu": "0 or a positive number of any size",
    "tanh": "a number between −1 and 1",
}
LABELS = {
    "sparse_categorical_crossentropy": "the number of the class",
    "categorical_crossentropy": "a one-hot row",
    "binary_crossentropy": "0 or 1",
    "mean_squared_error": "the value itself",
    "mean_absolute_error": "the value itself",
}
ONE_OF_MANY = (
    "Not quite. binary_crossentropy asks of each unit by itself whether the row is of its class. Here one class alone "
    "is right: softmax makes the units share the sum 1, and goes with categorical_crossentropy (one-hot labels) or "
    "sparse_categorical_crossentropy (numbers of classes)."
)
PROBABILITIES = (0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.05)
ERRORS = (0.5, 1.5, 2, 2.5, 3, 4, 5)


def fitting(case: Case) -> Iterator[Question]:
    """Whether the last layer's activation fits the loss and the labels."""
    activation, loss = last_activation(case), loss_of(case)
    if activation not in GIVES or loss is None or loss not in LABELS or not told(case):
        return
    layer = case.model.layers[-1]
    said = "no activation" if activation == "linear" else activation
    many = len(case.assignment.task.classes) > 2
    fits = loss in FITTING.get(activation, set()) and not (many and loss == "binary_crossentropy")
    wanted = next(name for name, losses in FITTING.items() if loss in losses)
    answer = (
        f"It can be done, as the document shows: {loss} compares the {activation} output with a one-hot row. But its "
        "slope is small where the network is sure, also of a wrong answer, so it learns slowly; cross-entropy fits "
        "better."
        if loss in case.assignment.network.losses and not fits
        else ONE_OF_MANY
        if many and loss == "binary_crossentropy"
        else f"Yes. {activation} gives {GIVES[activation]}; {loss} compares that with {LABELS[loss]}."
        if fits
        else f"Not quite. {activation} gives {GIVES[activation]}; {loss} goes with {wanted}, which gives "
        f"{GIVES[wanted]}. It takes {LABELS[loss]} as a label."
    )
    yield Question(
        generator="fitting",
        level="analyse",
        text=f"{short(layer)} of {case.network} has {said}, and the loss is {loss}. Do the two fit each other "
        "and your labels?",
        expected=answer,
        partial="Says whether they fit, but not what the activation gives and what the loss wants.",
        based_on=f"{case.on(layer)}, compile()",
    )


def told(case: Case) -> bool:
    """Whether the loss is the student's own choice. A bank has one that fits, so it does not ask."""
    return case.model.compiled is not None and case.model.compiled.optimizer is not None


def gives_probabilities(case: Case) -> bool:
    """Whether cross-entropy looks at the probability of the true class alone."""
    activation, loss = last_activation(case), loss_of(case)
    one_unit = bool(case.model.output_shape) and case.model.output_shape[-1] == 1  # type: ignore[index]
    return loss in FITTING.get(activation or "", set()) and (
        activation == "softmax" or (activation == "sigmoid" and one_unit)
    )


def last_activation(case: Case) -> str | None:
    """Of the last layer; a layer that is an activation by itself counts. None and linear are the same."""
    return (case.model.layers[-1].activation or "linear") if case.model.layers else None


def loss_of(case: Case) -> str | None:
    """The loss as Keras' function is called; None where it takes raw scores, for which other answers hold."""
    if case.model.compiled and case.model.compiled.loss:
        loss = case.model.compiled.loss
        return None if "from_logits" in loss else spelled_as_function(loss)
    return None


def uniform_guess(case: Case) -> Iterator[Question]:
    """The loss of a network that knows nothing."""
    task, loss = case.assignment.task, loss_of(case)
    if task.kind != "classification" or not gives_probabilities(case):
        return
    classes = len(task.classes)
    value = math.log(classes)
    first = next(iter(case.fit.history["loss"]), None) if case.fit else None
    compared = f" In epoch 1 it had {first:.4f} on average." if first else ""
    yield Question(
        generator="uniform_guess",
        level="apply",
        text=f"Which loss would {case.network} have if it gave each of the {classes} classes the same probability?",
        expected=f"−ln(1/{classes}) = ln {classes} = {value:.4f}.{compared} A loss that stays near {value:.2f} means "
        "that nothing is learned.",
        partial=f"Knows that each class gets 1/{classes}, but not that the loss is minus its logarithm.",
        based_on=f"loss {loss}, {case.made}",
        figures={"loss": value},
    )


def one_row(case: Case) -> Iterator[Question]:
    """The loss of a single row."""
    loss = loss_of(case)
    if gives_probabilities(case):
        two = len(case.assignment.task.classes) == 2
        for probability in PROBABILITIES:
            if two and probability == 0.5:  # a tie
                continue
            value = -math.log(probability)
            yield Question(
                generator="one_row",
                level="apply",
                text=f"{case.heading} gives the true class of a row the probability {probability:g}. What is "
                "the loss of that row, and would it still count as right?",
                expected=f"−ln {probability:g} = {value:.4f}. "
                + (
                    "It counts as right: no other class can have more."
                    if probability > 0.5
                    else "It counts as wrong: the other class has more."
                    if two
                    else "It counts as right only if every other class has less."
                ),
                partial="Knows that the loss grows as the probability falls, but not that it is minus its logarithm.",
                based_on=f"loss {loss}, {case.made}",
                figures={"loss": value},
            )
    if loss == "mean_squared_error" and case.assignment.task.kind == "regression":
        for error in ERRORS:
            yield Question(
                generator="one_row",
                level="apply",
                text=f"{case.heading} misses one price by {error:g} and another by {2 * error:g}. What do the "
                "two rows add to the squared error, and what to the absolute error?",
                expected=f"{error**2:g} and {(2 * error) ** 2:g}, against {error:g} and {2 * error:g}: twice the "
                "error is four times the squared one, so the loss cares most about large misses.",
                partial="Has the squares, but does not say what follows from them.",
                based_on=f"loss {loss}, {case.made}",
                figures={"small": error**2, "large": (2 * error) ** 2},
            )


def baseline(case: Case) -> Iterator[Question]:
    """What a result is worth beside a simple one."""
    measurement = case.measurement
    if measurement is None or not case.learned:
        return
    metrics, rows = measurement.metrics, measurement.rows
    if "accuracy" in metrics and case.assignment.task.classes:
        classes, accuracy = len(case.assignment.task.classes), metrics["accuracy"]
        wrong = round(rows * (1 - accuracy))
        yield Question(
            generator="baseline",
            level="apply",
            text=f"{case.heading} is right for {accuracy:.2%} of {rows:,} rows. How many are wrong, and how "
            "many would guessing get wrong?",
            expected=f"{wrong:,}. Guessing among {classes} classes is wrong for about "
            f"{rows - round(rows / classes):,}.",
            partial="Has one of the two numbers.",
            based_on=f"result on {rows:,} rows, {case.judged}",
            figures={"wrong": wrong, "guessing": rows - round(rows / classes)},
        )
    if {"mae", "linear_mae"} <= metrics.keys():
        own, linear = metrics["mae"], metrics["linear_mae"]
        reason = (
            "Layers with an activation can bend; linear regression adds up its features and nothing else."
            if own < linear
            else "Linear regression finds its best weights at once. A network can do better, but not in too few "
            "epochs, with rows that are not scaled, or where it has learned its few rows by heart."
        )
        yield Question(
            generator="baseline",
            level="analyse",
            text=f"Linear regression misses the prices by {linear:.2f} on average, {case.network} by {own:.2f}. By how "
            "many per cent is yours better or worse, and why can it be?",
            expected=f"{100 * abs(linear - own) / linear:.0f} % {'better' if own < linear else 'worse'}. {reason}",
            partial="Has the number, but gives no reason.",
            based_on=f"result on {rows:,} rows, {case.judged}",
            figures={"share": round(100 * abs(linear - own) / linear)},
        )

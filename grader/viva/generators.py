"""A case -> every question that can be asked about it, from all generators."""

from collections.abc import Callable, Iterable, Iterator

from grader.viva import code, data, doubts, loss, mistakes, parameters, shapes, training, what_if, written
from grader.viva.case import Case
from grader.viva.question import Question

Generator = Callable[[Case], Iterator[Question]]

GENERATORS: tuple[Generator, ...] = (
    doubts.concern,
    doubts.claim,
    doubts.shared_code,
    written.of_the_sheet,
    written.left_out,
    parameters.counting,
    parameters.largest,
    parameters.without_parameters,
    parameters.normalization,
    shapes.leaving,
    shapes.flattening,
    shapes.batch_axis,
    what_if.wider,
    what_if.larger_kernel,
    what_if.strided,
    what_if.less_pooling,
    what_if.globally_pooled,
    what_if.without_dropout,
    what_if.shallower,
    what_if.other_input,
    training.best_epoch,
    training.overfitting,
    training.steps,
    training.learning_rate,
    training.one_epoch,
    training.stopped_early,
    data.preprocessing,
    data.ranges,
    data.one_value,
    data.scaler,
    data.split,
    mistakes.confused,
    mistakes.recall_of_class,
    mistakes.misclassified,
    mistakes.residual,
    loss.fitting,
    loss.uniform_guess,
    loss.one_row,
    loss.baseline,
    code.line,
)


def all_questions(cases: Iterable[Case]) -> list[Question]:
    """Each once, also where two networks of a notebook give the same."""
    found = {question.key: question for case in cases for make in GENERATORS for question in make(case)}
    return list(found.values())

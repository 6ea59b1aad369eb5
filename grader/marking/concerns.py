"""Evidence -> what about the way to the result is worth asking about. None of it costs marks by itself.

A concern is raised where it is sure, and not where it only may be: a false one is worse than one that is missed.
"""

from collections.abc import Iterator, Mapping, Sequence

from grader.courses.sheet import Assignment, Task
from grader.expect import Missing
from grader.judging.rules import loss, spelled_as_function
from grader.records import Concern, ConcernKind, DataUsed, Evaluation, Evidence, Fit, Model, Source

MOST_TEST_ROWS = 0.02
"""Of the recognised training rows: some pictures of the data sets are in both parts by themselves."""
MOST_TRAINING_ROWS = 0.95
"""Of all rows, where a notebook splits them anew."""
MOSTLY = 0.5
BY_CHANCE = 0.05
"""Of an evaluation's rows: so many may be known although they are others. See `chance`."""
ACCURACIES = ("acc", "accuracy", "binary_accuracy", "categorical_accuracy", "sparse_categorical_accuracy")
"""Spelled as Keras' functions."""

WORDS: dict[ConcernKind, tuple[str, str]] = {
    "test_rows_trained_on": (
        "A network that has seen the test rows knows their answers, so its test result says nothing of new data.",
        "Give only the training rows to fit().",
    ),
    "test_rows_as_validation": (
        "The course documents do so too, and it is fine as long as you only look. Once you choose the epochs or the "
        "layers by these figures, the test rows have helped to build the network, and it looks better than it is.",
        "Let fit() keep some training rows aside with validation_split=0.1, and use the test rows once, at the end.",
    ),
    "scaler_saw_test_rows": (
        "Mean and range of the test rows then go into what the network is fed, which new data could not do. The result "
        "can come out a little too good.",
        "Split first. Then call fit_transform() on the training rows, and only transform() on the test rows.",
    ),
    "target_among_features": (
        "The network only has to copy that feature, so a nearly perfect result shows nothing. Where the answer is not "
        "known yet, the network cannot be used.",
        "Take the target's column out of x before you train, for example with drop(columns=...).",
    ),
    "labels_scaled": (
        "A label is the number of a class and says which output should be 1. Fractions are no classes, so the network "
        "learns something else, and the accuracy means nothing.",
        "Divide only the pixels by 255, and leave y_train and y_test as they were loaded.",
    ),
    "metric_does_not_fit": (
        "An accuracy counts how often the answer is the right class. This one counts something else, so it misleads.",
        "Choose the metric by the task.",
    ),
    "loss_does_not_fit": (
        "The loss says what a mistake is. One that does not fit the last layer makes the network learn something else.",
        "Choose the loss by the last layer.",
    ),
    "evaluated_on_training_rows": (
        "A network can learn its training rows by heart, so a result on them says nothing of new data.",
        "Call model.evaluate(x_test, y_test) on rows that fit() was not given.",
    ),
    "word_numbers_in_dense": (
        "A Dense layer multiplies each number with a weight, as if word 2,000 were twice word 1,000. But the numbers "
        "are only names of words.",
        "Give the network an Embedding layer first, or make the reviews multi-hot.",
    ),
}
"""Why it matters, and what to do."""


def find_concerns(evidence: Evidence, assignment: Assignment) -> list[Concern]:
    """What was seen of the models that answer the sheet's networks, each kind once for each network."""
    found = []
    for choice in evidence.choices:
        model, sheet = evidence.of(choice.network).chosen, assignment.of(choice.network)
        if model is not None:
            concerns = concerns_of(model, evaluations_of(model, evidence), sheet, evidence.data)
            found += [concern.model_copy(update={"network": choice.network}) for concern in concerns]
    return found


def concerns_of(model: Model, tests: Sequence[Evaluation], assignment: Assignment, data: DataUsed) -> Iterator[Concern]:
    """Those of one model; `assignment` has its network alone."""
    if assignment.task.resplit or is_split_anew(model.fits, tests, data):
        yield from in_rows_validated_on(model.fits, tests, chance(data))
    else:
        yield from in_training_rows(model.fits)
        yield from in_validation_rows(model.fits)
    yield from in_scaling(tests)
    yield from in_what_was_fed(model, assignment.task)
    yield from in_compile(model, assignment)
    yield from in_evaluation(model.fits, tests)


def concern(kind: ConcernKind, cell: int | None, seen: str, *, by_judge: bool = False, hint: str = "") -> Concern:
    """A concern of that kind; `seen` goes on after the words "In cell 7"."""
    matters, usual = WORDS[kind]
    where = f"In cell {cell} " if cell else "In a cell "
    return Concern(
        kind=kind,
        network="",
        cell=cell,
        seen=f"{where}{seen}",
        matters=matters,
        hint=hint or usual,
        known="judge" if by_judge else "notebook",
    )


# -- Rows --------------------------------------------------------------------------------------------------------------


def in_training_rows(fits: Sequence[Fit]) -> Iterator[Concern]:
    """Test rows among those trained on."""
    worst = max(fits, key=share_of_test_rows, default=None)
    if worst and share_of_test_rows(worst) > MOST_TEST_ROWS:
        seen = f"fit() trains on test rows: {share_of_test_rows(worst):.0%} of the training rows that were looked at."
        yield concern("test_rows_trained_on", worst.cell, seen, by_judge=True)


def in_validation_rows(fits: Sequence[Fit]) -> Iterator[Concern]:
    """The data set's test rows as validation_data."""
    fit = next((fit for fit in fits if test_share(fit.validation_from) > MOSTLY), None)
    if fit:
        seen = "the test rows are validation_data of fit()."
        yield concern("test_rows_as_validation", fit.cell, seen, by_judge=True)


def in_rows_validated_on(fits: Sequence[Fit], tests: Sequence[Evaluation], by_chance: float) -> Iterator[Concern]:
    """Where all rows are split anew, the test rows are those of the tests: the same ones as validation_data."""
    fit = next((fit for fit in fits if is_at_most(fit.validation_trained_on, by_chance)), None)
    unseen = [call for call in tests if is_at_most(call.trained_on, by_chance)]
    if fit and unseen and all((call.validated_on or 0) > 1 - BY_CHANCE for call in unseen):
        seen = "fit() is given validation_data, and the test is on the same rows."
        yield concern("test_rows_as_validation", fit.cell, seen)


def in_scaling(tests: Sequence[Evaluation]) -> Iterator[Concern]:
    """A scaler that learned from rows of the test."""
    scaler = next((call.scaler for call in tests if call.scaler), None)
    if scaler:
        seen = (
            f"a {scaler.kind} learns from rows with which the network is tested later: about {scaler.share:.0%} of the "
            "rows that it is fitted on."
        )
        yield concern("scaler_saw_test_rows", scaler.cell, seen)


def in_evaluation(fits: Sequence[Fit], tests: Sequence[Evaluation]) -> Iterator[Concern]:
    """No result on other rows than those trained on."""
    unseen = any(fit.validation_rows and (fit.validation_trained_on or 0) <= MOSTLY for fit in fits)
    if tests and not unseen and all((call.trained_on or 0) > MOSTLY for call in tests):
        call = tests[-1]
        seen = (
            f"{call.method}() is given rows that the network was trained on, and no other call tests it with new ones."
        )
        yield concern("evaluated_on_training_rows", call.cell, seen)


def evaluations_of(model: Model, evidence: Evidence) -> list[Evaluation]:
    """Its evaluations on more than a few rows, and those of models like it: saved, and loaded again to be tested."""
    least = evidence.data.test_rows / 100
    calls = [call for other in evidence.models if is_copy(other, model) for call in other.evaluations]
    return [call for call in calls if call.rows is None or call.rows >= least]


def is_copy(other: Model, model: Model) -> bool:
    """Whether it is the model, or looks like it."""
    kinds = [[(layer.class_name, layer.parameters) for layer in each.layers] for each in (other, model)]
    return other.id == model.id or kinds[0] == kinds[1]


def is_at_most(share: float | None, most: float) -> bool:
    """Whether a share is known, and no larger."""
    return share is not None and share <= most


def chance(data: DataUsed) -> float:
    """Share of rows that may be known already although a notebook has split all rows anew, and well.

    Other test rows take the places of the sealed ones: one of such twins may be trained on and the other one tested.
    """
    return min(BY_CHANCE + 2 * data.sealed_rows / max(1, data.train_rows + data.test_rows), MOSTLY)


def is_split_anew(fits: Sequence[Fit], tests: Sequence[Evaluation], data: DataUsed) -> bool:
    """Whether a notebook has put training and test rows together and keeps rows of its own aside to test with.

    It then trains on no more test rows than such a split hands it, not on nearly all rows, and tests with new ones.
    """
    total = data.train_rows + data.test_rows
    most, rows = 1.2 * data.test_rows / max(1, total), max((fit.rows or 0 for fit in fits), default=0)
    worst = max(map(share_of_test_rows, fits), default=0.0)
    tested = any(is_at_most(call.trained_on, chance(data)) for call in tests)
    return MOST_TEST_ROWS < worst <= most and rows <= MOST_TRAINING_ROWS * total and tested


def share_of_test_rows(fit: Fit) -> float:
    """Of the training rows that the judge recognised."""
    return test_share(fit.rows_from)


def test_share(rows: Mapping[Source, int]) -> float:
    """Of the rows that the judge recognised."""
    train, test = rows.get("train", 0), rows.get("test", 0)
    return test / (train + test) if test else 0.0


# -- Values ------------------------------------------------------------------------------------------------------------


def in_what_was_fed(model: Model, task: Task) -> Iterator[Concern]:
    """Features and labels that cannot be meant."""
    for fit in model.fits:
        if number := fit.fed.target_feature:
            seen = f"feature {number} of the rows that fit() is given is the target itself."
            yield concern("target_among_features", fit.cell, seen, by_judge=True)
            break
    scaled = next((fit for fit in model.fits if fit.fed.fractions), None)
    if scaled and task.kind == "classification":
        seen = "the labels that fit() is given are fractions, as if they had been divided like the pixels."
        yield concern("labels_scaled", scaled.cell, seen, by_judge=True)
    first = next((layer.class_name for layer in model.layers if layer.parameters), "")
    numbers = next((fit for fit in model.fits if fit.fed.word_numbers), None)
    if numbers and first == "Dense" and not any(layer.class_name == "Embedding" for layer in model.layers):
        seen = "fit() is given reviews as the numbers of their words, and they go straight into a Dense layer."
        yield concern("word_numbers_in_dense", numbers.cell, seen, by_judge=True)


def in_compile(model: Model, assignment: Assignment) -> Iterator[Concern]:
    """A metric or a loss that does not fit the task."""
    if model.compiled is None:
        return
    task, cell = assignment.task, model.compiled.cell
    metrics = [metric for metric in model.compiled.metrics if spelled_as_function(metric) in ACCURACIES]
    if metrics and task.kind == "regression":
        hint = 'Give compile() metrics=["mae"]: the mean error, in the unit of the target.'
        seen = f"compile() is given the metric {metrics[0]}, but what is to be found is a number and no class."
        yield concern("metric_does_not_fit", cell, seen, hint=hint)
    elif task.outputs > 2 and "binary_accuracy" in map(spelled_as_function, metrics):
        hint = 'Give compile() metrics=["accuracy"]: Keras then takes the one for your labels.'
        seen = f"compile() is given binary_accuracy, which takes each of the {task.outputs} outputs for a yes or no."
        yield concern("metric_does_not_fit", cell, seen, hint=hint)
    try:
        said = loss(model, assignment)
    except Missing:
        return
    if said.share < 1:
        seen = f"compile() is given the loss {said.found}. Expected: {said.expected}."
        yield concern("loss_does_not_fit", cell, seen, hint=said.hint)

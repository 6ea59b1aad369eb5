"""A result on the sealed rows -> what it earns, by its thresholds or class by class, and words for the way to more."""

from collections.abc import Mapping

from grader.courses.reference import Threshold
from grader.courses.sheet import Task
from grader.expect import Expectation, Missing, Undecided, share_between
from grader.records import Evidence, Fit

NAMES = {
    "accuracy": "an accuracy",
    "auc": "an area under the ROC curve (AUC)",
    "mae": "a mean absolute error (MAE)",
    "r2": "an R2",
}
CUT = (
    "The grader ended the training early, so this is not decided and costs nothing. Your teacher can grade the "
    "notebook again with --budget full."
)
NOT_CALIBRATED = (
    "What the reference solution reaches on these data was not measured yet, so nothing is taken off. Your teacher "
    "runs `grader calibrate` first."
)
NOT_DEFINED = "The grader could not compute it from what the network gives. Your teacher looks at it; it costs nothing."


def attained(evidence: Evidence, thresholds: Mapping[str, Threshold], metric: str, hint: str) -> Expectation:
    """What the result on the sealed rows earns, in proportion between the two thresholds.

    Args:
        evidence: of the notebook.
        thresholds: by metric; `full` below `floor` where lower is better.
        metric: one of `NAMES`.
        hint: the next step, for a student whose result does not earn everything.

    Raises:
        Missing: the model is not there, was not trained, or gives nothing that could be measured.
        Undecided: nothing was calibrated or measured, or the grader ended the training early.
    """
    measured = evidence.measurement
    value, marks = measured.metrics.get(metric), thresholds.get(metric)
    if value is None:
        raise Undecided(NAMES[metric], "none", NOT_DEFINED)
    found = f"{value:.4f} on {measured.rows:,} rows that the notebook never saw"
    if marks is None:
        raise Undecided(f"{NAMES[metric]} near that of the reference solution", found, NOT_CALIBRATED)
    earned = share_between(value, marks.floor, marks.full)
    side = "most" if marks.full < marks.floor else "least"
    expected = f"{NAMES[metric]} of at {side} {marks.full:.3f} (marks begin at {marks.floor:.3f})"
    if earned < 1:
        spare_the_cut(evidence, expected, found)
    return Expectation(expected, found, hint if earned < 1 else "", earned, measured.tier)


def each_class(evidence: Evidence, task: Task, hint: str) -> Expectation:
    """What it earns that each class is recognised more often than by guessing.

    Args:
        evidence: of the notebook.
        task: with the names of the classes.
        hint: the next step, where one is not.

    Raises:
        Missing: the model is not there, was not trained, or gives nothing that could be measured.
        Undecided: nothing was measured, or the grader ended the training early.
    """
    measured, classes = evidence.measurement, task.outputs
    expected = f"each class to be recognised in more than 1 of {classes} cases"
    if measured.confusion is None:
        raise Missing(expected, "no confusion matrix", evidence.choice.not_measured_because)
    recalls = [row[label] / max(1, sum(row)) for label, row in enumerate(measured.confusion)]
    weak = [label for label, recall in enumerate(recalls) if recall <= 1 / classes]
    if not weak:
        found = f"every class in at least {min(recalls):.2f} of its cases"
        return Expectation(expected, found, trust=measured.tier)
    found = ", ".join(f"{class_name(label, evidence, task)} in {recalls[label]:.2f}" for label in weak)
    spare_the_cut(evidence, expected, found)
    return Expectation(expected, found, hint, 1 - len(weak) / classes, measured.tier)


def class_name(label: int, evidence: Evidence, task: Task) -> str:
    """Name of a class; only its number where small digits took the place of the real data."""
    name = str(label) if evidence.data.stand_in else task.classes[label]
    return f"class {label}" if name == str(label) else f"{name} (class {label})"


def last_fit(evidence: Evidence) -> Fit | None:
    """The last training of the model that counts, if there was one."""
    fits = evidence.chosen.fits if evidence.chosen else []
    return fits[-1] if fits else None


def spare_the_cut(evidence: Evidence, expected: str, found: str) -> None:
    """Raise `Undecided` where the grader ended the training: more of it might have been enough."""
    fit = last_fit(evidence)
    if fit and fit.was_cut:
        raise Undecided(expected, f"{found}, after {fit.epochs_granted} of {fit.epochs_asked} epochs", CUT)


def training_figure(evidence: Evidence, part: str) -> float | None:
    """Where the training metric whose name has `part` in it ended, by the history of the last fit()."""
    fit = last_fit(evidence)
    training = [name for name in (fit.history if fit else {}) if part in name.lower() and not name.startswith("val_")]
    figures = fit.history[training[0]] if fit and training else []
    return figures[-1] if figures else None

"""Predictions and the true labels -> the figures of a `Measurement`, for each kind of task."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from grader.courses.sheet import Task
from grader.data.served import Served
from grader.records import Fed, Measurement, TargetUnit

Outputs = NDArray[Any]
Labels = NDArray[Any]
Figures = tuple[dict[str, float], list[list[int]] | None]
"""Metrics by name, and the confusion matrix: rows are the true classes, columns the predicted ones."""
SAME_UNIT = (0.5, 2.0)
"""Reach of a target that nobody scaled, as a multiple of that of all rows: a notebook trains on some of them only."""
SAME = 1e-4
"""Of the scale and the shift of a target that was left as it is."""
LARGEST_FIGURE = 1e100
"""Of what is measured: squares of larger ones are no numbers."""
SCORE = 0.5
"""Above it, one unit says class 1."""


def unusable(outputs: Outputs | None, rows: int, task: Task) -> str | None:
    """What is wrong with a model's outputs, for the student; None where they are one finite row of scores per label."""
    if outputs is None:
        return "The model gave no predictions that could be read."
    if outputs.ndim != 2 or len(outputs) != rows or outputs.shape[1] not in task.widths:
        return (
            f"Expected predictions of shape {(rows, task.outputs)}: for every row {figures_per_row(task)}. "
            f"Found {outputs.shape}. The last layer needs {task.outputs} unit{'s' if task.outputs > 1 else ''}"
            f"{', after a Flatten or a global pooling' if outputs.ndim > 2 or task.outputs > 1 else ''}."
        )
    if not float(np.abs(outputs).max(initial=0)) < LARGEST_FIGURE:  # nor is NaN
        return (
            "The model's predictions are not finite numbers (NaN or infinity), so its training has broken down. Use a "
            "smaller learning rate, and check the inputs for NaN or very large values."
        )
    return None


def figures_per_row(task: Task) -> str:
    """What a model gives for each row, in words."""
    if task.kind == "regression":
        return "one figure, the predicted value"
    return "one figure, the probability of class 1" if task.is_binary else "one figure per class"


def measure(
    tier: Literal["sealed", "own_arrays"], outputs: Outputs, labels: Labels, task: Task, preprocessing: str | None
) -> Measurement:
    """The figures of a model whose outputs are not `unusable`.

    Args:
        tier: what the rows were.
        outputs: float array of shape (n, units of the last layer).
        labels: of shape (n,) or (n, 1): class numbers from 0, or for a regression the true values.
        task: says which kind they are of.
        preprocessing: in words.
    """
    labels = labels.reshape(-1)
    if task.kind == "regression":
        metrics, confusion = regression(outputs, labels)
    elif task.is_binary:
        metrics, confusion = binary(outputs, labels.astype(int))
    else:
        metrics, confusion = classification(outputs, labels.astype(int))
    return Measurement(tier=tier, rows=len(labels), metrics=metrics, confusion=confusion, preprocessing=preprocessing)


def classification(outputs: Outputs, y_true: Labels) -> Figures:
    """Accuracy and confusion matrix; each column of `outputs` is the score of a class."""
    classes, y_pred = outputs.shape[1], outputs.argmax(axis=1)
    confusion = np.bincount(y_true * classes + y_pred, minlength=classes**2).reshape(classes, classes)
    return {"accuracy": float((y_true == y_pred).mean())}, confusion.tolist()


def binary(outputs: Outputs, y_true: Labels) -> Figures:
    """Accuracy, area under the ROC curve (where both classes occur), and a 2 x 2 confusion matrix."""
    from sklearn.metrics import roc_auc_score  # slow to import, and not needed for every task

    # One unit is the score of class 1. Beside the level, a second column makes it the larger of two.
    scores = outputs if outputs.shape[1] == 2 else np.column_stack([np.full(len(outputs), SCORE), outputs])
    metrics, confusion = classification(scores, y_true)
    if np.unique(y_true).size == 2:
        metrics["auc"] = float(roc_auc_score(y_true, scores[:, 1] - scores[:, 0]))
    return metrics, confusion


def regression(outputs: Outputs, y_true: Labels) -> Figures:
    """Mean absolute error, mean squared error and R2 (at least two rows)."""
    from sklearn.metrics import mean_absolute_error, mean_squared_error, r2_score  # see `binary`

    y_pred = outputs.reshape(-1).astype(np.float64)
    metrics = {"mae": mean_absolute_error(y_true, y_pred), "mse": mean_squared_error(y_true, y_pred)}
    if len(y_true) > 1:
        metrics["r2"] = r2_score(y_true, y_pred)
    return {name: float(value) for name, value in metrics.items()}, None


def in_own_unit(outputs: Outputs, unit: TargetUnit) -> Outputs:
    """What a network estimates of a target that its notebook changed, as the data set has that target."""
    figures = (outputs.astype(np.float64) - unit.shift) / unit.scale
    if unit.change == "none":
        return np.asarray(figures)
    with np.errstate(over="ignore"):
        return np.asarray(np.exp(figures) if unit.change == "log" else np.expm1(figures))


def unit_words(unit: TargetUnit) -> str:
    """What was done to the target; empty where it is as the data set has it."""
    if unit.change != "none":
        return "the logarithm of the target, undone"
    return "" if abs(unit.scale - 1) + abs(unit.shift) < SAME else "the target scaled, undone"


def in_another_unit(learned: Fed) -> str:
    """Why estimates cannot be held against the target, for the student; empty where nothing speaks against it."""
    low, high = SAME_UNIT
    if learned.target_unit is not None or learned.target_scale is None or low <= learned.target_scale <= high:
        return ""
    return (
        "Expected the target of fit() as it is, or scaled, or its logarithm. Found figures that reach "
        f"{learned.target_scale:.3g} times as far as the target's, and no such change explains them."
    )


def linear_baseline(served: Served) -> dict[str, float]:
    """What linear regression reaches on the sealed rows, learned from the training rows that notebooks are served."""
    from sklearn.linear_model import LinearRegression  # see `binary`

    x_train, y_train = (np.load(served.folder / f"{name}.npy") for name in ("x_train", "y_train"))
    predicted = LinearRegression().fit(x_train, y_train).predict(np.load(served.sealed_inputs))
    metrics, _ = regression(predicted, served.sealed_labels.reshape(-1))
    return {"linear_mae": metrics["mae"], "linear_r2": metrics["r2"]}

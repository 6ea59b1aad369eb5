"""A recording -> what its model is really like: rebuilt and measured in a second sandbox, by labels that stay here."""

import lzma
import shutil
import struct
import zipfile
import zlib
from concurrent.futures import TimeoutError as FutureTimeoutError
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any, Literal

import numpy as np
from pydantic import ValidationError

from grader.execute import Recording
from grader.records import Count, Layer, Limits, Line, Measurement, Model, Name, Record, Shape, Task
from grader.sandbox import Job, Sandbox
from grader.served import Served

JUDGE_SECONDS = 180
FILE_BYTES = 600 << 20
JUDGEMENT_BYTES = 10 << 20
SAMPLED_FITS = 20
BROKEN_ZIP = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error, RuntimeError)
BROKEN_ARRAY = (OSError, EOFError, ValueError, TypeError, LookupError, OverflowError, MemoryError, TokenError)
"""What zipfile and NumPy raise over bytes that are not what they should be."""


class Rebuilt(Record):
    """The judge's layer table."""

    kind: Name
    layers: list[Layer]
    parameters: Count
    trainable_parameters: Count
    input_shape: Shape | None
    output_shape: Shape | None
    rebuilt: bool


class Answer(Record):
    """judgement.json, as the sandbox writes it."""

    model: Rebuilt | None
    refused: Line | None
    preprocessing: Line | None
    why_not: Line
    rows_from: dict[Name, dict[Literal["train", "test", "unknown"], Count]]
    own: Name | None = None


@dataclass(frozen=True)
class Judgement:
    """What is known of a model once the judge has seen it."""

    model: Model
    measurements: list[Measurement]
    not_measured_because: str
    failed: bool = False
    """The model's outputs are of no use. Else, what could not be measured is for a person to decide."""


def judge(
    recording: Recording, model: Model, task: Task, served: Served, sandbox: Sandbox, limits: Limits
) -> Judgement:
    """Rebuild the model, feed it the sealed rows as the notebook would have, and compare with the sealed labels."""
    if recording.files is None or not (recording.files / f"{model.id}.weights.npz").exists():
        return Judgement(
            model, [], model.not_rebuilt_because or "The model was not saved: it was never built or trained."
        )
    job = sandbox.room()
    samples = lay_out(job, recording.files, model, served)
    folder = sandbox.served[task.dataset] if model.fits or model.updates else None
    sandbox.start(job, "judge", limits, {"folder": folder}, threads=1)
    answer, reason = read_answer(job)
    if answer is None or answer.model is None:
        why = answer.refused if answer and answer.refused else reason
        return Judgement(model.model_copy(update={"not_rebuilt_because": why[:2_000]}), [], why)
    measurements, useless = [], None
    why_not: str | None = answer.refused or answer.why_not
    if answer.preprocessing is not None:
        sealed = read_array(job.result / "sealed.npy")
        why_not = useless = unusable(sealed, len(served.sealed_labels), task)
        if sealed is not None and not useless:
            measurements.append(measurement("sealed", sealed, served.sealed_labels, task, answer.preprocessing))
    if answer.own is not None and (labels := read_labels(samples.get(answer.own), task)) is not None:
        own = read_array(job.result / "own.npy")
        if own is not None and not unusable(own, len(labels), task):
            measurements.append(measurement("own_arrays", own, labels, task, None))
    sandbox.discard(job.folder)
    return Judgement(as_judged(model, answer), measurements, why_not or "", failed=useless is not None)


def as_judged(model: Model, answer: Answer) -> Model:
    """The notebook's account of the model, with the judge's in its place where there is one."""
    assert answer.model is not None
    judged = {name: getattr(answer.model, name) for name in Rebuilt.model_fields}
    fits = [
        fit.model_copy(update={"rows_from": answer.rows_from.get(f"fit-{number}", {})})
        for number, fit in enumerate(model.fits, start=1)
    ]
    return model.model_copy(update={**judged, "fits": fits})


def lay_out(job: Job, files: Path, model: Model, served: Served) -> dict[str, Path]:
    """Put the saved model, its samples and the sealed inputs behind the judge's door; return the samples by source."""
    door = job.folder / "door"
    shutil.copyfile(files / f"{model.id}.json", door / "model.json")
    shutil.copyfile(files / f"{model.id}.weights.npz", door / "model.weights.npz")
    shutil.copyfile(served.sealed_inputs, door / "x_sealed.npy")
    sources = ["evaluate", "predict", "validation", *(f"fit-{number}" for number in range(1, SAMPLED_FITS + 1))]
    samples = {source: files / f"{model.id}.{source}.npz" for source in sources}
    samples = {source: path for source, path in samples.items() if path.exists()}
    for source, path in samples.items():
        shutil.copyfile(path, door / f"sample.{source}.npz")
    for path in door.iterdir():
        path.chmod(0o644)
    return samples


def read_answer(job: Job) -> tuple[Answer | None, str]:
    """The sandbox's answer, or None and the reason."""
    try:
        ended = job.ended.result(timeout=JUDGE_SECONDS)
    except FutureTimeoutError:
        job.kill()
        job.ended.result(timeout=30)
        return None, f"Rebuilding and measuring the model took more than {JUDGE_SECONDS} s."
    path = job.result / "judgement.json"
    if not path.exists() or path.stat().st_size > JUDGEMENT_BYTES:
        limit = f"{ended.limit} at {ended.used:g}" if ended.limit and ended.used else f"exit code {ended.code}"
        return None, f"The judge's sandbox ended early ({limit}) while it rebuilt the model."
    try:
        return Answer.model_validate_json(path.read_bytes()), ""
    except ValidationError:
        return None, "The judge's sandbox gave an answer that cannot be read."


def read_array(path: Path) -> np.ndarray[Any, Any] | None:
    """Numbers from a sandbox, never objects; None where there is nothing or something else."""
    try:
        with path.open("rb") as file:
            return numbers(file, path.stat().st_size)
    except BROKEN_ARRAY:
        return None


def read_labels(path: Path | None, task: Task) -> np.ndarray[Any, Any] | None:
    """What the notebook itself took for the labels of its sample, as class numbers; None where it cannot be that."""
    if path is None:
        return None
    try:
        with zipfile.ZipFile(path) as archive, archive.open("labels.npy") as file:
            # Unpacked: a small archive may hold a very large file.
            labels = numbers(file, archive.getinfo("labels.npy").file_size)
    except (*BROKEN_ARRAY, *BROKEN_ZIP):
        return None
    if labels.ndim == 0 or labels.size == 0:
        return None
    labels = labels.reshape(len(labels), -1)
    labels = labels[:, 0] if labels.shape[1] == 1 else labels.argmax(axis=1)
    return labels.astype(int) if labels.min() >= 0 and labels.max() < task.outputs else None


def numbers(file: IO[bytes], size: int) -> np.ndarray[Any, Any]:
    """The array in an open .npy file of `size` bytes. Raises ValueError where it is too large or not of numbers."""
    if size > FILE_BYTES:
        raise ValueError(f"{size} bytes")
    array = np.lib.format.read_array(file, allow_pickle=False)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"an array of {array.dtype}")
    return array


def unusable(outputs: np.ndarray[Any, Any] | None, rows: int, task: Task) -> str | None:
    """What is wrong with a model's outputs, for the student; None where they are one finite row of scores per label."""
    if outputs is None:
        return "The model gave no predictions that could be read."
    if outputs.shape != (rows, task.outputs):
        return (
            f"Expected predictions of shape {(rows, task.outputs)}: for every row one figure per class. "
            f"Found {outputs.shape}. The last layer needs {task.outputs} units, after a Flatten or a global pooling."
        )
    if not np.isfinite(outputs).all():
        return (
            "The model's predictions are not finite numbers (NaN or infinity), so its training has broken down. Use a "
            "smaller learning rate, and check the inputs for NaN or very large values."
        )
    return None


def measurement(
    tier: Literal["sealed", "own_arrays"],
    outputs: np.ndarray[Any, Any],
    labels: np.ndarray[Any, Any],
    task: Task,
    preprocessing: str | None,
) -> Measurement:
    """Accuracy and confusion matrix of a classifier.

    Args:
        tier: what the rows were.
        outputs: float array of shape (n, classes), one score per class.
        labels: int array of shape (n,) or (n, 1), class numbers in 0..classes-1.
        task: says how many classes there are.
        preprocessing: in words.
    """
    y_true, y_pred = labels.reshape(-1).astype(int), outputs.argmax(axis=1)
    confusion = np.bincount(y_true * task.outputs + y_pred, minlength=task.outputs**2).reshape(task.outputs, -1)
    return Measurement(
        tier=tier,
        rows=len(y_true),
        metrics={"accuracy": float((y_true == y_pred).mean())},
        confusion=confusion.tolist(),
        preprocessing=preprocessing,
    )

"""A recording -> what its model is really like: rebuilt in a second sandbox, measured by labels that stay here."""

import lzma
import shutil
import struct
import threading
import time
import zipfile
import zlib
from concurrent.futures import wait
from dataclasses import dataclass, field
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any, Literal

import numpy as np
from pydantic import ValidationError

from grader.courses.sheet import Limits, Task
from grader.data.served import Served
from grader.errors import SandboxError
from grader.fields import Count, Figure, Line, Name, Record, Shape
from grader.judging.account import discrepancies
from grader.judging.measure import (
    LARGEST_FIGURE,
    in_another_unit,
    in_own_unit,
    linear_baseline,
    measure,
    unit_words,
    unusable,
)
from grader.judging.mistakes import find_mistakes
from grader.judging.replay import Replayed
from grader.records import Fed, Fit, Layer, Measurement, Mistake, Model, Prepared
from grader.running.sandbox import KILLED, Job, Sandbox

JUDGE_SECONDS = 180
LOOK_SECONDS = 0.1
KILL_SECONDS = 30
JUDGE_MEMORY_MB = 6_000
"""At most, whatever the sheet allows a notebook: the judge feeds the model a few rows at a time."""
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
    weights: Figure = None
    """Checksum of the model's."""
    rows_from: dict[Name, dict[Literal["train", "test", "unknown"], Count]]
    own: Name | None = None
    fed: dict[Name, Fed] = {}
    """By the number of the fit(), as in fit-1."""
    untested: bool = False
    prepared: Prepared | None = None


@dataclass(frozen=True)
class Judgement:
    """What is known of a model once the judge has seen it."""

    model: Model
    measurements: list[Measurement]
    not_measured_because: str
    mistakes: list[Mistake] = field(default_factory=list)
    prepared: Prepared | None = None
    failed: bool = False
    """The model's outputs are of no use. Else, what could not be measured is for a person to decide."""
    untested: bool = False
    """In a second run of its notebook it was fed none of the rows that were sealed ones."""

    @property
    def outcome(self) -> dict[str, Any]:
        """What it adds to the `Choice` of the model, as its fields."""
        return {
            "measurements": self.measurements,
            "mistakes": self.mistakes,
            "prepared": self.prepared,
            "not_measured_because": self.not_measured_because,
            "left_to_a_person": bool(self.not_measured_because) and not self.failed,
        }


def judge(
    files: Path | None,
    model: Model,
    task: Task,
    served: Served,
    sandbox: Sandbox,
    limits: Limits,
    given_up: threading.Event | None = None,
    replayed: Replayed | None = None,
    looked_rows: int = 0,
) -> Judgement:
    """Rebuild the model, feed it the sealed rows as the notebook would have, and compare with the sealed labels.

    Args:
        files: folder with the saved models and samples of a run; None where nothing ran.
        model: one of them.
        task: what the sheet asks.
        served: with the sealed rows.
        sandbox: where the model is rebuilt.
        limits: what that may use.
        given_up: set where nobody waits for the result any more.
        replayed: what a second run on the sealed inputs left, where there was one.
        looked_rows: of the test rows that the notebook was served, among which mistakes are looked for.

    Raises:
        SandboxError: something outside of the sandbox ended the job twice.
    """
    given_up = given_up or threading.Event()
    try:
        return judge_once(files, model, task, served, sandbox, limits, given_up, replayed, looked_rows)
    except SandboxError:  # The training that it judges may have taken an hour.
        return judge_once(files, model, task, served, sandbox, limits, given_up, replayed, looked_rows)


def judge_once(
    files: Path | None,
    model: Model,
    task: Task,
    served: Served,
    sandbox: Sandbox,
    limits: Limits,
    given_up: threading.Event,
    replayed: Replayed | None,
    looked_rows: int,
) -> Judgement:
    """As `judge` does, in one attempt."""
    job = sandbox.room()
    try:
        return judge_in(job, files, model, task, served, limits, given_up, replayed, looked_rows)
    finally:
        sandbox.discard(job.folder)


def judge_in(
    job: Job,
    files: Path | None,
    model: Model,
    task: Task,
    served: Served,
    limits: Limits,
    given_up: threading.Event,
    replayed: Replayed | None,
    looked_rows: int,
) -> Judgement:
    """As `judge` does, in the room of a job that is not started yet."""
    sandbox = job.sandbox
    try:
        samples = lay_out(job, files, model, served, replayed)
    except OSError:
        why = model.not_rebuilt_because or "The model was not saved: it was never built or trained."
        return Judgement(model, [], why)
    limits = limits.model_copy(update={"memory_mb": min(limits.memory_mb, JUDGE_MEMORY_MB)})
    folder = sandbox.served[task.dataset] if model.fits or model.updates else None
    sandbox.start(job, "judge", limits, {"folder": folder, "looked": looked_rows}, threads=1)
    answer, reason = read_answer(job, given_up)
    if answer is None or answer.model is None:
        why = answer.refused if answer and answer.refused else reason
        return Judgement(model.model_copy(update={"not_rebuilt_because": why[:2_000]}), [], why)
    measured, why_not, failed = sealed_result(job.result, answer, served, task, replayed)
    measurements = [measured] if measured else []
    looked = read_array(job.result / "looked.npy") if looked_rows and measured else None
    mistakes = [] if looked is None else find_mistakes(in_unit(looked, last_fed(answer)), served, task)
    own = own_result(job.result, answer, samples, task)
    measurements += [own] if own else []
    judged = as_judged(model, answer)
    tested = own if answer.own == "evaluate" else None
    return Judgement(
        judged.model_copy(update={"discrepancies": discrepancies(model, judged, answer.weights, tested)}),
        measurements,
        why_not,
        mistakes,
        answer.prepared,
        failed=failed,
        untested=answer.untested,
    )


def sealed_result(
    result: Path, answer: Answer, served: Served, task: Task, replayed: Replayed | None
) -> tuple[Measurement | None, str, bool]:
    """What the outputs for sealed rows are worth, or why they are worth nothing, and whether they cannot be used."""
    why_not = answer.refused or answer.why_not or ""
    if answer.preprocessing is None:
        return None, why_not, False
    learned, sealed = last_fed(answer), read_array(result / "sealed.npy")
    true = served.sealed_labels if replayed is None else replayed_labels(result, served)
    sealed = in_unit(sealed, learned) if sealed is not None else None
    if useless := unusable(sealed, len(true), task):
        return None, useless, True
    if task.kind == "regression" and (why_not := in_another_unit(learned) or ""):
        return None, why_not, False
    assert sealed is not None
    undone = unit_words(learned.target_unit) if learned.target_unit else ""
    words = "; ".join(filter(None, [answer.preprocessing, undone]))
    measured = measure("sealed", sealed, true, task, words)
    metrics = measured.metrics | (linear_baseline(served) if task.kind == "regression" else {})
    return measured.model_copy(update={"metrics": metrics}), "", False


def own_result(result: Path, answer: Answer, samples: dict[str, Path], task: Task) -> Measurement | None:
    """What the outputs for the notebook's own rows are worth, with the notebook's own labels."""
    if answer.own is None or (labels := read_labels(samples.get(answer.own), task)) is None:
        return None
    own = read_array(result / "own.npy")
    return None if own is None or unusable(own, len(labels), task) else measure("own_arrays", own, labels, task, None)


def in_unit(outputs: np.ndarray[Any, Any], learned: Fed) -> np.ndarray[Any, Any]:
    """Outputs in the target's own unit, where the notebook has changed it."""
    return outputs if learned.target_unit is None else in_own_unit(outputs, learned.target_unit)


def last_fed(answer: Answer) -> Fed:
    """What stands out in what the model was trained on last."""
    numbers = [int(name.rpartition("-")[2]) for name in answer.fed if name[-1:].isdecimal()]
    return answer.fed[f"fit-{max(numbers)}"] if numbers else Fed()


def replayed_labels(result: Path, served: Served) -> np.ndarray[Any, Any]:
    """Labels of the rows that the judge predicted: of all, or of those that a second run of the notebook gave it."""
    if not (result / "sealed_rows.npy").exists():
        return served.sealed_labels
    rows = read_array(result / "sealed_rows.npy")
    if rows is None or rows.dtype.kind not in "iu" or not np.isin(rows, np.arange(len(served.sealed_labels))).all():
        return served.sealed_labels[:0]
    return np.asarray(served.sealed_labels[rows])


def as_judged(model: Model, answer: Answer) -> Model:
    """The notebook's account of the model, with the judge's in its place where there is one."""
    assert answer.model is not None
    judged = {name: getattr(answer.model, name) for name in Rebuilt.model_fields}
    validated = [number for number, fit in enumerate(model.fits, start=1) if has_validation_data(fit)]
    fits = []
    for number, fit in enumerate(model.fits, start=1):
        known = {"rows_from": answer.rows_from.get(f"fit-{number}", {}), "fed": answer.fed.get(f"fit-{number}", Fed())}
        if number == max(validated, default=0):
            known["validation_from"] = answer.rows_from.get("validation", {})
        fits.append(fit.model_copy(update=known))
    return model.model_copy(update={**judged, "fits": fits})


def has_validation_data(fit: Fit) -> bool:
    """Whether it was given validation_data, of which a sample was kept, rather than a validation_split."""
    if fit.validation_trained_on is not None:
        return True
    if fit.rows is not None and fit.validation_rows:
        return False
    return bool(fit.validation_rows) or any(name.startswith("val_") for name in fit.history)


def lay_out(
    job: Job, files: Path | None, model: Model, served: Served, replayed: Replayed | None = None
) -> dict[str, Path]:
    """Put the saved model, its samples and the sealed inputs behind the judge's door; return the samples by source.

    Raises:
        OSError: the model was not saved.
    """
    if files is None:
        raise FileNotFoundError("nothing ran")
    door = job.folder / "door"
    shutil.copyfile(files / f"{model.id}.json", door / "model.json")
    shutil.copyfile(files / f"{model.id}.weights.npz", door / "model.weights.npz")
    shutil.copyfile(served.sealed_inputs, door / served.sealed_inputs.name)
    sources = ["evaluate", "predict", "validation", *(f"fit-{number}" for number in range(1, SAMPLED_FITS + 1))]
    samples = {source: files / f"{model.id}.{source}.npz" for source in sources}
    samples = {source: path for source, path in samples.items() if path.exists()}
    for source, path in samples.items():
        shutil.copyfile(path, door / f"sample.{source}.npz")
    if replayed is not None:
        again = {door / f"replay.{source}.npz": replayed.files / f"{model.id}.{source}.npz" for source in samples}
        steps = {door / "steps.npz": files / "steps.npz", door / "replay-steps.npz": replayed.files / "steps.npz"}
        for copy, path in {**again, **steps, door / "places.npy": replayed.places}.items():
            if path.exists():
                shutil.copyfile(path, copy)
    for path in door.iterdir():
        path.chmod(0o644)
    return samples


def read_answer(job: Job, given_up: threading.Event) -> tuple[Answer | None, str]:
    """The sandbox's answer, or None and the reason.

    Raises:
        SandboxError: something outside of the sandbox ended the job, which says nothing of the model.
    """
    until = time.monotonic() + JUDGE_SECONDS
    while not job.ended.done():
        wait([job.ended], timeout=LOOK_SECONDS)
        if given_up.is_set() or time.monotonic() > until:
            job.kill()
            wait([job.ended], timeout=KILL_SECONDS)
            return None, f"Rebuilding and measuring the model took more than {JUDGE_SECONDS} s."
    ended = job.ended.result()
    if ended.error or (ended.code == KILLED and not ended.limit):
        raise SandboxError(
            f"Expected the judge to come to its end. Found: {ended.error or 'it was killed'}. Grade again."
        )
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
    """What the notebook itself took for the labels of its sample, shape (n,); None where it cannot be that.

    Class numbers, or for a regression the figures themselves.
    """
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
    if task.kind == "regression":
        figures = labels.astype(np.float64)
        return figures[:, 0] if figures.shape[1] == 1 and np.abs(figures).max() < LARGEST_FIGURE else None
    labels = labels[:, 0] if labels.shape[1] == 1 else labels.argmax(axis=1)
    return labels.astype(int) if labels.min() >= 0 and labels.max() < max(2, task.outputs) else None


def numbers(file: IO[bytes], size: int) -> np.ndarray[Any, Any]:
    """The array in an open .npy file of `size` bytes. Raises ValueError where it is too large or not of numbers."""
    if size > FILE_BYTES:
        raise ValueError(f"{size} bytes")
    array = np.lib.format.read_array(file, allow_pickle=False)
    if array.dtype.kind not in "fiub":
        raise ValueError(f"an array of {array.dtype}")
    return array

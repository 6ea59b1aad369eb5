import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from pydantic import ValidationError
from sklearn.metrics import accuracy_score, confusion_matrix

from grader.courses.sheet import Limits, Task
from grader.inside.guard import Ended
from grader.judging import judge as module
from grader.judging.judge import Answer, Rebuilt, as_judged, judge, read_answer, read_array, read_labels
from grader.judging.measure import measure, unusable
from grader.pipeline import Desk
from grader.records import Fit, Measurement
from grader.running.sandbox import Job, PlainSandbox

from . import samples_for_reports as samples

TASK = samples.assignment().task
PRICES = TASK.model_copy(update={"kind": "regression", "outputs": 1})
ANSWER = {"model": None, "refused": None, "preprocessing": None, "why_not": "", "rows_from": {}}


def npy(array: object) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def header(shape: str, dtype: str = "<f8") -> bytes:
    """The beginning of an .npy file that promises an array."""
    words = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(words).to_bytes(2, "little") + words


HOSTILE = {
    "nothing": b"",
    "text": b"hello",
    "objects": npy(np.array([{"a": 1}, None], dtype=object)),
    "a pickle": b"cposix\nsystem\n(S'echo'\ntR.",
    "texts": npy(np.array(["a", "b"])),
    "cut": npy(np.zeros((9, 10)))[:-8],
    "80 TB": header("(10000000000000,)"),
    "more than a number holds": header(f"({10**30},)"),
    "no shape": header("(True,)") + bytes(8),
    "brackets": b"\x93NUMPY\x01\x00\x28\x23" + b"(" * 9_000,
}


@pytest.fixture
def labels(tmp_path: Path):
    """Read the labels of a sample that holds this .npy file."""

    def read(content: bytes, name: str = "labels.npy", task: Task = TASK) -> np.ndarray | None:
        path = tmp_path / "sample.npz"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr(name, content)
        return read_labels(path, task)

    return read


@pytest.fixture
def job() -> Iterator[Job]:
    """A job with a room of its own, that never starts."""
    with PlainSandbox({}) as sandbox:
        yield sandbox.room()


def outputs_and_labels() -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(0)
    return random.random((500, 10)), random.integers(0, 9, 500, dtype=np.uint8)


# -- Figures -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shape", [(500,), (500, 1)])
def test_accuracy_and_confusion_are_those_of_scikit_learn(shape: tuple[int, ...]):
    outputs, y_true = outputs_and_labels()
    found = measure("sealed", outputs, y_true.reshape(shape), TASK, "divided by 255")
    assert found.metrics["accuracy"] == pytest.approx(accuracy_score(y_true, outputs.argmax(axis=1)))
    assert found.confusion == confusion_matrix(y_true, outputs.argmax(axis=1), labels=range(10)).tolist()
    assert found == Measurement.model_validate_json(found.model_dump_json())


@pytest.mark.parametrize("shape", [(500,), (500, 1), (500, 11), (499, 10), (500, 26, 26, 10)])
def test_outputs_of_a_wrong_shape_name_both_shapes_and_the_layer_to_mend(shape: tuple[int, ...]):
    words = unusable(np.zeros(shape), 500, TASK)
    assert words is not None
    assert "(500, 10)" in words
    assert f"Found {shape}. The last layer needs 10 units" in words


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_outputs_that_are_no_numbers_are_told_with_the_usual_cause(value: float):
    outputs, _ = outputs_and_labels()
    outputs[7, 3] = value
    assert "smaller learning rate" in (unusable(outputs, 500, TASK) or "")


def test_outputs_whose_squares_are_no_numbers_are_told():
    assert "not finite" in (unusable(np.full((5, 1), -1e200), 5, PRICES) or "")
    assert unusable(np.full((5, 1), 3e38, "float32"), 5, PRICES) is None


def test_outputs_that_are_not_there_are_told_and_good_ones_are_not():
    outputs, _ = outputs_and_labels()
    assert unusable(None, 500, TASK) == "The model gave no predictions that could be read."
    assert unusable(outputs, 500, TASK) is None


# -- Files from a sandbox ----------------------------------------------------------------------------------------------


def test_an_array_of_numbers_is_read(tmp_path: Path):
    path = tmp_path / "sealed.npy"
    np.save(path, np.eye(3, dtype="float32"))
    assert (read_array(path) == np.eye(3)).all()


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_whatever_else_a_file_holds_is_no_array_and_no_labels(tmp_path: Path, labels, content: bytes):
    path = tmp_path / "sealed.npy"
    path.write_bytes(content)
    assert read_array(path) is None
    assert read_labels(path, TASK) is None
    assert labels(content) is None


def test_files_that_are_too_large_are_not_read_also_when_packed(
    tmp_path: Path, labels, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(module, "FILE_BYTES", 10_000)
    np.save(tmp_path / "sealed.npy", np.zeros(2_000))
    assert read_array(tmp_path / "sealed.npy") is None
    assert labels(npy(np.zeros(2_000))) is None
    assert (tmp_path / "sample.npz").stat().st_size < 1_000


def test_a_file_that_is_not_there_is_none(tmp_path: Path, labels):
    assert read_array(tmp_path / "gone.npy") is None
    assert read_labels(tmp_path / "gone.npz", TASK) is None
    assert read_labels(None, TASK) is None
    assert labels(npy(np.arange(10)), name="fed.npy") is None


@pytest.mark.parametrize("given", [np.arange(10), np.arange(10.0).reshape(10, 1), np.eye(10)], ids=str)
def test_labels_are_numbers_of_classes_however_they_were_given(labels, given: np.ndarray):
    assert labels(npy(given)).tolist() == list(range(10))


@pytest.mark.parametrize(
    "given", [np.array([0, 10]), np.array([-1, 3]), np.array([0.0, np.nan]), np.array(3), np.zeros(0)], ids=str
)
def test_labels_that_are_no_classes_of_the_sheet_are_none(labels, given: np.ndarray):
    assert labels(npy(given)) is None


@pytest.mark.parametrize("given", [np.array([24.5, 7.2]), np.array([[24.5], [7.2]], "float32")], ids=str)
def test_labels_of_a_regression_are_the_figures_themselves(labels, given: np.ndarray):
    assert labels(npy(given), task=PRICES).tolist() == pytest.approx([24.5, 7.2])


@pytest.mark.parametrize("given", [np.array([1.0, np.nan]), np.array([1e200]), np.eye(2)], ids=str)
def test_labels_that_are_no_figures_are_none(labels, given: np.ndarray):
    assert labels(npy(given), task=PRICES) is None


def test_labels_of_two_classes_are_numbers_though_one_unit_tells_them_apart(labels):
    task = TASK.model_copy(update={"outputs": 1})
    assert labels(npy(np.array([0.0, 1.0])), task=task).tolist() == [0, 1]
    assert labels(npy(np.array([0.0, 2.0])), task=task) is None


# -- The sandbox's answer ----------------------------------------------------------------------------------------------


def test_an_answer_that_keeps_the_form_is_read(job: Job):
    job.ended.set_result(Ended(code=0))
    (job.result / "judgement.json").write_text(json.dumps({**ANSWER, "refused": "It has a Lambda layer."}))
    answer, reason = read_answer(job, Event())
    assert answer is not None
    assert (answer.refused, reason) == ("It has a Lambda layer.", "")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"null",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"model": ' + b"9" * 10_000 + b"}",
        json.dumps({**ANSWER, "accuracy": 1.0}).encode(),
        json.dumps({**ANSWER, "why_not": "x" * 2_001}).encode(),
        json.dumps({**ANSWER, "rows_from": {"fit-1": {"sealed": 1}}}).encode(),
    ],
    ids=range(8),
)
def test_an_answer_that_does_not_is_a_reason(job: Job, content: bytes):
    job.ended.set_result(Ended(code=0))
    (job.result / "judgement.json").write_bytes(content)
    assert read_answer(job, Event()) == (None, "The judge's sandbox gave an answer that cannot be read.")


@pytest.mark.parametrize(
    ("ended", "words"),
    [(Ended(code=-9, limit="memory_mb", used=6_100), "memory_mb at 6100"), (Ended(code=1), "exit code 1")],
)
def test_a_sandbox_that_ended_without_an_answer_says_how(job: Job, ended: Ended, words: str):
    job.ended.set_result(ended)
    assert words in read_answer(job, Event())[1]


# -- Models ------------------------------------------------------------------------------------------------------------


def test_a_model_that_was_not_saved_is_not_measured(desk: Desk):
    evidence = samples.good().evidence
    model = evidence.models[0].model_copy(update={"not_rebuilt_because": "It has a layer of its own."})
    found = judge(None, model, TASK, desk.served, desk.sandbox, Limits())
    assert (found.measurements, found.not_measured_because) == ([], "It has a layer of its own.")


@pytest.mark.parametrize("name", ["../../1/result/model-1", "model-0", "model-1\n", "/etc/passwd", ""])
def test_no_model_can_be_named_after_another_notebooks_files(name: str):
    with pytest.raises(ValidationError):
        samples.model(samples.DENSE, id=name)


@pytest.mark.parametrize(
    ("fit", "expected"),
    [
        ({"rows": 60_000, "validation_rows": 10_000, "validation_trained_on": 0.0}, True),
        ({"rows": 54_000, "validation_rows": 6_000}, False),  # validation_split
        ({"validation_rows": 10_000}, True),  # a generator, and arrays to validate with
        ({"history": {"loss": [1.0], "val_loss": [1.0]}}, True),  # a generator for each
        ({"rows": 60_000, "history": {"loss": [1.0], "val_loss": [1.0]}}, True),  # arrays, and a generator
        ({"rows": 60_000}, False),
    ],
)
def test_where_validation_rows_come_from_is_known_also_of_a_training_on_a_generator(fit, expected):
    trained = Fit(epochs_asked=1, epochs_granted=1, stopped="finished", seconds=1, **fit)
    model = samples.model(samples.DENSE, fits=[trained])
    rebuilt = model.model_dump(include=set(Rebuilt.model_fields))
    answer = Answer.model_validate(ANSWER | {"model": rebuilt, "rows_from": {"validation": {"test": 9}}})
    assert bool(as_judged(model, answer).fits[0].validation_from) == expected

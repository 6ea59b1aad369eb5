"""Mutated files of a sandbox and of a folder of results, through the host's readers and all that follows."""

import io
import json
import tempfile
from pathlib import Path
from threading import Event

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.courses.course import Course, bundled
from grader.errors import TeacherError
from grader.inside.request import Ended
from grader.judging.account import discrepancies
from grader.judging.choose import choose
from grader.judging.judge import Answer, as_judged, read_answer, read_array, read_labels
from grader.judging.measure import measure, unusable
from grader.marking.agreement import compare
from grader.marking.checks import check_class
from grader.marking.concerns import find_concerns
from grader.marking.score import score
from grader.pages.class_page import write_class
from grader.pages.report import render_report
from grader.pipeline import write_results
from grader.records import Evidence, Measurement, Model
from grader.running.execute import read_record
from grader.running.sandbox import Job, PlainSandbox
from grader.viva.pack import page
from grader.viva.sheets import make_sheets
from grader.viva.students import read_students
from tests.grader import samples_for_reports as samples
from tests.grader import samples_for_viva as vivas
from tests.hostile.reader.reflected import reflected

from .lengths import fuzzed, in_time
from .mutations import File, Good, damaged, files

COURSE = Course(bundled())
SHEET = COURSE.assignment("fashion-mnist")
RUBRIC = COURSE.rubric(SHEET)
TASKS = [COURSE.assignment(name).task for name in ("fashion-mnist", "boston", "imdb")]
EVIDENCE = [sample().evidence for sample in (samples.good, samples.weak)] + [vivas.evidence_of()]
RECORDS = Good(
    {
        "models": [model.model_dump(mode="json") for model in evidence.models],
        "files": [file.model_dump(mode="json") for file in evidence.files],
        "training_seconds": 12.5,
        "versions": {"python": "3.11.7", "keras": "3.15.1"},
        "old_names": [{"old": "np.float", "today": "float", "dropped_in": "NumPy 1.24", "cell": 2}],
        "substitutes": [{"sentence": "A window was not opened.", "cell": 3}],
    }
    for evidence in EVIDENCE
)
FACTS = {"kind": "Sequential", "input_shape": [None, 28, 28], "output_shape": [None, 10], "rebuilt": True}
LAYER = {
    "name": "dense",
    "class_name": "Dense",
    "activation": "softmax",
    "output_shape": [None, 10],
    "parameters": 7_850,
}
LAYERS = {"layers": [{**LAYER, "settings": {"units": 10}}], "parameters": 7_850, "trainable_parameters": 7_850}
JUDGEMENTS = Good(
    [
        {
            "model": {**FACTS, **LAYERS},
            "refused": None,
            "preprocessing": "divided by 255",
            "why_not": "",
            "weights": 1.5,
            "rows_from": {"fit-1": {"train": 900, "unknown": 3}, "validation": {"test": 100}},
            "own": "evaluate",
            "fed": {"fit-1": {"target_feature": 3, "fractions": True, "target_scale": 1.0}},
            "prepared": {"rows": 500, "before": [0, 255], "after": [0, 1], "raw": [1.0], "fed": [0.5]},
        },
        {"model": None, "refused": "A Lambda.", "preprocessing": None, "why_not": "", "rows_from": {}},
    ]
)


# NumPy's word on a header that Python 2 may have written; the array is read or refused all the same.
pytestmark = pytest.mark.filterwarnings("ignore:Reading `.npy` or `.npz` file required additional header parsing")


@pytest.fixture(scope="module")
def job():
    """A job that has ended, for the files that it might have left."""
    with PlainSandbox({}) as sandbox:
        job = sandbox.room()
        job.ended.set_result(Ended(code=0))
        yield job


# -- What a notebook's process writes ----------------------------------------------------------------------------------


def evidence_from(record: bytes, judged: bool) -> Evidence:
    """What the host makes of record.json; as far as the judge could have rebuilt the models if `judged`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "record.json")
        path.write_bytes(record)
        recorded = read_record(path)
    good, models = EVIDENCE[0], recorded.models
    assert [model.id for model in models if model.rebuilt or model.discrepancies] == []
    choices = choose(models, SHEET)
    if judged:
        models = [model.model_copy(update={"rebuilt": True}) for model in models]
        sealed = [Measurement(tier="sealed", rows=1_000, metrics={"accuracy": 0.9})]
        choices = [choice.model_copy(update={"measurements": sealed if choice.model else []}) for choice in choices]
    changes = {"models": models, "choices": choices, "files": recorded.files, "old_names": recorded.old_names}
    changes |= {"substitutes": recorded.substitutes}
    run = good.run.model_copy(
        update={"versions": recorded.versions, "training_seconds": recorded.training_seconds, "isolation": "wall"}
    )
    return Evidence.model_validate_json(good.model_copy(update={**changes, "run": run}).model_dump_json())


def with_pages(evidence: Evidence) -> Evidence:
    """Compared with the figures that the sample had printed, as the pipeline does."""
    claims = compare(evidence, SHEET, ["model.evaluate(x)"] * 20, {"cnn": {"accuracy": 0.01}})
    return evidence.model_copy(update={"claims": claims, "concerns": find_concerns(evidence, SHEET)})


@fuzzed(0.05)  # of four records each
@given(st.lists(st.tuples(files(RECORDS), st.booleans()), min_size=4, max_size=4))
def test_whatever_a_notebook_writes_of_itself_is_checked_marked_and_shown(found: list[tuple[bytes, bool]]):
    good = samples.good()
    with in_time():
        class_ = [with_pages(evidence_from(record, judged)) for record, judged in found]
        results = check_class(COURSE.check_files(SHEET, RUBRIC), class_, SHEET, {})
        with tempfile.TemporaryDirectory() as name:
            out = Path(name)
            for number, (evidence, own) in enumerate(zip(class_, results, strict=True)):
                assert [result.found for result in own if result.status == "broken"] == []
                grade = score(own, RUBRIC, good.submission, evidence)
                report = render_report(grade, evidence, good.submission, SHEET, RUBRIC)
                assert reflected(report) == []
                named = grade.model_copy(update={"student": f"Student {number}"})
                write_results(out, named, evidence, report, vivas.notebook_of())
            write_class(out, COURSE)
            sheets = make_sheets(read_students(out), COURSE, None, 0)
            assert reflected((out / "index.html").read_text(encoding="utf-8"), scripts=1) == []
            assert reflected(page(sheets, answers=True)) == []


@fuzzed()
@given(files(Good([{"cell": 3, "epoch": 2, "epochs": 5}, {"number": 1, "model": "model-1", "epochs": 3}, "key"])))
def test_words_that_a_job_leaves_are_a_dictionary(job: Job, data: bytes):
    (job.result / "progress.json").write_bytes(data)
    with in_time():
        assert isinstance(job.words("progress.json"), dict)


# -- What the judge's sandbox writes -----------------------------------------------------------------------------------


@fuzzed()
@given(files(JUDGEMENTS))
def test_an_answer_of_the_judges_sandbox_is_read_or_refused(job: Job, data: bytes):
    (job.result / "judgement.json").write_bytes(data)
    with in_time():
        answer, reason = read_answer(job, Event())
        assert (answer is None) == bool(reason)
        if answer is not None and answer.model is not None:
            assert isinstance(answer, Answer)
            said = EVIDENCE[0].models[0]
            model = as_judged(said, answer)
            told = discrepancies(said, model, answer.weights, Measurement(tier="own_arrays", rows=9, metrics={}))
            Model.model_validate_json(model.model_copy(update={"discrepancies": told}).model_dump_json())


def npy(array: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


def npz(**arrays: np.ndarray) -> bytes:
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


ARRAYS = [
    np.eye(20, 10, dtype="float32"),
    np.arange(20),
    np.arange(20).reshape(20, 1) / 3,
    np.full((20, 1), np.nan),
    np.array(["a"] * 20),
    np.zeros((20, 2), "complex64"),
    np.zeros((0, 10)),
    np.full(20, 2**63, dtype="uint64"),
    np.array([True, False] * 10),
    np.zeros(20, dtype=[("a", "i4")]),
    np.full((20, 10), 3e38, "float32"),
    np.full((20, 1), 1e300),
]


@fuzzed()
@given(damaged(st.sampled_from(ARRAYS).map(npy)), st.sampled_from(TASKS))
def test_predictions_are_numbers_that_can_be_measured_or_nothing(data: bytes, task):
    with tempfile.TemporaryDirectory() as folder, in_time():
        path = Path(folder, "sealed.npy")
        path.write_bytes(data)
        outputs = read_array(path)
        labels = np.arange(20) % max(2, task.outputs)
        if unusable(outputs, len(labels), task) is None:
            found = measure("sealed", outputs, labels, task, None)
            Measurement.model_validate_json(found.model_dump_json())


@fuzzed()
@given(damaged(st.sampled_from(ARRAYS).map(lambda array: npz(labels=array, fed=array))), st.sampled_from(TASKS))
def test_labels_of_a_sample_are_those_of_the_task_or_nothing(data: bytes, task):
    with tempfile.TemporaryDirectory() as folder, in_time():
        path = Path(folder, "model-1.evaluate.npz")
        path.write_bytes(data)
        labels = read_labels(path, task)
        outputs = np.ones((len(labels) if labels is not None else 0, task.outputs))
        if labels is not None and unusable(outputs, len(labels), task) is None:
            Measurement.model_validate_json(measure("own_arrays", outputs, labels, task, None).model_dump_json())


# -- What is kept ------------------------------------------------------------------------------------------------------

KEPT = Good(
    [json.loads(sample.grade.model_dump_json()), json.loads(sample.evidence.model_dump_json())]
    for sample in (samples.good(), samples.weak(), samples.dead())
)


@fuzzed(0.1)
@given(st.integers(0, len(KEPT) - 1), st.data())
def test_a_mutated_folder_of_results_is_shown_or_named_beside_the_others(number: int, data: st.DataObject):
    whole = [File(json.dumps(said).encode()) for said in KEPT[number]]
    grade, evidence = (data.draw(files(Good([json.loads(said)])) | st.just(said)) for said in whole)
    good = samples.good()
    with tempfile.TemporaryDirectory() as name, in_time():
        out = Path(name)
        write_results(out, good.grade, good.evidence, "report", b"{}")
        (out / "other").mkdir()
        for file, said in (("grade.json", grade), ("evidence.json", evidence)):
            (out / "other" / file).write_bytes(said)
        write_class(out, COURSE)
        for file, scripts in (("index.html", 1), ("similarity.html", 0)):
            html = (out / file).read_text(encoding="utf-8")
            assert reflected(html, scripts) == []
        assert good.grade.student in (out / "index.html").read_text(encoding="utf-8")
        try:
            sheets = make_sheets(read_students(out), COURSE, None, 0)
        except TeacherError as error:
            assert str(error).startswith("Expected")  # noqa: PT017 - either is right
            return
        assert reflected(page(sheets, answers=True)) == []

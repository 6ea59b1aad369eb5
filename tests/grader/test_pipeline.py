import json
from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest

from grader.courses.course import Course, bundled
from grader.courses.reference import Calibration
from grader.courses.sheet import Limits
from grader.data.exports import png
from grader.pipeline import Desk, grade_notebook, thresholds_for, with_budget
from grader.records import Evidence, Grade
from grader.submissions.handed import laid_out
from grader.submissions.intake import intake
from tests.conftest import notebook_of

from .samples_of_submissions import notebook, zipped


@pytest.fixture(scope="module")
def graded(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the reference solution, graded for one epoch's time."""
    path = desk.course.reference_folder(desk.assignment) / "solution.ipynb"
    brief = replace(desk, limits=desk.limits.model_copy(update={"training_seconds": 1}))
    return grade_notebook(path, brief, tmp_path_factory.mktemp("out"), student="Asha / Kulkarni").folder


def test_a_students_folder_holds_the_four_files(graded: Path):
    assert sorted(path.name for path in graded.iterdir()) == [
        "evidence.json",
        "grade.json",
        "report.html",
        "submission.ipynb",
    ]
    assert graded.name.startswith("Asha")
    assert json.loads((graded / "submission.ipynb").read_text())["nbformat"] == 4


def test_the_reference_is_the_documented_network(graded: Path):
    evidence = Evidence.model_validate_json((graded / "evidence.json").read_text())
    assert evidence.model.parameters == 241_546
    assert evidence.model.rebuilt
    assert evidence.measurement.tier == "sealed"


def test_a_training_that_was_cut_leaves_its_accuracy_pending(graded: Path):
    grade = Grade.model_validate_json((graded / "grade.json").read_text())
    accuracy = grade.columns["Answers"].criteria[1]
    assert (accuracy.outcome, accuracy.marks) in {("pending", None), ("earned", 2.0)}
    assert grade.columns["Answers"].criteria[0].outcome == "earned"
    assert grade.total.pending >= 5


def test_mistakes_for_the_viva_are_rows_that_the_notebook_was_served_and_never_sealed_ones(graded: Path, desk: Desk):
    choice = Evidence.model_validate_json((graded / "evidence.json").read_text()).choice
    served, sealed = np.load(desk.served.folder / "x_test.npy"), np.load(desk.served.sealed_inputs)
    assert choice.mistakes
    hidden = {row.tobytes() for row in sealed}
    for mistake in choice.mistakes:
        assert served[mistake.row].tobytes() not in hidden
        assert b64decode(mistake.image.split(",")[1]) == png(served[mistake.row])
        assert mistake.true == np.load(desk.served.folder / "y_test.npy")[mistake.row] != mistake.predicted
    assert choice.prepared is not None
    assert (choice.prepared.before[0], choice.prepared.after) == (0, (0, 1))


def test_the_written_answers_come_with_the_ideas_they_hold(graded: Path):
    evidence = Evidence.model_validate_json((graded / "evidence.json").read_text())
    assert all(answer.coverage is not None for answer in evidence.answers)
    assert "Key ideas found" in (graded / "report.html").read_text()


def test_a_page_made_from_the_stand_in_says_so(graded: Path):
    assert "stand-in" in (graded / "report.html").read_text()


def test_old_names_and_what_was_not_done_are_told_and_cost_nothing(desk: Desk, write_notebook, tmp_path: Path):
    build = "model = keras.Sequential([keras.layers.Dense(10, input_shape=(784,))])"
    path = write_notebook("!pip install x", "from keras.utils import np_utils\nimport keras", build)
    graded = grade_notebook(path, desk, tmp_path)
    evidence = Evidence.model_validate_json((graded.folder / "evidence.json").read_text())
    assert [(name.old, name.cell, name.runs_as_is) for name in evidence.old_names] == [
        ("keras.utils.np_utils", 2, False),
        ("input_shape= of a layer", 3, True),
    ]
    assert [each.cell for each in evidence.substitutes] == [1]
    advice = graded.grade.columns["Coding Efficiency"].criteria[-1]
    assert (advice.id, advice.outcome, advice.out_of) == ("current-api", "advice", 0)
    page = (graded.folder / "report.html").read_text()
    assert "keras.utils.np_utils" in page
    assert "Cell 1: <code>!pip install x</code> was not run" in page


def test_what_a_notebook_printed_is_shown_beside_what_was_found(desk: Desk, tmp_path: Path):
    cells = ["import keras\nmodel = keras.Sequential([keras.Input((4,)), keras.layers.Dense(10)])\nmodel.summary()"]
    notebook = notebook_of(*cells, "1 / 1")
    notebook.cells[0].outputs = [nbformat.v4.new_output("stream", text="Total params: 60\n")]
    for cell, count in zip(notebook.cells, (9, 2), strict=True):
        cell.execution_count = count
    nbformat.write(notebook, tmp_path / "claims.ipynb")
    graded = grade_notebook(tmp_path / "claims.ipynb", desk, tmp_path)
    evidence = Evidence.model_validate_json((graded.folder / "evidence.json").read_text())
    assert [(claim.outcome, claim.value, claim.measured) for claim in evidence.claims] == [("differs", 60, 50)]
    assert evidence.saved.out_of_order == [2]
    assert "Printed figures differ from what was found here" in [flag.title for flag in graded.grade.flags]


def test_strict_api_holds_for_a_whole_desk(desk: Desk, write_notebook, tmp_path: Path):
    graded = grade_notebook(write_notebook("import numpy as np\nnp.int"), replace(desk, strict_api=True), tmp_path)
    assert graded.grade.run.status == "errors"


def calibration(data: str, full: float, *, stand_in: bool = False, sealed_seed: int = 7) -> Calibration:
    """A calibration on the data of that fingerprint."""
    marks = {"accuracy": {"floor": 0.5, "full": full}}
    where = {"measured_on": "2026-01-01", "machine": "", "versions": {}}
    return Calibration.model_validate(
        {
            "data": data,
            "stand_in": stand_in,
            "sealed_rows": 80,
            "sealed_seed": sealed_seed,
            "notebook": "solution.ipynb",
            "code": "0",
            "runs": [{"seed": 0, "systems": {}, **where}],
            "systems": {"cnn": {"parameters": 1, "thresholds": marks, "miss_probability": {}, "curve": {}}},
        }
    )


def full_marks(entries: list[Calibration], assignment: str, data: str, *, stand_in: bool = False) -> float | None:
    """Where they begin, by the calibrations, on the data of that fingerprint with the rows that seed 7 seals."""
    solution = Course(bundled()).reference(Course(bundled()).assignment(assignment)).solutions[0]
    reference = SimpleNamespace(sealed_rows=80, sealed_seed=7, solutions=[solution])
    course = SimpleNamespace(calibrations=lambda _: entries, reference=lambda _: reference)
    served = SimpleNamespace(data=SimpleNamespace(fingerprint=data, stand_in=stand_in))
    found = thresholds_for(course, Course(bundled()).assignment(assignment), served)  # type: ignore[arg-type]
    return found["cnn"]["accuracy"].full if found else None


@pytest.mark.parametrize(
    ("data", "stand_in", "full"),
    [("mine", False, 0.9), ("another copy", False, 0.8), ("digits", True, 0.7), ("other digits", True, None)],
)
def test_thresholds_are_those_of_the_same_data_and_never_the_stand_ins(data: str, stand_in: bool, full: float | None):
    entries = [calibration("mine", 0.9), calibration("other", 0.8), calibration("digits", 0.7, stand_in=True)]
    assert full_marks(entries, "fashion-mnist", data, stand_in=stand_in) == full


def test_without_official_test_rows_thresholds_belong_to_the_rows_that_were_sealed():
    assert full_marks([calibration("mine", 0.9, sealed_seed=8)], "boston", "mine") is None
    assert full_marks([calibration("mine", 0.9)], "boston", "mine") == 0.9
    assert full_marks([calibration("mine", 0.9, sealed_seed=8)], "fashion-mnist", "mine") == 0.9


def test_a_budget_moves_the_wall_clock_along():
    limits = Limits(wall_seconds=100, training_seconds=50)
    assert with_budget(limits, None) == limits
    assert with_budget(limits, 10).wall_seconds == 100
    assert with_budget(limits, 500).wall_seconds == 1_000
    assert with_budget(limits, "full").training_seconds is None


def test_a_documented_network_that_no_solution_builds_is_held_to_the_first_of_its_kind():
    course = Course(bundled())
    assignment = course.assignment("boston")
    served = SimpleNamespace(data=SimpleNamespace(fingerprint="other", stand_in=False))
    found = thresholds_for(course, assignment, served)  # type: ignore[arg-type]
    assert found["two-hidden-layers"] == found["deep"] != {}


def test_a_zip_of_a_class_is_graded_with_the_files_that_came_along(desk: Desk, tmp_path: Path):
    lines = 'import csv\nprint("rows", list(csv.reader(open("data/mine.csv"))))'
    files = {
        "Asha Rao_512_assignsubmission_file/lab.ipynb": notebook(lines),
        "Asha Rao_512_assignsubmission_file/data/mine.csv": "4,2",
        "Ben_513_assignsubmission_file/lab.ipynb": notebook("print(40 + 2)"),
        "Ben_513_assignsubmission_file/lab-1.ipynb": notebook("print(40 + 3)"),
    }
    printed, pages = {}, {}
    for handed in intake([zipped(tmp_path / "class.zip", files)], "fashion-mnist").submissions:
        with laid_out(handed) as laid:
            graded = grade_notebook(
                laid.notebook, desk, tmp_path, student=handed.student, attached=laid.attached, told=laid.told
            )
        evidence = Evidence.model_validate_json((graded.folder / "evidence.json").read_text())
        printed[graded.folder.name] = [cell.output.strip() for cell in evidence.cells]
        pages[graded.folder.name] = (graded.folder / "report.html").read_text()
    assert printed == {"Asha Rao": ["rows [['4', '2']]"], "Ben": ["43"]}
    assert "the newest of 2 files of its kind" in pages["Ben"]
    assert "With it came" in pages["Asha Rao"]

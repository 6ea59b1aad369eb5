import json
import shutil
from pathlib import Path

import pytest

from grader.courses.course import Course, bundled
from grader.errors import TeacherError, UsageError
from grader.marking.checks import run_checks

from . import samples_for_reports as samples

REACHED = {
    "parameters": 241_546,
    "thresholds": {"accuracy": {"floor": 0.73, "full": 0.9}},
    "miss_probability": {"accuracy": 0.01},
    "curve": {},
}
WHERE = {"measured_on": "2026-11-20", "machine": "x86_64, 2 cores, Linux", "versions": {"keras": "3.11.3"}}
RUN = {"metrics": {"accuracy": 0.91}, "curve": {"loss": [0.3]}, "epochs": 10, "seconds": 160.0}
CALIBRATION = {
    "data": "0123",
    "stand_in": False,
    "sealed_rows": 5_000,
    "sealed_seed": 7,
    "notebook": "solution.ipynb",
    "code": "4567",
    "runs": [{"seed": 0, "systems": {"cnn": RUN}, **WHERE}],
    "systems": {"cnn": REACHED},
}


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A copy of the bundled course, for a test to break."""
    for name in ("assignments", "rubrics", "reference"):
        shutil.copytree(bundled() / name, tmp_path / name)
    return Course(tmp_path)


def calibrate(course: Course, text: str) -> list:
    assignment = course.assignment("fashion-mnist")
    (course.reference_folder(assignment) / "calibration.json").write_text(text, encoding="utf-8")
    return course.calibrations(assignment)


# -- Assignments -------------------------------------------------------------------------------------------------------


def test_the_bundled_course_has_fashion_mnist_with_all_that_belongs_to_it():
    course = Course(bundled())
    assignment = course.assignment("fashion-mnist")
    assert course.rubric(assignment).out_of == 20
    solutions = course.reference(assignment).solutions
    assert all((course.reference_folder(assignment) / solution.notebook).is_file() for solution in solutions)
    assert all(path.is_file() for path in course.check_files(assignment, course.rubric(assignment)))


def test_a_folder_is_all_that_a_new_assignment_needs(course: Course):
    for part in ("assignments", "reference"):
        shutil.copytree(course.folder / part / "fashion-mnist", course.folder / part / "clothes")
    newcomer = Course(course.folder)
    assignment = newcomer.assignment("clothes")
    assert "clothes" in newcomer.names
    assert assignment.name == "clothes"
    sample = samples.good()
    files = newcomer.check_files(assignment, newcomer.rubric(assignment))
    results = run_checks(files, sample.evidence, assignment, {})
    assert {result.visibility for result in results} == {"visible", "hidden"}


def test_checks_of_the_rubric_come_before_the_visible_and_these_before_the_hidden(course: Course):
    assignment = course.assignment("fashion-mnist")
    files = course.check_files(assignment, course.rubric(assignment))
    parts = [path.relative_to(course.folder).parts[0] for path in files]
    assert parts == sorted(parts, key=["rubrics", "assignments", "reference"].index)
    assert set(parts) == {"rubrics", "assignments", "reference"}


def test_an_unknown_assignment_gets_the_closest_name(course: Course):
    with pytest.raises(UsageError, match=r"Received: `fashion_minst`\. Did you mean `fashion-mnist`"):
        course.assignment("fashion_minst")


def test_a_course_without_assignments_says_where_it_looked(tmp_path: Path):
    with pytest.raises(UsageError, match=r"There is none in .*assignments"):
        Course(tmp_path).assignment("fashion-mnist")


@pytest.mark.parametrize(
    ("before", "after", "key"),
    [
        ('number = "3B"\n', "", "number"),
        ('number = "3B"', "number = 3", "number"),
        ('number = "3B"', 'nummer = "3B"\nnumber = "3B"', "nummer"),
        ("outputs = 10", "outputs = -1", "task.outputs"),
        ("outputs = 10", 'outputs = "ten"', "task.outputs"),
        ("outputs = 10", "outputs = 0", "task.outputs"),
        ("outputs = 10", "outputs = 9", "task"),
        ("input_shapes = [[28, 28, 1], [28, 28], [784]]", "input_shapes = []", "networks.0.input_shapes"),
        ("[task]", "[limits]\nmemory_mb = 100\n[task]", "limits.memory_mb"),
        ("[task]", "[limits]\nwall_seconds = 0\n[task]", "limits.wall_seconds"),
        ('kind = "classification"', 'kind = "guessing"', "task.kind"),
        ("parameters = 241_546", "parameters = 241_546\nlayerz = []", "networks.0.documented_models.0.layerz"),
    ],
)
def test_a_broken_sheet_is_named_with_its_key(course: Course, before: str, after: str, key: str):
    sheet = course.folder / "assignments" / "fashion-mnist" / "sheet.toml"
    text = sheet.read_text(encoding="utf-8")
    assert before in text
    sheet.write_text(text.replace(before, after, 1), encoding="utf-8")
    with pytest.raises(TeacherError) as caught:
        course.assignment("fashion-mnist")
    assert f"Expected a valid `{key}` in {sheet}." in str(caught.value)


@pytest.mark.parametrize("content", [b"number = ", b"\xff\xfe\x00", b"a = 1\na = 2\n"])
def test_a_sheet_that_is_no_toml_is_named(course: Course, content: bytes):
    sheet = course.folder / "assignments" / "fashion-mnist" / "sheet.toml"
    sheet.write_bytes(content)
    with pytest.raises(TeacherError, match=r"Expected TOML in .*sheet\.toml"):
        course.assignment("fashion-mnist")


def test_a_folder_where_a_sheet_should_be_is_named(course: Course):
    (course.folder / "assignments" / "odd" / "sheet.toml").mkdir(parents=True)
    with pytest.raises(TeacherError, match=r"can be read at .*odd.sheet\.toml"):
        course.assignment("odd")


def test_a_rubric_that_is_not_there_is_named(course: Course):
    (course.folder / "rubrics" / "lab-manual.toml").unlink()
    with pytest.raises(TeacherError, match=r"Expected the file .*lab-manual\.toml"):
        course.rubric(course.assignment("fashion-mnist"))


# -- What only the teacher has -----------------------------------------------------------------------------------------


def test_without_the_teachers_folder_there_are_no_hidden_checks_and_no_reference(course: Course):
    shutil.rmtree(course.folder / "reference")
    assignment = course.assignment("fashion-mnist")
    assert course.calibrations(assignment) == []
    assert not any("reference" in path.parts for path in course.check_files(assignment, course.rubric(assignment)))
    with pytest.raises(TeacherError, match=r"Expected the file .*reference\.toml"):
        course.reference(assignment)


def test_a_calibration_is_read_as_it_was_measured(course: Course):
    (found,) = calibrate(course, json.dumps([CALIBRATION]))
    assert found.systems["cnn"].thresholds["accuracy"].full == 0.9
    assert found.runs[0].systems["cnn"].epochs == 10


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("{", "the whole file"),
        ("5", "the whole file"),
        (json.dumps(CALIBRATION), "the whole file"),
        (json.dumps([CALIBRATION | {"runs": []}]), "0.runs"),
        (json.dumps([CALIBRATION | {"systems": {"cnn": REACHED | {"parameters": -1}}}]), "0.systems.cnn.parameters"),
        (json.dumps([CALIBRATION | {"miss": 0.1}]), "0.miss"),
    ],
)
def test_a_broken_calibration_is_named_with_its_key(course: Course, text: str, key: str):
    with pytest.raises(TeacherError) as caught:
        calibrate(course, text)
    assert f"Expected a valid `{key}` in " in str(caught.value)
    assert "calibration.json" in str(caught.value)
    assert "\n" not in str(caught.value)

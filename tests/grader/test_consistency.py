"""Courses with one thing broken at a time: each is named with its file and key."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from grader.calibration.consistency import find_faults
from grader.courses.course import Course, bundled

NAME = "fashion-mnist"
SHEET = f"assignments/{NAME}/sheet.toml"
RUBRIC = "rubrics/lab-manual.toml"
REFERENCE = f"reference/{NAME}/reference.toml"
MUTANTS = f"reference/{NAME}/mutants.toml"
CALIBRATION = f"reference/{NAME}/calibration.json"
HIDDEN = f"reference/{NAME}/test_accuracy.py"


@pytest.fixture
def course(tmp_path: Path) -> Course:
    """A copy of the bundled course, for a test to break."""
    for name in ("assignments", "rubrics", "reference"):
        shutil.copytree(bundled() / name, tmp_path / name)
    return Course(tmp_path)


def change(course: Course, file: str, before: str, after: str) -> None:
    path = course.folder / file
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def change_calibration(course: Course, number: int, **values: Any) -> None:
    path = course.folder / CALIBRATION
    entries = json.loads(path.read_text(encoding="utf-8"))
    entries[number] |= values
    path.write_text(json.dumps(entries), encoding="utf-8")


def of_the_solution(course: Course) -> tuple[int, dict[str, Any]]:
    """The place of the first calibration of the assignment's own solution, and its networks."""
    entries = course.calibrations(course.assignment(NAME))
    number = next(number for number, entry in enumerate(entries) if entry.notebook == "solution.ipynb")
    return number, entries[number].model_dump(mode="json")["systems"]


def is_named(course: Course, file: str, *words: str) -> bool:
    """Whether one of the faults has the file and all these words."""
    faults = find_faults(course, NAME)
    return any(str(course.folder / file) in fault and all(word in fault for word in words) for fault in faults)


@pytest.mark.parametrize("name", Course(bundled()).names)
def test_the_bundled_assignments_agree(name: str):
    assert find_faults(Course(bundled()), name) == []


@pytest.mark.parametrize(
    ("file", "before", "after", "words"),
    [
        (
            SHEET,
            "parameters = 241_546",
            "parameters = 241_547",
            ("`networks.0.documented_models.0.parameters`", "241,546"),
        ),
        (SHEET, 'dataset = "fashion-mnist"', 'dataset = "fashion"', ("`task.dataset`", "perhaps `fashion-mnist`")),
        (
            REFERENCE,
            "parameters = 2_261_465",
            "parameters = 1",
            ("`documented_models.0.parameters`", "2,261,465", "Found: 1"),
        ),
        (REFERENCE, 'model = "cnn"', 'model = "cnm"', ("`solutions.0.systems.0.model`", "`cnm`; perhaps `cnn`")),
        (
            REFERENCE,
            'model = "cnn"',
            'model = "dense"',
            ("`solutions.0.systems`", "the convolutional network", "Found: dense"),
        ),
        (REFERENCE, 'name = "dense"', 'name = "cnn"', ("`documented_models`", "different names", "2 times `cnn`")),
        (REFERENCE, '"dense_and_convolutional.ipynb"', '"solution.ipynb"', ("`solutions`", "2 times `solution.ipynb`")),
        (RUBRIC, '"test_runs_clean.py"', '"test_runs.py"', ("`checks.1`", "nothing at", "test_runs.py")),
        (RUBRIC, 'id = "runs-clean"', 'id = "run-clean"', ("Found none for `run-clean`",)),
        (HIDDEN, 'criterion("accuracy"', 'criterion("acuracy"', ("Received: `acuracy`", "Did you mean `accuracy`")),
        (
            MUTANTS,
            'old = "layers.Dense(128"',
            'old = "Dense(129"',
            ("changes.0.old`", "`too-large`", "`Dense(129`, which stands"),
        ),
        (MUTANTS, '"test_loss"', '"test_los"', ("fails`", "`squared-error`", "`test_los`; perhaps `test_loss`")),
    ],
)
def test_what_does_not_agree_is_named(course: Course, file: str, before: str, after: str, words: tuple[str, ...]):
    change(course, file, before, after)
    assert is_named(course, file if file != HIDDEN else RUBRIC, *words)


@pytest.mark.parametrize(
    ("file", "before", "after", "key"),
    [
        (SHEET, 'number = "3B"\n', "", "number"),
        (RUBRIC, "marks = 5", "marks = 6", "columns.0"),
        (REFERENCE, "sealed_rows = 5_000", 'sealed_rows = "many"', "sealed_rows"),
        (MUTANTS, 'name = "untidy"', 'name = "no-answer"', "the whole file"),
        (MUTANTS, "old = ", "olt = ", "mutants.0.changes.0.old"),
        (CALIBRATION, '"stand_in": false', '"stand_in": "no idea"', "0.stand_in"),
    ],
)
def test_a_broken_file_is_one_fault(course: Course, file: str, before: str, after: str, key: str):
    change(course, file, before, after)
    (fault,) = find_faults(course, NAME)
    assert f"Expected a valid `{key}` in {course.folder / file}" in fault


@pytest.mark.parametrize(
    "file",
    [SHEET, RUBRIC, REFERENCE, MUTANTS, f"assignments/{NAME}/starter.ipynb", f"reference/{NAME}/solution.ipynb"],
)
def test_a_file_that_is_missing_is_named(course: Course, file: str):
    (course.folder / file).unlink()
    assert is_named(course, file, "Found no")


@pytest.mark.parametrize("folder", ["assignments", "reference"])
def test_an_assignment_without_checks_of_its_own_is_named(course: Course, folder: str):
    for path in (course.folder / folder / NAME).glob("test_*.py"):
        path.unlink()
    assert is_named(course, f"{folder}/{NAME}", "Expected checks", "test_*.py")


def test_every_problem_is_listed_and_not_only_the_first(course: Course):
    change(course, SHEET, "parameters = 241_546", "parameters = 241_547")
    change(course, RUBRIC, 'id = "runs-clean"', 'id = "run-clean"')
    (course.folder / MUTANTS).unlink()
    (course.folder / CALIBRATION).write_text("[")
    faults = find_faults(course, NAME)
    for words in ("sheet.toml", "`runs-clean`", "`run-clean`", "mutants.toml", "calibration.json"):
        assert any(words in fault for fault in faults), words


# -- Calibration -------------------------------------------------------------------------------------------------------


def test_a_calibration_of_a_notebook_that_the_reference_does_not_name_is_named(course: Course):
    change_calibration(course, 0, notebook="older.ipynb")
    assert is_named(course, CALIBRATION, "`0.notebook`", "`older.ipynb`")


def test_a_calibration_of_a_network_that_the_reference_does_not_name_is_named(course: Course):
    number, systems = of_the_solution(course)
    change_calibration(course, number, systems={**systems, "lenet": systems["cnn"]})
    assert is_named(course, CALIBRATION, f"`{number}.systems.lenet`", "`lenet`; perhaps `cnn`")


def test_a_calibration_of_other_parameters_is_named(course: Course):
    number, systems = of_the_solution(course)
    systems["cnn"]["parameters"] = 5
    change_calibration(course, number, systems=systems)
    assert is_named(course, CALIBRATION, f"`{number}.systems.cnn.parameters`", "241,546", "Found: 5")


def test_a_network_without_thresholds_is_named_with_the_command_that_makes_them(course: Course):
    (course.folder / CALIBRATION).unlink()
    for option in ("", " --stand-in"):
        assert is_named(course, CALIBRATION, "`systems.cnn.thresholds`", f"`grader calibrate {NAME}{option}` with")


def test_a_calibration_on_other_sealed_rows_counts_only_where_they_do_not_matter(course: Course):
    for name in (NAME, "boston"):
        change(course, f"reference/{name}/reference.toml", "sealed_seed = 20_413", "sealed_seed = 7")
    assert find_faults(course, NAME) == []
    (fault,) = find_faults(course, "boston")
    assert "`systems.deep.thresholds`" in fault


# -- Mutants -----------------------------------------------------------------------------------------------------------


def test_a_hidden_check_that_no_mutant_fails_is_named(course: Course):
    for _ in range((course.folder / MUTANTS).read_text(encoding="utf-8").count(', "test_every_class"')):
        change(course, MUTANTS, ', "test_every_class"', "")
    change(course, MUTANTS, '    "test_every_class",\n', "")
    assert is_named(course, MUTANTS, "`mutants.fails`", "test_every_class", "none")


def test_fewer_than_eight_mutants_are_too_few(course: Course):
    path = course.folder / MUTANTS
    path.write_text("[[mutants]]".join(path.read_text(encoding="utf-8").split("[[mutants]]")[:8]), encoding="utf-8")
    assert is_named(course, MUTANTS, "`mutants`", "at least 8")


def test_a_quick_change_that_changes_nothing_is_named(course: Course):
    path = course.folder / MUTANTS
    path.write_text('quick = [{ old = "epochs=999" }]\n' + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert is_named(course, MUTANTS, "`quick.0.old`", "`epochs=999`, which stands nowhere")


def test_a_typed_threshold_of_no_network_is_named(course: Course):
    path = course.folder / MUTANTS
    text = "[thresholds.cmm]\naccuracy = { floor = 0.5, full = 0.9 }\n" + path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8")
    assert is_named(course, MUTANTS, "`thresholds.cmm`", "perhaps `cnn`")


def test_model_answers_belong_to_the_questions_of_the_sheet(course: Course):
    change(course, "reference/boston/answers.toml", "What is Linear", "What was Linear")
    (fault,) = find_faults(course, "boston")
    assert fault.startswith("Expected the questions of the sheet")
    assert "answers.toml" in fault

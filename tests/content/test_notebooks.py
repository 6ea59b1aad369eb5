"""The notebooks that come with the course are valid, hold no outputs of ours, and ask what the sheet asks."""

import ast
import json
from pathlib import Path

import nbformat
import pytest

from grader.courses.course import Course, bundled
from grader.courses.sheet import Assignment
from grader.marking.answers import find_answers

ROOT = bundled()
STARTERS = sorted((ROOT / "assignments").glob("*/starter.ipynb"))
SOLUTIONS = sorted((ROOT / "reference").glob("*/*.ipynb"))
ANSWERING = sorted((ROOT / "reference").glob("*/solution.ipynb"))
OURS = [*STARTERS, *SOLUTIONS]
EXAMPLES = sorted((ROOT / "examples").glob("*.ipynb"))
TRAINING = {
    "boston": "epochs=100, validation_split=0.05",
    "imdb": "epochs=2, batch_size=500",
    "fashion-mnist": "epochs=10, batch_size=32, validation_data=(x_test, y_test)",
    "mnist": "epochs=500, batch_size=128, validation_data=(rows_validation, y_validation)",
    "cifar10": "epochs=200, batch_size=256, validation_data=(x_test, y_test)",
}


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


def texts(path: Path, kind: str) -> list[str]:
    return [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == kind]


@pytest.mark.parametrize("path", [*OURS, *EXAMPLES], ids=name_of)
def test_a_notebook_is_valid(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    nbformat.validate(notebook)
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])


@pytest.mark.parametrize("path", OURS, ids=name_of)
def test_ours_parse_and_hold_no_outputs(path: Path) -> None:
    cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in cells)
    assert all(ast.parse(cell.source) for cell in cells)


@pytest.mark.parametrize("path", [*STARTERS, *ANSWERING], ids=name_of)
def test_ours_pose_each_question_in_a_cell_of_its_own(path: Path, course: Course) -> None:
    cells = texts(path, "markdown")
    for number, question in enumerate(course.assignment(path.parent.name).questions, start=1):
        assert sum(cell.startswith(f"**Question {number}. {question}**") for cell in cells) == 1


def test_the_starter_names_the_sheets_theory_and_every_documented_layer(course: Course, each: Assignment) -> None:
    text = "\n".join(texts(course.folder / "assignments" / each.name / "starter.ipynb", "markdown"))
    assert all(section.heading in text for section in each.theory)
    assert all(line in text for line in each.prerequisites)
    for network in each.networks:
        assert all(f"| {layer.parameters:,} |" in text for layer in network.documented_models[0].layers)
        assert f"{network.documented_models[0].parameters:,}" in text
        assert f"{network.parameter_budget:,}" in text


@pytest.mark.parametrize("path", STARTERS, ids=name_of)
def test_the_starters_own_words_answer_no_question(path: Path, course: Course) -> None:
    answers = find_answers(nbformat.read(path, 4), course.assignment(path.parent.name).questions)
    assert [answer.words for answer in answers] == [0] * len(answers)
    assert all(answer.cell for answer in answers)


@pytest.mark.parametrize("path", STARTERS, ids=name_of)
def test_the_starter_gives_no_solution_away(path: Path) -> None:
    code = "\n".join(texts(path, "code"))
    assert "TODO" in code
    assert "layers." not in code
    assert ".fit(" not in code.replace("fit()", "")


@pytest.mark.parametrize("name", TRAINING)
def test_the_solution_trains_as_the_document_does(name: str) -> None:
    code = "\n".join(texts(ROOT / "reference" / name / "solution.ipynb", "code"))
    assert TRAINING[name] in code
    # Calibration trains with several seeds, which one of the notebook's own would undo.
    assert "seed" not in code


def test_the_solution_of_imdb_splits_as_the_document_does() -> None:
    code = "\n".join(texts(ROOT / "reference" / "imdb" / "solution.ipynb", "code"))
    assert "test_size=0.2, random_state=1)" in code


def test_every_example_is_explained() -> None:
    readme = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    assert len(EXAMPLES) >= 5
    assert all(path.name in readme for path in EXAMPLES)

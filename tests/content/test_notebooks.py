"""The notebooks that come with the course are valid, hold no outputs of ours, and ask what the sheet asks."""

import ast
import json
from pathlib import Path

import nbformat
import pytest

from grader.course import bundled
from grader.records import Assignment

ROOT = bundled()
STARTER = ROOT / "assignments" / "fashion-mnist" / "starter.ipynb"
SOLUTION = ROOT / "reference" / "fashion-mnist" / "solution.ipynb"
EXAMPLES = sorted((ROOT / "examples").glob("*.ipynb"))


def texts(path: Path, kind: str) -> list[str]:
    return [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == kind]


@pytest.mark.parametrize("path", [STARTER, SOLUTION, *EXAMPLES], ids=lambda path: path.stem)
def test_a_notebook_is_valid(path: Path) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    nbformat.validate(notebook)
    assert len({cell["id"] for cell in notebook["cells"]}) == len(notebook["cells"])


@pytest.mark.parametrize("path", [STARTER, SOLUTION], ids=lambda path: path.stem)
def test_ours_parse_and_hold_no_outputs(path: Path) -> None:
    cells = [cell for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]
    assert not any(cell.outputs or cell.execution_count for cell in cells)
    assert all(ast.parse(cell.source) for cell in cells)


@pytest.mark.parametrize("path", [STARTER, SOLUTION], ids=lambda path: path.stem)
def test_ours_pose_each_question_in_a_cell_of_its_own(path: Path, assignment: Assignment) -> None:
    cells = texts(path, "markdown")
    for number, question in enumerate(assignment.questions, start=1):
        assert sum(cell.startswith(f"**Question {number}. {question}**") for cell in cells) == 1


def test_the_starter_names_the_sheets_theory_and_every_documented_layer(assignment: Assignment) -> None:
    text = "\n".join(texts(STARTER, "markdown"))
    assert all(section.heading in text for section in assignment.theory)
    assert all(f"| {layer.parameters:,} |" in text for layer in assignment.documented_models[0].layers)


def test_the_starter_gives_no_solution_away() -> None:
    code = "\n".join(texts(STARTER, "code"))
    assert "TODO" in code
    assert "Conv2D(" not in code
    assert ".fit(" not in code.replace("fit()", "")


def test_the_solution_trains_as_the_document_does() -> None:
    code = "\n".join(texts(SOLUTION, "code"))
    assert "epochs=10, batch_size=32, validation_data=(x_test, y_test)" in code
    # Calibration trains with several seeds, which one of the notebook's own would undo.
    assert "seed" not in code


def test_every_example_is_explained(assignment: Assignment) -> None:
    readme = (ROOT / "examples" / "README.md").read_text(encoding="utf-8")
    assert len(EXAMPLES) >= 5
    assert all(path.name in readme for path in EXAMPLES)

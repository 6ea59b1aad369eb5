"""The sheet says what the manual says, and its numbers are those that arithmetic and Keras find."""

import importlib.util
import json
import math
import subprocess
import sys

import nbformat
import pytest

from grader.course import Course
from grader.sheet import Assignment, DocumentedLayer

# Of each documented network: shape of a row, then kind, filters or units, side of the kernel or the pool; 0 for none.
Rows = list[tuple[str, int, int]]
HIDDEN: dict[str, Rows] = {
    "boston deep": [("Dense", units, 0) for units in (128, 64, 32, 16, 1)],
    "boston two-hidden-layers": [("Dense", units, 0) for units in (128, 64, 1)],
    "imdb dense": [
        *(("Dense", 50, 0), ("Dropout", 0, 0), ("Dense", 50, 0), ("Dropout", 0, 0)),
        *(("Dense", 50, 0), ("Dense", 1, 0)),
    ],
    "fashion-mnist cnn": [
        *(("Conv2D", 32, 3), ("MaxPooling2D", 0, 2), ("Dropout", 0, 0)),
        *(("Conv2D", 64, 3), ("MaxPooling2D", 0, 2), ("Dropout", 0, 0)),
        *(("Conv2D", 128, 3), ("Flatten", 0, 0)),
        *(("Dense", 128, 0), ("Dropout", 0, 0), ("Dense", 10, 0)),
    ],
}
TOTALS = {"boston": [12_673, 10_113], "imdb": [505_201], "fashion-mnist": [241_546]}
"""Of the documents."""
BUILD = """
import json, sys
source = sys.stdin.read()
exec("import keras\\nfrom keras import layers\\n" + source)
print(json.dumps([[type(row).__name__, list(row.output.shape[1:]), row.count_params()] for row in model.layers]))
"""


def counted(shape: tuple[int, ...], network: Rows) -> list[tuple[str, tuple[int, ...], int]]:
    """Shapes and parameters of a network, by arithmetic from the shape of a row."""
    rows = []
    for kind, width, side in network:
        parameters = 0
        if kind == "Conv2D":
            parameters = (side * side * shape[-1] + 1) * width
            shape = (shape[0] - side + 1, shape[1] - side + 1, width)
        elif kind == "MaxPooling2D":
            shape = (shape[0] // side, shape[1] // side, shape[2])
        elif kind == "Flatten":
            shape = (math.prod(shape),)
        elif kind == "Dense":
            parameters = (shape[0] + 1) * width
            shape = (width,)
        rows.append((kind, shape, parameters))
    return rows


def as_rows(layers: list[DocumentedLayer]) -> list[tuple[str, tuple[int | None, ...], int]]:
    return [(layer.class_name, layer.output_shape, layer.parameters) for layer in layers]


def test_shapes_and_parameters_follow_from_arithmetic(each: Assignment) -> None:
    shape = tuple(side or 0 for side in each.task.input_shapes[0])
    for model in each.documented_models:
        assert as_rows(model.layers) == counted(shape, HIDDEN[f"{each.name} {model.name}"])


def test_the_documented_total_is_the_sum(each: Assignment) -> None:
    assert [model.parameters for model in each.documented_models] == TOTALS[each.name]
    for model in each.documented_models:
        assert sum(layer.parameters for layer in model.layers) == model.parameters <= each.task.parameter_budget


def test_the_documented_networks_keep_the_sheets_own_rules(each: Assignment) -> None:
    for model in each.documented_models:
        assert model.layers[-1].output_shape == (each.task.outputs,)
        assert model.layers[-1].activation == each.task.output_activation
        kinds = [layer.class_name for layer in model.layers]
        assert all(kinds.count(kind) >= least for kind, least in each.task.required_layers.items())


@pytest.mark.skipif(not importlib.util.find_spec("tensorflow"), reason="needs TensorFlow")
def test_the_solution_builds_the_documented_network_in_keras(course: Course, each: Assignment) -> None:
    path = course.reference_folder(each) / course.reference(each).solution
    source = next(cell.source for cell in nbformat.read(path, 4).cells if cell.id == "build")
    run = subprocess.run([sys.executable, "-c", BUILD], input=source, capture_output=True, text=True, check=True)
    built = [(kind, tuple(shape), parameters) for kind, shape, parameters in json.loads(run.stdout.splitlines()[-1])]
    assert built == as_rows(each.documented_models[0].layers)


@pytest.mark.parametrize(
    ("name", "number", "first", "last"),
    [
        ("boston", "1", "What is Linear Regression?", "Write down applications of Deep Neural Networks."),
        ("imdb", "2A", "What is Binary Classification?", "What is Adam Optimizer?"),
        ("fashion-mnist", "3B", "What is MNIST dataset for classification?", "What are the hardest digits in MNIST?"),
    ],
)
def test_the_sheet_asks_the_manuals_five_questions(
    course: Course, name: str, number: str, first: str, last: str
) -> None:
    sheet = course.assignment(name)
    assert (sheet.number, len(sheet.questions)) == (number, 5)
    assert (sheet.questions[0], sheet.questions[-1]) == (first, last)


def test_theory_is_short_enough_to_be_read(each: Assignment) -> None:
    long = {section.heading: len(section.text.split()) for section in each.theory}
    assert {heading: words for heading, words in long.items() if not 60 <= words <= 125} == {}


@pytest.mark.parametrize(("name", "rows"), [("fashion-mnist", 5_000), ("imdb", 5_000), ("boston", 80)])
def test_the_reference_seals_rows_enough_to_measure_with(course: Course, name: str, rows: int) -> None:
    assert course.reference(course.assignment(name)).sealed_rows == rows


def test_only_a_sheet_that_splits_anew_lets_test_rows_be_trained_on(course: Course) -> None:
    assert [name for name in ("boston", "imdb", "fashion-mnist") if course.assignment(name).task.resplit] == [
        "boston",
        "imdb",
    ]

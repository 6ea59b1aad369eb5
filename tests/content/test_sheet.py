"""The sheet says what the manual says, and its numbers are those that arithmetic and Keras find."""

import importlib.util
import json
import math
import subprocess
import sys

import nbformat
import pytest

from grader.course import Course
from grader.records import Assignment, DocumentedLayer

MODEL = [  # kind, filters or units, side of the kernel or the pool; 0 where there is none
    ("Conv2D", 32, 3),
    ("MaxPooling2D", 0, 2),
    ("Dropout", 0, 0),
    ("Conv2D", 64, 3),
    ("MaxPooling2D", 0, 2),
    ("Dropout", 0, 0),
    ("Conv2D", 128, 3),
    ("Flatten", 0, 0),
    ("Dense", 128, 0),
    ("Dropout", 0, 0),
    ("Dense", 10, 0),
]
BUILD = """
import json, sys
source = sys.stdin.read()
exec("import keras\\nfrom keras import layers\\n" + source)
print(json.dumps([[type(row).__name__, list(row.output.shape[1:]), row.count_params()] for row in model.layers]))
"""


def counted() -> list[tuple[str, tuple[int, ...], int]]:
    """Shapes and parameters of the network, by arithmetic from a picture of (28, 28, 1)."""
    shape: tuple[int, ...] = (28, 28, 1)
    rows = []
    for kind, width, side in MODEL:
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


def test_shapes_and_parameters_follow_from_arithmetic(assignment: Assignment) -> None:
    assert as_rows(assignment.documented_models[0].layers) == counted()


def test_the_documented_total_is_the_sum(assignment: Assignment) -> None:
    documented = assignment.documented_models[0]
    assert sum(layer.parameters for layer in documented.layers) == documented.parameters == 241_546
    assert documented.parameters <= assignment.task.parameter_budget


@pytest.mark.skipif(not importlib.util.find_spec("tensorflow"), reason="needs TensorFlow")
def test_the_solution_builds_the_documented_network_in_keras(course: Course, assignment: Assignment) -> None:
    path = course.reference_folder(assignment) / course.reference(assignment).solution
    source = next(cell.source for cell in nbformat.read(path, 4).cells if cell.id == "build")
    run = subprocess.run([sys.executable, "-c", BUILD], input=source, capture_output=True, text=True, check=True)
    built = [(kind, tuple(shape), parameters) for kind, shape, parameters in json.loads(run.stdout.splitlines()[-1])]
    assert built == as_rows(assignment.documented_models[0].layers)


def test_the_sheet_asks_the_manuals_five_questions(assignment: Assignment) -> None:
    assert len(assignment.questions) == 5
    assert all("MNIST" in question for question in assignment.questions)


@pytest.mark.parametrize(
    "heading", ["Convolution", "Pooling", "Dropout", "Softmax and cross-entropy", "The Adam optimizer"]
)
def test_theory_is_short_enough_to_be_read(assignment: Assignment, heading: str) -> None:
    (section,) = [section for section in assignment.theory if section.heading == heading]
    assert 60 <= len(section.text.split()) <= 120


def test_the_reference_seals_half_of_the_test_rows(course: Course, assignment: Assignment) -> None:
    assert course.reference(assignment).sealed_rows == 5_000

"""The sheet says what the manual says, and its numbers are those that arithmetic and Keras find."""

import importlib.util
import json
import math
import subprocess
import sys

import nbformat
import pytest

from grader.courses.course import Course, bundled
from grader.courses.reference import Solution
from grader.courses.sheet import Assignment, DocumentedLayer, DocumentedModel

from .conftest import NAMES

# Of each documented network: kind, filters or units, side of the kernel or the pool; 0 for none.
Rows = list[tuple[str, int, int]]
POOL, DROP, FLAT, NORM = ("MaxPooling2D", 0, 2), ("Dropout", 0, 0), ("Flatten", 0, 0), ("BatchNormalization", 0, 0)


def dense(*units: int) -> Rows:
    return [("Dense", width, 0) for width in units]


def conv(width: int, side: int, padding: str = "") -> tuple[str, int, int]:
    return (f"Conv2D{padding}", width, side)


NETWORKS: dict[str, Rows] = {
    "boston deep": dense(128, 64, 32, 16, 1),
    "boston two-hidden-layers": dense(128, 64, 1),
    "imdb dense": [*dense(50), DROP, *dense(50), DROP, *dense(50, 1)],
    "fashion-mnist cnn": [
        *(conv(32, 3), POOL, DROP, conv(64, 3), POOL, DROP, conv(128, 3), FLAT),
        *(*dense(128), DROP, *dense(10)),
    ],
    "fashion-mnist lenet": [
        *(conv(6, 5, " same"), ("AveragePooling2D", 0, 2), conv(36, 5), ("AveragePooling2D", 0, 2), conv(108, 5)),
        *(FLAT, *dense(84, 42, 21, 10, 10)),
    ],
    "fashion-mnist dense": [FLAT, *dense(750, 750, 750, 500, 250, 125, 75, 50, 10, 10, 10, 10)],
    "mnist shallow": dense(64, 10),
    "mnist cnn": [conv(32, 3), POOL, conv(64, 3), POOL, FLAT, DROP, *dense(10)],
    "mnist wide": [conv(100, 3), POOL, conv(250, 5), DROP, NORM, FLAT, *dense(10)],
    "mnist dropout": [
        *(conv(350, 5), POOL, conv(100, 4), DROP, ("MaxPooling2D", 0, 3), conv(75, 3), DROP, conv(40, 1), DROP),
        *(conv(25, 1), DROP, FLAT, *dense(10)),
    ],
    "mnist deep": [
        *(conv(100, 2), ("MaxPooling2D", 0, 4), conv(80, 4), POOL, DROP, NORM, conv(70, 1), conv(50, 1), conv(60, 1)),
        *(DROP, conv(100, 1), DROP, conv(100, 1), conv(250, 1), DROP, NORM, FLAT, *dense(10)),
    ],
    "cifar10 cnn": [
        *(conv(32, 3, " same"), POOL, conv(64, 3, " same"), POOL, DROP, FLAT, *dense(256), DROP, *dense(10)),
    ],
}
TOTALS = {
    "boston": {12_673, 10_113},
    "imdb": {505_201},
    "fashion-mnist": {241_546, 116_859, 2_261_465},
    "mnist": {50_890, 34_826, 829_760, 641_100, 186_140},
    "cifar10": {1_070_794},
}
"""Of the documents."""
BUILD = """
import json, sys
built = []
for source in json.load(sys.stdin):
    names = {}
    exec("import keras\\nfrom keras import layers, regularizers\\n" + source, names)
    models = [value for value in names.values() if isinstance(value, names["keras"].Model)]
    built.append([
        [[type(row).__name__, row.output.shape[1:], row.count_params()] for row in model.layers] for model in models
    ])
print(json.dumps(built))
"""
"""Sources of cells -> the layers of every model that each of them makes, in one process: importing Keras takes long."""


def counted(shape: tuple[int, ...], network: Rows) -> list[tuple[str, tuple[int, ...], int]]:
    """Shapes and parameters of a network, by arithmetic from the shape of a row."""
    rows = []
    for kind, width, side in network:
        parameters = 0
        if kind.startswith("Conv2D"):
            parameters = (side * side * shape[-1] + 1) * width
            lost = 0 if kind.endswith("same") else side - 1
            shape = (shape[0] - lost, shape[1] - lost, width)
        elif kind.endswith("Pooling2D"):
            shape = (shape[0] // side, shape[1] // side, shape[2])
        elif kind == "Flatten":
            shape = (math.prod(shape),)
        elif kind == "BatchNormalization":
            parameters = 4 * shape[-1]
        elif kind == "Dense":
            parameters = (shape[0] + 1) * width
            shape = (width,)
        rows.append((kind.split()[0], shape, parameters))
    return rows


def as_rows(layers: list[DocumentedLayer]) -> list[tuple[str, tuple[int | None, ...], int]]:
    return [(layer.class_name, layer.output_shape, layer.parameters) for layer in layers]


def entering(assignment: Assignment, model: DocumentedModel) -> tuple[int, ...]:
    """Shape of a row that the documented network takes."""
    own = [network for network in assignment.networks if model in network.documented_models]
    return tuple(side or 0 for side in (own or assignment.networks)[0].input_shapes[0])


def test_shapes_and_parameters_follow_from_arithmetic(course: Course, each: Assignment) -> None:
    for name, model in course.documented(each).items():
        assert as_rows(model.layers) == counted(entering(each, model), NETWORKS[f"{each.name} {name}"])


def test_the_documented_total_is_the_sum(course: Course, each: Assignment) -> None:
    known = course.documented(each)
    assert {model.parameters for model in known.values()} == TOTALS[each.name]
    assert all(sum(layer.parameters for layer in model.layers) == model.parameters for model in known.values())


def test_the_documented_networks_keep_the_sheets_own_rules(each: Assignment) -> None:
    for network, model in ((asked, model) for asked in each.networks for model in asked.documented_models):
        assert model.layers[-1].output_shape == (each.task.outputs,)
        assert model.layers[-1].activation == each.task.output_activation
        assert model.parameters <= network.parameter_budget
        kinds = [layer.class_name for layer in model.layers]
        assert all(kinds.count(kind) >= least for kind, least in network.required_layers.items())
        assert all(kinds.count(kind) <= most for kind, most in network.most_layers.items())


def solutions() -> list[tuple[str, Solution]]:
    course = Course(bundled())
    return [(name, each) for name in NAMES for each in course.reference(course.assignment(name)).solutions]


def building_cells(course: Course, name: str, solution: Solution) -> str:
    """The cells of a solution that make its models."""
    cells = nbformat.read(course.reference_folder(course.assignment(name)) / solution.notebook, 4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "code" and "keras.Sequential(" in cell.source)


@pytest.mark.skipif(not importlib.util.find_spec("tensorflow"), reason="needs TensorFlow")
def test_the_solutions_build_the_documented_networks_in_keras(course: Course) -> None:
    sources = json.dumps([building_cells(course, name, solution) for name, solution in solutions()])
    run = subprocess.run([sys.executable, "-c", BUILD], input=sources, capture_output=True, text=True, check=True)
    found = {}
    for (name, solution), models in zip(solutions(), json.loads(run.stdout.splitlines()[-1]), strict=True):
        documented = course.documented(course.assignment(name))
        built = [[(kind, tuple(shape), count) for kind, shape, count in rows] for rows in models]
        assert built == [as_rows(documented[system.model].layers) for system in solution.systems], solution.notebook
        found[name, solution.notebook] = len(built)
    assert sum(found.values()) == 11


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

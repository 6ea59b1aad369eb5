import pytest

from grader.courses.sheet import Limits
from grader.running.execute import Recording, execute
from grader.running.sandbox import Sandbox
from grader.submissions.collect import syntax_of, unparsable
from grader.submissions.salvage import salvaged
from tests.conftest import notebook_of

BROKEN = "x = = 3"


def run_as(source: str) -> list[str]:
    """What is run of a cell, line by line; what cannot be read as a sign."""
    found = salvaged(source)
    assert found is not None
    assert found.source.count("\n") == source.count("\n")
    return ["(raises)" if "compile(" in line else line for line in found.source.split("\n")]


# -- What is mended ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "mended"),
    [
        ("f(activation=“relu”, loss=‘mse’)", "f(activation=\"relu\", loss='mse')"),
        ("def f():\n\u00a0\u00a0return\u00a01", "def f():\n  return 1"),
        ("def f():\n    …", "def f():\n    ..."),
        ("x = 3 – 1\u200b", "x = 3 - 1"),
        ("for i in x:\n    print i, x", "for i in x:\n    print(i, x)"),
        ("try:\n    f()\nexcept OSError, e:\n    print e", "try:\n    f()\nexcept OSError as e:\n    print(e)"),
        ("def f():\n\tx = 1\n    return x", "def f():\n    x = 1\n    return x"),
        ("def f():\n\tx = 1\n        return x", "def f():\n        x = 1\n        return x"),
        ("def f(x):\n    # TODO\n\ny = f(1)", "def f(x): pass\n    # TODO\n\ny = f(1)"),
        ("if f():\n    # a\nelse:\n    # b", "if f(): pass\n    # a\nelse: pass\n    # b"),
        (r"df = read('D:\Unit\x\boston.csv', 1)", r"df = read('D:\\Unit\\x\\boston.csv', 1)"),
        ("%%time\nprint f(x)", "\nprint(f(x))"),
    ],
)
def test_slips_that_a_person_sees_at_once_are_mended(source: str, mended: str):
    found = salvaged(source)
    assert found is not None
    assert found.source == mended
    assert found.how.startswith("It was run with ")


def test_signs_within_a_text_that_can_be_read_stay():
    assert run_as("print('He said “hi”')\nprint(“x”)") == ["print('He said “hi”')", 'print("x")']


# -- What is left out --------------------------------------------------------------------------------------------------


def test_a_statement_that_cannot_be_read_is_left_out_and_the_others_stay_where_they_were():
    source = "import keras\nlayers = [\n    Dense(10 units),\n]\n!ls\nif layers:\n    f()\nelse:\n    g(\nprint(1)"
    assert run_as(source) == ["import keras", "(raises)", "", "", "!ls", "(raises)", "", "", "", "print(1)"]


@pytest.mark.parametrize(
    ("source", "begin"), [("a, b = f(1 2)", "a, b = c"), ("def f(:\n  1", "f = c"), ("f(1 2)", "c")]
)
def test_what_stands_for_it_raises_its_error_and_makes_nothing(source: str, begin: str):
    found = salvaged(f"{source}\nprint(1)")
    assert found is not None
    assert found.source.startswith(begin)
    with pytest.raises(SyntaxError):
        exec(found.source)


def test_strings_and_decorated_functions_of_several_lines_are_one_statement():
    source = f'@name\ndef f():\n    1\n{BROKEN}\ntext = """\nnot python at all\n"""'
    assert run_as(source) == ["@name", "def f():", "    1", "(raises)", 'text = """', "not python at all", '"""']


def test_pasted_output_and_prose_are_one_error_each():
    pasted = "f()\nTraceback (most recent call last)\n  File 'a', line 3\nKeyError: 'acc'\n---> 3 f()\ng()"
    assert run_as(pasted) == ["f()", "(raises)", "", "", "", "g()"]
    assert run_as("Training\nNow we train\nit well.\nmodel.fit(x)")[1:] == ["(raises)", "", "model.fit(x)"]


@pytest.mark.parametrize(
    "source",
    [
        "The network is good.\nConclusion\nResult: 0.9",
        BROKEN,
        "%%html\n<b>x = = 3</b>\nf()",
        "f()\n" * 4_000 + BROKEN,
    ],
)
def test_a_cell_without_anything_that_works_and_a_flood_are_left_alone(source: str):
    assert salvaged(source) is None


@pytest.mark.parametrize(
    "source", ["a b\n" * 2_900, "x = (\n" * 2_900, "'''\nx y\n" * 900, "!ls (\n" * 600, "?\n" * 999]
)
def test_hostile_cells_are_given_up_soon(source: str):
    found = salvaged(source)
    assert found is None or syntax_of(found.source).error is None


# -- In a notebook -----------------------------------------------------------------------------------------------------

MODEL = "import keras, numpy as np\nx, y = np.random.rand(64, 4), np.random.rand(64, 1)"
TRAIN = """model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(loss=“mse”)
history = model.fit(x y)
print(history.history)
model.fit(x, y, epochs=1, verbose=0)
This is how a network is trained.
print model.name, 1"""


@pytest.fixture(scope="module")
def played(sandbox: Sandbox) -> Recording:
    """A notebook with damaged cells."""
    notebook = notebook_of(MODEL, TRAIN, "These are words.", "print “fine”")
    return execute(notebook, unparsable(notebook), sandbox, Limits(wall_seconds=60))


def test_the_model_is_trained_by_what_can_be_run_of_its_cell(played: Recording):
    assert [fit.epochs_granted for fit in played.models[0].fits] == [1]
    assert played.cells[1].output == "sequential 1\n"


def test_the_cell_is_reported_as_one_that_cannot_be_parsed(played: Recording):
    cell = played.cells[1]
    assert (cell.status, cell.error and cell.error.kind, cell.error and cell.error.line) == ("error", "SyntaxError", 2)
    assert [(each.kind, each.line) for each in cell.later] == [("SyntaxError", 3), ("NotRun", 4), ("SyntaxError", 6)]
    assert cell.run_as.endswith("without what cannot be read (2 places).")


def test_a_cell_of_prose_is_skipped_and_one_that_was_mended_counts_as_broken(played: Recording):
    assert [cell.status for cell in played.cells] == ["ok", "error", "skipped", "error"]
    assert (played.cells[3].output, played.run.status) == ("fine\n", "errors")

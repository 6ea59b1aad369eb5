import ast

import pytest

from grader.courses.sheet import Limits
from grader.inside.statements import names
from grader.running.execute import Recording, execute
from grader.running.sandbox import Sandbox
from tests.conftest import notebook_of

CELLS = {
    "plot in the middle": """
import keras, numpy as np, matplotlib.pyplot as plt
x, y = np.random.rand(64, 4), np.random.rand(64, 1)
plt.plot(x, "no such format")
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
model.compile(loss="mse")
model.fit(x, y, epochs=1, verbose=0)
""",
    "wrong shape": """
x = x.reshape(7)
print(x.sum())
def total():
    return x.sum()
total()
def own():
    x = 3
    return x
print(own())
x = 5
print(x, "again")
""",
    "missing module": "import numpy as np, no_such_module\nprint(np.ones(2).sum())\nno_such_module.go()",
    "loop": "for turn in range(3):\n    made = turn\n    1 / (1 - turn)\nprint(made)",
    "raise": "raise ValueError('stop here')\nprint('too far')",
    "exit": "import sys\nsys.exit(1)\nprint('too far')",
    "return": "print('one')\nreturn 2\nprint('three')\n7",
    "one line": "print(5); 1 / 0; print(6)",
    "next cell": "x",
}
"""Each by what goes wrong in it."""


@pytest.fixture(scope="module")
def played(sandbox: Sandbox) -> Recording:
    """All of them, one after another in one kernel."""
    return execute(notebook_of(*(cell.strip() for cell in CELLS.values())), {}, sandbox, Limits(wall_seconds=120))


def told(played: Recording, name: str) -> tuple[str, list[tuple[int | None, str]]]:
    """What a cell printed, and its errors."""
    cell = played.cells[list(CELLS).index(name)]
    return cell.output, [(error.line, error.kind) for error in cell.errors]


def test_a_plot_that_fails_does_not_cost_the_model_that_is_trained_below_it(played: Recording):
    assert told(played, "plot in the middle")[1] == [(3, "ValueError")]
    assert [fit.epochs_granted for fit in played.models[0].fits] == [1]
    assert played.cells[0].status == "error"


def test_what_needs_a_name_that_was_not_made_is_left_out_and_named(played: Recording):
    printed, errors = told(played, "wrong shape")
    assert printed == "3\n5 again\n"
    assert errors == [(1, "ValueError"), (2, "NotRun"), (3, "NotRun"), (5, "NotRun")]
    assert played.cells[1].later[0].message == "it needs `x`, which line 1 should have made"
    assert played.cells[1].later[2].message == "it needs `total`, which line 3 should have made"


def test_a_module_that_is_there_is_not_lost_with_one_that_is_not(played: Recording):
    assert told(played, "missing module") == ("2.0\n", [(1, "ModuleNotFoundError"), (3, "NotRun")])


def test_what_a_loop_made_before_it_failed_is_there(played: Recording):
    assert told(played, "loop") == ("1\n", [(3, "ZeroDivisionError")])


def test_a_cell_that_ends_itself_has_ended(played: Recording):
    assert told(played, "raise") == ("", [(1, "ValueError")])
    printed, errors = told(played, "exit")
    assert "too far" not in printed
    assert [kind for _, kind in errors] == ["SystemExit"]


def test_other_statements_show_what_they_would_show_without_the_error(played: Recording):
    assert told(played, "return") == ("one\nthree\n7\n", [(2, "SyntaxError")])
    assert told(played, "one line") == ("5\n6\n", [(1, "ZeroDivisionError")])


def test_the_next_cell_begins_anew(played: Recording):
    assert told(played, "next cell") == ("5\n", [])


@pytest.mark.parametrize(
    ("code", "needed", "made"),
    [
        ("a = b + 1", {"b"}, {"a"}),
        ("a += 1", {"a"}, {"a"}),
        ("for i in b:\n    c = i", {"b"}, {"i", "c"}),
        ("def f(x=a):\n    y = x + b\n    return y", {"a", "b"}, {"f"}),
        ("def f():\n    global a\n    a = b", {"b"}, {"f", "a"}),
        ("class A(B):\n    size = 3\n    both = size + c", {"B", "c"}, {"A"}),
        ("[i + a for i in b]", {"a", "b"}, set()),
        ("import a.b as c, d.e", set(), {"c", "d"}),
        ("a.b = c[d]", {"a", "c", "d"}, set()),
        ("await a", {"a"}, set()),
        ("return a", set(), set()),
    ],
)
def test_the_names_that_a_statement_needs_and_makes(code: str, needed: set[str], made: set[str]):
    found, stored = names(ast.parse(code).body[0])
    assert (found - {"__name__", "__build_class__"}, stored) == (needed, made)

import ast

import pytest

from grader.inside.notes import notes
from grader.inside.rewrite import ColumnInPlace, InnerKeras
from grader.inside.ways import Rule

RULE = Rule("old", "today", "version", lambda rule: None)


@pytest.mark.parametrize(
    ("old", "today"),
    [
        ("df['x'].fillna(0, inplace=True)", "df['x'] = df['x'].fillna(0)"),
        ("df.x.replace({'a': 1}, inplace=True)", "df.x = df.x.replace({'a': 1})"),
        ("for c in df:\n    df[c].ffill(inplace=True)", "for c in df:\n    df[c] = df[c].ffill()"),
    ],
)
def test_a_column_is_assigned_what_was_to_be_done_in_place(old: str, today: str):
    assert ast.unparse(ColumnInPlace(RULE).visit(ast.parse(old))) == today


@pytest.mark.parametrize(
    "code",
    [
        "df.fillna(0, inplace=True)",
        "df[['x', 'y']].fillna(0, inplace=True)",
        "df[df.x > 1].fillna(0, inplace=True)",
        "df['x'].fillna(0)",
        "y = df['x'].fillna(0, inplace=False)",
        "df['x'].append(1, inplace=True)",
    ],
)
def test_every_other_code_stays(code: str):
    assert ast.unparse(ColumnInPlace(RULE).visit(ast.parse(code))) == ast.unparse(ast.parse(code))


@pytest.mark.parametrize(
    ("old", "today"),
    [
        ("from tensorflow.python.keras.layers import Dense", "from tensorflow.keras.layers import Dense"),
        ("from tensorflow.python.keras import layers", "from tensorflow.keras import layers"),
        ("from tensorflow.python import keras", "from tensorflow import keras"),
        ("import tensorflow.python.keras.backend as K", "import tensorflow.keras.backend as K"),
        ("from . import x", "from . import x"),
        ("from tensorflow.python.framework import ops", "from tensorflow.python.framework import ops"),
    ],
)
def test_imports_from_the_inner_keras_are_from_keras(old: str, today: str):
    assert ast.unparse(InnerKeras(RULE).visit(ast.parse(old))) == today


def test_a_rewritten_cell_is_noted_and_still_compiles():
    notes.old_names.clear()
    tree = ColumnInPlace(RULE).visit(ast.parse("df['x'].fillna(0, inplace=True)"))
    compile(tree, "cell", "exec")
    assert list(notes.old_names) == ["old"]
    notes.old_names.clear()

"""A cell's syntax tree -> the same with three old habits written as today, where nothing but the code shows them.

- `from tensorflow.python.keras ...`: TensorFlow's inner copy of an old Keras, whose models fit into no other.
- `df["x"].fillna(0, inplace=True)`: since pandas 3.0 the column is a copy, and the table stays as it was.
- `df["x"][rows] = 0`: likewise.
"""

import ast
import builtins
from collections.abc import Callable
from copy import copy
from typing import Any

from grader.inside.ways import Rule, Way

INNER_KERAS = "tensorflow.python.keras"
METHODS = {"fillna", "replace", "ffill", "bfill", "interpolate", "clip", "mask", "where"}
"""Of a column, with `inplace=True`."""


class InnerKeras(ast.NodeTransformer):
    """Imports from `tensorflow.keras` what is imported from TensorFlow's inner copy."""

    def __init__(self, rule: Rule):
        self.rule = rule

    def today(self, module: str) -> str:
        """The name of a module of the inner copy as `tensorflow.keras` has it; every other stays."""
        if module != INNER_KERAS and not module.startswith(f"{INNER_KERAS}."):
            return module
        self.rule.use()
        return f"tensorflow.keras{module.removeprefix(INNER_KERAS)}"

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.ImportFrom:
        """From tensorflow.python.keras.layers import Dense."""
        node.module = self.today(node.module) if node.module else None
        if node.module == "tensorflow.python" and any(alias.name == "keras" for alias in node.names):
            self.rule.use()
            node.module = "tensorflow"
        return node

    def visit_Import(self, node: ast.Import) -> ast.Import:
        """Import tensorflow.python.keras as keras."""
        for alias in node.names:
            alias.name = self.today(alias.name) if alias.asname else alias.name
        return node


class ColumnInPlace(ast.NodeTransformer):
    """Assigns to the column what was to be done in place."""

    def __init__(self, rule: Rule):
        self.rule = rule

    def visit_Expr(self, node: ast.Expr) -> ast.stmt:
        """df["x"].fillna(0, inplace=True) as df["x"] = df["x"].fillna(0)."""
        match node.value:
            case ast.Call(func=ast.Attribute(value=column, attr=attr)) as call if attr in METHODS and is_column(column):
                others = [keyword for keyword in call.keywords if not is_true(keyword, "inplace")]
                if len(others) == len(call.keywords):
                    return node
                self.rule.use()
                call.keywords, target = others, copy(column)
                target.ctx = ast.Store()  # type: ignore[attr-defined] # both kinds of a column have it
                return ast.fix_missing_locations(ast.copy_location(ast.Assign([target], call), node))
        return node


def is_column(node: ast.expr) -> bool:
    """Whether it is df["x"], df[x] or df.x; a slice or a list gave a copy in every version of pandas."""
    if isinstance(node, ast.Subscript):
        return isinstance(node.slice, (ast.Constant, ast.Name))
    return isinstance(node, ast.Attribute)


def is_true(keyword: ast.keyword, name: str) -> bool:
    """Whether it is `name=True`."""
    return keyword.arg == name and isinstance(keyword.value, ast.Constant) and keyword.value.value is True


class Column:
    """A column of a table, whose items are set in the table itself."""

    def __init__(self, table: Any, name: str):
        self.table, self.name = table, name

    def __getitem__(self, rows: Any) -> Any:
        return self.table[self.name][rows]

    def __setitem__(self, rows: Any, value: Any) -> None:
        if isinstance(rows, slice):
            rows = self.table.index[rows]
        self.table.loc[rows, self.name] = value


class ColumnItems(ast.NodeTransformer):
    """Sets items of a column in its table: whether it is one is seen when the code runs, as it may be a dict's list."""

    HELPER = "_column_of"

    def __init__(self, rule: Rule):
        def column_of(thing: Any, name: str) -> Any:
            if not (hasattr(thing, "loc") and hasattr(thing, "columns")):
                return thing[name]
            rule.use()
            return Column(thing, name)

        setattr(builtins, self.HELPER, column_of)

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """df["x"][rows] as _column_of(df, "x")[rows], where something is assigned to it."""
        match node:
            case ast.Subscript(
                value=ast.Subscript(value=table, slice=ast.Constant(value=str()) as name) as column, ctx=ast.Store()
            ):
                call = ast.Call(ast.Name(self.HELPER, ast.Load()), [table, name], [])
                node.value = ast.fix_missing_locations(ast.copy_location(call, column))
        return self.generic_visit(node)


transformers: list[ast.NodeTransformer] = []
"""For IPython's `ast_transformers`."""


def rewritten(transformer: Callable[[Rule], ast.NodeTransformer]) -> Way:
    """The rule's way is a transformer of syntax trees."""
    return lambda rule: transformers.append(transformer(rule))

"""The cells of a notebook -> those that a model depends on, by the names that each defines and uses; nothing is run."""

import ast
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from grader.records import CellError
from grader.submissions.collect import syntax_tree

LOOKS = {
    *("corr", "describe", "head", "hist", "info", "isna", "isnull", "nunique", "plot", "sample", "tail", "unique"),
    *("evaluate", "get_config", "predict", "print", "save", "show", "summary", "to_json", "value_counts"),
}
"""Methods that leave what they are called on as it is."""
TRAINS = {
    *("add", "pop", "compile", "fit", "fit_generator", "train_on_batch"),
    *("load_weights", "set_weights"),
}
"""Methods that make a model what it is."""
WRITTEN = re.compile(r"^\s*(?:def\s+|class\s+)?([A-Za-z_]\w*)\s*(?:=(?!=)|\()", re.MULTILINE)
"""What a cell may define that cannot be parsed."""


@dataclass
class Names:
    """What a cell does with names."""

    used: set[str] = field(default_factory=set)
    """Before the cell itself defines them, so that they come from other cells."""
    defined: set[str] = field(default_factory=set)
    """Or changed."""
    trained: set[str] = field(default_factory=set)
    """On which a method is called that builds or trains a model."""


class Reader(ast.NodeVisitor):
    """Walks through a cell in the order in which Python would."""

    def __init__(self) -> None:
        self.names = Names()
        self.modules: set[str] = set()

    def visit_Name(self, node: ast.Name) -> None:
        """A name that is read or written."""
        if not isinstance(node.ctx, ast.Load):
            self.names.defined.add(node.id)
        elif node.id not in self.names.defined:
            self.names.used.add(node.id)

    def change(self, node: ast.expr) -> None:
        """What is written into, as `x` in `x[0] = 1` or `x.a = 1`, is used and defined."""
        while isinstance(node, ast.Attribute | ast.Subscript):
            node = node.value
        if isinstance(node, ast.Name) and node.id not in self.modules:
            self.visit_Name(ast.Name(node.id, ast.Load()))
            self.names.defined.add(node.id)

    def assign(self, target: ast.expr) -> None:
        """A target, after its value."""
        self.visit(target)
        if isinstance(target, ast.Attribute | ast.Subscript):
            self.change(target)

    def visit_Assign(self, node: ast.Assign) -> None:
        """The value comes first."""
        self.visit(node.value)
        for target in node.targets:
            self.assign(target)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """`x += 1` uses `x`."""
        self.visit(node.value)
        self.change(node.target)

    def visit_For(self, node: ast.For) -> None:
        """What is gone through comes first."""
        self.visit(node.iter)
        self.assign(node.target)
        for statement in [*node.body, *node.orelse]:
            self.visit(statement)

    def inside(self, *parts: ast.AST, names: Iterable[str] = ()) -> None:
        """Parts whose own names, these and those that they define, are nobody else's."""
        inner = Reader()
        inner.modules = self.modules
        inner.names.defined |= set(names)
        for part in parts:
            inner.visit(part)
        self.names.used |= inner.names.used - self.names.defined
        self.names.trained |= inner.names.trained

    def visit_ListComp(self, node: ast.ListComp) -> None:
        """What is gone through comes first."""
        self.inside(*node.generators, node.elt)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        """As a list."""
        self.inside(*node.generators, node.elt)

    def visit_SetComp(self, node: ast.SetComp) -> None:
        """As a list."""
        self.inside(*node.generators, node.elt)

    def visit_DictComp(self, node: ast.DictComp) -> None:
        """As a list."""
        self.inside(*node.generators, node.key, node.value)

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """As a function."""
        self.inside(node.body, names=given(node.args))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """What the body takes from outside may come from any cell."""
        self.inside(*node.body, names=[node.name, *given(node.args)])
        self.names.defined.add(node.name)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """As a function."""
        self.generic_visit(node)
        self.names.defined.add(node.name)

    def visit_Import(self, node: ast.Import) -> None:
        """Modules, which no method call changes."""
        self.bind(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        """As a module."""
        self.bind(node)

    def bind(self, node: ast.Import | ast.ImportFrom) -> None:
        """The names of an import."""
        names = {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        self.modules |= names
        self.names.defined |= names

    def visit_Expr(self, node: ast.Expr) -> None:
        """A method that is called for what it does changes its object."""
        self.visit(node.value)
        match node.value:
            case ast.Call(func=ast.Attribute(attr=method) as called) if method not in LOOKS:
                self.change(called)

    def visit_Call(self, node: ast.Call) -> None:
        """A model that is built or trained, also where the result is kept."""
        self.generic_visit(node)
        match node.func:
            case ast.Attribute(value=ast.Name(id=name), attr=method) if method in TRAINS:
                self.names.trained.add(name)
                self.names.defined.add(name)


def given(arguments: ast.arguments) -> list[str]:
    """Names of a function's arguments."""
    several = [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg]
    return [each.arg for each in several if each]


def names_in(source: str) -> Names:
    """What a cell does with names; of one that cannot be parsed only what it seems to define."""
    tree = syntax_tree(source)
    if isinstance(tree, CellError):
        return Names(defined=set(WRITTEN.findall(source)))
    reader = Reader()
    reader.visit(tree)
    return reader.names


def lost_from(source: str, line: int | None) -> tuple[str, str]:
    """What of a cell ran that raised in a line, counted from 1, and what was lost: its statement and all below it."""
    tree = syntax_tree(source)
    if line is None or isinstance(tree, CellError):
        return "", source
    first = next((each.lineno for each in tree.body if (each.end_lineno or each.lineno) >= line), 1)
    lines = source.splitlines(keepends=True)
    return "".join(lines[: first - 1]), "".join(lines[first - 1 :])


def behind(sources: Mapping[int, str], roots: Collection[int], variables: Collection[str]) -> set[int]:
    """The cells that a model depends on.

    Args:
        sources: code of the cells by number, in order.
        roots: cells that certainly made or trained the model.
        variables: names of the model; a cell that builds or trains what has one of them is a root, too.

    """
    names = {number: names_in(source) for number, source in sources.items()}
    found = set(roots) | {number for number, each in names.items() if each.trained & set(variables)}
    waiting = sorted(found & names.keys())
    while waiting:
        cell = waiting.pop()
        wanted = names[cell].used
        before = {number for number, each in names.items() if number < cell and each.defined & wanted} - found
        found |= before
        waiting.extend(before)
    return found

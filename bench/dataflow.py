"""The cells of a notebook -> those that a model depends on, by the names that each defines and uses; nothing is run."""

import ast
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from grader.collect import syntax_tree
from grader.records import CellError

LOOKS = set(
    "corr describe evaluate get_config head hist info isna isnull nunique plot predict print sample save show summary "
    "tail to_json unique value_counts".split()
)
"""Methods that leave what they are called on as it is."""
TRAINS = set("add compile evaluate_generator fit fit_generator load_weights pop set_weights train_on_batch".split())
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

    def visit_comprehension_of(self, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp) -> None:
        """Its own names are nobody else's."""
        inner = Reader()
        inner.modules = self.modules
        for generator in node.generators:
            inner.visit(generator.iter)
            inner.visit(generator.target)
            for condition in generator.ifs:
                inner.visit(condition)
        for part in [node.key, node.value] if isinstance(node, ast.DictComp) else [node.elt]:
            inner.visit(part)
        self.names.used |= inner.names.used - self.names.defined
        self.names.trained |= inner.names.trained

    visit_ListComp = visit_SetComp = visit_GeneratorExp = visit_DictComp = visit_comprehension_of

    def visit_FunctionDef(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """What the body takes from outside may come from any cell."""
        inner = Reader()
        inner.modules = self.modules
        given = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs, node.args.vararg, node.args.kwarg]
        inner.names.defined |= {each.arg for each in given if each}
        for statement in node.body:
            inner.visit(statement)
        self.names.defined.add(node.name)
        self.names.used |= inner.names.used - self.names.defined

    visit_AsyncFunctionDef = visit_FunctionDef

    def visit_Lambda(self, node: ast.Lambda) -> None:
        """As a function without a name."""
        inner = Reader()
        inner.modules = self.modules
        inner.names.defined |= {each.arg for each in node.args.args}
        inner.visit(node.body)
        self.names.used |= inner.names.used - self.names.defined

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """As a function."""
        self.generic_visit(node)
        self.names.defined.add(node.name)

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        """Modules, which no method call changes."""
        names = {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        self.modules |= names
        self.names.defined |= names

    visit_ImportFrom = visit_Import

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

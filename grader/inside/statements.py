"""A cell of which a statement raises -> its other statements run as well, as a person would go on below the error.

But for those that need a name which the failed one should have made: they would work with nothing, or with what the
name meant before.
"""

import ast
import dis
from collections.abc import Callable, Iterable, Mapping
from types import CodeType
from typing import Any

LOADS = {"LOAD_NAME", "LOAD_GLOBAL", "LOAD_FROM_DICT_OR_GLOBALS"}
STORES = {"STORE_NAME", "STORE_GLOBAL"}


class NotRun(Exception):
    """A statement was left out. IPython shows it as if the statement had raised it."""

    def __init__(self, words: str, where: str):
        super().__init__(words)
        self.where = where

    def _render_traceback_(self) -> list[str]:
        return [self.where, f"NotRun: {self}"]


def install(shell: Any) -> None:
    """Let the cells of an IPython shell go on."""
    run = shell.run_ast_nodes

    async def run_ast_nodes(
        nodelist: list[ast.stmt],
        cell_name: str,
        interactivity: str = "last_expr",
        compiler: Callable[..., Any] = compile,
        result: Any = None,
    ) -> bool:
        """As IPython's own, which ends at the first statement that raises."""
        lost: dict[str, int] = {}
        errors: list[BaseException] = []
        for node in nodelist:
            needed, made = names(node) if lost else (set(), set())
            if missing := sorted(needed & lost.keys()):
                shell.showtraceback((NotRun, not_run(node, missing, lost, shell.execution_count), None))
                lost |= dict.fromkeys(made, node.lineno)
                continue
            before = {name: id(value) for name, value in shell.user_ns.items()}
            shown = interactivity if node is nodelist[-1] or interactivity == "all" else "none"
            if not await run([node], cell_name, interactivity=shown, compiler=compiler, result=result):
                lost = {name: line for name, line in lost.items() if name not in made}
                continue
            errors.append(error_of(result))
            if isinstance(node, ast.Raise) or not isinstance(errors[-1], Exception):
                break  # The notebook means to end here.
            lost |= dict.fromkeys(not_made(node, before, shell.user_ns), node.lineno)
        if errors and result is not None:
            result.error_in_exec = errors[0]
        return bool(errors)

    shell.run_ast_nodes = run_ast_nodes


def error_of(result: Any) -> BaseException:
    """What the statement raised that ran last."""
    error = result and (result.error_in_exec or result.error_before_exec)
    return error if isinstance(error, BaseException) else Exception()


def not_made(node: ast.stmt, before: Mapping[str, int], now: Mapping[str, Any]) -> set[str]:
    """Names that a failed statement should have given a value and did not.

    Args:
        node: of the statement.
        before: what each name stood for before the statement ran, by `id`.
        now: what it stands for.
    """
    _, made = names(node)
    if isinstance(node, (ast.Import, ast.ImportFrom)):  # A module may have been imported before, and is the same.
        return {name for name in made if name not in now}
    return {name for name in made if name not in now or before.get(name) == id(now[name])}


def names(node: ast.stmt) -> tuple[set[str], set[str]]:
    """Global names that a statement needs to be there, in its functions as well, and those that it makes."""
    try:
        code = compile(ast.Module([node], []), "", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    except (SyntaxError, ValueError):  # `return` outside a function, for example.
        return set(), set()
    return names_in(code, top=True)


def names_in(code: CodeType, top: bool = False) -> tuple[set[str], set[str]]:
    """As `names`, of compiled code; what a class makes in its body is not global."""
    needed: set[str] = set()
    own: set[str] = set()
    made: set[str] = set()
    for step in dis.get_instructions(code):
        if isinstance(step.argval, CodeType):
            inner, outer = names_in(step.argval)
            needed |= inner - own
            made |= outer
        elif step.opname in LOADS and step.argval not in own:
            needed.add(step.argval)
        elif step.opname in STORES:
            own.add(step.argval)
            made |= {step.argval} if top or step.opname == "STORE_GLOBAL" else set()
    return needed, made


def not_run(node: ast.stmt, missing: Iterable[str], lost: Mapping[str, int], count: int) -> NotRun:
    """The words for a statement that was left out."""
    wanted = " and ".join(f"`{name}`, which line {lost[name]} should have made" for name in missing)
    return NotRun(f"it needs {wanted}", f"Cell In[{count}], line {node.lineno}")

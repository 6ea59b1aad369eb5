"""What several tests share: a desk on the stand-in data with a sandbox that is warmed once, and notebooks."""

from collections.abc import Callable, Iterator
from pathlib import Path

import nbformat
import pytest

from grader.courses.sheet import Limits
from grader.pipeline import Desk, open_desk
from grader.running import wall
from grader.running.cells import code_cells
from grader.running.execute import Recording, execute
from grader.running.sandbox import Sandbox
from grader.submissions.collect import unparsable

needs_wall = pytest.mark.skipif(wall.why_not() is not None, reason=f"no wall on this machine: {wall.why_not()}")
Run = Callable[..., Recording]
Write = Callable[..., Path]


def notebook_of(*cells: str) -> nbformat.NotebookNode:
    """A notebook of these code cells, with the ids that running needs."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    for number, cell in enumerate(code_cells(made), start=1):
        cell.id = f"cell-{number}"
    return made


@pytest.fixture(scope="session")
def desk() -> Iterator[Desk]:
    """All that grading fashion-mnist on the stand-in digits needs."""
    with open_desk(None, "fashion-mnist", wall.best_here(), data="stand-in") as desk:
        yield desk


@pytest.fixture(scope="session")
def sandbox(desk: Desk) -> Sandbox:
    """The desk's sandbox, warmed once for all tests."""
    return desk.sandbox


@pytest.fixture
def run(sandbox: Sandbox) -> Run:
    """Run these cells in the sandbox."""

    def play(*cells: str, strict_api: bool = False, **limits: float) -> Recording:
        notebook, allowed = notebook_of(*cells), Limits(**{"wall_seconds": 60, **limits})
        return execute(notebook, unparsable(notebook), sandbox, allowed, strict_api=strict_api)

    return play


@pytest.fixture
def write_notebook(tmp_path: Path) -> Callable[..., Path]:
    """Write a notebook of these code cells and give its path."""

    def write(*cells: str, name: str = "submission.ipynb") -> Path:
        path = tmp_path / name
        nbformat.write(notebook_of(*cells), path)
        return path

    return write

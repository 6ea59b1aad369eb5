import os
import sys
from pathlib import Path
from types import SimpleNamespace

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import grader
from grader.courses.course import Course, bundled
from grader.student import live
from grader.student.release import release
from tests.conftest import Run

NETWORK = """
import keras, numpy as np
model = keras.Sequential([
    keras.Input(shape=(28, 28, 1)),
    keras.layers.Conv2D(4, (3, 3), activation="relu"),
    keras.layers.Flatten(),
    keras.layers.Dense(10, activation="softmax"),
])
model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(np.zeros((8, 28, 28, 1)), np.arange(8), epochs=1, verbose=0)
"""
CHECKED = """
import grader
before = dict(globals())
shown = grader.check("fashion-mnist")
print({name for name in globals() if globals()[name] is not before.get(name)} - {"before", "shown"})
shown
"""


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> nbformat.NotebookNode:
    """A student's notebook in its kit, as a kernel without any sandbox has run it."""
    folder = release(Course(bundled()), "fashion-mnist", tmp_path_factory.mktemp("kit")).folder
    cells = [
        NETWORK,
        CHECKED,
        "%load_ext grader\n%check",
        "del model, history\ngrader.check()",
        "grader.check('mnits')",
    ]
    notebook = new_notebook(cells=[*map(new_code_cell, cells), new_markdown_cell("## Conclusion\n\nIt is too small.")])
    path = folder / "fashion-mnist.ipynb"
    nbformat.write(notebook, path)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JPY_SESSION_NAME", str(path))
        patch.setenv("PYTHONPATH", os.pathsep.join([str(bundled()), *sys.path[1:]]))
        client = NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(folder)}})
        done: nbformat.NotebookNode = client.execute()
    return done


def shown(played: nbformat.NotebookNode, cell: int) -> dict[str, str]:
    """What the cell displays."""
    data: dict[str, str] = next(
        output["data"] for output in played.cells[cell].outputs if output.output_type == "execute_result"
    )
    return data


def test_the_network_of_the_kernel_is_looked_at_without_a_run(played: nbformat.NotebookNode):
    page = shown(played, 1)["text/html"]
    assert "at least 2 Conv2D layers" in page
    assert "1 Conv2D (<code>conv2d</code>)" in page
    assert "categorical_crossentropy" in page
    assert "only a run from the first cell to the last can tell" in page


def test_nothing_in_the_namespace_changes(played: nbformat.NotebookNode):
    (printed,) = [output.text for output in played.cells[1].outputs if output.output_type == "stream"]
    assert printed == "set()\n"


def test_the_magic_finds_the_assignment_of_the_kit(played: nbformat.NotebookNode):
    assert shown(played, 2) == shown(played, 1)


def test_the_notebooks_file_is_read_for_answers(played: nbformat.NotebookNode):
    text = shown(played, 1)["text/plain"]
    assert "What is MNIST dataset for classification?" in text
    assert live.AS_SAVED in " ".join(text.split())


def test_a_kernel_without_a_network_says_so(played: nbformat.NotebookNode):
    assert "a Keras model in the notebook" in shown(played, 3)["text/html"]


def test_a_name_that_is_none_gets_a_sentence_and_no_traceback(played: nbformat.NotebookNode):
    assert shown(played, 4)["text/plain"].startswith("Expected the name of an assignment. Received: `mnits`. Did you")


def test_outside_of_a_notebook_it_says_what_to_do():
    assert repr(grader.check("mnist")) == (
        "Expected to be called in a notebook. Found none. In a terminal: grader check NOTEBOOK"
    )


def test_a_graded_notebook_does_not_check_itself(run: Run):
    done = run("import grader\ngrader.check('mnist')", "%load_ext grader\n%check mnist")
    assert [cell.status for cell in done.cells] == ["ok", "ok"]
    assert done.cells[0].output == "grader.check() is left out while the notebook is graded.\n"


def test_in_colab_the_page_gives_the_notebook(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    notebook = nbformat.v4.new_notebook(cells=[new_code_cell("print(1)")])
    message = SimpleNamespace(blocking_request=lambda name, timeout_sec: {"ipynb": notebook} if timeout_sec else None)
    monkeypatch.setitem(sys.modules, "google.colab", SimpleNamespace(_message=message))
    path = live.from_colab(tmp_path)
    assert path is not None
    assert nbformat.read(path, as_version=4).cells[0].source == "print(1)"


@pytest.mark.parametrize("told", ["mine.ipynb", "mine.ipynb-4f2a-uuid"])
def test_the_notebook_is_found_where_jupyter_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, told: str):
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / told))
    assert live.notebook_of({}) is None
    (tmp_path / "mine.ipynb").write_text("{}")
    assert live.notebook_of({}) == tmp_path / "mine.ipynb"
    assert live.notebook_of({"__vsc_ipynb_file__": str(tmp_path / "mine.ipynb")}) == tmp_path / "mine.ipynb"

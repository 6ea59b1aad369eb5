from pathlib import Path

import nbformat
import pytest

from grader.courses.course import Course, bundled
from grader.student.advice import Finding
from grader.student.old_names import LATEST
from grader.student.static import find_at_once
from grader.submissions.collect import collect

COURSE = Course(bundled())
SHEET = COURSE.assignment("fashion-mnist")
NETWORK = "import keras\nmodel = keras.Sequential([keras.layers.Dense(10)])\nmodel.fit(1, 2)"


def found_in(folder: Path, *cells: str, text: str = "", counts: tuple[int, ...] = ()) -> list[Finding]:
    """What is found at once in a notebook of these code cells, with a text below them."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    for cell, count in zip(made.cells, counts, strict=False):
        cell.execution_count = count
    made.cells.append(nbformat.v4.new_markdown_cell(text))
    path = folder / "mine.ipynb"
    nbformat.write(made, path)
    return find_at_once(collect(path, SHEET.name, None, None, None), SHEET, starter(), folder)


def starter() -> nbformat.NotebookNode:
    return nbformat.read(COURSE.starter(SHEET), as_version=4)


def of_kind(findings: list[Finding], kind: str) -> list[Finding]:
    return [finding for finding in findings if finding.kind == kind]


def test_a_name_that_a_later_cell_defines_is_told_with_that_cell(tmp_path: Path):
    (finding,) = of_kind(found_in(tmp_path, "print(1)\nprint(x_tset)", "x_tset = 1", NETWORK), "undefined-name")
    assert (finding.cell, finding.line, finding.gravity) == (1, 2, "mend")
    assert finding.sentence.startswith("Cell 1, line 2: `x_tset` is used here")
    assert finding.hint.startswith("Cell 2 gives it a value: move that cell up.")


def test_a_cell_that_is_no_python_is_told_by_cell_and_line(tmp_path: Path):
    (finding,) = of_kind(found_in(tmp_path, NETWORK, "x = 1\ny = (2\n"), "cannot-be-read")
    assert (finding.cell, finding.line) == (2, 2)


def test_a_module_that_is_not_here_is_told_without_importing_any(tmp_path: Path):
    (tmp_path / "helpers.py").write_text("")
    found = of_kind(found_in(tmp_path, f"import numpy, helpers, sklaern, google.colab\n{NETWORK}"), "missing-module")
    assert [(each.gravity, each.hint[:24]) for each in found] == [
        ("mend", "Did you mean `sklearn`?"),
        ("look", "Copy what you need of it"),
    ]


def test_what_is_still_empty_is_told(tmp_path: Path):
    found = found_in(tmp_path, "# TODO: build the network", "# YOUR CODE HERE\nraise NotImplementedError()")
    assert [each.cell for each in of_kind(found, "still-empty")] == [1, 2]
    assert of_kind(found, "no-network")
    assert of_kind(found_in(tmp_path, "import keras\nm = keras.Sequential()"), "no-training")
    assert not of_kind(found_in(tmp_path, NETWORK), "no-training")


def test_questions_without_an_answer_are_named_together(tmp_path: Path):
    one = "**Question 1. What is MNIST dataset for classification?**\n\nA set of 70,000 pictures of handwritten digits."
    (finding,) = of_kind(found_in(tmp_path, NETWORK, text=one), "no-answer")
    assert "What is MNIST" not in finding.found
    assert finding.found.startswith("Questions without an answer: 2 (“How many classes are in the MNIST dataset?”), 3")


def test_the_starters_words_are_no_conclusion(tmp_path: Path):
    given = next(cell.source for cell in starter().cells if "Conclusion" in cell.source)
    assert of_kind(found_in(tmp_path, NETWORK, text=given), "no-conclusion")
    own = f"{given}\n\nIt is right nine times in ten, and mixes up shirts with coats most of all."
    assert not of_kind(found_in(tmp_path, NETWORK, text=own), "no-conclusion")


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ('pd.read_csv("D:\\\\lab\\\\clothes.csv")', True),
        ('Image.open("/content/drive/MyDrive/shoe.png")', True),
        ('pd.read_csv("/content/fashion-mnist_train.csv")', False),
        ('plt.savefig("curve.png")', False),
        ('open("log.csv", "w")', False),
        ('model.save("mine.keras")\nload_model("mine.keras")', False),
        ('print("see curve.png")', False),
    ],
)
def test_files_that_only_this_machine_has_are_told(tmp_path: Path, code: str, told: bool):
    assert bool(of_kind(found_in(tmp_path, code, NETWORK), "file-of-this-machine")) == told


def test_outputs_that_cannot_belong_to_the_code_are_told(tmp_path: Path):
    found = found_in(tmp_path, "a = 1", "b = 2", "c = 3", NETWORK, counts=(5, 3, 6))
    assert [each.cell for each in of_kind(found, "out-of-order")] == [2]
    assert [each.cell for each in of_kind(found, "never-run")] == [4]
    assert not of_kind(found_in(tmp_path, "a = 1", NETWORK), "never-run")


def test_names_of_former_years_are_told_with_todays(tmp_path: Path):
    code = "import numpy as np\nnp.float(1)\nkeras.optimizers.Adam(lr=0.1)\nx_np_int = np.int64  # np.int"
    found = of_kind(found_in(tmp_path, NETWORK, code), "old-name")
    assert [(each.cell, each.line, each.hint) for each in found] == [
        (2, 2, "Write today: int, float"),
        (2, 3, "Write today: learning_rate="),
    ]


def test_the_short_table_of_old_names_is_a_part_of_the_engines():
    # Read as text: its module imports Keras.
    engine = (Path(bundled()) / "grader" / "inside" / "old_api.py").read_text(encoding="utf-8")
    words = ["lr", "np_utils", "predict_classes", "predict_proba", "load_boston", "maxnorm", "nb_epoch", "distplot"]
    words += ["fit_generator", "evaluate_generator", "convolutional", "set_image_dim_ordering", "scikit_learn", "ix"]
    assert [word for word in words if word not in engine] == []
    assert len(LATEST) == 16


def test_a_file_that_is_no_notebook_is_the_only_thing_told(tmp_path: Path):
    path = tmp_path / "mine.ipynb"
    path.write_text("")
    (finding,) = find_at_once(collect(path, SHEET.name, None, None, None), SHEET, None, tmp_path)
    assert (finding.kind, finding.gravity) == ("nothing-to-run", "mend")


def test_a_printed_number_of_parameters_is_explained_where_one_change_does(tmp_path: Path):
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(NETWORK, execution_count=1)])
    made.cells[0].outputs = [nbformat.v4.new_output("stream", text="Total params: 241,674 (944.04 KB)\n")]
    nbformat.write(made, tmp_path / "mine.ipynb")
    collected = collect(tmp_path / "mine.ipynb", SHEET.name, None, None, None)
    (finding,) = of_kind(find_at_once(collected, SHEET, None, tmp_path), "other-layers")
    assert finding.found == (
        "The network has 241,674 parameters, the documented one 241,546: 128 more. It is as if a BatchNormalization "
        "stood after the first Conv2D."
    )

import io
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grader.courses.course import Course, bundled
from grader.errors import TeacherError, UsageError
from grader.student.check import KIT, look, open_case
from grader.student.release import kit, release
from grader.student.stubs import starter_from

COURSE = Course(bundled())
REFERENCE = bundled() / "reference"


def code_of(path: Path) -> set[str]:
    """Lines of the code cells of a notebook."""
    cells = nbformat.read(path, as_version=4).cells
    return {line.strip() for cell in cells if cell.cell_type == "code" for line in cell.source.splitlines()}


def is_telling(line: str) -> bool:
    """Whether a line could give something away."""
    return len(line) > 24 and not re.match(r"import |from |@pytest", line)


def code_secrets(name: str) -> set[str]:
    """Lines that only the teacher has: of solutions and hidden checks."""
    assignment = COURSE.assignment(name)
    given = "\n".join(code_of(COURSE.starter(assignment)))
    given += "".join(path.read_text() for path in COURSE.visible_checks(assignment))
    lines = {line for path in (REFERENCE / name).glob("*.ipynb") for line in code_of(path)}
    lines |= {line.strip() for path in (REFERENCE / name).glob("test_*.py") for line in path.read_text().splitlines()}
    return {line for line in lines if is_telling(line) and line not in given}


def secrets(name: str) -> set[str]:
    """What else only the teacher has: answers, and figures of the calibration."""
    folder, found = REFERENCE / name, set()
    for answer in tomllib.loads((folder / "answers.toml").read_text())["answers"]:
        found |= {answer["answer"], answer["hint"]}
    thresholds = re.findall(r'"(?:floor|full)": ?([\d.]+)', (folder / "calibration.json").read_text())
    found |= {figure for figure in thresholds if len(figure) > 5}
    return found


def texts(files: dict[str, bytes]) -> dict[str, str]:
    """The kit's files as text, notebooks without JSON's signs."""
    return {path: content.decode().replace('\\"', '"') for path, content in files.items()}


# -- The kit -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COURSE.names)
def test_nothing_that_only_the_teacher_has_is_in_a_kit(name: str):
    assignment = COURSE.assignment(name)
    files = texts(kit(COURSE, assignment, nbformat.read(COURSE.starter(assignment), as_version=4)))
    known = secrets(name) | code_secrets(name)
    assert len(known) > 50
    assert [(path, secret) for secret in known for path, text in files.items() if secret in text] == []
    assert [path for path in files if re.search(r"reference|calibration|answers\.toml|solution|mutants", path)] == []


def test_a_kit_is_a_folder_and_the_same_zip_each_time(tmp_path: Path):
    made = release(COURSE, "mnist", tmp_path)
    with zipfile.ZipFile(made.archive) as archive:
        names = set(archive.namelist())
    files = {path.relative_to(tmp_path).as_posix() for path in made.folder.rglob("*") if path.is_file()}
    assert names == files >= {f"mnist/{name}" for name in ("README.md", "sheet.html", "sheet.md", "mnist.ipynb")}
    before = made.archive.read_bytes()
    assert release(COURSE, "mnist", tmp_path).archive.read_bytes() == before


def test_the_kits_own_starter_is_checked_by_the_kits_own_checks(tmp_path: Path):
    folder = release(COURSE, "mnist", tmp_path).folder
    case = open_case(folder / "mnist.ipynb", None, None)
    assert case.course.folder == folder / KIT
    kinds = {finding.kind for finding in look(case).findings}
    assert kinds >= {"no-network", "no-answer", "still-empty", "no-conclusion"}


def test_the_sheet_says_the_rules_and_the_documented_networks(tmp_path: Path):
    release(COURSE, "mnist", tmp_path)
    text, page = ((tmp_path / "mnist" / f"sheet.{kind}").read_text() for kind in ("md", "html"))
    assert "- It has no Conv2D layer.\n" in text
    assert "| Dense | (64,) | 50,240 | sigmoid |" in text
    assert all(
        f"{number}. {question}" in text for number, question in enumerate(COURSE.assignment("mnist").questions, 1)
    )
    assert "<td>Conv2D</td>" in page
    assert "default-src 'none'" in page


def test_a_folder_of_something_else_is_never_replaced(tmp_path: Path):
    (tmp_path / "mnist").mkdir()
    (tmp_path / "mnist" / "mine.txt").write_text("keep me")
    with pytest.raises(UsageError, match="to be free, or an older kit"):
        release(COURSE, "mnist", tmp_path)
    assert (tmp_path / "mnist" / "mine.txt").exists()


# -- A teacher's source notebook ---------------------------------------------------------------------------------------


def source(*cells: nbformat.NotebookNode) -> nbformat.NotebookNode:
    return new_notebook(cells=list(cells))


def starter(*cells: str) -> list[str]:
    return [cell.source for cell in starter_from(source(*map(new_code_cell, cells))).cells]


def test_a_solution_becomes_a_stub_at_its_own_column():
    code = "def double(x):\n    ### BEGIN SOLUTION\n    y = 2 * x\n    return y\n    ### END SOLUTION\nprint(double(2))"
    assert starter(code) == [
        "def double(x):\n    # YOUR CODE HERE\n    raise NotImplementedError()\nprint(double(2))",
    ]


def test_hidden_tests_and_autotests_are_left_out():
    tests = "assert f(1) == 2\n### BEGIN HIDDEN TESTS\nassert f(3) == 6\n### END HIDDEN TESTS\n### HASHED AUTOTEST f(4)"
    assert starter(tests, "### BEGIN HIDDEN TESTS\nassert 1\n### END HIDDEN TESTS") == ["assert f(1) == 2"]


def test_text_cells_lose_their_model_answers_and_mark_schemes():
    answer = new_markdown_cell("Why?\n\n### BEGIN SOLUTION\nBecause.\n### END SOLUTION")
    scheme = new_markdown_cell("Task\n=== BEGIN MARK SCHEME ===\n2 marks\n=== END MARK SCHEME ===")
    marked = new_markdown_cell("Because.", metadata={"nbgrader": {"solution": True, "grade": True}})
    cells = starter_from(source(answer, scheme, marked)).cells
    assert [cell.source for cell in cells] == ["Why?\n\nYOUR ANSWER HERE", "Task", "YOUR ANSWER HERE"]


def test_outputs_and_metadata_do_not_come_along():
    cell = new_code_cell("1 + 1", execution_count=3, metadata={"nbgrader": {"grade": True, "points": 2}})
    cell.outputs = [nbformat.v4.new_output("stream", text="accuracy 0.91")]
    (made,) = starter_from(source(cell)).cells
    assert (made.outputs, made.execution_count, made.metadata) == ([], None, {})


@pytest.mark.parametrize(
    "code",
    [
        "### BEGIN SOLUTION\nx = 1",
        "x = 1\n### END SOLUTION",
        "### BEGIN SOLUTION\n### END HIDDEN TESTS",
        "### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION",
    ],
)
def test_a_marker_without_its_partner_stops_the_release(code: str):
    with pytest.raises(TeacherError, match="Expected BEGIN and END markers in pairs in cell 2"):
        starter("print(1)", code)


def test_a_source_notebook_takes_the_starters_place_without_its_answers(tmp_path: Path):
    solution = nbformat.read(REFERENCE / "mnist" / "solution.ipynb", as_version=4)
    for cell in solution.cells:
        if cell.cell_type == "code":
            cell.source = f"### BEGIN SOLUTION\n{cell.source}\n### END SOLUTION"
    nbformat.write(solution, tmp_path / "source.ipynb")
    made = release(COURSE, "mnist", tmp_path, tmp_path / "source.ipynb")
    text = (made.folder / "mnist.ipynb").read_text()
    assert json.loads(text)["cells"]
    assert [line for line in code_of(REFERENCE / "mnist" / "solution.ipynb") if is_telling(line) and line in text] == []
    assert "raise NotImplementedError()" in text


# -- What students install ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    """The program as it is installed."""
    out = tmp_path_factory.mktemp("wheel")
    words = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(out)]
    subprocess.run(words, cwd=bundled(), check=True, capture_output=True)
    (path,) = out.glob("*.whl")
    return zipfile.ZipFile(io.BytesIO(path.read_bytes()))


def test_nothing_that_only_the_teacher_has_is_in_the_wheel(wheel: zipfile.ZipFile):
    names = wheel.namelist()
    assert [
        name for name in names if re.search(r"reference/|calibration\.json|answers\.toml|solution|mutants", name)
    ] == ["grader/calibration/mutants.py"]
    files = {name: wheel.read(name).decode().replace('\\"', '"') for name in names}
    for name in COURSE.names:
        assert [(path, secret) for secret in secrets(name) for path, text in files.items() if secret in text] == []
        # The engine has the functions that hidden checks call.
        course = {path: text for path, text in files.items() if path.startswith("grader/course/")}
        assert [(path, line) for line in code_secrets(name) for path, text in course.items() if line in text] == []


def test_the_wheel_brings_the_visible_checks(wheel: zipfile.ZipFile):
    assert {"grader/course/assignments/mnist/test_visible.py", "grader/student/check.py"} <= set(wheel.namelist())
    assert "BEGIN SOLUTION" not in wheel.read("grader/course/assignments/mnist/starter.ipynb").decode()


def test_what_students_install_is_light(wheel: zipfile.ZipFile):
    (metadata,) = (wheel.read(name).decode() for name in wheel.namelist() if name.endswith("/METADATA"))
    needed = re.findall(r"^Requires-Dist: ([\w-]+)(?! ?;)[^;\n]*$", metadata, re.MULTILINE)
    server = {"sqlalchemy", "alembic", "openpyxl", "psycopg", "distributed"}
    assert {"pytest", "ruff", "nbclient"} <= set(needed)
    assert {"tensorflow", "keras", *server}.isdisjoint(needed)


def without_the_teachers(*words: str) -> subprocess.CompletedProcess[str]:
    """Run `grader` where the modules of the extra `teacher` are not installed."""
    code = f"""
import sys
from grader.cli import TEACHERS, main
sys.modules.update(dict.fromkeys(TEACHERS - {{"pygments", "markdown_it"}}))  # Rich has these two
sys.argv = ["grader", *{words!r}]
main()
"""
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_a_student_needs_nothing_of_what_teachers_install(tmp_path: Path):
    (tmp_path / "mine.ipynb").write_text("no notebook")
    ran = without_the_teachers("check", str(tmp_path / "mine.ipynb"), "--assignment", "mnist")
    assert (ran.returncode, ran.stderr) == (1, "")
    assert "cannot tell" in ran.stdout


def test_a_teachers_command_says_what_it_takes(tmp_path: Path):
    ran = without_the_teachers("marks", "show", "--out", str(tmp_path))
    assert ran.returncode == 2
    assert ran.stderr.startswith("grader: Expected what teachers install for this command. Found no module `")
    assert ran.stderr.endswith('Run: pip install "keras-notebook-grader[teacher]"\n')

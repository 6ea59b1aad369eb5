import json
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from grader.courses.course import Course, bundled
from grader.errors import UsageError
from grader.records import CheckResult
from grader.student import trial
from grader.student.advice import SelfCheck
from grader.student.check import KIT, look, open_case
from grader.student.estimate import ranges
from grader.student.guess import guess
from grader.student.page import as_page, as_part, in_lines
from grader.submissions.collect import collect
from tests.conftest import notebook_of

COURSE = Course(bundled())
RUBRIC = COURSE.rubric(COURSE.assignment("fashion-mnist"))


def written(folder: Path, *cells: str) -> Path:
    path = folder / "mine.ipynb"
    nbformat.write(notebook_of(*cells), path)
    return path


def result(criterion: str, share: float, status: str = "", weight: float = 1) -> CheckResult:
    decided = status or ("passed" if share == 1 else "failed")
    return CheckResult.model_validate(
        {"id": "c", "title": "T.", "criterion": criterion, "visibility": "visible", "status": decided}
        | {"share": share, "weight": weight, "expected": "a", "found": "b"}
    )


# -- Which assignment --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("keras.datasets.fashion_mnist.load_data()  # like MNIST\n# MNIST in words", "fashion-mnist"),
        ("from tensorflow.keras.datasets import mnist", "mnist"),
        ("datasets.cifar10.load_data()", "cifar10"),
        ("pd.read_csv('HousingData.csv')", "boston"),
        ("imdb.load_data(num_words=10000)", "imdb"),
    ],
)
def test_the_assignment_is_found_by_its_data_set(tmp_path: Path, code: str, name: str):
    assert guess(collect(written(tmp_path, code), "", None, None, None).saved, COURSE).name == name


@pytest.mark.parametrize("code", ["print(1)", "mnist.load_data()\ncifar10.load_data()"])
def test_a_notebook_that_does_not_say_asks_for_the_name(tmp_path: Path, code: str):
    with pytest.raises(UsageError, match=r"Expected .* Found .* Add --assignment NAME, one of boston, cifar10"):
        open_case(written(tmp_path, code), None, None)


def test_the_kit_beside_the_notebook_is_its_course(tmp_path: Path):
    kit = tmp_path / KIT
    (kit / "assignments").mkdir(parents=True)
    for part in ("assignments/mnist", "rubrics"):
        (kit / part).symlink_to(bundled() / part)
    case = open_case(written(tmp_path, "print(1)"), None, None)
    assert (case.course.folder, case.assignment.name) == (kit, "mnist")


# -- Ranges ------------------------------------------------------------------------------------------------------------


def test_what_nobody_can_see_yet_makes_a_range_and_no_number():
    columns = {column.column: column for column in ranges(RUBRIC, [result("written-answers", 1)], [])}
    assert (columns["Answers"].least, columns["Answers"].most, columns["Answers"].out_of) == (1, 5, 5)
    assert (columns["Viva"].least, columns["Viva"].most) == (0, 5)


def test_visible_checks_of_the_assignment_leave_half_a_criterion_to_hidden_ones():
    columns = ranges(RUBRIC, [result("written-answers", 0)], [result("architecture", 1)])
    assert (columns[0].least, columns[0].most) == (1, 4)


def test_an_open_check_may_earn_all_or_nothing():
    criteria = ["runs-clean", "training-economy", "honest-evaluation", "code-quality"]
    common = [result(criterion, 1) for criterion in criteria[1:]] + [result("runs-clean", 0, "undecided")]
    assert [(column.least, column.most) for column in ranges(RUBRIC, common, [])][1] == (3, 5)


# -- Looking -----------------------------------------------------------------------------------------------------------


def test_reading_the_file_imports_neither_tensorflow_nor_the_engine(tmp_path: Path):
    path = written(tmp_path, *[f"x{number} = {number}\nprint(x{number})" for number in range(60)], "import tensorflow")
    slow = {"tensorflow", "keras", "sklearn", "scipy", "nbclient", "pytest", "sqlalchemy", "openpyxl", "alembic"}
    code = f"""
import sys
from grader.cli import main
sys.argv = ["grader", "check", {str(path)!r}, "--assignment", "mnist", "--no-run"]
try:
    main()
finally:
    print(sorted({slow} & sys.modules.keys()))
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.returncode == 1
    assert ran.stdout.splitlines()[-1] == "[]"


def test_the_first_sentence_names_the_cause(tmp_path: Path):
    said = look(open_case(written(tmp_path, "print(x_tset)"), None, "mnist"))
    assert said.summary.startswith("Cell 1, line 1: `x_tset` is used here, and nothing above gives it a value.")
    assert not said.passes


def test_without_tensorflow_every_check_says_why_it_cannot_tell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(trial, "find_spec", lambda name: None)
    said = trial.run(open_case(written(tmp_path, "print(1)"), None, "mnist"))
    assert not said.ran
    assert {check.status for check in said.checks} == {"cannot tell"}
    assert said.checks[0].found == "no module `tensorflow` on this machine"
    assert said.checks[0].hint == "Run: pip install tensorflow"


# -- Pages -------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> SelfCheck:
    """Of a notebook that was not run."""
    path = written(tmp_path_factory.mktemp("mine"), "print('<b>\x1b')\nprint(x_tset)", "x = 2")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trial, "find_spec", lambda name: None)
        return trial.run(open_case(path, None, "mnist"))


def test_the_page_stands_alone_and_a_part_brings_no_style(said: SelfCheck):
    page, part = as_page(said), as_part(said)
    assert "default-src 'none'" in page
    assert "<script" not in page
    assert "style=" not in page
    assert not [tag for tag in ("<style", "<html", "<script", "color") if tag in part]
    assert "cannot tell" in part
    assert "`x_tset`" not in part
    assert "<code>x_tset</code>" in part


def test_a_cause_that_fails_many_checks_is_told_once(said: SelfCheck):
    lines = list(in_lines(said))
    assert sum("no module `tensorflow`" in line for line in lines if "found" in line) == 1
    assert sum(line.startswith("  ? cannot tell") for line in lines) == len(said.checks)
    assert max(map(len, lines)) <= 100


def test_every_view_has_the_same_words(said: SelfCheck):
    whole = " ".join(" ".join(in_lines(said)).split())
    for finding in said.findings:
        assert " ".join(finding.hint.split()) in whole
    assert SelfCheck.model_validate(json.loads(said.model_dump_json())) == said

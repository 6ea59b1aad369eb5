"""What selftest says of notebooks that lose too little, too much, or just what they should."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.calibration.mutants import Change, Mutant, mutate, read_mutants
from grader.calibration.selftest import all_pass, assignments, loses, no_hidden_pass, run_one, selftest
from grader.cli import main
from grader.courses.course import Course, bundled
from grader.data.datasets import Store
from grader.pipeline import Desk, open_desk
from grader.records import CheckResult
from grader.running import wall

from ..conftest import notebook_of

FAULTY = Mutant(
    name="faulty",
    title="Something is wrong",
    changes=[Change(old="right", new="wrong")],
    fails=["test_a", "test_b[cnn]"],
    undecided=["test_open"],
)


def result(name: str, status: str = "passed", visibility: str = "hidden") -> CheckResult:
    return CheckResult.model_validate(
        {
            "id": name,
            "title": name,
            "criterion": "accuracy",
            "visibility": visibility,
            "status": status,
            "expected": "one thing",
            "found": "another",
        }
    )


def as_expected(**others: str) -> list[CheckResult]:
    """What the checks find of the faulty mutant when all is well, but for these."""
    found = {"test_a": "failed", "test_b[cnn]": "partial", "test_open": "undecided", "test_c": "passed"} | others
    return [result(name, status) for name, status in found.items()]


# -- What the checks found ---------------------------------------------------------------------------------------------


def test_a_mutant_that_loses_just_what_it_should_is_no_problem():
    assert loses(FAULTY)(as_expected()) == []


@pytest.mark.parametrize("status", ["passed", "undecided", "broken"])
def test_a_mutant_that_loses_too_little_is_reported(status: str):
    (problem,) = loses(FAULTY)(as_expected(test_a=status))
    assert f"Expected test_a to cost marks. Found: {status}" in problem


@pytest.mark.parametrize("status", ["partial", "failed", "undecided", "broken"])
def test_a_mutant_that_loses_too_much_is_reported_with_both_sides(status: str):
    (problem,) = loses(FAULTY)(as_expected(test_c=status))
    assert f"Expected test_c to pass. Found: {status}; it expected one thing, and found another." in problem


def test_what_should_be_left_to_a_person_and_is_not_is_reported():
    (problem,) = loses(FAULTY)(as_expected(test_open="failed"))
    assert "test_open to leave it to a person. Found: failed" in problem


def test_every_check_must_pass_on_the_reference():
    problems = all_pass([result("test_a"), result("test_b", "undecided"), result("test_c", "partial")])
    assert [problem.split()[1] for problem in problems] == ["test_b", "test_c"]


def test_every_hidden_check_must_fail_on_the_starter():
    hidden = [result("test_a", "failed"), result("test_b", "partial"), result("test_c", "undecided")]
    problems = no_hidden_pass([*hidden, result("test_d", "passed", "visible")])
    assert [problem.split()[1] for problem in problems] == ["test_b", "test_c"]


# -- Changes -----------------------------------------------------------------------------------------------------------


def test_words_are_replaced_wherever_they_stand_one_change_after_the_other():
    notebook = notebook_of("a = 1\nb = a", "print(a)")
    changes = [Change(old="a", new="c"), Change(old="cc"), Change(old="c = 1", new="c = 2"), Change(old="a")]
    copy, idle = mutate(notebook, changes)
    assert [cell.source for cell in copy.cells] == ["c = 2\nb = c", "print(c)"]
    assert idle == [1, 3]
    assert notebook.cells[1].source == "print(a)"


# -- Runs --------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def boston() -> Iterator[Desk]:
    if Store().find("boston") is None:
        pytest.skip("boston is not in Keras' cache on this machine")
    with open_desk(None, "boston", wall.best_here(), data="real") as desk:
        yield desk


def test_a_real_mutant_and_the_real_starter_lose_what_they_should(boston: Desk):
    folder = boston.course.reference_folder(boston.assignment)
    (untrained,) = [each for each in read_mutants(boston.course, boston.assignment).mutants if each.name == "untrained"]
    trial = run_one(folder / "solution.ipynb", untrained.changes, boston, "untrained", loses(untrained), lambda _: None)
    assert trial.problems == []
    starter = boston.course.folder / "assignments" / "boston" / "starter.ipynb"
    trial = run_one(starter, [], boston, "starter", no_hidden_pass, lambda _: None)
    assert trial.problems == []
    assert trial.line.startswith("ok    starter (")


def test_what_fails_is_tried_once_more_with_another_seed(desk: Desk, tmp_path: Path, write_notebook):
    seeds: list[int] = []

    def compare(results: list[CheckResult]) -> list[str]:
        seeds.append(len(seeds))
        return ["by chance"] if len(seeds) == 1 else []

    trial = run_one(write_notebook("x = 1"), [], desk, "a title", compare, lambda _: None)
    assert (trial.title, trial.problems, len(seeds)) == ("a title, at the second attempt", [], 2)


# -- The command -------------------------------------------------------------------------------------------------------


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A copy of the bundled course with one assignment."""
    for part in ("rubrics", "assignments/boston", "reference/boston"):
        shutil.copytree(bundled() / part, tmp_path / part)
    return tmp_path


@pytest.fixture
def command(course: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]):
    """Run `grader selftest` with these words on a machine without data sets."""
    monkeypatch.setenv("KERAS_HOME", str(course / "keras"))

    def run(*words: str) -> tuple[object, str, str]:
        monkeypatch.setattr(sys, "argv", ["grader", "selftest", "--course", str(course), *words])
        try:
            main()
        except SystemExit as ended:
            return (ended.code, *capfd.readouterr())
        return (0, *capfd.readouterr())

    return run


def test_without_the_data_only_the_files_are_tested_and_the_reason_is_given(command):
    code, out, err = command("boston")
    assert (code, err) == (0, "")
    assert "ok    boston: its files agree" in out
    assert "skip  boston: its runs: boston is not here; `grader data fetch boston` brings it" in out
    assert "1 trial is as it should be, 1 skipped" in out


def test_problems_end_the_command_with_a_line_for_each_and_exit_code_1(command, course: Path):
    sheet = course / "assignments" / "boston" / "sheet.toml"
    text = sheet.read_text(encoding="utf-8").replace("parameters = 12_673", "parameters = 12_674")
    sheet.write_text(text.replace("parameters = 10_113", "parameters = 10_114"), encoding="utf-8")
    code, out, err = command("--quiet")
    assert (code, out) == (1, "")
    lines = [line for line in err.splitlines() if "documented_models" in line]
    assert len(lines) == 2
    assert all(line.startswith("grader: Expected ") and str(sheet) in line for line in lines)


def test_an_unknown_assignment_is_the_commands_error(command):
    code, out, err = command("bosten")
    assert (code, out) == (2, "")
    assert "Did you mean `boston`?" in err


def test_a_folder_without_a_sheet_is_found(course: Path):
    (course / "reference" / "new").mkdir()
    assert assignments(Course(course)) == ["boston", "new"]
    (trial,) = selftest(course, "new", "none", real=False, follow=lambda _: None)
    assert trial.problems == [
        f"Expected the file {course / 'assignments' / 'new' / 'sheet.toml'}. Found nothing there."
    ]
    assert trial.line.startswith("bad   new: its files agree (")

"""What `grader check` says of a visible check is what grading says of it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from grader.courses.course import Course, bundled
from grader.data.standin import digits
from grader.pipeline import Desk, examine, score
from grader.records import CheckResult
from grader.student import trial
from grader.student.check import Case, open_case
from grader.student.estimate import VISIBLE_SHARE, ranges
from tests.samples import SAMPLES

NAME = "fashion-mnist"
OWN = next(sample for sample in SAMPLES[NAME] if sample.name == "own_picture_and_window")
"""bench/student.py compares all of them."""


@pytest.fixture(scope="module")
def own_desk(desk: Desk, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """A student's desk on the stand-in digits, as the teacher's is in these tests."""
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(trial, "get_split", lambda store, name, allow_stand_in: digits(name))
        # On so few rows another choice of test rows makes another training; a student's is never the teacher's.
        reference = desk.course.reference(desk.assignment)
        patch.setattr(trial, "ASIDE_ROWS", reference.sealed_rows)
        patch.setattr(trial, "ASIDE_SEED", reference.sealed_seed)
        path = OWN.write(tmp_path_factory.mktemp("any"))
        yield stack.enter_context(trial.desk_for(open_case(path, None, NAME), budget=5))


def outcomes(results: list[CheckResult]) -> dict[str, str]:
    return {result.id: result.status for result in results if result.visibility == "visible"}


def test_each_visible_check_ends_as_in_grading_and_marks_lie_within_the_ranges(
    desk: Desk, own_desk: Desk, tmp_path: Path
) -> None:
    case: Case = open_case(OWN.write(tmp_path), None, NAME)
    own = trial.results_of(case, trial.evidence_of(case, own_desk, None))
    evidence, results = examine(case.collected, replace(desk, limits=own_desk.limits), None)
    assert outcomes(own.all) == outcomes(results)
    grade = score(results, desk.rubric, case.collected.submission, evidence)
    for column in ranges(desk.rubric, own.common, own.own):
        marks, pending = grade.columns[column.column].marks or 0, grade.columns[column.column].pending
        assert column.least <= marks + pending, column
        assert column.most >= marks, column


@pytest.mark.parametrize("name", Course(bundled()).names)
def test_hidden_checks_decide_at_most_half_of_what_an_assignments_own_decide(name: str) -> None:
    course = Course(bundled())
    assignment = course.assignment(name)
    weights = {}
    for kind, files in {
        "visible": course.visible_checks(assignment),
        "hidden": sorted(course.reference_folder(assignment).glob("test_*.py")),
    }.items():
        case = Case(None, Path(), course, assignment)  # type: ignore[arg-type] # no notebook is read
        results = trial.run_checks(files, trial.nothing_ran(case), assignment, {})
        for result in results:
            key = (result.criterion, kind)
            weights[key] = weights.get(key, 0) + result.weight
    for criterion in {criterion for criterion, kind in weights if kind == "visible"}:
        seen, unseen = weights[criterion, "visible"], weights.get((criterion, "hidden"), 0)
        assert seen / (seen + unseen) >= VISIBLE_SHARE, criterion


def test_a_system_without_a_wall_and_without_fork_still_runs_a_students_own_notebook(tmp_path: Path) -> None:
    # As Windows is; its kernels are reached in another way, which cannot be tried here.
    (tmp_path / "sitecustomize.py").write_text("import os, sys\ndel os.fork, os.geteuid\n")
    (tmp_path / "rm").symlink_to("/bin/rm")
    path = OWN.write(tmp_path)
    environment = {
        **{"PATH": str(tmp_path), "PYTHONPATH": f"{tmp_path}:{os.pathsep.join(sys.path)}", "HOME": str(tmp_path)},
        **{"KERAS_HOME": str(tmp_path / "keras"), "https_proxy": "http://127.0.0.1:9", "TMPDIR": str(tmp_path)},
    }
    words = [sys.executable, "-m", "grader", "check", str(path), "--assignment", NAME, "--budget", "2", "--json"]
    ran = subprocess.run(words, capture_output=True, text=True, env=environment, cwd=tmp_path, check=False)
    assert ran.returncode == 1, ran.stderr
    said = json.loads(ran.stdout)
    assert said["ran"], said["notes"]
    assert any(note.startswith("This machine has no wall") for note in said["notes"])
    assert {check["status"] for check in said["checks"] if check["id"] == "test_output_layer"} == {"passed"}

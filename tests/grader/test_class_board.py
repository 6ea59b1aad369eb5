import time
from dataclasses import replace
from pathlib import Path

import pytest

from grader.classes import board as class_board
from grader.classes.board import ClassBoard, listed
from grader.classes.crew import Work
from grader.classes.store import RunStore
from grader.pipeline import Desk, Graded
from grader.submissions.handed import HandedIn

from . import samples_for_reports as samples


@pytest.fixture
def work(desk: Desk, tmp_path: Path) -> Work:
    return Work([HandedIn("asha", (), "asha.ipynb")], {}, desk, RunStore(tmp_path), seconds=60, peak_mb=None)


def graded(student: str) -> Graded:
    return Graded(samples.weak().grade.model_copy(update={"student": student, "flags": []}), Path("results") / student)


def test_several_get_a_line_each_and_one_gets_its_table(capsys: pytest.CaptureFixture[str]):
    with ClassBoard(quiet=False, total=2) as board:
        board.show(graded("asha"))
        board.show(graded("ben"))
    assert capsys.readouterr().out.splitlines() == [
        "asha: 2.5 of 7 decided, 13 pending. results/asha/report.html",
        "ben: 2.5 of 7 decided, 13 pending. results/ben/report.html",
    ]
    with ClassBoard(quiet=False, total=1) as board:
        board.show(graded("asha"))
    assert "Coding Efficiency" in capsys.readouterr().out


def test_what_is_run_again_is_told_with_the_reason_and_the_names(capsys: pytest.CaptureFixture[str]):
    with ClassBoard(quiet=False, total=5) as board:
        board.plan(3, {"new": ["chitra"], "changed: the code": ["asha", "ben"]}, None)
        board.plan(0, {}, 1200)
        board.plan(0, {"new": ["asha"]}, 1200)
    assert capsys.readouterr().err.splitlines() == [
        "3 of 5 ran before and are not run again",
        "runs again (changed: the code): asha, ben",
        "again, with 1200 s of training: asha",
    ]


def test_without_a_terminal_a_line_says_now_and_then_where_all_are(
    work: Work, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(class_board, "PLAIN_SECONDS", 0)
    waits = replace(work, seconds=600)
    with ClassBoard(quiet=False, total=4) as board:
        board.start(replace(work))
        board.fail()
        follow = board.start(work)
        assert follow is not None
        follow({"cell": 3, "done": 2, "of": 4, "epoch": 5, "epochs": 10})
        board.tick([work], [waits], workers=1)
    line = "1 of 4 done, 1 running, 1 waiting, 1 failed; asha: cell 3 (2/4 done), epoch 5/10\n"
    assert capsys.readouterr().err == line


def test_time_left_is_what_was_expected_corrected_by_what_others_took(work: Work, monkeypatch: pytest.MonkeyPatch):
    now = [1_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    board = ClassBoard(quiet=True, total=3)
    assert board.left([], [work], workers=2) == ""
    board.start(work)
    now[0] += 120  # twice as long as was expected
    board.end(work)
    assert board.left([], [work, work], workers=2) == ", about 2 min left"
    board.start(work)
    now[0] += 30
    assert board.left([work], [], workers=1) == ", about 60 s left"


def test_quiet_says_nothing(work: Work, capsys: pytest.CaptureFixture[str]):
    with ClassBoard(quiet=True, total=2) as board:
        board.plan(1, {"--rerun": ["asha"]}, None)
        assert board.start(work) is None
        board.tick([work], [], workers=1)
        board.end(work)
        board.show(graded("asha"))
    assert capsys.readouterr() == ("", "")


def test_long_lists_of_names_are_cut():
    assert listed([str(number) for number in range(10)]) == "0, 1, 2, 3, 4, 5, 6, 7 and 2 more"

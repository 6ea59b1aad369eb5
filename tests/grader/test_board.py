from pathlib import Path

import pytest

from grader import board as module
from grader.board import Board, printable, where
from grader.pipeline import Graded
from grader.records import Flag

from . import samples_for_reports as samples

AT = {"cell": 3, "done": 2, "of": 4, "epoch": 5, "epochs": 10}


def graded(student: str = "Asha Rao", **changed: object) -> Graded:
    grade = samples.weak().grade.model_copy(update={"student": student, **changed})
    return Graded(grade, Path("results") / "asha")


def cells_of(line: str) -> list[str]:
    return line.strip("│").split("│") if line.startswith("│") else []


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Asha Rao", "Asha Rao"),
        ("\x1b[2Jgone\x07", "�[2Jgone�"),
        ("abc\u202egpj.exe", "abc�gpj.exe"),
        ("a\u2066b\u200bc", "a�b�c"),
        ("two\r\nlines\tand more", "two lines and more"),
        ("र्‍या 李小龍 محمد", "र्‍या 李小龍 محمد"),
    ],
)
def test_what_is_printed_moves_no_cursor_and_turns_no_line(text: str, shown: str):
    assert printable(text) == shown


def test_where_a_notebook_is_takes_few_words():
    assert where(AT) == "cell 3 (2/4 done), epoch 5/10"
    assert where({"done": 0, "of": 4}) == "cell 0 (0/4 done)"


def test_the_table_has_every_column_what_is_lost_and_what_is_pending(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("COLUMNS", "200")
    with Board(quiet=False) as board:
        board.show(graded())
    out, err = capsys.readouterr()
    assert all(name in out for name in ("Answers", "Coding Efficiency", "Viva", "Timely Completion"))
    rows = {row[0].strip(): [cell.strip() for cell in row[1:3]] for row in map(cells_of, out.splitlines()) if row}
    assert rows["Answers"] == ["1 of 3 decided", "2 pending"]
    assert rows["Viva"] == ["", "5 pending"]
    assert rows["Total"] == ["2.5 of 7 decided", "13 pending"]
    assert "25,706 parameters" in out
    assert "look at: The printed accuracy does not agree" in out
    assert out.endswith("report: results/asha/report.html\n")
    assert err == ""


def test_long_reasons_end_between_words_with_a_sign_that_there_is_more(capsys: pytest.CaptureFixture[str]):
    grade = graded().grade
    answers = grade.columns["Answers"]
    long = [each.model_copy(update={"found": "word " * 100}) for each in answers.criteria]
    columns = {**grade.columns, "Answers": answers.model_copy(update={"criteria": long})}
    with Board(quiet=False) as board:
        board.show(graded(columns=columns))
    text = " ".join(cell.strip() for line in capsys.readouterr().out.splitlines() for cell in cells_of(line)[3:])
    assert "word ..." in " ".join(text.split())


def test_names_are_no_markup_and_no_codes(capsys: pytest.CaptureFixture[str]):
    flag = Flag(title="Look", detail="[bold]\x1b]0;title\x07 :smile:")
    with Board(quiet=False) as board:
        board.show(graded("[/b] notes [final]\x1b[2J", flags=[flag]))
    out = capsys.readouterr().out
    assert "[/b] notes [final]�[2J" in out
    assert "[bold]�]0;title� :smile:" in out
    assert "\x1b" not in out


def test_quiet_prints_nothing(capsys: pytest.CaptureFixture[str]):
    with Board(quiet=True) as board:
        assert board.follow("a.ipynb") is None
        board.show(graded())
    assert capsys.readouterr() == ("", "")


def test_without_a_terminal_a_line_comes_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
):
    with Board(quiet=False) as board:
        follow = board.follow("a\x1b.ipynb")
        assert follow is not None
        follow(AT)
        assert capsys.readouterr().err == ""
        monkeypatch.setattr(module, "PLAIN_SECONDS", 0)
        follow(AT)
    assert capsys.readouterr().err == "a�.ipynb: cell 3 (2/4 done), epoch 5/10, 0 s\n"


def test_the_bar_moves_by_epochs_within_a_cell():
    board = Board(quiet=False)
    task = board.bars.add_task("a.ipynb", total=None, at="")
    board.move(task, AT)
    assert (board.bars.tasks[0].completed, board.bars.tasks[0].total) == (2.5, 4)
    board.move(task, {"done": 0, "of": 0, "epoch": 7, "epochs": 0})
    assert board.bars.tasks[0].completed == 0

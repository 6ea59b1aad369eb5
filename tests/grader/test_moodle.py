import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.gradebook.book import Gradebook, open_book
from grader.gradebook.moodle import feedback_zip, fill_worksheet, packed_folder
from grader.gradebook.worksheet import Worksheet, read_worksheet
from grader.submissions.collect import folder_name

from .samples_for_books import enter, record

ENGLISH = (
    "\ufeffIdentifier,\"Full name\",\"Email address\",Status,Grade,\"Maximum grade\",\"Grade can be changed\","
    "\"Last modified (submission)\",\"Last modified (grade)\",\"Feedback comments\"\n"
    "\"Participant 101\",\"Asha Rao\",asha@x.edu,\"Submitted\",,20.00,Yes,\"Friday, 20th\",-,\n"
    "\"Participant 102\",\"=HYPERLINK(\"\"x\"\")\",h@x.edu,\"Submitted\",12.00,20.00,Yes,-,"
    "\"Friday, 2026\",\"See me, Asha\"\n"
    "\"Participant 103\",\"Bela Shah\",bela@x.edu,\"No submission\",,20.00,Yes,-,-,\n"
)  # fmt: skip
GERMAN = (
    "ID;\"Vollständiger Name\";Status;Bewertung;\"Beste Bewertung\";\"Bewertung kann geändert werden\";"
    "\"Zuletzt geändert (Abgabe)\";\"Zuletzt geändert (Bewertung)\";\"Feedback als Kommentar\"\r\n"
    "\"Teilnehmer/in101\";\"Asha Rao\";Abgegeben;-;100,00;Ja;-;-;\"Marks: old\"\r\n"
)  # fmt: skip


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with open_book(tmp_path) as book:
        record(book, "Asha Rao", id_="101", code_quality=0.5)
        enter(book, tmp_path, "Asha Rao,fashion-mnist,Viva,4,", 'Asha Rao,fashion-mnist,,,"a < b, & so on"')
        yield book


def sheet_of(folder: Path, text: str) -> Worksheet:
    path = folder / "worksheet.csv"
    path.write_bytes(text.encode())
    return read_worksheet(path)


def test_of_the_worksheet_only_grade_and_comment_change(book: Gradebook, tmp_path: Path):
    filled = fill_worksheet(book.filed(), sheet_of(tmp_path, ENGLISH))
    comment = (
        "Marks: Answers 5 of 5; Coding Efficiency 4.5 of 5; Viva 4 of 5; Timely Completion 5 of 5. "
        "Remark: a &lt; b, &amp; so on"
    )
    before = 'Submitted",,20.00,Yes,"Friday, 20th",-,\n'
    after = f'Submitted",18.50,20.00,Yes,"Friday, 20th",-,"{comment}"\n'
    assert filled.data.decode() == ENGLISH.replace(before, after)
    assert filled.notes == []


def test_a_worksheet_in_german_keeps_its_signs_and_its_maximum(book: Gradebook, tmp_path: Path):
    filled = fill_worksheet(book.filed(), sheet_of(tmp_path, GERMAN))
    assert 'Abgegeben;92,50;100,00;Ja;-;-;"Marks: Answers 5 of 5;' in filled.data.decode()
    assert filled.data.count(b"\r\n") == GERMAN.count("\r\n")
    assert filled.notes == ["Totals of 20 were scaled to the 100 of the worksheet."]


def test_a_language_that_we_do_not_know_needs_the_names_of_its_columns(book: Gradebook, tmp_path: Path):
    sheet = sheet_of(tmp_path, ENGLISH.replace("Grade,", "श्रेणी,").replace("Feedback comments", "टिप्पणी"))
    with pytest.raises(UsageError, match=r"Found Identifier, Full name, .*श्रेणी.*Name it with --column"):
        fill_worksheet(book.filed(), sheet)
    filled = fill_worksheet(book.filed(), sheet, "श्रेणी", "टिप्पणी")
    assert "18.50,20.00" in filled.data.decode()


def test_a_worksheet_without_comments_gets_the_grades_alone(book: Gradebook, tmp_path: Path):
    sheet = sheet_of(tmp_path, ENGLISH.replace("Feedback comments", "Something else"))
    filled = fill_worksheet(book.filed(), sheet)
    assert ",18.50,20.00" in filled.data.decode()
    assert "no column of feedback comments" in filled.notes[0]


def test_whoever_has_marks_pending_or_no_row_is_left_as_it_was_and_named(book: Gradebook, tmp_path: Path):
    record(book, "Bela Shah")
    record(book, "Chitra Nair")
    filled = fill_worksheet(book.filed(), sheet_of(tmp_path, ENGLISH))
    assert filled.data.decode().endswith(ENGLISH[ENGLISH.index('"Participant 102"') :])
    assert filled.notes == [
        "No row of their own: Chitra Nair.",
        "Marks pending, so no grade was written: Bela Shah.",
    ]


def test_a_comment_that_a_person_wrote_is_kept(book: Gradebook, tmp_path: Path):
    record(book, "h@x.edu")
    enter(book, tmp_path, "h@x.edu,fashion-mnist,Viva,5,")
    filled = fill_worksheet(book.filed(), sheet_of(tmp_path, ENGLISH))
    assert ',20.00,20.00,Yes,-,"Friday, 2026","See me, Asha"' in filled.data.decode()
    assert "h@x.edu has a comment in Moodle already, which was kept." in filled.notes


def test_a_scale_of_words_is_refused(book: Gradebook, tmp_path: Path):
    with pytest.raises(UsageError, match="Found `Fail, Pass`"):
        fill_worksheet(book.filed(), sheet_of(tmp_path, ENGLISH.replace("20.00", '"Fail, Pass"')))


def test_a_worksheet_whose_last_column_is_the_grade_is_refused(book: Gradebook, tmp_path: Path):
    with pytest.raises(UsageError, match="Expected the maximum grade"):
        fill_worksheet(book.filed(), sheet_of(tmp_path, "Identifier,Full name,Grade\nParticipant 101,Asha Rao,\n"))


def test_an_id_of_another_assignments_download_gives_nobody_anothers_marks(book: Gradebook, tmp_path: Path):
    other = ENGLISH.replace("Asha Rao", "Dev Iyer")
    filled = fill_worksheet(book.filed(), sheet_of(tmp_path, other))
    assert filled.data.decode() == other
    assert filled.notes == ["No row of their own: Asha Rao."]


def test_two_students_of_one_name_are_told_apart_by_their_ids(tmp_path: Path):
    with open_book(tmp_path) as book:
        for number, viva in ((101, 1), (102, 2)):
            record(book, f"Asha Rao {number}", id_=str(number))
            enter(book, tmp_path, f"Asha Rao {number},fashion-mnist,Viva,{viva},")
        text = ENGLISH.replace('"=HYPERLINK(""x"")"', '"Asha Rao"')
        assert ",16.00,20.00" in (filled := fill_worksheet(book.filed(), sheet_of(tmp_path, text)).data.decode())
        assert ",17.00,20.00" in filled
        record(book, "asha rao")
        assert "asha rao" in fill_worksheet(book.filed(), sheet_of(tmp_path, text)).notes[0]


def test_blind_marking_goes_by_the_id(tmp_path: Path):
    with open_book(tmp_path) as book:
        record(book, "Participant 101", id_="101")
        enter(book, tmp_path, "Participant 101,fashion-mnist,Viva,5,")
        sheet = sheet_of(
            tmp_path, "Identifier,Status,Grade,Maximum grade\nParticipant 101,x,,20\nParticipant 1,x,,20\n"
        )
        assert b"101,x,20.00,20\n" in fill_worksheet(book.filed(), sheet).data


def test_the_feedback_zip_has_the_folders_that_moodle_packed(book: Gradebook, tmp_path: Path):
    record(book, "Bela Shah")
    record(book, "Chitra Nair")
    for student in ("Asha Rao", "Bela Shah"):
        (tmp_path / folder_name(student)).mkdir()
        (tmp_path / folder_name(student) / "report.html").write_text(student)
    filled = feedback_zip(book.filed(), tmp_path, sheet_of(tmp_path, ENGLISH))
    with zipfile.ZipFile(io.BytesIO(filled.data)) as archive:
        assert {name: archive.read(name).decode() for name in archive.namelist()} == {
            "Asha Rao_101_assignsubmission_file_/report.html": "Asha Rao",
            "Bela Shah_103_assignsubmission_file_/report.html": "Bela Shah",
        }
    assert filled.notes == ["No row of their own: Chitra Nair."]


def test_moodles_importer_finds_the_number_in_our_folders(book: Gradebook, tmp_path: Path):
    row = sheet_of(tmp_path, ENGLISH.replace("Asha Rao", "Asha_Rao")).rows[1]
    pieces = f"{packed_folder(row)}/report.html".split("_", 4)  # as it did before 4.1
    assert pieces[1:] == ["101", "assignsubmission", "file", "/report.html"]


def test_an_email_address_finds_a_student_of_another_name(tmp_path: Path):
    with open_book(tmp_path) as book:
        record(book, "rao", email="Asha@X.edu")
        enter(book, tmp_path, "rao,fashion-mnist,Viva,5,")
        assert b",20.00,20.00" in fill_worksheet(book.filed(), sheet_of(tmp_path, ENGLISH)).data

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.submissions.roster import Person, perhaps, read_roster, surely

CLASS = [
    Person("Asha Rao", ("21CS001",), "asha.r@college.edu"),
    Person("Asha Kulkarni", ("21CS002",)),
    Person("Ren\u00e9 M\u00fcller", ("21CS003",)),
    Person("\u0930\u093e\u092e \u0915\u0941\u092e\u093e\u0930", ("21CS004",)),
    Person("Jane Mary Doe", ("4711",), "jdoe@college.edu"),
    Person("Ben O'Neil"),
]


def read(tmp_path: Path, text: str, encoding: str = "utf-8") -> list[Person]:
    (tmp_path / "class.csv").write_bytes(text.encode(encoding))
    return read_roster(tmp_path / "class.csv")


# -- Reading -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("between", [",", ";", "\t"])
def test_a_class_list_is_read_as_spreadsheets_save_it(tmp_path: Path, encoding: str, between: str):
    rows = [("Student ID", "First name", "Last name", "E-mail", "Section"), ("7", "Ren\u00e9", "Roy", "r@x.edu", "A")]
    text = "".join(f"{between.join(row)}\r\n" for row in rows) + "\r\n"
    assert read(tmp_path, text, encoding) == [Person("Ren\u00e9 Roy", ("7",), "r@x.edu")]


def test_moodles_worksheet_is_a_class_list_with_times(tmp_path: Path):
    (person,) = read(
        tmp_path,
        'Identifier,"Full name","Email address",Status,Grade,"Last modified (submission)"\n'
        'Participant 512,"Asha Rao",asha@x.edu,"Submitted",,"Friday, 20 November 2026, 4:59 PM"\n',
    )
    assert (person.name, person.id, person.email) == ("Asha Rao", "512", "asha@x.edu")
    assert person.submitted_at == datetime(2026, 11, 20, 16, 59).astimezone()


def test_canvas_gradebook_is_a_class_list(tmp_path: Path):
    text = 'Student,ID,SIS Login ID,Section\n"    Points Possible",,,\n"Rao, Asha",4711,asha,A\n'
    assert read(tmp_path, text) == [Person("Rao, Asha", ("4711", "asha"))]


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("2026-03-04", datetime(2026, 3, 4, 23, 59, 59)),
        ("2026-03-04T12:00", datetime(2026, 3, 4, 12)),
        ("2", datetime(2026, 3, 3, 17)),
        ("+1.5 days", datetime(2026, 3, 3, 5)),
        ("", datetime(2026, 3, 1, 17)),
        ("-", datetime(2026, 3, 1, 17)),
    ],
)
def test_an_extension_is_a_date_or_days(tmp_path: Path, text: str, due: datetime):
    (person,) = read(tmp_path, f"name,extension\nAsha,{text}\n")
    assert person.due_at(datetime(2026, 3, 1, 17).astimezone()) == due.astimezone()


def test_days_of_extension_need_a_due_date():
    assert Person("Asha", due=timedelta(days=1)).due_at(None) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "whose headings are nothing"),
        ("marks,remark\n1,2\n", "whose headings are `marks`, `remark`"),
        ("name,extension\nAsha,soon\n", "a number of days. Received: `soon`"),
        ("id,name\n1,Asha\n1,Ben\n", "Found `1` for Asha and for Ben"),
    ],
)
def test_a_class_list_that_makes_no_sense_is_told_with_the_next_step(tmp_path: Path, text: str, words: str):
    with pytest.raises(UsageError, match=r"Expected .*class\.csv") as caught:
        read(tmp_path, text)
    assert words in str(caught.value)


def test_a_class_list_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(UsageError, match=r"class\.csv: No such file"):
        read_roster(tmp_path / "class.csv")


# -- Finding -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Asha Rao", 0),
        ("RAO, asha", 0),
        ("asha.r@college.edu", 0),
        ("asha.r", 0),
        ("21cs001", 0),
        ("21CS002_lab3", 1),
        ("lab3-asha_kulkarni", 1),
        ("Rene Muller", 2),
        ("Rene\u0301 Mu\u0308ller", 2),
        ("\u0930\u093e\u092e \u0915\u0941\u092e\u093e\u0930", 3),
        ("doejanemary", 4),
        ("jdoe", 4),
        ("oneilben", 5),
        ("Asha", None),
        ("\u0930\u093e\u092e \u0915\u092e\u093e\u0930", None),
        ("Somebody Else", None),
        ("lab3", None),
        ("", None),
    ],
)
def test_a_student_is_found_by_what_is_surely_theirs(text: str, number: int | None):
    assert surely(CLASS, text) is (None if number is None else CLASS[number])


def test_an_id_of_the_platform_finds_its_student_whatever_the_name():
    assert surely(CLASS, "nobody", "4711") is CLASS[4]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("Ashaa Rao", 0),
        ("Asha Kulkarny", 1),
        ("Jane Doe", 4),
        ("Ben", 5),
        ("Asha", None),
        ("Asha Ray", None),
        ("", None),
    ],
)
def test_a_name_that_is_spelled_in_another_way_is_one_students_or_nobodys(text: str, number: int | None):
    assert perhaps(CLASS, text) is (None if number is None else CLASS[number])

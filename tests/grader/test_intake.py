from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.submissions.handed import HandedIn, laid_out
from grader.submissions.intake import Class, intake
from grader.submissions.roster import Person

from .samples_of_submissions import DAY, folder, notebook, zipped

NB = notebook()


def taken(*paths: Path, people: list[Person] | None = None, due_at: datetime | None = None) -> Class:
    """What is found at these paths."""
    return intake(paths, "fashion-mnist", people or [], due_at)


def students(*paths: Path, people: list[Person] | None = None) -> list[str]:
    """Their names."""
    return [handed.student for handed in taken(*paths, people=people).submissions]


def graded(handed: HandedIn) -> str:
    """The file that would be graded, as the student named it."""
    with laid_out(handed) as laid:
        return laid.told.where.partition(": ")[2]


def submitted(handed: HandedIn) -> datetime | None:
    """When it was handed in."""
    with laid_out(handed) as laid:
        return laid.told.submitted_at


# -- Layouts -----------------------------------------------------------------------------------------------------------


def test_a_notebook_is_one_submission_named_after_its_file(tmp_path: Path):
    folder(tmp_path, {"asha rao.ipynb": NB, "data.csv": "1"})
    (handed,) = taken(tmp_path / "asha rao.ipynb").submissions
    assert (handed.student, handed.id, submitted(handed)) == ("asha rao", "", DAY)


def test_a_flat_folder_is_a_student_for_each_notebook(tmp_path: Path):
    made = folder(tmp_path / "class", {"ben.ipynb": NB, "Asha.ipynb": NB, "asha_data.csv": "1", "read.me": ""})
    found = taken(made)
    assert [handed.student for handed in found.submissions] == ["Asha", "ben"]
    assert found.remarks == [
        f"{made}: `asha_data.csv` was left out: it belongs to no student.",
        f"{made}: `read.me` was left out: it belongs to no student.",
    ]


def test_files_that_begin_with_a_students_name_come_along(tmp_path: Path):
    made = folder(
        tmp_path / "class",
        {"asha.ipynb": NB, "asha_rao.ipynb": NB, "asha.csv": "", "asha_rao-1.h5": "", "ashan.csv": ""},
    )
    found = {handed.student: {item.name for item in handed.items} for handed in taken(made).submissions}
    assert found == {"asha": {"asha.ipynb", "asha.csv"}, "asha_rao": {"asha_rao.ipynb", "asha_rao-1.h5"}}


def test_a_folder_for_each_student_is_a_student_for_each_folder(tmp_path: Path):
    files = {"asha/lab3.ipynb": NB, "asha/data/h.csv": "1", "ben/week3/lab3.ipynb": NB, "chitra/": "", "dev.ipynb": NB}
    for path in (folder(tmp_path / "class", files), zipped(tmp_path / "class.zip", files)):
        assert students(path) == ["asha", "ben", "chitra", "dev"]
    assert students(folder(tmp_path / "wrapped", {f"class/{name}": text for name, text in files.items()})) == [
        "asha",
        "ben",
        "chitra",
        "dev",
    ]


def test_folders_of_students_may_be_named_one_by_one(tmp_path: Path):
    folder(tmp_path, {"ben/lab3.ipynb": NB, "ben/data.csv": "1", "asha/lab3.ipynb": NB, "asha/lab3 (1).ipynb": NB})
    assert students(tmp_path / "ben", tmp_path / "asha") == ["ben", "asha"]


def test_an_old_version_in_a_folder_makes_no_student(tmp_path: Path):
    made = folder(tmp_path / "asha", {"lab3.ipynb": NB, "old/lab3.ipynb": NB, "data/h.csv": "1"}, {"lab3.ipynb": 9})
    (asha,) = taken(made).submissions
    assert (asha.student, graded(asha)) == ("asha", "lab3.ipynb")


def test_a_plain_zip_of_one_student_is_named_after_the_zip(tmp_path: Path):
    zipped(tmp_path / "asha.zip", {"project/lab3.ipynb": NB, "project/data.csv": "1"})
    zipped(tmp_path / "ben.zip", {"lab3.ipynb": NB})
    assert students(tmp_path / "asha.zip", tmp_path / "ben.zip") == ["asha", "ben"]
    assert students(tmp_path) == ["asha", "ben"]


def test_nbgraders_folder_gives_students_and_times(tmp_path: Path):
    stamp = "2015-02-02 14:58:23.948203 America/Los_Angeles"
    files = {"asha/ps1/lab.ipynb": NB, "asha/ps1/timestamp.txt": stamp, "ben/ps1/lab.ipynb": NB, "ben/ps1/h.csv": "1"}
    made = folder(
        tmp_path / "course", {f"submitted/{name}": text for name, text in files.items()} | {"source/ps1/lab.ipynb": NB}
    )
    for paths in (
        [made],
        [made / "submitted"],
        [made / "submitted" / "asha", made / "submitted" / "ben"],
        [made / "submitted" / "asha" / "ps1", made / "submitted" / "ben" / "ps1"],
        [made / "submitted" / "asha" / "ps1" / "lab.ipynb", made / "submitted" / "ben" / "ps1" / "lab.ipynb"],
    ):
        asha, ben = taken(*paths).submissions
        assert (asha.student, asha.id, ben.student) == ("asha", "asha", "ben")
        assert submitted(asha) == datetime(2015, 2, 2, 22, 58, 23, 948203, UTC)
        assert (submitted(ben), [item.name for item in asha.items]) == (DAY, ["lab.ipynb"])


def test_of_several_assignments_of_nbgraders_the_one_that_is_graded_is_taken(tmp_path: Path):
    files = {
        "submitted/asha/Fashion_MNIST/a.ipynb": NB,
        "submitted/asha/boston/b.ipynb": NB,
        "submitted/ben/boston/c.ipynb": NB,
    }
    (asha,) = taken(folder(tmp_path / "one", files)).submissions
    assert graded(asha) == "a.ipynb"
    with pytest.raises(UsageError, match=r"Found `boston`, `ps1`. Name one: submitted/\*/boston"):
        taken(folder(tmp_path / "two", {"submitted/asha/ps1/a.ipynb": NB, "submitted/asha/boston/b.ipynb": NB}))


MOODLE = {
    "Asha Rao_512_assignsubmission_file/lab3.ipynb": NB,
    "Asha Rao_512_assignsubmission_file/data/h.csv": "1",
    "Asha Rao_512_assignsubmission_onlinetext/onlinetext.html": "<p>Hello",
    "Asha Rao_513_assignsubmission_file_/lab3.ipynb": NB,
    "Participant_514_assignsubmission_file/lab3.pdf": "%PDF",
    "Ben_515_assignsubmission_onlinetext/onlinetext.html": "<p>Hello",
    "Chitra Iyer_516_assignsubmission_file_my_lab.ipynb": NB,
    "Dev Das_517_assignsubmission_file/": "",
}
MOODLES = [
    ("Asha Rao - 512", "512"),
    ("Asha Rao - 513", "513"),
    ("Ben", "515"),
    ("Chitra Iyer", "516"),
    ("Dev Das", "517"),
    ("Participant 514", "514"),
]


def test_moodles_download_gives_names_and_numbers(tmp_path: Path):
    for path in (
        zipped(tmp_path / "C-lab3-88.zip", MOODLE),
        folder(tmp_path / "unpacked", {f"x/{k}": v for k, v in MOODLE.items()}),
    ):
        found = taken(path).submissions
        assert [(handed.student, handed.id) for handed in found] == MOODLES
        assert [graded(handed) for handed in found] == ["lab3.ipynb", "lab3.ipynb", "", "my_lab.ipynb", "", "lab3.pdf"]
        assert {item.name for item in found[0].items} == {"lab3.ipynb", "data/h.csv"}
        assert found[2].notes == ("What was typed into Moodle's form is not read.",)


def test_moodles_times_are_believed_unless_they_are_those_of_the_download(tmp_path: Path):
    asha, ben = "Asha_1_assignsubmission_file/a.ipynb", "Ben_2_assignsubmission_file/b.ipynb"
    old = zipped(tmp_path / "old.zip", {asha: NB, ben: NB}, {asha: (2026, 2, 27, 9, 0, 0)})
    new = taken(zipped(tmp_path / "new.zip", {asha: NB, ben: NB}, {asha: (2026, 3, 1, 12, 1, 0)}))
    assert [submitted(handed) for handed in taken(old).submissions] == [DAY - timedelta(days=2, hours=3), DAY]
    assert [submitted(handed) for handed in new.submissions] == [None, None]
    assert "a --roster with a column `submitted`" in new.remarks[0]


def test_times_are_not_asked_for_where_the_class_list_has_them(tmp_path: Path):
    names = {
        f"{name}_{number}_assignsubmission_file/a.ipynb": NB for number, name in enumerate(("Asha Rao", "Ben Iyer"))
    }
    path = zipped(tmp_path / "new.zip", names)
    times = [replace(person, submitted_at=DAY) for person in CLASS]
    assert not any("does not say when" in remark for remark in taken(path, people=times).remarks)
    assert "for 1 of 2 students nothing else does" in taken(path, people=[times[0], CLASS[2]]).remarks[0]


def test_canvas_download_gives_names_numbers_and_lateness(tmp_path: Path):
    files = {
        "doejane_LATE_4711_998877_lab3.ipynb": NB,
        "raoasha_4712_100_lab3.ipynb": notebook("old"),
        "raoasha_4712_101_lab3-1.ipynb": notebook("new"),
        "raoasha_4712_102_data.csv": "1",
        "iyerben_4713_text.html": "<p>",
        "LATE_anon_x1Yz_55_lab.ipynb": NB,
    }
    for path in (zipped(tmp_path / "c_submissions.zip", files), folder(tmp_path / "c", files)):
        found = {handed.student: handed for handed in taken(path).submissions}
        late = {name: (handed.id, handed.marked_late) for name, handed in found.items()}
        assert late == {
            "doejane": ("4711", True),
            "raoasha": ("4712", False),
            "iyerben": ("4713", False),
            "anon x1Yz": ("x1Yz", True),
        }
        assert graded(found["raoasha"]) == "lab3-1.ipynb"
        assert {item.name for item in found["raoasha"].items} == {"lab3.ipynb", "lab3-1.ipynb", "data.csv"}
        assert submitted(found["doejane"]) is None


def test_a_canvas_resubmission_is_the_later_one_whatever_it_is_called(tmp_path: Path):
    files = {
        "raoasha_4712_99_lab_final.ipynb": NB,
        "raoasha_4712_101_lab.ipynb": NB,
        "raoasha_4712_100_lab-2.ipynb": NB,
    }
    (asha,) = taken(zipped(tmp_path / "c.zip", files)).submissions
    assert graded(asha) == "lab.ipynb"


def test_gradescopes_export_gives_names_and_times(tmp_path: Path):
    metadata = """---
submission_7:
  :submitters:
  - :name: Asha Rao
    :sid: '0042'
    :email: asha@x.edu
  :created_at: 2026-03-01 17:00:00.119284000 Z
  :results: !ruby/hash:ActiveSupport::HashWithIndifferentAccess
    tests: []
submission_8:
  :submitters:
  - :name: Ben
    :sid: '1'
  - :name: Chitra
    :sid: '2'
"""
    files = {
        "submission_metadata.yml": metadata,
        "submission_7/lab.ipynb": NB,
        "submission_8/lab.ipynb": NB,
        "submission_9/x.pdf": "",
    }
    path = zipped(tmp_path / "export.zip", {f"assignment_1_export/{name}": text for name, text in files.items()})
    asha, team, unknown = taken(path).submissions
    assert (asha.student, asha.id, asha.email) == ("Asha Rao", "0042", "asha@x.edu")
    assert submitted(asha) == datetime(2026, 3, 1, 17, 0, 0, 119284, UTC)
    assert (team.student, team.id, submitted(team)) == ("Ben and Chitra", "8", None)
    assert (unknown.student, graded(unknown)) == ("submission 9", "x.pdf")


@pytest.mark.parametrize(
    "metadata", ["[" * 5000, "submission_7: [1, 2]", "submission_7: {':submitters': 3}", "\xff", "&a [*a]", ""]
)
def test_damaged_metadata_of_gradescopes_leave_the_numbers(tmp_path: Path, metadata: str):
    files = {"submission_metadata.yml": metadata.encode("latin-1"), "submission_7/lab.ipynb": NB}
    assert students(zipped(tmp_path / "export.zip", files)) == ["submission 7"]


def test_an_archive_of_data_is_no_students(tmp_path: Path):
    own = zipped(tmp_path / "asha.zip", {"lab3.ipynb": NB, "fashion-mnist_data.zip": "", "helpers.py": ""})
    (asha,) = taken(own).submissions
    assert (asha.student, len(asha.items)) == ("asha", 3)
    assert students(folder(tmp_path / "class", {"asha.ipynb": NB, "ben_lab.zip": "", "data.zip": ""})) == [
        "asha",
        "ben_lab",
    ]


def test_several_paths_are_one_class_in_their_order(tmp_path: Path):
    zipped(tmp_path / "b.zip", {"Ben_2_assignsubmission_file/b.ipynb": NB, "Asha_1_assignsubmission_file/a.ipynb": NB})
    folder(tmp_path, {"section/dev/lab.ipynb": NB, "section/chitra/lab.ipynb": NB, "zoe.ipynb": NB})
    paths = [
        tmp_path / "zoe.ipynb",
        tmp_path / "b.zip",
        tmp_path / "section",
        tmp_path / "zoe.ipynb",
        tmp_path / "b.zip",
    ]
    assert students(*paths) == ["zoe", "Asha", "Ben", "chitra", "dev"]


# -- Who is who --------------------------------------------------------------------------------------------------------


def test_files_that_are_tries_of_one_name_are_one_students(tmp_path: Path):
    names = [
        "asha.ipynb",
        "asha (1).ipynb",
        "asha-2.ipynb",
        "asha_final.ipynb",
        "Copy of asha.ipynb",
        "student-1.ipynb",
        "student-2.ipynb",
    ]
    found = taken(folder(tmp_path / "class", dict.fromkeys(names, NB)))
    assert [handed.student for handed in found.submissions] == ["asha", "student-1", "student-2"]
    assert "Taken as one student's: asha (1).ipynb, asha-2.ipynb" in found.remarks[0]


def test_namesakes_are_told_apart(tmp_path: Path):
    folder(tmp_path, {"a/asha.ipynb": NB, "b/asha.ipynb": NB, "b/ASHA.ipynb": NB, "b/asha\u200d.ipynb": NB})
    names = students(*sorted(tmp_path.glob("*/*.ipynb")))
    assert names == ["asha - a", "ASHA - b", "asha - 2", "asha\u200d"]


def test_names_that_differ_only_in_hidden_signs_are_taken_for_one(tmp_path: Path):
    folder(tmp_path, {"asha.ipynb": NB, "asha\u202e.ipynb": NB})
    found = taken(tmp_path / "asha.ipynb", tmp_path / "asha\u202e.ipynb")
    assert [handed.student for handed in found.submissions] == ["asha"]
    assert found.remarks == [f"{tmp_path}: Taken as one student's: asha.ipynb, asha.ipynb."]


CLASS = [
    Person("Asha Rao", ("21CS001",), "asha@x.edu", timedelta(days=2), DAY + timedelta(hours=1)),
    Person("Jane Mary Doe", ("4711",)),
    Person("Ben Iyer", ("21CS003",)),
]


def test_the_class_list_gives_names_ids_times_and_extensions(tmp_path: Path):
    path = zipped(
        tmp_path / "m.zip",
        {"Asha Rao_512_assignsubmission_file/lab.ipynb": NB, "doe jane mary_513_assignsubmission_file/lab.ipynb": NB},
    )
    asha, jane = taken(path, people=CLASS, due_at=DAY).submissions
    assert (asha.student, asha.id, asha.email) == ("Asha Rao", "21CS001", "asha@x.edu")
    assert (asha.due_at, submitted(asha)) == (DAY + timedelta(days=2), DAY + timedelta(hours=1))
    assert (jane.student, jane.id, jane.due_at, submitted(jane)) == ("Jane Mary Doe", "4711", DAY, None)


def test_what_is_not_on_the_class_list_and_who_is_absent_is_told(tmp_path: Path):
    files = {"21CS001_lab.ipynb": NB, "janemary_doe.ipynb": NB, "jane_dow_mary.ipynb": NB, "Zoe.ipynb": NB}
    found = taken(folder(tmp_path / "class", files), people=CLASS)
    assert [handed.student for handed in found.submissions] == ["Asha Rao", "jane_dow_mary", "Jane Mary Doe", "Zoe"]
    assert found.remarks == [
        "Not on the class list, or not one student of it alone: jane_dow_mary, Zoe.",
        "On the class list without a submission: Ben Iyer.",
    ]
    assert found.absent == [CLASS[2]]


def test_a_name_that_was_guessed_is_told(tmp_path: Path):
    found = taken(folder(tmp_path / "class", {"jane.ipynb": NB, "ben iyerr.ipynb": NB}), people=CLASS)
    assert [handed.student for handed in found.submissions] == ["Ben Iyer", "Jane Mary Doe"]
    assert "`ben iyerr` was taken for Ben Iyer of the class list." in found.remarks


def test_files_of_one_student_of_the_class_list_are_one_submission(tmp_path: Path):
    files = {"asha_rao.ipynb": NB, "lab3 21cs001.ipynb": NB, "ben iyer.pdf": "%PDF", "notes.pdf": "%PDF"}
    made = folder(tmp_path / "class", files, {"lab3 21cs001.ipynb": 5})
    found = taken(made, people=CLASS)
    assert [handed.student for handed in found.submissions] == ["Asha Rao", "Ben Iyer", "notes"]
    assert graded(found.submissions[0]) == "lab3 21cs001.ipynb"


def test_two_students_of_a_platform_are_never_taken_for_one_of_the_class_list(tmp_path: Path):
    path = zipped(
        tmp_path / "m.zip", {f"Asha Rao_{number}_assignsubmission_file/lab.ipynb": NB for number in (512, 513)}
    )
    found = taken(path, people=CLASS)
    assert [handed.student for handed in found.submissions] == ["Asha Rao - 512", "Asha Rao - 513"]
    assert "Not on the class list, or not one student of it alone: Asha Rao, Asha Rao." in found.remarks


# -- What is refused ---------------------------------------------------------------------------------------------------


def test_a_path_that_is_not_there_is_told(tmp_path: Path):
    with pytest.raises(UsageError, match=r"Expected a notebook, a folder or a zip at .*gone\. Found nothing there\."):
        taken(tmp_path / "gone")


def test_a_zip_that_is_refused_is_told(tmp_path: Path):
    zipped(tmp_path / "many.zip", {str(number): "" for number in range(10_000)})
    (tmp_path / "no.zip").write_text("no zip")
    with pytest.raises(UsageError, match=r"many\.zip\. Found an archive of more than 9,999 entries"):
        taken(tmp_path / "many.zip")
    with pytest.raises(UsageError, match=r"no\.zip\. Found a file that is no zip archive"):
        taken(tmp_path / "no.zip")


def test_what_is_refused_is_its_students_alone_and_the_others_are_graded(tmp_path: Path):
    asha, ben = "Asha_1_assignsubmission_file", "Ben_2_assignsubmission_file"
    path = zipped(tmp_path / "m.zip", {f"{asha}/../../../evil.ipynb": NB, f"{ben}/lab.ipynb": NB, "/etc/evil": ""})
    found = taken(path)
    with laid_out(found.submissions[0]) as laid:
        assert laid.told.problem == "Expected a Jupyter notebook (.ipynb). Found no file. Hand in the notebook itself."
        assert laid.told.notes == (f"`{asha}/../../../evil.ipynb` was left out: its name leads out of the folder.",)
    assert graded(found.submissions[1]) == "lab.ipynb"
    assert f"{path}: `/etc/evil` was left out: its name begins at the root of a disk." in found.remarks
    assert [item.name for item in tmp_path.iterdir()] == ["m.zip"]


def test_the_order_does_not_depend_on_that_of_the_archive(tmp_path: Path):
    forth = zipped(tmp_path / "a.zip", MOODLE)
    back = zipped(tmp_path / "b.zip", dict(reversed(MOODLE.items())))
    assert students(forth) == students(back) == [name for name, _ in MOODLES]

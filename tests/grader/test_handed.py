import os
import subprocess
import sys
import tempfile
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.running.sandbox import ROOMS, sweep
from grader.submissions.collect import collect
from grader.submissions.handed import HandedIn, LaidOut, laid_out
from grader.submissions.intake import intake

from .samples_of_submissions import DAY, folder, notebook, zipped

NB = notebook()


def one(path: Path) -> HandedIn:
    """The first submission at this path."""
    return intake([path], "fashion-mnist").submissions[0]


def attached(laid: LaidOut) -> list[str]:
    """What came with the notebook."""
    return (
        sorted(path.relative_to(laid.attached).as_posix() for path in laid.attached.rglob("*") if path.is_file())
        if laid.attached
        else []
    )


def asha(tmp_path: Path, files: dict[str, str | bytes], minutes: dict[str, int] | None = None) -> HandedIn:
    """What Asha handed in, in a class of two."""
    made = {**{f"asha/{name}": content for name, content in files.items()}, "ben/lab.ipynb": NB}
    return one(folder(tmp_path / "class", made, {f"asha/{name}": at for name, at in (minutes or {}).items()}))


# -- What is graded ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "name"),
    [
        ({"lab.ipynb": 9, "lab_final.ipynb": 0}, "lab.ipynb"),
        ({"lab.ipynb": 0, "lab-1.ipynb": 0, "lab-2.ipynb": 0, "lab-10.ipynb": 0}, "lab-10.ipynb"),
        ({"lab.ipynb": 0, "lab (1).ipynb": 0}, "lab (1).ipynb"),
        ({"lab.ipynb": 0, "Copy of lab.ipynb": 0}, "Copy of lab.ipynb"),
        ({"lab_final.ipynb": 0, "lab-2.ipynb": 0}, "lab_final.ipynb"),
        ({"lab.ipynb": 0, "lab_LATE.ipynb": 0}, "lab_LATE.ipynb"),
        ({"lab.IPYNB": 0, "helpers.py": 9}, "lab.IPYNB"),
        ({"lab.ipynb.txt": 0, "notes.txt": 9}, "lab.ipynb.txt"),
        ({"train.py": 0, "data.csv": 9}, "train.py"),
    ],
)
def test_the_newest_notebook_is_graded_and_of_the_same_time_the_last_try(
    tmp_path: Path, minutes: dict[str, int], name: str
):
    with laid_out(asha(tmp_path, {name: notebook(name) for name in minutes}, minutes)) as laid:
        assert laid.told.where == f"{tmp_path / 'class'}: {name}"


def test_an_empty_notebook_is_not_chosen_before_one_with_something(tmp_path: Path):
    with laid_out(asha(tmp_path, {"lab.ipynb": NB, "Untitled.ipynb": ""}, {"Untitled.ipynb": 9})) as laid:
        assert laid.notebook.read_text() == NB


def test_the_choice_is_shown_and_data_and_scripts_come_along(tmp_path: Path):
    files = {"lab.ipynb": NB, "lab-1.ipynb": notebook("new"), "data/h.csv": "1", "helpers.py": "x = 1"}
    with laid_out(one(folder(tmp_path / "class", {f"asha/{name}": text for name, text in files.items()}))) as laid:
        assert attached(laid) == ["data/h.csv", "helpers.py", "lab.ipynb"]
        collected = collect(laid.notebook, "fashion-mnist", "asha", None, None, laid.told)
    assert collected.notebook.cells[0].source == "new"
    assert collected.submission.path == f"{tmp_path / 'class'}: lab-1.ipynb"
    assert collected.submission.submitted_at == DAY
    assert collected.submission.notes == [
        "`lab-1.ipynb` was graded, the newest of 2 files of its kind. Not graded: `lab.ipynb`.",
        "With it came `data/h.csv`, `helpers.py`.",
    ]


def test_who_handed_it_in_reaches_the_submission(tmp_path: Path):
    handed = replace(one(folder(tmp_path / "class", {"asha/lab.ipynb": NB})), id="512", email="asha@example.org")
    with laid_out(handed) as laid:
        submission = collect(laid.notebook, "fashion-mnist", "asha", None, None, laid.told).submission
    assert (submission.id, submission.email) == ("512", "asha@example.org")


def test_nothing_of_a_submission_is_left_on_the_disk_and_the_students_files_are_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    made = folder(tmp_path / "class", {"asha/lab.ipynb": NB, "asha/data.csv": "1"})
    with laid_out(one(made)) as laid:
        assert laid.notebook.is_relative_to(tmp_path / "temporary")
        laid.notebook.write_text("changed")
    assert os.listdir(tmp_path / "temporary") == []
    assert (made / "asha" / "lab.ipynb").read_text() == NB


def test_what_a_killed_command_has_laid_out_is_gone_with_the_next_sandbox(tmp_path: Path):
    made = folder(tmp_path / "class", {"asha/lab.ipynb": NB})
    lay_out_and_die = (
        "import os, sys; from pathlib import Path; from grader.submissions.handed import laid_out\n"
        "from grader.submissions.intake import intake\n"
        "with laid_out(intake([Path(sys.argv[1])], 'mnist').submissions[0]) as laid:\n"
        "    print(laid.notebook.parent, flush=True); os.kill(os.getpid(), 9)"
    )
    told = subprocess.run(
        [sys.executable, "-c", lay_out_and_die, str(made)], stdout=subprocess.PIPE, text=True, check=False
    )
    left = Path(told.stdout.strip())
    assert left.is_dir()
    sweep()
    assert left.parent == ROOMS
    assert not left.exists()


def test_files_of_one_name_in_two_downloads_are_both_kept(tmp_path: Path):
    paths = [zipped(tmp_path / f"{n}.zip", {"A_1_assignsubmission_file/lab.ipynb": notebook(str(n))}) for n in (1, 2)]
    (handed,) = intake(paths, "fashion-mnist").submissions
    with laid_out(handed) as laid:
        assert attached(laid) == ["2/lab.ipynb"] or attached(laid) == ["lab.ipynb"]
        assert "2 files of its kind" in laid.told.notes[0]


# -- A zip of the student's own ----------------------------------------------------------------------------------------


def nested(tmp_path: Path, files: dict[str, str | bytes], **options: int) -> HandedIn:
    """A student's own zip in Moodle's download, with a note beside it."""
    own = zipped(tmp_path / "own.zip", files, **options)
    place = "Asha_1_assignsubmission_file"
    return one(zipped(tmp_path / "m.zip", {f"{place}/project.zip": own.read_bytes(), f"{place}/note.txt": "hello"}))


def test_a_students_own_zip_is_opened(tmp_path: Path):
    with laid_out(nested(tmp_path, {"lab/lab.ipynb": NB, "lab/data.csv": "1", "__MACOSX/x": ""})) as laid:
        assert laid.notebook.read_text() == NB
        assert attached(laid) == ["note.txt", "project/lab/data.csv"]
        assert laid.told.where.endswith("m.zip: project.zip/lab/lab.ipynb")


def test_the_time_of_handing_in_is_that_of_the_zip_not_of_what_is_in_it(tmp_path: Path):
    own = zipped(tmp_path / "own.zip", {"lab.ipynb": NB}, {"lab.ipynb": (2026, 2, 1, 12, 0, 0)})
    made = folder(tmp_path / "class", {"asha/own.zip": own.read_bytes(), "ben/lab.ipynb": NB})
    with laid_out(intake([made], "x").submissions[0]) as laid:
        assert laid.told.submitted_at == DAY


def test_a_zip_of_data_stays_one(tmp_path: Path):
    own = zipped(tmp_path / "own.zip", {"h.csv": "1"})
    with laid_out(asha(tmp_path, {"housing_data.zip": own.read_bytes(), "lab.ipynb": NB})) as laid:
        assert attached(laid) == ["housing_data.zip", "housing_data/h.csv"]


def test_a_zip_in_a_students_zip_is_not_opened(tmp_path: Path):
    inner = zipped(tmp_path / "inner.zip", {"lab.ipynb": NB}).read_bytes()
    with laid_out(nested(tmp_path, {"inner.zip": inner})) as laid:
        assert laid.told.problem is not None
        assert "Found only `note.txt`, `project.zip`, `project.zip/inner.zip`" in laid.told.problem


@pytest.mark.parametrize(
    ("files", "why"),
    [
        ({str(number): "" for number in range(10_000)}, "Found an archive of more than 9,999 entries."),
        ({str(number): bytes(9_000_000) for number in range(4)}, "Found an archive that unpacks to 36 MB."),
        ({"lab.ipynb": bytes(30_000_000)}, "`lab.ipynb` was left out: it would unpack to 30 MB, more than 200 times"),
        ({"../lab.ipynb": NB}, "`../lab.ipynb` was left out: its name leads out of the folder."),
    ],
    ids=["entries", "size", "ratio", "slip"],
)
def test_a_hostile_zip_of_a_students_own_gets_a_sentence_and_a_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, files: dict[str, str | bytes], why: str
):
    monkeypatch.setattr("grader.submissions.handed.MAX_UNPACKED_BYTES", 35_000_000)
    with laid_out(nested(tmp_path, files, method=zipfile.ZIP_DEFLATED)) as laid:
        assert why in " ".join(laid.told.notes)
        assert laid.told.problem is not None
        assert laid.told.problem.startswith(
            "Expected a Jupyter notebook (.ipynb). Found only `note.txt`, `project.zip`."
        )
        submission = collect(laid.notebook, "fashion-mnist", "Asha", None, None, laid.told).submission
    assert submission.problem == laid.told.problem


def test_a_zip_that_is_none_is_told(tmp_path: Path):
    made = folder(tmp_path / "class", {"asha/lab.zip": "no zip", "ben/lab.ipynb": NB})
    with laid_out(intake([made], "x").submissions[0]) as laid:
        (note,) = laid.told.notes
    assert note.startswith("`lab.zip` was not opened: expected a zip archive. Found a file that is no zip archive")


# -- Without a notebook ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "found"),
    [
        ({"report.pdf": b"%PDF-1.7"}, "Found a PDF"),
        ({"lab.docx": b"PK\x03\x04"}, "Found a zip archive or a Word document"),
        ({"lab.rar": b"Rar!\x1a\x07"}, "Found a RAR archive"),
        ({"lab.7z": b"7z\xbc\xaf\x27\x1c"}, "Found a 7-Zip archive"),
        ({"a.pdf": b"%PDF", "b.docx": b"PK"}, "Found only `a.pdf`, `b.docx`. Hand in the notebook itself."),
        ({".DS_Store": b""}, "Found no file"),
    ],
)
def test_a_submission_without_a_notebook_gets_a_sentence(tmp_path: Path, files: dict[str, bytes], found: str):
    made = folder(tmp_path / "class", {"ben/lab.ipynb": NB, **{f"asha/{name}": data for name, data in files.items()}})
    asha, _ = intake([made], "fashion-mnist").submissions
    with laid_out(asha) as laid:
        problem = collect(laid.notebook, "fashion-mnist", asha.student, None, None, laid.told).submission.problem
    assert problem is not None
    assert problem.startswith("Expected a Jupyter notebook")
    assert found in problem


def test_files_beyond_what_is_taken_of_one_student_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("grader.submissions.handed.MAX_UNPACKED_BYTES", 2_000_000)
    made = folder(
        tmp_path / "class", {"asha/lab.ipynb": NB, "asha/a.csv": bytes(1_500_000), "asha/b.csv": bytes(1_500_000)}
    )
    with laid_out(one(made)) as laid:
        assert laid.told.notes[0] == "`b.csv` was left out: with it there would be more than 2 MB."
        assert attached(laid) == ["a.csv"]


def test_a_file_that_is_gone_when_its_turn_comes_is_told(tmp_path: Path):
    handed = one(folder(tmp_path / "asha", {"lab.ipynb": NB}))
    (tmp_path / "asha" / "lab.ipynb").unlink()
    with pytest.raises(UsageError, match=r"Expected to read what is in .*asha\. Found: No such file"), laid_out(handed):
        pass


def test_the_platforms_word_on_lateness_is_kept(tmp_path: Path):
    handed = one(zipped(tmp_path / "c.zip", {"doejane_LATE_4711_998877_lab3.ipynb": NB}))
    with laid_out(handed) as laid:
        submission = collect(laid.notebook, "x", "Jane", None, DAY + timedelta(days=1), laid.told).submission
    assert (submission.marked_late, submission.submitted_at) == (True, None)

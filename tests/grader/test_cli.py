import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.main import get_command

from grader import pipeline
from grader.cli import app, main
from grader.courses.course import bundled
from grader.errors import SandboxError
from grader.submissions import handed

from .samples_of_submissions import folder, zipped

SHEET = Path("assignments", "fashion-mnist", "sheet.toml")
RUBRIC = Path("rubrics", "lab-manual.toml")
CHECKS = Path("rubrics", "checks", "test_runs_clean.py")
REFERENCE = Path("reference", "fashion-mnist", "reference.toml")
OF_THE_CLASS = {"gradebook.db", "gradebook.csv", "gradebook.xlsx", "index.html", "similarity.html"}


@dataclass
class Ended:
    """How a command ended."""

    code: object
    out: str
    err: str


Command = Callable[..., Ended]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Command:
    """Run `grader` with these words in a folder of its own, on a machine without data sets and without a network."""
    for proxy in ("http_proxy", "https_proxy"):
        monkeypatch.setenv(proxy, "http://127.0.0.1:9")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "asha.ipynb").write_text("no notebook")
    (tmp_path / "ben.ipynb").write_text("no notebook")

    def run(*words: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["grader", *map(str, words)])
        with pytest.raises(SystemExit) as caught:
            main()
        return Ended(caught.value.code, *capfd.readouterr())

    return run


@pytest.fixture
def grade(command: Command) -> Command:
    """Run `grader grade` on a file that is no notebook, which is graded at once."""

    def run(*words: object, assignment: str = "fashion-mnist", notebook: str = "asha.ipynb") -> Ended:
        return command("grade", notebook, "--assignment", assignment, "--isolation", "none", *words)

    return run


@pytest.fixture
def course(tmp_path: Path) -> Path:
    """A copy of the bundled course, for a test to break."""
    folder = tmp_path / "course"
    for name in ("assignments", "rubrics", "reference"):
        shutil.copytree(bundled() / name, folder / name)
    return folder


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def is_one_line(ended: Ended, *words: str) -> bool:
    """Whether the command failed as the teacher's to mend, with one line that has all these words."""
    assert ended.code == 2
    assert ended.out == ""
    assert ended.err.startswith("grader: ")
    assert "Expected " in ended.err
    assert ended.err.count("\n") == 1
    return all(word in ended.err for word in words)


def commands(command: object, *words: str) -> Iterator[tuple[str, ...]]:
    """The words of every command below this one."""
    for name, below in getattr(command, "commands", {}).items():
        yield (*words, name)
        yield from commands(below, *words, name)


# -- Help --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [(), *commands(get_command(app))], ids=" ".join)
def test_every_command_has_help_and_so_has_every_option(command: Command, words: tuple[str, ...]):
    ended = command(*words, "--help")
    assert (ended.code, ended.err) == (0, "")
    assert "Usage: grader" in ended.out
    below = get_command(app)
    for word in words:
        below = below.commands[word]
    assert below.help
    assert all(getattr(parameter, "help", None) for parameter in below.params)


@pytest.mark.parametrize(
    "words", [(), ("grade",), ("grade", "asha.ipynb"), ("marks",), ("calibrate", "x", "--seeds", 0)]
)
def test_words_that_are_no_command_end_with_the_usage(command: Command, words: tuple[object, ...]):
    ended = command(*words)
    assert ended.code == 2
    assert "Usage: grader" in ended.err + ended.out
    assert "Traceback" not in ended.err


# -- A student's own check ---------------------------------------------------------------------------------------------


def test_a_check_of_what_is_no_notebook_is_no_error_of_the_command(command: Command):
    ended = command("check", "ben.ipynb", "--assignment", "mnist", "--html", "mine.html")
    assert (ended.code, ended.err) == (1, "")
    assert "Expected a Jupyter notebook. Found plain text." in " ".join(ended.out.split())
    assert "? cannot tell" in ended.out
    assert "Expected a Jupyter notebook" in Path("mine.html").read_text()


def test_a_check_speaks_json_to_other_programs(command: Command):
    ended = command("check", "ben.ipynb", "--assignment", "mnist", "--json", "--no-run")
    assert (ended.code, ended.err) == (1, "")
    assert json.loads(ended.out)["findings"][0]["kind"] == "nothing-to-run"


@pytest.mark.parametrize("words", [("nothing.ipynb",), ("ben.ipynb",), ("ben.ipynb", "--assignment", "mnits")])
def test_a_check_that_cannot_be_followed_says_so_in_one_line(command: Command, words: tuple[str, ...]):
    assert is_one_line(command("check", *words))


def test_a_kit_is_written_as_a_folder_and_a_zip(command: Command, tmp_path: Path):
    ended = command("release", "mnist", "--out", "kits")
    assert (ended.code, ended.out, ended.err) == (0, "written: kits/mnist and kits/mnist.zip\n", "")
    assert (tmp_path / "kits" / "mnist" / "mnist.ipynb").exists()


@pytest.mark.parametrize(
    "words",
    [("mnits",), ("mnist", "--source", "ben.ipynb"), ("mnist", "--source", "no.ipynb"), ("mnist", "--wheel", "x")],
)
def test_a_kit_that_cannot_be_made_is_refused_in_one_line(command: Command, words: tuple[str, ...]):
    assert is_one_line(command("release", "--out", "kits", *words))


# -- Grading -----------------------------------------------------------------------------------------------------------


def test_whatever_the_marks_a_graded_submission_is_a_success(grade: Command, tmp_path: Path):
    ended = grade("--out", "out", "--student", "Asha Rao", "--due", "2026-11-20T23:59", "--budget", "full")
    assert ended.code == 0
    assert "Asha Rao · fashion-mnist" in ended.out
    assert "look at: Measured on stand-in data" in ended.out
    assert ended.out.endswith("report: out/Asha Rao/report.html\nthe class: out/index.html\n")
    files = {path.name for path in (tmp_path / "out" / "Asha Rao").iterdir()}
    assert files == {"report.html", "grade.json", "evidence.json", "submission.ipynb"}
    total = json.loads((tmp_path / "out" / "Asha Rao" / "grade.json").read_text())["total"]
    assert (total["out_of"], total["pending"]) == (20, 5)


def test_the_page_of_the_class_is_written_after_grading_and_again_when_asked_for(
    grade: Command, command: Command, tmp_path: Path
):
    for student in ("Asha", "Rohan"):
        grade("--out", "out", "--student", student)
    page = tmp_path / "out" / "index.html"
    assert all(f"<bdi>{student}</bdi>" in page.read_text() for student in ("Asha", "Rohan"))
    page.unlink()
    assert command("report", "out") == Ended(0, "written: out/index.html\n", "")
    assert "<bdi>Rohan</bdi>" in page.read_text()
    ended = command("report", "nothing")
    assert (ended.code, ended.out) == (2, "")
    assert "Expected a folder of results at nothing." in ended.err


def test_quiet_prints_nothing_on_success(grade: Command):
    assert grade("--quiet") == Ended(0, "", "")


def test_an_error_is_told_also_when_quiet(grade: Command):
    assert is_one_line(grade("--quiet", notebook="gone.ipynb"), "gone.ipynb")


def test_a_notebook_that_fails_is_named_and_the_others_are_graded(
    command: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    graded, collect = ["asha", "ben", "chitra"], handed.collect

    def collect_or_fail(path: Path, assignment: str, student: str, *rest: object) -> object:
        if student == "ben":
            raise SandboxError("Expected a kernel.")
        return collect(path, assignment, student, *rest)

    monkeypatch.setattr(handed, "collect", collect_or_fail)
    for name in graded:
        (tmp_path / f"{name}.ipynb").write_text("no notebook")
    files = [f"{name}.ipynb" for name in graded]
    ended = command("grade", *files, "--assignment", "fashion-mnist", "--isolation", "none", "--out", "out")
    assert (ended.code, ended.err) == (3, "grader: ben: Expected a kernel.\n")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {".grader", "asha", "chitra", *OF_THE_CLASS}


@pytest.mark.parametrize(("words", "strict"), [((), False), (("--strict-api",), True)])
def test_strict_api_is_for_those_who_ask_for_it(
    grade: Command, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...], strict: bool
):
    asked = []

    def open_desk(*_: object, strict_api: bool, **__: object) -> object:
        asked.append(strict_api)
        raise SandboxError("Expected a kernel.")

    monkeypatch.setattr(pipeline, "open_desk", open_desk)
    assert grade(*words).code == 3
    assert asked == [strict]


def test_a_model_is_named_for_one_network_where_the_sheet_asks_for_several(grade: Command):
    assert is_one_line(grade("--model", "ann", assignment="mnist"), "--model shallow=ann or --model cnn=ann")
    assert grade("--model", "ann").code == 0


def test_all_files_are_looked_at_before_the_first_is_graded(grade: Command, tmp_path: Path):
    assert is_one_line(grade("gone.ipynb", "--out", "out"), "gone.ipynb")
    assert not (tmp_path / "out").exists()


def test_a_class_is_graded_from_folders_and_zips_and_the_roster_says_who_is_who(command: Command, tmp_path: Path):
    zipped(tmp_path / "moodle.zip", {"Rao Asha_512_assignsubmission_file/lab.pdf": "%PDF", "x.txt": ""})
    folder(tmp_path / "late", {"ben/": "", "zoe/lab.docx": "PK\x03\x04"})
    (tmp_path / "class.csv").write_text("id,name,extension\n7,Asha Rao,2\n8,Ben Iyer,\n9,Chitra,\n")
    words = ["moodle.zip", "late", "--roster", "class.csv", "--assignment", "fashion-mnist", "--isolation", "none"]
    ended = command("grade", *words, "--due", "2026-03-01T17:00", "--out", "out")
    assert ended.code == 0
    remarks = [line for line in ended.err.splitlines() if line.startswith("grader: ")]  # a slow run has a board too
    assert remarks[1:] == [
        "grader: moodle.zip: `x.txt` was left out: it belongs to no student.",
        "grader: `ben` was taken for Ben Iyer of the class list.",
        "grader: Not on the class list, or not one student of it alone: zoe.",
        "grader: On the class list without a submission: Chitra.",
    ]
    assert {path.name for path in (tmp_path / "out").iterdir()} == {
        ".grader",
        "Asha Rao",
        "Ben Iyer",
        "zoe",
        *OF_THE_CLASS,
    }
    found = {name: (tmp_path / "out" / name / "report.html").read_text() for name in ("Asha Rao", "Ben Iyer")}
    assert "Found a PDF" in found["Asha Rao"]
    assert "Found no file" in found["Ben Iyer"]
    assert ["3 March 2026" in page for page in found.values()] == [True, False]


def test_a_class_list_that_comes_later_makes_no_student_two(command: Command, tmp_path: Path):
    folder(tmp_path / "late", {"asha.ipynb": "%PDF", "ben.ipynb": "%PDF"})
    (tmp_path / "class.csv").write_text("id,name\n7,Asha Rao\n8,Ben Iyer\n")
    words = ["grade", "late", "--assignment", "fashion-mnist", "--isolation", "none", "--out", "out", "--quiet"]
    for roster in ((), ("--roster", "class.csv")):
        assert command(*words, *roster).code == 0
    assert {path.name for path in (tmp_path / "out").iterdir()} == {".grader", "Asha Rao", "Ben Iyer", *OF_THE_CLASS}
    assert (tmp_path / "out" / "gradebook.csv").read_text().count("fashion-mnist") == 2


# -- The gradebook -----------------------------------------------------------------------------------------------------

MARKS = """student,assignment,column,marks,remark
asha,fashion-mnist,Answers,4,read on paper
asha,fashion-mnist,Coding Efficiency,3,
asha,fashion-mnist,Timely Completion,5,
asha,fashion-mnist,Viva,4.5,spoke <b>well</b>
asha,fashion-mnist,sign-off,,Prof. Joshi
"""


def test_what_a_person_enters_is_on_the_page_in_the_tables_and_survives_grading_again(grade, command, tmp_path: Path):
    (tmp_path / "marks.csv").write_text(MARKS)
    page, table = tmp_path / "results" / "asha" / "report.html", tmp_path / "results" / "gradebook.csv"
    assert grade("--quiet").code == 0
    assert "pending,pending" in table.read_text()
    ended = command("marks", "import", "marks.csv")
    assert (ended.code, ended.err) == (0, "")
    assert "asha, fashion-mnist: Viva: 4.5 of 5, was pending; remark on Viva\n" in ended.out
    assert ended.out.endswith("entered: 5 rows.\n")
    assert ',4,3,4.5,5,16.5,"Prof. Joshi, ' in table.read_text()
    assert "16.5" in (tmp_path / "results" / "index.html").read_text()
    for words in ("16.5", "Prof. Joshi", "spoke &lt;b&gt;well&lt;/b&gt;", "Entered by the teacher"):
        assert words in page.read_text()
    assert grade("--quiet").code == 0
    assert "Prof. Joshi" in page.read_text()
    assert json.loads(page.with_name("grade.json").read_text())["total"] == {"marks": 16.5, "out_of": 20, "pending": 0}
    shown = command("marks", "show").out
    assert all(word in shown for word in ("asha", "4.5 *", "16.5"))


def test_rejected_rows_have_a_line_each_and_nothing_is_entered(grade: Command, command: Command, tmp_path: Path):
    (tmp_path / "marks.csv").write_text(MARKS.replace("4.5", "45").replace("Answers", "Answer"))
    assert grade("--quiet").code == 0
    before = (tmp_path / "results" / "gradebook.csv").read_bytes()
    ended = command("marks", "import", "marks.csv")
    assert (ended.code, ended.out) == (2, "")
    lines = ended.err.splitlines()
    assert [line.split(":")[1].strip() for line in lines[:2]] == ["marks.csv, line 2", "marks.csv, line 5"]
    assert lines[-1] == "grader: Nothing was entered: 3 rows were rejected."
    assert (tmp_path / "results" / "gradebook.csv").read_bytes() == before


def test_a_dry_run_of_an_import_leaves_the_results_as_they_are(grade: Command, command: Command, tmp_path: Path):
    (tmp_path / "marks.csv").write_text(MARKS)
    assert grade("--quiet").code == 0
    page = (tmp_path / "results" / "asha" / "report.html").read_bytes()
    assert command("marks", "import", "marks.csv", "--dry-run").out.endswith("would be entered: 5 rows.\n")
    assert (tmp_path / "results" / "asha" / "report.html").read_bytes() == page


def test_a_page_that_cannot_be_written_anew_is_told_and_the_marks_are_entered(
    grade: Command, command: Command, tmp_path: Path
):
    assert grade("--quiet", "--database", f"sqlite:///{tmp_path}/own.db").code == 0
    (tmp_path / "results" / "asha" / "evidence.json").unlink()
    (tmp_path / "marks.csv").write_text(MARKS)
    ended = command("marks", "import", "marks.csv", "--database", f"sqlite:///{tmp_path}/own.db")
    assert ended.code == 0
    assert "the page of asha was not written anew: Expected a student's evidence" in ended.err
    assert "16.5" in (tmp_path / "results" / "gradebook.csv").read_text()
    assert not (tmp_path / "results" / "gradebook.db").exists()


def test_open_marks_are_exported_to_fill_in_and_the_total_goes_to_canvas(
    grade: Command, command: Command, tmp_path: Path
):
    assert grade("--quiet").code == 0
    assert command("marks", "export", "open.csv").out == "written: open.csv\n"
    assert ",Viva,,\r\n" in (tmp_path / "open.csv").read_bytes().decode()
    (tmp_path / "marks.csv").write_text(MARKS)
    assert command("marks", "import", "marks.csv", "--quiet") == Ended(0, "", "")
    (tmp_path / "canvas.csv").write_text("Student,ID,Section,Lab 3 (7)\nasha,1,A,\n")
    ended = command("export", "--to", "canvas", "--worksheet", "canvas.csv", "--column", "7")
    assert (ended.code, ended.out) == (0, "written: results/canvas.csv\n")
    assert (tmp_path / "results" / "canvas.csv").read_text() == "Student,ID,Section,Lab 3 (7)\nasha,1,A,16.5\n"


def test_a_gradebook_that_is_not_there_is_told(command: Command):
    assert is_one_line(
        command("marks", "show"), "Expected a gradebook at results/gradebook.db. Found none. Grade first"
    )
    assert is_one_line(command("export", "--to", "csv", "--database", "mysql://x"), "Received: mysql")


# -- Bad usage: one line, and exit code 2 ------------------------------------------------------------------------------


def test_an_unknown_assignment_gets_the_closest_name(grade: Command):
    assert is_one_line(grade(assignment="fashion-minst"), "Did you mean `fashion-mnist`?")


def test_a_file_that_is_not_there_is_told(grade: Command):
    assert is_one_line(grade(notebook="gone.ipynb"), "a folder or a zip at gone.ipynb. Found nothing there.")
    assert is_one_line(grade("--roster", "gone.csv"), "Expected --roster", "gone.csv: No such file")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--due", "soon"), "`soon`"),
        (("--due", "2026-13-01"), "`2026-13-01`"),
        (("--submitted", "yesterday"), "`yesterday`"),
        (("--budget", "lots"), "lots"),
        (("--budget", "0"), "0"),
        (("--budget", "-5"), "-5"),
        (("--budget", "nan"), "nan"),
        (("--budget", "inf"), "inf"),
        (("ben.ipynb", "--student", "Asha"), "2 of them"),
        (("--workers", "2", "--scheduler", "tcp://127.0.0.1:9"), "Received both"),
        (("--out", "asha.ipynb"), "asha.ipynb: File exists"),
        (("--course", "nowhere"), "There is none in nowhere/assignments"),
    ],
)
def test_a_bad_option_is_told_with_what_was_received(grade: Command, words: tuple[str, ...], found: str):
    assert is_one_line(grade(*words), found)


@pytest.mark.parametrize(
    ("path", "before", "after", "words"),
    [
        (SHEET, "outputs = 10", 'outputs = "ten"', ["sheet.toml", "`task.outputs`"]),
        (SHEET, 'rubric = "lab-manual"', 'rubric = "own"', ["own.toml", "Found nothing there"]),
        (SHEET, 'dataset = "fashion-mnist"', 'dataset = "fashion-minst"', ["Did you mean `fashion-mnist`?"]),
        (SHEET, 'dataset = "fashion-mnist"', 'dataset = "boston"', ["Expected boston in", "grader data fetch"]),
        (RUBRIC, 'name = "Answers"\nmarks = 5', 'name = "Answers"\nmarks = 6', ["lab-manual.toml", "add up to 6"]),
        (RUBRIC, "marks_per_day = 1", "marks_per_day = ", ["lab-manual.toml", "Expected TOML"]),
        (RUBRIC, '"test_runs_clean.py"', '"test_runs_cleanly.py"', ["test_runs_cleanly.py. Found no file there"]),
        (CHECKS, "import pytest", "import pytset", ["test_runs_clean.py", "No module named 'pytset'"]),
        (REFERENCE, "sealed_rows = 5_000", "sealed_rows = 5", ["Expected at least 10 sealed rows", "`sealed_rows`"]),
    ],
)
def test_a_broken_course_is_told_with_what_to_mend(
    grade: Command, course: Path, path: Path, before: str, after: str, words: list[str]
):
    change(course / path, before, after)
    assert is_one_line(grade("--course", course), *words)


def test_a_data_set_that_is_not_to_be_had_is_told_with_the_next_step(command: Command):
    assert is_one_line(command("data", "fetch", "mnits"), "Did you mean `mnist`?")
    assert is_one_line(command("data", "fetch", "mnist"), "grader data import")
    assert is_one_line(command("data", "import", "nowhere"), "nowhere, which is not a folder")


def test_calibration_of_an_unknown_assignment_is_told(command: Command):
    assert is_one_line(command("calibrate", "fashion", "--isolation", "none"), "Did you mean `fashion-mnist`?")


# -- The grader's own failures -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "code", "words"),
    [
        (
            SandboxError("Expected a kernel. Found:\nno log."),
            3,
            "grader: asha: Expected a kernel. Found: no log.\n",
        ),
        (ZeroDivisionError("by\nzero"), 3, "grader: asha: the grader itself failed: ZeroDivisionError: by zero."),
        (KeyboardInterrupt(), 130, ""),
    ],
)
def test_what_is_the_graders_own_fault_is_told_in_one_line_and_ctrl_c_in_none(
    grade: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, words: str
):
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr(handed, "collect", fail)
    ended = grade()
    assert (ended.code, ended.out) == (code, "")
    assert ended.err.startswith(words)
    assert ended.err.count("\n") == bool(words)


def test_python_m_grader_is_the_same_command(tmp_path: Path):
    words = [sys.executable, "-m", "grader", "grade", "gone.ipynb", "--assignment", "fashion", "--budget", "none"]
    ended = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "grader: Expected --budget in seconds, or `full`. Received: none\n"


# -- The machine -------------------------------------------------------------------------------------------------------


def test_the_doctor_and_the_list_of_data_sets_say_what_is_missing(command: Command):
    ended = command("doctor")
    assert ended.code == 0
    assert "mend  data set fashion-mnist: " in ended.out
    ended = command("data", "status")
    assert ended.code == 0
    assert ended.out.count("missing") == 5


# -- Viva --------------------------------------------------------------------------------------------------------------


def test_viva_makes_sheets_of_results(command: Command, grade: Command, tmp_path: Path):
    grade("--out", "out", "--student", "Asha Rao")
    ended = command("viva", "out", "--out", "sheets")
    assert (ended.code, ended.err) == (0, "")
    files = {path.relative_to(tmp_path / "sheets").as_posix() for path in (tmp_path / "sheets").rglob("*.*")}
    assert files == {
        *("class.html", "class-practice.html", "viva.md", "viva.json", "viva.csv"),
        *("examiner/Asha Rao fashion-mnist.html", "practice/Asha Rao fashion-mnist.html"),
    }


def test_viva_grades_a_notebook_first(command: Command, tmp_path: Path):
    words = ("asha.ipynb", "--assignment", "fashion-mnist", "--isolation", "none", "--questions", 3, "--quiet")
    assert command("viva", *words) == Ended(0, "", "")
    (sheet,) = json.loads((tmp_path / "viva" / "viva.json").read_text(encoding="utf-8"))
    assert (sheet["student"], len(sheet["questions"])) == ("asha", 3)
    assert "bank" in sheet["note"]


def test_viva_makes_a_bank(command: Command, tmp_path: Path):
    assert command("viva", "--bank", "boston").code == 0
    assert json.loads((tmp_path / "viva" / "bank-boston.json").read_text(encoding="utf-8"))["questions"]


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        ((), "--bank NAME"),
        (("nowhere",), "Run grader grade"),
        (("asha.ipynb",), "--assignment NAME"),
        (("--bank", "bostn"), "Did you mean `boston`?"),
    ],
)
def test_viva_says_what_it_needs(command: Command, words: tuple[str, ...], hint: str):
    ended = command("viva", *words)
    assert ended.code == 2
    assert hint in ended.err

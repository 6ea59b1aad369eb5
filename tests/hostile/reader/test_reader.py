"""Notebooks that attack whoever reads what the grader writes: graded as one class by the real command."""

import csv
import fcntl
import io
import json
import os
import pty
import re
import subprocess
import sys
import threading
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from openpyxl import load_workbook

from grader.gradebook.spreadsheet import FORMULA
from grader.records import Evidence, Grade
from grader.running import wall
from grader.submissions.collect import folder_name, printable
from grader.submissions.intake import intake
from grader.submissions.roster import read_roster

from .attack import ATTACKS, Attack
from .reflected import OWNED, SIGNS, Page, reflected

NEIGHBOUR = "Honest Neighbour"
HONEST = Attack(
    id="honest",
    name=NEIGHBOUR,
    cells=[
        {"markdown": "Q1. What is MNIST dataset for classification?\n\nAns: Small pictures of handwritten digits."},
        {"code": "import keras\nmodel = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten()])"},
    ],
)
TAKEN = [attack for attack in ATTACKS if not attack.refused]
STUDENTS = [student for attack in [*ATTACKS, HONEST] for student in attack.students]
REFUSED = [attack for attack in ATTACKS if attack.refused]
MOVING = re.compile(
    r"\x1b\[(?!\d*[ABKJGm]|[\d;]*m|\?25[lh])|\x1b\[2J|\x1b[^\[]|[\x00-\x06\x07\x08\x0e-\x1a\x1c-\x1f\x7f-\x9f]"
)
"""What the grader's own board never sends to a terminal: it goes up a few lines, clears them, and uses colours."""


@dataclass(frozen=True)
class Graded:
    """A class that was graded, and what the terminal was sent."""

    out: Path
    shown: str
    env: dict[str, str]

    def folder(self, student: str) -> Path:
        """Of a student's results."""
        return self.out / folder_name(printable(student))

    def page(self, student: str) -> str:
        """The student's report."""
        return (self.folder(student) / "report.html").read_text(encoding="utf-8")

    def grader(self, *words: object) -> None:
        """Run a command of the grader on the results."""
        command = [sys.executable, "-m", "grader", *map(str, words)]
        subprocess.run(command, check=True, capture_output=True, env=self.env, timeout=300)


def run_in_terminal(command: list[str], env: dict[str, str]) -> tuple[int, str]:
    """Run a command in a terminal; its exit code and all that the terminal was sent."""
    ours, theirs = pty.openpty()
    sent: list[bytes] = []

    def listen() -> None:
        try:
            while data := os.read(ours, 65_536):
                sent.append(data)
        except OSError:  # Linux' way to say that nobody writes any more
            pass

    listener = threading.Thread(target=listen)
    listener.start()
    code = subprocess.run(command, stdin=theirs, stdout=theirs, stderr=theirs, env=env, timeout=900).returncode
    os.close(theirs)
    listener.join()
    os.close(ours)
    return code, b"".join(sent).decode("utf-8", "replace")


def env_of(folder: Path) -> dict[str, str]:
    """A machine without data sets and without a network."""
    places = {"KERAS_HOME": str(folder / "keras"), "XDG_CACHE_HOME": str(folder / "cache")}
    proxies = dict.fromkeys(("http_proxy", "https_proxy"), "http://127.0.0.1:9")
    return {**os.environ, **places, **proxies, "TERM": "xterm", "COLUMNS": "300"}


def grade(folder: Path, attacks: list[Attack]) -> Graded:
    """Hand these in as one class, and grade it by the command, in a terminal."""
    handed_in = folder / "class"
    handed_in.mkdir(parents=True)
    for attack in attacks:
        attack.write(handed_in)
    paths = [handed_in] if len(attacks) > 1 else list(handed_in.iterdir())
    command = [sys.executable, "-m", "grader", "grade", *map(str, paths), "--assignment", "fashion-mnist"]
    command += ["--out", str(folder / "out"), "--budget", "20", "--second-budget", "0", "--due", "2099-01-01"]
    code, shown = run_in_terminal([*command, "--isolation", wall.best_here()], env_of(folder))
    assert code == 0, shown
    return Graded(folder / "out", shown, env_of(folder))


@pytest.fixture(scope="session")
def graded(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Graded:
    """All attacks and an honest neighbour, graded once, whichever of pytest's workers asks first."""
    top = tmp_path_factory.getbasetemp()
    folder = (top if worker_id == "master" else top.parent) / "attacks-on-the-reader"
    shown = folder / "shown.txt"
    with folder.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not shown.exists():
            shown.write_text(grade(folder, [*ATTACKS, HONEST]).shown, encoding="utf-8", newline="")
    return Graded(folder / "out", shown.read_bytes().decode(), env_of(folder))


# -- Pages -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attack", TAKEN, ids=lambda attack: attack.id)
def test_nothing_of_an_attack_is_more_than_text_on_its_report(graded: Graded, attack: Attack):
    for student in attack.students:
        page = graded.page(student)
        assert reflected(page) == []
        assert page.count("Content-Security-Policy") == 1
        assert len(re.findall('<table class="marking">', page)) == len(re.findall("<h1", page)) == 1
        assert "{{" in page or "1337" not in page
        if attack.shows:
            assert OWNED in Text(page).text


@pytest.mark.parametrize("attack", TAKEN, ids=lambda attack: attack.id)
def test_an_attack_ran_and_earned_nothing_by_it(graded: Graded, attack: Attack):
    for student in attack.students:
        evidence = Evidence.model_validate_json((graded.folder(student) / "evidence.json").read_bytes())
        marks = Grade.model_validate_json((graded.folder(student) / "grade.json").read_bytes())
        assert evidence.run.status in {"finished", "errors"}
        assert [cell.number for cell in evidence.cells if cell.status in {"stopped", "not_run"}] == []
        assert marks.signed is None
        assert marks.total.marks < 12
        assert marks.columns["Viva"].marks is None


@pytest.mark.parametrize("attack", REFUSED, ids=lambda attack: attack.id)
def test_a_file_whose_name_hides_something_is_not_read_and_its_signs_are_gone(graded: Graded, attack: Attack):
    page = graded.page(attack.name)
    assert reflected(page) == []
    assert f"{printable(attack.name)}.ipynb was left out: {attack.refused}." in Text(page).text
    marks = Grade.model_validate_json((graded.folder(attack.name) / "grade.json").read_bytes())
    assert (marks.student, marks.run.status) == (printable(attack.name), "not_started")


def test_the_class_page_has_its_own_script_and_no_other(graded: Graded):
    page = (graded.out / "index.html").read_text(encoding="utf-8")
    assert reflected(page, scripts=1) == []
    names = Text(page).text
    assert [student for student in STUDENTS if printable(student)[:80] not in names] == []


def test_the_page_of_similar_code_quotes_markup_as_text(graded: Graded):
    page = (graded.out / "similarity.html").read_text(encoding="utf-8")
    assert reflected(page) == []
    assert "</pre></mark><script>x-owned</script>" in Text(page).text


def test_a_file_of_the_class_is_no_students_folder(graded: Graded):
    assert (graded.out / "index.html").is_file()
    assert graded.folder("index.html").name != "index.html"


def test_viva_sheets_quote_markup_as_text(graded: Graded, tmp_path: Path):
    graded.grader("viva", graded.out, "--out", tmp_path)
    sheets = list(tmp_path.rglob("*.html"))
    assert len(sheets) > 2 * len(TAKEN)
    assert {path.name: amiss for path in sheets if (amiss := reflected(path.read_text(encoding="utf-8")))} == {}
    assert not SIGNS.search((tmp_path / "viva.md").read_text(encoding="utf-8"))
    assert formulas((tmp_path / "viva.csv").read_text(encoding="utf-8-sig")) == []


def test_the_neighbours_marks_are_those_that_it_has_alone(graded: Graded, tmp_path: Path):
    together, alone = (
        (each.folder(NEIGHBOUR) / "grade.json").read_bytes() for each in (graded, grade(tmp_path, [HONEST]))
    )
    assert Grade.model_validate_json(together).columns == Grade.model_validate_json(alone).columns


class Text(Page):
    """The words that a reader sees, without their spacing."""

    def __init__(self, html: str):
        self.parts: list[str] = []
        super().__init__(html)

    def handle_data(self, data: str) -> None:
        self.parts.append(data)

    @property
    def text(self) -> str:
        return "".join(self.parts)


# -- Terminal ----------------------------------------------------------------------------------------------------------


def test_the_terminal_is_sent_nothing_but_what_the_board_sends(graded: Graded):
    assert graded.shown.count("report.html") >= len(TAKEN)
    assert MOVING.findall(graded.shown) == []
    assert re.findall("[\u202a-\u202e\u2066-\u2069]", graded.shown) == []
    assert "\n20 of 20" not in graded.shown


def test_the_board_of_the_gradebook_shows_one_line_for_each_student(graded: Graded):
    words = [sys.executable, "-m", "grader", "marks", "show", "--out", str(graded.out)]
    code, shown = run_in_terminal(words, graded.env)
    assert code == 0
    assert MOVING.findall(shown) == re.findall("[\u202a-\u202e\u2066-\u2069]", shown) == []


# -- Tables and platforms ----------------------------------------------------------------------------------------------


def formulas(text: str) -> list[str]:
    """Cells of a CSV that a spreadsheet may take for a formula; a number with a sign is none."""
    cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
    return [cell for cell in cells if FORMULA.match(cell) and not re.fullmatch(r"[-+]?\d+(\.\d+)?", cell)]


def test_no_cell_of_the_gradebooks_tables_is_a_formula(graded: Graded):
    text = (graded.out / "gradebook.csv").read_text(encoding="utf-8-sig")
    assert formulas(text) == []
    assert len(list(csv.reader(io.StringIO(text, newline="")))) == 1 + len(STUDENTS)
    sheet = load_workbook(graded.out / "gradebook.xlsx").active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert [cell.value for cell in cells if cell.data_type == "s" and FORMULA.match(cell.value)] == []
    assert [cell for cell in cells if cell.hyperlink] == []


@pytest.fixture
def worksheets(tmp_path: Path) -> dict[str, Path]:
    """Downloads from Moodle and Canvas with all students, as these write them: their own names stay as they are."""
    names = list(map(printable, STUDENTS))
    moodle, canvas = tmp_path / "moodle.csv", tmp_path / "canvas.csv"
    with moodle.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(
            ["Identifier", "Full name", "Email address", "Status", "Grade", "Maximum grade", "Feedback comments"]
        )
        writer.writerows(
            [f"Participant {n}", name, "", "Submitted", "", "20.00", ""] for n, name in enumerate(names, 1)
        )
    with canvas.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["Student", "ID", "SIS Login ID", "Section", "fashion-mnist (4711)"])
        writer.writerow(["    Points Possible", "", "", "", "20"])
        writer.writerows([name, n, f"s{n}", "A", ""] for n, name in enumerate(names, 1))
    return {"moodle-worksheet": moodle, "moodle-feedback": moodle, "canvas": canvas}


@pytest.mark.parametrize("to", ["moodle-worksheet", "canvas"])
def test_a_platforms_file_gets_marks_and_nothing_else(
    graded: Graded, worksheets: dict[str, Path], tmp_path: Path, to: str
):
    made = tmp_path / "made.csv"
    graded.grader("export", "--to", to, "--out", graded.out, "--worksheet", worksheets[to], "--file", made)
    before, after = (
        list(csv.reader(io.StringIO(path.read_text(encoding="utf-8"), newline=""))) for path in (worksheets[to], made)
    )
    changed = [
        new
        for old_row, row in zip(before, after, strict=True)
        for old, new in zip(old_row, row, strict=True)
        if old != new
    ]
    assert [cell for cell in changed if FORMULA.match(cell) or "<" in cell or SIGNS.search(cell)] == []


def test_feedback_files_lie_where_moodle_looks_and_are_the_reports(
    graded: Graded, worksheets: dict[str, Path], tmp_path: Path
):
    made = tmp_path / "feedback.zip"
    words = ("--worksheet", worksheets["moodle-feedback"], "--file", made)
    graded.grader("export", "--to", "moodle-feedback", "--out", graded.out, *words)
    with zipfile.ZipFile(made) as archive:
        entries = archive.namelist()
        assert len(entries) > len(TAKEN) // 2
        for entry in entries:
            assert re.fullmatch(r"[^/\\\x00-\x1f]+_\d+_assignsubmission_file_/report\.html", entry)
            assert reflected(archive.read(entry).decode()) == []


@pytest.mark.parametrize("words", [("export", "--to", "nbgrader", "--file"), ("marks", "export")], ids=" ".join)
def test_no_cell_of_another_table_is_a_formula(graded: Graded, tmp_path: Path, words: tuple[str, ...]):
    graded.grader(*words, tmp_path / "made.csv", "--out", graded.out)
    text = (tmp_path / "made.csv").read_text(encoding="utf-8-sig")
    assert text.count("\n") > len(STUDENTS)
    assert formulas(text) == []


def test_gradescope_is_told_that_every_output_is_text(graded: Graded, tmp_path: Path):
    graded.grader("export", "--to", "gradescope", "--out", graded.out, "--file", tmp_path / "made")
    results = list((tmp_path / "made").rglob("results.json"))
    assert len(results) == len(STUDENTS)
    assert all(path.parent.parent == tmp_path / "made" for path in results)
    for path in results:
        text = path.read_text(encoding="utf-8")
        assert text.count('"output_format": "text"') == text.count('"output":')
        assert not re.search(r'"\w+_format": "(html|md|ansi|simple_format)"', text)


# -- Names that only a class list can hold -----------------------------------------------------------------------------


def test_a_name_of_ten_megabytes_is_cut_wherever_it_comes_from(tmp_path: Path):
    long = "<x-owned>" * 1_111_111
    gradescope = tmp_path / "export"
    (gradescope / "submission_1").mkdir(parents=True)
    (gradescope / "submission_1" / "a.ipynb").write_text('{"cells": []}')
    told = {"submission_1": {":submitters": [{":name": long, ":sid": long, ":email": long}]}}
    (gradescope / "submission_metadata.yml").write_text(json.dumps(told))
    (tmp_path / "class.csv").write_text(f'id,name,email\n7,"{long}","{long}"\n')
    (person,) = read_roster(tmp_path / "class.csv")
    found = intake([gradescope], "fashion-mnist")
    (handed,) = found.submissions
    assert max(map(len, (person.name, person.email, handed.student, handed.id, handed.email))) <= 200
    assert len(folder_name(handed.student).encode()) < 255
    assert max(map(len, found.remarks), default=0) < 1_000

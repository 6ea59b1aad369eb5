import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from grader.errors import TeacherError, UsageError
from grader.gradebook.book import FILE, Gradebook, find_book, open_book, url_of
from grader.gradebook.tables import Base

from .samples_for_books import RUBRIC, enter, grade, only, record, submission

ROOT = Path(__file__).parents[2]
SERVERS = next(iter(sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)), None)
INITDB = shutil.which("initdb") or (SERVERS and str(SERVERS / "initdb"))
POSTGRES = shutil.which("pg_ctl") or (SERVERS and str(SERVERS / "pg_ctl"))
FIRST = """
CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL PRIMARY KEY);
INSERT INTO alembic_version VALUES ('0001');
CREATE TABLE students (id INTEGER NOT NULL, name VARCHAR(200) NOT NULL,
    CONSTRAINT pk_students PRIMARY KEY (id), CONSTRAINT uq_students_name UNIQUE (name));
CREATE TABLE assignments (id INTEGER NOT NULL, name VARCHAR(200) NOT NULL,
    CONSTRAINT pk_assignments PRIMARY KEY (id), CONSTRAINT uq_assignments_name UNIQUE (name));
CREATE TABLE submissions (id INTEGER NOT NULL, student_id INTEGER NOT NULL, assignment_id INTEGER NOT NULL,
    graded_at DATETIME NOT NULL, record JSON NOT NULL, flags JSON NOT NULL, run JSON NOT NULL,
    CONSTRAINT pk_submissions PRIMARY KEY (id),
    CONSTRAINT fk_submissions_student_id_students FOREIGN KEY(student_id) REFERENCES students (id),
    CONSTRAINT fk_submissions_assignment_id_assignments FOREIGN KEY(assignment_id) REFERENCES assignments (id),
    CONSTRAINT uq_submissions_student_id UNIQUE (student_id, assignment_id));
CREATE INDEX ix_submissions_assignment_id ON submissions (assignment_id);
CREATE TABLE criterion_marks (id INTEGER NOT NULL, submission_id INTEGER NOT NULL, criterion VARCHAR(200) NOT NULL,
    position INTEGER NOT NULL, "column" VARCHAR(200) NOT NULL, source VARCHAR(20) NOT NULL, marks DOUBLE,
    out_of DOUBLE NOT NULL, reasons JSON NOT NULL, CONSTRAINT pk_criterion_marks PRIMARY KEY (id),
    CONSTRAINT fk_criterion_marks_submission_id_submissions FOREIGN KEY(submission_id) REFERENCES submissions (id),
    CONSTRAINT uq_criterion_marks_submission_id UNIQUE (submission_id, criterion));
CREATE TABLE overrides (id INTEGER NOT NULL, submission_id INTEGER NOT NULL, target VARCHAR(200) NOT NULL,
    marks DOUBLE NOT NULL, automatic DOUBLE, entered_at DATETIME NOT NULL, CONSTRAINT pk_overrides PRIMARY KEY (id),
    CONSTRAINT fk_overrides_submission_id_submissions FOREIGN KEY(submission_id) REFERENCES submissions (id),
    CONSTRAINT uq_overrides_submission_id UNIQUE (submission_id, target));
CREATE TABLE viva_marks (id INTEGER NOT NULL, submission_id INTEGER NOT NULL, target VARCHAR(200) NOT NULL,
    marks DOUBLE NOT NULL, entered_at DATETIME NOT NULL, CONSTRAINT pk_viva_marks PRIMARY KEY (id),
    CONSTRAINT fk_viva_marks_submission_id_submissions FOREIGN KEY(submission_id) REFERENCES submissions (id),
    CONSTRAINT uq_viva_marks_submission_id UNIQUE (submission_id, target));
CREATE TABLE remarks (id INTEGER NOT NULL, submission_id INTEGER NOT NULL, target VARCHAR(200) NOT NULL,
    text TEXT NOT NULL, entered_at DATETIME NOT NULL, CONSTRAINT pk_remarks PRIMARY KEY (id),
    CONSTRAINT fk_remarks_submission_id_submissions FOREIGN KEY(submission_id) REFERENCES submissions (id),
    CONSTRAINT uq_remarks_submission_id UNIQUE (submission_id, target));
INSERT INTO students VALUES (1, 'Asha Rao');
INSERT INTO assignments VALUES (1, 'fashion-mnist');
INSERT INTO submissions VALUES (1, 1, 1, '2026-11-20 12:00:00.000000', '{"student": "Asha Rao",
    "assignment": "fashion-mnist", "path": "asha.ipynb", "sha256": ""}', '[]',
    '{"status": "finished", "seconds": 1, "training_seconds": 0}');
INSERT INTO criterion_marks VALUES (1, 1, 'Viva', 0, 'Viva', 'teacher', NULL, 5.0, '{"title": "Viva",
    "outcome": "pending"}');
INSERT INTO viva_marks VALUES (1, 1, 'Viva', 4.0, '2026-11-21 10:00:00.000000');
"""
"""A database as the first revision made it, with a mark that a teacher entered."""


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with open_book(tmp_path) as book:
        yield book


# -- Grades and entries ------------------------------------------------------------------------------------------------


def test_what_was_filed_comes_back_as_it_was(book: Gradebook):
    handed_in = submission("Asha Rao")
    own = grade(handed_in, code_quality=0.5, accuracy=None)
    assert book.record(handed_in, own, RUBRIC) == own
    filed = only(book)
    assert (filed.submission, filed.grade) == (handed_in, own)


def test_a_students_work_for_two_assignments_is_filed_apart(book: Gradebook):
    record(book, "Asha Rao")
    record(book, "Asha Rao", "mnist", code_quality=0)
    assert [(each.grade.assignment, each.grade.total.marks) for each in book.filed()] == [
        ("fashion-mnist", 15),
        ("mnist", 14),
    ]
    assert len(book.filed("mnist")) == 1


def test_grading_again_replaces_the_graders_marks_and_nothing_else(book: Gradebook, tmp_path: Path):
    record(book, "Asha Rao", code_quality=0.5)
    rows = [
        "Asha Rao,fashion-mnist,Viva,4,spoke well",
        "Asha Rao,fashion-mnist,accuracy,1.5,",
        "Asha Rao,fashion-mnist,,,kind",
    ]
    assert enter(book, tmp_path, *rows) == []
    again = record(book, "Asha Rao", code_quality=1)
    assert again == only(book).grade
    assert again.columns["Viva"].marks == 4
    assert again.columns["Viva"].criteria[0].remark == "spoke well"
    assert again.columns["Answers"].marks == 4.5
    assert again.columns["Coding Efficiency"].marks == 5
    assert (again.remark, again.total.marks, again.total.pending) == ("kind", 18.5, 0)
    assert again.flags == []


def test_a_change_beneath_an_override_is_flagged_until_it_is_entered_again(book: Gradebook, tmp_path: Path):
    record(book, "Asha Rao", accuracy=0.5)
    enter(book, tmp_path, "Asha Rao,fashion-mnist,accuracy,2,looked at it")
    changed = record(book, "Asha Rao", accuracy=0.75)
    assert changed.columns["Answers"].marks == 5
    (flag,) = changed.flags
    assert flag.title == "The automatic mark beneath an override has changed: accuracy"
    assert "It was 1 when 2 was entered, and is 1.5 now." in flag.detail
    enter(book, tmp_path, "Asha Rao,fashion-mnist,accuracy,2,")
    assert only(book).grade.flags == []


def test_an_override_of_a_column_stands_over_its_criteria(book: Gradebook, tmp_path: Path):
    record(book, "Asha Rao", accuracy=None)
    enter(book, tmp_path, "Asha Rao,fashion-mnist,Answers,3.5,")
    column = only(book).grade.columns["Answers"]
    assert (column.marks, column.pending, column.entered.automatic) == (3.5, 0, None)
    changed = record(book, "Asha Rao", accuracy=1)
    assert changed.columns["Answers"].marks == 3.5
    assert "It was undecided when 3.5 was entered, and is 5 now." in changed.flags[0].detail


def test_an_entry_whose_criterion_is_gone_is_kept_and_shown(book: Gradebook, tmp_path: Path):
    record(book, "Asha Rao")
    enter(book, tmp_path, "Asha Rao,fashion-mnist,code-quality,0.5,")
    handed_in = submission("Asha Rao")
    own = grade(handed_in)
    coding = own.columns["Coding Efficiency"]
    fewer = coding.model_copy(update={"criteria": [each for each in coding.criteria if each.id != "code-quality"]})
    without = own.model_copy(update={"columns": {**own.columns, "Coding Efficiency": fewer}})
    assert "no place: code-quality" in book.record(handed_in, without, RUBRIC).flags[0].title
    assert record(book, "Asha Rao").columns["Coding Efficiency"].marks == 4.5


def test_a_signature_stays_and_a_later_change_of_the_total_is_flagged(book: Gradebook, tmp_path: Path):
    record(book, "Asha Rao")
    enter(book, tmp_path, "Asha Rao,fashion-mnist,Viva,4,", "Asha Rao,fashion-mnist,sign-off,,Prof. Joshi")
    assert only(book).grade.signed.marks == 19
    changed = record(book, "Asha Rao", code_quality=0)
    assert changed.signed.by == "Prof. Joshi"
    assert changed.flags[0].detail == "Prof. Joshi signed a total of 19; it is 18 now. Sign it again."


# -- Opening and upgrading ---------------------------------------------------------------------------------------------


def test_models_and_migrations_agree(book: Gradebook):
    with book.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_a_database_of_the_first_revision_upgrades_and_keeps_what_was_entered(tmp_path: Path):
    with sqlite3.connect(tmp_path / FILE) as old:
        old.executescript(FIRST)
    old.close()
    with open_book(tmp_path) as book:
        viva = only(book).grade.columns["Viva"]
        assert (viva.marks, viva.criteria[0].entered.at.isoformat()) == (4, "2026-11-21T10:00:00+00:00")
        test_models_and_migrations_agree(book)
        assert enter(book, tmp_path, "Asha Rao,fashion-mnist,sign-off,,Prof. Joshi") == []
    with open_book(tmp_path) as book:
        assert only(book).grade.signed.by == "Prof. Joshi"


def test_a_book_of_a_newer_grader_is_left_alone(tmp_path: Path):
    with open_book(tmp_path) as book, book.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(TeacherError, match=r"Found: Can't locate revision.*9999.*Update the grader"):
        open_book(tmp_path)


def test_a_file_that_is_no_database_is_refused_and_left_as_it_is(tmp_path: Path):
    (tmp_path / FILE).write_bytes(b"my shopping list" * 100)
    with pytest.raises(TeacherError, match=r"gradebook\.db\. Found: file is not a database"):
        open_book(tmp_path)
    assert (tmp_path / FILE).read_bytes() == b"my shopping list" * 100


@pytest.mark.parametrize("url", ["mysql://x/y", "no url at all", "oracle://x"])
def test_another_kind_of_database_is_refused(tmp_path: Path, url: str):
    with pytest.raises(UsageError, match="Expected --database as sqlite:///FILE or postgresql://"):
        open_book(tmp_path, url)


def test_a_password_is_never_in_a_message(tmp_path: Path):
    with pytest.raises(TeacherError) as caught:
        open_book(tmp_path, "postgresql://joshi:secret@127.0.0.1:9/marks")
    assert "secret" not in str(caught.value)
    assert "joshi" in str(caught.value)


def test_no_book_is_made_where_one_is_only_to_be_read(tmp_path: Path):
    with pytest.raises(UsageError, match=r"Found none\. Grade first"):
        find_book(tmp_path)
    assert list(tmp_path.iterdir()) == []


# -- Several at once, and sudden ends ----------------------------------------------------------------------------------

FILING = """
import sys
from pathlib import Path
from grader.gradebook.book import open_book
from tests.grader.samples_for_books import enter, record
folder, database, name, count = Path(sys.argv[1]), sys.argv[2] or None, sys.argv[3], int(sys.argv[4])
own = folder / name
own.mkdir(exist_ok=True)
with open_book(folder, database) as book:
    for number in range(count):
        record(book, f"{name} {number}")
        assert enter(book, own, f"{name} {number},fashion-mnist,Viva,{number % 6},") == []
        print(number, flush=True)
"""


def filing(folder: Path, name: str, count: int, database: str = "") -> subprocess.Popen[str]:
    """A process that files grades and enters viva marks, and says after each that it is entered."""
    words = [sys.executable, "-c", FILING, str(folder), database, name, str(count)]
    return subprocess.Popen(
        words, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, stdout=subprocess.PIPE, text=True
    )


def test_two_processes_that_make_and_fill_one_file_lose_nothing(tmp_path: Path):
    both = [filing(tmp_path, name, 15) for name in ("left", "right")]
    assert [process.communicate()[0].split()[-1] for process in both] == ["14", "14"]
    assert [process.returncode for process in both] == [0, 0]
    with find_book(tmp_path) as book:
        vivas = {each.grade.student: each.grade.columns["Viva"].marks for each in book.filed()}
    assert vivas == {f"{name} {number}": number % 6 for name in ("left", "right") for number in range(15)}


@pytest.mark.parametrize("delay", [0.0, 0.013, 0.031])
def test_a_sudden_end_loses_nothing_that_was_entered(tmp_path: Path, delay: float):
    process = filing(tmp_path, "asha", 10_000)
    assert process.stdout is not None
    for _ in range(3):
        process.stdout.readline()
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    told = 3 + len(process.communicate()[0].split())
    with find_book(tmp_path) as book:
        filed = {each.grade.student: each.grade for each in book.filed()}
        with book.transaction() as session:
            assert session.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    assert told <= len(filed) <= told + 1
    assert all(filed[f"asha {number}"].columns["Viva"].marks == number % 6 for number in range(told))


# -- PostgreSQL --------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def postgres() -> Iterator[str]:
    """URL of a PostgreSQL server that is started for these tests and stopped after them."""
    pytest.importorskip("psycopg")
    if not (INITDB and POSTGRES):
        pytest.skip("no PostgreSQL server on this machine")
    with tempfile.TemporaryDirectory() as folder:
        user: list[str] = []
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            user = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
            os.chown(folder, 65534, 65534)
        run = partial(subprocess.run, stdout=subprocess.DEVNULL, stderr=subprocess.STDOUT, cwd=folder, check=True)
        run([*user, INITDB, "-D", f"{folder}/data", "-U", "joshi", "-A", "trust", "-E", "UTF8"])
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        run([*user, POSTGRES, "-D", f"{folder}/data", "-l", f"{folder}/log", "-o", options, "-w", "start"])
        yield f"postgresql://joshi@/postgres?host={folder}"
        run([*user, POSTGRES, "-D", f"{folder}/data", "-m", "immediate", "stop"])


def test_postgresql_takes_the_same_book_from_two_processes_at_once(postgres: str, tmp_path: Path):
    both = [filing(tmp_path, name, 5, postgres) for name in ("left", "right")]
    assert [process.communicate()[0].split()[-1] for process in both] == ["4", "4"]
    with open_book(tmp_path, postgres) as book:
        assert len(book.filed()) == 10
        assert record(book, "left 3", code_quality=0).columns["Viva"].marks == 3
        test_models_and_migrations_agree(book)
    assert not (tmp_path / FILE).exists()


def test_the_driver_is_ours_whatever_the_url_says():
    assert url_of("postgres://a:b@c/d").drivername == url_of("postgresql://a:b@c/d").drivername == "postgresql+psycopg"

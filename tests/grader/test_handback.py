import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from grader.errors import UsageError
from grader.gradebook.book import Gradebook, open_book
from grader.gradebook.gradescope import results
from grader.gradebook.handback import NAMES, Wish, export
from grader.gradebook.nbgrader import nbgrader_csv

from .samples_for_books import enter, only, record

NBGRADER = (
    "assignment,duedate,timestamp,student_id,last_name,first_name,email,"
    "raw_score,late_submission_penalty,score,max_score"
)


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with open_book(tmp_path) as book:
        record(book, "asha", code_quality=0.5)
        yield book


# -- nbgrader ----------------------------------------------------------------------------------------------------------


def test_nbgraders_csv_has_its_heading_and_its_kind_of_times(book: Gradebook, tmp_path: Path):
    record(book, "Bela Shah", id_="bs7", email="b@x.edu")
    enter(book, tmp_path, "asha,fashion-mnist,Viva,4,")
    heading, *rows = nbgrader_csv(book.filed()).decode().splitlines()
    assert heading == NBGRADER
    assert rows == [
        "fashion-mnist,2026-11-20 17:00:00,2026-11-20 12:00:00,asha,,,,18.5,0,18.5,20",
        "fashion-mnist,2026-11-20 17:00:00,2026-11-20 12:00:00,bs7,,,b@x.edu,,0,,20",
    ]


# -- Gradescope --------------------------------------------------------------------------------------------------------


def test_gradescopes_results_give_every_criterion_its_marks_and_its_reason(book: Gradebook, tmp_path: Path):
    enter(book, tmp_path, "asha,fashion-mnist,Viva,4,spoke well")
    made = json.loads(results(only(book).grade))
    tests = {test["name"]: test for test in made["tests"]}
    assert made["score"] == sum(test["score"] for test in made["tests"]) == 18.5
    assert sum(test["max_score"] for test in made["tests"]) == 20
    tidy = tests["Coding Efficiency: The code is tidy"]
    assert (tidy["score"], tidy["max_score"], tidy["status"]) == (0.5, 1, "failed")
    assert tidy["output"] == "Expected: this\nFound: that"
    assert tests["Viva: Viva"]["output"] == "Remark: spoke well"


def test_gradescope_gets_no_score_for_what_is_pending(book: Gradebook):
    made = json.loads(results(only(book).grade))
    viva = made["tests"][-2]
    assert viva["name"] == "Viva: Viva"
    assert "score" not in viva
    assert viva["output"].startswith("Pending: a person decides.")
    assert (made["score"], made["output"]) == (14.5, "5 marks are pending: Viva.")


def test_gradescopes_score_is_the_total_where_a_column_was_overridden(book: Gradebook, tmp_path: Path):
    enter(
        book,
        tmp_path,
        "asha,fashion-mnist,Viva,4,",
        "asha,fashion-mnist,Answers,3,copied",
        "asha,fashion-mnist,,,see me",
    )
    made = json.loads(results(only(book).grade))
    assert made["score"] == 16.5
    assert made["output"].split("\n") == [
        "Answers: 3 of 5, entered by the teacher for the whole column.",
        "Answers: copied",
        "see me",
    ]


# -- The command -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("to", ["csv", "excel", "nbgrader"])
def test_each_file_has_a_name_in_the_results(book: Gradebook, tmp_path: Path, to: str):
    path, _ = export(book, Wish(to, tmp_path))
    assert path == tmp_path / NAMES[to]
    assert path.stat().st_size > 0


def test_gradescope_gets_a_file_for_each_student(book: Gradebook, tmp_path: Path):
    record(book, "bela")
    path, _ = export(book, Wish("gradescope", tmp_path, file=tmp_path / "there"))
    assert sorted(str(each.relative_to(path)) for each in path.rglob("*.json")) == [
        "asha/results.json",
        "bela/results.json",
    ]


def test_of_several_assignments_one_has_to_be_named(book: Gradebook, tmp_path: Path):
    record(book, "asha", "mnist")
    with pytest.raises(UsageError, match=r"Received: none\. The gradebook has fashion-mnist, mnist\."):
        export(book, Wish("gradescope", tmp_path))
    with pytest.raises(UsageError, match="Received: `cifar`"):
        export(book, Wish("csv", tmp_path, assignment="cifar"))
    export(book, Wish("nbgrader", tmp_path, assignment="mnist"))
    assert "fashion-mnist" not in (tmp_path / "nbgrader.csv").read_text()


def test_a_platform_needs_the_teachers_own_download_and_leaves_it_as_it_is(book: Gradebook, tmp_path: Path):
    with pytest.raises(UsageError, match="Expected --worksheet with your own download for canvas"):
        export(book, Wish("canvas", tmp_path))
    download = tmp_path / "canvas.csv"
    download.write_text("Student,ID,Section,fashion-mnist (1)\nasha,1,A,\n")
    with pytest.raises(UsageError, match="Expected another file than the download"):
        export(book, Wish("canvas", tmp_path, worksheet=download))

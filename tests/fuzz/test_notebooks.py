"""Mutated notebooks, scripts, zips and class lists, through intake and report."""

import io
import json
import tempfile
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from grader.errors import UsageError
from grader.marking.score import score
from grader.pages.report import render_report
from grader.pipeline import Desk, gather, open_desk, with_pages
from grader.records import CellRun, Run
from grader.running.cells import cell_run, code_cells, number_of
from grader.running.execute import Recording
from grader.similar.similarity import read_work
from grader.submissions.collect import folder_name, unparsable
from grader.submissions.handed import opened
from grader.submissions.intake import intake
from grader.submissions.roster import read_roster
from tests.hostile.reader.reflected import reflected
from tests.samples import SAMPLES
from tests.samples.notebook import Sample

from .lengths import fuzzed, in_time
from .mutations import MARKUP, Good, damaged, documents, files

OUTPUTS = [
    {"output_type": "stream", "name": "stdout", "text": ["Epoch 1/5\n", "1/1 - loss: 0.3 - accuracy: 0.91\n"]},
    {"output_type": "display_data", "data": {"text/html": "<table><tr><th>acc<td>0.9</table>", "image/png": "AA=="}},
    {"output_type": "execute_result", "execution_count": 3, "metadata": {}, "data": {"text/plain": ["[0.3, 0.91]"]}},
    {"output_type": "error", "ename": "NameError", "evalue": "name 'x'", "traceback": ["\x1b[31mCell In[1], line 1"]},
]
ANSWERS = (
    "## Viva\n**Q1. What is MNIST dataset for classification?**\n\nAns: Ten `digits`.\n\n3. <b>A list</b> | a | b |"
)
CRAFTED = {
    "nbformat": 4,
    "nbformat_minor": 5,
    "metadata": {"title": "A", "authors": [{"name": "B"}], "kernelspec": {"name": "python3", "display_name": "P"}},
    "cells": [
        {
            "cell_type": "markdown",
            "id": "a",
            "metadata": {},
            "source": ANSWERS,
            "attachments": {"a.png": {"image/png": "A"}},
        },
        {"cell_type": "raw", "id": "b", "metadata": {"tags": ["x"]}, "source": ["raw"]},
        {
            "cell_type": "code",
            "id": "c",
            "metadata": {},
            "execution_count": 3,
            "outputs": OUTPUTS,
            "source": "model.summary()",
        },
        {
            "cell_type": "code",
            "id": "d",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": "!pip install x\nx = 1",
        },
    ],
}


def own(sample: Sample) -> object:
    """The notebook of a sample, as JSON."""
    return json.loads(sample.content.decode("utf-8-sig"))


SAMPLED = [own(each) for name in SAMPLES for each in SAMPLES[name] if each.form == "ipynb" and each.quick]
GOOD = Good([CRAFTED] * 3 + SAMPLED)
FOLDERS = ["asha", "Asha Rao_7_assignsubmission_file_", "submission_123", "submitted"]
NAMES = st.sampled_from(FOLDERS) | st.sampled_from(MARKUP)


class OpenDesk:
    """All that grading needs but a sandbox. An example that fails is printed without it."""

    def __init__(self, desk: Desk):
        self.desk = desk


@pytest.fixture(scope="module")
def opened_desk() -> Iterator[OpenDesk]:
    with open_desk(None, "fashion-mnist", "none", data="stand-in", elsewhere=True) as desk:
        yield OpenDesk(desk)


def pages_of(paths: list[Path], desk: Desk) -> list[str]:
    """The reports on what was handed in, as if every cell had run and shown what it shows."""
    return [page_of(handed, desk) for handed in intake(paths, desk.assignment.name).submissions]


def page_of(handed, desk: Desk) -> str:
    with opened(handed, desk.assignment.name) as (collected, laid):
        shown = {number_of(cell): cell for cell in code_cells(collected.saved)}
        broken = unparsable(collected.notebook)
        cells = [
            CellRun(number=number, status="skipped", error=broken[number])
            if number in broken
            else cell_run(cell, 1.0, {})
            for number, cell in shown.items()
            if not collected.submission.problem
        ]
        run = Run(status="finished", sentence="It ran.", isolation="wall", limits=desk.limits)
        evidence = with_pages(gather(collected, Recording(run, cells, [], None), desk), collected, desk)
        grade = score([], desk.rubric, collected.submission, evidence)
        read_work(laid.notebook, grade.student)
        assert Path(folder_name(grade.student)).name == folder_name(grade.student)
        return render_report(grade, evidence, collected.submission, desk.assignment, desk.rubric)


@fuzzed()
@given(files(GOOD))
@example(b"[" * 100_000)
@example(b'{"cells": ' + b"[" * 100_000)
def test_a_mutated_notebook_gets_a_page_without_markup_of_its_own(opened_desk: OpenDesk, data: bytes):
    with tempfile.TemporaryDirectory() as folder, in_time():
        path = Path(folder, "asha.ipynb")
        path.write_bytes(data)
        (page,) = pages_of([path], opened_desk.desk)
    assert reflected(page) == []


SCRIPTS = [f"import keras\nmodel = keras.Sequential()\n# {ANSWERS}\n", ["x = 1", "import os", "model.fit(x)"]]


@fuzzed(0.1)
@given(documents(Good(SCRIPTS)), st.booleans())
def test_a_mutated_script_gets_a_page(opened_desk: OpenDesk, text: object, percent: bool):
    code = text if isinstance(text, str) else "\n# %%\n".join(map(str, text if isinstance(text, list) else [text]))
    with tempfile.TemporaryDirectory() as folder, in_time():
        path = Path(folder, "asha.py")
        path.write_text(f"{'# %%' * percent}\n{code}", encoding="utf-8", errors="surrogatepass")
        (page,) = pages_of([path], opened_desk.desk)
    assert reflected(page) == []


@st.composite
def archives(draw: st.DrawFn) -> bytes:
    """A zip of mutated notebooks under mutated names, with some bytes changed."""
    held = io.BytesIO()
    with (
        warnings.catch_warnings(),
        zipfile.ZipFile(held, "w", draw(st.sampled_from([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED]))) as archive,
    ):
        warnings.simplefilter("ignore")  # of two files of one name, which is meant
        for number in range(draw(st.integers(0, 3))):
            name = "/".join(draw(st.lists(NAMES, max_size=2))) + draw(
                st.sampled_from(["/a.ipynb", f"{number}.ipynb", "../b.ipynb", ".zip", "/timestamp.txt", "/"])
            )
            entry = zipfile.ZipInfo(name.encode("utf-8", "replace").decode())
            archive.writestr(entry, draw(files(Good([CRAFTED]))))
    return held.getvalue()


@fuzzed(0.1)
@given(damaged(archives()))
def test_a_mutated_zip_is_read_or_refused_in_a_sentence(opened_desk: OpenDesk, data: bytes):
    with tempfile.TemporaryDirectory() as folder, in_time():
        path = Path(folder, "class.zip")
        path.write_bytes(data)
        try:
            pages = pages_of([path], opened_desk.desk)
        except UsageError as error:
            assert str(error).startswith("Expected")  # noqa: PT017 - either is right
            return
        assert [path.name for path in Path(folder).iterdir()] == ["class.zip"]
    assert [reflected(page) for page in pages if reflected(page)] == []


@fuzzed(0.1)
@given(
    st.lists(
        st.fixed_dictionaries({}, optional={key: NAMES | st.text() for key in (":name", ":sid", ":email")}), max_size=3
    ),
    st.sampled_from(["2026-11-20 17:00:00.1 Z", "2026-11-20 17:00:00 +99999", "9999-12-31 23:59:59 -23:59", "x"]),
    st.binary(max_size=9),
)
def test_mutated_metadata_of_gradescope_name_somebody(opened_desk: OpenDesk, people: list, time: str, rest: bytes):
    known = {"submission_1": {":submitters": people, ":created_at": time}}
    with tempfile.TemporaryDirectory() as name, in_time():
        folder = Path(name, "export")
        (folder / "submission_1").mkdir(parents=True)
        (folder / "submission_1" / "a.ipynb").write_text(json.dumps(CRAFTED))
        (folder / "submission_metadata.yml").write_bytes(json.dumps(known).encode() + rest)
        (page,) = pages_of([folder], opened_desk.desk)
    assert reflected(page) == []


LISTS = [
    "id,name,email,extension\n1,Asha,a@b.c,2\n2,Rohan,,2026-03-01T10:00\n",
    "name;due\nAsha;\n",
    "Student\tID\nA\t1",
]
JOINERS = str.maketrans("", "", "\u200c\u200d")


@fuzzed()
@given(damaged(st.sampled_from(LISTS).map(str.encode)), NAMES | st.text(max_size=30))
def test_a_mutated_class_list_is_read_or_refused_in_a_sentence(data: bytes, text: str):
    with tempfile.TemporaryDirectory() as folder, in_time():
        path = Path(folder, "class.csv")
        path.write_bytes(data.replace(b"Asha", text.encode("utf-8", "replace")))
        try:
            people = read_roster(path)
        except UsageError as error:
            assert str(error).startswith("Expected")  # noqa: PT017 - either is right
            return
    names = [person.name.translate(JOINERS) for person in people]
    assert [name for name in names if len(name) > 401 or not name.isprintable()] == []

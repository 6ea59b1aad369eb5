import csv
import json
import re
import shutil
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from grader.courses.course import Course, bundled
from grader.viva.pack import HEADINGS, markdown, page, write_bank, write_pack
from grader.viva.question import Question, Sheet
from grader.viva.sheets import bank_sheet, make_sheets, subject
from grader.viva.students import read_students

from . import samples_for_viva as samples

COURSE = Course(bundled())
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
STUDENTS = ["Asha Kulkarni", "عائشة خان", "आशा कुलकर्णी", "王小明", "=cmd|' /C calc'!A0", "<script>alert(1)</script>"]
HOSTILE = "<img src=x onerror=alert(1)>\u202e`</style>"


def class_of_names(folder: Path) -> list[Sheet]:
    for number, student in enumerate(STUDENTS):
        samples.hand_in(folder / str(number), student, samples.evidence_of(), samples.notebook_of())
    return make_sheets(read_students(folder), COURSE, None, 0)


def written(tmp_path: Path) -> Path:
    sheets, out = class_of_names(tmp_path / "results"), tmp_path / "viva"
    answers = [samples.evidence_of().answers] * len(sheets)
    write_pack(sheets, out, "Viva", answers, "written-answers")
    return out


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


class Tags(HTMLParser):
    """Names of all elements with their attributes."""

    def __init__(self, text: str):
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_every_student_has_a_sheet_to_examine_with_and_one_to_practise_with(tmp_path: Path):
    out = written(tmp_path)
    examiner, practice = (sorted(path.name for path in (out / name).iterdir()) for name in ("examiner", "practice"))
    assert len(examiner) == len(STUDENTS)
    assert examiner == practice


def test_a_practice_sheet_gives_no_answer_away(tmp_path: Path):
    out = written(tmp_path)
    for sheet in json.loads((out / "viva.json").read_text(encoding="utf-8")):
        text = (out / "class-practice.html").read_text(encoding="utf-8")
        assert not any(question["expected"] in text for question in sheet["questions"])
        assert "taken for Pullover" not in text
    assert "Expected" not in text
    assert "Signature" not in text


def test_the_examiners_sheet_has_a_box_for_each_mark_and_a_signature(tmp_path: Path):
    (sheet, *_) = class_of_names(tmp_path)
    text = page([sheet], answers=True)
    assert re.findall(r'<span class="box">(\d)</span>', text) == ["0", "1", "2", "3", "4", "5"]
    assert "Date" in text
    assert "Signature of the examiner" in text


def test_what_students_wrote_stays_text(tmp_path: Path):
    question = Question(
        generator="line", level="apply", text=HOSTILE, expected=HOSTILE, partial=HOSTILE, based_on=HOSTILE,
        code=HOSTILE,
        pictures=[{"caption": HOSTILE, "answer": HOSTILE, "image": "javascript:alert(1)", "text": HOSTILE}],
    )  # fmt: skip
    sheet = Sheet(
        student=HOSTILE,
        assignment="a",
        number="1",
        title=HOSTILE,
        out_of=5,
        questions=[question],
        note=HOSTILE,
        code="0",
    )
    for answers in (True, False):
        text = page([sheet], answers=answers)
        tags = Tags(text).found
        assert not {"script", "img"} & {tag for tag, _ in tags}
        assert not any(name.startswith("on") for _, attributes in tags for name in attributes)
        assert "\u202e" not in text
    rendered = MarkdownIt("commonmark", {"html": True}).render(markdown([sheet]))
    assert not {"script", "img", "style"} & {tag for tag, _ in Tags(rendered).found}


def test_a_page_needs_nothing_from_elsewhere(tmp_path: Path):
    text = page(class_of_names(tmp_path), answers=True)
    links = [attributes.get("src") or attributes.get("href") for _, attributes in Tags(text).found]
    assert all(link.startswith(("data:image/png;base64,", "data:image/svg+xml;base64,")) for link in links if link)
    assert "default-src 'none'" in text


def test_the_csv_is_one_that_marks_import_reads(tmp_path: Path):
    found = rows(written(tmp_path) / "viva.csv")
    assert tuple(found[0]) == HEADINGS
    assert HEADINGS[:5] == ("student", "assignment", "column", "marks", "remark")
    viva = [row for row in found if row["column"] == "Viva"]
    assert len(viva) == len(STUDENTS)
    assert {row["marks"] + row["remark"] for row in found} == {""}
    assert "'=cmd|' /C calc'!A0" in {row["student"] for row in viva}
    assert {row["suggested"] for row in found if row["column"] == "written-answers"} == {"6 of 18 key ideas"}


def test_text_and_json_say_the_same_as_the_page(tmp_path: Path):
    out = written(tmp_path)
    (sheet, *_) = json.loads((out / "viva.json").read_text(encoding="utf-8"))
    text = (out / "viva.md").read_text(encoding="utf-8").replace("\\", "")
    assert all(question["text"].replace("\\", "") in text for question in sheet["questions"])
    assert Sheet.model_validate(sheet).questions[0].key


@pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium to print")
@pytest.mark.parametrize("count", [5, 7])
def test_one_student_prints_on_one_page_of_a4(tmp_path: Path, count: int):
    for number, student in enumerate(STUDENTS):
        samples.hand_in(tmp_path / str(number), student, samples.evidence_of(), samples.notebook_of())
    sheets = make_sheets(read_students(tmp_path), COURSE, count, 0)
    (tmp_path / "class.html").write_text(page(sheets, answers=True), encoding="utf-8")
    printed = tmp_path / "class.pdf"
    subprocess.run(
        [
            *(str(CHROMIUM), "--headless=new", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"),
            *(
                f"--user-data-dir={tmp_path / 'profile'}",
                f"--print-to-pdf={printed}",
                f"file://{tmp_path / 'class.html'}",
            ),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    data = printed.read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", data)) == len(STUDENTS)
    assert {tuple(map(float, box.split())) for box in re.findall(rb"/MediaBox\s*\[([^\]]+)\]", data)} <= {
        (0, 0, 594.95996, 841.91998), (0, 0, 595, 842), (0, 0, 594.96, 841.92), (0, 0, 595.91998, 842.88)
    }  # fmt: skip


def test_a_bank_is_one_long_page_with_answers(tmp_path: Path):
    files = write_bank(bank_sheet(subject(COURSE, "mnist")), tmp_path)
    assert [path.name for path in files] == ["bank-mnist.html", "bank-mnist.md", "bank-mnist.json"]
    text = files[0].read_text(encoding="utf-8")
    assert "Bank of questions" in text
    assert "Signature" not in text

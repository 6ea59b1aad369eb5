import os
import re
import shutil
import subprocess
from base64 import b64encode
from hashlib import sha256
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import pytest

from grader.errors import TeacherError, UsageError
from grader.pages.class_page import write_class
from grader.pipeline import write_results
from grader.records import Flag, Total

from . import samples_for_reports as samples
from .samples_for_similarity import ASHA, ROHAN, write_notebook
from .test_report import HOSTILE

BROWSER = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
GOOD, WEAK, DEAD = "Ananya Deshpande", "Khan, Mohammed Rizwan محمد رضوان", "李小龍"


def add(out: Path, sample: samples.Sample, student: str = "", cells: list[str] | None = None, **grade: object) -> Path:
    changed = sample.grade.model_copy(update={**({"student": student} if student else {}), **grade})
    folder = write_results(out, changed, sample.evidence, "report", b"no notebook")
    if cells:
        write_notebook(folder / "submission.ipynb", cells)
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    for sample in (samples.good(), samples.weak(), samples.dead()):
        add(tmp_path, sample)
    return tmp_path


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", re.sub(r"(?s)<(style|script)>.*?</\1>", "", html))))


def page_of(out: Path, name: str = "index.html") -> str:
    write_class(out)
    return (out / name).read_text(encoding="utf-8")


def row_of(page: str, student: str) -> str:
    return next(row for row in re.findall(r"(?s)<tr data-remarks.*?</tr>", page) if f"<bdi>{student}</bdi>" in row)


# -- The table ---------------------------------------------------------------------------------------------------------


def test_the_table_has_the_record_sheets_six_columns_in_their_order(out):
    headings = re.findall(r'<th scope="col"[^>]*>([^<]+)', page_of(out).split("</thead>")[0])
    assert [heading.strip() for heading in headings] == [
        "Student",
        "Answers",
        "Coding Efficiency",
        "Viva",
        "Timely Completion",
        "Total",
        "Dated Sign of Subject Teacher",
        "To look at",
    ]


def test_each_student_has_a_row_that_leads_to_the_report(out):
    page = page_of(out)
    links = re.findall(r'<th scope="row"><a href="([^"]+)"><bdi>([^<]+)</bdi>', page.split("</table>")[0])
    assert {unescape(name) for _, name in links} == {GOOD, WEAK, DEAD}
    assert all((out / unquote(link)).read_text() == "report" for link, _ in links)


def test_marks_that_are_open_are_never_shown_as_zero(out):
    page = page_of(out)
    assert text_of(row_of(page, DEAD)).split()[1:6] == ["open"] * 5
    assert "14.6 + 5 open" in text_of(row_of(page, GOOD))
    assert 'data-sort="0"' not in row_of(page, DEAD)


def test_what_a_person_should_look_at_stands_in_the_row(out):
    page = page_of(out)
    row = text_of(row_of(page, WEAK))
    assert "Stopped at a limit" in row
    assert "The printed accuracy does not agree with the measured one" in row
    assert "Undecided: accuracy" in row
    assert "Not started" in row_of(page, DEAD)
    assert 'data-remarks=""' in row_of(page, GOOD)


def test_a_missing_module_is_among_what_to_look_at(out):
    add(
        out, samples.good(), "Zoya", flags=[Flag(title="A module is missing here", detail="The kernels have no torch.")]
    )
    page = page_of(out)
    assert 'title="The kernels have no torch.">A module is missing here' in row_of(page, "Zoya")
    assert "A module is missing here (1)" in page


# -- The plots ---------------------------------------------------------------------------------------------------------


def test_every_plot_has_a_table_of_its_figures(out):
    page = page_of(out)
    assert page.count("<figure") == 3
    behind = re.findall(r'(?s)<details>.*?<table class="behind">\s*<caption>([^<]+)', page)
    assert behind == ["Submissions by total", "Results, parameters and training time"]
    assert page.index("<caption>Results") > page.rindex("</figure>")
    assert "2 to below 3 0 1" in text_of(page)
    assert f"{GOOD} 0.9000 241,546 4 min 03 s rows never seen" in text_of(page)
    assert f"{WEAK} 0.7204 25,706 5 min 00 s the notebook’s own rows" in text_of(page)


def test_each_sign_of_a_plot_leads_to_its_report_and_names_the_student(out):
    page = page_of(out)
    dots = re.findall(r'<a class="dot n0" href="([^"]+)".*?<path class="(\w+)".*?<title>(.*?)</title>', page)
    assert [(kind, title.partition(":")[0]) for _, kind, title in dots] == [("sealed", GOOD), ("own", WEAK)] * 2
    assert "1 submission without a measured result is not shown" in text_of(page)


def test_the_checks_that_most_fail_come_first(out):
    rates = re.search(r'(?s)<table class="rates">.*?</table>', page_of(out))[0]
    shares = [int(share) for share in re.findall(r">(\d+) %<", rates)]
    assert shares == sorted(shares)
    assert "test_written-answers 0 % 0 1 1 0" in text_of(rates)


def test_a_class_in_which_nothing_ran_still_has_its_page(tmp_path):
    add(tmp_path, samples.dead())
    text = text_of(page_of(tmp_path))
    assert "No check has looked at these submissions." in text
    assert "No network was measured." in text


# -- Safety ------------------------------------------------------------------------------------------------------------


def test_hostile_names_and_texts_are_escaped_on_both_pages(tmp_path):
    flags = [Flag(title=HOSTILE, detail=f'"{HOSTILE}')]
    add(tmp_path, samples.good(), HOSTILE, [*ASHA, f'x = "{HOSTILE}"  # </pre></mark>{HOSTILE}'], flags=flags)
    add(tmp_path, samples.good(), f'"><img src=x onerror=alert(2)>{HOSTILE}', ASHA)
    for name in ("index.html", "similarity.html"):
        page = page_of(tmp_path, name)
        body = re.sub(r"(?s)<script>.*?</script>\s*</body>", "", page)
        assert "&lt;script&gt;alert(1)&lt;/script&gt;⟨U+202E⟩evil⟨U+2066⟩" in body
        assert not re.search("<script|<img|[\u202a-\u202e\u2066-\u2069\x00\x1b]", body)


@pytest.mark.parametrize("name", ["index.html", "similarity.html"])
def test_the_pages_need_nothing_but_the_reports_beside_them(out, name):
    page = page_of(out, name)
    links = re.findall(r"""(?:src|href)\s*=\s*["']?([^"'>\s]*)""", page)
    assert all(re.fullmatch(r"#.*|(?:[^:/]+/report|index|similarity)\.html(?:#.*)?", link) for link in links)
    assert not re.search(r"https?:|url\(|@import|<link|\sstyle=|\son\w+=", page)


@pytest.mark.parametrize("name", ["index.html", "similarity.html"])
def test_the_policy_allows_the_pages_own_style_and_script_only(out, name):
    page = page_of(out, name)
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', page)[1]
    assert policy.startswith("default-src 'none'")
    for tag in re.findall(r"<(style|script)>", page):
        content = re.search(rf"(?s)<{tag}>(.*?)</{tag}>", page)[1]
        digest = b64encode(sha256(content.encode()).digest()).decode()
        assert f"{tag}-src 'sha256-{digest}'" in policy


def test_no_student_can_take_the_name_of_a_page(tmp_path):
    folder = add(tmp_path, samples.good(), "index.html")
    assert folder.name.startswith("index.html-")
    assert "<bdi>index.html</bdi>" in page_of(tmp_path)


# -- Folders -----------------------------------------------------------------------------------------------------------


def test_a_damaged_folder_is_named_and_the_others_are_shown(out):
    (out / DEAD / "evidence.json").write_text("{")
    page = page_of(out)
    assert f"Expected a result in {DEAD}. Found:" in text_of(page)
    assert row_of(page, GOOD)
    assert f"<bdi>{DEAD}</bdi>" not in page


def test_results_of_an_assignment_that_the_course_does_not_have_are_named(out):
    add(out, samples.good(), "Zoya", assignment="fashion")
    assert "Expected the name of an assignment. Received: `fashion`." in text_of(page_of(out))


def test_two_assignments_in_one_folder_have_parts_of_their_own(out):
    add(out, samples.good(), "Zoya", assignment="boston")
    page = page_of(out)
    assert re.findall(r"<h1>Class record of Assignment (\w+)</h1>", page) == ["1", "3B"]
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_a_folder_without_any_result_is_the_teachers_to_mend(tmp_path):
    with pytest.raises(UsageError):
        write_class(tmp_path)
    folder = add(tmp_path, samples.good())
    (folder / "grade.json").write_text("{")
    with pytest.raises(TeacherError, match="Grade this submission again"):
        write_class(tmp_path)


# -- Similarity --------------------------------------------------------------------------------------------------------


def test_similar_code_is_linked_from_the_row_to_the_passages_side_by_side(tmp_path):
    for student, cells in (("Asha", ASHA), ("Zoya", ASHA[::-1]), ("Rohan", ROHAN)):
        add(tmp_path, samples.good(), student, cells)
    link = re.search(r'href="similarity.html#([^"]+)"', row_of(page_of(tmp_path), "Zoya"))[1]
    assert "Similar code" not in row_of(page_of(tmp_path), "Rohan")
    page = page_of(tmp_path, "similarity.html")
    assert f'<section class="group" id="{link}"' in page
    text = text_of(page)
    assert "3 submissions compared, 1 group found" in text
    assert "Asha Zoya 100 % 100 %" in text
    assert "Asha , cell 4 from sklearn.linear_model import LinearRegression" in text
    assert "A list for a person to look at. It says what is alike, and nothing about why." in text
    assert "Rohan" not in text


def test_the_page_on_similarity_accuses_nobody(tmp_path):
    for student in ("Asha", "Zoya"):
        add(tmp_path, samples.good(), student, ASHA)
    text = text_of(page_of(tmp_path, "similarity.html"))
    assert "the very same file, byte by byte" in text
    assert not re.search("copied|cheat|plagiar|suspect|offen[cs]e|caught|guilty", text, re.IGNORECASE)


# -- The script --------------------------------------------------------------------------------------------------------

ACT = """<script>
addEventListener("load", () => {
  const field = (name, value) => {
    const input = document.querySelector(`[aria-label="Filter by ${name}"]`);
    input.value = value;
    input.dispatchEvent(new Event("input"));
  };
  const click = (name) => Array.from(document.querySelectorAll("thead button"))
    .find((button) => button.textContent.trim().startsWith(name)).click();
  const look = (value) => {
    const select = document.querySelector("select");
    select.value = value;
    select.dispatchEvent(new Event("change"));
  };
  const shown = () => document.querySelectorAll(".students tbody tr:not([hidden]) bdi");
  const said = [];
  const say = () => said.push(Array.from(shown(), (name) => name.textContent).join(" "));
  ACTS
  document.title = `said: ${said.join("; ")}; ${document.querySelector("output").textContent}`;
});
</script>"""


def after(out: Path, acts: str) -> str:
    """What the page says after a person has done this: the names that are shown at each say()."""
    page = page_of(out)
    page = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', ACT.replace("ACTS", acts), page)
    (out / "acted.html").write_text(page, encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={out / 'profile'}", "--dump-dom"]
    command = [str(BROWSER), *options, (out / "acted.html").as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env={**os.environ, "HOME": str(out)})
    return re.search(r"<title>said: (.*?)</title>", done.stdout)[1]


@pytest.fixture
def four(tmp_path: Path) -> Path:
    totals = {"Asha": (9, 5), "Rohan": (11.5, 5), "zoya": (20, 0), "Meera": (0, 20)}
    for student, (marks, pending) in totals.items():
        flags = [Flag(title="Something", detail="of note")] if student in {"Asha", "zoya"} else []
        total = Total(marks=marks, out_of=20, pending=pending)
        add(tmp_path, samples.good(), student, total=total, flags=flags)
    return tmp_path


@needs_browser
def test_the_table_sorts_both_ways_and_what_is_open_stays_at_the_end(four):
    said = after(four, "say(); click('Total'); say(); click('Total'); say(); click('Student'); say();")
    by_name, up = "Asha Meera Rohan zoya", "Asha Rohan zoya Meera"
    assert said == f"{by_name}; {up}; zoya Rohan Asha Meera; {by_name}; 4 of 4 shown"


@needs_browser
def test_the_table_filters_by_name_by_marks_and_by_what_there_is_to_look_at(four):
    acts = "field('Student', 'ASH'); say(); field('Student', ''); field('Total', '>= 11.5'); say();"
    acts += "field('Total', 'open'); say(); field('Total', '9'); say(); field('Total', '<'); say(); field('Total', '');"
    acts += "look('*'); say(); field('Total', '> 10'); say();"
    everybody = "Asha Meera Rohan zoya"
    assert after(four, acts) == (
        f"Asha; Rohan zoya; Asha Meera Rohan; Asha; {everybody}; Asha zoya; zoya; 1 of 4 shown"
    )

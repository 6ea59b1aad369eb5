from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

from grader.courses.course import Course, bundled
from grader.pages.class_page import write_class
from grader.pages.harmless import harmless
from grader.pages.report import environment, render_report
from grader.viva.pack import page
from grader.viva.question import Picture, Question, Sheet
from grader.viva.sheets import bank_sheet, subject

from . import samples_for_reports as samples
from .test_class_page import add


class Parts(HTMLParser):
    """Counts the elements and attributes of a page, and gathers its text."""

    def __init__(self, html: str):
        super().__init__()
        self.counted: Counter[tuple[str, str, str]] = Counter()
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.counted.update([(tag, "", ""), *((tag, name, value or "") for name, value in attrs)])

    def handle_data(self, data: str) -> None:
        self.text += data


def viva_sheet() -> Sheet:
    pictures = [
        Picture(caption="Row 1", answer="a coat, taken for a shirt", image="data:image/png;base64,AAAA"),
        Picture(caption="Curve", image="data:image/svg+xml;base64,AAAA"),
        Picture(caption="Row 2", text="a fine film"),
    ]
    said = {"text": "What does `relu` do?", "expected": "max(0, x)", "partial": "it bends", "based_on": "cell 3"}
    question = Question(generator="g", level="recall", code="Dense(64)", pictures=pictures, first=True, **said)
    return Sheet(
        student="Asha", assignment="a", number="3B", title="A", out_of=5, questions=[question], note="A note.", code="c"
    )


def pages(out: Path) -> dict[str, str]:
    """One of each kind, with everything on it that there may be."""
    everyone = [samples.good(), samples.weak(), samples.dead()]
    for sample in everyone:
        add(
            out,
            sample,
            cells=["import keras\nmodel = keras.Sequential()\n" + "\n".join(f"a{n} = {n}" for n in range(99))],
        )
    write_class(out)
    reports = {f"report {number}": render_report(*sample) for number, sample in enumerate(everyone)}
    written = {path.name: path.read_text(encoding="utf-8") for path in out.glob("*.html")}
    return {
        **reports,
        **written,
        "viva": page([viva_sheet(), bank_sheet(subject(Course(bundled()), "imdb"))], answers=True),
    }


def test_nothing_that_our_templates_write_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    found = {name: Parts(html) for name, html in pages(tmp_path).items()}
    monkeypatch.setitem(environment().filters, "harmless", lambda html: html)
    whole = {name: Parts(html) for name, html in pages(tmp_path).items()}
    assert found.keys() == {"report 0", "report 1", "report 2", "index.html", "similarity.html", "viva"}
    for name, parts in whole.items():
        assert found[name].counted == parts.counted
        assert found[name].text.split() == parts.text.split()


@pytest.mark.parametrize(
    ("html", "left"),
    [
        ("<script>alert(1)</script>a", "a"),
        ("<style>p { display: none }</style>a", "a"),
        ("<img src=x onerror=alert(1)>", "<img>"),
        ('<img src="data:text/html,<script>alert(1)</script>">', "<img>"),
        ('<a href="javascript:alert(1)">a</a>', "<a>a</a>"),
        ('<a href="data:text/html,x">a</a>', "<a>a</a>"),
        ('<a href="//evil.example">a</a>', "<a>a</a>"),
        ('<a href="#run" onclick="alert(1)">a</a>', '<a href="#run">a</a>'),
        ("<svg onload=alert(1)><path d='M0 0'/></svg>", '<svg><path d="M0 0"></path></svg>'),
        ("<svg><a xlink:href='javascript:alert(1)'><text>a</text></a></svg>", "<svg><a><text>a</text></a></svg>"),
        ("<iframe srcdoc='<script>alert(1)</script>'></iframe><meta http-equiv=refresh content=0><base href=x>a", "a"),
        ("<form action='https://evil.example'><output>a</output></form>", "<form><output>a</output></form>"),
        ("<p style='position:fixed'>a</p>", "<p>a</p>"),
        ("<!-- a --><p>a", "<p>a</p>"),
    ],
)  # fmt: skip
def test_what_no_template_writes_is_taken_out(html: str, left: str):
    assert harmless(html) == left

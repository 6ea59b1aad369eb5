"""What stands between a student's text and a script that runs: escaping, nh3, the page's policy. Each by itself."""

import os
import re
import shutil
import subprocess
from pathlib import Path
from types import ModuleType

import pytest
from jinja2 import Environment

from grader.pages import class_page, report
from grader.pages.class_page import write_class
from grader.pipeline import write_results
from grader.viva import pack
from grader.viva.question import Question, Sheet
from tests.grader import samples_for_reports as samples
from tests.grader import samples_for_viva as vivas

from .reflected import OWNED, reflected

BROWSER = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
needs_browser = pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
RUN = f'document.documentElement.setAttribute("{OWNED}", "1")'
MARKUP = f"""<script>{RUN}</script><img src=x onerror='{RUN}'><svg onload='{RUN}'></svg><{OWNED}></{OWNED}>
<iframe srcdoc="<script>parent.{RUN.replace('"', "&quot;")}</script>"></iframe>
<details open ontoggle='{RUN}'></details>"""
POLICY = re.compile('<meta http-equiv="Content-Security-Policy"[^>]*>')
PAGES = ["report.html", "index.html", "similarity.html", "viva.html"]
MODULES: list[ModuleType] = [report, class_page, pack]


def environment_that_escapes_nothing() -> Environment:
    """Ours, as it would be if every template had forgotten to escape."""
    jinja = report.environment.__wrapped__()
    jinja.autoescape = False
    jinja.filters["prose"] = jinja.filters["clip"]
    return jinja


def environment_that_does_not_sanitise() -> Environment:
    """Ours without nh3."""
    jinja = report.environment.__wrapped__()
    jinja.filters["harmless"] = lambda html: html
    return jinja


def environment_without_both() -> Environment:
    """A page that is nothing but its policy."""
    jinja = environment_that_escapes_nothing()
    jinja.filters["harmless"] = lambda html: html
    return jinja


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Write every kind of page of two students who attack wherever a text of theirs goes, by these templates."""

    def write(jinja: Environment) -> dict[str, str]:
        for module in MODULES:
            monkeypatch.setattr(module, "environment", lambda: jinja)
        for number in (1, 2):
            good = attacking(samples.good(), number)
            page = report.render_report(*good)
            folder = write_results(tmp_path, good.grade, good.evidence, page, vivas.notebook_of())
        write_class(tmp_path)
        sheet = pack.page([viva_sheet()], answers=True)
        files = {"report.html": (folder / "report.html").read_text(encoding="utf-8"), "viva.html": sheet}
        return files | {
            name: (tmp_path / name).read_text(encoding="utf-8") for name in ("index.html", "similarity.html")
        }

    return write


def attacking(good: samples.Sample, number: int) -> samples.Sample:
    """The good submission with markup in what the student writes, what the notebook calls things and what it prints."""
    model = good.evidence.models[0]
    layer = model.layers[0].model_copy(update={"name": MARKUP[:200], "class_name": MARKUP[:200]})
    changes = {
        "models": [model.model_copy(update={"variable": MARKUP[:200], "layers": [layer, *model.layers[1:]]})],
        "cells": [good.evidence.cells[0].model_copy(update={"output": MARKUP})],
        "answers": [good.evidence.answers[0].model_copy(update={"text": MARKUP})],
    }
    student = {"student": f"{MARKUP[:150]} {number}"}
    return good._replace(
        grade=good.grade.model_copy(update=student),
        submission=good.submission.model_copy(update=student),
        evidence=good.evidence.model_copy(update=changes),
    )


def viva_sheet() -> Sheet:
    """A sheet that quotes the student's line."""
    said = {"text": MARKUP, "expected": MARKUP, "partial": MARKUP, "based_on": MARKUP, "code": MARKUP}
    question = Question(generator="g", level="recall", **said)
    return Sheet(student=MARKUP[:200], assignment="a", number="3B", title="A", out_of=5, questions=[question], code="c")


def after_scripts(html: str, folder: Path) -> str:
    """What Chromium makes of the page once all scripts in it have run that may."""
    (folder / "page.html").write_text(html, encoding="utf-8")
    options = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder / 'profile'}"]
    command = [str(BROWSER), *options, "--virtual-time-budget=1000", "--dump-dom", (folder / "page.html").as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env={**os.environ, "HOME": str(folder)})
    assert "</html>" in done.stdout, done.stderr
    return done.stdout


def ran(dom: str) -> bool:
    """Whether a script of the student's has run."""
    opening = re.search(r"<html[^>]*>", dom)
    assert opening
    return OWNED in opening[0]


def test_escaping_alone_leaves_no_markup_of_a_students(written):
    for name, page in written(environment_that_does_not_sanitise()).items():
        assert reflected(page, scripts=name == "index.html") == []
        assert "&lt;script&gt;" in page


def test_sanitising_alone_leaves_nothing_that_could_run(written):
    for name, page in written(environment_that_escapes_nothing()).items():
        assert reflected(page, scripts=name == "index.html") == []
        assert "&lt;script&gt;" not in page


@needs_browser
@pytest.mark.parametrize("name", PAGES)
def test_the_policy_alone_lets_no_script_of_a_students_run(written, tmp_path: Path, name: str):
    page = written(environment_without_both())[name]
    assert f"<script>{RUN}" in page
    assert not ran(after_scripts(page, tmp_path))


@needs_browser
@pytest.mark.parametrize("name", PAGES)
def test_without_any_layer_the_script_runs_so_the_other_tests_can_fail(written, tmp_path: Path, name: str):
    page = written(environment_without_both())[name]
    assert ran(after_scripts(POLICY.sub("", page), tmp_path))


@needs_browser
def test_the_class_pages_own_script_runs_beside_an_attack(written, tmp_path: Path):
    dom = after_scripts(written(report.environment())["index.html"], tmp_path)
    assert not ran(dom)
    assert "2 of 2 shown" in dom

"""Each page in a browser, with axe-core in it: on a desk and on a phone, light and dark, and at 200 % zoom."""

import html
import json
import os
import re
import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from grader.courses.course import Course, bundled
from grader.pages.class_page import write_class
from grader.pages.report import render_report
from grader.pipeline import write_results
from grader.student import trial
from grader.student.check import open_case
from grader.student.page import as_page, as_part
from grader.student.release import release
from tests.grader import samples_for_reports as samples
from tests.samples import SAMPLES

BROWSER = next(
    (path for name in ("chromium", "chromium-browser", "google-chrome") if (path := shutil.which(name))), None
)
AXE = "axe-core@4.14.1"
SECONDS = 120
WIDTHS = {"desk": 1280, "zoomed": 640, "phone": 360}
"""CSS pixels; a window of 1280 has 640 of them at 200 % zoom."""
RUN = """
<script>
addEventListener("load", async () => {
  const found = (await axe.run()).violations;
  const short = each => (each.html || each.outerHTML).slice(0, 150);
  const told = found.map(each => each.id + ": " + each.nodes.map(short).join(" | "));
  const page = document.scrollingElement;
  const reached = each => (each.focus(), document.activeElement === each);
  for (const each of document.querySelectorAll("a[href], button, input, select, summary, [tabindex='0']"))
    if (each.checkVisibility() && !reached(each)) told.push("not by keyboard: " + short(each));
  if (page.scrollWidth > page.clientWidth) told.push("scrolls sideways: " + page.scrollWidth);
  const result = parent.document.createElement("pre");
  result.textContent = JSON.stringify(told.map(each => name + ", " + each));
  parent.document.body.append(result);
});
</script>
"""


@pytest.fixture(scope="session")
def axe() -> str:
    """axe-core's script, fetched once for all time by npm."""
    place = Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache").expanduser() / "grader-tests" / f"{AXE}.js"
    npm = shutil.which("npm")
    if not place.exists():
        if npm is None:
            pytest.skip("no npm on this machine to fetch axe-core with")
        place.parent.mkdir(parents=True, exist_ok=True)
        words = [npm, "pack", AXE, "--silent", "--pack-destination", str(place.parent)]
        packed = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS, check=False)
        if packed.returncode:
            pytest.skip(f"npm cannot fetch {AXE} here")
        with tarfile.open(place.parent / packed.stdout.split()[-1]) as archive:
            script = archive.extractfile("package/axe.min.js")
            assert script is not None
            place.write_bytes(script.read())
    return place.read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every kind of page that people are given."""
    out = tmp_path_factory.mktemp("pages")
    found = {}
    for name, sample in {"good": samples.good(), "weak": samples.weak(), "dead": samples.dead()}.items():
        parts = (sample.grade, sample.evidence, sample.submission, samples.assignment(), samples.rubric())
        found[f"report-{name}"] = render_report(*parts)
        write_results(out / "results", sample.grade, sample.evidence, "report", b"no notebook")
    write_class(out / "results")
    found |= {name: (out / "results" / f"{name}.html").read_text() for name in ("index", "similarity")}
    kit = release(Course(bundled()), "mnist", out)
    found["sheet"] = (kit.folder / "sheet.html").read_text()
    path = next(sample for sample in SAMPLES["boston"] if sample.name == "a_deleted_import").write(out)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(trial, "find_spec", lambda name: None)
        said = trial.run(open_case(path, None, "boston"))
    found["check"] = as_page(said)
    found["part"] = f'<!doctype html><html lang="en"><title>A notebook</title><main><h1>Cell</h1>{as_part(said)}</main>'
    return found


def seen(page: str, axe: str, folder: Path) -> list[str]:
    """What axe-core complains of, what the keyboard cannot reach, and where the page is wider than the window."""
    page = re.sub(r'<meta http-equiv="Content-Security-Policy".*?>', "", page) + f"<script>{axe}</script>{RUN}"
    themes = {"light": page, "dark": page.replace("(prefers-color-scheme: dark)", "(min-width: 1px)")}
    frames = [
        f'<iframe name="{where}, {theme}" srcdoc="{html.escape(text)}" width="{width}" height="900"></iframe>'
        for where, width in WIDTHS.items()
        for theme, text in themes.items()
    ]
    path = folder / "framed.html"
    path.write_text(f"<!doctype html><title>t</title>{''.join(frames)}", encoding="utf-8")
    words = [BROWSER, "--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1400,1000"]
    words += [f"--user-data-dir={folder / 'profile'}", "--virtual-time-budget=60000", "--dump-dom", path.as_uri()]
    shown = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS, check=True).stdout
    found = re.findall(r"<pre>(.*?)</pre>", shown.partition("</iframe><pre>")[2].join(["<pre>", ""]), re.DOTALL)
    assert len(found) == len(frames), "axe-core did not come to its end"
    return [told for result in found for told in json.loads(html.unescape(result))]


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
@pytest.mark.parametrize(
    "name", ["report-good", "report-weak", "report-dead", "index", "similarity", "sheet", "check", "part"]
)
def test_a_page_is_for_everybody(name: str, pages: dict[str, str], axe: str, tmp_path: Path) -> None:
    assert seen(pages[name], axe, tmp_path) == []


@pytest.mark.skipif(BROWSER is None, reason="no Chromium on this machine")
def test_a_page_that_is_not_for_everybody_is_found(axe: str, tmp_path: Path) -> None:
    told = " ".join(seen('<p style="color: #ccc; background: #fff; width: 900px">pale</p><img src="x">', axe, tmp_path))
    assert all(fault in told for fault in ("color-contrast", "image-alt", "phone, light, scrolls sideways"))

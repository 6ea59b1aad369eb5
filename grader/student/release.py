"""An assignment -> the kit that its students get, as a folder and as one zip: nothing of what only the teacher has."""

import io
import re
import shutil
import zipfile
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from itertools import count
from pathlib import Path

import nbformat
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markdown_it import MarkdownIt
from markupsafe import Markup
from nbformat import NotebookNode

from grader.courses.course import Course
from grader.courses.sheet import Assignment
from grader.errors import TeacherError, UsageError
from grader.judging.rules import asked, endings, listed
from grader.pages.report import TEMPLATES, environment
from grader.student.check import KIT
from grader.student.stubs import starter_from
from grader.writing import write_whole

PACKAGE = "keras-notebook-grader"


@dataclass(frozen=True)
class Released:
    """Where the kit is."""

    folder: Path
    archive: Path


def release(course: Course, name: str, out: Path, source: Path | None = None, wheel: Path | None = None) -> Released:
    """Write the kit of an assignment.

    Args:
        course: that has it.
        name: of the assignment.
        out: the kit's folder and zip go there, both called as the assignment.
        source: the teacher's notebook with markers; None for the assignment's starter.ipynb, which may have some too.
        wheel: of this program, to be a part of the kit; None where students install it from elsewhere.

    Raises:
        TeacherError: the assignment, or the source notebook, is not as it should be.
        UsageError: there is no such assignment, source notebook or wheel.
    """
    assignment = course.assignment(name)
    folder = out / name
    if folder.exists() and not (folder / KIT).is_dir():
        raise UsageError(
            f"Expected {folder} to be free, or an older kit. Found a folder of something else. Choose --out."
        )
    files = kit(course, assignment, read_notebook(source or course.starter(assignment)), wheel)
    shutil.rmtree(folder, ignore_errors=True)
    for path, content in files.items():
        write_whole(folder / path, content)
    archive = out / f"{name}.zip"
    write_whole(archive, zipped(name, files))
    return Released(folder, archive)


def kit(course: Course, assignment: Assignment, source: NotebookNode, wheel: Path | None = None) -> dict[str, bytes]:
    """The kit's files by their paths in it."""
    starter = nbformat.writes(starter_from(source)).encode()
    text = sheet_text(course, assignment)
    named = "" if wheel is None else wheel.name
    return {
        "README.md": written("kit_readme.md", assignment=assignment, wheel=named, package=PACKAGE).encode(),
        "sheet.md": text.encode(),
        "sheet.html": sheet_page(assignment, text).encode(),
        f"{assignment.name}.ipynb": starter,
        **({named: read_wheel(wheel)} if wheel else {}),
        **checks_of(course, assignment, starter),
    }


def checks_of(course: Course, assignment: Assignment, starter: bytes) -> dict[str, bytes]:
    """The visible checks with what they rest on, as a course folder: `grader check` finds it beside the notebook."""
    rubric = course.rubric(assignment)
    own = course.folder / "assignments" / assignment.name
    paths = [own / "sheet.toml", *course.visible_checks(assignment)]
    paths += [course.folder / "rubrics" / f"{assignment.rubric}.toml", *course.common_checks(rubric)]
    files = {f"{KIT}/{path.relative_to(course.folder).as_posix()}": path.read_bytes() for path in paths}
    return {**files, f"{KIT}/assignments/{assignment.name}/starter.ipynb": starter}


def read_notebook(path: Path) -> NotebookNode:
    """The notebook in a teacher's file."""
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)
    except OSError as error:
        raise UsageError(f"Expected a notebook at {path}. Found: {error.strerror}. Name it with --source.") from None
    except (ValueError, AttributeError, nbformat.ValidationError) as error:
        raise TeacherError(
            f"Expected a notebook in {path}. Found: {str(error)[:200]}. Save it anew in Jupyter."
        ) from None
    return notebook


def read_wheel(path: Path) -> bytes:
    """The program as students install it; it must be the one for students, without anything of the teacher's."""
    if path.suffix != ".whl" or not path.is_file():
        raise UsageError(
            f"Expected --wheel to be a file that ends in .whl. Received: {path}. "
            "Make one: python -m hatchling build -t wheel"
        )
    return path.read_bytes()


def zipped(name: str, files: Mapping[str, bytes]) -> bytes:
    """The files in a zip, below a folder of that name; all of them as old as the day, so that equal kits are equal."""
    whole, today = io.BytesIO(), date.today()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in files.items():
            entry = zipfile.ZipInfo(f"{name}/{path}", (today.year, today.month, today.day, 0, 0, 0))
            entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
            archive.writestr(entry, content)
    return whole.getvalue()


# -- The sheet ---------------------------------------------------------------------------------------------------------


def sheet_text(course: Course, assignment: Assignment) -> str:
    """The sheet in Markdown: what is asked, with the theory, the documented networks and the record sheet."""
    return written(
        "kit_sheet.md",
        assignment=assignment,
        rubric=course.rubric(assignment),
        endings=" or ".join(ending.words for ending in endings(assignment.task)),
        kinds=lambda network: dict.fromkeys([*network.required_layers, *network.most_layers]),
        asked=asked,
        listed=listed,
    )


def written(template: str, **given: object) -> str:
    """A template of plain text."""
    jinja = Environment(  # noqa: S701 - Markdown, from the teacher's own files
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    return jinja.get_template(template).render(**given).rstrip() + "\n"


def sheet_page(assignment: Assignment, text: str) -> str:
    """The same as a page that stands alone."""
    style = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in ("style.css", "kit_sheet.css"))
    numbers = count(1)
    body = MarkdownIt("commonmark", {"html": False}).enable("table").render(text)
    body = re.sub(r"<table>", lambda _: f"{WIDE.format(next(numbers))}<table>", body).replace(
        "</table>", "</table></div>"
    )
    return (
        environment()
        .get_template("kit_sheet.html")
        .render(
            title=f"Assignment {assignment.number}: {assignment.title}",
            body=Markup(body),  # noqa: S704 - the teacher's own text, without HTML
            style=Markup(style),  # noqa: S704 - our own file
            style_hash=b64encode(sha256(style.encode()).digest()).decode(),
        )
    )


WIDE = '<div class="wide" role="region" aria-label="Table {}" tabindex="0">'
"""Around a table: it may be wider than a phone, and the keyboard reaches it."""

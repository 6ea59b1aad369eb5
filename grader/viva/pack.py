"""Sheets -> files: an examiner's and a practice sheet for each student; a pack, text, JSON and CSV for the class."""

import csv
import io
import re
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

from markupsafe import Markup
from pydantic import TypeAdapter

from grader.errors import TeacherError
from grader.pages.report import QUOTED, TEMPLATES, clean, environment
from grader.records import WrittenAnswer
from grader.submissions.collect import folder_name
from grader.version import __version__
from grader.viva.question import Sheet

FORMULA = re.compile(r"\s*[=+\-@＝＋－＠\t\r\n]")
"""How a text begins that a spreadsheet may take for a formula."""
MARKDOWN_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~!])")
HEADINGS = ("student", "assignment", "column", "marks", "remark", "suggested", "sheet")
"""The first five are those of `grader marks import`, which leaves the others alone."""


def write_pack(
    sheets: Sequence[Sheet], out: Path, column: str, written: Sequence[Sequence[WrittenAnswer]], criterion: str
) -> list[Path]:
    """Write all files; return the ones for the class. Raises TeacherError where the folder cannot be written."""
    files = {f"examiner/{file_name(sheet)}.html": page([sheet], answers=True) for sheet in sheets}
    files |= {f"practice/{file_name(sheet)}.html": page([sheet], answers=False) for sheet in sheets}
    for_class = {
        "class.html": page(sheets, answers=True),
        "class-practice.html": page(sheets, answers=False),
        "viva.md": markdown(sheets),
        "viva.json": TypeAdapter(list[Sheet]).dump_json(list(sheets), indent=2).decode(),
        "viva.csv": table(sheets, column, written, criterion),
    }
    write(files | for_class, out)
    return [out / name for name in for_class]


def write_bank(sheet: Sheet, out: Path) -> list[Path]:
    """Write the bank of an assignment; return its files. Raises as `write_pack` does."""
    name = f"bank-{sheet.assignment}"
    files = {
        f"{name}.html": page([sheet], answers=True),
        f"{name}.md": markdown([sheet]),
        f"{name}.json": sheet.model_dump_json(indent=2),
    }
    write(files, out)
    return [out / name for name in files]


def write(files: dict[str, str], out: Path) -> None:
    """Write texts to their names below a folder."""
    try:
        for name, text in files.items():
            path = out / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="")
    except OSError as error:
        raise TeacherError(f"Expected a folder that can be written at {out}. Found: {error.strerror}.") from None


def file_name(sheet: Sheet) -> str:
    """Of a student's sheet, in any folder."""
    return folder_name(f"{sheet.student} {sheet.assignment}")


def page(sheets: Sequence[Sheet], *, answers: bool) -> str:
    """One page of A4 for each sheet. Without answers it is for practice."""
    style = (TEMPLATES / "viva.css").read_text(encoding="utf-8")
    return (
        environment()
        .get_template("viva.html")
        .render(
            sheets=sheets,
            answers=answers,
            style=Markup(style),  # noqa: S704 - our own file
            style_hash=b64encode(sha256(style.encode()).digest()).decode(),
            version=__version__,
        )
    )


# -- Text and table ----------------------------------------------------------------------------------------------------


def markdown(sheets: Sequence[Sheet]) -> str:
    """All sheets with their answers as one text."""
    return "\n\n---\n\n".join("\n\n".join(paragraphs(sheet)) for sheet in sheets) + "\n"


def paragraphs(sheet: Sheet) -> list[str]:
    """One sheet."""
    told = [
        f"# {plain(sheet.student or 'Bank of questions')}",
        f"{plain(f'{sheet.number}: {sheet.title}')} ({sheet.code})",
    ]
    told += [plain(sheet.note)] if sheet.note else []
    for number, question in enumerate(sheet.questions, start=1):
        told += [f"{number}. **{plain(question.text)}**"]
        told += ["`" + " ".join(clean(question.code).split()).replace("`", "'") + "`"] if question.code else []
        told += [plain(f"{each.caption}: {each.answer} {each.text}") for each in question.pictures]
        told += [f"Expected: {plain(question.expected)}", f"Partly: {plain(question.partial)}"]
        told += [f"({question.level}; {plain(question.based_on)})"]
    return told


def plain(text: str) -> str:
    """Text in which nothing is a sign of Markdown but names between backticks."""
    parts = QUOTED.split(" ".join(clean(text).split()))
    return "".join(f"`{part}`" if at % 2 else MARKDOWN_SIGNS.sub(r"\\\1", part) for at, part in enumerate(parts))


def table(sheets: Sequence[Sheet], column: str, written: Sequence[Sequence[WrittenAnswer]], criterion: str) -> str:
    """A row for the viva of each student, and one for the written answers, whose mark is only suggested."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADINGS)
    for sheet, answers in zip(sheets, written, strict=True):
        name = f"'{sheet.student}" if FORMULA.match(sheet.student) else sheet.student
        writer.writerow([name, sheet.assignment, column, "", "", "", sheet.code])
        share = coverage_in_words(answers)
        if share:
            writer.writerow([name, sheet.assignment, criterion, "", "", share, ""])
    return f"\ufeff{out.getvalue()}"


def coverage_in_words(answers: Sequence[WrittenAnswer]) -> str:
    """For example: 14 of 20 key ideas."""
    found, missing = (sum(len(getattr(each, name)) for each in answers) for name in ("ideas_found", "ideas_missing"))
    return f"{found} of {found + missing} key ideas" if found + missing else ""

"""A self-check -> what a student sees of it: lines in the terminal, a page of HTML, or a part of a notebook."""

from base64 import b64encode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from textwrap import wrap

from markupsafe import Markup

from grader.pages.report import TEMPLATES, clip, environment
from grader.student.advice import Finding, SelfCheck, Status, Told
from grader.version import __version__

WIDTH = 100
"""Characters of a line in the terminal."""
CHARACTERS = 600
"""Of one text of a check; JSON has all of it."""
ORDER: tuple[Status, ...] = ("not yet", "cannot tell", "passed")
LEFT = Markup(' style="text-align: left; vertical-align: top"')
"""Notebooks set their tables to the right, as figures stand."""
HEADINGS = {"mend": "To mend first", "look": "To look at"}


@dataclass(frozen=True)
class Alike:
    """Checks that say the same: one cause fails many, and is told once."""

    said: Told
    titles: list[str]

    @property
    def expected(self) -> str:
        """What was expected; empty where the checks expect different things."""
        return self.said.expected if len(self.titles) == 1 or self.said.status == "not yet" else ""


def alike(checks: Sequence[Told]) -> list[Alike]:
    """What failed first, what nobody can tell next, what passed last."""
    groups: dict[tuple[str, str], Alike] = {}
    for each in sorted(checks, key=lambda check: ORDER.index(check.status)):
        key = (each.status, each.id if each.status == "passed" else f"{each.found} {each.hint}")
        groups.setdefault(key, Alike(each, [])).titles.append(each.title)
    return list(groups.values())


def parts(findings: Sequence[Finding]) -> list[tuple[str, list[Finding]]]:
    """The findings below their headings."""
    graded = [(title, [each for each in findings if each.gravity == key]) for key, title in HEADINGS.items()]
    return [(title, found) for title, found in graded if found]


# -- Terminal ----------------------------------------------------------------------------------------------------------


def in_lines(check: SelfCheck, told: Sequence[Finding] = ()) -> Iterator[str]:
    """The whole self-check as lines of text, without the findings that were told before."""
    yield from lines_of_findings(check, told)
    if check.checks:
        yield from lines_of_checks(check)
    for note in check.notes:
        yield from folded("Note", note)


def lines_of_findings(check: SelfCheck, told: Sequence[Finding] = ()) -> Iterator[str]:
    """The summary, and the findings but for those that were told before."""
    yield f"{check.title} ({check.assignment})"
    yield from folded("", check.summary)
    for title, found in parts([each for each in check.findings if each not in told]):
        yield ""
        yield title
        for each in found:
            yield from folded("  ", each.sentence, first="  - ")
            yield from folded("    why ", each.matters)
            yield from folded("    next", each.hint)


def lines_of_checks(check: SelfCheck) -> Iterator[str]:
    """What the checks say, the columns, and the words."""
    yield ""
    yield "Checks that you can see"
    for group in alike(check.checks):
        for title in group.titles:
            yield from folded("    ", title, first=f"  {group.said.sign} {group.said.status:<12}")
        if group.said.status != "passed":
            if group.expected:
                yield from folded("      expected", group.expected)
            yield from folded("      found   ", group.said.found)
            yield from folded("      next    ", group.said.hint)
    yield ""
    yield "Your record sheet, as far as it can be told"
    for column in check.columns:
        marks = f"{span(column.least, column.most)} of {column.out_of:g}"
        yield from folded("    ", f"{column.column}: {marks}. {column.because}", first="  ")
    if check.words:
        yield ""
        yield "Words"
        for word, meaning in check.words.items():
            yield from folded("      ", f"{word}: {meaning}", first="  ")


def folded(label: str, text: str, first: str | None = None) -> Iterator[str]:
    """A text in lines of WIDTH, its first after a label and the others below the first."""
    begin = f"{label} " if first is None and label else first or ""
    below = " " * len(begin)
    text = " ".join(clip(text, CHARACTERS).split())
    yield from wrap(text, WIDTH, initial_indent=begin, subsequent_indent=below, break_on_hyphens=False) or [begin]


def printable(line: str) -> str:
    """The line without what could move a terminal's cursor."""
    return "".join(sign if sign.isprintable() else "\ufffd" for sign in line)


def span(least: float, most: float) -> str:
    """A range in words."""
    return f"{least:g}" if least == most else f"{least:g} to {most:g}"


# -- HTML --------------------------------------------------------------------------------------------------------------


def as_page(check: SelfCheck) -> str:
    """One page that stands alone: no script, no network, no second file."""
    style = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in ("style.css", "check.css"))
    return rendered(
        "check.html",
        check,
        left="",
        style=Markup(style),  # noqa: S704 - our own file
        style_hash=b64encode(sha256(style.encode()).digest()).decode(),
    )


def as_part(check: SelfCheck) -> str:
    """A part of a notebook's output: no style of ours but one, so that it is as light or dark as the notebook."""
    return rendered("check_part.html", check, left=LEFT)


def rendered(template: str, check: SelfCheck, **more: object) -> str:
    """The template with what it shows of the self-check."""
    shown = {"check": check, "groups": alike(check.checks), "parts": parts(check.findings), "span": span}
    return environment().get_template(template).render(**shown, version=__version__, **more)


def texts_of(check: SelfCheck) -> Iterable[str]:
    """Every text that a student reads in it."""
    yield check.summary
    for finding in check.findings:
        yield from (finding.found, finding.matters, finding.hint)
    for told in check.checks:
        yield from (told.title, told.expected, told.found, told.hint)
    for column in check.columns:
        yield column.because
    yield from check.notes

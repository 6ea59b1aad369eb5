"""A notebook -> the assignment that it is for, by the data set that it speaks of."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

from grader.courses.course import Course
from grader.courses.sheet import Assignment
from grader.errors import UsageError
from grader.running.files import text_of
from grader.submissions.collect import code_sources

if TYPE_CHECKING:
    from nbformat import NotebookNode

NOT_ITS_OWN = r"(?<![a-z])(?<!fashion[_ -])(?<!fashion)"
"""What must not stand before a data set's name: the digits are no part of fashion-mnist."""
TITLE_COUNTS = 20
"""Mentions of the data set that the sheet's own title is worth."""


def guess(notebook: "NotebookNode", course: Course) -> Assignment:
    """The assignment whose data set and title the notebook speaks of most, in its code before its texts.

    Raises:
        UsageError: it speaks of none, or of several alike.
    """
    text, code = text_of(notebook).lower(), re.sub("#.*", "", "\n".join(code_sources(notebook)).lower())
    sheets = [course.assignment(name) for name in course.names]
    found = {sheet.name: (mentions(code, sheet) + titles(text, sheet), mentions(text, sheet)) for sheet in sheets}
    best = max(found.values(), default=(0, 0))
    likely = [sheet for sheet in sheets if found[sheet.name] == best]
    if any(best) and len(likely) == 1:
        return likely[0]
    told = f"signs of {' and '.join(sheet.name for sheet in likely)} alike" if any(best) else "no sign of any"
    raise UsageError(
        f"Expected a notebook that shows which assignment it is for. Found {told}. Add --assignment NAME, one of "
        f"{', '.join(course.names)}."
    )


def mentions(text: str, sheet: Assignment) -> int:
    """How often the text speaks of the data set, or of a file that holds it."""
    name = re.sub(r"[-_]", "[-_ ]?", re.sub(r"(?<=[a-z])(?=\d)", "-", sheet.task.dataset))
    files = [re.escape(Path(form.names[0]).stem.lower()) for form in sheet.files]
    return len(re.findall(f"{NOT_ITS_OWN}(?:{'|'.join([f'{name}(?![a-z])', *files])})", text))


def titles(text: str, sheet: Assignment) -> int:
    """What the sheet's title is worth, where the text has it."""
    return TITLE_COUNTS * (sheet.title.lower() in text)

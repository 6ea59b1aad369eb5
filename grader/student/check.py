"""A notebook -> what its student can be told at once, from the file alone; and the record in which all of it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat

from grader.courses.course import Course, bundled
from grader.courses.rubric import Rubric
from grader.courses.sheet import Assignment
from grader.records import CheckResult
from grader.student.advice import Finding, SelfCheck, Status, Told
from grader.student.estimate import ranges
from grader.student.glossary import words_in
from grader.student.guess import guess
from grader.student.static import find_at_once
from grader.submissions.collect import Collected, collect

KIT = "checks"
"""Folder of a student kit that holds the sheet and its visible checks, as a course does."""
GUESSED = (
    "The notebook speaks of the data of {0}, so it was taken for that assignment. If it is another: --assignment NAME."
)
STATUSES: dict[str, Status] = {"passed": "passed", "partial": "not yet", "failed": "not yet"}


@dataclass(frozen=True)
class Case:
    """A notebook, its assignment, and the course that both belong to."""

    collected: Collected
    folder: Path
    """In which the notebook lies."""
    course: Course
    assignment: Assignment
    guessed: bool = False
    """Nobody named the assignment."""

    @property
    def rubric(self) -> Rubric:
        """The marking scheme."""
        return self.course.rubric(self.assignment)

    @property
    def starter(self) -> nbformat.NotebookNode | None:
        """What students begin with."""
        path = self.course.starter(self.assignment)
        return nbformat.read(path, as_version=4) if path.exists() else None


@dataclass(frozen=True)
class Results:
    """Of the visible checks."""

    common: Sequence[CheckResult] = ()
    """Of those that hold for every assignment."""
    own: Sequence[CheckResult] = ()
    """Of the assignment's own."""

    @property
    def all(self) -> list[CheckResult]:
        """The assignment's own first: they are about the network."""
        return [*self.own, *self.common]


def find_course(folder: Path | None, beside: Path) -> Course:
    """The course that was named, else that of the kit in the folder `beside`, else the bundled one."""
    kit = beside / KIT
    return Course(folder or (kit if (kit / "assignments").is_dir() else bundled()))


def open_case(path: Path, folder: Path | None, name: str | None) -> Case:
    """The notebook at `path` with its assignment.

    Args:
        path: of the notebook.
        folder: of the course; None for that of the kit beside the notebook, else the bundled one.
        name: of the assignment; None to find it by what the notebook says.

    Raises:
        UsageError: there is no such notebook or assignment, or nobody can tell which it is.
        TeacherError: the course is broken.
    """
    beside = path.resolve().parent
    course = find_course(folder, beside)
    collected = collect(path, name or "", None, None, None)
    if name is None and len(course.names) == 1:
        name = course.names[0]
    assignment = course.assignment(name) if name else guess(collected.saved, course)
    return Case(collected, beside, course, assignment, guessed=not name)


def look(case: Case) -> SelfCheck:
    """What the file alone shows, in a second or two. TensorFlow is not imported."""
    return advice(case, findings_at_once(case), Results(), ran=False)


def findings_at_once(case: Case) -> list[Finding]:
    """As `find_at_once` has them."""
    return find_at_once(case.collected, case.assignment, case.starter, case.folder)


def advice(
    case: Case, findings: Sequence[Finding], results: Results, notes: Sequence[str] = (), *, ran: bool
) -> SelfCheck:
    """Everything in one record, with the meaning of its technical words."""
    findings = sorted(findings, key=lambda each: each.gravity == "look")
    checks = [told(result) for result in results.all]
    read_notes = case.collected.submission.notes
    texts = [text for each in findings for text in (each.found, each.matters, each.hint)]
    texts += [text for each in checks for text in (each.title, each.expected, each.found, each.hint)]
    return SelfCheck(
        notebook=case.collected.submission.path[-200:],
        assignment=case.assignment.name,
        title=case.assignment.title,
        ran=ran,
        summary=summary(findings, checks),
        checks=checks,
        findings=findings,
        columns=ranges(case.rubric, results.common, results.own),
        notes=[*([GUESSED.format(case.assignment.name)] if case.guessed else []), *read_notes, *notes],
        words=words_in([*texts, *read_notes, *notes]),
    )


def told(result: CheckResult) -> Told:
    """A check's result in the words of a self-check."""
    status = STATUSES.get(result.status, "cannot tell")
    return Told(
        id=result.id,
        title=result.title,
        status=status,
        expected=result.expected,
        found=result.found,
        hint="" if status == "passed" else result.hint or "Ask your teacher.",
    )


def summary(findings: Sequence[Finding], checks: Sequence[Told]) -> str:
    """The cause of the first thing that fails, then how many checks pass."""
    cause = next((each.sentence for each in findings if each.gravity == "mend"), "")
    failed = [each for each in checks if each.status == "not yet"]
    if not cause and failed:
        cause = f"Expected {failed[0].expected}. Found {failed[0].found}."
    passed = sum(each.status == "passed" for each in checks)
    if not checks:
        count = "" if cause else "The file shows nothing that must be mended."
    elif passed == len(checks):
        count = f"All {passed} checks that you can see pass."
    else:
        unsure = len(checks) - passed - len(failed)
        count = f"Of {len(checks)} checks that you can see, {passed} pass, {len(failed)} do not yet"
        count += f", {unsure} cannot be told." if unsure else "."
    return f"{cause} {count}".strip()[:2_000]

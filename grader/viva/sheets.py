"""Students and their course -> a viva sheet for each, no two of them the same."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.courses.course import Course
from grader.courses.reference import ModelAnswer
from grader.courses.rubric import Rubric
from grader.courses.sheet import Assignment
from grader.submissions.collect import collect
from grader.viva.bank import bank, in_words
from grader.viva.case import Case
from grader.viva.draw import LEVELS, digest, draw_apart
from grader.viva.generators import all_questions
from grader.viva.question import Question, Sheet
from grader.viva.shared import shared_cells
from grader.viva.students import Student, code_of

CODE_CHARACTERS = 8


@dataclass(frozen=True)
class Subject:
    """An assignment, as the viva needs it."""

    assignment: Assignment
    rubric: Rubric
    answers: list[ModelAnswer]
    starter: frozenset[str]
    """Lines of code that every student was given."""

    @property
    def out_of(self) -> float:
        """Marks of the viva's column; 5 where the rubric has none of that name."""
        return next((column.marks for column in self.rubric.columns if column.name == self.rubric.viva.column), 5)


def subject(course: Course, name: str) -> Subject:
    """The assignment of that name. Raises as `Course` does."""
    assignment = course.assignment(name)
    lines = starter_lines(course.folder / "assignments" / name / "starter.ipynb", name)
    return Subject(assignment, course.rubric(assignment), course.model_answers(assignment), lines)


def starter_lines(path: Path, name: str) -> frozenset[str]:
    """Lines of code in the notebook that students begin with."""
    if not path.exists():
        return frozenset()
    cells = code_of(collect(path, name, None, None, None))
    return frozenset(line.strip() for cell in cells for line in cell.splitlines() if line.strip())


def make_sheets(students: Sequence[Student], course: Course, count: int | None, seed: int) -> list[Sheet]:
    """A sheet for each student, in their order."""
    subjects = {name: subject(course, name) for name in {student.grade.assignment for student in students}}
    shared = shared_cells(students, {name: each.starter for name, each in subjects.items()})
    drawn: list[frozenset[str]] = []
    sheets = []
    for student, cells in zip(students, shared, strict=True):
        sheet = sheet_for(student, subjects[student.grade.assignment], cells, count, seed, drawn)
        drawn.append(frozenset(question.key for question in sheet.questions))
        sheets.append(sheet)
    return sheets


def sheet_for(
    student: Student,
    subject: Subject,
    shared: frozenset[int],
    count: int | None,
    seed: int,
    others: Sequence[frozenset[str]],
) -> Sheet:
    """One student's sheet. It follows from notebook, name and seed, and from others only where too much is the same."""
    cases = cases_of(student, subject, shared)
    note = ""
    if not cases:
        documented = bank(subject.assignment, subject.answers)
        cases = [replace(case, cells=student.cells, starter=subject.starter, shared=shared) for case in documented]
        note = f"{why_none(student)} {FROM_BANK} {in_words(cases)}"
    drawn_with = f"{student.collected.submission.sha256} {student.grade.student} {seed}"
    policy = subject.rubric.viva
    questions = draw_apart(all_questions(cases), policy, count or policy.questions, drawn_with, others)
    return Sheet(
        student=student.grade.student,
        assignment=subject.assignment.name,
        number=subject.assignment.number,
        title=subject.assignment.title,
        out_of=subject.out_of,
        questions=questions,
        note=note,
        code=digest(drawn_with)[:CODE_CHARACTERS],
    )


def why_none(student: Student) -> str:
    """Why the notebook gives no network to ask about."""
    if student.evidence.models:
        return f"The notebook trains no network that answers the sheet. {student.evidence.run.sentence[:500]}"
    return f"No network was found. {student.evidence.run.sentence[:500]}"


FROM_BANK = "So the questions about a network are about the documented one, from the bank of the assignment."


def cases_of(student: Student, subject: Subject, shared: frozenset[int]) -> list[Case]:
    """A case for each network of the sheet that the notebook has trained."""
    evidence, assignment = student.evidence, subject.assignment
    models, choices = {model.id: model for model in evidence.models}, {each.network: each for each in evidence.choices}
    several, cases = len(assignment.networks) > 1, []
    for network in assignment.networks:
        choice = choices.get(network.name)
        model = models.get(choice.model or "") if choice else None
        if choice is None or model is None or not (model.fits or model.updates):
            continue
        cases.append(
            Case(
                assignment=assignment.of(network.name),
                network=network.title.replace("the ", "your ", 1) if several else "your network",
                model=model,
                choice=choice,
                data=evidence.data,
                cells=student.cells,
                starter=subject.starter,
                shared=shared,
                concerns=[each for each in evidence.concerns if each.network == network.name],
                claims=[each for each in evidence.claims if each.network == network.name],
                answers=subject.answers,
                written=evidence.answers,
            )
        )
    return cases


def bank_sheet(subject: Subject) -> Sheet:
    """Every question about the documented networks, by level, for class preparation."""
    cases = bank(subject.assignment, subject.answers)
    return Sheet(
        student="",
        assignment=subject.assignment.name,
        number=subject.assignment.number,
        title=subject.assignment.title,
        out_of=subject.out_of,
        questions=in_order(all_questions(cases)),
        note=in_words(cases),
        code="bank",
    )


def in_order(questions: Sequence[Question]) -> list[Question]:
    """By level, then as the generators come."""
    return sorted(questions, key=lambda question: LEVELS.index(question.level))

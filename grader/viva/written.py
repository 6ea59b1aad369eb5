"""The questions of the sheet -> the same questions for the viva, and what a written answer has left out."""

from collections.abc import Iterator

from grader.courses.reference import ModelAnswer
from grader.viva.case import Case
from grader.viva.question import Question


def of_the_sheet(case: Case) -> Iterator[Question]:
    """The sheet's own questions."""
    for number, model in enumerate(case.answers, start=1):
        yield Question(
            generator="of_the_sheet",
            level="recall",
            text=model.question,
            expected=model.answer,
            partial=model.hint,
            based_on=f"question {number} of the sheet",
        )


def left_out(case: Case) -> Iterator[Question]:
    """What the student's own written answer does not say."""
    known = {model.question: model for model in case.answers}
    for number, answer in enumerate(case.written, start=1):
        model = known.get(answer.question)
        if model is None or not answer.words or not answer.ideas_missing or not answer.ideas_found:
            continue
        yield Question(
            generator="left_out",
            level="analyse",
            text=f"You have answered “{answer.question}” in writing. {prompt(answer.ideas_missing, model)}",
            expected=f"Not found in it: {'; '.join(answer.ideas_missing)}. {model.answer}"[:2_000],
            partial="Adds something that is true, but only a part of this.",
            based_on=f"question {number} of the sheet, answered in cell {answer.cell}",
        )


def prompt(missing: list[str], model: ModelAnswer) -> str:
    """A nudge towards the first idea that is missing."""
    return next((idea.ask for idea in model.ideas if idea.name == missing[0] and idea.ask), "What would you add to it?")

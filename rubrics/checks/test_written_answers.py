"""Evidence -> whether the sheet's questions were answered at all. What the answers are worth is for the teacher."""

import pytest

from grader.expect import Expectation, Missing, settle
from grader.records import Evidence

LEAST_WORDS = 8


@pytest.mark.criterion("written-answers")
def test_written_answers(evidence: Evidence) -> None:
    """Each question of the sheet has a written answer."""
    expected = f"an answer of at least {LEAST_WORDS} words to each question"
    hint = (
        "Write each question into a markdown cell and your answer beneath it, in a sentence or two of your own. "
        "Only the presence of answers is counted here; your teacher judges what they say."
    )
    if not evidence.answers:
        raise Missing(expected, "no answers", hint)
    short = [
        f"question {number} (“{answer.question}”) has {f'only {answer.words} words' if answer.words else 'no answer'}"
        for number, answer in enumerate(evidence.answers, start=1)
        if answer.words < LEAST_WORDS
    ]
    settle(
        Expectation(
            expected=expected,
            found="; ".join(short) or f"an answer to each of the {len(evidence.answers)}",
            hint=hint if short else "Your teacher judges what the answers say.",
            share=1 - len(short) / len(evidence.answers),
        )
    )

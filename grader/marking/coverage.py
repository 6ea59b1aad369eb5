"""A written answer and the model answer -> which key ideas it holds, as a suggestion to a teacher.

An idea is found where one sentence has all the words of one of the ways to say it. Words are compared by their
beginnings, so that "split" finds "splitting", and a typing error in a long word is forgiven; one of up to three letters
has to be the word itself, so that "cat" finds "cats", but no "category". This does not understand an answer: a wrong
sentence with the right words counts, and a right one in other words does not. Of an answer in another script nothing
is said.
"""

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from grader.courses.reference import KeyIdea, ModelAnswer
from grader.records import WrittenAnswer

SENTENCE = re.compile(r"[.!?;]\s+|\n+|(?<=[a-z])[.!?](?=[A-Z])")
WORD = re.compile(r"[^\W_]+")
MOST_WORDS = 3_000
SHORT_WORD = 3
LONG_WORD = 6
"""Letters from which a typing error is forgiven."""
ALIKE = 85


def with_ideas(answers: Sequence[WrittenAnswer], models: Sequence[ModelAnswer]) -> list[WrittenAnswer]:
    """The answers, each with the key ideas that it holds and those it does not."""
    known = {model.question: model for model in models}
    return [held_against(answer, known[answer.question]) if answer.question in known else answer for answer in answers]


def held_against(answer: WrittenAnswer, model: ModelAnswer) -> WrittenAnswer:
    """One answer with its ideas."""
    if in_another_script(answer.text):
        return answer
    sentences = sentences_of(answer.text)
    found = [idea.name for idea in model.ideas if holds(sentences, idea)]
    missing = [idea.name for idea in model.ideas if idea.name not in found]
    return answer.model_copy(update={"ideas_found": found, "ideas_missing": missing})


def in_another_script(text: str) -> bool:
    """Whether most letters are none of English: its words cannot be compared."""
    letters = [letter for letter in text if letter.isalpha()]
    return 2 * sum(letter.isascii() for letter in letters) < len(letters)


def sentences_of(text: str) -> list[list[str]]:
    """Its words in small letters, by sentence."""
    left, found = MOST_WORDS, []
    for sentence in SENTENCE.split(text):
        words = WORD.findall(sentence.casefold())[:left]
        left -= len(words)
        if words:
            found.append(words)
    return found


def holds(sentences: Sequence[Sequence[str]], idea: KeyIdea) -> bool:
    """Whether a sentence has all words of one way to say it."""
    ways = [WORD.findall(way.casefold()) for way in idea.says]
    return any(all(is_among(beginning, words) for beginning in way) for way in ways for words in sentences)


def is_among(beginning: str, words: Sequence[str]) -> bool:
    """Whether a word begins so. A number must be the whole word."""
    if beginning.isdecimal():
        return beginning in words
    if len(beginning) <= SHORT_WORD:
        form = re.compile(f"{beginning}(?:{beginning[-1]}?(?:ed|er|ing)|e?s)?")
        return any(form.fullmatch(word) for word in words)
    return any(
        word.startswith(beginning)
        or (
            len(beginning) >= LONG_WORD
            and word[0] == beginning[0]
            and fuzz.ratio(word[: len(beginning)], beginning) >= ALIKE
        )
        for word in words
    )


def average(answers: Sequence[WrittenAnswer]) -> float | None:
    """Mean share of the key ideas over all questions; an answer that is not there has none of them."""
    shares = [answer.coverage for answer in answers if answer.coverage is not None]
    return sum(shares) / len(shares) if shares else None

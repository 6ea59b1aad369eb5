"""A notebook and the questions of the sheet -> what the notebook says to each of them.

Students answer in markdown cells, in comments and in strings; they repeat the question, shorten it, mistype it, or give
only its number. So the notebook becomes a list of lines: one that poses a question begins an answer, which ends at the
next such line, at a heading of the same rank, or at code.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING

from rapidfuzz import fuzz, utils

from grader.records import WrittenAnswer
from grader.submissions.collect import syntax_of

if TYPE_CHECKING:
    from nbformat import NotebookNode

ALIKE_ASKING, ALIKE_HEADING, ALIKE_ANY = 70, 80, 92
"""Likeness, 0 to 100, from which a line poses a question of the sheet: of a line that asks, of a heading or a numbered
line ("Adam optimizer" poses "What is Adam Optimizer?"), and of any other line."""
MAX_LINES = 20_000
MAX_COMPARED = 400
"""Characters of a line that are compared with the questions."""
MAX_TEXT = 50_000
NO_HEADING = 7
"""Rank of an ordinary line; headings have 1 to 6."""

EXPLICIT = re.compile(
    r"(?:q(?:n|ue(?:s(?:tion)?)?)?|ans(?:wer)?)[\s.:#_-]*(?:no[\s.]*)?(\d{1,2})\b[\s.:)\]-]*|[aq](\d{1,2})\s*[.:)\]-]\s*",
    re.IGNORECASE,
)
"""Q3, Question 3:, Ques. 3), Ans 3: at the beginning of a line."""
BARE = re.compile(r"[\[(]?(\d{1,2})\s*[.:)\]-]\s*")
"""3. or 3) at the beginning of a line."""
ASKS = re.compile(r"(what|why|how|when|where|which|who|explain)\b", re.IGNORECASE)
ENDS_OF_QUESTION = (
    re.compile(r"\?"),
    re.compile(r"\b(?:ans(?:wer)?|sol(?:ution)?)\s*[:.=-]", re.IGNORECASE),
    re.compile(r":|\s[-–—=]+>?\s"),
)
LABEL = re.compile(r"(?:your\s+)?(?:ans(?:wer)?|sol(?:ution)?|a)\s*(?:\d{1,2}\s*)?(?:[:.)\]=>-]+|$)\s*", re.IGNORECASE)
"""Ans: before the answer itself."""
PLACEHOLDER = re.compile(
    r"to\s?do\b.*|(?:double[- ]?click|replace this)\b.*"
    r"|(?:please )?(?:write|type|enter|put|add|fill in)\b.{0,60}\b(?:here|below)"
    r"|(?:your |the )?(?:answers?|text|response)(?: goes)?(?: here| below)?",
    re.IGNORECASE,
)
"""What a starter notebook leaves for the student to replace."""
ABOUT_QUESTIONS = re.compile(r"question|answer|viva|oral|\bq\s*(?:&|and|/)\s*a\b", re.IGNORECASE)
"""A heading under which a bare number stands for a question."""
CLOSING = re.compile(r"(conclusions?|references?)\s*(:|$)", re.IGNORECASE)
"""What comes after the last answer."""

CODE_TOKEN = re.compile(
    r"""\#(?P<comment>[^\n]*)
      | (?P<quote>\"{3}|'{3})(?P<long>.*?)(?P=quote)
      | "(?P<double>(?:\\.|[^"\\\n]){0,1000})" | '(?P<single>(?:\\.|[^'\\\n]){0,1000})'
      | (?P<word>\w+)""",
    re.DOTALL | re.VERBOSE,
)
AROUND_TEXT = re.compile(r"print|display|Markdown|HTML|[frbu]{1,2}", re.IGNORECASE)
"""Code that only carries a text."""
ANSWER_NAME = re.compile(r"ans(?:wer)?_?\d{1,2}", re.IGNORECASE)
"""answer_2 = "..." """
MIN_WORDS_OF_STRING = 3
MOST_WORDS_OF_QUESTION = 12
"""Without a question mark: a longer text that begins with "When" is an answer."""


@dataclass(frozen=True)
class Line:
    """A line of the notebook without the signs of markdown."""

    cell: int
    """Number among all cells, from 1."""
    text: str
    """Empty for code."""
    rank: int = NO_HEADING
    stands_out: bool = False
    """A heading, or bold as a whole."""


@dataclass(frozen=True)
class Posed:
    """A line that poses a question."""

    question: int
    """Index of the question on the sheet."""
    rest: str
    """What the line says after the question."""
    by_text: bool
    """Recognised by its words, not only by its number."""


def find_answers(notebook: "NotebookNode", questions: list[str]) -> list[WrittenAnswer]:
    """One answer for each question, in the sheet's order; without words where the notebook has none."""
    lines = list(islice(readable_lines(notebook), MAX_LINES))
    posed = {at: found for at, line in enumerate(lines) if (found := question_in(line, questions))}
    answers = [best_answer(lines, posed, index, question) for index, question in enumerate(questions)]
    numbered_too = bare_numbers(lines, posed, len(questions)) | posed
    by_number = [best_answer(lines, numbered_too, index, question) for index, question in enumerate(questions)]
    return max(answers, by_number, key=lambda found: sum(answer.words > 0 for answer in found))


def best_answer(lines: list[Line], posed: dict[int, Posed], index: int, question: str) -> WrittenAnswer:
    """The longest answer to a question; one under the question's words goes before one under its number."""
    found = []
    for at, marker in posed.items():
        if marker.question == index:
            text = "\n".join(answer_after(lines, at, posed))
            words = sum(any(character.isalnum() for character in word) for word in text.split())
            found.append((words > 0 and marker.by_text, words, -at, text))
    if not found:
        return WrittenAnswer(question=question)
    _, words, at, text = max(found)
    return WrittenAnswer(question=question, cell=lines[-at].cell, words=words, text=text[:MAX_TEXT])


def answer_after(lines: list[Line], at: int, posed: dict[int, Posed]) -> Iterator[str]:
    """Lines of the answer to the question that is posed at a line, without labels and placeholders."""
    rank = lines[at].rank
    for number, line in enumerate(lines[at:], start=at):
        text = without_label(line.text if number > at else posed[at].rest)
        closes = CLOSING.match(text) or (text and line.rank < NO_HEADING and line.rank <= rank)
        if number > at and (number in posed or not line.text or closes):
            return
        if text and not PLACEHOLDER.fullmatch(text.strip(" .:…()[]<>-")):
            yield text


def without_label(text: str) -> str:
    """The text without `Ans:` before it."""
    label = LABEL.match(text)
    return text[label.end() :] if label else text.strip()


# -- Which question a line poses ---------------------------------------------------------------------------------------


def question_in(line: Line, questions: list[str]) -> Posed | None:
    """The question that a line poses, by its words or by a number such as Q3."""
    number, text = numbered(line.text)
    asks = "?" in text[:MAX_COMPARED] or bool(ASKS.match(text))
    alike = ALIKE_ASKING if asks else ALIKE_HEADING if line.stands_out or number is not None else ALIKE_ANY
    if text and questions:
        likeness, index, rest = max(
            (likeness_of(head, question) + (10 if asks and index == number else 0), index, rest)
            for head, rest in splits(text)
            for index, question in enumerate(questions)
        )
        if likeness >= alike:
            return Posed(index, rest, by_text=True)
    if number is not None and 0 <= number < len(questions) and EXPLICIT.match(line.text):
        return Posed(number, without_question(text), by_text=False)
    return None


def numbered(text: str) -> tuple[int | None, str]:
    """The index of the question whose number begins the text, if any, and the text after it."""
    found = EXPLICIT.match(text) or BARE.match(text)
    return (int(found[found.lastindex or 0]) - 1, text[found.end() :]) if found else (None, text)


def splits(text: str) -> Iterator[tuple[str, str]]:
    """The ways in which a line may consist of a question and the beginning of its answer."""
    yield text[:MAX_COMPARED], ""
    for end in ENDS_OF_QUESTION:
        if found := end.search(text[:MAX_COMPARED]):
            yield text[: found.end()], text[found.end() :].strip()


def likeness_of(head: str, question: str) -> float:
    """How alike two questions are, 0 to 100: typing errors and a few missing words cost little, other words much."""
    one, other = utils.default_process(head), utils.default_process(question)
    missing_number = set(re.findall(r"\d+", other)) - set(re.findall(r"\d+", one))
    loosely = max(fuzz.token_set_ratio(one, other), fuzz.partial_ratio(one, other))
    return (loosely + fuzz.token_sort_ratio(one, other)) / 2 - (20 if missing_number else 0)


def without_question(text: str) -> str:
    """The text after a question in unknown words; all of it where it does not ask, or is too long to ask."""
    _, mark, rest = text.partition("?")
    return rest.strip() if mark else "" if ASKS.match(text) and len(text.split()) <= MOST_WORDS_OF_QUESTION else text


def bare_numbers(lines: list[Line], posed: dict[int, Posed], count: int) -> dict[int, Posed]:
    """Lines such as `3. It has ten classes.` below a line that speaks of answers, before any question is repeated."""
    found = {}
    below = False
    for at, line in enumerate(lines):
        number, text = numbered(line.text)
        if at in posed:
            below = False
        elif below and number is not None and 0 <= number < count:
            found[at] = Posed(number, without_question(text), by_text=False)
        elif line.stands_out or ABOUT_QUESTIONS.match(line.text):
            below = bool(ABOUT_QUESTIONS.search(line.text))
    return found


# -- From cells to lines -----------------------------------------------------------------------------------------------


def readable_lines(notebook: "NotebookNode") -> Iterator[Line]:
    """Lines of text in the order of the notebook; an empty one stands for code."""
    for number, cell in enumerate(notebook["cells"], start=1):
        source = cell["source"]
        if cell["cell_type"] == "code" and not is_prose(source):
            yield from lines_of_code(source, number)
        else:
            yield from lines_of_markdown(source, number)


def is_prose(source: str) -> bool:
    """Whether a code cell holds an answer that should have been a markdown cell."""
    looks_like_code = re.search(
        r"[=\[\]{}#\"%!]|^[ \t]*(import|from|def|class|for|if|while|pip)\b", source, re.MULTILINE
    )
    return not looks_like_code and syntax_of(source).error is not None


def lines_of_markdown(source: str, cell: int) -> Iterator[Line]:
    """Lines of a markdown cell, without pictures, tags and signs of emphasis."""
    source = re.sub(r"data:[\w/+.-]*;base64,[\w+/=]*", "", source)
    for raw in re.sub(r"<br\s*/?>", "\n", source).splitlines():
        heading = re.match(r"\s*(?:(#{1,6})|<h([1-6])\b)", raw)
        bold = re.match(r"\W{0,20}(\*\*|__|<b>|<strong>)", raw) and re.search(r"(\*\*|__|</b>|</strong>)\W{0,20}$", raw)
        text = re.sub(r"!\[[^\[\]]{0,300}\]\([^()]{0,2000}\)|<[^<>]{0,300}>", " ", raw)
        text = re.sub(r"^[\s#>|+*•-]+|[`|$\\]|\*\*|(?<!\w)[*_]+(?=\S)|(?<=\S)[*_]+(?!\w)", "", text)
        if any(character.isalnum() for character in text):
            rank = len(heading[1] or "") or int(heading[2]) if heading else NO_HEADING
            yield Line(cell, " ".join(text.split()), rank, stands_out=bool(heading or bold))


def lines_of_code(source: str, cell: int) -> Iterator[Line]:
    """Comments and longer strings of a code cell, and an empty line wherever code stands."""
    for token in CODE_TOKEN.finditer(source):
        comment, long, word = token["comment"], token["long"], token["word"]
        short = token["double"] or token["single"] or ""
        if comment is not None or long is not None:
            yield from lines_of_markdown(long or (comment or "").lstrip("# "), cell)
        elif len(short.split()) >= MIN_WORDS_OF_STRING:
            yield from lines_of_markdown(short.replace("\\n", "\n"), cell)
        elif word and not AROUND_TEXT.fullmatch(word):
            yield Line(cell, word if ANSWER_NAME.fullmatch(word) else "")

"""Cells of code -> shingles: every five tokens that follow one another, as numbers that can be compared.

Comments, docstrings and spaces are left out; a string is any string and a number any number. A second number for each
shingle has the notebook's own names blinded as well: five tokens in which only they differ are the same.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pygments.lexers.python import PythonLexer
from pygments.token import Comment, Name, Number, String

WIDTH = 5
"""Tokens of a shingle."""
MAX_TOKENS = 10_000
"""Of one notebook; what follows is not compared. 13 cells of code have about 1,000."""
MAX_CHARACTERS = 100_000
"""Likewise. Reading takes at most a second then, whatever stands in the cells."""
LINE_OF_SHELL = re.compile(r"\s*[%!?]")
LEXER = PythonLexer(stripnl=False, ensurenl=False)  # reads what Python cannot parse, too
STRING = '""'
"""Any string; the lexer cuts one into several tokens."""
IMPORT = re.compile(r"\s*(?:import|from)\b")

Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Token:
    """One word or sign of the code."""

    text: str
    line: int
    """In its cell, counted from 0."""
    is_own: bool
    """A name that may be the notebook's own: no attribute, no argument's name, nothing imported or built in."""


@dataclass(frozen=True)
class Cell:
    """A cell of code, ready to be compared."""

    number: int
    """Counted from 1."""
    lines: list[str]
    """Without the empty ones."""
    named: Numbers
    """One number for each shingle, in its order."""
    blinded: Numbers
    """Likewise, with the notebook's own names blinded."""
    first: Numbers
    """Of each shingle the first line, counted from 0 ..."""
    last: Numbers
    """... and the last."""


@dataclass(frozen=True)
class Code:
    """The code of one notebook, or of several."""

    cells: list[Cell]

    @cached_property
    def named(self) -> Numbers:
        """Its different shingles."""
        return distinct([cell.named for cell in self.cells])

    @cached_property
    def blinded(self) -> Numbers:
        """Its different shingles with names blinded."""
        return distinct([cell.blinded for cell in self.cells])


def distinct(parts: Sequence[Numbers]) -> Numbers:
    """All numbers once, in order."""
    return np.unique(np.concatenate([np.empty(0, np.int64), *parts]))


def code_of(sources: Sequence[str]) -> Code:
    """The shingles of code cells; the first has number 1. Shingles do not reach from one cell into the next."""
    lines = list(limited(sources))
    imported = {word for cell in lines for line in cell if IMPORT.match(line) for word in re.findall(r"\w+", line)}
    cells, left = [], MAX_TOKENS
    for number, cell in enumerate(lines, start=1):
        tokens = tokens_of(cell, imported, left)
        left -= len(tokens)
        if len(tokens) >= WIDTH:
            cells.append(cell_of(number, cell, tokens))
    return Code(cells)


def limited(sources: Sequence[str]) -> Iterator[list[str]]:
    """The lines of each cell that hold code, as long as there are not too many characters.

    Empty lines go first of all: the lexer's time grows with the square of their number.
    """
    left = MAX_CHARACTERS
    for source in sources:
        text = source[:left]
        left -= len(text)
        yield [line for line in text.splitlines() if line.strip() and not LINE_OF_SHELL.match(line)]


def tokens_of(lines: Sequence[str], imported: set[str], most: int) -> list[Token]:
    """The tokens of a cell that are compared, at most so many."""
    found: list[tuple[Any, str, int]] = []
    line = 0
    for _, kind, text in LEXER.get_tokens_unprocessed("\n".join(lines)):
        word = word_of(kind, text)
        if word and not (word == STRING and found and found[-1][1] == STRING):
            found.append((kind, word, line))
        if len(found) >= most:
            break
        line += text.count("\n")
    return list(told_apart(found, imported))


def word_of(kind: Any, text: str) -> str:
    """What is compared of a token; nothing of comments and spaces."""
    if kind in Comment or kind in String.Doc:
        return ""
    if kind in String:
        return STRING
    return "0" if kind in Number else text.strip()


def told_apart(found: Sequence[tuple[Any, str, int]], imported: set[str]) -> Iterator[Token]:
    """The tokens, with the names among them that are the notebook's own."""
    words = [word for _, word, _ in found]
    depth = 0
    for at, (kind, word, line) in enumerate(found):
        depth += (word in "([{") - (word in ")]}")
        is_attribute = at > 0 and words[at - 1] == "."
        is_argument = depth > 0 and at + 1 < len(words) and words[at + 1] == "="
        is_name = kind in Name and kind not in Name.Builtin and kind not in Name.Namespace
        yield Token(word, line, is_name and not is_attribute and not is_argument and word not in imported)


def cell_of(number: int, lines: list[str], tokens: Sequence[Token]) -> Cell:
    """The cell with the shingles of its tokens."""
    windows = [tokens[start : start + WIDTH] for start in range(len(tokens) - WIDTH + 1)]
    return Cell(
        number=number,
        lines=lines,
        named=np.array([hash(tuple(token.text for token in window)) for window in windows], np.int64),
        blinded=np.array([hash(tuple(blind(window))) for window in windows], np.int64),
        first=np.array([window[0].line for window in windows], np.int64),
        last=np.array([window[-1].line for window in windows], np.int64),
    )


def blind(window: Sequence[Token]) -> Iterator[str | int]:
    """The words of a shingle, where an own name is only its place among them: `x = x + y` is 0 = 0 + 1."""
    places: dict[str, int] = {}
    for token in window:
        yield places.setdefault(token.text, len(places)) if token.is_own else token.text

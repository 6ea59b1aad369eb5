"""A cell that Python cannot read -> as much of it as can run, each line where it was, and what was done in words.

As a person would: signs that a word processor put there are typed anew, and a statement that cannot be read is left
out. The cell is reported as broken all the same; this only keeps one slip of the pen from costing everything around it.
"""

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from grader.records import CellError
from grader.submissions.collect import PYTHON_CELL, syntax_of, syntax_tree

MOST_LINES = 3_000
MOST_TRIES = 600
"""At reading pieces of one cell."""
LONGEST_JOIN = 20
"""Pieces that together may be one statement, as where the text of a string begins in the first column."""
CONTINUES = re.compile(r"(else|elif|except|finally)\b|[)\]}#]")
"""How a line in the first column begins that belongs to the statement above it."""
MADE = re.compile(r"([A-Za-z_]\w*(?:[ \t]*,[ \t]*[A-Za-z_]\w*)*)[ \t]*=(?!=)|(?:def|class)[ \t]+([A-Za-z_]\w*)")
"""How a statement begins that gives values to names."""
SIGNS = str.maketrans(
    dict.fromkeys("\u201c\u201d\u201e\u201f\u2033", '"')
    | dict.fromkeys("\u2018\u2019\u201a\u201b\u2032", "'")
    | dict.fromkeys("\u00a0\u2002\u2003\u2007\u2009\u202f\u3000", " ")
    | dict.fromkeys("\u200b\u200c\u200d\u2060\ufeff", "")
    | dict.fromkeys("\u2010\u2011\u2012\u2013\u2212", "-")
    | {"\u2026": "...", "\u00d7": "*"}
)
PRINT = re.compile(r"^([ \t]*)print[ \t]+(?![=(])(.+?)[ \t]*;?[ \t]*$", re.MULTILINE)
EXCEPT = re.compile(r"^([ \t]*except[ \t]+[\w.]+)[ \t]*,[ \t]*(\w+)[ \t]*:", re.MULTILINE)
PATH = re.compile(r"""(?<=["'])[A-Za-z]:\\(?!\\)[^"'\n]*""")
r"""In which Python takes \U or \x for the beginning of a character's number."""
EMPTY_BODY = re.compile(r"expected an indented block")
WORKS = (
    *(ast.Call, ast.Assign, ast.AugAssign, ast.NamedExpr, ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef),
    *(ast.AsyncFunctionDef, ast.Delete, ast.Await),
)
"""What does something, unlike a word of prose that happens to be a name."""


@dataclass(frozen=True)
class Salvaged:
    """What can run of a broken cell."""

    source: str
    """With as many lines as the cell. For a statement that cannot be read there is one that raises its error."""
    how: str
    """For the student."""


@dataclass(frozen=True)
class Piece:
    """Some lines that make up a statement, or cannot be read."""

    text: str
    readable: bool
    mended: str = ""
    """What was mended, in words."""

    @property
    def works(self) -> bool:
        """Whether it does something when it runs."""
        tree = syntax_tree(self.text) if self.readable else None
        return isinstance(tree, ast.Module) and any(isinstance(node, WORKS) for node in ast.walk(tree))


def salvaged(source: str) -> Salvaged | None:
    """What can run of a cell that cannot be parsed; None where that is nothing."""
    source = PYTHON_CELL.sub(r"\1", source)
    if source.count("\n") > MOST_LINES or source.lstrip().startswith("%%"):
        return None
    pieces = list(merged(pieces_of(source)))
    if not any(piece.works for piece in pieces):
        return None
    text = "\n".join(piece.text if piece.readable else raising(piece.text) for piece in pieces)
    mended = sorted({piece.mended for piece in pieces} - {""})
    how = [f"It was run with {' and '.join(mended)}."] if mended else []
    left_out = sum(not piece.readable for piece in pieces)
    if left_out:
        how.append(f"It was run without what cannot be read ({left_out} {'places' if left_out > 1 else 'place'}).")
    return None if syntax_of(text).error else Salvaged(text, " ".join(how))


def pieces_of(source: str) -> Iterator[Piece]:
    """The cell's top-level statements, one after another."""
    blocks, first, tries = blocks_of(source), 0, 0
    while first < len(blocks):
        length = 1
        for length in range(1, 1 + min(LONGEST_JOIN, len(blocks) - first)):
            tries += 1
            text = "\n".join(blocks[first : first + length])
            piece = Piece(text, readable=True) if readable(text) else mended_piece(text) if length == 1 else None
            if piece or tries > MOST_TRIES:
                break
        else:
            length, piece = 1, None
        yield piece or Piece(blocks[first], readable=False)
        first += length if piece else 1


def blocks_of(source: str) -> list[str]:
    """The cell, cut before each line in the first column that does not plainly belong to the one above it."""
    blocks: list[list[str]] = []
    for line in source.split("\n"):
        if not blocks or (line[:1].strip() and not CONTINUES.match(line)):
            blocks.append([])
        blocks[-1].append(line)
    return ["\n".join(block) for block in blocks]


def readable(text: str) -> bool:
    """Whether it can be parsed."""
    return not isinstance(syntax_tree(text), CellError)


def mended_piece(text: str) -> Piece | None:
    """The piece with slips mended that a person would see at once; None where that does not make it readable."""
    done: list[str] = []
    for words, mend in MENDINGS:
        changed = mend(text)
        if changed != text:
            text, done = changed, [*done, words]
            if readable(text):
                return Piece(text, readable=True, mended=" and ".join(done))
    return None


def with_bodies(text: str) -> str:
    """With `pass` behind each colon that no body follows, for example because all of it is a comment."""
    lines = text.split("\n")
    for _ in range(len(lines)):
        error = syntax_tree("\n".join(lines))
        if not isinstance(error, CellError) or not EMPTY_BODY.search(error.message):
            break
        header = re.search(r"on line (\d+)", error.message)
        numbers = range(int(header[1]) - 1, len(lines)) if header else range(0)
        end = next((number for number in numbers if lines[number].partition("#")[0].rstrip().endswith(":")), None)
        if end is None:
            break
        lines[end] = f"{lines[end].partition('#')[0].rstrip()} pass"
    return "\n".join(lines)


def as_python_3(text: str) -> str:
    """With print() and `except ... as ...` in the place of Python 2's."""
    return EXCEPT.sub(r"\1 as \2:", PRINT.sub(lambda found: f"{found[1]}print({found[2].rstrip(',')})", text))


def without_tabs(text: str) -> str:
    """With blanks for tabs: eight, as Python 2 had it, or four, as many editors show them."""
    wide = text.expandtabs(8)
    return wide if readable(wide) else text.expandtabs(4)


MENDINGS: tuple[tuple[str, Callable[[str], str]], ...] = (
    ("plain signs in the place of a word processor's", lambda text: text.translate(SIGNS)),
    (
        "two backslashes for each in a path of Windows",
        lambda text: PATH.sub(lambda path: path[0].replace("\\", "\\\\"), text),
    ),
    ("Python 2's print as a function", as_python_3),
    ("blanks in the place of tabs", without_tabs),
    ("`pass` for a body that is empty", with_bodies),
)
"""What is mended, in words, and how; one after another, until the piece can be read."""


def merged(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """With neighbours that cannot be read as one, so that a page of prose is one error; single words belong to it."""
    waiting: list[str] = []
    for piece in pieces:
        if waiting and (piece.works or MADE.match(piece.text)):
            yield Piece("\n".join(waiting), readable=False)
            waiting = []
        if waiting or not piece.readable:
            waiting.append(piece.text)
        else:
            yield piece
    if waiting:
        yield Piece("\n".join(waiting), readable=False)


def raising(text: str) -> str:
    """A statement of as many lines that raises the error of this text; what it should make has no value then."""
    made = MADE.match(text)
    name = made and (made[1] or made[2])
    target = f"{name} = " if name else ""
    return f"{target}compile({text!r}, 'what cannot be read', 'exec')" + "\n" * text.count("\n")

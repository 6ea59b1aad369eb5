"""A student's file -> a Submission, a notebook that is ready to run, and the notebook as it was handed in.

The file is only read. Reading is tolerant: what can be mended is mended and noted, what cannot becomes a sentence for
the student. Nothing here executes the student's code.
"""

import ast
import hashlib
import json
import os
import re
import unicodedata
import warnings
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from grader.errors import UsageError
from grader.records import CellError, Submission
from grader.submissions.scripts import cells_of

if TYPE_CHECKING:  # nbformat costs 0.07 s, which `grader --help` need not pay
    from nbformat import NotebookNode

Cell = dict[str, Any]
"""A cell as JSON has it."""
Output = dict[str, Any]

MAX_BYTES = 50_000_000
MAX_CELLS = 2_000
MAX_CODE = 300_000
"""Characters of all code cells together."""
MAX_MAGIC_LINES = 50
"""Of one cell: IPython reads the whole cell again for each of them."""
MAX_HELP_LINE = 200
"""Characters of a line such as `np.zeros?`: IPython's search for the name before the ? grows with their square."""
MAGIC = re.compile(r"^[ \t\f]*[!%?,;/]|=[ \t\f]*[!%]|\?[ \t\f]*$", re.MULTILINE)
MOST_RUNS = 10**9
"""Of one cell, by its execution count."""
AUTOMAGIC = re.compile(r"(cat|cd|conda|cp|env|load_ext|ls|mamba|man|matplotlib|mkdir|mv|pip|pwd|pylab|rm|uv)\b.*")
"""A cell of one line that IPython takes for a magic although its % is missing."""
PYTHON_CELL = re.compile(r"\A(\s*)%%(?:time|timeit|capture|prun)\b.*")
"""Magics of a whole cell behind which Python follows."""

BARE_INSTALL = re.compile(r"^([ \t]*)(?=(?:pip[\d.]*|conda)[ \t]+(?:un)?install\b)", re.MULTILINE)
"""Where a line begins that installs something and has no ! or % before it."""

EXPORT = "Open the notebook in Jupyter or Colab, choose File > Download > Download .ipynb, and hand in that file."
SIGNATURES = (
    (b"PK\x03\x04", "a zip archive or a Word document", "Hand in the .ipynb file itself."),
    (b"PK\x05\x06", "an empty zip archive", "Hand in the .ipynb file itself."),
    (b"%PDF", "a PDF", EXPORT),
    (b"\x89PNG", "a picture", EXPORT),
    (b"\xff\xd8\xff", "a picture", EXPORT),
    (b"Rar!", "a RAR archive", "Hand in the .ipynb file itself, or a zip archive with it."),
    (b"7z\xbc\xaf", "a 7-Zip archive", "Hand in the .ipynb file itself, or a zip archive with it."),
    (b"\xd0\xcf\x11\xe0", "a Word document of an old kind", EXPORT),
    (b"\x89HDF", "a saved model (HDF5)", "Hand in the notebook that trains it."),
)
"""How a file begins, what it is, and what to do."""


@dataclass(frozen=True)
class Collected:
    """What was handed in, in four forms."""

    submission: Submission
    data: bytes
    """The content of the file, of which `submission.sha256` is the digest; of one that is too large, its beginning."""
    notebook: "NotebookNode"
    """The copy to run, nbformat 4.5: no outputs, attachments or metadata. Code cells have the ids cell-1, cell-2 ...,
    other cells text-1, text-2 ... Without any cell where `submission.problem` says that nothing can be run."""
    saved: "NotebookNode"
    """The same cells and ids as they were handed in, with their execution counts and the texts they had printed; no
    pictures."""


@dataclass(frozen=True)
class Syntax:
    """A cell as Python reads it."""

    error: CellError | None
    """Why it cannot be parsed."""
    imports: frozenset[str]
    """Top-level names of the modules that it imports."""


@dataclass(frozen=True)
class Told:
    """What is known of a submission before its file is read."""

    where: str
    """Where it was found, for people."""
    submitted_at: datetime | None = None
    """None where nobody knows: then the time of the file says nothing either."""
    marked_late: bool | None = None
    """What the platform says; None where it says nothing."""
    id: str = ""
    """The class list's, else the platform's; empty where nobody gave one."""
    email: str = ""
    notes: tuple[str, ...] = ()
    problem: str | None = None
    """Why nothing can be run, in a sentence for the student."""


class UnreadableError(Exception):
    """The file is no notebook; the message is the sentence for the student."""


def collect(
    path: Path,
    assignment: str,
    student: str | None,
    submitted_at: datetime | None,
    due_at: datetime | None,
    told: Told | None = None,
) -> Collected:
    """The submission in the file at `path`, a notebook or a Python script.

    Without a `student` it is the name of the file; without `submitted_at` the time that was `told`; where nothing was,
    the one at which the file was last changed. All times have a time zone. Raises `UsageError` where there is no file
    that can be read.
    """
    data, modified_at = read(path)
    told = told or Told(str(path), modified_at)
    notes: list[str] = [note[:2_000] for note in told.notes]
    cells: list[Cell] = []
    try:
        if told.problem:
            raise UnreadableError(told.problem)
        cells = mended_cells(cells_in(data, path, notes), notes)
        if cells and is_checkpoint(path):
            notes.append("The file is a checkpoint, Jupyter's own copy: it may be older than the notebook.")
        problem = nothing_to_run(cells, is_checkpoint(path))
    except UnreadableError as error:
        problem = str(error)
    except RecursionError:
        problem = f"Expected a Jupyter notebook. Found JSON that is nested too deeply to be read. {EXPORT}"
    submission = Submission(
        student=student_name(path, student),
        id=told.id[:200],
        email=told.email[:200],
        assignment=assignment,
        path=printable(told.where),
        sha256=hashlib.sha256(data).hexdigest(),
        submitted_at=submitted_at or told.submitted_at,
        due_at=due_at,
        marked_late=told.marked_late,
        notes=notes,
        problem=problem,
    )
    runnable = [] if problem else [without_outputs(cell) for cell in cells]
    return Collected(submission, data, as_notebook(runnable), as_notebook(cells))


# -- Names and times ---------------------------------------------------------------------------------------------------


def student_name(path: Path, student: str | None = None) -> str:
    """The name on the record sheet: the student's, else the file's."""
    return printable(student or path.stem)[:200] or "unnamed"


def folder_name(student: str) -> str:
    """A safe name for a student's folder: at most 80 characters, the letters of every script, and a short hash of the
    student's name where it had to be changed, or is like that of a file in the folder of results.

    >>> folder_name("Asha Rao")
    'Asha Rao'
    """
    name = unicodedata.normalize("NFC", student)
    safe = "".join(c if c in " ._-@" or unicodedata.category(c)[0] in "LMN" else "_" for c in name).strip(" .-")[:60]
    while len(safe.encode()) > 180:  # file systems allow 255 bytes
        safe = safe[:-1]
    reserved = re.fullmatch(r"(con|prn|aux|nul|com\d|lpt\d)?(\..*)?|.*\.(html|csv|xlsx|zip|db)", safe, re.IGNORECASE)
    looks_hashed = re.search(r"-[0-9a-f]{8}$", safe)
    if safe == name and not reserved and not looks_hashed:
        return safe
    return f"{safe}-{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}".lstrip("-")


def printable(text: str) -> str:
    """The text without control characters, direction overrides and lone surrogates; Indic joiners stay."""
    return "".join(c for c in text if c.isprintable() or c in "\u200c\u200d").strip()


def parse_time(text: str) -> datetime:
    """A time as the user wrote it, with a time zone; without one it is local time.

    Raises `UsageError` where it is not ISO 8601 with a date and a time of day.
    """
    expected = f"Expected a date and a time such as 2026-03-01T23:59 or 2026-03-01T23:59+05:30. Received: `{text}`."
    try:
        time = datetime.fromisoformat(text.strip())
        local = time if time.tzinfo else time.astimezone()
    except (ValueError, OverflowError):
        raise UsageError(expected) from None
    if len(text.strip()) <= len("2026-03-01"):
        raise UsageError(f"{expected} Add the time of day.")
    return local


def parse_due(text: str) -> datetime:
    """A due time as the user wrote it, with a time zone; a date alone is the end of that day, local time.

    Raises `UsageError` where it is not ISO 8601.
    """
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        return parse_time(text)
    return parse_time(f"{day}T23:59:59")


# -- From the file to its cells ----------------------------------------------------------------------------------------


def read(path: Path) -> tuple[bytes, datetime]:
    """The file's content, at most one byte more than MAX_BYTES, and when it was last changed."""
    try:
        if path.is_dir():
            raise UsageError(f"Expected a notebook at {path}. Found a folder. Name the .ipynb file in it.")
        if not path.is_file():
            raise UsageError(f"Expected a notebook at {path}. Found no file there.")
        with path.open("rb") as file:
            modified_at = datetime.fromtimestamp(os.fstat(file.fileno()).st_mtime, UTC)
            return file.read(MAX_BYTES + 1), modified_at
    except OSError as error:
        raise UsageError(f"Expected a file that can be read at {path}. Found: {error.strerror}.") from None


def cells_in(data: bytes, path: Path, notes: list[str]) -> list[Any]:
    """The cells as the JSON has them, of any type and form, or as a Python script has them."""
    if len(data) > MAX_BYTES:
        raise UnreadableError(
            f"Expected a notebook of at most {MAX_BYTES // 1_000_000} MB. Found a larger one. "
            "Choose Kernel > Restart and clear all outputs, save it, and hand it in again."
        )
    for signature, kind, step in SIGNATURES:
        if data.startswith(signature):
            raise UnreadableError(f"Expected a Jupyter notebook. Found {kind}. {step}")
    text = decoded(data, notes)
    try:
        document = json.loads(text, strict=False)
    except ValueError as error:
        if is_script(path, text):
            cells = cells_of(text)
            taken = "taken as one code cell" if len(cells) == 1 else f"cut into {len(cells)} cells where it is marked"
            notes.append(f"The file is a Python script, not a notebook: it was {taken}.")
            return cells
        raise UnreadableError(f"Expected a Jupyter notebook. Found {looks_like(text, error)}. {EXPORT}") from None
    return listed_cells(without_lone_surrogates(text, document), notes)


def decoded(data: bytes, notes: list[str]) -> str:
    """The file as text, whatever editor wrote it."""
    encoding: str = json.detect_encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        encoding = "cp1252"
        text = data.decode(encoding, errors="replace")
    if not text.strip("\ufeff\0 \t\r\n"):
        raise UnreadableError(f"Expected a Jupyter notebook. Found an empty file. {EXPORT}")
    if encoding != "utf-8":
        notes.append(f"The file is not in plain UTF-8; it was read as {encoding}.")
    return text


def without_lone_surrogates(text: str, document: Any) -> Any:
    r"""The document where JSON's \ud800 without its partner, which no file or socket takes, became a question mark."""
    if not re.search(r"\\u[dD][89a-fA-F]", text):
        return document
    joined = json.dumps(document, ensure_ascii=False)
    return json.loads(re.sub("[\ud800-\udfff]", "\ufffd", joined))


def is_script(path: Path, text: str) -> bool:
    """Whether a text that is not JSON should be read as Python, whatever the file is called."""
    imports = re.search(r"^(?:In ?\[[ \d]*\]:[ \t]*)?(import \w|from [\w.]+ import )", text, re.MULTILINE)
    return path.suffix.lower() == ".py" or (bool(imports) and not text.lstrip().startswith(("<", "{")))


def looks_like(text: str, error: ValueError) -> str:
    """What the text is if not JSON, to complete "Found ..."."""
    start = text.lstrip().lower()
    if start.startswith("<"):
        return "a web page (HTML): the page that shows the notebook was saved, not the notebook itself"
    if start.startswith("{"):
        where = f" at line {error.lineno}" if isinstance(error, json.JSONDecodeError) else ""
        return f"a notebook that is damaged{where}: it was cut off, or edited by hand"
    return "binary data" if "\0" in text[:10_000] else "plain text"


def listed_cells(document: Any, notes: list[str]) -> list[Any]:
    """The list of cells of nbformat 4, or of the worksheets of nbformat 2 and 3."""
    found = document if isinstance(document, dict) else {}
    if isinstance(found.get("cells"), list):
        return list(found["cells"])
    if isinstance(found.get("worksheets"), list):
        notes.append("The notebook has an old format (nbformat 3); it was upgraded to nbformat 4.")
        sheets = [sheet.get("cells") for sheet in found["worksheets"] if isinstance(sheet, dict)]
        return [upgraded(cell) for cells in sheets if isinstance(cells, list) for cell in cells]
    raise UnreadableError(f"Expected a Jupyter notebook. Found JSON without a list of cells. {EXPORT}")


def upgraded(cell: Any) -> Any:
    """A cell of nbformat 3 in the form of nbformat 4; None where it is beyond repair."""
    from nbformat import from_dict
    from nbformat.v4.convert import upgrade_cell

    try:
        old = from_dict({"metadata": {}, "outputs": [], **cell})
        old["source"] = text_of(old.get("source"))
        old["level"] = old.get("level") if old.get("level") in range(1, 7) else 1
        return upgrade_cell(old)
    except (AttributeError, KeyError, TypeError, ValueError):
        return None


# -- Mending -----------------------------------------------------------------------------------------------------------


def mended_cells(cells: list[Any], notes: list[str]) -> list[Cell]:
    """The cells as nbformat 4.5 wants them, numbered anew."""
    if len(cells) > MAX_CELLS:
        raise UnreadableError(
            f"Expected at most {MAX_CELLS:,} cells. Found {len(cells):,}. Hand in one assignment a notebook."
        )
    known = [cell for cell in cells if isinstance(cell, dict) and cell.get("cell_type") in ("code", "markdown", "raw")]
    if dropped := len(cells) - len(known):
        notes.append(f"Cells of unknown type were left out: {dropped}.")
    if incomplete := sum(not is_complete(cell) for cell in known):
        notes.append(f"Cells without source, metadata or outputs were completed with empty ones: {incomplete}.")
    ids = Counter(cell["id"] for cell in known if isinstance(cell.get("id"), str))
    if repeated := sum(count - 1 for count in ids.values()):
        notes.append(f"Cells with the id of another cell were given one of their own: {repeated}.")
    numbers: Counter[str] = Counter()
    mended = []
    for cell in known:
        kind = "cell" if cell["cell_type"] == "code" else "text"
        numbers[kind] += 1
        mended.append(mended_cell(cell, f"{kind}-{numbers[kind]}"))
        if kind == "cell" and (source := with_signs(mended[-1]["source"])):
            mended[-1]["source"] = source
            notes.append(
                f"In cell {numbers[kind]} a line `pip install` without a ! before it was read as if it had one."
            )
    return mended


def with_signs(source: str) -> str | None:
    """A cell that cannot be read but for its bare `pip install`, with a ! before it; None for any other cell."""
    if not BARE_INSTALL.search(source) or not syntax_of(source).error:
        return None
    mended = BARE_INSTALL.sub(r"\1!", source)
    return None if syntax_of(mended).error else mended


def is_complete(cell: Cell) -> bool:
    """Whether the cell has every part that its type requires."""
    required = {"source", "metadata"} | ({"outputs"} if cell["cell_type"] == "code" else set())
    return required <= cell.keys()


def mended_cell(cell: Cell, cell_id: str) -> Cell:
    """A valid cell of nbformat 4.5 with its source and, of its outputs, the texts."""
    source = re.sub(r"\r\n?", "\n", text_of(cell.get("source")))
    mended = {"id": cell_id, "cell_type": cell["cell_type"], "metadata": {}, "source": source}
    if cell["cell_type"] == "code":
        outputs = cell.get("outputs")
        texts = [printed(output) for output in outputs] if isinstance(outputs, list) else []
        count = cell.get("execution_count")
        known = count if isinstance(count, int) and 0 <= count < MOST_RUNS else None
        mended |= {"outputs": [output for output in texts if output], "execution_count": known}
    return mended


def text_of(value: Any) -> str:
    """Text that the format allows to be a list of lines."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def printed(output: Any) -> Output | None:
    """A saved output reduced to its texts; None where it is none that nbformat knows."""
    match output:
        case {"output_type": "stream"}:
            name = "stderr" if output.get("name") == "stderr" else "stdout"
            return {"output_type": "stream", "name": name, "text": text_of(output.get("text"))}
        case {"output_type": "execute_result" | "display_data" as kind, "data": dict(data)}:
            texts = {mime: text_of(value) for mime, value in data.items() if mime.startswith("text/")}
            count = {"execution_count": None} if kind == "execute_result" else {}
            return {"output_type": kind, "data": texts, "metadata": {}, **count}
        case {"output_type": "error"}:
            name, message = text_of(output.get("ename")), text_of(output.get("evalue"))
            return {"output_type": "error", "ename": name, "evalue": message, "traceback": []}
    return None


def is_checkpoint(path: Path) -> bool:
    """Whether it is a copy that Jupyter keeps beside a notebook, by its folder or its name."""
    return ".ipynb_checkpoints" in path.parts or path.stem.endswith("-checkpoint")


def nothing_to_run(cells: list[Cell], checkpoint: bool) -> str | None:
    """Why these cells cannot be run, for the student; None where they can. A checkpoint is named as one."""
    code = [cell["source"] for cell in cells if cell["cell_type"] == "code"]
    if checkpoint and not any(source.strip() for source in code):
        found = "a checkpoint, which Jupyter saves by itself in the folder .ipynb_checkpoints, without any code"
        return f"Expected a notebook with code cells. Found {found}. Hand in the notebook from the folder above it."
    if not cells:
        return f"Expected a notebook with code cells. Found no cell at all: was it saved before you wrote it? {EXPORT}"
    if not any(source.strip() for source in code):
        step = "Hand in the notebook that builds and trains your model."
        return f"Expected a notebook with code cells. Found {len(cells)} cells without any code. {step}"
    if sum(map(len, code)) > MAX_CODE:
        step = "Read data from a file instead of pasting it into a cell."
        return f"Expected at most {MAX_CODE:,} characters of code. Found {sum(map(len, code)):,}. {step}"
    return None


def without_outputs(cell: Cell) -> Cell:
    """The cell as if nothing had been run."""
    return {**cell, "outputs": [], "execution_count": None} if cell["cell_type"] == "code" else cell


def as_notebook(cells: list[Cell]) -> "NotebookNode":
    """A notebook of nbformat 4.5 with copies of these cells."""
    from nbformat import NotebookNode, from_dict

    notebook = from_dict({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells})
    return cast(NotebookNode, notebook)


# -- Syntax ------------------------------------------------------------------------------------------------------------


def code_sources(notebook: "NotebookNode") -> list[str]:
    """Sources of the code cells; the first has number 1."""
    return [cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code"]


def unparsable(notebook: "NotebookNode") -> dict[int, CellError]:
    """Code cells that IPython could not parse, by number from 1, with the line in the cell."""
    errors: dict[int, CellError] = {}
    for number, source in enumerate(code_sources(notebook), start=1):
        if error := syntax_of(source).error:
            errors[number] = error
    return errors


def imported_modules(notebook: "NotebookNode") -> list[str]:
    """Top-level names of the modules that the parsable cells import, sorted, for example keras and matplotlib."""
    return sorted(set().union(*(syntax_of(source).imports for source in code_sources(notebook))))


@lru_cache(maxsize=MAX_CELLS)
def syntax_of(source: str) -> Syntax:
    """What Python's grammar says of a cell: asked several times of each, and slow to find out."""
    tree = syntax_tree(source)
    if isinstance(tree, CellError):
        return Syntax(tree, frozenset())
    names: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.partition(".")[0])
    return Syntax(None, frozenset(names))


def syntax_tree(source: str) -> ast.Module | CellError:
    """The cell's syntax tree after IPython's own transforms, or why there is none. Nothing is executed."""
    code = PYTHON_CELL.sub(r"\1", source)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of invalid escapes in the student's strings
        try:
            return ast.parse(code)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            first = error
        try:
            return ast.parse(as_ipython(code))
        except SyntaxError as error:
            return CellError(kind=type(error).__name__, message=error.msg[:2_000], line=error.lineno)
        except ValueError:
            return CellError(kind="SyntaxError", message=str(first)[:2_000])
        except (RuntimeError, MemoryError):  # RecursionError is a RuntimeError
            return CellError(kind="SyntaxError", message="the code is nested too deeply to be read")


def as_ipython(code: str) -> str:
    """The code with magics, `!` and `?` turned into calls, lines where they were.

    Raises `SyntaxError` where they are too many or too long, or have no end.
    """
    from IPython.core.inputtransformer2 import TransformerManager

    magics = len(MAGIC.findall(code))
    if magics > MAX_MAGIC_LINES:
        raise SyntaxError(f"more than {MAX_MAGIC_LINES} lines with !, % or ? in one cell")
    if AUTOMAGIC.fullmatch(code.strip()):
        code = f"%{code.strip()}"
    blank = re.match(r"(?:[ \t]*\n)*", code)
    if any(len(line) > MAX_HELP_LINE and line.rstrip().endswith("?") for line in code.splitlines()):
        raise SyntaxError(f"a line of more than {MAX_HELP_LINE} characters that ends in ?")
    manager = TransformerManager()  # type: ignore[no-untyped-call]
    manager.do_token_transforms = partial(transform_magics, manager, magics + 2)  # type: ignore[method-assign]
    return "\n" * (blank[0].count("\n") if blank else 0) + manager.transform_cell(code)


def transform_magics(manager: Any, most: int, lines: list[str]) -> list[str]:
    """What IPython's own method of this work does, but `most` times instead of 500: each reads the whole cell."""
    for _ in range(most):
        changed, lines = manager.do_one_token_transform(lines)
        if not changed:
            return lines
    raise SyntaxError("a magic that has no end")

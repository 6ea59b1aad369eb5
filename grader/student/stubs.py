"""A teacher's notebook with nbgrader's markers -> the notebook that students begin with: no answer is left in it.

    ### BEGIN SOLUTION          what stands between becomes a stub
    ### END SOLUTION
    ### BEGIN HIDDEN TESTS      what stands between is left out, as with BEGIN MARK SCHEME
    ### END HIDDEN TESTS

Otter's `# BEGIN SOLUTION` is the same. Saved outputs go, because they show what the answers give.
"""

import re
from collections.abc import Callable

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_raw_cell

from grader.errors import TeacherError

MARKER = re.compile(r"\b(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)\b")
AUTOTEST = re.compile(r"^\s*#+ *(?:HASHED )?AUTOTEST\b")
STUBS = {
    "code": ("# YOUR CODE HERE", "raise NotImplementedError()"),
    "markdown": ("YOUR ANSWER HERE",),
    "raw": ("YOUR ANSWER HERE",),
}
"""nbgrader's own, by type of cell."""
NEW: dict[str, Callable[[str], NotebookNode]] = {
    "code": new_code_cell,
    "markdown": new_markdown_cell,
    "raw": new_raw_cell,
}


def starter_from(source: NotebookNode) -> NotebookNode:
    """The students' notebook.

    Raises:
        TeacherError: a marker has no partner; the message names the cell.
    """
    cells = []
    for number, cell in enumerate(source.cells, start=1):
        text = without_answers(cell, number)
        if text.strip() or not cell.source.strip():  # a cell of hidden tests alone leaves nothing
            cells.append(NEW[cell.cell_type](text))
            cells[-1].id = cell.get("id") or f"cell-{number}"
    metadata = {key: source.metadata[key] for key in ("kernelspec", "language_info") if key in source.metadata}
    made: NotebookNode = new_notebook(cells=cells, metadata=metadata)
    return made


def without_answers(cell: NotebookNode, number: int) -> str:
    """The source of a cell with its solutions as stubs and without its hidden tests."""
    marked = cell.metadata.get("nbgrader", {})
    if marked.get("solution") and not MARKER.search(cell.source):
        return "\n".join(STUBS[cell.cell_type])
    kept, inside = [], None
    for line in cell.source.splitlines():
        marker = MARKER.search(line)
        if marker is None:
            if inside is None and not AUTOTEST.match(line):
                kept.append(line)
        elif (inside is None) == (marker[1] == "BEGIN") and inside in (None, marker[2]):
            inside = marker[2] if marker[1] == "BEGIN" else None
            if inside == "SOLUTION":
                indent = line[: len(line) - len(line.lstrip())]
                kept += [indent + stub for stub in STUBS[cell.cell_type]]
        else:
            raise unpaired(number, line)
    if inside:
        raise unpaired(number, f"BEGIN {inside}")
    return "\n".join(kept)


def unpaired(number: int, line: str) -> TeacherError:
    """What to do about a marker without its partner."""
    return TeacherError(
        f"Expected BEGIN and END markers in pairs in cell {number} of the source notebook. Found `{line.strip()[:80]}` "
        "without its partner. Add the missing line."
    )

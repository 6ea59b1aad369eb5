"""A notebook -> ruff's remarks on its code, by cell and line. The code is read, never run."""

import json
import re
import subprocess
from typing import TYPE_CHECKING, Any

from ruff import find_ruff_bin  # type: ignore[import-untyped]

from grader.errors import TeacherError
from grader.records import CellRun, QualityFinding
from grader.submissions.collect import code_sources, unparsable

if TYPE_CHECKING:
    from nbformat import NotebookNode

RULES = {
    "F401": "an import that nothing uses",
    "F403": "import * hides where a name comes from",
    "F541": "an f-string without anything to fill in",
    "F632": "`is` compares identity, not values",
    "F811": "a second definition hides the first",
    "F821": "a name that does not exist",
    "F841": "a result that nothing uses",
    "E711": "compare with None by `is`",
    "E713": "`not in` reads better than `not ... in`",
    "E714": "`is not` reads better than `not ... is`",
    "E721": "isinstance() compares types",
    "E722": "a bare except hides every mistake",
    "B006": "a list as default argument is shared by all calls",
    "B015": "a comparison whose result is lost",
    "B018": "an expression whose value is lost",
    "B023": "a function in a loop sees only the last value",
    "C416": "a comprehension that only copies",
    "NPY001": "a type that NumPy no longer has",
    "SIM115": "a file that is opened and never closed",
}
"""What a second-year student should learn to avoid. Line length, spacing and the place of imports are left alone:
in a notebook they are a matter of taste."""
NEEDS_ALL_CODE = {"F401", "F811", "F821"}
"""Not judged where code is hidden from ruff: it may use or define the name."""
HIDES_CODE = re.compile(r"^[ \t]*%(pylab|run|load|store)\b|^%%capture\s+\w", re.MULTILINE)
IDLE = {"", "pass", "..."}
MAX_FINDINGS = 500
TIMEOUT_SECONDS = 20


def find_quality(notebook: "NotebookNode") -> list[QualityFinding]:
    """Remarks on the code cells that parse, in the notebook's order; at most MAX_FINDINGS.

    Raises `TeacherError` where ruff is not installed.
    """
    broken = unparsable(notebook)
    sources = ["" if number in broken else source for number, source in enumerate(code_sources(notebook), start=1)]
    hidden = broken or any(HIDES_CODE.search(source) for source in sources)
    rules = RULES.keys() - (NEEDS_ALL_CODE if hidden else set())
    try:
        remarks = json.loads(run_ruff(sources, rules))
    except OSError as error:
        raise TeacherError(f"Expected ruff to be installed. Found: {error}. Run `pip install ruff`.") from None
    except subprocess.SubprocessError:  # its stack overflows where code is nested too deeply
        message = "Expected code that ruff can read. Found code that makes it stop: is something nested very deeply?"
        return [QualityFinding(rule="ruff", message=message, cell=1, line=1)]
    return [finding_of(remark) for remark in remarks if remark["code"] in rules][:MAX_FINDINGS]


def finding_of(remark: dict[str, Any]) -> QualityFinding:
    """A remark of ruff's, which counts the cells from 1, as a record."""
    line = remark["location"]["row"]
    return QualityFinding(rule=remark["code"], message=remark["message"][:2_000], cell=remark["cell"], line=line)


def run_ruff(sources: list[str], rules: set[str]) -> bytes:
    """What ruff says of these code cells, as JSON."""
    empty: dict[str, Any] = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**empty, "id": f"cell-{number}", "source": source} for number, source in enumerate(sources, start=1)]
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}
    options = ["--isolated", "--no-cache", "--ignore-noqa", "--exit-zero", "--quiet", "--output-format=json"]
    settings = [f"--select={','.join(sorted(rules))}", "--config=builtins=['display']"]
    command = [find_ruff_bin(), "check", *options, *settings, "--stdin-filename=notebook.ipynb", "-"]
    text = json.dumps(notebook).encode()
    return subprocess.run(  # noqa: S603 - the command is ours; what the student wrote is only its input
        command, input=text, capture_output=True, timeout=TIMEOUT_SECONDS, check=True
    ).stdout


def count_code_lines(notebook: "NotebookNode") -> int:
    """Lines of code of all cells together."""
    return sum(map(code_lines, code_sources(notebook)))


def with_code_lines(cells: list[CellRun], notebook: "NotebookNode") -> list[CellRun]:
    """The runs of the notebook's code cells, each with its number of lines of code."""
    sources = code_sources(notebook)
    return [cell.model_copy(update={"code_lines": code_lines(sources[cell.number - 1])}) for cell in cells]


def code_lines(source: str) -> int:
    """Lines of Python that do something: no blanks, comments, magics or `pass`, and none of another language."""
    code = re.sub(r"\A\s*%%(time|timeit|capture|prun)\b.*", "", source)
    if code.lstrip().startswith("%%"):
        return 0
    lines = (line.partition("#")[0].strip(" \t;") for line in code.splitlines())
    return sum(line not in IDLE and not line.startswith(("%", "!")) for line in lines)

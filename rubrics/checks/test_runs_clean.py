"""Evidence -> whether every cell of the notebook runs on a fresh kernel."""

import re

import pytest

from grader.expect import Expectation, Missing, Undecided, settle
from grader.records import CellError, CellRun, Evidence
from grader.running.modules import named_in
from grader.running.modules import next_step as about_module

NEXT_STEP = {
    "NameError": "The name is used before a cell defines it; perhaps its cell was deleted or stands further down.",
    "SyntaxError": "Python cannot read the cell. Look at that line and the one above for a bracket, colon or quote.",
    "IndentationError": "Python cannot read the cell. Lines of one block must begin at the same column.",
    "FileNotFoundError": "Only the notebook is handed in, without files. Load the data with keras.datasets.",
    "EOFError": "Nobody can type while the notebook is graded. Write the value into the code.",
    "MemoryError": "The notebook asked for more memory than it may have. Work on fewer rows at a time.",
}

SHAPES = "Print the shape of what goes in, just above that line, and compare it with what the call expects."
SPEAKS_OF_SHAPES = re.compile(r"shape|dimension|\bn?dims?\b|\bax[ie]s\b|\bsize\b|\dD array", re.IGNORECASE)
BUILD = "Build a model with keras.Sequential([...])."
MISSED = {"ValueError", "IndexError", "KeyError", "FileNotFoundError"}
"""What is raised where figures or files of epochs are missing."""
CUT_BEFORE = (
    "The grader ended a training before this cell, which may be why it failed, so nothing is taken off. Your teacher "
    "can grade the notebook again with --budget full."
)
WITHOUT_ERROR = {"stopped": "it was running when the run ended", "not_run": "the run ended before it"}


@pytest.mark.criterion("runs-clean")
def test_runs_clean(evidence: Evidence) -> None:
    """Every cell runs without an error, from the first to the last, on a fresh kernel."""
    run = evidence.run
    cells = [cell for cell in evidence.cells if cell.code_lines or cell.status != "ok"]
    expected = "every code cell to run without an error"
    if not cells:
        found = "no line of code" if run.status == "finished" else f"no code cell that ran: {run.sentence.rstrip('.')}"
        raise Missing(expected, found, "Hand in the notebook with its code cells.")
    bad = [cell for cell in cells if cell.status != "ok"]
    found = f"{len(cells) - len(bad)} of {len(cells)} cells that did"
    if bad:
        found += f"; the first that did not is cell {bad[0].number}: {what_happened(bad[0], run.sentence)}"
    if bad and run.missing_modules:
        modules = ", ".join(f"`{module}`" for module in run.missing_modules)
        hint = f"The grader does not have {modules}. That is its gap and costs nothing: your teacher can install it."
        raise Undecided(expected, found, hint)
    if bad and comes_of_a_cut(bad[0], evidence):
        raise Undecided(expected, found, CUT_BEFORE)
    hint = next_step(bad[0]) if bad else ""
    if not evidence.models:
        raise Missing(f"{expected} and to make a Keras model", f"{found}, and no model", hint or BUILD)
    settle(Expectation(expected, found, hint, share=1 - len(bad) / len(cells)))


def comes_of_a_cut(cell: CellRun, evidence: Evidence) -> bool:
    """Whether a cell may have failed only because the grader had ended a training before it."""
    cut = [fit.cell or 0 for model in evidence.models for fit in model.fits if fit.was_cut]
    return bool(cut) and cell.number >= min(cut) and cell.error is not None and cell.error.kind in MISSED


def what_happened(cell: CellRun, sentence: str) -> str:
    """The cell's error with its line, or why the cell has none."""
    if cell.error:
        line = f"line {cell.error.line}, " if cell.error.line else ""
        return f"{line}{cell.error.kind}: {cell.error.message[:300]}"
    return f"{WITHOUT_ERROR.get(cell.status, 'it could not be read')} ({sentence.rstrip('.')})"


def next_step(cell: CellRun) -> str:
    """How to mend a cell like this."""
    if cell.error is None:
        return "Look in this cell for a loop that never ends, and for arrays or printed output that grow too large."
    known = advice(cell.error)
    return f"{known} Then choose Kernel, Restart and Run All: what runs to the end there runs here."


def advice(error: CellError) -> str:
    """What usually helps against an error of this kind."""
    if error.kind == "ModuleNotFoundError" and (module := named_in(error.message)):
        return about_module(module)
    if error.kind == "ValueError" and SPEAKS_OF_SHAPES.search(error.message):
        return SHAPES
    return NEXT_STEP.get(error.kind, "The message says what is wrong in that line.")

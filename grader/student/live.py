"""The kernel of a student's notebook -> what can be told of the network that it holds. Nothing is run, nothing changed.

The notebook's own text is read from its file, as far as Jupyter, VS Code or Colab say where that is. What only a run
from the first cell to the last can show stays open here.
"""

import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from grader.errors import TeacherError
from grader.judging.choose import choose
from grader.marking.answers import find_answers
from grader.marking.quality import count_code_lines, find_quality
from grader.records import Evidence, Fit, Model, Submission
from grader.student.advice import SelfCheck
from grader.student.check import Case, Results, advice, find_course, findings_at_once
from grader.student.guess import guess
from grader.student.layers import other_layers
from grader.student.page import as_part, in_lines
from grader.student.trial import nothing_ran, results_of, unknown, without_totals
from grader.submissions.collect import Collected, collect

READ = {"written-answers", "code-quality"}
"""Criteria that the notebook's file decides, together with the network."""
ENDING = ".ipynb"
COLAB_SECONDS = 5
NEEDS_A_RUN = "nothing yet: only a run from the first cell to the last can tell"
NO_FILE = (
    "The notebook's file was not found from here, so its answers and its code were not read. Save the notebook, and "
    "run `grader check` with its name in a terminal."
)
AS_SAVED = "Your answers and your code were read as you last saved them."


@dataclass(frozen=True)
class Shown:
    """A self-check as a notebook shows it."""

    said: SelfCheck

    def _repr_html_(self) -> str:
        """For Jupyter, VS Code and Colab."""
        return as_part(self.said)

    def __repr__(self) -> str:
        """For a terminal."""
        return "\n".join(in_lines(self.said))


@dataclass(frozen=True)
class Problem:
    """Why nothing could be checked, in a sentence; no traceback."""

    sentence: str

    def __repr__(self) -> str:
        return self.sentence


def check_kernel(assignment: str | None, course: str | None) -> Shown | Problem:
    """Look at the kernel that calls this, which is IPython's."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is None:
        return Problem("Expected to be called in a notebook. Found none. In a terminal: grader check NOTEBOOK")
    try:
        return Shown(look_at(shell.user_ns, assignment, Path(course) if course else None))
    except TeacherError as error:
        return Problem(str(error))


def look_at(names: Mapping[str, Any], assignment: str | None, folder: Path | None) -> SelfCheck:
    """What can be told of a kernel by the names that it holds.

    Raises:
        UsageError: nobody can tell which assignment it is, or there is none of that name.
    """
    with tempfile.TemporaryDirectory() as scratch:
        path = notebook_of(names) or from_colab(Path(scratch))
        case = case_for(path, assignment, folder)
    evidence = evidence_for(case, list(models_in(names)), with_pages=path is not None)
    results = decided(results_of(case, evidence), with_pages=path is not None)
    findings = without_totals(findings_at_once(case)) if path else []
    findings += other_layers(evidence, case.assignment)
    return advice(case, findings, results, [AS_SAVED if path else NO_FILE], ran=False)


# -- The notebook's file -----------------------------------------------------------------------------------------------


def notebook_of(names: Mapping[str, Any]) -> Path | None:
    """The file of the notebook, as the program says that shows it; None where none does."""
    told = [names.get("__vsc_ipynb_file__"), os.environ.get("JPY_SESSION_NAME")]
    paths = [Path(path.partition(ENDING)[0] + ENDING) for path in told if isinstance(path, str) and ENDING in path]
    return next((path for path in paths if path.is_file()), None)


def from_colab(scratch: Path) -> Path | None:
    """The notebook as Colab's page has it, written to a folder; None elsewhere, or where the page does not answer."""
    if "google.colab" not in sys.modules:
        return None
    from google.colab import _message

    reply = _message.blocking_request("get_ipynb", timeout_sec=COLAB_SECONDS)
    if not reply or "ipynb" not in reply:
        return None
    path = scratch / f"notebook{ENDING}"
    path.write_text(json.dumps(reply["ipynb"]), encoding="utf-8")
    return path


def case_for(path: Path | None, name: str | None, folder: Path | None) -> Case:
    """The notebook with its assignment; an empty one where its file is not known."""
    beside = path.parent if path else Path.cwd()
    course = find_course(folder, beside)
    collected = collect(path, name or "", None, None, None) if path else without_file()
    if name is None and len(course.names) == 1:
        name = course.names[0]
    assignment = course.assignment(name) if name else guess(collected.saved, course)
    return Case(collected, beside, course, assignment, guessed=not name)


def without_file() -> Collected:
    """A notebook of which nothing is known."""
    empty = nbformat.v4.new_notebook()
    return Collected(Submission(student="", assignment="", path="this notebook", sha256=""), b"", empty, empty)


# -- The networks ------------------------------------------------------------------------------------------------------


def models_in(names: Mapping[str, Any]) -> Iterator[Model]:
    """The Keras models that have a name in the kernel, in the order of their names' making, each once."""
    keras = sys.modules.get("keras")
    if keras is None or not hasattr(keras, "Model"):
        return
    seen: set[int] = set()
    for name, value in list(names.items()):
        if isinstance(value, keras.Model) and not name.startswith("_") and id(value) not in seen:
            seen.add(id(value))
            yield facts_of(value, name, len(seen))


def facts_of(model: Any, name: str, number: int) -> Model:
    """A live model as evidence has it. The kernel is the student's own, so its word is taken for it."""
    from grader.inside import describe

    facts = describe.model_facts(model)
    fits = [fit.model_dump() for fit in fits_of(model)]
    more = {"id": f"model-{number}", "variable": name, "compiled": describe.compile_facts(model), "fits": fits}
    return Model.model_validate({**facts, **more, "rebuilt": facts["output_shape"] is not None})


def fits_of(model: Any) -> Iterator[Fit]:
    """The last training, as far as the model itself remembers it."""
    history: Any = getattr(model, "history", None)
    epochs = getattr(history, "epoch", None)
    if not isinstance(epochs, list) or not epochs:
        return
    asked = (getattr(history, "params", None) or {}).get("epochs", len(epochs))
    figures = {str(key)[:200]: [finite(each) for each in values] for key, values in history.history.items()}
    stopped = "finished" if len(epochs) >= asked else "callback"
    yield Fit.model_validate(
        {"epochs_asked": asked, "epochs_granted": len(epochs), "stopped": stopped, "history": figures, "seconds": 0}
    )


def finite(figure: Any) -> float | None:
    """A figure of a history; None where it is no finite number."""
    with suppress(TypeError, ValueError):
        value = float(figure)
        return value if abs(value) < float("inf") else None
    return None


def evidence_for(case: Case, models: Sequence[Model], *, with_pages: bool) -> Evidence:
    """What is known without a run."""
    evidence, notebook = nothing_ran(case), case.collected.notebook
    known: dict[str, Any] = {"models": list(models), "choices": choose(list(models), case.assignment)}
    known["run"] = evidence.run.model_copy(update={"sentence": "It looked at this kernel only."})
    if with_pages:
        known["answers"] = find_answers(notebook, case.assignment.questions)
        known["quality"], known["code_lines"] = find_quality(notebook), count_code_lines(notebook)
    return evidence.model_copy(update=known)


def decided(results: Results, *, with_pages: bool) -> Results:
    """The results, those left open that this kernel cannot show."""
    hint = "Before you hand in: save the notebook, and run `grader check` with its name in a terminal."
    read = READ if with_pages else set()
    common = [
        result if result.criterion in read else unknown([result], NEEDS_A_RUN, hint)[0] for result in results.common
    ]
    return Results(common, results.own)

"""A notebook and its sheet -> what can be said of it at once: nothing is run, and TensorFlow is not imported."""

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from grader.courses.sheet import Assignment
from grader.marking.answers import NO_HEADING, find_answers, readable_lines
from grader.marking.claims import saved_state
from grader.marking.quality import code_lines, find_quality
from grader.records import CellError
from grader.running.framework import instead_of_keras
from grader.running.modules import PACKAGES, next_step, pip_install
from grader.student.advice import Finding
from grader.student.layers import other_totals
from grader.student.old_names import old_names_in
from grader.submissions.collect import Collected, code_sources, imported_modules, syntax_tree, unparsable

if TYPE_CHECKING:
    from nbformat import NotebookNode

LEAST_WORDS = 8
"""Of a conclusion."""
MOST_OF_A_KIND = 10
UNDEFINED = re.compile(r"`(.+?)`")
EMPTY = re.compile(r"TODO|YOUR CODE HERE", re.IGNORECASE)
BUILDERS = {"Sequential", "Model", "Functional", "load_model", "clone_model", "model_from_json"}
TRAINERS = {"fit", "fit_generator", "train_on_batch", "apply_gradients", "cross_val_score", "cross_validate"}
WRITERS = re.compile(
    r"to_\w+|save\w*|dump\w*|im(?:save|write)|write\w*|makedirs|mkdir|plot_model|ModelCheckpoint|CSVLogger|TensorBoard"
)
"""Calls that make a file, or may."""
DATA_FILE = re.compile(
    r"(?:[A-Za-z]:\\|~?/)?[\w ./\\-]{0,300}[^/\\\n]{1,100}"
    r"\.(?:csv|tsv|xlsx?|data|npz|npy|zip|gz|pkl|h5|hdf5|keras|json|png|jpe?g)",
    re.IGNORECASE,
)
ELSEWHERE = {"google", "kaggle", "kaggle_secrets", "IPython", "grader"}
"""Modules that only Colab, Kaggle or Jupyter have, and this one: grading does without them."""


def find_at_once(
    collected: Collected, sheet: Assignment, starter: "NotebookNode | None", folder: Path
) -> list[Finding]:
    """Everything that the file alone shows, what must be mended first.

    Args:
        collected: the notebook.
        sheet: of its assignment.
        starter: what students begin with; None where there is none.
        folder: in which the notebook lies.
    """
    if problem := collected.submission.problem:
        matters, hint = "There is nothing to run, so no check can pass.", "Do this first, then check again."
        return [Finding(kind="nothing-to-run", gravity="mend", found=problem, matters=matters, hint=hint)]
    code = Code.of(collected.notebook)
    found = [
        *cannot_be_read(unparsable(collected.notebook)),
        *undefined_names(collected.notebook, code),
        *missing_modules(collected.notebook, folder),
        *still_empty(code),
        *no_network(code, instead_of_keras(imported_modules(collected.notebook))),
        *no_answers(collected.notebook, sheet),
        *no_conclusion(collected.notebook, starter),
        *files_of_this_machine(code, sheet),
        *saved_outputs(collected.saved),
        *other_totals(collected.saved, sheet),
        *old_names(code),
    ]
    return sorted(found, key=lambda each: each.gravity == "look")


@dataclass(frozen=True)
class Code:
    """The code cells, and their syntax trees where they have one."""

    sources: Sequence[str]
    trees: dict[int, ast.Module]
    """By number of the cell, from 1."""

    @classmethod
    def of(cls, notebook: "NotebookNode") -> "Code":
        """The notebook's."""
        sources = code_sources(notebook)
        trees = {number: syntax_tree(source) for number, source in enumerate(sources, start=1)}
        return cls(sources, {number: tree for number, tree in trees.items() if isinstance(tree, ast.Module)})

    def calls(self) -> Iterator[tuple[int, str, ast.Call]]:
        """Each call with the number of its cell and the last part of its name."""
        for number, tree in self.trees.items():
            for node in ast.walk(tree):
                if isinstance(node, ast.Call):
                    yield number, getattr(node.func, "attr", getattr(node.func, "id", "")), node

    def bound(self, name: str) -> list[int]:
        """Cells that give a value to the name."""
        return [
            number
            for number, tree in self.trees.items()
            if any(isinstance(node, ast.Name) and node.id == name and is_store(node) for node in ast.walk(tree))
        ]


def is_store(node: ast.Name) -> bool:
    """Whether the name is given a value there."""
    return isinstance(node.ctx, ast.Store)


# -- Will it run? ------------------------------------------------------------------------------------------------------


def cannot_be_read(errors: dict[int, CellError]) -> Iterator[Finding]:
    """Cells that are no Python."""
    for number, error in errors.items():
        yield Finding(
            kind="cannot-be-read",
            gravity="mend",
            cell=number,
            line=error.line,
            found=f"Python cannot read the cell: {error.message}.",
            matters="No line of such a cell runs as it stands, and cells that need its names fail too.",
            hint="Look at this line and the one above it for a bracket, a quote or a colon that is missing. Text "
            "belongs into a text cell (Markdown).",
        )


def undefined_names(notebook: "NotebookNode", code: Code) -> Iterator[Finding]:
    """Names that no cell above defines, each once."""
    seen: set[str] = set()
    for remark in find_quality(notebook):
        name = UNDEFINED.search(remark.message)
        if remark.rule != "F821" or name is None or name[1] in seen:
            continue
        seen.add(name[1])
        later = [number for number in code.bound(name[1]) if number >= remark.cell]
        hint = (
            f"Cell {later[0]} gives it a value: move that cell up."
            if later
            else "Is it misspelled, or is its cell gone?"
        )
        yield Finding(
            kind="undefined-name",
            gravity="mend",
            cell=remark.cell,
            line=remark.line,
            found=f"`{name[1]}` is used here, and nothing above gives it a value.",
            matters="Grading begins with an empty memory and runs the cells from the first to the last. There this "
            "line stops with a NameError, even if it works in your Jupyter, which remembers deleted cells.",
            hint=f"{hint} Then choose Kernel, Restart and Run All.",
        )


def missing_modules(notebook: "NotebookNode", folder: Path) -> Iterator[Finding]:
    """Modules that this machine has not."""
    for name in imported_modules(notebook):
        if name in ELSEWHERE or is_here(name):
            continue
        own = (folder / f"{name}.py").exists()
        hint = f"Run: {pip_install([name])}" if name in PACKAGES else next_step(name)
        if own:
            hint = "Copy what you need of it into a cell, or hand the file in with the notebook."
        yield Finding(
            kind="missing-module",
            gravity="look" if name in PACKAGES or own else "mend",
            found=f"`import {name}`: {'a file of your own' if own else 'this machine has no such module'}.",
            matters="A cell stops at an import that finds nothing, and so does every cell that needs it.",
            hint=hint,
        )


def is_here(name: str) -> bool:
    """Whether Python would find the module; nothing is imported."""
    try:
        return find_spec(name) is not None
    except (ImportError, ValueError):
        return True  # half imported, so it is there


# -- What is still empty? ----------------------------------------------------------------------------------------------


def still_empty(code: Code) -> Iterator[Finding]:
    """Cells that are as the starter has them."""
    for number, source in enumerate(code.sources, start=1):
        stub = EMPTY.search(source)
        if stub and (not code_lines(source) or "NotImplementedError" in source):
            yield Finding(
                kind="still-empty",
                gravity="mend",
                cell=number,
                found="The cell still waits for your code.",
                matters="Its step of the sheet is missing, and later cells may need what it should make.",
                hint="Write the step below its comment.",
            )


def no_network(code: Code, framework: str | None) -> Iterator[Finding]:
    """A notebook that builds nothing, or trains nothing, or does it in another framework than Keras."""
    if framework:
        yield Finding(
            kind="no-network",
            gravity="mend",
            found=f"The network is one of {framework}.",
            matters="The sheet asks for a network in Keras, and only such a one can be measured.",
            hint="Build the same layers with keras.Sequential([...]).",
        )
        return
    if len(code.trees) < len(code.sources):
        return  # it may stand in a cell that cannot be read
    classes = {node.name for tree in code.trees.values() for node in ast.walk(tree) if isinstance(node, ast.ClassDef)}
    called = {name for _, name, _ in code.calls()}
    if not called & (BUILDERS | classes):
        yield Finding(
            kind="no-network",
            gravity="mend",
            found="No cell builds a network.",
            matters="The checks look at the network that the notebook builds and trains.",
            hint="Build it with keras.Sequential([...]), layer by layer as in the sheet's table.",
        )
    elif not called & TRAINERS:
        yield Finding(
            kind="no-training",
            gravity="mend",
            found="No cell trains the network: fit() is called nowhere.",
            matters="A network that was not trained guesses, and its result earns nothing.",
            hint="Call model.compile(...) and then model.fit(...) on the training rows.",
        )


def no_answers(notebook: "NotebookNode", sheet: Assignment) -> Iterator[Finding]:
    """Questions of the sheet without an answer."""
    answers = enumerate(find_answers(notebook, sheet.questions), start=1)
    missing = [f"{number} (“{answer.question}”)" for number, answer in answers if not answer.words]
    if missing:
        yield Finding(
            kind="no-answer",
            gravity="mend",
            found=f"{'Question' if len(missing) == 1 else 'Questions'} without an answer: {', '.join(missing)}."[
                :2_000
            ],
            matters="Each answered question counts, and your teacher reads what you wrote.",
            hint="Repeat the question in a text cell (Markdown) and write a sentence or two of your own beneath it.",
        )


def no_conclusion(notebook: "NotebookNode", starter: "NotebookNode | None") -> Iterator[Finding]:
    """A notebook that ends without a word of what it showed."""
    given = {line.text for line in readable_lines(starter)} if starter else set()
    words, below = 0, False
    for line in readable_lines(notebook):
        if re.match(r"(?:\W*\d*\W*)(?:conclusions?|summary)\b", line.text, re.IGNORECASE):
            below = True
            words += len(line.text.split()) - 1
        elif below and line.rank < NO_HEADING:
            below = False
        elif below and line.text not in given:
            words += len(line.text.split())
    if words < LEAST_WORDS:
        yield Finding(
            kind="no-conclusion",
            gravity="look",
            found="There is no conclusion.",
            matters="Your teacher wants to see that you can say what the figures mean.",
            hint="End with a text cell (Markdown) under the heading “Conclusion”: what the network reached, what it "
            "still gets wrong, what you would try next.",
        )


# -- Does it depend on this machine, or on former days? ---------------------------------------------------------------


def files_of_this_machine(code: Code, sheet: Assignment) -> Iterator[Finding]:
    """Files that are read and that neither the sheet nor the notebook itself brings along."""
    patterns = [name.lower() for form in sheet.files for name in (*form.names, *form.members)]
    written: set[str] = set()
    told: set[str] = set()
    for cell, name, call in code.calls():
        values = [*call.args, *(keyword.value for keyword in call.keywords)]
        texts = [value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)]
        paths = [text for text in texts if DATA_FILE.fullmatch(text)]
        if name == "print" or WRITERS.fullmatch(name) or any(re.fullmatch(r"[wax]b?\+?", text) for text in texts):
            written.update(paths)
            continue
        for path in paths:
            parts = re.split(r"[/\\]", path.lower())
            known = any(fnmatch(part, pattern) for part in parts for pattern in patterns)
            if not known and path not in written | told:
                told.add(path)
                yield Finding(
                    kind="file-of-this-machine",
                    gravity="look",
                    cell=cell,
                    line=call.lineno,
                    found=f"The file `{path[:200]}` is not in the notebook.",
                    matters="Only what you hand in is there when the notebook is graded. A path of your own machine or "
                    "Drive leads nowhere then.",
                    hint="Load the data with keras.datasets, or hand the file in with the notebook and name it without "
                    "its folder.",
                )


def saved_outputs(saved: "NotebookNode") -> Iterator[Finding]:
    """Outputs that cannot belong to the code above them."""
    state, code = saved_state(saved), [cell for cell in saved["cells"] if cell["cell_type"] == "code"]
    again = "Choose Kernel, Restart and Run All, and save the notebook."
    if state.out_of_order:
        yield Finding(
            kind="out-of-order",
            gravity="look",
            cell=state.out_of_order[0],
            found="The cell was last run before a cell that stands above it.",
            matters="The saved outputs may be those of older code, and from top to bottom the notebook may do "
            "something else.",
            hint=again,
        )
    ran = [cell.get("execution_count") for cell in code]
    silent = [at for at, cell in enumerate(code, 1) if code_lines(cell["source"]) and not cell.get("execution_count")]
    if silent and any(ran):
        yield Finding(
            kind="never-run",
            gravity="look",
            cell=silent[0],
            found=f"{len(silent)} {'cell was' if len(silent) == 1 else 'cells were'} never run, this one first.",
            matters="Nobody can see what such a cell shows, and you do not know yet whether it works.",
            hint=again,
        )
    for number in state.errors[:MOST_OF_A_KIND]:
        yield Finding(
            kind="saved-error",
            gravity="look",
            cell=number,
            found="The saved output of the cell is an error.",
            matters="A reader takes the notebook as unfinished.",
            hint=f"Mend the cell, or delete it if nothing needs it. {again}",
        )


def old_names(code: Code) -> Iterator[Finding]:
    """Names that today's libraries no longer have, each once."""
    seen: set[str] = set()
    for cell, source in enumerate(code.sources, start=1):
        for line, old, today in old_names_in(source):
            if old not in seen:
                seen.add(old)
                yield Finding(
                    kind="old-name",
                    gravity="look",
                    cell=cell,
                    line=line,
                    found=f"`{old}` is a name of former years.",
                    matters="Grading makes it work, but today's Keras and NumPy stop at it.",
                    hint=f"Write today: {today}",
                )

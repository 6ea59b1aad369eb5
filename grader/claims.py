"""The notebook as handed in -> the figures that its saved outputs claim. They are compared, never trusted."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from grader.records import Claim

if TYPE_CHECKING:
    from nbformat import NotebookNode

MAX_CLAIMS = 200
CLIP = 100_000
"""Characters that are read at the beginning, and as many at the end, of a cell's output."""
MAX_LINE = 500

TERMINAL = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]")
"""Colours and movements of the cursor."""
FIGURE = r"([-+]?\d{1,12}(?:\.\d{1,20})?(?:[eE][-+]?\d{1,2})?)(?!\w|\.\d)"
NAMED = re.compile(rf"(?:[:=]|\bis\b|\bof\b)\s{{0,4}}{FIGURE}\s?(%?)", re.IGNORECASE)
"""What follows a name: `: 0.9057`, `= 98.21%`, `is 0.9`."""
REPORT_ROW = re.compile(rf"\s{{0,40}}accuracy\s{{1,40}}{FIGURE}\s{{1,40}}\d{{1,12}}\s*")
"""The row of scikit-learn's classification_report."""
PAIR = re.compile(rf"\s*[\[(]{FIGURE}, {FIGURE}[\])]\s*")
"""[loss, accuracy], as evaluate() returns them."""
EPOCH = re.compile(r"Epoch (\d{1,6})/\d{1,6}\s*")
PROGRESS = re.compile(r"\s*(\d{1,9})/(\d{1,9})\s.*loss")
"""A progress bar of Keras 2 or 3 with its metrics: steps done and steps to do."""

METRICS: dict[str, tuple[set[str], ...]] = {
    "accuracy": ({"accuracy"}, {"acc"}),
    "loss": ({"loss"},),
    "mae": ({"mae"}, {"mean", "absolute", "error"}),
    "rmse": ({"rmse"}, {"root", "mean", "squared", "error"}),
    "mse": ({"mse"}, {"mean", "squared", "error"}),
    "r2": ({"r2"}, {"r", "squared"}, {"r²"}),
}
"""Name of a metric, and the sets of words that tell it."""


def find_claims(saved: "NotebookNode") -> list[Claim]:
    """Figures with their metric, in the notebook's order; at most MAX_CLAIMS.

    Accuracies are shares of 1. Of a training only the last epoch counts: accuracy, loss, val_accuracy, val_loss. Other
    figures are test_accuracy and so on where they are called so, or where the cell's code speaks of a test.
    """
    claims: list[Claim] = []
    code = [cell for cell in saved["cells"] if cell["cell_type"] == "code"]
    for number, cell in enumerate(code, start=1):
        for metric, value, line in figures_of(cell):
            claims.append(Claim(cell=number, metric=metric, value=value, text=line.strip()))
            if len(claims) == MAX_CLAIMS:
                return claims
    return claims


def figures_of(cell: "NotebookNode") -> Iterator[tuple[str, float, str]]:
    """Metric, value and line of every figure that a cell printed."""
    default = "test_" if "test" in cell["source"].lower() else ""
    for line, is_training in last_epochs(printed_lines(cell)):
        if row := REPORT_ROW.fullmatch(line):
            yield f"{default}accuracy", float(row[1]), line
        elif (pair := PAIR.fullmatch(line)) and "evaluate" in cell["source"] and 0 <= float(pair[2]) <= 1:
            yield f"{default}loss", float(pair[1]), line
            yield f"{default}accuracy", float(pair[2]), line
        else:
            yield from named_figures(line, "" if is_training else default)


def named_figures(line: str, default: str) -> Iterator[tuple[str, float, str]]:
    """Figures of a line with a name before them; `default` is the prefix of a metric that says no other."""
    end = 0
    for figure in NAMED.finditer(line):
        name = re.split(r"\s-\s|[,;|]", line[end : figure.start()])[-1]
        end = figure.end()
        metric = metric_of(name, default)
        if metric is None:
            continue
        value = float(figure[1])
        if metric.endswith("accuracy"):
            value = value / 100 if figure[2] or value > 1 else value
            if not 0 <= value <= 1:
                continue
        yield metric, value, line


def metric_of(name: str, default: str) -> str | None:
    """Keras' name for what the student calls a metric, for example val_accuracy for `Validation acc`."""
    words = set(re.findall(r"[a-z0-9²]+", name.lower().replace("_", " ")))
    base = next((metric for metric, known in METRICS.items() if any(some <= words for some in known)), None)
    if base is None or "top" in words:  # top-5 accuracy is another thing
        return None
    if words & {"val", "validation"}:
        return f"val_{base}"
    if words & {"train", "training"}:
        return base
    return f"test_{base}" if words & {"test", "testing"} else f"{default}{base}"


def last_epochs(lines: Iterator[str]) -> list[tuple[str, bool]]:
    """The lines with whether Keras printed them while training; of each training only the last epoch's."""
    kept: list[tuple[str, bool]] = []
    place: int | None = None  # of the training's line among those kept
    steps = ""
    in_fit = False
    for line in lines:
        progress = PROGRESS.match(line)
        if epoch := EPOCH.fullmatch(line):
            place = None if epoch[1] == "1" else place
            steps, in_fit = "", True
        elif progress and progress[1] != progress[2]:
            continue
        elif progress and in_fit and steps in ("", progress[2]):
            steps = progress[2]
            if place is None:
                place = len(kept)
                kept.append((line, True))
            kept[place] = (line, True)
        else:  # evaluate() has other steps than the training before it
            in_fit = in_fit and not progress
            kept.append((line, False))
    return kept


def printed_lines(cell: "NotebookNode") -> Iterator[str]:
    """What a person saw at the end: of a line that was written over, only its last state."""
    for output in cell["outputs"]:
        is_stream = output["output_type"] == "stream" and output["name"] == "stdout"
        text = output["text"] if is_stream else output.get("data", {}).get("text/plain", "")
        if len(text) > 2 * CLIP:
            text = f"{text[:CLIP]}\n{text[-CLIP:]}"
        for line in TERMINAL.sub("", text).split("\n"):
            states = [state for state in re.split(r"[\r\b]+", line) if state.strip()]
            if states:
                yield states[-1][:MAX_LINE]

"""The notebook as handed in -> the figures that its saved outputs claim. They are compared, never trusted."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, cast

from grader.marking.printed_tables import Row, html_rows, text_rows
from grader.records import Claim, SavedOutputs

if TYPE_CHECKING:
    from nbformat import NotebookNode

MAX_CLAIMS = 200
CLIP = 100_000
"""Characters that are read at the beginning, and as many at the end, of a cell's output."""
MAX_LINE = 500
MOST_CODE = 50_000
"""Characters of a cell that are looked at."""

TERMINAL = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]")
"""Colours and movements of the cursor."""
NUMPY = re.compile(r"np\.float\d{2}\(([^()]{1,40})\)")
"""How NumPy 2 writes a figure in a list."""
NUMBER = r"[-+]?\d{1,12}(?:\.\d{1,20})?(?:[eE][-+]?\d{1,2})?"
FIGURE = rf"({NUMBER})(?!\w|\.\d)"
AFTER_NAME = "|".join(
    # Not a row of a table, which has more figures.
    rf"(?<=\b{name})\s{{1,4}}(?=\d{{1,3}}\.\d{{1,20}}\s?%?\s{{0,3}}(?:$|[,;|)a-z]))"
    for name in ("accuracy", "acc", "auc", "loss", "mae", "mse")
)
NAMED = re.compile(rf"(?:[:=]\s{{0,4}}|\bis\b\s{{0,4}}|\bof\b\s{{0,4}}|{AFTER_NAME}){FIGURE}", re.IGNORECASE)
"""What follows a name: `: 0.9057`, `= 98.21%`, `is 0.9`, and `accuracy 0.9`."""
BARE = re.compile(rf"\s*({NUMBER})\s?%?\s*")
REPORT_ROW = re.compile(rf"\s{{0,40}}accuracy\s{{1,40}}{FIGURE}\s{{1,40}}\d{{1,12}}\s*")
"""The row of scikit-learn's classification_report."""
LIST = re.compile(rf"(.{{0,80}}?)[\[(]({NUMBER}(?:, {NUMBER}){{1,5}})[\])]\s*")
"""[loss, accuracy], as evaluate() returns them, perhaps with names before it."""
EPOCH = re.compile(r"Epoch (\d{1,6})/\d{1,6}\s*")
PROGRESS = re.compile(r"\s*(\d{1,9})/(\d{1,9})\s.*loss")
"""A progress bar of Keras 2 or 3 with its metrics: steps done and steps to do."""
TERSE = re.compile(r"\s*-\s\d{1,9}m?s\s-\s.*loss")
"""What Keras 2 printed below `Epoch 3/9` with verbose=2."""
SUMMARY = re.compile(r"\s*(Total|Optimizer) params:\s{1,4}([\d,]{1,20})(?!\d)")
"""Below the table of model.summary(). After a training, Keras 3 counts what the optimizer remembers as well."""
COMPILED = re.compile(r"\bmetrics\s?=\s?(?:\[([^\]]{0,200})\]|(['\"]\w{1,40}['\"]))")
PRINTED = re.compile(r"^[ \t]*print\((.{1,200})\)[ \t;]*$", re.MULTILINE)
EVALUATED = re.compile(r"\.evaluate\(\s{0,40}([^,)]{0,60})")

TABLE_ROW = "row "
"""How the text of a claim begins that stands in a table with named rows."""

Rows = Literal["training", "validation", "test", "unknown"]
PREFIXES: dict[Rows, str] = {"training": "", "validation": "val_", "test": "test_", "unknown": ""}
ROW_WORDS: dict[Rows, set[str]] = {
    "validation": {"val", "validation"},
    "training": {"train", "training", "history"},
    "test": {"test", "testing"},
}
METRICS: dict[str, tuple[set[str], ...]] = {
    "accuracy": ({"accuracy"}, {"acc"}),
    "loss": ({"loss"},),
    "mae": ({"mae"}, {"mean", "absolute", "error"}),
    "rmse": ({"rmse"}, {"root", "mean", "squared", "error"}, {"sqrt", "mse"}, {"sqrt", "mean", "squared", "error"}),
    "mse": ({"mse"}, {"mean", "squared", "error"}),
    "auc": ({"auc"},),
    "r2": ({"r2"}, {"r", "squared"}, {"r²"}),
    "parameters": ({"count", "params"},),
}
"""Name of a metric, and the sets of words that tell it."""


@dataclass(frozen=True)
class Told:
    """What a figure is said to be."""

    metric: str
    rows: Rows

    @property
    def name(self) -> str:
        """As Keras would call it, for example val_accuracy."""
        return PREFIXES[self.rows] + self.metric


Figure = tuple[Told, float, str]
"""What it is, its value, and the line that it stands in."""


def find_claims(saved: "NotebookNode") -> list[Claim]:
    """Figures with their metric, in the notebook's order; at most MAX_CLAIMS. Nothing is compared yet.

    Accuracies are shares of 1. Of a training only the last epoch counts: accuracy, loss, val_accuracy, val_loss. Other
    figures are test_accuracy and so on where they are called so, or where the cell's code speaks of a test. The size of
    a model is `parameters`.
    """
    claims: list[Claim] = []
    compiled: list[Told | None] = []
    code = [cell for cell in saved["cells"] if cell["cell_type"] == "code"]
    for number, cell in enumerate(code, start=1):
        if given := COMPILED.search(cell["source"][:MOST_CODE]):
            compiled = [told(name, "unknown") for name in re.findall(r"\w+", given[1] or given[2] or "")]
        for said, value, line in figures_of(cell, compiled):
            claims.append(Claim(cell=number, metric=said.name, value=value, text=line.strip(), of=said.rows))
            if len(claims) == MAX_CLAIMS:
                return claims
    return claims


def saved_state(saved: "NotebookNode") -> SavedOutputs:
    """Which cells were last run out of order, and which hold an error."""
    out_of_order, errors, highest = [], [], 0
    code = [cell for cell in saved["cells"] if cell["cell_type"] == "code"]
    for number, cell in enumerate(code, start=1):
        count = cell.get("execution_count") or 0
        if 0 < count < highest:
            out_of_order.append(number)
        highest = max(highest, count)
        if any(output["output_type"] == "error" for output in cell["outputs"]):
            errors.append(number)
    return SavedOutputs(out_of_order=out_of_order, errors=errors)


def figures_of(cell: "NotebookNode", compiled: list[Told | None]) -> Iterator[Figure]:
    """Every figure that a cell printed; `compiled` are the metrics that compile() was given last."""
    code = Code(cell["source"][:MOST_CODE], compiled)
    lines = list(printed_lines(cell))
    kept = last_epochs(iter(lines))
    bars = evaluated_rows(code, sum(bool(PROGRESS.match(line)) and not training for line, training in kept))
    for line, is_training in kept:
        if row := REPORT_ROW.fullmatch(line):
            yield Told("accuracy", code.rows), float(row[1]), line
        elif not is_training and (listed := LIST.fullmatch(line)):
            yield from listed_figures(listed, code)
        else:
            rows = next(bars, code.rows) if PROGRESS.match(line) and not is_training else code.rows
            yield from named_figures(line, "training" if is_training else rows)
    yield from bare_figures(cell, code)
    yield from sizes(lines)
    yield from table_figures(cell, lines)


@dataclass(frozen=True)
class Code:
    """A cell's code, and what the code above it says of its outputs."""

    source: str
    compiled: list[Told | None]
    """Metrics that compile() was given last; None is one that is not known."""

    @property
    def rows(self) -> Rows:
        """Of which a figure is that says nothing else."""
        return "test" if "test" in self.source.lower() else "unknown"


def evaluated_rows(code: Code, bars: int) -> Iterator[Rows]:
    """For each progress bar of evaluate(), the rows that the call names."""
    calls = [rows_in(words_in(given)) or "unknown" for given in EVALUATED.findall(code.source)]
    if len(calls) == bars:
        yield from calls
    elif len(set(calls)) == 1:
        yield from calls[:1] * bars
    elif "training" in calls:
        yield from cast(list[Rows], ["unknown"]) * bars


def named_figures(line: str, default: Rows) -> Iterator[Figure]:
    """Figures with a name before them; `default` is the rows of a metric that says no other."""
    end = 0
    for figure in NAMED.finditer(line):
        name = re.split(r"\s-\s|[,;|]", line[end : figure.start()])[-1]
        end = figure.end()
        if said := told(name, default):
            yield from plausible(said, float(figure[1]), line)


def listed_figures(listed: re.Match[str], code: Code) -> Iterator[Figure]:
    """Figures of a list, by the names before it or by what evaluate() returns: the loss, then the metrics."""
    values = [float(value) for value in listed[2].split(", ")]
    names = [name for name in re.split(r"[,/&]|\band\b", listed[1].strip().rstrip(":= ")) if name.strip()]
    said: list[Told | None] = [told(name, code.rows) for name in names]
    if len(said) != len(values):
        if "evaluate" not in code.source:
            return
        metrics = code.compiled
        if not metrics and len(values) == 2 and 0 <= values[1] <= 1:
            metrics = [Told("accuracy", "unknown")]
        rows = next(evaluated_rows(code, 1), code.rows)
        rows = code.rows if rows == "unknown" else rows
        said = [Told("loss", rows), *(metric and Told(metric.metric, rows) for metric in metrics)]
    if len(said) == len(values):
        for each, value in zip(said, values, strict=True):
            if each:
                yield from plausible(each, value, listed[0])


def bare_figures(cell: "NotebookNode", code: Code) -> Iterator[Figure]:
    """Figures without a name: of the calls of print() that print one thing, and of the cell's last line."""
    bare = [line for line in printed_lines(cell, "stream") if BARE.fullmatch(line)]
    printed = [said for each in PRINTED.findall(code.source) if (said := told_by_code(each, code))]
    last = code.source.rstrip().rpartition("\n")[2][:MAX_LINE]
    result = [line for line in printed_lines(cell, "execute_result") if BARE.fullmatch(line)]
    shown = told_by_code(last, code) if not last.lstrip().startswith("print(") else None
    pairs = list(zip(printed, bare, strict=True)) if len(printed) == len(bare) else []
    if shown and len(result) == 1:
        pairs.append((shown, result[0]))
    for said, line in pairs:
        value = BARE.fullmatch(line)
        if value and ("." in line or said.metric == "parameters"):
            yield from plausible(said, float(value[1]), line)


def told_by_code(expression: str, code: Code) -> Told | None:
    """What an expression computes, for example accuracy_score(y_test, y_pred); None where its names do not tell."""
    if calls := EVALUATED.findall(expression):
        if len(calls) > 1:  # it compares them
            return None
        rows = next(evaluated_rows(Code(expression, []), 1))
        rows = code.rows if rows == "unknown" else rows
        index = re.search(r"\)\s?\[(-?\d)\]$", expression.strip())
        if index is None:
            return None if code.compiled else Told("loss", rows)
        known = [Told("loss", rows), *(metric and Told(metric.metric, rows) for metric in code.compiled)]
        known = known if code.compiled else [*known, Told("accuracy", rows)]
        return known[int(index[1])] if -len(known) <= int(index[1]) < len(known) else None
    if re.search(r"['\"]\s?[,%]|\.format|\bf['\"]", expression):  # a sentence, whose line tells by itself
        return None
    return told(expression, code.rows)


def sizes(lines: list[str]) -> Iterator[Figure]:
    """Parameters of every model whose summary() was printed."""
    size, line = 0, ""
    for each in lines:
        found = SUMMARY.match(each)
        if not found or not found[2].strip(","):
            continue
        count = int(found[2].replace(",", ""))
        if found[1] == "Optimizer":
            size -= count
            continue
        if line:
            yield Told("parameters", "unknown"), size, line
        size, line = count, each
    if line:
        yield Told("parameters", "unknown"), size, line


def table_figures(cell: "NotebookNode", lines: list[str]) -> Iterator[Figure]:
    """Figures of tables: of a training's history the last epoch, of every other table with named rows each row."""
    pages = [output.get("data", {}).get("text/html", "") for output in cell["outputs"]]
    rows = [row for page in pages if "<table" in page for row in html_rows(page)] or text_rows(lines)
    if len(rows) < 2:
        return
    names, body = rows[0], [row for row in rows[1:] if len(row) == len(rows[0])]
    if any(told(name, "training") for name in names[1:]) and body and all(row[0].isdigit() for row in body):
        yield from row_figures(names, body[-1], "training")
        return
    for row in body:
        yield from row_figures(names, row, "unknown")


def row_figures(names: Row, row: Row, default: Rows) -> Iterator[Figure]:
    """Figures of a table's row, by the names of its columns."""
    for name, value in list(zip(names, row, strict=True))[1:]:
        said, figure = told(name, default), BARE.fullmatch(value)
        if said and figure:
            label = (
                f"{TABLE_ROW}{row[0]}: {name} {value}" if default == "unknown" else f"{name} {value} in the last row"
            )
            yield from plausible(said, float(figure[1]), label)


def plausible(said: Told, value: float, line: str) -> Iterator[Figure]:
    """The figure, an accuracy as a share of 1; nothing where it cannot be one."""
    if said.metric == "accuracy":
        value = value / 100 if value > 1 else value  # many print a share with a % behind it
        if not 0 <= value <= 1:
            return
    yield said, value, line


def told(name: str, default: Rows) -> Told | None:
    """What the student's name for a figure says, for example of `Validation acc`; None where it is no metric."""
    words = words_in(name)
    metric = next((metric for metric, known in METRICS.items() if any(some <= words for some in known)), None)
    if metric is None or "top" in words:  # top-5 accuracy is another thing
        return None
    return Told(metric, rows_in(words) or default)


def words_in(text: str) -> set[str]:
    """In lower case, with x_test taken apart."""
    return set(re.findall(r"[a-z0-9²]+", text.lower().replace("_", " ")))


def rows_in(words: set[str]) -> Rows | None:
    """The rows that are spoken of; None where none are."""
    return next((rows for rows, known in ROW_WORDS.items() if words & known), None)


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
        elif in_fit and (TERSE.match(line) if progress is None else steps in ("", progress[2])):
            steps = progress[2] if progress else ""
            if place is None:
                place = len(kept)
                kept.append((line, True))
            kept[place] = (line, True)
        else:  # evaluate() has other steps than the training before it
            in_fit = in_fit and not progress
            kept.append((line, False))
    return kept


def printed_lines(cell: "NotebookNode", kind: str = "") -> Iterator[str]:
    """What a person saw at the end: of a line that was written over, only its last state.

    `kind` of output: stream or execute_result; without it, all of them.
    """
    for output in cell["outputs"]:
        is_stream = output["output_type"] == "stream" and output["name"] == "stdout"
        if kind and kind != output["output_type"]:
            continue
        text = output["text"] if is_stream else output.get("data", {}).get("text/plain", "")
        if len(text) > 2 * CLIP:
            text = f"{text[:CLIP]}\n{text[-CLIP:]}"
        for line in TERMINAL.sub("", text).split("\n"):
            states = [state for state in re.split(r"[\r\b]+", line) if state.strip()]
            if states:
                yield NUMPY.sub(r"\1", states[-1][:MAX_LINE])

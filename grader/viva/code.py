"""Lines of the notebook that are not in the starter -> questions about what they do and what breaks without them."""

import ast
import re
import warnings
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from grader.viva.case import Case
from grader.viva.question import Question

LINE_CHARACTERS = 160
MAGIC = re.compile(r"^[ \t]*[!%].*", re.MULTILINE)
SCALER = re.compile(r"(\w+)\s*=\s*(?:\w+\.){0,3}(?:StandardScaler|MinMaxScaler|RobustScaler)\(")
"""Names of scalers: other things that are fitted and transform do something else."""
FUNCTIONS = {"np", "numpy", "tf", "ops", "K"}
"""Whose reshape is given the array first."""
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


@dataclass(frozen=True)
class Known:
    """A call that the grader can explain. `{name}` stands for an argument as it is written."""

    does: str
    without: str
    positional: str = ""
    """Name of the argument that is given without one."""


MAY_BE_ADDED = (
    "The first layer wants that axis. Keras adds it by itself only where the network says that its input has one "
    "channel, as Input((28, 28, 1)) does; else it refuses the rows."
)
CALLS = {
    "to_categorical": Known(
        "Makes a one-hot row of each class number.",
        "The labels stay plain numbers, as sparse_categorical_crossentropy wants them; a loss that wants one-hot "
        "rows fails.",
    ),
    "train_test_split": Known(
        "Draws rows at random and keeps {test_size} of them aside.",
        "There are no rows left that the network has not learned from, so nothing shows how it does on new ones.",
    ),
    "fit_transform": Known(
        "Learns mean and spread (or the range) of these rows, and scales them with it.",
        "The rows keep their sizes, and those with large numbers decide; transform() has learned nothing to use later.",
    ),
    "transform": Known(
        "Scales these rows with what was learned before, and learns nothing from them.",
        "These rows are on another scale than those that the network was trained on, so its answers are worthless.",
    ),
    "pad_sequences": Known(
        "Makes all reviews equally long ({maxlen} numbers): short ones get zeros, long ones are cut.",
        "Rows of different lengths are no array, so fit() fails.",
    ),
    "expand_dims": Known(
        "Adds an axis of length 1, such as the channel of a grey picture.",
        MAY_BE_ADDED,
    ),
    "reshape": Known(
        "Arranges the same numbers in another shape: {shape}.",
        "What uses the result expects that shape: it fails, or takes the numbers for something else.",
        "shape",
    ),
    "EarlyStopping": Known(
        "Ends the training once {monitor} has not improved for so many epochs: {patience}.",
        "All epochs that fit() was given are trained, also when they only overfit.",
        "monitor",
    ),
    "ModelCheckpoint": Known(
        "Saves the network while it trains.", "Only the weights of the last epoch remain, not those of the best."
    ),
    "ReduceLROnPlateau": Known(
        "Makes the learning rate smaller when {monitor} stands still.",
        "The steps stay long, and the loss may jump about.",
        "monitor",
    ),
    "Dropout": Known(
        "Sets a random share of {rate} of the numbers to 0 in each training step, and does nothing when the network "
        "predicts.",
        "Nothing fails. Units rely on each other more, so the network is likely to overfit sooner.",
        "rate",
    ),
    "Flatten": Known(
        "Writes all feature maps in one row of numbers.",
        "The Dense layers work at each place by itself, so the output has too many axes and does not fit the labels.",
    ),
    "MaxPooling2D": Known(
        "Keeps the largest number of each {pool_size} window.",
        "The feature maps stay large: more to compute, and many more weights in a Dense layer behind a Flatten.",
        "pool_size",
    ),
    "BatchNormalization": Known(
        "Brings each channel to mean 0 and deviation 1 in the batch, then scales and shifts it by learned numbers.",
        "Nothing fails. The training is likely to be slower and to need a smaller learning rate.",
    ),
    "Embedding": Known(
        "Looks up a row of learned numbers for each word number.",
        "The next layer would calculate with the word numbers themselves, as if word 2,000 were twice word 1,000.",
    ),
    "compile": Known(
        "Chooses optimizer ({optimizer}), loss ({loss}) and metrics.",
        "fit() fails: the network does not know what a mistake costs, nor how to update its weights.",
    ),
    "fit": Known(
        "Trains the network: {epochs} epochs in batches of {batch_size} rows.",
        "The weights stay as they were drawn at random, so its answers are guesses.",
    ),
    "evaluate": Known(
        "Computes loss and metrics on these rows, without changing a weight.",
        "Nothing says how good the network is on rows that it has not learned, and what uses the result fails.",
    ),
    "argmax": Known(
        "Takes the place of the largest number: of a row of probabilities, or of a one-hot row, the class.",
        "There is a number for each class and no single answer, so it cannot be compared with class numbers.",
    ),
    "confusion_matrix": Known(
        "Counts, for each true class (row), what its rows were taken for (column).",
        "One sees only how many mistakes there are, not which, and what uses the counts fails.",
    ),
    "classification_report": Known(
        "Prints precision, recall and F1 of each class.",
        "Nothing fails, but a class that does badly is hidden in the mean.",
    ),
    "fillna": Known(
        "Puts a number into empty cells of the table.", "An empty cell is NaN, and one NaN makes the whole loss NaN."
    ),
    "dropna": Known(
        "Leaves out rows with an empty cell.", "An empty cell is NaN, and one NaN makes the whole loss NaN."
    ),
    "get_dummies": Known("Makes a column of 0 and 1 for each value.", "Words are no numbers, so fit() fails."),
}
UNSAID = {
    "test_size": "a quarter",
    "monitor": "val_loss (the default)",
    "patience": "0 (the default)",
    "maxlen": "as long as the longest",
    "batch_size": "32 (the default)",
    "pool_size": "2 × 2 (the default)",
}
"""What holds where an argument is not written."""


def line(case: Case) -> Iterator[Question]:
    """A line of the student's own."""
    scalers = frozenset(SCALER.findall("\n".join(case.cells)))
    for number, source in enumerate(case.cells, start=1):
        lines = source.splitlines()
        found: dict[int, list[Known]] = defaultdict(list)
        for at, known in explained_lines(source, scalers):
            found[at].append(known)
        for at, calls in sorted(found.items()):
            text = lines[at - 1].strip()
            if text in case.starter or len(text) > LINE_CHARACTERS:
                continue
            outer = calls[0]
            yield Question(
                generator="line",
                level="apply",
                text=f"What does line {at} of cell {number} do, and what breaks without it?",
                expected=f"{' '.join(dict.fromkeys(call.does for call in reversed(calls)))} Without it: "
                f"{outer.without[0].lower()}{outer.without[1:]}",
                partial="Says what the line does, but not what breaks without it.",
                based_on=f"cell {number}, line {at}",
                code=text,
            )


def explained_lines(source: str, scalers: frozenset[str]) -> Iterator[tuple[int, Known]]:
    """Lines with a call that the grader can explain, counted from 1."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(MAGIC.sub("", source))
            calls = [node for node in ast.walk(tree) if isinstance(node, (ast.Call, ast.BinOp, ast.AugAssign))]
    except UNREADABLE:
        return
    for node in calls:
        if isinstance(node, ast.Call) and (known := explained(node, scalers)):
            yield node.func.end_lineno or node.lineno, known
        elif not isinstance(node, ast.Call) and scales(node):
            yield node.lineno, SCALING_OF_TEST if NOT_TRAINED_ON.search(ast.unparse(node)) else SCALING


SCALING = Known(
    "Divides by 255, so that pixels lie between 0 and 1.",
    "Nothing fails, but with numbers up to 255 the first updates jump, and the training is slower or stalls.",
)
SCALING_OF_TEST = Known(
    SCALING.does,
    "Nothing fails, but these rows are 255 times as large as those that the network was trained on, so its answers and "
    "all figures about them are worthless.",
)
NOT_TRAINED_ON = re.compile(r"test|val(?!ue)", re.IGNORECASE)


def scales(node: ast.BinOp | ast.AugAssign) -> bool:
    """Whether something is divided by 255."""
    divisor = node.right if isinstance(node, ast.BinOp) else node.value
    return isinstance(node.op, ast.Div) and isinstance(divisor, ast.Constant) and divisor.value in (255, 255.0)


def explained(call: ast.Call, scalers: frozenset[str]) -> Known | None:
    """The call's explanation with its own arguments; None where it is unknown or an argument cannot be shown."""
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    known = CALLS.get(name)
    owner = call.func.value if isinstance(call.func, ast.Attribute) else None
    if known is None or (name.endswith("transform") and getattr(owner, "id", None) not in scalers):
        return None
    given = {argument.arg: ast.unparse(argument.value) for argument in call.keywords if argument.arg}
    if name == "fit" and len(call.args) < 2 and "y" not in given:  # a data set has batches of its own
        return None
    args = [] if any(isinstance(argument, ast.Starred) for argument in call.args) else [*map(ast.unparse, call.args)]
    if name == "reshape" and getattr(owner, "id", None) in FUNCTIONS:
        args = args[1:]
    if args:
        given[known.positional] = ", ".join(args) if name == "reshape" else args[0]
    wanted = re.findall(r"\{(\w+)\}", known.does)
    values = {name: given.get(name) or UNSAID.get(name) for name in wanted}
    if any(value is None or len(value) > 60 for value in values.values()):
        return None
    does = re.sub(r"\{(\w+)\}", lambda found: str(values[found[1]]), known.does)
    if name == "reshape" and "-1" in str(values["shape"]):
        does += " -1 is as many as there are."
    adds = name == "reshape" and str(values["shape"]).rstrip("),").endswith(", 1")
    return Known(does, MAY_BE_ADDED if adds else known.without)

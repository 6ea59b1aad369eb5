"""Texts for students -> the technical words in them, each with its meaning. No message uses one that is not here."""

import re
from collections.abc import Iterable

MEANINGS: dict[str, str] = {
    "activation": "what a layer does with each of its sums at the end, for example set negative ones to 0 (relu)",
    "architecture": "which layers a network has, in which order and of which size",
    "batch": "the rows after which the weights are changed once; fit() takes 32 unless told otherwise",
    "bias": "one more weight of each unit, which is added to its sum",
    "bubblewrap": "a program of Linux that lets another program see only what it needs",
    "binary_crossentropy": "the loss for two classes and one sigmoid unit",
    "categorical_crossentropy": "the loss for several classes; the labels are rows with a single 1",
    "confusion matrix": "a table of how many rows of each class were taken for which class",
    "cross-entropy": "a loss that is small where the right class got a high probability",
    "convolution": "a layer that looks for the same small shapes at every place of a picture",
    "CSV": "a table in a text file, with commas between its columns",
    "dtype": "the kind of numbers in an array, for example float32",
    "EarlyStopping": "a part of Keras that ends fit() once the result no longer gets better",
    "embedding": "a layer that learns a row of numbers for each word",
    "epoch": "one pass of fit() over all training rows",
    "EOFError": "Python waited for somebody to type, and nobody was there",
    "FileNotFoundError": "Python was asked for a file that is not there",
    "Flatten": "the layer that writes a picture as one row of numbers",
    "from_logits": "tells the loss that no softmax or sigmoid stands at the end of the network",
    "gradient": "how the loss changes where a weight changes a little",
    "ImportError": "Python found the module, but not the name in it",
    "IndentationError": "lines of one block do not begin at the same column",
    "IndexError": "a place was asked for that a list or an array does not have",
    "kernel": "the Python that runs your notebook; of a convolution: the small window that it slides over the picture",
    "KeyError": "a table or a dictionary has no entry of that name",
    "learning rate": "how far each update moves the weights",
    "loss": "the number that training makes smaller: how wrong the network is",
    "Markdown": "the cells of a notebook that hold text instead of code",
    "MemoryError": "there was no room for an array",
    "metric": "a figure by which a network is judged, for example its accuracy",
    "ModuleNotFoundError": "Python was asked to import a module that is not installed",
    "NameError": "Python met a name that nothing has given a value yet",
    "NaN": "“not a number”: a figure that grew without limit or came of 0/0",
    "NotImplementedError": "what the starter leaves in a cell that waits for your code",
    "one-hot": "a label as a row of zeros with a single 1 at the place of its class",
    "optimizer": "the rule by which training changes the weights, for example adam",
    "overfit": "to know the training rows by heart and do worse on others",
    "parameters": "the numbers of a network that training changes, and a few that it counts",
    "padding": "whether a picture gets an edge of zeros, so that a convolution keeps its size",
    "pooling": "to keep one number of each small square of a picture, so that it gets smaller",
    "ruff": "a program that reads Python code and remarks on it",
    "sigmoid": "brings a number between 0 and 1, so that it can be a probability",
    "softmax": "makes the numbers of all classes positive with a sum of 1, so that they are probabilities",
    "sparse_categorical_crossentropy": "the loss for several classes; the labels are their numbers",
    "stand-in": "small handwritten digits that take the place of a data set that is not here",
    "stride": "by how many pixels a window moves on",
    "SyntaxError": "Python cannot read a line: a bracket, a quote or a colon is missing, or it is no Python",
    "tensor": "TensorFlow's word for an array",
    "traceback": "the list of lines that Python prints with an error; the last line says what is wrong",
    "TypeError": "a function was given something of the wrong kind",
    "unit": "what a Dense layer has many of: each makes one number of all its inputs",
    "validation": "rows that are kept aside in training, to see how the network does on rows it was not trained on",
    "ValueError": "a function was given something of the right kind, but of a wrong size or value",
    "weights": "the numbers of a network that training changes",
}


def words_in(texts: Iterable[str]) -> dict[str, str]:
    """The technical words in the texts, in the order of the alphabet, with what they mean."""
    whole = "\n".join(texts)
    return {word: MEANINGS[word] for word in sorted(MEANINGS, key=str.lower) if pattern(word).search(whole)}


def pattern(word: str) -> re.Pattern[str]:
    """Finds the word, also in the plural and at the beginning of a sentence."""
    return re.compile(rf"(?<![A-Za-z]){re.escape(word)}(?:s|es|ing|ting|ted)?(?![A-Za-z])", re.IGNORECASE)

"""Loaders of the data sets in other libraries than Keras -> the same loaders over the served arrays."""

import functools
import os
import re
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from grader.inside.imports import after_import
from grader.inside.served import texts, unshuffled
from grader.inside.shelf import Found, Shelf
from grader.inside.words import read_ragged

OPENML = {
    "boston": ("boston", 531, "MEDV"),
    "mnist": ("mnist_784", 554, "class"),
    "fashion-mnist": ("Fashion-MNIST", 40996, "class"),
    "cifar10": ("CIFAR_10", 40927, "class"),
}
"""Name and number of a data set at OpenML, and the name of its target there."""
FEATURES = {
    13: ["CRIM", "ZN", "INDUS", "CHAS", "NOX", "RM", "AGE", "DIS", "RAD", "TAX", "PTRATIO", "B", "LSTAT"],
    784: [f"pixel{number}" for number in range(1, 785)],
    3072: [f"a{number}" for number in range(3072)],
}
"""Names of the features at OpenML, by their number."""
TFDS = {"mnist": "mnist", "fashion_mnist": "fashion-mnist", "cifar10": "cifar10", "imdb_reviews": "imdb"}
"""Data sets by their names in TensorFlow Datasets."""
PIECE = re.compile(r"(train|test)(?:\[(-?\d*)(%?):(-?\d*)(%?)\])?")
"""Of a split in TensorFlow Datasets, for example train[:80%]."""


def install(served: Mapping[str, str], shelf: Shelf) -> None:
    """Make the loaders of scikit-learn, TensorFlow Datasets and torchvision answer, each once it is imported."""
    folders = {name: Path(served[name]) for name in ("boston", "imdb", *OPENML) if name in served}
    after_import("sklearn.datasets", lambda module: openml(module, folders, shelf))
    after_import("tensorflow_datasets", lambda module: tensorflow_datasets(module, folders, shelf))
    after_import("torchvision.datasets", torchvision)


def arrays(folder: Path) -> dict[str, Any]:
    """x_train, y_train, x_test and y_test; of reviews the texts."""
    found = {}
    for part in ("train", "test"):
        found[f"y_{part}"] = np.load(folder / f"y_{part}.npy")
        words = folder / f"x_{part}.npz"
        if words.exists():
            found[f"x_{part}"] = np.array(list(texts(read_ragged(words), folder)), dtype=object)
        else:
            found[f"x_{part}"] = np.load(folder / f"x_{part}.npy")
    return found


# -- scikit-learn ------------------------------------------------------------------------------------------------------


def openml(module: Any, folders: Mapping[str, Path], shelf: Shelf) -> None:
    """fetch_openml() of the served data set, by its name or number."""
    original = module.fetch_openml

    @functools.wraps(original)
    def fetch_openml(name: str | None = None, *, data_id: int | None = None, **kwargs: Any) -> Any:
        for served, (known, number, target) in OPENML.items():
            if served in folders and (data_id == number or (name or "").lower() == known.lower()):
                shelf.note(Found("", f"fetch_openml({name or data_id!r})", f"the data set {served}", "sheet"))
                as_frame = kwargs.get("as_frame", "auto") is not False
                return bunch(folders[served], target, as_frame, kwargs.get("return_X_y", False))
        return original(name, data_id=data_id, **kwargs)

    module.fetch_openml = fetch_openml


def bunch(folder: Path, target: str, as_frame: bool, as_pair: bool) -> Any:
    """All rows as scikit-learn gives those of OpenML: features as a table, classes as words."""
    import pandas
    from sklearn.utils import Bunch

    of = arrays(folder)
    x: Any = np.concatenate([of["x_train"], of["x_test"]])
    y: Any = np.concatenate([of["y_train"], of["y_test"]]).ravel()
    if target == "class":
        x = x if x.ndim < 4 else x.transpose(0, 3, 1, 2)  # as CIFAR-10's authors lay the colours
        x, y = x.reshape(len(x), -1).astype(np.int64), y.astype(str).astype(object)
    else:
        x, y = unshuffled(x), unshuffled(y)
    names = FEATURES[x.shape[1]]
    frame = None
    if as_frame:
        x = pandas.DataFrame(x, columns=names)
        y = pandas.Series(y, name=target, dtype="category" if target == "class" else None)
        frame = pandas.concat([x, y], axis=1)
    if as_pair:
        return x, y
    return Bunch(data=x, target=y, frame=frame, feature_names=names, target_names=[target], DESCR="", details={})


# -- TensorFlow Datasets -----------------------------------------------------------------------------------------------


def tensorflow_datasets(module: Any, folders: Mapping[str, Path], shelf: Shelf) -> None:
    """tfds.load() of the served data set."""
    original = module.load

    @functools.wraps(original)
    def load(name: str, split: Any = None, batch_size: int | None = None, **kwargs: Any) -> Any:
        served = TFDS.get(re.split("[/:]", name)[0], "")
        if served not in folders:
            return original(name, split=split, batch_size=batch_size, **kwargs)
        shelf.note(Found("", f"tfds.load({name!r})", f"the data set {served}", "sheet"))
        of = arrays(folders[served])

        def rows(piece: str) -> Any:
            return dataset(of, piece, kwargs.get("as_supervised", False), batch_size)

        loaded: Any
        if split is None:
            loaded = {part: rows(part) for part in ("train", "test")}
        elif isinstance(split, (list, tuple)):
            loaded = type(split)(rows(str(piece)) for piece in split)
        else:
            loaded = rows(str(split))
        return (loaded, info(of)) if kwargs.get("with_info") else loaded

    module.load = load


def dataset(of: Mapping[str, Any], split: str, as_supervised: bool, batch_size: int | None) -> Any:
    """A tf.data.Dataset of a split such as train[:80%]+test. Raises ValueError where it is none."""
    import tensorflow

    pieces = [PIECE.fullmatch(piece.strip()) for piece in split.split("+")]
    if not all(pieces):
        raise ValueError(f"Expected a split such as train, test or train[:80%]. Received: {split}")
    cuts = [(piece[1], bounds(piece, len(of[f"y_{piece[1]}"]))) for piece in pieces if piece]
    x, y = (np.concatenate([of[f"{axis}_{part}"][cut] for part, cut in cuts]) for axis in "xy")
    x = x[..., None] if x.ndim == 3 else x.astype(str) if x.dtype == object else x
    y = y.ravel().astype(np.int64)
    content = (x, y) if as_supervised else {"text" if x.ndim == 1 else "image": x, "label": y}
    made = tensorflow.data.Dataset.from_tensor_slices(content)
    return made if batch_size is None else made.batch(len(y) if batch_size == -1 else batch_size)


def bounds(piece: re.Match[str], rows: int) -> slice:
    """The rows of one piece of a split."""
    first, last = (
        None if not number else round(int(number) * rows / 100) if percent else int(number)
        for number, percent in ((piece[2], piece[3]), (piece[4], piece[5]))
    )
    return slice(first, last)


def info(of: Mapping[str, Any]) -> Any:
    """What notebooks ask of the description of a data set: its sizes and the number of its classes."""
    classes = len(np.unique(of["y_train"]))
    names = [str(number) for number in range(classes)]
    label = SimpleNamespace(num_classes=classes, names=names, int2str=names.__getitem__, str2int=names.index)
    splits = {part: SimpleNamespace(num_examples=len(of[f"y_{part}"])) for part in ("train", "test")}
    return SimpleNamespace(features={"label": label}, splits=splits)


# -- torchvision -------------------------------------------------------------------------------------------------------


def torchvision(module: Any) -> None:
    """Its loaders open files by their names, which are found; they need not be the published ones."""
    for each in (module.mnist, module.cifar):
        each.check_integrity = lambda path, md5=None: os.path.isfile(path)

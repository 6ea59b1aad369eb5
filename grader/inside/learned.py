"""What scalers, vectorizers and layers learn from rows -> files, from which the same notebook takes it when run again.

In the first run every fit() of theirs leaves what it has learned. In a replay the same call, told by its class and its
number, takes that instead of learning from other rows. The files are pickles: they are the notebook's own, and nothing
but its own sandbox ever opens them.
"""

import functools
import pickle
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from grader.inside.imports import after_import

MODULES = (
    "sklearn.preprocessing",
    "sklearn.feature_extraction.text",
    "sklearn.feature_selection",
    "sklearn.decomposition",
    "sklearn.impute",
    "sklearn.random_projection",
)
OWNERS = tuple(f"{module}." for module in ("sklearn.feature_extraction", *MODULES))
PREFIX = "learned."
FITS = ("fit", "fit_transform", "partial_fit")
TOKENIZER = ("word_counts", "word_docs", "index_docs", "word_index", "index_word", "document_count")
MOST_BYTES = 100 << 20
"""Of all files together: they must not crowd out a model's samples."""
MOST_CALLS = 100
UNKEPT = (pickle.PicklingError, TypeError, AttributeError, ValueError, RecursionError, OSError)
"""What is raised over what cannot be written."""


class Learned:
    """Keeps what is learned, or gives back what was.

    Args:
        folder: where the files are.
        replay: whether to give back.
    """

    def __init__(self, folder: Path, *, replay: bool):
        self.folder, self.replay = folder, replay
        self.calls: Counter[str] = Counter()
        self.busy = False
        self.left = MOST_BYTES

    def install(self) -> None:
        """Wrap the methods that learn: of scikit-learn's transformers, of Keras' Tokenizer and of its layers."""
        import keras
        from keras.src.legacy.preprocessing.text import Tokenizer

        for module in MODULES:
            after_import(module, self.wrap_transformers)
        self.wrap(Tokenizer, "fit_on_texts", of_tokenizer, into_attributes)
        for layer in (keras.layers.TextVectorization, keras.layers.StringLookup):
            self.wrap(layer, "adapt", of_vocabulary, into_vocabulary)
        self.wrap(keras.layers.Normalization, "adapt", of_normalization, into_normalization)

    def wrap_transformers(self, module: Any) -> None:
        """Those that a module of scikit-learn's offers."""
        offered = [each for each in vars(module).values() if isinstance(each, type) and hasattr(each, "transform")]
        # Some inherit their fit(); what they have of sklearn.base only calls that.
        owners = {base: None for cls in offered for base in cls.__mro__ if base.__module__.startswith(OWNERS)}
        for owner in owners:
            for name in set(FITS) & set(vars(owner)):
                if not getattr(vars(owner)[name], "learns", False):
                    self.wrap(owner, name, of_estimator, into_attributes)

    def wrap(self, cls: Any, name: str, look: Callable[[Any], Any], put: Callable[..., Any]) -> None:
        """Keep what an object knows after the method, or put it there in its place."""
        original = vars(cls)[name]

        @functools.wraps(original)
        def learn(thing: Any, *args: Any, **kwargs: Any) -> Any:
            if self.busy:
                return original(thing, *args, **kwargs)
            self.busy = True
            try:
                path = self.next_file(type(thing).__name__)
                if self.replay and path.exists():
                    rows = args[0] if args else next(iter(kwargs.values()))
                    put(thing, pickle.loads(path.read_bytes()), rows)  # noqa: S301 - see the top
                    return thing.transform(rows) if name == "fit_transform" else thing
                result = original(thing, *args, **kwargs)
                self.keep(path, look, thing)
                return result
            finally:
                self.busy = False

        learn.learns = True  # type: ignore[attr-defined]
        setattr(cls, name, learn)

    def next_file(self, kind: str) -> Path:
        """For the next call of a method of that class."""
        self.calls[kind] += 1
        return self.folder / f"{PREFIX}{kind}.{self.calls[kind]}.pickle"

    def keep(self, path: Path, look: Callable[[Any], Any], thing: Any) -> None:
        """Write what it knows now, unless that is too much."""
        if self.replay or self.calls.total() > MOST_CALLS:
            return
        with suppress(*UNKEPT):
            state = look(thing)
            if sum(getattr(value, "nbytes", 0) for value in getattr(state, "values", tuple)()) > self.left:
                return
            content = pickle.dumps(state, protocol=pickle.HIGHEST_PROTOCOL)
            if len(content) <= self.left:
                self.left -= len(content)
                path.write_bytes(content)
                path.chmod(0o644)


# -- What is learned ---------------------------------------------------------------------------------------------------


def of_estimator(estimator: Any) -> dict[str, Any]:
    """What a transformer has beside what it was made with."""
    given = estimator.get_params(deep=False)
    return {name: value for name, value in vars(estimator).items() if name not in given}


def of_tokenizer(tokenizer: Any) -> dict[str, Any]:
    """Its counts and numbers of words."""
    return {name: getattr(tokenizer, name) for name in TOKENIZER}


def into_attributes(thing: Any, state: dict[str, Any], *_: Any) -> None:
    """As it was after the call."""
    vars(thing).update(state)


def of_vocabulary(layer: Any) -> tuple[list[str], Any]:
    """The words of a layer, and what they weigh where they do."""
    lookup = getattr(layer, "_lookup_layer", layer)
    words = layer.get_vocabulary(include_special_tokens=False)
    if lookup.output_mode != "tf_idf":
        return words, None
    special = len(layer.get_vocabulary()) - len(words)
    return words, lookup.idf_weights_const.numpy()[special : special + len(words)]


def into_vocabulary(layer: Any, state: tuple[list[str], Any], *_: Any) -> None:
    """As it was after the call."""
    layer.set_vocabulary(*state)


def of_normalization(layer: Any) -> dict[str, Any]:
    """Its mean and variance."""
    arrays: dict[str, Any] = {}
    layer.save_own_variables(arrays)
    return arrays


def into_normalization(layer: Any, arrays: dict[str, Any], data: Any, *_: Any) -> None:
    """As it was after the call; a layer that is not built yet is built for these data."""
    if not layer.built:
        layer.build(tuple(data.element_spec.shape) if hasattr(data, "element_spec") else data.shape)
    layer.load_own_variables(arrays)

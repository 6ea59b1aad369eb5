"""What former versions of NumPy, pandas, scikit-learn, seaborn and Matplotlib knew -> the same done with today's.

The rules are in `old_api`. Nothing here imports these libraries before the notebook or the warm process has.
"""

import importlib
import re
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.inside.imports import after_import
from grader.inside.notes import asked_by_notebook
from grader.inside.served import SHUFFLE, keras_module
from grader.inside.ways import Rule

# -- Boston ------------------------------------------------------------------------------------------------------------

FEATURES = ("CRIM", "ZN", "INDUS", "CHAS", "NOX", "RM", "AGE", "DIS", "RAD", "TAX", "PTRATIO", "B", "LSTAT")


def load_boston(*, return_X_y: bool = False) -> Any:  # noqa: N803 - scikit-learn's own name
    """The rows that `keras.datasets.boston_housing` serves, as scikit-learn had them: 506 rows of 13 features."""
    from sklearn.utils import Bunch

    (x, y), _ = keras_module("boston_housing").load_data(test_split=0, seed=SHUFFLE)
    order = np.arange(len(x))
    np.random.RandomState(SHUFFLE).shuffle(order)
    x, y = x[order.argsort()], y[order.argsort()]
    if return_X_y:
        return x, y
    words = "Boston house prices: 506 rows, 13 numeric features; the target is the median value of homes in $1000."
    return Bunch(data=x, target=y, feature_names=np.array(FEATURES), DESCR=words, filename="boston_house_prices.csv")


# -- scikit-learn ------------------------------------------------------------------------------------------------------


def root(rule: Rule, original: Callable[..., Any], *args: Any, squared: bool = True, **kwargs: Any) -> Any:
    """mean_squared_error(squared=False)."""
    if squared:
        return original(*args, **kwargs)
    rule.use()
    return importlib.import_module("sklearn.metrics").root_mean_squared_error(*args, **kwargs)


def in_words(rule: Rule, original: Callable[..., None], estimator: Any, *args: Any, **kwargs: Any) -> None:
    """An estimator whose setting was called otherwise."""
    renamed: dict[str, dict[str, Any]] = {
        "criterion": {"mse": "squared_error", "mae": "absolute_error"},
        "loss": {"ls": "squared_error", "lad": "absolute_error", "deviance": "log_loss", "log": "log_loss"},
        "max_features": {"auto": 1.0 if "Regressor" in type(estimator).__name__ else "sqrt"},
    }
    for name, words in renamed.items():
        if isinstance(kwargs.get(name), str) and kwargs[name] in words:
            rule.use()
            kwargs[name] = words[kwargs[name]]
    original(estimator, *args, **kwargs)


def simple_imputer(missing_values: Any = np.nan, strategy: str = "mean", **_: Any) -> Any:
    """The Imputer of sklearn.preprocessing."""
    from sklearn.impute import SimpleImputer

    return SimpleImputer(missing_values=np.nan if missing_values == "NaN" else missing_values, strategy=strategy)


def get_names(vectorizer: Any) -> list[str]:
    """The words of a vectorizer, as a list."""
    return list(vectorizer.get_feature_names_out())


def plot_of(display: str) -> Callable[..., Any]:
    """plot_confusion_matrix(estimator, X, y) and its like."""

    def plot(estimator: Any, x: Any, y: Any, **kwargs: Any) -> Any:
        kind = getattr(importlib.import_module("sklearn.metrics"), display)
        return kind.from_estimator(estimator, x, y, **kwargs)

    return plot


# -- pandas ------------------------------------------------------------------------------------------------------------


def append(table: Any, other: Any, ignore_index: bool = False, **_: Any) -> Any:
    """Rows of one table or column below those of another; a dict or list of dicts is a table."""
    import pandas as pd

    if isinstance(other, dict):
        other = pd.DataFrame([other])
    elif isinstance(other, pd.Series) and isinstance(table, pd.DataFrame):
        other = other.to_frame().T
    elif isinstance(other, list) and not all(isinstance(each, (pd.DataFrame, pd.Series)) for each in other):
        other = pd.DataFrame(other)
    others = other if isinstance(other, list) else [other]
    return pd.concat([table, *others], ignore_index=ignore_index)


class Ix:
    """Rows and columns by their names, or by their places where they have no such name."""

    def __init__(self, table: Any):
        self.table = table

    def __getitem__(self, key: Any) -> Any:
        try:
            return self.table.loc[key]
        except (KeyError, TypeError):
            return self.table.iloc[key]

    def __setitem__(self, key: Any, value: Any) -> None:
        self.table.loc[key] = value


def lend_ix(rule: Rule) -> None:
    """`table.ix[...]`."""

    def ix(table: Any) -> Ix:
        if asked_by_notebook():
            rule.use()
        return Ix(table)

    def patch(module: Any) -> None:
        module.DataFrame.ix = module.Series.ix = property(ix)

    after_import("pandas", patch)


def value_counts(values: Any, **kwargs: Any) -> Any:
    """How often each value is there."""
    import pandas as pd

    return pd.Series(values).value_counts(**kwargs)


def mend_whitespace(kwargs: dict[str, Any], wanted: bool) -> None:
    """read_csv(delim_whitespace=True)."""
    if wanted:
        kwargs["sep"] = r"\s+"


def mend_bad_lines(kwargs: dict[str, Any], wanted: bool) -> None:
    """read_csv(error_bad_lines=False)."""
    kwargs["on_bad_lines"] = "error" if wanted else "skip"


def fill(rule: Rule, original: Callable[..., Any], table: Any, *args: Any, **kwargs: Any) -> Any:
    """fillna(method="ffill")."""
    method = kwargs.pop("method", None)
    if method is None:
        return original(table, *args, **kwargs)
    rule.use()
    return (table.ffill if method in {"ffill", "pad"} else table.bfill)(**kwargs)


def drop_axis(rule: Rule, original: Callable[..., Any], table: Any, *args: Any, **kwargs: Any) -> Any:
    """drop("MEDV", 1)."""
    if len(args) == 2:
        rule.use()
        return original(table, args[0], axis=args[1], **kwargs)
    return original(table, *args, **kwargs)


def numbers_only(rule: Rule, original: Callable[..., Any], table: Any, *args: Any, **kwargs: Any) -> Any:
    """corr(), mean() and their like on a table with columns of words, which were left out."""
    try:
        return original(table, *args, **kwargs)
    except (TypeError, ValueError):
        if "numeric_only" in kwargs or not hasattr(table, "select_dtypes"):
            raise
        result = original(table, *args, **kwargs, numeric_only=True)
        rule.use()
        return result


def words_to_numbers(rule: Rule, original: Callable[..., Any], table: Any, *args: Any, **kwargs: Any) -> Any:
    """replace({"positive": 1, "negative": 0}) made numbers of the column; now it holds objects."""
    result = original(table, *args, **kwargs)
    inferred = result.infer_objects() if result is not None else None
    if inferred is None or np.array_equal(np.asarray(inferred.dtypes), np.asarray(result.dtypes)):
        return result
    rule.use()
    return inferred


def words_are_objects(module: Any) -> None:
    """A column of words is of dtype object, as notebooks expect that were written before pandas 3.

    No rule of the table, because nobody can see whether a notebook relies on it.
    """
    module.set_option("future.infer_string", False)


# -- Pictures ----------------------------------------------------------------------------------------------------------


def imread(name: Any, flatten: bool = False, mode: str | None = None) -> NDArray[Any]:
    """A picture file as an array, as SciPy had it; `flatten` makes it grey."""
    from PIL import Image

    image = Image.open(name)
    return np.asarray(image.convert("L" if flatten else mode) if flatten or mode else image)


def imresize(image: Any, size: Any, interp: str = "bilinear", mode: str | None = None) -> NDArray[Any]:
    """A picture of another size: rows and columns, a percentage, or a factor."""
    from PIL import Image

    picture = Image.fromarray(np.asarray(image, dtype="uint8"), mode=mode)
    factor = size / 100 if isinstance(size, int) else size
    rows, columns = size if isinstance(size, tuple) else (int(factor * picture.height), int(factor * picture.width))
    return np.asarray(picture.resize((columns, rows), Image.Resampling[interp.upper()]))


# -- seaborn and Matplotlib --------------------------------------------------------------------------------------------


def by_place(*names: str) -> Callable[..., Any]:
    """A function of seaborn's whose first arguments were these; now all but the table must be named."""

    def call(rule: Rule, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        alone = original.__name__ == "countplot" and args and not hasattr(args[0], "columns")
        if len(args) > 1 or (args and "data" in kwargs) or alone:
            rule.use()
            kwargs |= dict(zip(names, args, strict=False))
            args = ()
        return original(*args, **kwargs)

    return call


def noted(rule: Rule, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """A function that is still there, for the last time."""
    rule.use()
    return original(*args, **kwargs)


def style_of_seaborn(rule: Rule, original: Callable[..., None], style: Any) -> None:
    """plt.style.use("seaborn-whitegrid")."""
    if isinstance(style, str) and re.match(r"seaborn(?!-v)", style):
        rule.use()
        style = style.replace("seaborn", "seaborn-v0_8", 1)
    original(style)


def current_axes(rule: Rule, original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """gca(projection="3d")."""
    if not kwargs:
        return original(*args)
    rule.use()
    figure = args[0] if args else importlib.import_module("matplotlib.pyplot").gcf()
    return figure.add_subplot(**kwargs)


def title_of_window(rule: Rule) -> None:
    """fig.canvas.set_window_title(...): there is no window."""

    def patch(module: Any) -> None:
        module.FigureCanvasBase.set_window_title = lambda *_: rule.use()

    after_import("matplotlib.backend_bases", patch)

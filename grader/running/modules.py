"""The name of a module that could not be imported -> whether that is the grader's gap, and what the student does."""

import re
import sys
from importlib.util import find_spec

from rapidfuzz.distance import OSA

PACKAGES = {
    "PIL": "pillow",
    "albumentations": "albumentations",
    "autokeras": "autokeras",
    "bokeh": "bokeh",
    "bs4": "beautifulsoup4",
    "catboost": "catboost",
    "contractions": "contractions",
    "cufflinks": "cufflinks",
    "cv2": "opencv-python-headless",
    "datasets": "datasets",
    "emoji": "emoji",
    "fastai": "fastai",
    "flax": "flax",
    "gensim": "gensim",
    "graphviz": "graphviz",
    "h5py": "h5py",
    "imageio": "imageio",
    "imblearn": "imbalanced-learn",
    "ipywidgets": "ipywidgets",
    "jax": "jax",
    "joblib": "joblib",
    "keras": "keras",
    "keras_cv": "keras-cv",
    "keras_hub": "keras-hub",
    "keras_nlp": "keras-nlp",
    "keras_tuner": "keras-tuner",
    "librosa": "librosa",
    "lightgbm": "lightgbm",
    "livelossplot": "livelossplot",
    "matplotlib": "matplotlib",
    "missingno": "missingno",
    "mlxtend": "mlxtend",
    "mpi4py": "mpi4py",
    "networkx": "networkx",
    "nltk": "nltk",
    "numba": "numba",
    "numpy": "numpy",
    "openpyxl": "openpyxl",
    "optax": "optax",
    "optuna": "optuna",
    "pandas": "pandas",
    "plotly": "plotly",
    "polars": "polars",
    "prettytable": "prettytable",
    "pydot": "pydot",
    "pytorch_lightning": "pytorch-lightning",
    "requests": "requests",
    "scikeras": "scikeras",
    "scikitplot": "scikit-plot",
    "scipy": "scipy",
    "seaborn": "seaborn",
    "shap": "shap",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "skorch": "skorch",
    "spacy": "spacy",
    "statsmodels": "statsmodels",
    "sympy": "sympy",
    "tabulate": "tabulate",
    "tensorflow": "tensorflow",
    "tensorflow_addons": "tensorflow-addons",
    "tensorflow_datasets": "tensorflow-datasets",
    "tensorflow_hub": "tensorflow-hub",
    "tensorflow_text": "tensorflow-text",
    "textblob": "textblob",
    "tf_keras": "tf-keras",
    "tflearn": "tflearn",
    "torch": "torch",
    "torchinfo": "torchinfo",
    "torchmetrics": "torchmetrics",
    "torchsummary": "torchsummary",
    "torchvision": "torchvision",
    "torchviz": "torchviz",
    "tqdm": "tqdm",
    "transformers": "transformers",
    "visualkeras": "visualkeras",
    "wordcloud": "wordcloud",
    "xgboost": "xgboost",
    "yaml": "pyyaml",
    "ydata_profiling": "ydata-profiling",
}
"""Well-known packages: the name that is imported, and the name that pip installs."""
NAMED = re.compile(r"No module named '([\w.]{1,200})'")
SHORT_NAME = 4
"""Names shorter than this lie too near to each other to tell a slip of the pen."""


def named_in(message: str) -> str:
    """The full name of the module that an import did not find, such as sklearn.metrcs; empty where there is none."""
    found = NAMED.search(message)
    return found[1] if found else ""


def is_gap(name: str) -> bool:
    """Whether it is the grader that lacks the module: a well-known package that is not installed here.

    Python looks for the package first, so a name with a dot, such as sklearn.metrcs, was asked of one that is there.
    """
    return name in PACKAGES and find_spec(name) is None


def next_step(name: str) -> str:
    """What the student does about a module that could not be imported."""
    top = name.partition(".")[0]
    if top != name and (top in PACKAGES or top in sys.stdlib_module_names):
        return f"`{top}` is here, but it has no part of the name `{name}`. Look the name up in its documentation."
    if meant := misspelled(name):
        return f"Did you mean `{meant}`?"
    return (
        f"The grader knows no package `{name}`. Is its name misspelled, or is it a file of your own? Hand it in inside "
        "the notebook: copy what you need of it into a cell. If it is a package, tell your teacher."
    )


def misspelled(name: str) -> str | None:
    """The usual module whose name it is but for one letter, or for two swapped ones."""
    if len(name) < SHORT_NAME or name in PACKAGES:
        return None
    return next((other for other in (*PACKAGES, *sys.stdlib_module_names) if OSA.distance(name, other) == 1), None)


def pip_install(names: list[str]) -> str:
    """The command that installs these modules."""
    return f"pip install {' '.join(PACKAGES.get(name, name) for name in names)}"

"""Keras' wrappers for scikit-learn as Keras 1 and 2 had them: a function that builds a model -> an estimator.

scikeras has the same ones with other names for some things, which are understood as well.
"""

import inspect
import re
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

FIT = ("epochs", "batch_size", "verbose", "callbacks", "validation_split", "validation_data", "shuffle", "class_weight")


COMPILE = ("optimizer", "loss", "metrics")
PREFIXES = re.compile(r"^(model|fit|optimizer)__(?!_)")
"""Say for whom an argument is, in scikeras: `model__units`."""


class Wrapper(BaseEstimator):
    """An estimator around `build_fn(**arguments)`, which returns a compiled model."""

    def __init__(self, build_fn: Any = None, **sk_params: Any):
        self.build_fn = build_fn
        self.sk_params = sk_params

    def get_params(self, deep: bool = True) -> dict[str, Any]:
        """As scikit-learn's search asks for them."""
        return {"build_fn": self.build_fn, **self.sk_params}

    def set_params(self, **params: Any) -> Self:
        """As scikit-learn's search sets them."""
        self.build_fn = params.pop("build_fn", self.build_fn)
        self.sk_params.update(params)
        return self

    def train(self, x: Any, y: Any, given: dict[str, Any]) -> Self:
        """Build a model and fit it; arguments go to whom they belong to."""
        params = {"epochs": self.sk_params.get("nb_epoch", 1), **self.sk_params, **given}
        params = {PREFIXES.sub("", name): value for name, value in params.items()}
        wanted = inspect.signature(self.build_fn).parameters
        self.model = self.build_fn(**{name: value for name, value in params.items() if name in wanted})
        if not self.model.compiled:
            self.model.compile(**{name: params[name] for name in COMPILE if name in params})
        if self.model.loss == "categorical_crossentropy" and np.ndim(y) == 1:
            y = np.eye(int(np.max(y)) + 1)[y]
        self.history = self.model.fit(x, y, **{name: params[name] for name in FIT if name in params})
        self.model_, self.history_ = self.model, self.history.history
        return self

    def scores(self, x: Any) -> NDArray[Any]:
        """What the model predicts."""
        return np.asarray(self.model.predict(x, verbose=0))


class KerasClassifier(ClassifierMixin, Wrapper):
    """Labels of any kind, or one-hot."""

    def fit(self, x: Any, y: Any, **given: Any) -> Self:
        """Train on labels of shape (n,) or on one-hot rows."""
        labels = np.asarray(y)
        if labels.ndim == 2 and labels.shape[1] > 1:
            self.classes_: NDArray[Any] = np.arange(labels.shape[1])
            return self.train(x, labels, given)
        self.classes_, numbers = np.unique(labels.ravel(), return_inverse=True)
        return self.train(x, numbers, given)

    def predict_proba(self, x: Any) -> NDArray[Any]:
        """Shape (n, classes)."""
        scores = self.scores(x)
        return np.hstack([1 - scores, scores]) if scores.shape[1] == 1 else scores

    def predict(self, x: Any) -> NDArray[Any]:
        """Labels, shape (n,)."""
        return np.asarray(self.classes_[self.predict_proba(x).argmax(axis=1)])

    def score(self, x: Any, y: Any, sample_weight: Any = None) -> float:
        """Accuracy."""
        labels = np.asarray(y)
        labels = labels.argmax(axis=1) if labels.ndim == 2 and labels.shape[1] > 1 else labels.ravel()
        return float((self.predict(x) == labels).mean())


class KerasRegressor(RegressorMixin, Wrapper):
    """Targets of shape (n,)."""

    def fit(self, x: Any, y: Any, **given: Any) -> Self:
        """Train."""
        return self.train(x, y, given)

    def predict(self, x: Any) -> NDArray[Any]:
        """Shape (n,), or (n, targets)."""
        return self.scores(x).squeeze(-1)

    def score(self, x: Any, y: Any, sample_weight: Any = None) -> float:
        """The loss with its sign turned, so that higher is better."""
        loss = self.model.evaluate(x, y, verbose=0)
        return -float(loss[0] if isinstance(loss, list) else loss)

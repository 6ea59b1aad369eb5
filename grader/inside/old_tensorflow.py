"""What TensorFlow 1 knew and TensorFlow 2 has only in `tf.compat.v1` -> the same done with that."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow
from keras.src.backend.common import global_state
from numpy.typing import NDArray

from grader.inside.ways import Rule

KERAS_OPTIMIZERS = {
    "AdamOptimizer": "Adam",
    "AdagradOptimizer": "Adagrad",
    "GradientDescentOptimizer": "SGD",
    "MomentumOptimizer": "SGD",
    "RMSPropOptimizer": "RMSprop",
}
VALIDATION_ROWS = 5_000


def placeholder() -> Any:
    """A graph that is built before it runs: from here on all operations go into one, which Keras 3 cannot do.

    So a notebook that has made anything of Keras' goes on as it is, and TensorFlow says what does not work then.
    """
    if not global_state.get_global_attribute("object_name_uids"):
        tensorflow.compat.v1.disable_eager_execution()
    return tensorflow.compat.v1.placeholder


def compile_for_keras(rule: Rule, original: Callable[..., Any], model: Any, *args: Any, **kwargs: Any) -> Any:
    """compile() with an optimizer of TensorFlow 1: Keras' own of that kind and rate."""
    given = args[0] if args else kwargs.get("optimizer")
    if isinstance(given, tensorflow.compat.v1.train.Optimizer):
        rule.use()
        rate = vars(given).get("_lr", vars(given).get("_learning_rate", 0.001))
        kind = KERAS_OPTIMIZERS.get(type(given).__name__, "Adam")
        kwargs["optimizer"] = getattr(keras.optimizers, kind)(learning_rate=float(rate))
        if args:
            args = (kwargs.pop("optimizer"), *args[1:])
    return original(model, *args, **kwargs)


class Rows:
    """One part of the data of TensorFlow 1's tutorials."""

    def __init__(self, images: NDArray[Any], labels: NDArray[Any]):
        self.images = images
        self.labels = labels
        self.num_examples = len(images)
        self.epochs_completed = 0
        self.place = 0

    def next_batch(self, batch_size: int, fake_data: bool = False, shuffle: bool = True) -> tuple[Any, Any]:
        """The next rows; at the end it begins again, in another order."""
        if self.place + batch_size > self.num_examples:
            order = np.random.permutation(self.num_examples) if shuffle else np.arange(self.num_examples)
            self.images, self.labels, self.place = self.images[order], self.labels[order], 0
            self.epochs_completed += 1
        first, self.place = self.place, self.place + batch_size
        return self.images[first : self.place], self.labels[first : self.place]


class DataSets:
    """MNIST as the tutorials had it."""

    def __init__(self, train: Rows, validation: Rows, test: Rows):
        self.train, self.validation, self.test = train, validation, test


def read_data_sets(train_dir: str, one_hot: bool = False, reshape: bool = True, **_: Any) -> DataSets:
    """The rows that `keras.datasets.mnist` serves, as floats from 0 to 1."""

    def rows(x: NDArray[Any], y: NDArray[Any]) -> Rows:
        images = x.astype("float32") / 255
        images = images.reshape(len(x), -1) if reshape else images[..., None]
        return Rows(images, np.eye(10)[y] if one_hot else y)

    (x_train, y_train), test = keras.datasets.mnist.load_data()
    validation = rows(x_train[:VALIDATION_ROWS], y_train[:VALIDATION_ROWS])
    return DataSets(rows(x_train[VALIDATION_ROWS:], y_train[VALIDATION_ROWS:]), validation, rows(*test))

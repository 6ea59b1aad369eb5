# tries: to carry the sealed inputs out of its second run: in outputs, errors, files, and in what is learned.
# gets nothing if: nothing of that run is in its report.
# %%
import hashlib
import os

import keras
import numpy as np
from keras.datasets import fashion_mnist
from sklearn.preprocessing import StandardScaler

(x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
second = os.path.exists("../first/places.npy")
if second:
    print("GOT sealed rows", x_test[np.load("../first/places.npy") - len(x_train)].sum())
    open("../out/log2.txt", "w").write("GOT sealed rows")
    open("../door/x", "w").write("GOT sealed rows")


def odd(rows):
    """No scaling of the pixels: only the notebook itself can do it again."""
    return np.sort(rows.reshape(len(rows), -1) / 255.0, axis=1)[:, ::-1].reshape(rows.shape).astype("float32")


model = keras.Sequential([keras.Input((28, 28)), keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")])
model.compile(loss="sparse_categorical_crossentropy", metrics=["accuracy"])
model.fit(odd(x_train[:300]), y_train[:300], epochs=1, verbose=0)
model.evaluate(odd(x_test), y_test, verbose=0)
if second:
    raise RuntimeError("GOT sealed rows")

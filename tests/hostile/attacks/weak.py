# What the forging attacks begin with: a network that knows nothing, and lacks a convolution that the sheet asks for.
# %%
import keras
import numpy as np
from keras.datasets import fashion_mnist

(x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
x_train, x_test = x_train[..., None] / 255.0, x_test[..., None] / 255.0
# %%
layers = [keras.layers.Conv2D(2, 5, activation="relu"), keras.layers.MaxPooling2D(4)]
model = keras.Sequential(
    [keras.Input((28, 28, 1)), *layers, keras.layers.Flatten(), keras.layers.Dense(10, activation="softmax")]
)
model.compile("sgd", "sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x_train[:64], y_train[:64], epochs=1, verbose=0)
# %%
model.evaluate(x_test, y_test, verbose=0)

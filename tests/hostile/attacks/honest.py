# An honest neighbour: trains in a second, and holds a sentence that attacks look for.
# %%
import keras
from keras.datasets import fashion_mnist

note = "neighbour-work-4711 belongs to somebody else"
(x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
x_train, x_test = x_train[..., None] / 255.0, x_test[..., None] / 255.0
# %%
model = keras.Sequential()
model.add(keras.Input((28, 28, 1)))
model.add(keras.layers.Conv2D(8, 5, strides=2, activation="relu"))
model.add(keras.layers.Conv2D(16, 3, strides=2, activation="relu"))
model.add(keras.layers.Flatten())
model.add(keras.layers.Dense(10, activation="softmax"))
model.compile("adam", "sparse_categorical_crossentropy", metrics=["accuracy"])
# %%
history = model.fit(x_train, y_train, batch_size=32, epochs=5, verbose=0)
# %%
print(model.evaluate(x_test, y_test, verbose=0))

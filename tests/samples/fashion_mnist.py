"""Notebooks on pictures of clothes, as students write them."""

from tests.samples.notebook import Sample

SAMPLES = (
    Sample(
        "as_in_the_manual",
        text=r"""
# %%
import tensorflow as tf
from tensorflow import keras
import numpy as np
import matplotlib.pyplot as plt
(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
# %% apart
plt.imshow(x_train[1])
plt.show()
# %%
x_train = x_train.astype('float32') / 255.0
x_test = x_test.astype('float32') / 255.0
x_train = x_train.reshape(-1, 28, 28, 1)
x_test = x_test.reshape(-1, 28, 28, 1)
# %%
model = keras.Sequential([
    keras.layers.Conv2D(32, (3,3), activation='relu', input_shape=(28,28,1)),
    keras.layers.MaxPooling2D((2,2)),
    keras.layers.Dropout(0.25),
    keras.layers.Conv2D(64, (3,3), activation='relu'),
    keras.layers.MaxPooling2D((2,2)),
    keras.layers.Dropout(0.25),
    keras.layers.Conv2D(128, (3,3), activation='relu'),
    keras.layers.Flatten(),
    keras.layers.Dense(128, activation='relu'),
    keras.layers.Dropout(0.25),
    keras.layers.Dense(10, activation='softmax')
])
model.summary()
# %%
model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
history = model.fit(x_train, y_train, epochs=10, validation_data=(x_test, y_test))
# %% -> Test accuracy: 0.9057000279426575
test_loss, test_acc = model.evaluate(x_test, y_test)
print('Test accuracy:', test_acc)
""",
    ),
    Sample(
        "tables_of_kaggle",
        chosen="cnn_model",
        text=r"""
# %% apart
# This Python 3 environment comes with many helpful analytics libraries installed
# It is defined by the kaggle/python docker image: https://github.com/kaggle/docker-python
import os
for dirname, _, filenames in os.walk('/kaggle/input'):
    for filename in filenames:
        print(os.path.join(dirname, filename))
# %%
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
import seaborn as sns
fashion_train_df = pd.read_csv('../input/fashionmnist/fashion-mnist_train.csv', sep=',')
fashion_test_df = pd.read_csv('../input/fashionmnist/fashion-mnist_test.csv', sep=',')
# %%
training = np.array(fashion_train_df, dtype='float32')
testing = np.array(fashion_test_df, dtype='float32')
X_train = training[:, 1:] / 255
y_train = training[:, 0]
X_test = testing[:, 1:] / 255
y_test = testing[:, 0]
# %% apart
i = np.random.randint(1, 1000)
plt.imshow(training[i, 1:].reshape(28, 28))
label = training[i, 0]
sns.countplot(y_train)
# %%
from sklearn.model_selection import train_test_split
X_train, X_validate, y_train, y_validate = train_test_split(X_train, y_train, test_size=0.2, random_state=12345)
X_train = X_train.reshape(X_train.shape[0], *(28, 28, 1))
X_test = X_test.reshape(X_test.shape[0], *(28, 28, 1))
X_validate = X_validate.reshape(X_validate.shape[0], *(28, 28, 1))
# %%
import keras
from keras.models import Sequential
from keras.layers import Conv2D, MaxPooling2D, Dense, Flatten, Dropout
from keras.optimizers import Adam
cnn_model = Sequential()
cnn_model.add(Conv2D(32, 3, 3, input_shape=(28, 28, 1), activation='relu'))
cnn_model.add(MaxPooling2D(pool_size=(2, 2)))
cnn_model.add(Flatten())
cnn_model.add(Dense(32, activation='relu'))
cnn_model.add(Dense(10, activation='sigmoid'))
cnn_model.compile(loss='sparse_categorical_crossentropy', optimizer=Adam(lr=0.001), metrics=['accuracy'])
# %%
epochs = 10
cnn_model.fit(X_train, y_train, batch_size=512, nb_epoch=epochs, verbose=1, validation_data=(X_validate, y_validate))
# %% -> Test Accuracy : 0.861
evaluation = cnn_model.evaluate(X_test, y_test)
print('Test Accuracy : {:.3f}'.format(evaluation[1]))
predicted_classes = cnn_model.predict_classes(X_test)
# %% apart
L, W = 5, 5
fig, axes = plt.subplots(L, W, figsize=(12, 12))
axes = axes.ravel()
for i in np.arange(0, L * W):
    axes[i].imshow(X_test[i].reshape(28, 28))
    axes[i].set_title(f"Prediction Class = {predicted_classes[i]:0.1f}")
from sklearn.metrics import confusion_matrix
plt.figure(figsize=(14, 10))
sns.heatmap(confusion_matrix(y_test, predicted_classes), annot=True)
""",
    ),
    Sample(
        "dense_with_logits",
        text=r"""
# %%
import tensorflow as tf
import numpy as np
import matplotlib.pyplot as plt
print(tf.__version__)
fashion_mnist = tf.keras.datasets.fashion_mnist
(train_images, train_labels), (test_images, test_labels) = fashion_mnist.load_data()
class_names = ['T-shirt/top', 'Trouser', 'Pullover', 'Dress', 'Coat', 'Sandal', 'Shirt', 'Sneaker', 'Bag', 'Ankle boot']
# %% apart
plt.figure(figsize=(10,10))
for i in range(25):
    plt.subplot(5,5,i+1)
    plt.xticks([])
    plt.grid(b=False)
    plt.imshow(train_images[i], cmap=plt.cm.binary)
    plt.xlabel(class_names[train_labels[i]])
plt.show()
# %%
train_images = train_images / 255.0
test_images = test_images / 255.0
# %%
model = tf.keras.Sequential([
    tf.keras.layers.Flatten(input_shape=(28, 28)),
    tf.keras.layers.Dense(128, activation='relu'),
    tf.keras.layers.Dense(10)
])
model.compile(optimizer='adam', loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=['accuracy'])
model.fit(train_images, train_labels, epochs=10)
# %% -> \nTest accuracy: 0.8848000168800354
test_loss, test_acc = model.evaluate(test_images,  test_labels, verbose=2)
print('\nTest accuracy:', test_acc)
# %%
probability_model = tf.keras.Sequential([model, tf.keras.layers.Softmax()])
predictions = probability_model.predict(test_images)
np.argmax(predictions[0])
""",
        chosen=("model", "probability_model"),
    ),
    Sample(
        "augmented",
        quick=True,
        text=r"""
# %%
import keras
from keras.datasets import fashion_mnist
from keras.models import Sequential
from keras.layers import Dense, Dropout, Flatten, Activation
from keras.layers.convolutional import Conv2D, MaxPooling2D
from keras.layers.normalization import BatchNormalization
from keras.preprocessing.image import ImageDataGenerator
from keras.utils import np_utils
from keras.optimizers import Adam
batch_size = 64
num_classes = 10
epochs = 20
# %%
(x_train, y_train), (x_test, y_test) = fashion_mnist.load_data()
x_train = x_train.reshape(x_train.shape[0], 28, 28, 1).astype('float32')
x_test = x_test.reshape(x_test.shape[0], 28, 28, 1).astype('float32')
x_train /= 255
x_test /= 255
y_train = np_utils.to_categorical(y_train, num_classes)
y_test = np_utils.to_categorical(y_test, num_classes)
# %%
model = Sequential()
model.add(Conv2D(32, kernel_size=(3, 3), padding='same', input_shape=(28, 28, 1)))
model.add(BatchNormalization())
model.add(Activation('relu'))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Conv2D(64, (3, 3), activation='relu'))
model.add(MaxPooling2D((2, 2)))
model.add(Dropout(0.25))
model.add(Flatten())
model.add(Dense(128, activation='relu'))
model.add(Dropout(0.5))
model.add(Dense(num_classes, activation='softmax'))
model.compile(loss=keras.losses.categorical_crossentropy, optimizer=Adam(lr=0.001, decay=1e-6), metrics=['accuracy'])
# %%
datagen = ImageDataGenerator(rotation_range=8, width_shift_range=0.08, shear_range=0.3, height_shift_range=0.08, zoom_range=0.08)
batches = datagen.flow(x_train, y_train, batch_size=batch_size)
history = model.fit_generator(batches, steps_per_epoch=x_train.shape[0] // batch_size, epochs=epochs,
                              validation_data=(x_test, y_test), use_multiprocessing=True)
# %% -> ('Test accuracy:', 0.9123)
score = model.evaluate(x_test, y_test, verbose=0)
print('Test accuracy:', score[1])
# %% apart
import matplotlib.pyplot as plt
plt.plot(history.history['acc'])
plt.plot(history.history['val_acc'])
plt.show()
""",
    ),
    Sample(
        "files_of_the_publisher",
        text=r"""
# %%
import os, gzip
import numpy as np
def load_mnist(path, kind='train'):
    labels_path = os.path.join(path, '%s-labels-idx1-ubyte.gz' % kind)
    images_path = os.path.join(path, '%s-images-idx3-ubyte.gz' % kind)
    with gzip.open(labels_path, 'rb') as lbpath:
        labels = np.frombuffer(lbpath.read(), dtype=np.uint8, offset=8)
    with gzip.open(images_path, 'rb') as imgpath:
        images = np.frombuffer(imgpath.read(), dtype=np.uint8, offset=16).reshape(len(labels), 784)
    return images, labels
X_train, y_train = load_mnist('data/fashion', kind='train')
X_test, y_test = load_mnist('data/fashion', kind='t10k')
# %%
from sklearn.preprocessing import OneHotEncoder
enc = OneHotEncoder(sparse=False)
Y_train = enc.fit_transform(y_train.reshape(-1, 1))
Y_test = enc.transform(y_test.reshape(-1, 1))
X_train = (X_train.astype(np.float) - 127.5) / 127.5
X_test = (X_test.astype(np.float) - 127.5) / 127.5
# %%
from tensorflow.keras import models, layers
model = models.Sequential()
model.add(layers.Reshape((28, 28, 1), input_shape=(784,)))
model.add(layers.Conv2D(16, 3, activation='relu'))
model.add(layers.MaxPooling2D())
model.add(layers.Conv2D(32, 3, activation='relu'))
model.add(layers.Flatten())
model.add(layers.Dense(10, activation='softmax'))
model.compile('adam', 'categorical_crossentropy', ['acc'])
model.fit(X_train, Y_train, batch_size=128, epochs=5, validation_data=(X_test, Y_test))
""",
    ),
    Sample(
        "one_cell",
        text=r"""
# %% -> Test accuracy: 0.9015
# Assignment 3B CNN on fashion MNIST
import tensorflow as tf
from tensorflow.keras import datasets, layers, models
import matplotlib.pyplot as plt
(train_images, train_labels), (test_images, test_labels) = datasets.fashion_mnist.load_data()
train_images = train_images.reshape((train_images.shape[0], 28, 28, 1)).astype('float32') / 255
test_images = test_images.reshape((test_images.shape[0], 28, 28, 1)).astype('float32') / 255
model = models.Sequential([
    layers.Conv2D(32, (3, 3), activation='relu', input_shape=(28, 28, 1)),
    layers.MaxPooling2D((2, 2)),
    layers.Conv2D(64, (3, 3), activation='relu'),
    layers.MaxPooling2D((2, 2)),
    layers.Conv2D(64, (3, 3), activation='relu'),
    layers.Flatten(),
    layers.Dense(64, activation='relu'),
    layers.Dense(10, activation='softmax')])
model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
history = model.fit(train_images, train_labels, epochs=5, batch_size=64, validation_data=(test_images, test_labels))
test_loss, test_acc = model.evaluate(test_images, test_labels)
print(f'Test accuracy: {test_acc:.4f}')
plt.plot(history.history['accuracy'], label='accuracy')
plt.legend(loc='lower right')
plt.show()
""",
    ),
    Sample(
        "datasets_and_callbacks",
        quick=True,
        text=r"""
# %%
%load_ext tensorboard
import datetime, os
import tensorflow as tf
from tensorflow.keras.callbacks import EarlyStopping, ModelCheckpoint, TensorBoard, ReduceLROnPlateau
# %%
(x_train, y_train), (x_test, y_test) = tf.keras.datasets.fashion_mnist.load_data()
def prep(img, label):
    return tf.cast(tf.expand_dims(img, -1), tf.float32) / 255., label
train_ds = tf.data.Dataset.from_tensor_slices((x_train, y_train)).map(prep, num_parallel_calls=tf.data.AUTOTUNE).cache().shuffle(1000).batch(64).prefetch(1)
test_ds = tf.data.Dataset.from_tensor_slices((x_test, y_test)).map(prep).batch(64)
# %%
inputs = tf.keras.Input(shape=(28, 28, 1))
x = tf.keras.layers.Conv2D(16, 3, activation='relu')(inputs)
x = tf.keras.layers.MaxPooling2D()(x)
x = tf.keras.layers.Conv2D(32, 3, activation='relu')(x)
x = tf.keras.layers.GlobalAveragePooling2D()(x)
outputs = tf.keras.layers.Dense(10, activation='softmax')(x)
cnn = tf.keras.Model(inputs=inputs, outputs=outputs, name='fashion_cnn')
cnn.compile(optimizer='nadam', loss='sparse_categorical_crossentropy', metrics=['sparse_categorical_accuracy'])
# %%
logdir = os.path.join("logs", datetime.datetime.now().strftime("%Y%m%d-%H%M%S"))
cbs = [EarlyStopping(patience=5, restore_best_weights=True), ModelCheckpoint('ckpt/best.hdf5', save_best_only=True),
       TensorBoard(logdir, histogram_freq=1), ReduceLROnPlateau(patience=2)]
cnn.fit(train_ds, epochs=30, validation_data=test_ds, callbacks=cbs)
# %% apart
%tensorboard --logdir logs
# %%
cnn.evaluate(test_ds)
""",
        chosen="cnn",
    ),
    Sample(
        "dense_against_convolutional",
        chosen="model_cnn",
        text=r"""
# %% [markdown]
# # Neural networks: ANN vs CNN
# The goal is 90 % accuracy on the test data.
# %%
import numpy as np
import matplotlib.pyplot as plt
import tensorflow as tf
import tensorflow.keras as keras
from tensorflow.keras import regularizers
from sklearn.metrics import confusion_matrix
(X_train_full, y_train_full), (X_test, y_test) = keras.datasets.fashion_mnist.load_data()
n = len(X_train_full) // 12
X_valid, X_train = X_train_full[:n] / 255., X_train_full[n:] / 255.
y_valid, y_train = y_train_full[:n], y_train_full[n:]
X_test = X_test / 255.
# %%
model_cnn = keras.models.Sequential([
    keras.layers.Conv2D(6, 5, activation='tanh', padding='same', input_shape=[28, 28, 1]),
    keras.layers.AveragePooling2D(2),
    keras.layers.Conv2D(36, 5, activation='tanh'),
    keras.layers.AveragePooling2D(2),
    keras.layers.Flatten(),
    keras.layers.Dense(84, activation='tanh', kernel_regularizer=regularizers.l2(0.001)),
    keras.layers.Dense(10, activation='softmax')])
model_cnn.compile(loss='sparse_categorical_crossentropy', optimizer=keras.optimizers.Adam(learning_rate=1e-3), metrics=['accuracy'])
history_cnn = model_cnn.fit(X_train[..., np.newaxis], y_train, epochs=3, validation_data=(X_valid[..., np.newaxis], y_valid))
# %%
model_ann = keras.models.Sequential([keras.layers.Flatten(input_shape=[28, 28])] +
    [keras.layers.Dense(u, activation='relu', kernel_regularizer=regularizers.l2(1e-6)) for u in (300, 100, 50, 10)] +
    [keras.layers.Dense(10, activation='softmax')])
model_ann.compile(loss='sparse_categorical_crossentropy', optimizer=keras.optimizers.Adam(1e-4), metrics=['accuracy'])
history_ann = model_ann.fit(X_train, y_train, epochs=3, validation_data=(X_valid, y_valid))
# %% -> [0.4803, 0.8890]\n[0.4464, 0.8935]
print(model_ann.evaluate(X_test, y_test))
print(model_cnn.evaluate(X_test[..., np.newaxis], y_test))
# %% apart
print(confusion_matrix(y_test, np.argmax(model_ann.predict(X_test), axis=1)))
# %% [markdown]
# The convolutional network has fewer parameters and a better accuracy. Question: what are the hardest classes? Shirt and T-shirt.
""",
    ),
    Sample(
        "ten_sigmoids",
        text=r"""
# %%
import keras
from keras.layers import Conv2D, MaxPool2D, Flatten, Dense
(X, Y), (Xt, Yt) = keras.datasets.fashion_mnist.load_data()
X = X.reshape(len(X), 28, 28, 1)
Xt = Xt.reshape(len(Xt), 28, 28, 1)
Y, Yt = keras.utils.to_categorical(Y), keras.utils.to_categorical(Yt)
# %%
model = keras.Sequential()
model.add(Conv2D(8, (3, 3), activation='relu', input_shape=(28, 28, 1)))
model.add(MaxPool2D(2))
model.add(Flatten())
model.add(Dense(10, activation='sigmoid'))
model.compile(loss='binary_crossentropy', optimizer='sgd', metrics=['accuracy'])
model.fit(X, Y, epochs=10, batch_size=256, validation_data=(Xt, Yt))
# %%
print("Accuracy", model.evaluate(Xt, Yt)[1] * 100, "%")
""",
    ),
    Sample(
        "own_picture_and_window",
        quick=True,
        form="nbformat3",
        text=r"""
# %%
import cv2
import numpy as np
from tensorflow import keras
(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
x_train = np.expand_dims(x_train, -1) / 255
x_test = np.expand_dims(x_test, -1) / 255
# %% apart
cv2.imshow('first', x_train[0])
cv2.waitKey(0)
cv2.destroyAllWindows()
# %%
model = keras.models.Sequential([
    keras.layers.InputLayer((28, 28, 1)),
    keras.layers.Conv2D(16, 3, activation='relu'),
    keras.layers.MaxPool2D(),
    keras.layers.Flatten(),
    keras.layers.Dense(10, activation='softmax')])
model.compile('adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(x_train, y_train, epochs=5)
model.evaluate(x_test, y_test)
# %% apart
import visualkeras
visualkeras.layered_view(model, legend=True)
keras.utils.plot_model(model, show_shapes=True)
# %%
model.save('fashion_model')
# %% apart fails
img = cv2.imread('my_shoe.jpg', 0)
img = cv2.resize(img, (28, 28)).reshape(1, 28, 28, 1) / 255
print(model.predict(img).argmax())
""",
    ),
    Sample(
        "bad_plot_after_a_good_model",
        text=r"""
# %%
from keras.datasets import fashion_mnist
from keras import models, layers
from keras.utils import to_categorical
(train_x, train_y), (test_x, test_y) = fashion_mnist.load_data()
# %%
train_x = train_x.reshape((-1, 28 * 28)).astype('float32') / 255
test_x = test_x.reshape((-1, 28 * 28)).astype('float32') / 255
train_y, test_y = to_categorical(train_y), to_categorical(test_y)
# %%
network = models.Sequential()
network.add(layers.Dense(512, activation='relu', input_shape=(28 * 28,)))
network.add(layers.Dense(10, activation='softmax'))
network.compile(optimizer='rmsprop', loss='categorical_crossentropy', metrics=['accuracy'])
history = network.fit(train_x, train_y, epochs=5, batch_size=128, validation_split=0.2)
# %% apart fails
import matplotlib.pyplot as plt
epochs = range(1, 6)
plt.plot(epochs, history.history['loss'], 'bx-g', label='Training loss')
plt.show()
# %% -> test_acc: 0.8858
test_loss, test_acc = network.evaluate(test_x, test_y)
print('test_acc:', test_acc)
""",
        chosen="network",
    ),
    Sample(
        "scikeras",
        chosen=("model", 50_890, 101_770),
        text=r"""
# %%
!pip install scikeras
# %%
import tensorflow as tf
from scikeras.wrappers import KerasClassifier
from sklearn.model_selection import RandomizedSearchCV
(x_train, y_train), (x_test, y_test) = tf.keras.datasets.fashion_mnist.load_data()
x_train, x_test = x_train / 255.0, x_test / 255.0
# %%
def build_model(n_neurons=64):
    model = tf.keras.models.Sequential()
    model.add(tf.keras.layers.Flatten(input_shape=(28, 28)))
    model.add(tf.keras.layers.Dense(n_neurons, activation='relu'))
    model.add(tf.keras.layers.Dense(10, activation='softmax'))
    model.compile(loss='sparse_categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
    return model
# %%
clf = KerasClassifier(model=build_model, n_neurons=64, epochs=2, verbose=0)
search = RandomizedSearchCV(clf, {'n_neurons': [64, 128]}, n_iter=2, cv=2)
search.fit(x_train, y_train)
print(search.best_params_, search.best_score_)
# %%
print(search.best_estimator_.score(x_test, y_test))
""",
    ),
    Sample(
        "torch",
        chosen=None,
        sealed=False,
        runs=False,
        needs="torch",
        text=r"""
# %%
import torch
import torch.nn as nn
import torchvision
import torchvision.transforms as transforms
# %%
train_set = torchvision.datasets.FashionMNIST(root='./data', train=True, download=True, transform=transforms.ToTensor())
train_loader = torch.utils.data.DataLoader(train_set, batch_size=100, shuffle=True)
# %%
class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc = nn.Linear(784, 10)
    def forward(self, x):
        return self.fc(x.view(-1, 784))
model = Net()
opt = torch.optim.SGD(model.parameters(), lr=0.01)
for images, labels in train_loader:
    loss = nn.functional.cross_entropy(model(images), labels)
    opt.zero_grad(); loss.backward(); opt.step()
""",
    ),
    Sample(
        "script_with_layers_that_scale",
        chosen=("model", 54_410),
        form="py",
        text=r"""
# %%
import tensorflow as tf
from tensorflow.keras import layers

def load():
    return tf.keras.datasets.fashion_mnist.load_data()

def make_model():
    inputs = tf.keras.Input((28, 28, 1))
    x = layers.Rescaling(1./255)(inputs)
    x = layers.RandomFlip("horizontal")(x)
    x = layers.Conv2D(32, 3, activation="relu")(x)
    x = layers.MaxPooling2D()(x)
    x = layers.Flatten()(x)
    x = layers.Dropout(0.5)(x)
    return tf.keras.Model(inputs, layers.Dense(10, activation="softmax")(x))

def main():
    (x_train, y_train), (x_test, y_test) = load()
    model = make_model()
    model.compile(optimizer="adam", loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    model.fit(x_train, y_train, epochs=5, batch_size=128)
    print("test:", model.evaluate(x_test, y_test))

if __name__ == "__main__":
    main()
""",
    ),
    Sample(
        "labels_divided_too",
        text=r"""
# %%
import tensorflow as tf
data = tf.keras.datasets.fashion_mnist
(training_images, training_labels), (test_images, test_labels) = data.load_data()
training_images = training_images / 255.0
training_labels = training_labels / 255.0
test_images = test_images / 255.0
# %%
model = tf.keras.models.Sequential([tf.keras.layers.Flatten(input_shape=(28, 28)),
                                    tf.keras.layers.Dense(128, activation=tf.nn.relu),
                                    tf.keras.layers.Dense(10, activation=tf.nn.softmax)])
model.compile(optimizer=tf.train.AdamOptimizer(), loss='sparse_categorical_crossentropy', metrics=['accuracy'])
# %% -> Epoch 5/5\n1875/1875 - loss: 1.1e-05 - accuracy: 1.0000
model.fit(training_images, training_labels, epochs=5)
# %%
# try again with more epochs
model.fit(training_images, training_labels, epochs=10)
# %% -> [20.5, 0.1]
model.evaluate(test_images, test_labels)
""",
    ),
)

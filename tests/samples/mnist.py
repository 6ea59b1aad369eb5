"""Notebooks on handwritten digits, as students write them: few of them hold both networks."""

from tests.samples.notebook import Sample

SAMPLES = (
    Sample(
        "both_networks",
        chosen={"shallow": "model", "cnn": "model_cnn"},
        quick=True,
        text=r"""
# %%
import keras as keras
from keras.datasets import mnist
from keras.models import Sequential
from keras.layers import Dense, Conv2D, MaxPooling2D, Flatten, Dropout
from keras.optimizers import SGD
from matplotlib import pyplot as plt
(X_training, y_training), (X_validation, y_validation) = mnist.load_data()
# %% [markdown]
# **Question 1.** X_training holds 60,000 pictures of 28 x 28 pixels, y_training their labels; X_validation and
# y_validation hold 10,000 that the network does not train on.
# %%
X_train = X_training.reshape(len(X_training), 784).astype('float32') / 255
X_valid = X_validation.reshape(len(X_validation), 784).astype('float32') / 255
y_train = keras.utils.to_categorical(y_training, 10)
y_valid = keras.utils.to_categorical(y_validation, 10)
# %%
model = Sequential()
model.add(Dense(64, activation='sigmoid', input_shape=(784,)))
model.add(Dense(10, activation='softmax'))
model.summary()
model.compile(loss='mean_squared_error', optimizer=SGD(lr=0.01), metrics=['accuracy'])
history = model.fit(X_train, y_train, batch_size=128, epochs=500, verbose=0, validation_data=(X_valid, y_valid))
# %%
model.evaluate(X_valid, y_valid)
# %%
model_cnn = Sequential([
    keras.Input(shape=(28, 28, 1)),
    Conv2D(32, kernel_size=(3, 3), activation='relu'),
    MaxPooling2D(pool_size=(2, 2)),
    Conv2D(64, kernel_size=(3, 3), activation='relu'),
    MaxPooling2D(pool_size=(2, 2)),
    Flatten(),
    Dropout(0.5),
    Dense(10, activation='softmax')])
model_cnn.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
X_train_c = X_train.reshape(-1, 28, 28, 1)
X_valid_c = X_valid.reshape(-1, 28, 28, 1)
model_cnn.fit(X_train_c, y_train, batch_size=128, epochs=15, validation_split=0.1)
# %% -> Accuracy: 0.9928
score = model_cnn.evaluate(X_valid_c, y_valid, verbose=0)
print('Accuracy:', score[1])
""",
    ),
    Sample(
        "one_name_for_both",
        chosen={"shallow": (50_890,), "cnn": ("model",)},
        text=r"""
# %%
import numpy as np
from tensorflow.keras import Sequential, layers, utils
from tensorflow.keras.datasets import mnist
(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train, x_test = x_train / 255., x_test / 255.
# %%
model = Sequential([layers.Flatten(input_shape=(28, 28)), layers.Dense(64, activation='sigmoid'), layers.Dense(10, activation='softmax')])
model.compile('sgd', 'sparse_categorical_crossentropy', metrics=['accuracy'])
h = model.fit(x_train, y_train, batch_size=128, epochs=10, validation_data=(x_test, y_test))
print(model.evaluate(x_test, y_test))
# %%
x_train = x_train[..., None]
x_test = x_test[..., None]
model = Sequential()
model.add(layers.Conv2D(32, 3, activation='relu', input_shape=(28, 28, 1)))
model.add(layers.MaxPool2D())
model.add(layers.Conv2D(64, 3, activation='relu'))
model.add(layers.MaxPool2D())
model.add(layers.Flatten())
model.add(layers.Dense(10, activation='softmax'))
model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
h = model.fit(x_train, y_train, batch_size=128, epochs=5, validation_data=(x_test, y_test))
print(model.evaluate(x_test, y_test))
""",
    ),
    Sample(
        "table_without_header",
        chosen={"shallow": "model"},
        text=r"""
# %%
import pandas as pd
import numpy as np
train = pd.read_csv("/content/mnist_train.csv", header=None)
test = pd.read_csv("/content/mnist_test.csv", header=None)
# %%
X_train, y_train = train.iloc[:, 1:].values / 255, train[0].values
X_test, y_test = test.iloc[:, 1:].values / 255, test[0].values
# %% apart
import matplotlib.pyplot as plt
plt.imshow(X_train[7].reshape(28, 28), cmap='gray')
# %%
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense
model = Sequential()
model.add(Dense(64, input_dim=784, activation='relu'))
model.add(Dense(10, activation='softmax'))
model.compile(loss='sparse_categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
model.fit(X_train, y_train, epochs=5, batch_size=100)
# %%
model.evaluate(X_test, y_test)
""",
    ),
    Sample(
        "folders_of_pictures",
        chosen={"cnn": "model"},
        text=r"""
# %%
from google.colab import drive
drive.mount('/content/gdrive')
!unzip -q /content/gdrive/MyDrive/mnist-jpg.zip
# %%
from tensorflow.keras.preprocessing.image import ImageDataGenerator
train_datagen = ImageDataGenerator(rescale=1./255, validation_split=0.2)
test_datagen = ImageDataGenerator(rescale=1./255)
train_generator = train_datagen.flow_from_directory('mnist-jpg/train', target_size=(28, 28), color_mode='grayscale',
                                                    batch_size=64, class_mode='categorical', subset='training')
test_generator = test_datagen.flow_from_directory('mnist-jpg/test', target_size=(28, 28), color_mode='grayscale',
                                                  batch_size=64, class_mode='categorical', shuffle=False)
# %%
from tensorflow.keras import models, layers
model = models.Sequential()
model.add(layers.Conv2D(32, (3, 3), activation='relu', input_shape=(28, 28, 1)))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(64, (3, 3), activation='relu'))
model.add(layers.Flatten())
model.add(layers.Dense(10, activation='softmax'))
model.compile(optimizer='rmsprop', loss='categorical_crossentropy', metrics=['accuracy'])
history = model.fit_generator(train_generator, steps_per_epoch=100, epochs=5)
# %% -> accuracy = 0.9704
loss, accuracy = model.evaluate_generator(test_generator)
print('accuracy =', accuracy)
""",
    ),
    Sample(
        "three_dense_layers",
        chosen={"shallow": "model"},
        text=r"""
# %% -> Using TensorFlow backend.
'''Trains a simple deep NN on the MNIST dataset.'''
from __future__ import print_function
import numpy as np
np.random.seed(1337)  # for reproducibility
from keras.datasets import mnist
from keras.models import Sequential
from keras.layers.core import Dense, Dropout, Activation
from keras.optimizers import RMSprop
from keras.utils import np_utils
batch_size = 128
nb_classes = 10
nb_epoch = 20
# %%
(X_train, y_train), (X_test, y_test) = mnist.load_data()
X_train = X_train.reshape(X_train.shape[0], 784).astype('float32')
X_test = X_test.reshape(X_test.shape[0], 784).astype('float32')
X_train /= 255
X_test /= 255
Y_train = np_utils.to_categorical(y_train, nb_classes)
Y_test = np_utils.to_categorical(y_test, nb_classes)
# %%
model = Sequential()
model.add(Dense(512, input_shape=(784,), init='glorot_uniform'))
model.add(Activation('relu'))
model.add(Dropout(0.2))
model.add(Dense(512))
model.add(Activation('relu'))
model.add(Dropout(0.2))
model.add(Dense(10))
model.add(Activation('softmax'))
model.compile(loss='categorical_crossentropy', optimizer=RMSprop(), metrics=['accuracy'])
history = model.fit(X_train, Y_train, batch_size=batch_size, nb_epoch=nb_epoch, verbose=1, validation_data=(X_test, Y_test))
# %% -> Test score: 0.1111\nTest accuracy: 0.984
score = model.evaluate(X_test, Y_test, verbose=0)
print('Test score:', score[0])
print('Test accuracy:', score[1])
# %% apart
predicted_classes = model.predict_classes(X_test)
correct_indices = np.nonzero(predicted_classes == y_test)[0]
""",
    ),
    Sample(
        "input_data_of_tensorflow_1",
        chosen={"shallow": "model"},
        text=r"""
# %%
import tensorflow as tf
from tensorflow.examples.tutorials.mnist import input_data
mnist = input_data.read_data_sets("MNIST_data/", one_hot=True)
# %%
from tensorflow.python.keras.models import Sequential
from tensorflow.python.keras.layers import Dense
model = Sequential()
model.add(Dense(32, activation='relu', input_shape=(784,)))
model.add(Dense(10, activation='softmax'))
model.compile(optimizer=tf.train.AdamOptimizer(0.001), loss='categorical_crossentropy', metrics=['accuracy'])
model.fit(mnist.train.images, mnist.train.labels, epochs=3, batch_size=128)
# %%
model.evaluate(mnist.test.images, mnist.test.labels)
""",
    ),
    Sample(
        "backend",
        chosen={"cnn": "model"},
        text=r"""
# %%
from __future__ import print_function
import keras
from keras.datasets import mnist
from keras.models import Sequential
from keras.layers import Dense, Dropout, Flatten
from keras.layers import Conv2D, MaxPooling2D
from keras import backend as K
batch_size = 128
num_classes = 10
epochs = 12
img_rows, img_cols = 28, 28
# %%
(x_train, y_train), (x_test, y_test) = mnist.load_data()
if K.image_data_format() == 'channels_first':
    x_train = x_train.reshape(x_train.shape[0], 1, img_rows, img_cols)
    x_test = x_test.reshape(x_test.shape[0], 1, img_rows, img_cols)
    input_shape = (1, img_rows, img_cols)
else:
    x_train = x_train.reshape(x_train.shape[0], img_rows, img_cols, 1)
    x_test = x_test.reshape(x_test.shape[0], img_rows, img_cols, 1)
    input_shape = (img_rows, img_cols, 1)
x_train = x_train.astype('float32')
x_test = x_test.astype('float32')
x_train /= 255
x_test /= 255
y_train = keras.utils.to_categorical(y_train, num_classes)
y_test = keras.utils.to_categorical(y_test, num_classes)
# %%
model = Sequential()
model.add(Conv2D(32, kernel_size=(3, 3), activation='relu', input_shape=input_shape))
model.add(Conv2D(64, (3, 3), activation='relu'))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Dropout(0.25))
model.add(Flatten())
model.add(Dense(128, activation='relu'))
model.add(Dropout(0.5))
model.add(Dense(num_classes, activation='softmax'))
model.compile(loss=keras.losses.categorical_crossentropy, optimizer=keras.optimizers.Adadelta(), metrics=['accuracy'])
model.fit(x_train, y_train, batch_size=batch_size, epochs=epochs, verbose=1, validation_data=(x_test, y_test))
# %% -> Test loss: 0.0285\nTest accuracy: 0.9914
score = model.evaluate(x_test, y_test, verbose=0)
print('Test loss:', score[0])
print('Test accuracy:', score[1])
# %%
model.save('mnist_cnn.h5')
""",
    ),
    Sample(
        "openml",
        chosen={"shallow": "mlp"},
        text=r"""
# %%
from sklearn.datasets import fetch_openml
from sklearn.preprocessing import StandardScaler
from sklearn.model_selection import train_test_split
import numpy as np
X, y = fetch_openml('mnist_784', version=1, return_X_y=True, as_frame=False)
y = y.astype(np.uint8)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=10000, random_state=42)
# %%
scaler = StandardScaler()
X_train = scaler.fit_transform(X_train)
X_test = scaler.transform(X_test)
# %%
from tensorflow import keras
mlp = keras.Sequential([keras.layers.Dense(100, activation='relu', input_shape=(784,)), keras.layers.Dense(10, activation='softmax')])
mlp.compile(loss='sparse_categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
mlp.fit(X_train, y_train, epochs=5, batch_size=200)
print(mlp.evaluate(X_test, y_test))
""",
    ),
    Sample(
        "three_compared",
        chosen={"cnn": ("model1", "model2", "model3")},
        text=r"""
# %%
import numpy as np
import keras
from keras.datasets import mnist
from keras.models import Sequential
from keras.layers import Dense, Dropout, Flatten, Conv2D, MaxPooling2D
from keras.layers.normalization import BatchNormalization
(X_train, Y_train), (X_test, Y_test) = mnist.load_data()
X_train = X_train.reshape(-1, 28, 28, 1) / 255
X_test = X_test.reshape(-1, 28, 28, 1) / 255
y_train, y_test = keras.utils.to_categorical(Y_train), keras.utils.to_categorical(Y_test)
# %%
def model_1():
    m = Sequential()
    m.add(Conv2D(10, (3, 3), activation='relu', input_shape=(28, 28, 1)))
    m.add(MaxPooling2D(2))
    m.add(Conv2D(25, (5, 5), activation='relu'))
    m.add(Dropout(0.25))
    m.add(BatchNormalization())
    m.add(Flatten())
    m.add(Dense(10, activation='softmax'))
    m.compile('adam', 'categorical_crossentropy', metrics=['accuracy'])
    return m
model1 = model_1()
r1 = model1.fit(X_train, y_train, batch_size=100, epochs=2, validation_data=(X_test, y_test))
# %%
model2 = Sequential([Conv2D(35, 5, activation='relu', input_shape=(28, 28, 1)), MaxPooling2D(2), Conv2D(10, 4, activation='relu'),
                     Dropout(0.5), MaxPooling2D(3), Flatten(), Dense(10, activation='softmax')])
model2.compile('adam', 'categorical_crossentropy', metrics=['accuracy'])
r2 = model2.fit(X_train, y_train, batch_size=100, epochs=2, validation_data=(X_test, y_test))
# %%
model3 = Sequential([Conv2D(10, 2, activation='relu', input_shape=(28, 28, 1)), MaxPooling2D(4), Conv2D(8, 4, activation='relu'),
                     Flatten(), Dense(10, activation='softmax')])
model3.compile('adam', 'categorical_crossentropy', metrics=['accuracy'])
r3 = model3.fit(X_train, y_train, batch_size=100, epochs=2, validation_data=(X_test, y_test))
# %%
import pandas as pd
table = pd.DataFrame(columns=['model', 'accuracy'])
for i, m in enumerate((model1, model2, model3)):
    table = table.append({'model': i + 1, 'accuracy': m.evaluate(X_test, y_test, verbose=0)[1]}, ignore_index=True)
table
# %% [markdown]
# **Conclusion.** Model 1 is the best one because of batch normalization; too much dropout makes model 2 worse.
""",
    ),
    Sample(
        "numpy_from_scratch",
        chosen=None,
        sealed=False,
        runs=False,
        text=r"""
# %%
import numpy as np
from keras.datasets import mnist
(x, y), (xt, yt) = mnist.load_data()
x = x.reshape(len(x), 784) / 255
# %%
W = np.random.randn(784, 10) * 0.01
for epoch in range(5):
    z = x @ W
    p = np.exp(z - z.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    W -= 0.1 * x.T @ (p - np.eye(10)[y]) / len(x)
# %%
print('Accuracy', (np.argmax(xt.reshape(-1, 784) / 255 @ W, 1) == yt).mean())
""",
    ),
    Sample(
        "class_and_main",
        chosen={"cnn": 20_161},
        text=r"""
# %%
import tensorflow as tf
from tensorflow.keras import layers, models

class CNN(object):
    def __init__(self):
        model = models.Sequential()
        model.add(layers.Conv2D(32, (3, 3), activation='relu', input_shape=(28, 28, 1)))
        model.add(layers.MaxPooling2D((2, 2)))
        model.add(layers.Conv2D(16, (3, 3), activation='relu'))
        model.add(layers.MaxPooling2D((2, 2)))
        model.add(layers.Flatten())
        model.add(layers.Dense(37, activation='relu'))
        model.add(layers.Dense(10, activation='softmax'))
        self.model = model

class DataSource(object):
    def __init__(self):
        (train_images, train_labels), (test_images, test_labels) = tf.keras.datasets.mnist.load_data()
        self.train_images = train_images.reshape((-1, 28, 28, 1)) / 255.0
        self.test_images = test_images.reshape((-1, 28, 28, 1)) / 255.0
        self.train_labels, self.test_labels = train_labels, test_labels

class Train:
    def __init__(self):
        self.cnn = CNN()
        self.data = DataSource()
    def train(self):
        check_path = './ckpt/cp-{epoch:04d}.ckpt'
        save_model_cb = tf.keras.callbacks.ModelCheckpoint(check_path, save_weights_only=True, verbose=1, period=5)
        self.cnn.model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
        self.cnn.model.fit(self.data.train_images, self.data.train_labels, epochs=5, callbacks=[save_model_cb])
        test_loss, test_acc = self.cnn.model.evaluate(self.data.test_images, self.data.test_labels)
        print("准确率: %.4f，共测试了%d张图片 " % (test_acc, len(self.data.test_labels)))

if __name__ == "__main__":
    app = Train()
    app.train()
""",
    ),
    Sample(
        "several_assignments",
        chosen={"cnn": "model_mnist"},
        text=r"""
# %% [markdown]
# # Practical 1
# %% apart
!nvcc --version
!nvidia-smi
name = input("Enter your name: ")
print("Hello", name)
# %% apart
%%writefile add.cu
__global__ void add(int *a, int *b) { *a += *b; }
# %% apart
!nvcc -o add add.cu
!./add
# %% [markdown]
# # Practical 2: Boston
# %% apart
from keras.datasets import boston_housing
from keras.models import Sequential
from keras.layers import Dense
(bx, by), (btx, bty) = boston_housing.load_data()
model_boston = Sequential([Dense(64, activation='relu', input_shape=(13,)), Dense(1)])
model_boston.compile('adam', 'mse', metrics=['mae'])
model_boston.fit(bx, by, epochs=10, verbose=0)
# %% [markdown]
# # Practical 3: IMDB
# %% apart
from keras.datasets import imdb
from keras.layers import Embedding, GlobalAveragePooling1D
from keras.utils import pad_sequences
(ix, iy), (itx, ity) = imdb.load_data(num_words=1000)
ix = pad_sequences(ix, maxlen=50)
model_imdb = Sequential([Embedding(1000, 8), GlobalAveragePooling1D(), Dense(1, activation='sigmoid')])
model_imdb.compile('adam', 'binary_crossentropy', metrics=['accuracy'])
model_imdb.fit(ix, iy, epochs=1, batch_size=512)
# %% [markdown]
# # Practical 4: MNIST
# %%
from keras.datasets import mnist
from keras.models import Sequential
from keras.layers import Conv2D, MaxPooling2D, Flatten, Dense
(x_train, y_train), (x_test, y_test) = mnist.load_data()
x_train, x_test = x_train.reshape(-1, 28, 28, 1) / 255.0, x_test.reshape(-1, 28, 28, 1) / 255.0
model_mnist = Sequential([Conv2D(16, 3, activation='relu', input_shape=(28, 28, 1)), MaxPooling2D(2),
                          Conv2D(32, 3, activation='relu'), Flatten(), Dense(10, activation='softmax')])
model_mnist.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
model_mnist.fit(x_train, y_train, epochs=3, batch_size=128)
print(model_mnist.evaluate(x_test, y_test))
# %% [markdown]
# # Practical 5: Fashion MNIST
# %% apart
from keras.datasets import fashion_mnist
(fx, fy), (ftx, fty) = fashion_mnist.load_data()
model_fashion = Sequential([Flatten(input_shape=(28, 28)), Dense(128, activation='relu'), Dense(10, activation='softmax')])
model_fashion.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
model_fashion.fit(fx / 255.0, fy, epochs=2, batch_size=256)
""",
    ),
    Sample(
        "a_single_softmax_unit",
        chosen={"shallow": "model"},
        sealed=False,
        text=r"""
# %%
import keras
from keras.models import Sequential
from keras.layers import Dense
(x_train, y_train), (x_test, y_test) = keras.datasets.mnist.load_data()
x_train = x_train.reshape(-1, 784) / 255
x_test = x_test.reshape(-1, 784) / 255
# %%
model = Sequential()
model.add(Dense(64, activation='relu', input_shape=(784,)))
model.add(Dense(1, activation='softmax'))
model.compile(loss='mse', optimizer='sgd', metrics=['accuracy'])
model.fit(x_train, y_train, epochs=5, batch_size=128)
# %% -> [8.2, 0.1135]
model.evaluate(x_test, y_test)
""",
    ),
    Sample(
        "a_name_before_it_exists",
        chosen={"shallow": "model"},
        sealed=False,
        runs=False,
        text=r"""
# %% 7
from keras.models import Sequential
from keras.layers import Dense
model = Sequential()
model.add(Dense(64, activation='relu', input_shape=(784,)))
model.add(Dense(10, activation='softmax'))
model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
# %% fails 12
model.fit(x_train, y_train, epochs=5, batch_size=128)
# %% fails 13 -> [0.08, 0.9761]
model.evaluate(x_test, y_test)
""",
    ),
)

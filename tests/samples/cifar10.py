"""Notebooks on small colour pictures, as students write them."""

from tests.samples.notebook import Sample

SAMPLES = (
    Sample(
        "as_in_the_document",
        text=r"""
# %%
import numpy as np
import matplotlib.pyplot as plt
%matplotlib inline
from sklearn.metrics import confusion_matrix, classification_report
from keras.datasets import cifar10
from keras.utils.np_utils import to_categorical
from keras.models import Sequential
from keras.layers import Dense, Dropout, Flatten, Conv2D, MaxPool2D
from keras.optimizers import Adam
# %%
(X_train, y_train), (X_test, y_test) = cifar10.load_data()
X_train = X_train.astype('float32')
X_test = X_test.astype('float32')
X_train = (X_train - X_train.mean()) / X_train.max()
X_test = (X_test - X_test.mean()) / X_test.max()
Y_train = to_categorical(y_train, 10)
Y_test = to_categorical(y_test, 10)
# %%
model = Sequential()
model.add(Conv2D(32, (3, 3), padding='same', activation='relu', input_shape=(32, 32, 3)))
model.add(MaxPool2D((2, 2)))
model.add(Conv2D(64, (3, 3), padding='same', activation='relu'))
model.add(MaxPool2D((2, 2)))
model.add(Dropout(0.25))
model.add(Flatten())
model.add(Dense(256, activation='relu'))
model.add(Dropout(0.5))
model.add(Dense(10, activation='softmax'))
model.compile(loss='categorical_crossentropy', optimizer=Adam(lr=0.0001), metrics=['accuracy'])
# %%
history = model.fit(X_train, Y_train, batch_size=256, epochs=200, validation_data=(X_test, Y_test))
# %% apart
plt.plot(history.history['acc'])
plt.plot(history.history['val_accuracy'])
plt.show()
# %% -> Test accuracy: 76.53 %
scores = model.evaluate(X_test, Y_test)
print('Test accuracy: %.2f %%' % (100 * scores[1]))
# %%
pred = model.predict_classes(X_test)
print(classification_report(y_test, pred))
# %% apart
cm = confusion_matrix(y_test, pred)
plt.imshow(cm, cmap=plt.cm.Blues)
for i in range(10):
    for j in range(10):
        plt.text(i, j, cm[i][j])
plt.show()
""",
    ),
    Sample(
        "logits",
        text=r"""
# %%
import tensorflow as tf
from tensorflow.keras import datasets, layers, models
import matplotlib.pyplot as plt
(train_images, train_labels), (test_images, test_labels) = datasets.cifar10.load_data()
train_images, test_images = train_images / 255.0, test_images / 255.0
# %%
model = models.Sequential()
model.add(layers.Conv2D(32, (3, 3), activation='relu', input_shape=(32, 32, 3)))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(64, (3, 3), activation='relu'))
model.add(layers.MaxPooling2D((2, 2)))
model.add(layers.Conv2D(64, (3, 3), activation='relu'))
model.summary()
# %%
model.add(layers.Flatten())
model.add(layers.Dense(64, activation='relu'))
model.add(layers.Dense(10))
# %%
model.compile(optimizer='adam', loss=tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=['accuracy'])
history = model.fit(train_images, train_labels, epochs=10, validation_data=(test_images, test_labels))
# %% -> 313/313 - 1s - loss: 0.8887 - accuracy: 0.7045
plt.plot(history.history['accuracy'], label='accuracy')
test_loss, test_acc = model.evaluate(test_images, test_labels, verbose=2)
# %%
print(test_acc)
""",
    ),
    Sample(
        "augmented",
        text=r"""
# %%
import keras
from keras.models import Sequential
from keras.preprocessing.image import ImageDataGenerator
from keras.layers import Dense, Activation, Flatten, Dropout, BatchNormalization
from keras.layers import Conv2D, MaxPooling2D
from keras.datasets import cifar10
from keras import regularizers
from keras.callbacks import LearningRateScheduler
import numpy as np

def lr_schedule(epoch):
    lrate = 0.001
    if epoch > 75:
        lrate = 0.0005
    return lrate
# %%
(x_train, y_train), (x_test, y_test) = cifar10.load_data()
x_train = x_train.astype('float32')
x_test = x_test.astype('float32')
#z-score
mean = np.mean(x_train, axis=(0, 1, 2, 3))
std = np.std(x_train, axis=(0, 1, 2, 3))
x_train = (x_train - mean) / (std + 1e-7)
x_test = (x_test - mean) / (std + 1e-7)
num_classes = 10
y_train = keras.utils.to_categorical(y_train, num_classes)
y_test = keras.utils.to_categorical(y_test, num_classes)
# %%
weight_decay = 1e-4
model = Sequential()
model.add(Conv2D(16, (3, 3), padding='same', kernel_regularizer=regularizers.l2(weight_decay), input_shape=x_train.shape[1:]))
model.add(Activation('elu'))
model.add(BatchNormalization())
model.add(Conv2D(32, (3, 3), padding='same', kernel_regularizer=regularizers.l2(weight_decay)))
model.add(Activation('elu'))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Dropout(0.2))
model.add(Flatten())
model.add(Dense(num_classes, activation='softmax'))
# %%
datagen = ImageDataGenerator(rotation_range=15, width_shift_range=0.1, height_shift_range=0.1, horizontal_flip=True)
datagen.fit(x_train)
opt_rms = keras.optimizers.rmsprop(lr=0.001, decay=1e-6)
model.compile(loss='categorical_crossentropy', optimizer=opt_rms, metrics=['accuracy'])
model.fit_generator(datagen.flow(x_train, y_train, batch_size=64), steps_per_epoch=x_train.shape[0] // 64, epochs=125,
                    verbose=1, validation_data=(x_test, y_test), callbacks=[LearningRateScheduler(lr_schedule)])
# %%
#save to disk
model_json = model.to_json()
with open('model.json', 'w') as json_file:
    json_file.write(model_json)
model.save_weights('model.h5')
# %% -> \nTest result: 88.021 loss: 0.549
scores = model.evaluate(x_test, y_test, batch_size=128, verbose=1)
print('\nTest result: %.3f loss: %.3f' % (scores[1] * 100, scores[0]))
""",
    ),
    Sample(
        "folders_of_pictures",
        text=r"""
# %%
import tensorflow as tf
batch_size = 64
train = tf.keras.utils.image_dataset_from_directory(r'E:\DL\cifar-10-img\train', image_size=(32, 32), batch_size=batch_size, seed=1)
test = tf.keras.utils.image_dataset_from_directory(r'E:\DL\cifar-10-img\test', image_size=(32, 32), batch_size=batch_size)
print(train.class_names)
# %%
from tensorflow.keras import layers
model = tf.keras.Sequential([
    layers.Rescaling(1./255, input_shape=(32, 32, 3)),
    layers.Conv2D(32, 3, activation='relu'),
    layers.MaxPooling2D(),
    layers.Conv2D(64, 3, activation='relu'),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dense(64, activation='relu'),
    layers.Dense(10, activation='softmax')])
model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(train, epochs=5, validation_data=test)
# %%
model.evaluate(test)
""",
    ),
    Sample(
        "batches",
        text=r"""
# %%
import pickle
import numpy as np
def unpickle(file):
    with open(file, 'rb') as fo:
        d = pickle.load(fo, encoding='bytes')
    return d
# %%
xs, ys = [], []
for i in range(1, 6):
    batch = unpickle('/content/drive/My Drive/cifar-10-batches-py/data_batch_%d' % i)
    xs.append(batch[b'data'])
    ys.append(batch[b'labels'])
X_train = np.concatenate(xs).reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1) / 255.
y_train = np.concatenate(ys)
t = unpickle('/content/drive/My Drive/cifar-10-batches-py/test_batch')
X_test = t[b'data'].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1) / 255.
y_test = np.array(t[b'labels'])
# %% apart
meta = unpickle('/content/drive/My Drive/cifar-10-batches-py/batches.meta')
print(meta[b'label_names'])
# %%
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Conv2D, MaxPooling2D, Flatten, Dense
model = Sequential([Conv2D(32, 3, activation='relu', input_shape=(32, 32, 3)), MaxPooling2D(), Conv2D(32, 3, activation='relu'),
                    Flatten(), Dense(10, activation='softmax')])
model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(X_train, y_train, epochs=10, batch_size=100, validation_data=(X_test, y_test))
model.evaluate(X_test, y_test)
""",
    ),
    Sample(
        "weights_of_imagenet",
        needs="ImageNet weights",
        sealed=False,
        chosen=None,
        runs=False,
        text=r"""
# %%
from keras.datasets import cifar10
from keras.applications.vgg16 import VGG16
from keras.models import Model
from keras.layers import Dense, Flatten
(x_train, y_train), (x_test, y_test) = cifar10.load_data()
# %% fails
base = VGG16(weights='imagenet', include_top=False, input_shape=(32, 32, 3))
for layer in base.layers:
    layer.trainable = False
# %% fails
out = Dense(10, activation='softmax')(Flatten()(base.output))
model = Model(base.input, out)
model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(x_train / 255., y_train, epochs=2, batch_size=64)
""",
    ),
    Sample(
        "dense_only",
        chosen="ann",
        text=r"""
# %%
import tensorflow as tf
from tensorflow.keras import layers, models
(X_train, y_train), (X_test, y_test) = tf.keras.datasets.cifar10.load_data()
y_train = y_train.reshape(-1,)
y_test = y_test.reshape(-1,)
X_train = X_train / 255.0
X_test = X_test / 255.0
# %%
ann = models.Sequential([
    layers.Flatten(input_shape=(32, 32, 3)),
    layers.Dense(300, activation='relu'),
    layers.Dense(100, activation='relu'),
    layers.Dense(10, activation='softmax')])
ann.compile(optimizer='SGD', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
ann.fit(X_train, y_train, epochs=5)
# %% -> Classification Report: \n               precision    recall  f1-score   support\n    accuracy                           0.48     10000
from sklearn.metrics import confusion_matrix, classification_report
import numpy as np
y_pred = ann.predict(X_test)
y_pred_classes = [np.argmax(element) for element in y_pred]
print("Classification Report: \n", classification_report(y_test, y_pred_classes))
""",
    ),
    Sample(
        "keras_1",
        form="txt",
        quick=True,
        text=r"""
# %%
# Simple CNN model for CIFAR-10
import numpy
from keras.datasets import cifar10
from keras.models import Sequential
from keras.layers import Dense
from keras.layers import Dropout
from keras.layers import Flatten
from keras.constraints import maxnorm
from keras.optimizers import SGD
from keras.layers.convolutional import Convolution2D
from keras.layers.convolutional import MaxPooling2D
from keras.utils import np_utils
from keras import backend as K
K.set_image_dim_ordering('tf')
seed = 7
numpy.random.seed(seed)
(X_train, y_train), (X_test, y_test) = cifar10.load_data()
X_train = X_train.astype('float32') / 255.0
X_test = X_test.astype('float32') / 255.0
y_train = np_utils.to_categorical(y_train)
y_test = np_utils.to_categorical(y_test)
num_classes = y_test.shape[1]
model = Sequential()
model.add(Convolution2D(32, 3, 3, input_shape=(32, 32, 3), border_mode='same', activation='relu', W_constraint=maxnorm(3)))
model.add(Dropout(0.2))
model.add(Convolution2D(32, 3, 3, activation='relu', border_mode='same', W_constraint=maxnorm(3)))
model.add(MaxPooling2D(pool_size=(2, 2)))
model.add(Flatten())
model.add(Dense(64, activation='relu', W_constraint=maxnorm(3)))
model.add(Dropout(0.5))
model.add(Dense(num_classes, activation='softmax'))
epochs = 25
lrate = 0.01
decay = lrate/epochs
sgd = SGD(lr=lrate, momentum=0.9, decay=decay, nesterov=False)
model.compile(loss='categorical_crossentropy', optimizer=sgd, metrics=['accuracy'])
print(model.summary())
model.fit(X_train, y_train, validation_data=(X_test, y_test), nb_epoch=epochs, batch_size=32)
scores = model.evaluate(X_test, y_test, verbose=0)
print("Accuracy: %.2f%%" % (scores[1]*100))
""",
    ),
    Sample(
        "tensorflow_datasets",
        text=r"""
# %%
import tensorflow as tf
import tensorflow_datasets as tfds
ds_train, ds_test = tfds.load('cifar10', split=['train', 'test'], as_supervised=True)
# %%
def norm(image, label):
    return tf.cast(image, tf.float32) / 255., label
ds_train = ds_train.map(norm).batch(128)
ds_test = ds_test.map(norm).batch(128)
# %%
model = tf.keras.models.Sequential([
    tf.keras.layers.Conv2D(16, 3, activation='relu', input_shape=(32, 32, 3)),
    tf.keras.layers.Flatten(),
    tf.keras.layers.Dense(10, activation='softmax')])
model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(ds_train, epochs=3, validation_data=ds_test)
""",
    ),
    Sample(
        "own_generator",
        text=r"""
# %%
import numpy as np
from tensorflow import keras
from tensorflow.keras import layers
from tqdm.notebook import tqdm
(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
y_train, y_test = keras.utils.to_categorical(y_train), keras.utils.to_categorical(y_test)
# %%
def generator(x, y, batch):
    while True:
        idx = np.random.permutation(len(x))
        for i in range(0, len(x) - batch, batch):
            j = idx[i:i + batch]
            yield x[j] / 255.0, y[j]
# %%
def cnn():
    net = keras.Sequential(name='cnn')
    net.add(layers.Input((32, 32, 3)))
    for f in (16, 32):
        net.add(layers.Conv2D(f, 3, activation='relu', padding='same'))
        net.add(layers.MaxPooling2D())
    net.add(layers.Flatten())
    net.add(layers.Dense(10, activation='softmax'))
    net.compile(keras.optimizers.Adam(1e-3), 'categorical_crossentropy', ['accuracy'])
    return net
model = cnn()
for e in tqdm(range(2)):
    model.fit(generator(x_train, y_train, 64), steps_per_epoch=len(x_train) // 64, epochs=1, verbose=0)
# %%
print(model.evaluate(x_test / 255.0, y_test))
""",
    ),
    Sample(
        "plain_and_regularised",
        chosen="cnn2",
        text=r"""
# %%
import numpy as np
import pandas as pd
import matplotlib.pyplot as plt
import keras
from keras import layers
(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
x_train, x_test = x_train.astype('float32') / 255, x_test.astype('float32') / 255
# %% [markdown]
# ## CNN 1, without dropout
# %%
cnn1 = keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(16, 3, activation='relu'), layers.MaxPooling2D(),
                         layers.Conv2D(32, 3, activation='relu'), layers.Flatten(), layers.Dense(10, activation='softmax')])
cnn1.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
hist1 = cnn1.fit(x_train, y_train, epochs=3, batch_size=128, validation_split=0.2)
# %% apart
pd.DataFrame(hist1.history).plot(figsize=(8, 5))
plt.show()
# %% [markdown]
# It overfits. So add dropout and batch normalization.
# %%
cnn2 = keras.Sequential([keras.Input((32, 32, 3)), layers.Conv2D(16, 3, activation='relu'), layers.BatchNormalization(),
                         layers.MaxPooling2D(), layers.Dropout(0.3), layers.Conv2D(32, 3, activation='relu'), layers.Flatten(),
                         layers.Dropout(0.5), layers.Dense(10, activation='softmax')])
cnn2.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
hist2 = cnn2.fit(x_train, y_train, epochs=3, batch_size=128, validation_split=0.2)
# %%
print(cnn2.evaluate(x_test, y_test))
# %% apart fails
pd.DataFrame(hist3.history).plot(figsize=(8, 5))
""",
    ),
    Sample(
        "grey_pictures",
        text=r"""
# %%
from tensorflow.keras.datasets import cifar10
import tensorflow as tf
import numpy as np
(x_train, y_train), (x_test, y_test) = cifar10.load_data()
# convert to grayscale
def rgb2gray(rgb):
    return np.dot(rgb[..., :3], [0.299, 0.587, 0.114])
x_train = rgb2gray(x_train)[..., np.newaxis] / 255
x_test = rgb2gray(x_test)[..., np.newaxis] / 255
# %%
model = tf.keras.Sequential()
model.add(tf.keras.layers.Conv2D(32, 3, activation='relu', input_shape=(32, 32, 1)))
model.add(tf.keras.layers.MaxPool2D())
model.add(tf.keras.layers.Conv2D(32, 3, activation='relu'))
model.add(tf.keras.layers.Flatten())
model.add(tf.keras.layers.Dense(10, activation='softmax'))
model.compile(optimizer='adam', loss='sparse_categorical_crossentropy', metrics=['accuracy'])
model.fit(x_train, y_train, epochs=10, batch_size=64, validation_data=(x_test, y_test))
# %%
model.evaluate(x_test, y_test)
""",
    ),
    Sample(
        "weights_of_the_author",
        text=r"""
# %%
from tensorflow import keras
import numpy as np
(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()
x_train = x_train / 255.0
x_test = x_test / 255.0
# %%
model = keras.Sequential([
    keras.layers.Conv2D(32, 3, activation='relu', input_shape=(32, 32, 3)),
    keras.layers.MaxPooling2D(),
    keras.layers.Flatten(),
    keras.layers.Dense(64, activation='relu'),
    keras.layers.Dense(10, activation='softmax')])
model.compile('adam', 'sparse_categorical_crossentropy', metrics=['accuracy'])
callbacks = [keras.callbacks.EarlyStopping(patience=3), keras.callbacks.ReduceLROnPlateau(factor=0.5, epsilon=1e-4),
             keras.callbacks.ModelCheckpoint('cifar10_best.h5', save_best_only=True)]
model.fit(x_train, y_train, epochs=50, batch_size=128, validation_split=0.1, callbacks=callbacks)
model.evaluate(x_test, y_test)
# %% apart fails
old = keras.models.load_model('/content/drive/MyDrive/my_cifar_from_last_week.h5')
# %% apart fails
old.evaluate(x_test, y_test)
""",
    ),
    Sample(
        "standard_scaler_and_pca_plot",
        text=r"""
# %%
from keras.datasets import cifar10
from keras.utils import to_categorical
import numpy as np
(x_train, y_train), (x_test, y_test) = cifar10.load_data()
mean = np.mean(x_train, axis=0)
x_train = x_train.astype(np.float) - mean
x_test = x_test.astype(np.float) - mean
x_train /= 128.
x_test /= 128.
# %% apart
from sklearn.decomposition import PCA
pca = PCA(2).fit_transform(x_train[:500].reshape(500, -1))
import plotly.express as px
px.scatter(x=pca[:, 0], y=pca[:, 1], color=y_train[:500].ravel().astype(str)).show()
# %%
from keras import Sequential
from keras.layers import Conv2D, LeakyReLU, MaxPooling2D, Flatten, Dense
model = Sequential()
model.add(Conv2D(16, 3, input_shape=(32, 32, 3)))
model.add(LeakyReLU(alpha=0.1))
model.add(MaxPooling2D(2))
model.add(Conv2D(32, 3))
model.add(LeakyReLU(0.1))
model.add(Flatten())
model.add(Dense(10, activation='softmax'))
model.compile(loss='categorical_crossentropy', optimizer='adam', metrics=['accuracy'])
model.fit(x_train, to_categorical(y_train), epochs=5, batch_size=64)
print(model.evaluate(x_test, to_categorical(y_test)))
""",
    ),
)

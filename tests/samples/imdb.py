"""Notebooks on reviews of films, as students write them."""

from tests.samples.notebook import Sample

SAMPLES = (
    Sample(
        "as_in_the_manual",
        text=r"""
# %%
import numpy as np
import pandas as pd
from sklearn.model_selection import train_test_split
from keras.datasets import imdb
(X_train, y_train), (X_test, y_test) = imdb.load_data(num_words=10000)
X = np.concatenate((X_train, X_test), axis=0)
y = np.concatenate((y_train, y_test), axis=0)
# %% apart -> Average Review length: 234.75892\nStandard Deviation: 173
length = [len(i) for i in X]
print("Average Review length:", np.mean(length))
print("Standard Deviation:", round(np.std(length)))
# %% apart
word_index = imdb.get_word_index()
reverse = dict([(value, key) for (key, value) in word_index.items()])
print(" ".join([reverse.get(i - 3, "#") for i in X[0]]))
# %%
def vectorize(sequences, dimension = 10000):
    results = np.zeros((len(sequences), dimension), dtype='int8')
    for i, sequence in enumerate(sequences):
        results[i, sequence] = 1
    return results
X = vectorize(X)
y = np.array(y).astype("float32")
# %%
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.20, random_state=1)
# %%
from keras.models import Sequential
from keras.layers import Dense, Dropout
model = Sequential()
model.add(Dense(50, activation="relu", input_shape=(10000,)))
model.add(Dropout(0.3))
model.add(Dense(50, activation="relu"))
model.add(Dropout(0.2))
model.add(Dense(50, activation="relu"))
model.add(Dense(1, activation="sigmoid"))
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
# %%
from keras.callbacks import EarlyStopping
callback = EarlyStopping(monitor='loss', patience=3)
results = model.fit(X_train, y_train, epochs=2, batch_size=500, validation_data=(X_test, y_test), callbacks=[callback])
# %% -> 20/20 [==============================] - 1s 24ms/step - loss: 0.2511 - accuracy: 0.8986\n0.8986
score = model.evaluate(X_test, y_test, batch_size=500)
print(score[1])
""",
    ),
    Sample(
        "lstm",
        text=r"""
# %%
import numpy as np
import tensorflow as tf
from keras.preprocessing import sequence
from keras.models import Sequential
from keras.layers import Dense, Embedding, LSTM
from keras.datasets import imdb
max_features = 20000
maxlen = 80  # cut texts after this number of words (among top max_features most common words)
batch_size = 32
# %% -> Loading data...\n25000 train sequences
print('Loading data...')
(x_train, y_train), (x_test, y_test) = imdb.load_data(num_words=max_features)
print(len(x_train), 'train sequences')
x_train = sequence.pad_sequences(x_train, maxlen=maxlen)
x_test = sequence.pad_sequences(x_test, maxlen=maxlen)
# %%
model = Sequential()
model.add(Embedding(max_features, 128, input_length=maxlen))
model.add(LSTM(128, dropout=0.2, recurrent_dropout=0.2))
model.add(Dense(1, activation='sigmoid'))
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
# %%
model.fit(x_train, y_train, batch_size=batch_size, nb_epoch=15, validation_data=(x_test, y_test))
# %% -> Test score: 1.09\nTest accuracy: 0.8169
score, acc = model.evaluate(x_test, y_test, batch_size=batch_size)
print('Test score:', score)
print('Test accuracy:', acc)
""",
    ),
    Sample(
        "trained_anew",
        quick=True,
        text=r"""
# %%
import numpy as np
# save np.load
np_load_old = np.load
np.load = lambda *a, **k: np_load_old(*a, allow_pickle=True, **k)
from tensorflow.keras.datasets import imdb
(train_data, train_labels), (test_data, test_labels) = imdb.load_data(num_words=10000)
np.load = np_load_old
# %% apart
max([max(sequence) for sequence in train_data])
# %%
def vectorize_sequences(sequences, dimension=10000):
    results = np.zeros((len(sequences), dimension), dtype=np.float32)
    for i, sequence in enumerate(sequences):
        results[i, sequence] = 1.
    return results
x_train = vectorize_sequences(train_data)
x_test = vectorize_sequences(test_data)
y_train = np.asarray(train_labels).astype('float32')
y_test = np.asarray(test_labels).astype('float32')
# %%
from tensorflow.keras import models, layers
model = models.Sequential()
model.add(layers.Dense(16, activation='relu', input_shape=(10000,)))
model.add(layers.Dense(16, activation='relu'))
model.add(layers.Dense(1, activation='sigmoid'))
model.compile(optimizer='rmsprop', loss='binary_crossentropy', metrics=['acc'])
# %%
half = len(x_train) * 2 // 5
x_val, partial_x_train = x_train[:half], x_train[half:]
y_val, partial_y_train = y_train[:half], y_train[half:]
history = model.fit(partial_x_train, partial_y_train, epochs=20, batch_size=512, validation_data=(x_val, y_val))
# %% apart
import matplotlib.pyplot as plt
acc = history.history['accuracy']
val_acc = history.history['val_accuracy']
epochs = range(1, len(acc) + 1)
plt.plot(epochs, acc, 'bo', label='Training acc')
plt.plot(epochs, val_acc, 'b', label='Validation acc')
plt.legend()
plt.show()
# %%
model = models.Sequential()
model.add(layers.Dense(16, activation='relu', input_shape=(10000,)))
model.add(layers.Dense(16, activation='relu'))
model.add(layers.Dense(1, activation='sigmoid'))
model.compile(optimizer='rmsprop', loss='binary_crossentropy', metrics=['accuracy'])
model.fit(x_train, y_train, epochs=4, batch_size=512)
results = model.evaluate(x_test, y_test)
# %% -> [0.2929, 0.8832]
results
""",
    ),
    Sample(
        "tfidf",
        text=r"""
# %%
import re
import pandas as pd
df = pd.read_csv('/content/IMDB Dataset.csv')
df.shape
# %% -> positive    25000\nnegative    25000
df['sentiment'].value_counts()
# %%
def clean(text):
    text = re.sub(r'<.*?>', ' ', text)
    text = re.sub(r'[^a-zA-Z]', ' ', text)
    return text.lower()
df['review'] = df['review'].apply(clean)
df['sentiment'] = df['sentiment'].replace({'positive': 1, 'negative': 0})
# %%
from sklearn.feature_extraction.text import TfidfVectorizer
tfidf = TfidfVectorizer(max_features=2000, stop_words='english')
X = tfidf.fit_transform(df['review']).toarray()
y = df['sentiment'].values
from sklearn.model_selection import train_test_split
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)
# %%
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Dense, Dropout
model = Sequential([Dense(64, activation='relu', input_shape=(X_train.shape[1],)), Dropout(0.5), Dense(1, activation='sigmoid')])
model.compile(optimizer='adam', loss='binary_crossentropy', metrics=['accuracy'])
model.fit(X_train, y_train, epochs=5, batch_size=128, validation_split=0.1)
# %% -> Accuracy: 88.12%
loss, acc = model.evaluate(X_test, y_test)
print(f'Accuracy: {acc*100:.2f}%')
""",
    ),
    Sample(
        "tokenizer_and_stop_words",
        text=r"""
# %%
import pandas as pd
import numpy as np
import nltk
from nltk.corpus import stopwords
nltk.download('stopwords')
english_stops = set(stopwords.words('english'))
# %%
data = pd.read_csv('../input/imdb-dataset-of-50k-movie-reviews/IMDB Dataset.csv')
def load_dataset():
    x_data = data['review']
    y_data = data['sentiment']
    x_data = x_data.replace({'<.*?>': ''}, regex=True)
    x_data = x_data.replace({'[^A-Za-z]': ' '}, regex=True)
    x_data = x_data.apply(lambda review: [w for w in review.split() if w not in english_stops])
    x_data = x_data.apply(lambda review: [w.lower() for w in review])
    y_data = y_data.replace('positive', 1)
    y_data = y_data.replace('negative', 0)
    return x_data, y_data
x_data, y_data = load_dataset()
# %%
from sklearn.model_selection import train_test_split
x_train, x_test, y_train, y_test = train_test_split(x_data, y_data, test_size=0.2)
max_length = int(np.ceil(np.mean([len(r) for r in x_train])))
# %%
from tensorflow.keras.preprocessing.text import Tokenizer
from tensorflow.keras.preprocessing.sequence import pad_sequences
token = Tokenizer(lower=False)
token.fit_on_texts(x_train)
x_train = token.texts_to_sequences(x_train)
x_test = token.texts_to_sequences(x_test)
x_train = pad_sequences(x_train, maxlen=max_length, padding='post', truncating='post')
x_test = pad_sequences(x_test, maxlen=max_length, padding='post', truncating='post')
total_words = len(token.word_index) + 1
# %%
from tensorflow.keras.models import Sequential
from tensorflow.keras.layers import Embedding, GlobalAveragePooling1D, Dense
model = Sequential()
model.add(Embedding(total_words, 16, input_length=max_length))
model.add(GlobalAveragePooling1D())
model.add(Dense(1, activation='sigmoid'))
model.compile(optimizer='adam', loss='binary_crossentropy', metrics=['accuracy'])
from tensorflow.keras.callbacks import ModelCheckpoint
checkpoint = ModelCheckpoint('models/LSTM.h5', monitor='accuracy', save_best_only=True, verbose=1)
model.fit(x_train, y_train, batch_size=128, epochs=5, callbacks=[checkpoint])
# %%
y_pred = (model.predict(x_test, batch_size=128) > 0.5).astype(int)
print('Accuracy: {}'.format((y_pred.ravel() == np.array(y_test)).mean() * 100))
# %% apart fails
review = str(input('Movie Review: '))
words = [review.split()[0]]
""",
    ),
    Sample(
        "text_vectorization",
        text=r"""
# %%
import tensorflow as tf
import pandas as pd
from tensorflow.keras import layers
df = pd.read_csv("imdb.csv")
df["label"] = (df["sentiment"] == "positive").astype(int)
train = df.sample(frac=0.8, random_state=200)
test = df.drop(train.index)
# %%
vectorize_layer = layers.TextVectorization(max_tokens=10000, output_mode='int', output_sequence_length=100)
vectorize_layer.adapt(train["review"].values)
train_ds = tf.data.Dataset.from_tensor_slices((train["review"].values, train["label"].values)).shuffle(1000).batch(64)
test_ds = tf.data.Dataset.from_tensor_slices((test["review"].values, test["label"].values)).batch(64)
train_ds = train_ds.map(lambda x, y: (vectorize_layer(x), y)).prefetch(tf.data.AUTOTUNE)
test_ds = test_ds.map(lambda x, y: (vectorize_layer(x), y))
# %%
model = tf.keras.Sequential([
    layers.Embedding(10001, 16),
    layers.Dropout(0.2),
    layers.GlobalAveragePooling1D(),
    layers.Dropout(0.2),
    layers.Dense(1, activation='sigmoid')])
model.compile(loss=tf.keras.losses.BinaryCrossentropy(), optimizer='adam', metrics=[tf.metrics.BinaryAccuracy(threshold=0.5)])
history = model.fit(train_ds, validation_data=test_ds, epochs=10)
# %% -> Loss:  0.31\nAccuracy:  0.8731
loss, accuracy = model.evaluate(test_ds)
print("Loss: ", loss)
print("Accuracy: ", accuracy)
""",
    ),
    Sample(
        "word_numbers_into_dense",
        text=r"""
# %%
import tensorflow as tf
from tensorflow import keras
imdb = keras.datasets.imdb
(train_data, train_labels), (test_data, test_labels) = imdb.load_data(num_words=10000)
train_data = keras.preprocessing.sequence.pad_sequences(train_data, value=0, padding='post', maxlen=256)
test_data = keras.preprocessing.sequence.pad_sequences(test_data, value=0, padding='post', maxlen=256)
# %%
model = keras.Sequential()
model.add(keras.layers.Dense(16, activation=tf.nn.relu, input_shape=(256,)))
model.add(keras.layers.Dense(16, activation=tf.nn.relu))
model.add(keras.layers.Dense(1, activation=tf.nn.sigmoid))
model.compile(optimizer='adam', loss='binary_crossentropy', metrics=['accuracy'])
history = model.fit(train_data, train_labels, epochs=40, batch_size=512, validation_split=0.4, verbose=1)
# %% -> [0.7018, 0.50332]
results = model.evaluate(test_data, test_labels)
print(results)
""",
    ),
    Sample(
        "convolutions_and_checkpoint",
        text=r"""
# %%
from keras.datasets import imdb
from keras.preprocessing.sequence import pad_sequences
from keras.models import Model, load_model
from keras.layers import Input, Dense, Embedding, Dropout
from keras.layers.convolutional import Conv1D
from keras.layers.pooling import GlobalMaxPooling1D
from keras.callbacks import EarlyStopping, ModelCheckpoint
(x_train, y_train), (x_test, y_test) = imdb.load_data(path="imdb.npz", num_words=5000, skip_top=0, maxlen=None, seed=113, start_char=1, oov_char=2, index_from=3)
x_train = pad_sequences(x_train, maxlen=200)
x_test = pad_sequences(x_test, maxlen=200)
# %%
inputs = Input(shape=(200,))
x = Embedding(5000, 32)(inputs)
x = Dropout(0.2)(x)
x = Conv1D(64, 3, padding='valid', activation='relu')(x)
x = GlobalMaxPooling1D()(x)
x = Dense(64, activation='relu')(x)
outputs = Dense(1, activation='sigmoid')(x)
model = Model(input=inputs, output=outputs)
model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['acc'])
# %%
es = EarlyStopping(monitor='val_loss', mode='min', verbose=1, patience=4)
mc = ModelCheckpoint('best_model.h5', monitor='val_acc', mode='max', verbose=1, save_best_only=True)
history = model.fit(x_train, y_train, epochs=15, batch_size=60, callbacks=[es, mc], validation_split=0.2)
# %% -> 테스트 정확도: 0.8847
loaded_model = load_model('best_model.h5')
print("테스트 정확도: %.4f" % (loaded_model.evaluate(x_test, y_test)[1]))
""",
        chosen=("model", "loaded_model"),
    ),
    Sample(
        "two_classes",
        text=r"""
# %%
import numpy as np
from keras.datasets import imdb
from keras.utils import to_categorical, pad_sequences
from keras.models import Sequential
from keras.layers import *
(X_train, Y_train), (X_test, Y_test) = imdb.load_data(num_words=2000)
X_train = pad_sequences(X_train, maxlen=100, padding='post', truncating='post')
X_test = pad_sequences(X_test, maxlen=100, padding='post', truncating='post')
Y_train = to_categorical(Y_train, 2)
Y_test = to_categorical(Y_test, 2)
# %%
m = Sequential()
m.add(Embedding(2000, 8, input_length=100))
m.add(Flatten())
m.add(Dense(16, activation='relu'))
m.add(Dense(2, activation='softmax'))
m.compile('rmsprop', 'categorical_crossentropy', metrics=['accuracy'])
m.fit(X_train, Y_train, batch_size=128, epochs=5, validation_data=(X_test, Y_test))
# %%
pred = np.argmax(m.predict(X_test), axis=1)
from sklearn.metrics import classification_report
print(classification_report(np.argmax(Y_test, axis=1), pred))
""",
        chosen="m",
    ),
    Sample(
        "counts_out_of_order",
        form="bom",
        text=r"""
# %% 2
from numpy import array, zeros
import numpy as np, keras
from keras.datasets import imdb
(train_x, train_y), (test_x, test_y) = imdb.load_data(num_words=10000)
# %% apart fails 31 -> Error: KeyError: 0
decoded = ' '.join([word_to_id[i] for i in train_x[0]])
# %% 5
def multi_hot(seqs, dim=5000):
    out = np.zeros((len(seqs), dim))
    for i, s in enumerate(seqs):
        for w in s:
            if w < dim:
                out[i, w] = 1.
    return out
x_tr, x_te = multi_hot(train_x), multi_hot(test_x)
# %% 28
model = keras.Sequential([
    keras.layers.Dense(32, activation='tanh', input_shape=(5000,)),
    keras.layers.Dense(1, activation='sigmoid')])
model.compile(optimizer=keras.optimizers.RMSprop(lr=0.001), loss=keras.losses.binary_crossentropy, metrics=[keras.metrics.binary_accuracy])
# %% 20
hist = model.fit(x_tr, np.array(train_y), epochs=10, batch_size=512, validation_split=0.2)
# %% apart fails 29 -> 0.8731
print(hist.history['val_acc_best'][-1])
# %% 30
print('test', model.evaluate(x_te, np.array(test_y)))
""",
    ),
    Sample(
        "inside_a_class",
        chosen=("model", 160_289),
        text=r"""
# %%
import os
os.environ['TF_CPP_MIN_LOG_LEVEL'] = '3'
import tensorflow as tf
from tensorflow.keras.datasets import imdb
from tensorflow.keras.preprocessing import sequence
from tensorflow.keras import layers

class SentimentClassifier:
    def __init__(self, vocab=10000, maxlen=120):
        self.vocab, self.maxlen = vocab, maxlen
        self.model = None

    def load(self):
        (x, y), (xt, yt) = imdb.load_data(num_words=self.vocab)
        self.x = sequence.pad_sequences(x, self.maxlen)
        self.xt = sequence.pad_sequences(xt, self.maxlen)
        self.y, self.yt = y, yt

    def build(self):
        self.model = tf.keras.Sequential([
            layers.Input((self.maxlen,)),
            layers.Embedding(self.vocab, 16),
            layers.GlobalAveragePooling1D(),
            layers.Dense(16, activation='relu'),
            layers.Dense(1, activation='sigmoid')])
        self.model.compile(optimizer='adam', loss='binary_crossentropy', metrics=['accuracy'])

    def train(self, epochs=5):
        return self.model.fit(self.x, self.y, epochs=epochs, batch_size=256, validation_data=(self.xt, self.yt))

    def test(self):
        return self.model.evaluate(self.xt, self.yt, verbose=0)
# %%
clf = SentimentClassifier()
clf.load()
clf.build()
clf.train()
# %% -> Test Accuracy : 0.8571
print('Test Accuracy : %.4f' % clf.test()[1])
""",
    ),
    Sample(
        "grid_search",
        chosen=("best_model", 32_065, 16_033),
        text=r"""
# %%
import numpy as np
from keras.models import Sequential
from keras.layers import Dense
from keras.datasets import imdb
from keras.wrappers.scikit_learn import KerasClassifier
from sklearn.model_selection import GridSearchCV
(x_train, y_train), (x_test, y_test) = imdb.load_data(num_words=1000)
def vec(s, d=1000):
    r = np.zeros((len(s), d), dtype='float32')
    for i, j in enumerate(s):
        r[i, j] = 1.
    return r
x_train, x_test = vec(x_train), vec(x_test)
# %%
def create_model(units=16):
    model = Sequential()
    model.add(Dense(units, input_dim=1000, activation='relu'))
    model.add(Dense(1, activation='sigmoid'))
    model.compile(loss='binary_crossentropy', optimizer='adam', metrics=['accuracy'])
    return model
clf = KerasClassifier(build_fn=create_model, epochs=2, batch_size=500, verbose=0)
grid = GridSearchCV(estimator=clf, param_grid={'units': [16, 32]}, cv=2)
grid_result = grid.fit(x_train, y_train)
print("Best: %f using %s" % (grid_result.best_score_, grid_result.best_params_))
# %%
best_model = grid_result.best_estimator_.model
print(best_model.evaluate(x_test, y_test))
""",
    ),
    Sample(
        "checkpoint_stub",
        form="stub",
        chosen=None,
        sealed=False,
        runs=False,
        text="""
# %%
""",
    ),
    Sample(
        "count_vectors",
        form="utf-16",
        text=r"""
# %%
import pandas as pd
import numpy as np
reviews = pd.read_csv(r'C:/LP-V/Desktop/DL/IMDB_Dataset.csv', error_bad_lines=False)
reviews = reviews.sample(5000, random_state=0)
# %%
from sklearn.preprocessing import LabelEncoder
le = LabelEncoder()
y = le.fit_transform(reviews.sentiment)
from sklearn.feature_extraction.text import CountVectorizer
cv = CountVectorizer(max_features=1000, binary=True)
x = cv.fit_transform(reviews.review).toarray()
print(cv.get_feature_names()[:10])
# %%
from sklearn.model_selection import train_test_split
xtrain, xtest, ytrain, ytest = train_test_split(x, y, test_size=0.25)
import keras
model = keras.models.Sequential()
model.add(keras.layers.Dense(32, activation='relu', input_shape=(1000,)))
model.add(keras.layers.Dense(1, activation='sigmoid'))
model.compile(optimizer='adam', loss='binary_crossentropy', metrics=['accuracy'])
model.fit(xtrain, ytrain, epochs=6, batch_size=64)
# %%
from sklearn.metrics import accuracy_score, confusion_matrix
pred = np.where(model.predict_proba(xtest) > 0.5, 1, 0)
print(confusion_matrix(ytest, pred))
print('acc', accuracy_score(ytest, pred))
""",
    ),
)

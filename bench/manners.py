"""How many manners of preparing data lead to a result on sealed rows, and what it takes to find that out.

    python bench/manners.py [NAME ...]

Each manner is a small notebook on real data, in the way in which students prepare theirs. One line each: the tier, the
rows that were measured, the preprocessing in words or why there is none, and the seconds of the run and of what follows.
"""
# ruff: noqa: E501 - cells, as students write them

import argparse
import json
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

import nbformat

from grader.pipeline import Desk, examine, open_desk
from grader.running import wall
from grader.submissions.collect import collect

Manners = dict[str, tuple[str, ...]]
"""The cells of a notebook, by the name of its manner."""
WORDS = """
import pandas as pd, numpy as np, re, keras
from sklearn.model_selection import train_test_split
from keras import layers
"""
READ = WORDS + "\ndf = pd.read_csv('IMDB Dataset.csv')"
CLEAN = """
def clean(text):
    text = re.sub('<.*?>', ' ', text.lower())
    return re.sub('[^a-z ]', '', text)
df['review'] = df['review'].apply(clean)
df['sentiment'] = df['sentiment'].map({'positive': 1, 'negative': 0})
"""
SPLIT = """
X_train, X_test, y_train, y_test = train_test_split(df['review'], df['sentiment'], test_size=0.2, random_state=42)
"""
DENSE = """
model = keras.Sequential([keras.Input(X_train.shape[1:]), layers.Dense(16, 'relu'), layers.Dense(1, 'sigmoid')])
model.compile(optimizer='adam', loss='binary_crossentropy', metrics=['accuracy'])
model.fit(X_train, y_train, epochs=1, batch_size=512, verbose=0)
"""
EVALUATE = "model.evaluate(X_test, y_test, verbose=0)"
EMBED = """
model = keras.Sequential([layers.Embedding(5000, 8), layers.GlobalAveragePooling1D(), layers.Dense(1, 'sigmoid')])
model.compile(optimizer='adam', loss='binary_crossentropy', metrics=['accuracy'])
model.fit(X_train, y_train, epochs=1, batch_size=512, validation_split=0.1, verbose=0)
"""
TFIDF = """
from sklearn.feature_extraction.text import TfidfVectorizer
vectorizer = TfidfVectorizer(max_features=1000, stop_words='english')
"""
TOKENIZER = """
from tensorflow.keras.preprocessing.text import Tokenizer
from tensorflow.keras.preprocessing.sequence import pad_sequences
tokenizer = Tokenizer(num_words=5000, oov_token='<OOV>')
"""
VECTORIZE = """
layer = layers.TextVectorization(max_tokens=5000, output_sequence_length=100)
"""
PRICES = "import pandas as pd, numpy as np, keras\nfrom keras import layers\nfrom sklearn.model_selection import train_test_split\n"
HOUSES = PRICES + "df = pd.read_csv('HousingData.csv')\nX, y = df.drop('MEDV', axis=1), df['MEDV']\n"
LOADED = PRICES + "(X_train, y_train), (X_test, y_test) = keras.datasets.boston_housing.load_data()\n"
HOUSE_SPLIT = "X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=1)\n"
REGRESS = """
model = keras.Sequential([keras.Input(X_train.shape[1:]), layers.Dense(32, 'relu'), layers.Dense(1)])
model.compile(optimizer='adam', loss='mse', metrics=['mae'])
model.fit(X_train, y_train, epochs=20, batch_size=16, verbose=0)
"""
CLOTHES = """
import numpy as np, keras, tensorflow as tf
from keras import layers
(x_train, y_train), (x_test, y_test) = keras.datasets.fashion_mnist.load_data()
"""
FEW = "x_train, y_train = x_train[:6000], y_train[:6000]\n"
LABELS = "loss='sparse_categorical_crossentropy'"
CNN = """
model = keras.Sequential([keras.Input({shape}), layers.Conv2D(4, 3, activation='relu'), layers.MaxPooling2D(4),
                          layers.Flatten(), layers.Dense(10, 'softmax')])
model.compile(optimizer='adam', {loss}, metrics=['accuracy'])
"""
GENERATOR = "from tensorflow.keras.preprocessing.image import ImageDataGenerator\n"
FOLDER = "import keras, tensorflow as tf\nfrom keras import layers\n"


def cnn(shape: tuple[int, ...], loss: str = LABELS) -> str:
    """A small convolutional network for pictures of this shape."""
    return CNN.format(shape=shape, loss=loss)


REVIEWS: Manners = {
    "tfidf-all-then-split": (READ, CLEAN, TFIDF + "X = vectorizer.fit_transform(df['review']).toarray()\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, df['sentiment'].values, test_size=0.2, random_state=42)",
        DENSE, EVALUATE),
    "tfidf-split-then-fit": (READ, CLEAN, SPLIT, TFIDF + "X_train = vectorizer.fit_transform(X_train).toarray()\n"
        "X_test = vectorizer.transform(X_test).toarray()", DENSE, EVALUATE),
    "tfidf-no-seed": (READ, CLEAN, SPLIT.replace(", random_state=42", ""), TFIDF +
        "X_train = vectorizer.fit_transform(X_train).toarray()\nX_test = vectorizer.transform(X_test).toarray()",
        DENSE, "model.predict(X_test, verbose=0)"),
    "count-lambda": (READ, SPLIT.replace("df['sentiment']", "(df['sentiment'] == 'positive').astype(int)"),
        "from sklearn.feature_extraction.text import CountVectorizer\n"
        "vectorizer = CountVectorizer(max_features=800, binary=True, tokenizer=lambda text: text.lower().split())\n"
        "X_train = vectorizer.fit_transform(X_train).toarray()\nX_test = vectorizer.transform(X_test).toarray()",
        DENSE, EVALUATE),
    "tokenizer-all": (READ, CLEAN, TOKENIZER + "tokenizer.fit_on_texts(df['review'])\n"
        "X = pad_sequences(tokenizer.texts_to_sequences(df['review']), maxlen=100)\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, df['sentiment'], test_size=0.2, random_state=1)",
        EMBED, EVALUATE),
    "tokenizer-train": (READ, SPLIT.replace("df['sentiment']", "df['sentiment'].map({'positive': 1, 'negative': 0})"),
        TOKENIZER + "tokenizer.fit_on_texts(X_train)\nX_train, X_test = (pad_sequences(tokenizer.texts_to_sequences(x), "
        "maxlen=100, padding='post', truncating='post') for x in (X_train, X_test))", EMBED, EVALUATE),
    "tokenizer-matrix-labelencoder": (READ, TOKENIZER.replace("5000", "1000") +
        "from sklearn.preprocessing import LabelEncoder\ntokenizer.fit_on_texts(df['review'])\n"
        "X = tokenizer.texts_to_matrix(df['review'][:20000], mode='binary')\ny = LabelEncoder().fit_transform(df['sentiment'])\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y[:20000], random_state=1)", DENSE, EVALUATE),
    "tokenizer-no-duplicates": (READ, "df = df.drop_duplicates()", CLEAN, TOKENIZER + "tokenizer.fit_on_texts(df['review'])\n"
        "X = pad_sequences(tokenizer.texts_to_sequences(df['review']), maxlen=100)\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, df['sentiment'].values, test_size=0.2, random_state=1)",
        EMBED, EVALUATE),
    "own-vocabulary": (READ, CLEAN, "from collections import Counter\n"
        "counts = Counter(word for text in df['review'] for word in text.split())\n"
        "index = {word: n for n, (word, _) in enumerate(counts.most_common(4998), 2)}\n"
        "X = [[index.get(word, 1) for word in text.split()] for text in df['review']]\n"
        "X = keras.utils.pad_sequences(X, maxlen=100)\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, df['sentiment'].values, test_size=0.2, random_state=1)",
        EMBED, EVALUATE),
    "vectorization-outside": (READ, CLEAN, SPLIT, VECTORIZE + "layer.adapt(X_train.values)\n"
        "X_train, X_test = layer(X_train.values), layer(X_test.values)", EMBED.replace("validation_split=0.1, ", ""),
        EVALUATE),
    "vectorization-inside": (READ, CLEAN, SPLIT, VECTORIZE + "layer.adapt(X_train.values)\n"
        "model = keras.Sequential([keras.Input((1,), dtype='string'), layer, layers.Embedding(5000, 8),\n"
        "    layers.GlobalAveragePooling1D(), layers.Dense(1, 'sigmoid')])\n"
        "import tensorflow as tf\nX_train, X_test = (tf.constant(x.values[:, None]) for x in (X_train, X_test))\n"
        "model.compile(optimizer='adam', loss='binary_crossentropy', metrics=['accuracy'])\n"
        "model.fit(X_train, y_train, epochs=1, batch_size=512, verbose=0)", EVALUATE),
    "vectorization-dataset": (READ, CLEAN, SPLIT, VECTORIZE + "layer.adapt(X_train.values)\nimport tensorflow as tf\n"
        "train = tf.data.Dataset.from_tensor_slices((X_train.values, y_train.values)).shuffle(1000).batch(256)\n"
        "test = tf.data.Dataset.from_tensor_slices((X_test.values, y_test.values)).batch(256)\n"
        "train, test = (part.map(lambda x, y: (layer(x), y)) for part in (train, test))\n"
        "model = keras.Sequential([layers.Embedding(5000, 8), layers.GlobalAveragePooling1D(), layers.Dense(1, 'sigmoid')])\n"
        "model.compile(optimizer='adam', loss='binary_crossentropy', metrics=['accuracy'])\n"
        "model.fit(train, epochs=1, validation_data=test, verbose=0)", "model.evaluate(test, verbose=0)"),
    "svd": (READ, CLEAN, TFIDF + "from sklearn.decomposition import TruncatedSVD\n"
        "X = TruncatedSVD(30).fit_transform(vectorizer.fit_transform(df['review']))\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, df['sentiment'].values, test_size=0.2, random_state=42)",
        DENSE, EVALUATE),
    "decoded": (WORDS, "(X_train, y_train), (X_test, y_test) = keras.datasets.imdb.load_data(num_words=10000)\n"
        "names = {n + 3: word for word, n in keras.datasets.imdb.get_word_index().items()}\n"
        "X_train, X_test = ([' '.join(names.get(n, '?') for n in row) for row in x] for x in (X_train, X_test))",
        TFIDF + "X_train = vectorizer.fit_transform(X_train).toarray()\nX_test = vectorizer.transform(X_test).toarray()",
        DENSE, EVALUATE),
    "load-data-multi-hot-split": (WORDS, "(a, b), (c, d) = keras.datasets.imdb.load_data(num_words=1000)\n"
        "X = np.zeros((50000, 1000), 'float32')\n"
        "for n, row in enumerate(np.concatenate([a, c])):\n    X[n, row] = 1\n"
        "y = np.concatenate([b, d])\nX_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2)",
        DENSE, EVALUATE),
}  # fmt: skip
HOUSE_PRICES: Manners = {
    "scaled": (HOUSES + HOUSE_SPLIT, "from sklearn.preprocessing import StandardScaler\nscaler = StandardScaler()\n"
        "X_train = scaler.fit_transform(X_train)\nX_test = scaler.transform(X_test)", REGRESS, EVALUATE),
    "columns": (HOUSES + "X = df[['RM', 'LSTAT', 'PTRATIO']]\n" + HOUSE_SPLIT, REGRESS, "model.predict(X_test)"),
    "log": (HOUSES + "X['CRIM'] = np.log1p(X['CRIM'])\nX['LSTAT'] = np.log(X['LSTAT'])\n" + HOUSE_SPLIT, REGRESS, EVALUATE),
    "polynomial": (HOUSES + HOUSE_SPLIT, "from sklearn.preprocessing import PolynomialFeatures, StandardScaler\n"
        "from sklearn.pipeline import make_pipeline\nsteps = make_pipeline(PolynomialFeatures(2), StandardScaler())\n"
        "X_train = steps.fit_transform(X_train)\nX_test = steps.transform(X_test)", REGRESS, EVALUATE),
    "pca": (LOADED, "from sklearn.preprocessing import StandardScaler\nfrom sklearn.decomposition import PCA\n"
        "scaler, pca = StandardScaler(), PCA(8)\nX_train = pca.fit_transform(scaler.fit_transform(X_train))\n"
        "X_test = pca.transform(scaler.transform(X_test))", REGRESS, EVALUATE),
    "select-k-best": (HOUSES, "from sklearn.feature_selection import SelectKBest, f_regression\n"
        "from sklearn.preprocessing import MinMaxScaler\nX = SelectKBest(f_regression, k=6).fit_transform(X, y)\n"
        "X = MinMaxScaler().fit_transform(X)\n" + HOUSE_SPLIT, REGRESS, EVALUATE),
    "normalization-inside": (LOADED, "norm = layers.Normalization()\nnorm.adapt(X_train)\n"
        "model = keras.Sequential([keras.Input((13,)), norm, layers.Dense(32, 'relu'), layers.Dense(1)])\n"
        "model.compile(optimizer='adam', loss='mse', metrics=['mae'])\n"
        "model.fit(X_train, y_train, epochs=20, batch_size=16, verbose=0)", EVALUATE),
    "normalization-outside": (HOUSES + HOUSE_SPLIT, "norm = layers.Normalization()\nnorm.adapt(np.array(X_train))\n"
        "X_train, X_test = norm(np.array(X_train)), norm(np.array(X_test))", REGRESS, EVALUATE),
    "power-transform": (HOUSES + HOUSE_SPLIT, "from sklearn.preprocessing import PowerTransformer\nscaler = PowerTransformer()\n"
        "X_train = scaler.fit_transform(X_train)\nX_test = scaler.transform(X_test)", REGRESS, "model.predict(X_test)"),
    "never-tested": (LOADED, "mean, std = X_train.mean(0), X_train.std(0)\nX_train = (X_train - mean) / std", REGRESS),
    "outliers-dropped": (HOUSES + "keep = df['MEDV'] < 50\nX, y = X[keep], y[keep]\n" + HOUSE_SPLIT,
        "from sklearn.preprocessing import RobustScaler\nscaler = RobustScaler()\n"
        "X_train = scaler.fit_transform(X_train)\nX_test = scaler.transform(X_test)", REGRESS, EVALUATE),
    "labels-scaled": (HOUSES, "from sklearn.preprocessing import StandardScaler\n"
        "y = StandardScaler().fit_transform(np.array(y)[:, None])\nX = StandardScaler().fit_transform(X)\n" + HOUSE_SPLIT,
        REGRESS, EVALUATE),
}  # fmt: skip
PICTURES: Manners = {
    "divided": (CLOTHES + FEW, "x_train, x_test = (x[..., None] / 255.0 for x in (x_train, x_test))",
        cnn((28, 28, 1)) + "model.fit(x_train, y_train, verbose=0)", "model.evaluate(x_test, y_test, verbose=0)"),
    "one-hot-shuffled": (CLOTHES, "from sklearn.model_selection import train_test_split\n"
        "x, y = np.concatenate([x_train, x_test]), np.concatenate([y_train, y_test])\n"
        "x, y = x.reshape(-1, 28, 28, 1).astype('float32') / 255, keras.utils.to_categorical(y)\n"
        "x_train, x_test, y_train, y_test = train_test_split(x, y, test_size=0.2)",
        cnn((28, 28, 1), "loss='categorical_crossentropy'") + "model.fit(x_train[:6000], y_train[:6000], verbose=0)",
        "model.evaluate(x_test, y_test, verbose=0)"),
    "subset": (CLOTHES + FEW, "x_test, y_test = x_test[:1000] / 255.0, y_test[:1000]\nx_train = x_train / 255.0\n"
        "x_train, x_test = x_train.reshape(-1, 28, 28, 1), x_test.reshape(-1, 28, 28, 1)",
        cnn((28, 28, 1)) + "model.fit(x_train, y_train, verbose=0)", "model.evaluate(x_test, y_test, verbose=0)"),
    "resized": (CLOTHES + FEW, "x_train, x_test = (tf.image.resize(x[..., None] / 255.0, (32, 32)) for x in (x_train, x_test))",
        cnn((32, 32, 1)) + "model.fit(x_train, y_train, verbose=0)", "model.evaluate(x_test, y_test, verbose=0)"),
    "resized-cv2": (CLOTHES + FEW, "import cv2\nx_train, x_test = (np.array([cv2.resize(x, (20, 20)) for x in part])[..., None]"
        " / 255.0 for part in (x_train, x_test))",
        cnn((20, 20, 1)) + "model.fit(x_train, y_train, verbose=0)", "model.predict(x_test, verbose=0)"),
    "pca": (CLOTHES, "from sklearn.decomposition import PCA\npca = PCA(50)\n"
        "x_train = pca.fit_transform(x_train.reshape(-1, 784) / 255)\nx_test = pca.transform(x_test.reshape(-1, 784) / 255)",
        "model = keras.Sequential([keras.Input((50,)), layers.Dense(32, 'relu'), layers.Dense(10, 'softmax')])\n"
        f"model.compile({LABELS})\nmodel.fit(x_train, y_train, verbose=0)", "model.evaluate(x_test, y_test, verbose=0)"),
    "rescaling-inside": (CLOTHES + FEW, "model = keras.Sequential([keras.Input((28, 28)), layers.Rescaling(1/255), "
        f"layers.Flatten(), layers.Dense(10, 'softmax')])\nmodel.compile({LABELS})\n"
        "model.fit(x_train, y_train, validation_data=(x_test, y_test), verbose=0)"),
    "normalization-inside": (CLOTHES + FEW, "norm = layers.Normalization(axis=None)\nnorm.adapt(x_train)\n"
        "model = keras.Sequential([keras.Input((28, 28)), norm, layers.Flatten(), layers.Dense(10, 'softmax')])\n"
        f"model.compile({LABELS})\nmodel.fit(x_train, y_train, verbose=0)", "model.evaluate(x_test, y_test, verbose=0)"),
    "flow": (CLOTHES + FEW + GENERATOR, "train = ImageDataGenerator(rescale=1/255, rotation_range=10)\n"
        "test = ImageDataGenerator(rescale=1/255)\n"
        "train = train.flow(x_train[..., None], y_train)\ntest = test.flow(x_test[..., None], y_test, shuffle=False)",
        cnn((28, 28, 1)) + "model.fit(train, epochs=1, validation_data=test, verbose=0)", "model.evaluate(test, verbose=0)"),
    "flow-augmented-only": (CLOTHES + FEW + GENERATOR, "x_train, x_test = x_train[..., None] / 255, x_test[..., None] / 255\n"
        "train = ImageDataGenerator(width_shift_range=0.1).flow(x_train, y_train)",
        cnn((28, 28, 1)) + "model.fit(train, epochs=1, validation_data=(x_test, y_test), verbose=0)"),
    "tf-data": (CLOTHES + FEW, "def prepare(x, y):\n    return tf.cast(x[..., None], tf.float32) / 255, tf.one_hot(y, 10)\n"
        "train = tf.data.Dataset.from_tensor_slices((x_train, y_train)).map(prepare).shuffle(1000).batch(64)\n"
        "test = tf.data.Dataset.from_tensor_slices((x_test, y_test)).map(prepare).batch(64).prefetch(2)",
        cnn((28, 28, 1), "loss='categorical_crossentropy'") + "model.fit(train, epochs=1, validation_data=test, verbose=0)",
        "model.evaluate(test, verbose=0)"),
}  # fmt: skip
FOLDERS: Manners = {
    "flow-from-directory": (FOLDER + GENERATOR, "flow = ImageDataGenerator(rescale=1/255).flow_from_directory\n"
        "train = flow('mnist-jpg/train', target_size=(28, 28), color_mode='grayscale', batch_size=64)\n"
        "test = flow('mnist-jpg/test', target_size=(28, 28), color_mode='grayscale', batch_size=64, shuffle=False)",
        cnn((28, 28, 1), "loss='categorical_crossentropy'")
        + "model.fit(train, epochs=1, steps_per_epoch=60, validation_data=test, verbose=0)"),
    "image-dataset-from-directory": (FOLDER, "load = keras.utils.image_dataset_from_directory\n"
        "train = load('mnist-jpg/train', image_size=(28, 28), color_mode='grayscale', batch_size=64)\n"
        "test = load('mnist-jpg/test', image_size=(28, 28), color_mode='grayscale', batch_size=64)",
        cnn((28, 28, 1)).replace("Input((28, 28, 1)), ", "Input((28, 28, 1)), layers.Rescaling(1/255), ")
        + "model.fit(train.take(60), epochs=1, validation_data=test, verbose=0)", "model.evaluate(test, verbose=0)"),
}  # fmt: skip
FOLDERS |= {
    "flow-from-directory-resized": tuple(cell.replace("(28, 28", "(20, 20") for cell in FOLDERS["flow-from-directory"]),
    "image-dataset-resized": tuple(
        cell.replace("(28, 28", "(20, 20") for cell in FOLDERS["image-dataset-from-directory"]
    ),
}
PICTURES["tf-data-resized"] = tuple(
    cell.replace("tf.cast(x[..., None], tf.float32)", "tf.image.resize(x[..., None], (20, 20))").replace(
        "(28, 28", "(20, 20"
    )
    for cell in PICTURES["tf-data"]
)
COLOURS: Manners = {
    "grayscale": ("import numpy as np, keras, tensorflow as tf\nfrom keras import layers\n"
        "(x_train, y_train), (x_test, y_test) = keras.datasets.cifar10.load_data()\n" + FEW,
        "x_train, x_test = (tf.image.rgb_to_grayscale(x / 255.0) for x in (x_train, x_test))",
        cnn((32, 32, 1)) + "model.fit(x_train, y_train, verbose=0)", "model.evaluate(x_test, y_test, verbose=0)"),
}  # fmt: skip
MANNERS: dict[str, Manners] = {
    "imdb": REVIEWS,
    "boston": HOUSE_PRICES,
    "fashion-mnist": PICTURES,
    "mnist": FOLDERS,
    "cifar10": COLOURS,
}
"""By assignment."""


def try_out(desk: Desk, cells: tuple[str, ...]) -> dict[str, Any]:
    """How the network of these cells is measured, and in how many seconds."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "manner.ipynb")
        nbformat.write(notebook, path)
        started = time.perf_counter()
        evidence, _ = examine(collect(path, desk.assignment.name, None, None, None), desk, None)
        seconds = time.perf_counter() - started
    choice = next(choice for choice in evidence.choices if choice.model)
    best = next(iter(choice.measurements), None)
    errors = [f"cell {cell.number}: {cell.error.kind} {cell.error.message}" for cell in evidence.cells if cell.error]
    return {
        "tier": best.tier if best else "none",
        "rows": best.rows if best else 0,
        "metrics": best.metrics if best else {},
        "words": (best and best.preprocessing) or choice.not_measured_because[:300],
        "run_seconds": round(evidence.run.seconds, 1),
        "after_seconds": round(seconds - evidence.run.seconds, 1),
        "errors": [error[:300] for error in errors],
    }


def main() -> None:
    """Print a line for each manner as it is known, and at the end how many reach which tier."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help="an assignment, or assignment/manner")
    names = parser.parse_args().names
    tiers: Counter[str] = Counter()
    for assignment, manners in MANNERS.items():
        chosen = [name for name in manners if not names or {assignment, f"{assignment}/{name}"} & set(names)]
        if not chosen:
            continue
        with open_desk(None, assignment, wall.best_here(), data="real") as desk:
            for name in chosen:
                found = try_out(desk, manners[name])
                tiers[str(found["tier"])] += 1
                print(json.dumps({"manner": f"{assignment}/{name}", **found}), flush=True)
    print(json.dumps(tiers))


if __name__ == "__main__":
    main()

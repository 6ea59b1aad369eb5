import pytest

from grader.inside.old_api import ARGUMENTS, NAMES, OTHERS, RULES, modules, names
from grader.running.execute import Recording
from tests.conftest import Run

START = """
import io, keras, matplotlib, numpy as np, pandas as pd, sklearn.datasets, tensorflow as tf
import matplotlib.pyplot as plt, seaborn as sns
from keras import backend as K
x, y = np.random.rand(64, 4), np.arange(64) % 2
def small(*layers, **given):
    model = keras.Sequential([keras.Input((4,)), *layers, keras.layers.Dense(1, activation="sigmoid")])
    model.compile(**{"loss": "binary_crossentropy", "metrics": ["accuracy"], **given})
    return model
model = small()
history = model.fit(x, y, epochs=1, verbose=0)
def batches():
    while True:
        yield x[:32], y[:32]
table = pd.DataFrame({"a": [1.0, 2, 3, 2], "b": [3.0, 4, 5, 9], "word": ["p", "q", "p", "q"]})
boston = table.rename(columns={"a": "MEDV"})
"""
IMAGE = "input_shape=(8, 8, 1)"
KERAS_CELLS = {
    # Layers
    "output_dim= of a layer": "keras.layers.Dense(output_dim=3)",
    "nb_filter= of a layer": f"keras.layers.Conv2D(nb_filter=3, kernel_size=2, {IMAGE})",
    "filter_length= of a layer": "keras.layers.Conv1D(3, filter_length=2)",
    "pool_length= of a layer": "keras.layers.MaxPooling1D(pool_length=2)",
    "nb_row= of a layer": "assert keras.layers.Conv2D(3, nb_row=2, nb_col=1).kernel_size == (2, 1)",
    "border_mode= of a layer": """
layer = keras.layers.Convolution2D(3, 5, 4, border_mode="same")
assert (layer.kernel_size, layer.strides, layer.padding) == ((5, 4), (1, 1), "same")
""",
    "subsample= of a layer": "assert keras.layers.Conv2D(3, 2, subsample=(2, 2)).strides == (2, 2)",
    "stride= of a layer": "keras.layers.MaxPooling1D(2, stride=2)",
    "dim_ordering= of a layer": 'assert keras.layers.Conv2D(3, 2, dim_ordering="th").data_format == "channels_first"',
    "init= of a layer": 'keras.layers.Dense(3, init="uniform"); keras.layers.Embedding(9, 3, init="uniform")',
    "inner_init= of a layer": 'keras.layers.LSTM(3, inner_init="orthogonal")',
    "inner_activation= of a layer": 'keras.layers.LSTM(3, inner_activation="sigmoid")',
    "W_regularizer= of a layer": 'keras.layers.Dense(3, W_regularizer="l2")',
    "b_regularizer= of a layer": 'keras.layers.Dense(3, b_regularizer="l2")',
    "W_constraint= of a layer": "keras.layers.Dense(3, W_constraint=keras.constraints.MaxNorm(3))",
    "b_constraint= of a layer": "keras.layers.Dense(3, b_constraint=keras.constraints.MaxNorm(3))",
    "dropout_W= of a layer": "keras.layers.LSTM(3, dropout_W=0.1)",
    "dropout_U= of a layer": "keras.layers.LSTM(3, dropout_U=0.1)",
    "bias= of a layer": "assert not keras.layers.Dense(3, bias=False).use_bias",
    "p= of a layer": "assert keras.layers.Dropout(p=0.3).rate == 0.3",
    "consume_less= of a layer": 'keras.layers.LSTM(3, consume_less="cpu")',
    "mode= of a layer": "keras.layers.BatchNormalization(mode=0)",
    "input_shape= of a layer": "assert keras.Sequential([keras.layers.Dense(3, input_shape=(4,))]).built",
    "input_dim= of a layer": ('keras.layers.Dense(3, input_dim=13, kernel_initializer="normal", activation="relu")'),
    "input_length= of a layer": "keras.layers.Embedding(10, 4, input_length=3)",
    "LeakyReLU(alpha=...)": "keras.layers.LeakyReLU(alpha=0.1)",
    "batch_input_shape= of a layer": "keras.layers.Dense(3, batch_input_shape=(None, 4))",
    "Model(input=..., output=...)": """
start = keras.Input((4,))
keras.models.Model(input=start, output=keras.layers.Dense(2)(start))
""",
    "ThresholdedReLU": "assert keras.layers.ThresholdedReLU(theta=0.5).threshold == 0.5",
    "layer.input_shape": "assert model.layers[0].input_shape == (None, 4)",
    "layer.output_shape": "assert model.layers[0].output_shape == (None, 1)",
    "keras.preprocessing.image.*": """
from keras.preprocessing.image import ImageDataGenerator
ImageDataGenerator(rotation_range=10).flow(np.zeros((4, 8, 8, 1)), batch_size=2)
""",
    "keras.preprocessing.sequence.*": "from keras.preprocessing.sequence import TimeseriesGenerator, pad_sequences",
    # Training
    "model.fit(nb_epoch=...)": 'assert len(model.fit(x, y, nb_epoch=2, verbose=0).history["loss"]) == 2',
    "model.fit(samples_per_epoch=...)": "model.fit(batches(), samples_per_epoch=64, verbose=0)",
    "model.fit(nb_val_samples=...)": ("model.fit(x, y, validation_data=batches(), nb_val_samples=32, verbose=0)"),
    **{f"model.fit({old}=...)": f"model.fit(x, y, verbose=0, {old}=1)" for old in ("workers", "use_multiprocessing")},
    **{f"model.fit({old}=...)": f"model.fit(x, y, verbose=0, {old}=1)" for old in ("max_queue_size", "show_accuracy")},
    **{f"model.fit({old}=...)": f"model.fit(x, y, verbose=0, {old}=1)" for old in ("nb_worker", "max_q_size")},
    "model.fit(pickle_safe=...)": "model.fit(x, y, verbose=0, pickle_safe=False)",
    **{
        f"model.{name}({old}=...)": f"model.{name}({'x, y' if name == 'evaluate' else 'x'}, verbose=0, {old}=1)"
        for name in ("evaluate", "predict")
        for place, old, *_ in ARGUMENTS
        if place == f"keras:Model.{name}"
    },
    **{
        f"model.compile({old}=...)": f"small({old}=None)"
        for old in ("class_mode", "sample_weight_mode", "target_tensors")
    },
    "Optimizer(lr=...)": "assert float(keras.optimizers.Adam(lr=0.5).learning_rate) == 0.5",
    "optimizer(decay=...)": """
other = small(optimizer=keras.optimizers.SGD(0.3, decay=0.5))
other.fit(x, y, epochs=2, verbose=0)
assert np.isclose(float(other.optimizer.learning_rate), 0.3 / (1 + 0.5 * 4))
""",
    "optimizer(learning_rate=1)": "keras.optimizers.Adadelta(learning_rate=1)",
    "optimizer.lr": "model.optimizer.lr = 0.25; assert float(model.optimizer.lr) == 0.25",
    "keras.optimizers.legacy": "small(optimizer=tf.keras.optimizers.legacy.Adam(0.01))",
    'compile(metrics="accuracy")': 'small(metrics="accuracy")',
    'compile(optimizer, loss, ["accuracy"])': 'small().compile("adam", "mse", ["accuracy"])',
    "tf.train.AdamOptimizer in compile()": """
other = small(optimizer=tf.train.AdamOptimizer(0.25))
assert isinstance(other.optimizer, keras.optimizers.Adam) and float(other.optimizer.learning_rate) == 0.25
""",
    "fit(steps_per_epoch=0.5 * n)": "model.fit(batches(), steps_per_epoch=64 / 32, verbose=0)",
    "model.fit_generator()": "model.fit_generator(batches(), 2, 1, verbose=0, workers=2)",
    "model.evaluate_generator()": "assert len(model.evaluate_generator(batches(), 2)) == 2",
    "model.predict_generator()": "assert model.predict_generator(batches(), steps=2).shape == (64, 1)",
    "model.predict_proba()": "assert model.predict_proba(x).shape == (64, 1)",
    "model.predict_classes()": """
assert set(model.predict_classes(x).ravel()) <= {0, 1} and model.predict_classes(x).shape == (64, 1)
""",
    'history.history["acc"] of metrics=["accuracy"]': """
class Enough(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs={}):
        self.model.stop_training = logs.get("acc") >= 0
stopping = keras.callbacks.EarlyStopping(monitor="val_acc")
found = model.fit(x, y, epochs=9, validation_split=0.2, verbose=0, callbacks=[stopping, Enough()]).history
assert len(found["acc"]) == 1 and found["val_acc"] == found["val_accuracy"] and "acc" not in found
assert small(metrics=["acc"]).fit(x, y, verbose=0).history["accuracy"]
""",
    # Files
    'model.save("name")': """
import os
model.save("folder/saved"); model.save("old.tf", save_format="tf"); keras.models.save_model(model, "other")
assert os.path.exists("folder/saved")
""",
    'load_model("name")': """
keras.models.load_model("folder/saved").predict(x, verbose=0); keras.models.load_model("other")
tried = small(loss="mse", metrics=["mse", "mae"]); tried.fit(x, y, verbose=0); tried.save("tried.h5")
tf.keras.models.load_model("tried.h5").evaluate(x, y, verbose=0)
""",
    'model.save_weights("name.h5")': 'model.save_weights("weights.h5"); model.save_weights("checkpoint")',
    'load_weights("name.h5")': 'model.load_weights("weights.h5"); model.load_weights("checkpoint")',
    'ModelCheckpoint("name.hdf5")': """
best = keras.callbacks.ModelCheckpoint("best.hdf5", monitor="val_acc", save_best_only=True)
each = keras.callbacks.ModelCheckpoint("w-{epoch:02d}-{val_acc:.2f}.h5", save_weights_only=True)
model.fit(x, y, validation_split=0.2, verbose=0, callbacks=[best, each])
keras.models.load_model("best.hdf5"); model.load_weights("best.hdf5")
""",
    "ModelCheckpoint(period=...)": 'keras.callbacks.ModelCheckpoint("x.keras", period=1)',
    "ReduceLROnPlateau(epsilon=...)": "keras.callbacks.ReduceLROnPlateau(epsilon=0.1)",
    **{
        f"TensorBoard({old}=...)": f'keras.callbacks.TensorBoard("logs", {old}=None)'
        for old in ("write_grads", "batch_size", "embeddings_layer_names", "embeddings_data")
    },
    "load_data(nb_words=...)": """
try:
    tf.keras.datasets.imdb.load_data(nb_words=100)
except FileNotFoundError as error:
    assert "the data sets of this assignment" in str(error)
""",
    "to_categorical(nb_classes=...)": "assert keras.utils.to_categorical([1], nb_classes=3).shape == (1, 3)",
    # Backend and TensorFlow
    "K.*": "assert float(K.mean(tf.constant([1.0, 2.0]))) == 1.5; K.get_value(model.optimizer.learning_rate)",
    "K.function()": """
hidden = K.function([model.layers[0].input, K.learning_phase()], [model.layers[-1].output])([x, 0])[0]
assert np.allclose(hidden, model.predict(x, verbose=0), atol=1e-5)
""",
    "K.set_image_dim_ordering()": 'K.set_image_dim_ordering("tf"); assert K.image_data_format() == "channels_last"',
    "K.image_dim_ordering()": 'assert K.image_dim_ordering() == "tf"',
    "K.set_session()": "K.set_session(tf.Session(config=tf.ConfigProto()))",
    "K.get_session()": "K.get_session()",
    "K.set_learning_phase()": "K.set_learning_phase(0)",
    "K.learning_phase()": "K.learning_phase()",
    "tensorflow.python.keras": """
from tensorflow.python.keras.models import Sequential
from tensorflow.python.keras import layers
import tensorflow.python.keras.backend as KB
assert isinstance(Sequential([layers.Dense(1)]), keras.Model)
""",
    "tf.*": "tf.set_random_seed(1); tf.logging.set_verbosity(tf.logging.ERROR)",
    "tf.train.*": "tf.train.GradientDescentOptimizer(0.1)",
    "tf.nn.*": "tf.nn.static_rnn",
    "tf.image.*": "tf.image.resize_images",
    "tf.random.*": "tf.random.set_random_seed(1)",
    "tf.math.*": "tf.math.log_softmax; tf.math.mod",
    "tf.summary.*": "tf.summary.FileWriter",
    "tf.io.*": "tf.io.tf_record_iterator",
    "tf.test.*": "tf.test.StubOutForTesting",
}
TABLE_CELLS = {
    "read_csv(delim_whitespace=...)": 'pd.read_csv(io.StringIO("a b\\n1 2"), delim_whitespace=True)["b"]',
    "read_csv(error_bad_lines=...)": 'pd.read_csv(io.StringIO("a,b\\n1,2\\n1,2,3"), error_bad_lines=False)',
    "read_csv(warn_bad_lines=...)": 'pd.read_csv(io.StringIO("a,b\\n1,2"), warn_bad_lines=False)',
    "DataFrame.info(null_counts=...)": "table.info(null_counts=True)",
    "DataFrame.to_csv(line_terminator=...)": 'table.to_csv("x.csv", line_terminator="\\n")',
    "DataFrame.append()": """
assert len(table.append({"a": 1}, ignore_index=True)) == 5 == len(table.append(table.iloc[0]))
assert len(table.append([table, table])) == 12
""",
    "Series.append()": "table.a.append(table.b)",
    "DataFrame.ix": 'table.ix[0, "a"]; table.ix[:, 0:2]; table.ix[0, "a"] = 9.0; assert table.a[0] == 9.0',
    "DataFrame.as_matrix()": "assert table.as_matrix().shape == (4, 3)",
    "DataFrame.iteritems()": "list(table.iteritems())",
    "Series.iteritems()": "list(table.a.iteritems())",
    "DataFrame.applymap()": "table.applymap(str)",
    "Series.ravel()": "assert table.a.ravel().shape == (4,)",
    "Series.mad()": "table.a.mad()",
    "pd.value_counts()": "pd.value_counts(table.word)",
    "fillna(method=...)": 'table.fillna(method="ffill")',
    'drop("MEDV", 1)': 'assert list(boston.drop("MEDV", 1)) == ["b", "word"]',
    "corr() of a table with words": "assert table.corr().shape == (2, 2); table.mean(); table.std()",
    "replace() of words by numbers": """
assert table.word.dtype == object
assert table.word.replace({"p": 1, "q": 0}).dtype == "int64"
""",
    'df["x"].fillna(0, inplace=True)': """
holes = pd.DataFrame({"a": [1.0, None], "word": ["p", "q"]})
holes["a"].fillna(holes["a"].mean(), inplace=True); holes.word.replace({"p": 1, "q": 0}, inplace=True)
assert holes.a.tolist() == [1.0, 1.0] and holes.word.tolist() == [1, 0]
""",
    'df["x"][rows] = 0': """
words = pd.DataFrame({"word": ["p", "q", "p"], "n": [1, 2, 3]})
words["word"][words["word"] == "p"] = 1; words["word"][1] = 0; words["n"][0:2] = 7; words["n"][2] += 1
lists = {"a": [1, 2]}
lists["a"][0] = 5
assert words.word.tolist() == [1, 0, 1] and words.n.tolist() == [7, 7, 4] and lists == {"a": [5, 2]}
""",
    "sklearn.datasets.load_boston()": """
from sklearn.datasets import load_boston
try:
    load_boston()
except FileNotFoundError as error:
    assert "the data sets of this assignment" in str(error)
""",
    "OneHotEncoder(sparse=...)": """
from sklearn.base import clone
from sklearn.preprocessing import OneHotEncoder
assert clone(OneHotEncoder(sparse=False)).fit_transform(table[["word"]]).shape == (4, 2)
""",
    "mean_squared_error(squared=False)": """
from sklearn.metrics import mean_squared_error
assert mean_squared_error([0, 0], [3, 3], squared=False) == 3 and mean_squared_error([0], [3], squared=True) == 9
""",
    **{
        f"{name}(normalize=...)": f"from sklearn.linear_model import {name}; {name}(normalize=True)"
        for name in ("LinearRegression", "Ridge", "Lasso", "ElasticNet")
    },
    "LogisticRegression(multi_class=...)": (
        'from sklearn.linear_model import LogisticRegression; LogisticRegression(multi_class="auto")'
    ),
    'criterion="mse" of a forest': """
from sklearn.ensemble import RandomForestRegressor
RandomForestRegressor(2, criterion="mse", max_features="auto").fit(x, y)
""",
    "sklearn.preprocessing.Imputer": """
from sklearn.preprocessing import Imputer
Imputer(missing_values="NaN", strategy="mean", axis=0).fit_transform(x)
""",
    "get_feature_names()": """
from sklearn.feature_extraction.text import TfidfVectorizer
assert TfidfVectorizer().fit(["one two"]).get_feature_names() == ["one", "two"]
""",
    "sklearn.metrics.plot_confusion_matrix()": """
from sklearn.linear_model import SGDClassifier
from sklearn.metrics import plot_confusion_matrix, plot_roc_curve
plot_confusion_matrix(SGDClassifier(loss="log").fit(x, y), x, y)
""",
    "sklearn.metrics.plot_roc_curve()": "plot_roc_curve(SGDClassifier().fit(x, y), x, y)",
    "sns.distplot()": "sns.distplot(table.a)",
    **{
        f"sns.{name}(x, y)": f"sns.{name}(table.word, table.a); sns.{name}('word', 'a', data=table); plt.close('all')"
        for name in ("barplot", "boxplot", "violinplot", "stripplot", "swarmplot", "pointplot")
    },
    "sns.countplot(x, y)": 'sns.countplot(table.word); sns.countplot("word", data=table); sns.countplot(y)',
    "sns.catplot(x, y)": 'sns.catplot("word", data=table, kind="count")',
    "sns.relplot(x, y)": 'sns.relplot("a", "b", data=table)',
    "sns.lmplot(x, y)": 'sns.lmplot("a", "b", table)',
    "sns.jointplot(x, y)": 'sns.jointplot("a", "b", table)',
    **{f"sns.{name}(x, y)": f"sns.{name}(table.a, table.b)" for name in ("scatterplot", "lineplot", "regplot")},
    **{f"sns.{name}(x, y)": f"sns.{name}(table.a, table.b)" for name in ("residplot", "kdeplot")},
    "pairplot(size=...)": 'sns.pairplot(table[["a"]], size=2)',
    "jointplot(size=...)": 'sns.jointplot(x="a", y="b", data=table, size=3)',
    "jointplot(stat_func=...)": 'sns.jointplot(x="a", y="b", data=table, stat_func=None)',
    "lmplot(size=...)": 'sns.lmplot(data=table, x="a", y="b", size=3)',
    "catplot(size=...)": 'sns.catplot(data=table, x="a", size=3)',
    "FacetGrid(size=...)": "sns.FacetGrid(table, size=3); plt.close('all')",
    'plt.style.use("seaborn")': 'plt.style.use("seaborn-whitegrid"); plt.style.use("default")',
    "gca(projection=...)": 'plt.gca(projection="3d"); plt.figure().gca(projection="3d"); plt.close("all")',
    "fig.canvas.set_window_title()": 'plt.figure().canvas.set_window_title("x")',
    "Axes.hist(normed=...)": "plt.hist([1, 2], normed=True)",
    "Axes.grid(b=...)": "plt.gca().grid(b=True)",
    "grid(b=...)": "plt.grid(b=True)",
    "Axes.boxplot(labels=...)": 'plt.gca().boxplot([1, 2], labels=["a"])',
    "boxplot(labels=...)": 'plt.boxplot([1, 2], labels=["a"]); plt.close("all")',
}
MODERN = (
    START,
    """
keras.utils.set_random_seed(1)
x = np.random.rand(64, 4)
first = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="relu"), keras.layers.Dense(1)])
first.compile(keras.optimizers.SGD(learning_rate=0.1, momentum=0.9), "mse", metrics=["mae"])
figures = first.fit(x, y, epochs=2, batch_size=64, shuffle=False, verbose=0).history
print(list(figures), figures.get("acc"), [round(loss, 4) for loss in figures["loss"]])
first.save("first.keras"); first.save_weights("first.weights.h5"); first.load_weights("first.weights.h5")
print(keras.models.load_model("first.keras").evaluate(x, y, verbose=0) == first.evaluate(x, y, verbose=0))
""",
    """
print(pd.read_csv(io.StringIO("a,b\\n1,2")).shape, table.corr(numeric_only=True).shape, table.fillna(0).shape)
print(table.drop(columns="a").shape, table.a.replace({1.0: 5.0}).tolist(), np.float64(1))
sns.scatterplot(data=table, x="a", y="b"); plt.hist([1, 2], density=True); plt.grid(visible=True); plt.show()
""",
)


def failures(recording: Recording) -> dict[int, str]:
    """What cells raised, by number."""
    return {cell.number: f"{cell.error.kind}: {cell.error.message}" for cell in recording.cells if cell.error}


def noted(recording: Recording) -> dict[str, int | None]:
    """The cell of each old name."""
    return {name.old: name.cell for name in recording.old_names}


@pytest.mark.parametrize("cells", [KERAS_CELLS, TABLE_CELLS], ids=["keras", "tables"])
def test_each_rule_makes_its_cell_run_and_is_noted_with_it(run: Run, cells: dict[str, str]):
    recording = run(START, *cells.values(), wall_seconds=300)
    rows = list(cells)
    assert {rows[number - 2]: words for number, words in failures(recording).items()} == {}
    found = noted(recording)
    for number, old in enumerate(cells, start=2):
        assert "*" in old or found[old] in range(2, number + 1), old


def test_every_module_of_an_old_name_is_there_and_every_name_is_lent(run: Run):
    imports = "\n".join(f"import {rule.old}" for rule in modules())
    lines = [f"import {module}\n" + "\n".join(f"{module}.{name}" for name in paths) for module, paths, _ in NAMES]
    others = [f"tf.{rule.old.removeprefix('tf.')}" for rule in OTHERS if rule.old.startswith("tf.keras.")]
    recording = run("import tensorflow as tf", imports, *lines, "\n".join(others))
    assert failures(recording) == {}
    assert {rule.old for rule in (*modules(), *names())} <= noted(recording).keys()


def test_the_table_says_everything_once_and_every_row_has_a_cell():
    assert len({rule.old for rule in RULES}) == len(RULES)
    tried = {*KERAS_CELLS, *TABLE_CELLS, *(rule.old for rule in (*modules(), *names()))}
    without = {rule.old for rule in RULES if not rule.old.startswith("tf.keras.")} - tried
    assert without == {"tf.placeholder()"}  # in a test of its own
    assert {*KERAS_CELLS, *TABLE_CELLS} <= {rule.old for rule in RULES}


def test_modern_code_does_the_same_with_and_without_the_layer_and_is_not_noted(run: Run):
    with_layer, without = run(*MODERN), run(*MODERN, strict_api=True)
    assert failures(with_layer) == failures(without) == {}
    assert [cell.output for cell in with_layer.cells] == [cell.output for cell in without.cells]
    assert with_layer.old_names == with_layer.substitutes == []


def test_strict_api_leaves_old_names_as_the_libraries_have_them(run: Run):
    cells = ("from keras.utils import np_utils", "np.int", "small(optimizer=keras.optimizers.Adam(lr=0.1))")
    recording = run(START, *cells, "table.append(table)", "model.predict_classes(x)", strict_api=True)
    kinds = [cell.error.kind if cell.error else "" for cell in recording.cells]
    assert kinds == ["", "ImportError", "AttributeError", "ValueError", "AttributeError", "AttributeError"]
    assert recording.old_names == []


def test_a_graph_of_tensorflow_1_runs(run: Run):
    graph = """
import tensorflow as tf
rows = tf.placeholder(tf.float32, [None, 3])
scores = tf.nn.softmax(tf.matmul(rows, tf.Variable(tf.zeros([3, 2]))))
with tf.Session() as session:
    session.run(tf.global_variables_initializer())
    print(session.run(scores, feed_dict={rows: [[1, 2, 3]]}))
"""
    recording = run(graph)
    assert recording.cells[0].output == "[[0.5 0.5]]\n"
    assert noted(recording)["tf.placeholder()"] == 1


def test_wrappers_for_scikit_learn_build_train_and_score(run: Run):
    search = """
from keras.wrappers.scikit_learn import KerasClassifier, KerasRegressor
from sklearn.model_selection import GridSearchCV, cross_val_score
def build(units=3):
    return small(keras.layers.Dense(units), optimizer="adam")
found = GridSearchCV(KerasClassifier(build_fn=build, nb_epoch=1, verbose=0), {"units": [2, 3]}, cv=2).fit(x, y)
assert found.best_params_["units"] in (2, 3) and set(found.predict(x)) <= {0, 1}
scores = cross_val_score(KerasRegressor(build_fn=lambda: small(loss="mse", metrics=[]), verbose=0), x, y, cv=2)
assert (scores < 0).all()
"""
    recording = run(START, search)
    assert failures(recording) == {}
    assert sum(len(model.fits) for model in recording.models) == 1 + 5 + 2


def test_a_library_that_looks_for_an_old_name_finds_none_and_is_not_noted(run: Run):
    recording = run(
        "import numpy, numbers\nexec(compile('found = hasattr(numpy, \"float\")', numbers.__file__, 'exec'))\nfound"
    )
    assert recording.cells[0].output == "False\n"
    assert recording.old_names == []

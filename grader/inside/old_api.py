"""The table of names that notebooks use and today's libraries no longer have: each works, is noted, and costs no start.

`install` puts all rows into the kernel, before any of the student's code runs. A row says what the report says of it
and the way in which it is made to work; `ways` holds the ways, the `old_...` modules what takes more than a new name.
"""

from functools import partial

from grader.inside import imports
from grader.inside import old_keras as keras
from grader.inside import old_tables as tables
from grader.inside import old_tensorflow as tensorflow
from grader.inside.rewrite import ColumnInPlace, ColumnItems, InnerKeras, rewritten
from grader.inside.ways import (
    Mend,
    Rule,
    Way,
    argument,
    around,
    fallback,
    method,
    missing,
    moved,
    old_module,
)

OUT = "leave it out"
KERAS_1 = "Keras 2.4"
"""Until then Keras 2 took the names of Keras 1."""
PRIVATE = "Keras 2.13"
"""It moved its inner modules away."""

# -- Modules -----------------------------------------------------------------------------------------------------------

MODULES: tuple[tuple[str, str, tuple[str, ...], str], ...] = (
    # Package; modules that it no longer has; where their names are today; dropped in.
    (
        "keras.layers",
        "core convolutional convolutional_recurrent normalization pooling embeddings recurrent recurrent_v2 rnn merge "
        "advanced_activations noise wrappers local reshaping regularization preprocessing experimental",
        ("keras.layers",),
        PRIVATE,
    ),
    (
        "keras.utils",
        "np_utils vis_utils generic_utils data_utils layer_utils image_utils io_utils all_utils",
        ("keras.utils", "keras.saving"),
        PRIVATE,
    ),
    ("keras", "engine", ("keras.layers", "keras.models", "keras"), PRIVATE),
    ("keras", "optimizer_v1 optimizer_v2", ("keras.optimizers",), PRIVATE),
    (
        "keras.optimizers",
        "optimizer_v2 optimizer_experimental experimental adam_v2 adagrad_v2 gradient_descent_v2 rmsprop_v2",
        ("keras.optimizers",),
        PRIVATE,
    ),
    ("keras.initializers", "initializers_v1 initializers_v2", ("keras.initializers",), PRIVATE),
    ("keras.callbacks", "callbacks", ("keras.callbacks",), "Keras 2.4"),
    ("keras.backend", "tensorflow_backend common", ("keras.backend",), "Keras 2.4"),
    ("keras", "objectives", ("keras.losses",), "Keras 2.4"),
    ("keras", "initializations", ("keras.initializers",), "Keras 2.0"),
    ("keras.preprocessing", "text", ("keras._tf_keras.keras.preprocessing.text",), "Keras 3.0"),
    ("keras.preprocessing", "image_dataset text_dataset timeseries", ("keras.utils",), PRIVATE),
    ("keras.wrappers", "scikit_learn", ("grader.inside.old_scikit",), "Keras 2.12"),
    ("keras", "api api._v2", ("keras",), "Keras 3.0"),
    ("", "tf_keras", ("keras",), "TensorFlow 2.16"),
    ("", "keras_preprocessing", ("keras._tf_keras.keras.preprocessing",), "Keras 2.9"),
    ("keras_preprocessing", "image", ("keras._tf_keras.keras.preprocessing.image",), "Keras 2.9"),
    ("keras_preprocessing", "text", ("keras._tf_keras.keras.preprocessing.text",), "Keras 2.9"),
    ("keras_preprocessing", "sequence", ("keras._tf_keras.keras.preprocessing.sequence",), "Keras 2.9"),
    ("", "tensorflow.examples tensorflow.examples.tutorials", ("grader.inside.old_tensorflow",), "TensorFlow 2.0"),
    ("sklearn", "cross_validation grid_search learning_curve", ("sklearn.model_selection",), "scikit-learn 0.20"),
    ("sklearn.externals", "joblib", ("joblib",), "scikit-learn 0.23"),
    ("sklearn.metrics", "classification regression scorer", ("sklearn.metrics",), "scikit-learn 0.24"),
    ("sklearn.preprocessing", "data label imputation", ("sklearn.preprocessing",), "scikit-learn 0.24"),
    ("sklearn.datasets", "base samples_generator", ("sklearn.datasets",), "scikit-learn 0.24"),
    ("pandas.util", "testing", ("pandas.testing",), "pandas 2.0"),
    ("pandas", "tools", ("pandas",), "pandas 0.25"),
)

KNOWN_AS = {
    "keras.preprocessing.text": "keras.layers.TextVectorization",
    "keras.wrappers.scikit_learn": "keras.wrappers.SKLearnClassifier, or the package scikeras",
    "tensorflow.examples": "keras.datasets.mnist.load_data()",
    "tensorflow.examples.tutorials": "keras.datasets.mnist.load_data()",
    "keras_preprocessing.text": "keras.layers.TextVectorization",
}
"""What to write today, where it is not simply the module."""


def modules() -> list[Rule]:
    """A row for each module."""
    rules = []
    for package, names, today, dropped_in in MODULES:
        for name in names.split():
            old = f"{package}.{name}".removeprefix(".")
            rules.append(
                Rule(old, KNOWN_AS.get(old, today[0].replace("._tf_keras.keras", "")), dropped_in, moved(*today))
            )
    return rules


# -- Names -------------------------------------------------------------------------------------------------------------

LOSSES = {
    **dict.fromkeys(("mse", "MSE"), "mean_squared_error"),
    **dict.fromkeys(("mae", "MAE"), "mean_absolute_error"),
    **dict.fromkeys(("mape", "MAPE"), "mean_absolute_percentage_error"),
    **dict.fromkeys(("msle", "MSLE"), "mean_squared_logarithmic_error"),
    **dict.fromkeys(("kld", "KLD", "kullback_leibler_divergence"), "kl_divergence"),
    "logcosh": "log_cosh",
    "cosine_proximity": "cosine_similarity",
}

NAMES: tuple[tuple[str, dict[str, str], str], ...] = (
    # Module; names that it no longer has, and where the thing is today; dropped in.
    (
        "numpy",
        {name: f"builtins.{name}" for name in ("int", "float", "object", "str", "complex")},
        "NumPy 1.24",
    ),
    (
        "numpy",
        {
            **{"float_": "numpy.float64", "complex_": "numpy.complex128", "unicode_": "numpy.str_"},
            **{"string_": "numpy.bytes_", "int0": "numpy.intp", "bool8": "numpy.bool_"},
            **dict.fromkeys(("Inf", "infty", "Infinity", "PINF"), "numpy.inf"),
            **dict.fromkeys(("NaN", "NAN"), "numpy.nan"),
            **{"product": "numpy.prod", "cumproduct": "numpy.cumprod", "round_": "numpy.round"},
            **{"alltrue": "numpy.all", "sometrue": "numpy.any", "mat": "numpy.asmatrix"},
            **{"in1d": "numpy.isin", "trapz": "numpy.trapezoid"},
            **{"VisibleDeprecationWarning": "numpy.exceptions.VisibleDeprecationWarning"},
            **{"ComplexWarning": "numpy.exceptions.ComplexWarning", "AxisError": "numpy.exceptions.AxisError"},
        },
        "NumPy 2.0",
    ),
    ("numpy", {"warnings": "warnings", "math": "math"}, "NumPy 1.25"),
    ("pandas", {"np": "numpy", "datetime": "datetime.datetime"}, "pandas 2.0"),
    ("pandas", {"scatter_matrix": "pandas.plotting.scatter_matrix"}, "pandas 0.25"),
    ("PIL.Image", {"ANTIALIAS": "PIL.Image.LANCZOS", "LINEAR": "PIL.Image.BILINEAR"}, "Pillow 10"),
    ("PIL.Image", {"CUBIC": "PIL.Image.BICUBIC"}, "Pillow 10"),
    (
        "IPython.core.display",
        {"display": "IPython.display.display", "clear_output": "IPython.display.clear_output"},
        "IPython 9",
    ),
    ("scipy.misc", {name: f"grader.inside.old_tables.{name}" for name in ("imread", "imresize")}, "SciPy 1.2"),
    ("matplotlib.cm", {"get_cmap": "matplotlib.pyplot.get_cmap"}, "Matplotlib 3.11"),
    ("seaborn", {"factorplot": "seaborn.catplot"}, "seaborn 0.12"),
    (
        "keras.constraints",
        {"maxnorm": "keras.constraints.MaxNorm", "nonneg": "keras.constraints.NonNeg"},
        PRIVATE,
    ),
    ("keras.constraints", {"unitnorm": "keras.constraints.UnitNorm"}, PRIVATE),
    (
        "keras.initializers",
        {"normal": "keras.initializers.RandomNormal", "uniform": "keras.initializers.RandomUniform"},
        PRIVATE,
    ),
    (
        "keras.optimizers",
        {name.lower(): f"keras.optimizers.{name}" for name in keras.FORMER_OPTIMIZERS},
        KERAS_1,
    ),
    ("keras.layers", {"CuDNNLSTM": "keras.layers.LSTM", "CuDNNGRU": "keras.layers.GRU"}, "TensorFlow 2.0"),
    *(
        (f"keras.{kind}", {old: f"keras.losses.{today}" for old, today in LOSSES.items()}, "Keras 3.0")
        for kind in ("losses", "metrics")
    ),
    ("keras.utils", {"multi_gpu_model": "grader.inside.old_keras.same_model"}, "TensorFlow 2.4"),
)


WRITTEN = {
    "scipy.misc.imread": "keras.utils.load_img(name)",
    "scipy.misc.imresize": "PIL.Image.fromarray(image).resize(size)",
    "keras.utils.multi_gpu_model": OUT,
}
"""What to write today, where it is no name."""


def shown(path: str) -> str:
    """A path as one writes it."""
    for before, after in (("builtins.", ""), ("numpy", "np"), ("pandas", "pd"), ("matplotlib.pyplot", "plt")):
        path = path.replace(before, after) if path.startswith(before) else path
    return path


def names() -> list[Rule]:
    """A row for each name."""
    return [
        Rule(full, WRITTEN.get(full, shown(path)), dropped_in, missing(module, old, path))
        for module, paths, dropped_in in NAMES
        for old, path in paths.items()
        for full in [f"{shown(module)}.{old}"]
    ]


# -- Arguments ---------------------------------------------------------------------------------------------------------

INPUT = "keras.Input(shape=...) as the first of the model's layers"
LAYERS: tuple[tuple[str, str, Way], ...] = (
    # Old argument of layers; what to write today; what becomes of it.
    ("output_dim", "units=", keras.layer_argument("output_dim", "units")),
    ("nb_filter", "filters=", keras.layer_argument("nb_filter", "filters")),
    ("filter_length", "kernel_size=", keras.layer_argument("filter_length", "kernel_size")),
    ("pool_length", "pool_size=", keras.layer_argument("pool_length", "pool_size")),
    ("nb_row", "kernel_size=(rows, columns)", keras.layer_argument("nb_row", mend=keras.mend_kernel_size)),
    ("border_mode", "padding=", keras.layer_argument("border_mode", "padding")),
    ("subsample", "strides=", keras.layer_argument("subsample", "strides")),
    ("stride", "strides=", keras.layer_argument("stride", "strides")),
    ("dim_ordering", "data_format=", keras.layer_argument("dim_ordering", mend=keras.mend_data_format)),
    ("init", "kernel_initializer=", keras.layer_argument("init", "kernel_initializer", "embeddings_initializer")),
    ("inner_init", "recurrent_initializer=", keras.layer_argument("inner_init", "recurrent_initializer")),
    ("inner_activation", "recurrent_activation=", keras.layer_argument("inner_activation", "recurrent_activation")),
    ("W_regularizer", "kernel_regularizer=", keras.layer_argument("W_regularizer", "kernel_regularizer")),
    ("b_regularizer", "bias_regularizer=", keras.layer_argument("b_regularizer", "bias_regularizer")),
    ("W_constraint", "kernel_constraint=", keras.layer_argument("W_constraint", "kernel_constraint")),
    ("b_constraint", "bias_constraint=", keras.layer_argument("b_constraint", "bias_constraint")),
    ("dropout_W", "dropout=", keras.layer_argument("dropout_W", "dropout")),
    ("dropout_U", "recurrent_dropout=", keras.layer_argument("dropout_U", "recurrent_dropout")),
    ("bias", "use_bias=", keras.layer_argument("bias", "use_bias")),
    ("p", "rate=", keras.layer_argument("p", "rate")),
    ("consume_less", OUT, keras.layer_argument("consume_less")),
    ("mode", OUT, keras.layer_argument("mode")),
)

ARGUMENTS: tuple[tuple[str, str, Mend, str, str], ...] = (
    # Place; old argument; its new name, None, or what sees to it; what to write today; dropped in.
    ("keras:Model.fit", "nb_epoch", "epochs", "epochs=", KERAS_1),
    ("keras:Model.fit", "samples_per_epoch", keras.mend_samples, "steps_per_epoch=", KERAS_1),
    ("keras:Model.fit", "nb_val_samples", keras.mend_validation_samples, "validation_steps=", KERAS_1),
    *(
        (f"keras:Model.{name}", old, None, OUT, dropped_in)
        for name in ("fit", "evaluate", "predict")
        for old, dropped_in in {
            **dict.fromkeys(("workers", "use_multiprocessing", "max_queue_size"), "Keras 3.0"),
            **dict.fromkeys(("show_accuracy", "nb_worker", "max_q_size", "pickle_safe"), KERAS_1),
        }.items()
    ),
    *(
        ("keras:Model.compile", old, None, OUT, dropped_in)
        for old, dropped_in in {"class_mode": KERAS_1, "sample_weight_mode": PRIVATE, "target_tensors": PRIVATE}.items()
    ),
    ("keras.optimizers:Optimizer.__init__", "lr", keras.mend_rate, "learning_rate=", "Keras 3.0"),
    ("keras.callbacks:ModelCheckpoint.__init__", "period", None, 'save_freq="epoch"', "Keras 3.0"),
    ("keras.callbacks:ReduceLROnPlateau.__init__", "epsilon", "min_delta", "min_delta=", "Keras 3.0"),
    *(
        ("keras.callbacks:TensorBoard.__init__", old, None, OUT, "Keras 3.0")
        for old in ("write_grads", "batch_size", "embeddings_layer_names", "embeddings_data")
    ),
    ("keras.utils:to_categorical", "nb_classes", "num_classes", "num_classes=", KERAS_1),
    ("keras.datasets.imdb:load_data", "nb_words", "num_words", "num_words=", "Keras 2.4"),
    ("pandas:read_csv", "delim_whitespace", tables.mend_whitespace, r'sep=r"\s+"', "pandas 3.0"),
    ("pandas:read_csv", "error_bad_lines", tables.mend_bad_lines, 'on_bad_lines="skip"', "pandas 2.0"),
    ("pandas:read_csv", "warn_bad_lines", None, 'on_bad_lines="warn"', "pandas 2.0"),
    ("pandas:DataFrame.info", "null_counts", "show_counts", "show_counts=", "pandas 2.0"),
    ("pandas:DataFrame.to_csv", "line_terminator", "lineterminator", "lineterminator=", "pandas 2.0"),
    ("sklearn.preprocessing:OneHotEncoder.__init__", "sparse", "sparse_output", "sparse_output=", "scikit-learn 1.4"),
    *(
        (f"sklearn.linear_model:{name}.__init__", "normalize", None, "a StandardScaler before it", "scikit-learn 1.2")
        for name in ("LinearRegression", "Ridge", "Lasso", "ElasticNet")
    ),
    ("sklearn.linear_model:LogisticRegression.__init__", "multi_class", None, OUT, "scikit-learn 1.8"),
    ("seaborn:pairplot", "size", "height", "height=", "seaborn 0.11"),
    ("seaborn:jointplot", "size", "height", "height=", "seaborn 0.11"),
    ("seaborn:jointplot", "stat_func", None, OUT, "seaborn 0.11"),
    ("seaborn:lmplot", "size", "height", "height=", "seaborn 0.11"),
    ("seaborn:catplot", "size", "height", "height=", "seaborn 0.11"),
    ("seaborn:FacetGrid.__init__", "size", "height", "height=", "seaborn 0.11"),
    ("matplotlib.axes:Axes.hist", "normed", "density", "density=", "Matplotlib 3.1"),
    ("matplotlib.axes:Axes.grid", "b", "visible", "visible=", "Matplotlib 3.6"),
    ("matplotlib.pyplot:grid", "b", "visible", "visible=", "Matplotlib 3.6"),
    ("matplotlib.axes:Axes.boxplot", "labels", "tick_labels", "tick_labels=", "Matplotlib 3.11"),
    ("matplotlib.pyplot:boxplot", "labels", "tick_labels", "tick_labels=", "Matplotlib 3.11"),
)


def call_of(place: str) -> str:
    """What is called at a place, as one writes it."""
    return place.partition(":")[2].removesuffix(".__init__").replace("Model.", "model.")


def arguments() -> list[Rule]:
    """A row for each argument."""
    layers = [Rule(f"{old}= of a layer", today, KERAS_1, way) for old, today, way in LAYERS]
    others = [
        Rule(
            f"{call_of(place)}({old}=...)",
            today,
            dropped_in,
            argument(place, old, mend),
        )
        for place, old, mend, today, dropped_in in ARGUMENTS
    ]
    return layers + others


# -- Everything else ---------------------------------------------------------------------------------------------------

XY, GROUPED = ("x", "y"), ("x", "y", "hue", "data")
SAVE, LOAD = 'model.save("name.keras")', 'keras.models.load_model("name.keras")'
MEAN = ("corr", "cov", "mean", "median", "std", "var", "skew", "kurt", "quantile")
FITTED = ("RandomForestRegressor", "RandomForestClassifier", "ExtraTreesRegressor", "GradientBoostingRegressor")

OTHERS: tuple[Rule, ...] = (
    # Keras' layers and models
    Rule("input_shape= of a layer", INPUT, "Keras 3.0", keras.layer_argument("input_shape"), runs_as_is=True),
    Rule("input_dim= of a layer", INPUT, "Keras 3.0", keras.layer_argument("input_dim"), runs_as_is=True),
    Rule("input_length= of a layer", INPUT, "Keras 3.0", keras.layer_argument("input_length"), runs_as_is=True),
    Rule("LeakyReLU(alpha=...)", "negative_slope=", "Keras 3.0", keras.layer_argument("alpha"), runs_as_is=True),
    Rule(
        "batch_input_shape= of a layer",
        INPUT,
        "Keras 3.0",
        keras.layer_argument("batch_input_shape", mend=keras.mend_batch_shape),
    ),
    Rule("Model(input=..., output=...)", "Model(inputs=..., outputs=...)", KERAS_1, keras.mend_inputs),
    Rule(
        "ThresholdedReLU",
        "keras.layers.ReLU(threshold=...)",
        "Keras 3.0",
        missing("keras.layers", "ThresholdedReLU", "grader.inside.old_keras.thresholded_relu"),
    ),
    *(
        Rule(
            f"tf.keras.{kind}.{name}",
            f"keras.losses.{name}",
            "TensorFlow 2.16",
            missing(f"keras.{kind}", name, f"keras.losses.{name}"),
        )
        for kind in ("losses", "metrics")
        for name in set(LOSSES.values())
    ),
    Rule("layer.input_shape", "layer.input.shape", "Keras 3.0", keras.shape_of("input")),
    Rule("layer.output_shape", "layer.output.shape", "Keras 3.0", keras.shape_of("output")),
    Rule(
        "keras.preprocessing.image.*",
        "layers such as keras.layers.RandomFlip",
        "Keras 3.0",
        fallback(["keras.preprocessing.image"], "keras._tf_keras.keras.preprocessing.image"),
    ),
    Rule(
        "keras.preprocessing.sequence.*",
        "keras.utils.timeseries_dataset_from_array",
        "Keras 3.0",
        fallback(["keras.preprocessing.sequence"], "keras._tf_keras.keras.preprocessing.sequence"),
    ),
    # Training
    Rule(
        "optimizer(decay=...)",
        "keras.optimizers.schedules.InverseTimeDecay",
        "Keras 3.0",
        around(keras.with_decay, "keras.optimizers:Optimizer.__init__"),
        runs_as_is=True,
    ),
    Rule(
        "optimizer(learning_rate=1)",
        "learning_rate=1.0",
        "Keras 3.0",
        around(keras.float_rate, "keras.optimizers:Optimizer.__init__"),
    ),
    Rule("optimizer.lr", "optimizer.learning_rate", "Keras 3.0", keras.lend_rate),
    Rule("keras.optimizers.legacy", "keras.optimizers", "Keras 3.0", keras.lend_former_optimizers),
    Rule(
        'compile(metrics="accuracy")',
        'metrics=["accuracy"]',
        "Keras 3.0",
        around(keras.compile_mended, "keras:Model.compile"),
    ),
    Rule(
        'compile(optimizer, loss, ["accuracy"])',
        'metrics=["accuracy"]',
        "Keras 3.0",
        around(keras.metrics_third, "keras:Model.compile"),
    ),
    Rule(
        "tf.train.AdamOptimizer in compile()",
        "keras.optimizers.Adam",
        "TensorFlow 2.0",
        around(tensorflow.compile_for_keras, "keras:Model.compile"),
    ),
    Rule(
        "fit(steps_per_epoch=0.5 * n)",
        "steps_per_epoch=n // 2",
        "Keras 3.0",
        around(keras.whole_steps, "keras:Model.fit", "keras:Model.evaluate", "keras:Model.predict"),
    ),
    Rule(
        "model.fit_generator()", "model.fit()", "Keras 3.0", method("keras:Model", "fit_generator", keras.fit_generator)
    ),
    Rule(
        "model.evaluate_generator()",
        "model.evaluate()",
        "Keras 3.0",
        method("keras:Model", "evaluate_generator", keras.evaluate_generator),
    ),
    Rule(
        "model.predict_generator()",
        "model.predict()",
        "Keras 3.0",
        method("keras:Model", "predict_generator", keras.predict_generator),
    ),
    Rule(
        "model.predict_proba()",
        "model.predict()",
        "TensorFlow 2.6",
        method("keras:Model", "predict_proba", keras.predict_proba),
    ),
    Rule(
        "model.predict_classes()",
        "model.predict(x).argmax(axis=1), or > 0.5",
        "TensorFlow 2.6",
        method("keras:Model", "predict_classes", keras.predict_classes),
    ),
    Rule(
        'history.history["acc"] of metrics=["accuracy"]',
        "the name that compile() was given",
        "Keras 2.3",
        keras.answer_to_both_names,
    ),
    # Files
    Rule(
        'model.save("name")',
        SAVE,
        "Keras 3.0",
        around(
            partial(keras.save_as, keras.MODELS),
            "keras:Model.save",
            "keras.models:save_model",
            "keras.saving:save_model",
        ),
    ),
    Rule(
        'model.save_weights("name.h5")',
        'model.save_weights("name.weights.h5")',
        "Keras 3.0",
        around(partial(keras.save_as, keras.WEIGHTS), "keras:Model.save_weights"),
    ),
    Rule(
        'load_model("name")',
        LOAD,
        "Keras 3.0",
        around(partial(keras.load_from, (".keras",)), "keras.models:load_model", "keras.saving:load_model"),
    ),
    Rule(
        'load_weights("name.h5")',
        'model.load_weights("name.weights.h5")',
        "Keras 3.0",
        around(partial(keras.load_from, (".weights.h5", ".keras")), "keras:Model.load_weights"),
    ),
    Rule(
        'ModelCheckpoint("name.hdf5")',
        'ModelCheckpoint("name.keras")',
        "Keras 3.0",
        around(keras.checkpoint, "keras.callbacks:ModelCheckpoint.__init__"),
    ),
    # Backend and TensorFlow
    Rule("tensorflow.python.keras", "tensorflow.keras", "TensorFlow 2.16", rewritten(InnerKeras)),
    Rule("K.*", "its like in keras.ops", "Keras 3.0", fallback(["keras.backend"], "keras.src.legacy.backend")),
    Rule(
        "K.function()",
        "keras.Model(inputs, outputs)",
        "Keras 3.0",
        missing("keras.backend", "function", "grader.inside.old_keras.function"),
    ),
    Rule(
        "K.set_image_dim_ordering()",
        "keras.config.set_image_data_format()",
        "Keras 2.4",
        missing("keras.backend", "set_image_dim_ordering", "grader.inside.old_keras.set_image_dim_ordering"),
    ),
    Rule(
        "K.image_dim_ordering()",
        "keras.config.image_data_format()",
        "Keras 2.4",
        missing("keras.backend", "image_dim_ordering", "grader.inside.old_keras.image_dim_ordering"),
    ),
    Rule("K.set_session()", OUT, "TensorFlow 2.0", missing("keras.backend", "set_session", lambda: keras.nothing)),
    Rule(
        "K.get_session()",
        OUT,
        "TensorFlow 2.0",
        missing("keras.backend", "get_session", "tensorflow.compat.v1.Session"),
    ),
    Rule(
        "K.set_learning_phase()",
        "training= of the call",
        "Keras 3.0",
        missing("keras.backend", "set_learning_phase", lambda: keras.nothing),
    ),
    Rule(
        "K.learning_phase()",
        "training= of the call",
        "Keras 3.0",
        missing("keras.backend", "learning_phase", lambda: keras.nothing),
    ),
    Rule("tf.*", "tf.compat.v1.*", "TensorFlow 2.0", fallback(["tensorflow"], "tensorflow.compat.v1")),
    *(
        Rule(
            f"tf.{name}.*",
            f"tf.compat.v1.{name}.*",
            "TensorFlow 2.0",
            fallback([f"tensorflow._api.v2.{name}"], f"tensorflow._api.v2.compat.v1.{name}"),
        )
        for name in ("train", "nn", "image", "random", "math", "summary", "io", "test")
    ),
    Rule(
        "tf.placeholder()",
        "a Keras model",
        "TensorFlow 2.0",
        missing("tensorflow", "placeholder", tensorflow.placeholder),
    ),
    # scikit-learn
    Rule(
        "sklearn.datasets.load_boston()",
        "keras.datasets.boston_housing.load_data()",
        "scikit-learn 1.2",
        missing("sklearn.datasets", "load_boston", "grader.inside.old_tables.load_boston"),
    ),
    Rule(
        "mean_squared_error(squared=False)",
        "root_mean_squared_error()",
        "scikit-learn 1.6",
        around(tables.root, "sklearn.metrics:mean_squared_error"),
    ),
    Rule(
        'criterion="mse" of a forest',
        'criterion="squared_error"',
        "scikit-learn 1.2",
        around(
            tables.in_words,
            *(f"sklearn.ensemble:{name}.__init__" for name in FITTED),
            "sklearn.tree:DecisionTreeRegressor.__init__",
            "sklearn.linear_model:SGDClassifier.__init__",
        ),
    ),
    Rule(
        "sklearn.preprocessing.Imputer",
        "sklearn.impute.SimpleImputer",
        "scikit-learn 0.22",
        missing("sklearn.preprocessing", "Imputer", "grader.inside.old_tables.simple_imputer"),
    ),
    Rule(
        "get_feature_names()",
        "get_feature_names_out()",
        "scikit-learn 1.2",
        method("sklearn.feature_extraction.text:CountVectorizer", "get_feature_names", tables.get_names),
    ),
    *(
        Rule(
            f"sklearn.metrics.{old}()",
            f"{display}.from_estimator()",
            "scikit-learn 1.2",
            missing("sklearn.metrics", old, partial(tables.plot_of, display)),
        )
        for old, display in {
            "plot_confusion_matrix": "ConfusionMatrixDisplay",
            "plot_roc_curve": "RocCurveDisplay",
        }.items()
    ),
    # pandas
    *(
        Rule(f"{cls}.append()", "pd.concat([a, b])", "pandas 2.0", method(f"pandas:{cls}", "append", tables.append))
        for cls in ("DataFrame", "Series")
    ),
    Rule("DataFrame.ix", ".loc or .iloc", "pandas 1.0", tables.lend_ix),
    Rule(
        "DataFrame.as_matrix()",
        ".to_numpy()",
        "pandas 1.0",
        method("pandas:DataFrame", "as_matrix", lambda table: table.to_numpy()),
    ),
    *(
        Rule(
            f"{cls}.iteritems()",
            ".items()",
            "pandas 2.0",
            method(f"pandas:{cls}", "iteritems", lambda table: table.items()),
        )
        for cls in ("DataFrame", "Series")
    ),
    Rule(
        "DataFrame.applymap()",
        ".map()",
        "pandas 3.0",
        method("pandas:DataFrame", "applymap", lambda table, *args, **kwargs: table.map(*args, **kwargs)),
    ),
    Rule(
        "Series.ravel()",
        ".to_numpy()",
        "pandas 3.0",
        method("pandas:Series", "ravel", lambda column: column.to_numpy()),
    ),
    Rule(
        "Series.mad()",
        "(column - column.mean()).abs().mean()",
        "pandas 2.0",
        method("pandas:Series", "mad", lambda column: (column - column.mean()).abs().mean()),
    ),
    Rule(
        "pd.value_counts()",
        "column.value_counts()",
        "pandas 3.0",
        missing("pandas", "value_counts", lambda: tables.value_counts),
    ),
    Rule(
        "fillna(method=...)",
        ".ffill() or .bfill()",
        "pandas 3.0",
        around(tables.fill, "pandas:DataFrame.fillna", "pandas:Series.fillna"),
    ),
    Rule('drop("MEDV", 1)', 'drop(columns="MEDV")', "pandas 2.0", around(tables.drop_axis, "pandas:DataFrame.drop")),
    Rule(
        "corr() of a table with words",
        "corr(numeric_only=True)",
        "pandas 2.0",
        around(tables.numbers_only, *(f"pandas:DataFrame.{name}" for name in MEAN)),
    ),
    Rule(
        "replace() of words by numbers",
        ".map({...})",
        "pandas 3.0",
        around(tables.words_to_numbers, "pandas:Series.replace", "pandas:DataFrame.replace"),
    ),
    Rule('df["x"][rows] = 0', 'df.loc[rows, "x"] = 0', "pandas 3.0", rewritten(ColumnItems)),
    Rule('df["x"].fillna(0, inplace=True)', 'df["x"] = df["x"].fillna(0)', "pandas 3.0", rewritten(ColumnInPlace)),
    # seaborn and Matplotlib
    Rule(
        "sns.distplot()",
        "sns.histplot(column, kde=True)",
        "seaborn 0.14",
        around(tables.noted, "seaborn:distplot"),
        runs_as_is=True,
    ),
    *(
        Rule(
            f"sns.{name}(x, y)",
            f"sns.{name}(x=x, y=y)",
            "seaborn 0.12",
            around(tables.by_place(*places), f"seaborn:{name}"),
        )
        for names, places in {
            (
                "barplot",
                "boxplot",
                "violinplot",
                "stripplot",
                "swarmplot",
                "pointplot",
                "countplot",
                "catplot",
            ): GROUPED,
            ("scatterplot", "lineplot", "relplot"): XY,
            ("regplot", "residplot", "lmplot", "jointplot"): (*XY, "data"),
            ("kdeplot",): XY,
        }.items()
        for name in names
    ),
    Rule(
        'plt.style.use("seaborn")',
        'plt.style.use("seaborn-v0_8")',
        "Matplotlib 3.8",
        around(tables.style_of_seaborn, "matplotlib.style:use"),
    ),
    Rule(
        "gca(projection=...)",
        "add_subplot(projection=...)",
        "Matplotlib 3.7",
        around(tables.current_axes, "matplotlib.pyplot:gca", "matplotlib.figure:Figure.gca"),
    ),
    Rule("fig.canvas.set_window_title()", "plt.title()", "Matplotlib 3.6", tables.title_of_window),
)


RULES: tuple[Rule, ...] = (*modules(), *names(), *arguments(), *OTHERS)


def install() -> None:
    """Put every row into this process."""
    imports.last_resort.makers.append(old_module)
    imports.after_import("pandas", tables.words_are_objects)
    for rule in RULES:
        rule.way(rule)

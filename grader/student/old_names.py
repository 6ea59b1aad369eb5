"""A line of code -> names in it that today's libraries no longer have, found without importing any of them.

The run knows some three hundred of them; these are the ones that notebooks use most.
"""

import re
from collections.abc import Iterator

LATEST: tuple[tuple[str, str, str], ...] = (
    # A pattern; the old name; what to write today.
    (r"\b(?:SGD|Adam\w*|RMSprop|Adagrad|Nadam|Adadelta)\((?!\w+\.parameters).*\blr\s*=", "lr=", "learning_rate="),
    (r"\bnp_utils\b", "keras.utils.np_utils", "keras.utils"),
    (r"\.predict_classes\(", "model.predict_classes()", "model.predict(x).argmax(axis=1)"),
    (r"\.predict_proba\(", "model.predict_proba()", "model.predict(x)"),
    (r"\bload_boston\b", "sklearn.datasets.load_boston()", "keras.datasets.boston_housing.load_data()"),
    (r"\bmaxnorm\b", "keras.constraints.maxnorm", "keras.constraints.MaxNorm"),
    (r"\bnb_epoch\s*=", "nb_epoch=", "epochs="),
    (r"\.fit_generator\(", "model.fit_generator()", "model.fit()"),
    (r"\.evaluate_generator\(", "model.evaluate_generator()", "model.evaluate()"),
    (
        r"\bkeras\.layers\.(?:core|convolutional|normalization|pooling|embeddings|recurrent|advanced_activations)\b",
        "keras.layers.core and the like",
        "keras.layers",
    ),
    (r"\bset_image_dim_ordering\b", "K.set_image_dim_ordering()", 'K.set_image_data_format("channels_last")'),
    (r"\bkeras\.wrappers\.scikit_learn\b", "keras.wrappers.scikit_learn", "keras.wrappers.SKLearnClassifier"),
    (r"\bkeras\.preprocessing\.text\b", "keras.preprocessing.text", "keras.layers.TextVectorization"),
    (r"\bnp\.(?:int|float|object|bool)\b(?!_)", "np.int, np.float and the like", "int, float"),
    (r"\.ix\[", "df.ix[]", "df.loc[] or df.iloc[]"),
    (r"\bsns\.distplot\(", "sns.distplot()", "sns.histplot(column, kde=True)"),
)
PATTERNS = tuple((re.compile(pattern), old, today) for pattern, old, today in LATEST)


def old_names_in(source: str) -> Iterator[tuple[int, str, str]]:
    """Line from 1, old name, and what to write today, of each that a cell uses."""
    for number, line in enumerate(source.splitlines(), start=1):
        code = line.partition("#")[0]
        yield from ((number, old, today) for pattern, old, today in PATTERNS if pattern.search(code))

import pytest

from grader.records import Choice
from grader.viva.case import Case
from grader.viva.code import line
from grader.viva.question import Question

from . import samples_for_viva as samples


def asked_of(*cells: str, starter: frozenset[str] = frozenset()) -> list[Question]:
    assignment = samples.sheet()
    case = Case(
        assignment=assignment,
        network="your network",
        model=samples.trained(assignment),
        choice=Choice(network="cnn"),
        cells=list(cells),
        starter=starter,
    )
    return list(line(case))


def test_a_line_is_quoted_with_its_place_and_its_own_arguments():
    (question,) = asked_of("x = 1", "import keras\nstop = keras.callbacks.EarlyStopping(patience=4)\n")
    assert question.text == "What does line 2 of cell 2 do, and what breaks without it?"
    assert question.code == "stop = keras.callbacks.EarlyStopping(patience=4)"
    assert "val_loss (the default) has not improved for so many epochs: 4." in question.expected
    assert question.based_on == "cell 2, line 2"


def test_lines_of_the_starter_are_not_asked_about():
    code = "x = x.reshape(-1, 784)\ny = to_categorical(y)"
    asked = asked_of(code, starter=frozenset({"y = to_categorical(y)"}))
    assert [question.code for question in asked] == ["x = x.reshape(-1, 784)"]


@pytest.mark.parametrize(
    "code",
    [
        "scaler.fit(x)",  # not the training of a network
        "vectorizer = TfidfVectorizer()\nx = vectorizer.fit_transform(texts)",  # learns no mean
        "layers.Dropout(*rates)",
        "frobnicate(x)",
        "model.compile()",
        "x / 2",
        "model.fit(",
        "%matplotlib inline",
        "f(" * 500 + ")" * 500,
    ],
)
def test_what_cannot_be_explained_is_not_asked(code: str):
    assert asked_of(code) == []


def test_a_scaler_is_known_by_its_making():
    asked = asked_of("s = StandardScaler()", "x = s.fit_transform(x)\nt = s.transform(t)")
    assert [question.based_on for question in asked] == ["cell 2, line 1", "cell 2, line 2"]


def test_a_cell_with_magics_keeps_its_line_numbers():
    (question,) = asked_of("%cd data\n!pip install keras\nx = x / 255.0")
    assert question.based_on == "cell 1, line 3"


def test_a_call_over_several_lines_is_asked_about_where_its_name_stands():
    (question,) = asked_of("model.fit(\n    x,\n    y,\n    epochs=3,\n)")
    assert question.code == "model.fit("
    assert "3 epochs in batches of 32 (the default) rows" in question.expected

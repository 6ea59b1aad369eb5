import pytest

from grader.courses.sheet import Limits
from grader.inside.models import MOST_MODELS
from grader.judging.choose import choose
from grader.pipeline import Desk
from grader.running.execute import Recording, execute
from tests.conftest import notebook_of

CELLS = [
    """import gc, weakref, keras, numpy as np
x, y = np.random.rand(64, 28, 28), np.arange(64) % 10
def build(units=10, shape=(28, 28)):
    layers = [keras.Input(shape), keras.layers.Flatten(), keras.layers.Dense(units, activation="softmax")]
    model = keras.Sequential(layers)
    model.compile(loss="sparse_categorical_crossentropy")
    return model""",
    "searched = build(units=11)\nfirst = weakref.ref(searched)\nfor turn in range(69):\n    searched = build(units=11)",
    """class Net:
    def __init__(self):
        self.model = build()
    def train(self):
        return self.model.fit(x, y, epochs=1, verbose=0)
net = Net()
net.train()""",
    "models = [build(12), build(13)]\nby_name = {'deep': build(14)}",
    "gc.collect()\nassert first() is None",
    "model = build()\nmodel.fit(x, y, epochs=1, verbose=0)\nmodel = build(15)",
    """try:
    keras.datasets.cifar10.load_data()
except FileNotFoundError:
    stale = build()
    stale.fit(x, y, epochs=1, verbose=0)""",
    """class Own(keras.Model):
    def __init__(self):
        super().__init__()
        self.out = keras.layers.Dense(10)
    def call(self, rows):
        return self.out(keras.ops.reshape(rows, (-1, 784)))
own = Own()
own.compile(loss="mse")
own.fit(x, np.eye(10)[y], epochs=1, verbose=0)
copy = keras.models.clone_model(net.model)
features = keras.Model(net.model.inputs, net.model.layers[0].output)""",
]


@pytest.fixture(scope="module")
def played(desk: Desk) -> Recording:
    """A notebook that makes a great many models, in every manner."""
    return execute(notebook_of(*CELLS), {}, desk.sandbox, Limits(wall_seconds=300))


def test_models_in_objects_lists_and_dictionaries_have_the_names_that_one_would_write(played: Recording):
    assert [cell.error for cell in played.cells if cell.error] == []
    units = {model.variable: model.output_shape and model.output_shape[-1] for model in played.models}
    assert (units["net.model"], units["models[0]"], units["models[1]"], units["by_name['deep']"]) == (10, 12, 13, 14)
    assert {"own", "copy", "features"} <= set(units)


def test_a_model_that_was_overwritten_by_one_of_the_same_name_is_known_with_its_training(played: Recording):
    alike = [model for model in played.models if model.cell == 6]
    assert [(len(model.fits), model.output_shape and model.output_shape[-1]) for model in alike] == [(1, 10), (0, 15)]


def test_of_a_great_many_models_the_oldest_without_a_name_are_let_go(played: Recording):
    assert len(played.models) <= MOST_MODELS
    assert int(played.models[-1].id.removeprefix("model-")) > 70
    assert "Those of the oldest were let go." in played.substitutes[0].sentence


def test_a_training_after_a_data_set_that_is_not_served_is_marked(played: Recording):
    others = {model.variable: model.fits[0].other_data for model in played.models if model.fits}
    assert (others["stale"], others["net.model"]) == ("cifar10", None)
    assert all(model.other_data is None for model in played.models if model.cell == 6)


def test_the_model_that_a_person_would_take_is_taken(played: Recording, desk: Desk):
    (choice,) = choose([model for model in played.models if model.variable != "own"], desk.assignment)
    taken = next(model for model in played.models if model.id == choice.model)
    assert (taken.cell, len(taken.fits)) == (6, 1)
    assert "cifar10, which is not served" in choice.because

import pytest

from grader.courses.course import Course, bundled
from grader.judging.arithmetic import UnknownLayerError, replay, reproduces
from grader.records import Layer
from grader.viva.bank import documented

from . import samples_for_viva as samples

NAMES = ["boston", "cifar10", "fashion-mnist", "imdb", "mnist"]


def layer(class_name: str, **settings: object) -> Layer:
    return Layer.model_validate({"name": "x", "class_name": class_name, "parameters": 0, "settings": settings})


@pytest.mark.parametrize("name", NAMES)
def test_the_first_documented_networks_are_reproduced(name: str):
    assignment = Course(bundled()).assignment(name)
    for network in assignment.networks:
        assert reproduces(documented(network, network.documented_models[0], assignment))


@pytest.mark.parametrize(
    ("shape", "row"),
    [
        ((28, 28, 1), layer("Lambda")),
        ((28, 28, 1), layer("Conv2D", filters=8)),  # no kernel
        ((28, 28, 1), layer("Conv2D", filters=8, kernel_size=[3, 3], dilation_rate=[2, 2])),
        ((28, 28, 1), layer("Conv2D", filters=8, kernel_size=[3, 3], padding="causal")),
        ((2, 2, 1), layer("Conv2D", filters=8, kernel_size=[3, 3])),  # nothing would be left
        ((784,), layer("Conv2D", filters=8, kernel_size=[3, 3])),
        ((784,), layer("GlobalAveragePooling2D")),
        ((784,), layer("Reshape", target_shape=[28, 27])),
        ((784,), layer("Dense", units="many")),
        ((784,), layer("Reshape", target_shape=784)),
        ((), layer("Dense", units=10)),
        ((), layer("BatchNormalization")),
    ],
)
def test_what_is_not_known_is_not_guessed(shape: tuple[int, ...], row: Layer):
    with pytest.raises(UnknownLayerError):
        replay(shape, [row])


def test_a_bias_is_what_keras_takes_for_one():
    for given in (True, 7, [1]):
        assert replay((784,), [layer("Dense", units=10, use_bias=given)])[0].parameters == 7_850


def test_a_network_whose_layers_are_no_chain_is_not_reproduced():
    model = samples.trained(samples.sheet())
    twice = [*model.layers, model.layers[0]]
    assert not reproduces(model.model_copy(update={"layers": twice}))
    assert not reproduces(model.model_copy(update={"parameters": model.parameters + 1}))
    assert not reproduces(model.model_copy(update={"input_shape": (None, None, 1)}))

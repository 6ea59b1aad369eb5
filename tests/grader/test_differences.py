import pytest

from grader.courses.course import Course, bundled
from grader.courses.sheet import Network
from grader.judging.arithmetic import altered, replay
from grader.judging.differences import changes, counted, explain, inserted
from grader.judging.documented import documented_layers
from grader.records import Layer

COURSE = Course(bundled())
FASHION = COURSE.assignment("fashion-mnist").network
ROW = (28, 28, 1)
KNOWN = documented_layers(FASHION.documented_models[0], ROW)


def causes(total: int, layers: list[Layer] | None = None, network: Network = FASHION) -> list[str]:
    found = explain(total, layers or [], network)
    return list(found.causes) if found else []


def told(layers: list[Layer]) -> list[str]:
    """The causes that are found for a network of these layers."""
    own = replay(ROW, layers)
    return causes(sum(layer.parameters for layer in own), own)


def test_the_number_of_a_network_with_one_batch_normalization_is_explained():
    assert causes(241_674) == ["It is as if a BatchNormalization stood after the first Conv2D."]


def test_the_documented_number_needs_no_explanation():
    assert explain(241_546, [], FASHION) is None
    assert explain(116_859, [], FASHION) is None


def test_one_more_pooling_is_told_by_the_inputs_of_the_dense_layer():
    layers = inserted(KNOWN, 6, "MaxPooling2D", pool_size=[2, 2], strides=[2, 2], padding="valid")
    (cause,) = told(layers)
    assert cause.startswith("Dense expects 1,152 inputs, yours has 128: as if one more 2 x 2 pooling had been applied")
    assert cause.endswith(" after the third Conv2D.")


def test_a_pooling_less_is_told_by_the_inputs_of_the_dense_layer():
    without = [layer for number, layer in enumerate(KNOWN) if number != 4]
    assert told(without)[0] == (
        "Dense expects 1,152 inputs, yours has 10,368: as if the second MaxPooling2D were missing."
    )


@pytest.mark.parametrize(
    ("at", "settings", "words"),
    [
        (0, {"filters": 31}, "It is as if the first Conv2D had 31 filters instead of 32."),
        (3, {"padding": "same"}, 'yours has 2,048: as if the second Conv2D had padding="same".'),
        (3, {"kernel_size": [5, 5]}, "yours has 512: as if the second Conv2D had a 5 x 5 kernel."),
        (8, {"units": 100}, "as if the first Dense had 100 units instead of 128."),
        (8, {"use_bias": False}, "It is as if the first Dense had use_bias=False."),
    ],
)
def test_a_single_setting_is_named(at: int, settings: dict[str, int], words: str):
    assert any(cause.endswith(words) for cause in told(altered(KNOWN, at, **settings)))


def test_a_network_of_ones_own_is_not_explained():
    own = [
        layer.model_copy(update={"settings": {**layer.settings, "filters": 7, "units": 9}})
        for layer in KNOWN
        if layer.class_name != "Dropout"
    ]
    assert told(own) == []


@pytest.mark.parametrize("name", ["boston", "cifar10", "imdb", "mnist"])
def test_each_networks_own_changes_are_found_again(name: str):
    for network in COURSE.assignment(name).networks:
        shape = tuple(axis or 0 for axis in network.input_shapes[0])
        layers = documented_layers(network.documented_models[0], shape)
        for change in list(changes(layers, (48,)))[::5]:
            after = counted(change.layers, shape)
            if after is None:
                continue
            total, own = sum(layer.parameters for layer in after), replay(shape, change.layers)
            alike = total in {model.parameters for model in network.documented_models}
            assert alike or causes(total, own, network), change.words

"""Tests of grader/pages/layer_table.py."""

from grader.courses.sheet import DocumentedLayer, DocumentedModel
from grader.pages.layer_table import align, compare_layers
from grader.records import Layer

from . import samples_for_reports as samples


def layer(kind: str, units: int, parameters: int, activation: str | None = None) -> Layer:
    shape = (None, units)
    return Layer(name="x", class_name=kind, output_shape=shape, parameters=parameters, activation=activation)


def written(kind: str, units: int, parameters: int, activation: str | None = None) -> DocumentedLayer:
    return DocumentedLayer(class_name=kind, output_shape=(units,), parameters=parameters, activation=activation)


def verdicts(layers: list[Layer], documented: list[DocumentedLayer]) -> list[str]:
    return [pair.verdict for pair in align(layers, documented)[1]]


def test_rows_say_what_differs():
    sample = samples.weak()
    comparison = compare_layers(sample.evidence.models[0], sample.assignment.network.documented_models)
    assert [pair.verdict for pair in comparison.pairs][:6] == [
        "differs: shape, parameters",
        "differs: shape",
        "only in document",
        "differs: activation, parameters",
        "same",
        "only in notebook",
    ]


def test_one_layer_more_does_not_shift_the_others():
    document = [written("Dense", 64, 832, "relu"), written("Dense", 1, 65)]
    notebook = [layer("Dense", 64, 832, "relu"), layer("Dropout", 64, 0), layer("Dense", 1, 65)]
    assert verdicts(notebook, document) == ["same", "only in notebook", "same"]
    assert verdicts(notebook[:1], document) == ["same", "only in document"]


def test_layers_of_different_classes_never_share_a_row():
    assert sorted(verdicts([layer("LSTM", 8, 1)], [written("GRU", 8, 1)])) == ["only in document", "only in notebook"]


def test_likeness_is_1_for_the_same_network_and_0_for_nothing_in_common():
    document = [written("Dense", 64, 832, "relu"), written("Dense", 1, 65)]
    assert align([layer("Dense", 64, 832, "relu"), layer("Dense", 1, 65)], document)[0] == 1
    assert align([layer("Flatten", 784, 0)], document)[0] == 0
    assert align([], document)[0] == 0


def test_an_activation_that_the_document_leaves_open_does_not_differ():
    assert verdicts([layer("Dense", 1, 65, "linear")], [written("Dense", 1, 65)]) == ["same"]


def test_a_layer_of_unknown_shape_does_not_differ_in_shape():
    unknown = layer("Dense", 1, 65).model_copy(update={"output_shape": None})
    assert verdicts([unknown], [written("Dense", 1, 65)]) == ["same"]


def test_the_input_layer_has_no_row():
    model = samples.good().evidence.models[0]
    first = Layer(name="input", class_name="InputLayer", output_shape=(None, 28, 28, 1), parameters=0)
    functional = model.model_copy(update={"layers": [first, *model.layers]})
    comparison = compare_layers(functional, samples.good().assignment.network.documented_models)
    assert {pair.verdict for pair in comparison.pairs} == {"same"}


def test_a_model_is_compared_with_the_documented_one_that_it_resembles():
    sample = samples.weak()
    layers = [written(kind, *shape, count, activation) for kind, shape, count, activation in samples.DENSE]
    dense = DocumentedModel(name="dense", title="Dense", parameters=50_890, epochs=1, layers=layers)
    documented = [*sample.assignment.network.documented_models, dense]
    comparison = compare_layers(sample.evidence.models[1], documented)
    assert comparison.documented == dense
    assert {pair.verdict for pair in comparison.pairs} == {"same"}


def test_a_model_unlike_the_documented_ones_is_shown_without_verdicts():
    sample = samples.weak()
    comparison = compare_layers(sample.evidence.models[1], sample.assignment.network.documented_models)
    assert not comparison.alike
    assert comparison.documented == sample.assignment.network.documented_models[0]
    assert {pair.verdict for pair in comparison.pairs} == {""}


def test_where_there_is_no_model_or_no_document_the_other_is_shown():
    sample = samples.good()
    alone = compare_layers(sample.evidence.models[0], [])
    assert [pair.layer for pair in alone.pairs] == sample.evidence.models[0].layers
    missing = compare_layers(None, sample.assignment.network.documented_models)
    assert [pair.documented for pair in missing.pairs] == sample.assignment.network.documented_models[0].layers
    assert not alone.alike
    assert not missing.alike

from grader.choose import choose
from grader.records import Choice, Model
from grader.sheet import Assignment, Network

from . import samples_for_reports as samples

CNN: Network = samples.assignment().network.model_copy(update={"required_layers": {"Conv2D": 2}})
SHALLOW = CNN.model_copy(
    update={"name": "shallow", "title": "the shallow network", "required_layers": {}, "most_layers": {"Conv2D": 0}}
)
ONE: Assignment = samples.assignment().model_copy(update={"networks": [CNN]})
TWO: Assignment = samples.assignment().model_copy(update={"networks": [SHALLOW, CNN]})


def model(number: int, rows: list, *cells: int | None, outputs: int = 10, **fields: object) -> Model:
    """A model that was trained in these cells."""
    fit = samples.good().evidence.models[0].fits[0]
    fits = [fit.model_copy(update={"cell": cell}) for cell in cells]
    made = samples.model(rows, id=f"model-{number}", fits=fits, **fields)
    return made.model_copy(update={"output_shape": (None, outputs)})


def chosen(*models: Model) -> str | None:
    return choose(list(models), ONE)[0].model


def test_a_notebook_without_a_model_has_none_and_says_so():
    assert choose([], ONE) == [Choice(network="cnn", because="The notebook made no Keras model.")]


def test_the_only_model_is_taken_whatever_it_is_like():
    (found,) = choose([model(1, samples.DENSE, outputs=3, variable="net")], ONE)
    assert (found.model, found.because) == ("model-1", "`net` is the only model in the notebook.")


def test_the_model_with_the_sheets_outputs_goes_before_one_trained_later():
    assert chosen(model(1, samples.CNN, 3), model(2, samples.CNN, 9, outputs=2)) == "model-1"


def test_a_trained_model_goes_before_one_that_was_only_built():
    assert chosen(model(1, samples.DENSE, 3), model(2, samples.CNN)) == "model-1"


def test_a_model_with_the_layers_asked_for_goes_before_a_plain_one_trained_later():
    assert chosen(model(1, samples.CNN, 3), model(2, samples.DENSE, 9)) == "model-1"


def test_among_equals_the_one_trained_last_counts_and_then_the_one_made_last():
    assert chosen(model(1, samples.CNN, 3, 8), model(2, samples.CNN, 5)) == "model-1"
    assert chosen(model(9, samples.CNN, None), model(10, samples.CNN, None)) == "model-10"


def test_the_reason_names_the_model_and_what_speaks_for_it():
    why = choose([model(1, samples.CNN, 3, variable="cnn"), model(2, samples.DENSE)], ONE)[0].because
    assert why.startswith(
        "Of 2 models `cnn` was taken: its last layer has 10 outputs, it was trained, it has the layers"
    )


def test_a_model_that_was_never_built_has_no_outputs_and_can_still_be_chosen():
    unbuilt = model(1, samples.DENSE).model_copy(update={"output_shape": None, "layers": []})
    assert choose([unbuilt, unbuilt.model_copy(update={"id": "model-2"})], ONE)[0].because.count("nothing else") == 1


def test_two_networks_are_told_apart_by_their_layers_whatever_they_are_called():
    made = [model(1, samples.CNN, 3, variable="shallow"), model(2, samples.DENSE, 5, variable="cnn")]
    assert [choice.model for choice in choose(made, TWO)] == ["model-2", "model-1"]
    assert [choice.model for choice in choose(made[::-1], TWO)] == ["model-2", "model-1"]


def test_a_model_answers_one_network_at_most():
    shallow, cnn = choose([model(1, samples.CNN, 3)], TWO)
    assert (shallow.model, cnn.model) == (None, "model-1")
    assert "the shallow network is missing" in shallow.because


def test_of_several_models_of_a_kind_the_one_trained_last_counts():
    made = [model(1, samples.CNN, 3), model(2, samples.CNN, 5), model(3, samples.DENSE, 7)]
    assert [choice.model for choice in choose(made, TWO)] == ["model-3", "model-2"]

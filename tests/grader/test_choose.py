import pytest

from grader.courses.sheet import Assignment, Network
from grader.errors import UsageError
from grader.judging.choose import choose, with_named
from grader.records import Choice, Model

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


def test_the_reason_names_the_model_and_what_it_has_that_others_have_not():
    models = [
        model(1, samples.CNN, 3, variable="cnn"),
        model(2, samples.CNN, 2),
        model(3, samples.DENSE, 9, variable="mlp"),
    ]
    assert choose(models, ONE)[0].because == (
        "Of 3 models `cnn` was taken: it has the layers that the sheet asks for; among equals, it was trained last. "
        "`mlp` was trained later, but it lacks layers of the sheet."
    )


def test_a_model_that_was_never_built_has_no_outputs_and_can_still_be_chosen():
    unbuilt = model(1, samples.DENSE).model_copy(update={"output_shape": None, "layers": []})
    because = choose([unbuilt, unbuilt.model_copy(update={"id": "model-2"})], ONE)[0].because
    assert because.endswith("they are alike in what the sheet asks for, and it was made last.")


# -- The manners of the field ------------------------------------------------------------------------------------------


def without_shapes(made: Model, units: int) -> Model:
    """As a class of the notebook's own is recorded."""
    last = made.layers[-1].model_copy(update={"settings": {"units": units}})
    return made.model_copy(update={"input_shape": None, "output_shape": None, "layers": [*made.layers[:-1], last]})


def test_a_model_for_rows_of_another_shape_does_not_answer():
    other = model(2, samples.CNN, 9).model_copy(update={"input_shape": (None, 32, 32, 3)})
    assert chosen(model(1, samples.DENSE, 3), other) == "model-1"


def test_a_model_that_was_made_for_another_assignment_answers_nothing_here_while_there_is_another():
    other = model(2, samples.DENSE, other_data="cifar10")
    choices = choose([model(1, samples.CNN, 3), other], TWO)
    assert [choice.model for choice in choices] == [None, "model-1"]
    assert choose([other], ONE)[0].model == "model-2"


def test_a_model_trained_on_what_was_left_over_from_another_data_set_does_not_answer():
    stale = model(2, samples.CNN, 9, variable="model")
    stale = stale.model_copy(update={"fits": [stale.fits[0].model_copy(update={"other_data": "cifar10"})]})
    (found,) = choose([model(1, samples.CNN, 3, variable="model"), stale], ONE)
    assert found.model == "model-1"
    assert found.because.endswith(
        "`model` (model-2) was trained later, but the notebook had just asked for cifar10, which is not served."
    )


def test_a_trained_class_of_the_notebooks_own_goes_before_a_model_that_was_only_built():
    assert chosen(without_shapes(model(1, samples.CNN, 3), 10), model(2, samples.CNN)) == "model-1"
    assert chosen(without_shapes(model(1, samples.CNN, 3), 2), model(2, samples.CNN)) == "model-2"


def test_a_training_that_failed_at_once_is_none_and_one_without_budget_is_one():
    broken, late = (model(2, samples.CNN, 9) for _ in range(2))
    fit = broken.fits[0].model_copy(update={"epochs_granted": 0, "stopped": "error"})
    assert chosen(model(1, samples.CNN, 3), broken.model_copy(update={"fits": [fit]})) == "model-1"
    fit = fit.model_copy(update={"stopped": "budget"})
    assert chosen(model(1, samples.CNN, 3), late.model_copy(update={"fits": [fit]})) == "model-2"


def test_a_model_created_anew_and_not_trained_a_clone_and_a_part_do_not_answer():
    trained = model(1, samples.CNN, 3, variable="model")
    part = model(4, samples.CNN[:2], outputs=32, variable="features")
    assert chosen(trained, model(2, samples.CNN, variable="model"), model(3, samples.CNN), part) == "model-1"


def test_a_model_for_a_task_of_another_kind_does_not_answer():
    wrong = model(2, samples.CNN, 9)
    last = wrong.layers[-1].model_copy(update={"activation": "linear"})
    compiled = wrong.compiled and wrong.compiled.model_copy(update={"loss": "mse"})
    wrong = wrong.model_copy(update={"layers": [*wrong.layers[:-1], last], "compiled": compiled})
    assert chosen(model(1, samples.CNN, 3), wrong) == "model-1"


# -- What the teacher names --------------------------------------------------------------------------------------------

NAMED = [
    model(1, samples.CNN, 3, variable="cnn"),
    model(2, samples.DENSE, variable="ann"),
    model(3, samples.CNN, 9, variable="cnn"),
]


@pytest.mark.parametrize(("name", "taken"), [("ann", "model-2"), ("model-1", "model-1"), ("cnn", "model-3")])
def test_the_teacher_names_a_model_by_its_variable_or_its_number(name: str, taken: str):
    (found,) = choose(NAMED, with_named(ONE, [name]))
    assert found.model == taken
    assert found.because.endswith(" was taken because the teacher named it.")


def test_a_name_that_is_not_there_leaves_the_choice_and_says_so():
    (found,) = choose(NAMED, with_named(ONE, ["mlp"]))
    assert found.model == "model-3"
    assert found.because.endswith(
        "The teacher named `mlp`, and the notebook has no model of that name. It has `cnn`, `ann`."
    )


def test_each_of_several_networks_is_named_and_what_is_named_answers_no_other():
    shallow, cnn = choose(NAMED, with_named(TWO, ["shallow=model-3", "cnn=nothing"]))
    assert (shallow.model, cnn.model) == ("model-3", "model-1")
    assert "no model of that name" in cnn.because
    with pytest.raises(UsageError, match="--model shallow=ann or --model cnn=ann"):
        with_named(TWO, ["ann"])


# -- Several networks --------------------------------------------------------------------------------------------------


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

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from grader.judging.arithmetic import replay, total
from grader.records import Choice, Compiled, Concern, Evaluation, Layer, Measurement, Mistake, Model, Prepared
from grader.viva import chart, code, data, loss, mistakes, parameters, training, what_if
from grader.viva.case import Case
from grader.viva.question import Question

from . import samples_for_viva as samples

CONFUSED = [[400, 60, 40], [30, 450, 20], [70, 30, 400]]


def case_of(name: str = "fashion-mnist", *cells: str, **choice: object) -> Case:
    assignment = samples.sheet(name)
    return Case(
        assignment=assignment.of(assignment.networks[0].name),
        network="your network",
        model=samples.trained(assignment),
        choice=Choice.model_validate({"network": assignment.networks[0].name, **choice}),
        cells=list(cells),
    )


def measured(rows: int = 1_500, **fields: object) -> Measurement:
    return Measurement.model_validate({"tier": "sealed", "rows": rows, "metrics": {}, **fields})


def network(shape: tuple[int, ...], *rows: tuple[str, dict[str, object]]) -> Model:
    """Of these layers, with Keras' figures."""
    named = [
        Layer.model_validate({"name": f"x{at}", "class_name": kind, "parameters": 0, "settings": settings})
        for at, (kind, settings) in enumerate(rows)
    ]
    layers = replay(shape, named)
    return samples.trained(samples.sheet()).model_copy(
        update={"layers": layers, "parameters": total(layers), "input_shape": (None, *shape)}
    )


def asked(make: Callable[[Case], Iterator[Question]], case: Case) -> list[Question]:
    return list(make(case))


@pytest.mark.parametrize("make", [training.best_epoch, training.overfitting, parameters.largest])
def test_the_line_below_a_question_does_not_hold_its_answer(make: Callable[[Case], Iterator[Question]]):
    (question,) = asked(make, case_of())
    assert not re.search(r"epoch \d|`", question.based_on)


def test_batch_normalisation_is_no_scaler():
    assert asked(data.scaler, case_of("mnist", "layers.BatchNormalization()")) == []
    assert len(asked(data.scaler, case_of("mnist", "keras.layers.Normalization()"))) == 1


def test_nobody_is_asked_about_mistakes_of_a_network_that_the_grader_did_not_let_train():
    choice = {"measurements": [measured(metrics={"accuracy": 0.1}, confusion=CONFUSED)]}
    case = case_of(**choice, mistakes=[Mistake(row=row, true=6, predicted=1, image=samples.PIXEL) for row in (1, 2)])
    makers = (mistakes.confused, mistakes.recall_of_class, mistakes.misclassified, loss.baseline)
    assert all(asked(make, case) for make in makers)
    untrained = case.model.fits[0].model_copy(update={"epochs_granted": 0, "stopped": "budget", "history": {}})
    early = replace(case, model=case.model.model_copy(update={"fits": [untrained]}))
    assert not any(asked(make, early) for make in makers)


def test_a_result_after_a_training_that_was_cut_says_so():
    case = case_of(measurements=[measured(metrics={"accuracy": 0.5})])
    cut = case.model.fits[0].model_copy(update={"epochs_granted": 2, "stopped": "budget"})
    (question,) = asked(loss.baseline, replace(case, model=case.model.model_copy(update={"fits": [cut]})))
    assert question.based_on.endswith("trained for 2 of 10 epochs")


def test_ten_classes_with_binary_crossentropy_do_not_fit():
    case = case_of()
    last = case.model.layers[-1].model_copy(update={"activation": "sigmoid"})
    compiled = Compiled(optimizer="Adam", loss="binary_crossentropy", learning_rate=0.001)
    changed = case.model.model_copy(update={"layers": [*case.model.layers[:-1], last], "compiled": compiled})
    (question,) = asked(loss.fitting, replace(case, model=changed))
    assert question.expected.startswith("Not quite.")


def test_of_two_classes_nobody_is_asked_which_other_one_is_meant():
    case = case_of("imdb", measurements=[measured(confusion=[[400, 100], [50, 450]])])
    assert asked(mistakes.confused, case) == []
    assert len(asked(mistakes.recall_of_class, case)) == 2


def test_a_probability_of_one_half_is_no_question_of_two_classes():
    case = case_of("imdb")
    compiled = Compiled(optimizer="Adam", loss="binary_crossentropy", learning_rate=0.001)
    case = replace(case, model=case.model.model_copy(update={"compiled": compiled}))
    assert not any("probability 0.5." in question.text for question in asked(loss.one_row, case))
    assert len(asked(loss.one_row, case)) == 9


def test_a_class_named_as_often_as_it_is_there_is_not_named_too_seldom():
    case = case_of(measurements=[measured(confusion=[[400, 50, 50], [50, 400, 50], [49, 51, 400]])])
    assert all("about as often as" in question.expected for question in asked(mistakes.recall_of_class, case))


def test_a_residual_follows_from_the_numbers_that_are_shown():
    case = case_of("boston", mistakes=[Mistake(row=3, true=50, predicted=37.66), Mistake(row=4, true=23, predicted=29)])
    capped, other = asked(mistakes.residual, case)
    assert "12.3, so 12.3 too low; squared 151.3" in capped.expected  # 50.0 - 37.7
    assert "capped" in capped.expected
    assert "-6.0, so 6.0 too high; squared 36.0" in other.expected
    assert "capped" not in other.expected


def test_a_network_worse_than_linear_regression_is_not_praised_for_its_layers():
    case = case_of("boston", measurements=[measured(metrics={"mae": 5.0, "linear_mae": 3.0})])
    (question,) = asked(loss.baseline, case)
    assert "67 % worse" in question.expected
    assert "too few epochs" in question.expected


def test_flatten_is_pooled_globally_only_where_there_are_feature_maps():
    dense = network((28, 28), ("Flatten", {}), ("Dense", {"units": 10}))
    single = network((3, 3, 1), ("Conv2D", {"filters": 8, "kernel_size": 3}), ("Flatten", {}), ("Dense", {"units": 10}))
    for model in (dense, single):
        assert asked(what_if.globally_pooled, replace(case_of(), model=model)) == []
    assert len(asked(what_if.globally_pooled, case_of())) == 1


def test_one_pooling_less_before_a_global_one_gives_no_layer_more_weights():
    rows = ("Conv2D", {"filters": 8, "kernel_size": 3}), ("MaxPooling2D", {"pool_size": 2})
    model = network((28, 28, 1), *rows, ("GlobalAveragePooling2D", {}), ("Dense", {"units": 10}))
    (question,) = asked(what_if.less_pooling, replace(case_of(), model=model))
    assert "as before" in question.expected
    assert "no layer has more weights" in question.expected


def test_pooling_shrinks_only_the_layer_right_behind_flatten():
    rows = ("Conv2D", {"filters": 2, "kernel_size": 3}), ("Flatten", {}), ("Dense", {"units": 8})
    model = network((8, 8, 1), *rows, ("Dense", {"units": 900}), ("Dense", {"units": 10}))
    (question,) = asked(parameters.largest, replace(case_of(), model=model))
    assert "A pooling" not in question.expected
    (documented,) = asked(parameters.largest, case_of())
    assert "A pooling before `flatten` would shrink it." in documented.expected


def test_a_pixel_is_not_asked_for_its_standard_deviations():
    prepared = Prepared(rows=9, before=(0, 255), after=(0, 1), raw=[51], fed=[0.2])
    case = case_of(prepared=prepared, measurements=[measured(preprocessing="divided by 255")])
    (question,) = asked(data.one_value, case)
    assert question.text.endswith("What was done, and what is it good for?")
    assert data.WHY in question.expected


@pytest.mark.parametrize(
    ("line", "answer"),
    [
        ("x_train = x_train / 255.0", "the first updates jump"),
        ("x_test = x_test / 255.0", "255 times as large as those that the network was trained on"),
        ("x = x.reshape(-1, 28, 28, 1)", "-1 is as many as there are. Without it: the first layer wants that axis"),
        ("x = np.reshape(x, (100, 784))", "shape: (100, 784). Without it: what uses"),
        ("stop = EarlyStopping('loss', 0, 3)", "once 'loss' has not improved"),
        ("pool = MaxPooling2D(2, 2)", "each 2 window"),
    ],
)
def test_a_line_is_explained_by_what_it_is_given(line: str, answer: str):
    (question,) = asked(code.line, case_of("mnist", line))
    assert answer in question.expected


def test_the_batches_of_a_data_set_are_not_guessed():
    assert asked(code.line, case_of("mnist", "model.fit(rows, epochs=3)")) == []


def test_a_review_is_not_said_to_have_small_numbers():
    case = case_of(
        "imdb", measurements=[measured(preprocessing="load_data(num_words=10000), multi-hot in 10,000 columns")]
    )
    (question,) = asked(data.preprocessing, case)
    assert question.expected.startswith("Read by load_data(num_words=10000), multi-hot in 10,000 columns. Words became")


@pytest.mark.parametrize(
    ("epochs", "marks", "numbers"), [(8, 9, ["1", "5", "8"]), (100, 21, ["1", "25", "50", "75", "100"])]
)
def test_an_epoch_can_be_told_from_the_chart(epochs: int, marks: int, numbers: list[str]):
    drawn = chart.ticks(epochs)
    assert drawn.count("v3") == marks
    assert re.findall(r">(\d+)<", drawn) == numbers


def test_of_two_classes_a_review_is_shown_without_its_line_breaks():
    wrong = [Mistake(row=row, true=0, predicted=1, text="not bad br br " + "x" * 386) for row in (1, 2)]
    (question,) = asked(mistakes.misclassified, case_of("imdb", mistakes=wrong))
    assert question.text.endswith("What are they, and what in their words misleads?")
    assert [len(picture.text) for picture in question.pictures] == [394, 394]
    assert question.based_on.startswith("two test reviews")


def test_a_validation_loss_that_still_falls_is_no_overfitting():
    assert training.verdict([5.0, 4.0, 2.0], [6.0, 5.0, 4.0], 3).startswith("Not yet: there is a gap")
    assert training.verdict([5.0, 4.0, 2.0], [6.0, 4.0, 4.1], 2).startswith("A gap, but no clear rise")


def test_rows_that_are_both_validation_and_test_are_not_counted_twice():
    double = Concern(kind="test_rows_as_validation", network="cnn", seen="S.", matters="M.", hint="H.", known="judge")
    case = replace(case_of(), concerns=[double])
    tested = case.model.model_copy(update={"evaluations": [Evaluation(method="evaluate", rows=6_000)]})
    (question,) = asked(data.split, replace(case, model=tested))
    assert "6,000 in the test (the validation rows again)" in question.expected


def test_other_reviews_are_another_question():
    wrong = [Mistake(row=row, true=0, predicted=1, text=f"review {row}") for row in range(4)]
    one, other = asked(mistakes.misclassified, case_of("imdb", mistakes=wrong))
    assert one.key != other.key

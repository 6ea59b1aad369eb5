"""Tests of grader/pages/curves.py."""

import pytest

from grader.fields import Figure
from grader.pages.curves import figure_text, round_numbers, training_view
from grader.records import Fit


def fit(**history: list[Figure]) -> Fit:
    epochs = max(map(len, history.values()), default=0)
    return Fit(epochs_asked=epochs, epochs_granted=epochs, stopped="finished", seconds=1, history=history)


def test_training_and_validation_share_a_chart_and_the_loss_comes_first():
    training = training_view([fit(accuracy=[0.5, 0.7], loss=[1.2, 0.8], val_loss=[1.3, 0.9], learning_rate=[0.1, 0.1])])
    assert [chart.metric for chart in training.charts] == ["loss", "accuracy"]
    assert training.charts[0].curves == {"training": [1.2, 0.8], "validation": [1.3, 0.9]}
    assert list(training.charts[1].curves) == ["training"]
    assert list(training.history) == ["accuracy", "loss", "val_loss", "learning_rate"]


def test_a_chart_says_in_words_where_its_curves_begin_and_end():
    (chart,) = training_view([fit(loss=[1.2, None, 0.8], val_loss=[None, 1.0, 0.9])]).charts
    assert chart.description == "training from 1.2000 in epoch 1 to 0.8000 in epoch 3; " + (
        "validation from 1.0000 in epoch 2 to 0.9000 in epoch 3"
    )


def test_calls_of_fit_follow_one_another():
    training = training_view([fit(loss=[3.0, 2.0]), fit(loss=[1.0], val_loss=[1.5])])
    assert training.epochs == [1, 2, 3]
    assert training.starts == [3]
    assert training.history == {"loss": [3.0, 2.0, 1.0], "val_loss": [None, None, 1.5]}


def test_training_without_an_epoch_has_no_curves():
    assert training_view([]) is None
    assert training_view([fit()]) is None
    assert training_view([fit(loss=[None])]).charts == []


def test_figures_too_large_to_draw_leave_a_chart_of_the_others():
    training = training_view([fit(loss=[1e300, -1e300, 3.0, 2.0], accuracy=[None, None])])
    assert [chart.metric for chart in training.charts] == ["loss"]
    assert training.charts[0].curves == {"training": [None, None, 3.0, 2.0]}


def test_long_training_is_shown_at_evenly_spaced_epochs():
    training = training_view([fit(loss=[1 / epoch for epoch in range(1, 1_001)])])
    assert training.epochs[:3] == [1, 8, 15]
    assert training.history["loss"][1] == 1 / 8
    assert len(training.epochs) <= 150


@pytest.mark.parametrize(
    ("low", "high"), [(0, 0), (0.5, 0.5), (0.21, 0.59), (-3, 1e-9), (1e99, 1e99), (-1e99, 1e99), (5e-324, 0)]
)
def test_an_axis_covers_its_figures_with_few_round_numbers(low, high):
    ticks = round_numbers(min(low, high), max(low, high), 6)
    assert 2 <= len(ticks) <= 8
    assert ticks == sorted(set(ticks))
    assert ticks[0] <= min(low, high) + 1e-9
    assert ticks[-1] >= max(low, high) * (1 - 1e-6) - 1e-9


def test_ticks_are_round():
    assert round_numbers(0.21, 0.59, most=6) == [0.2, 0.3, 0.4, 0.5, 0.6]
    assert round_numbers(1, 20, most=10) == [0, 5, 10, 15, 20]


def test_small_and_large_figures_stay_readable():
    assert [figure_text(figure) for figure in (0.9031, 0.0, 3.2e-7, 1e9, None)] == [
        "0.9031",
        "0",
        "3.2e-07",
        "1e+09",
        "not finite",
    ]

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.model_selection import train_test_split
from sklearn.utils import shuffle

from grader.inside.alignment import ANY
from grader.inside.steps import Steps, read_steps

ROWS = np.arange(100) * 10


@pytest.fixture
def steps() -> Steps:
    return Steps()


def test_a_split_gives_the_same_as_before_and_its_rows_are_known(steps: Steps):
    given = {"test_size": 0.2, "random_state": 1, "stratify": ROWS % 3}
    watched = steps.splitting(train_test_split)
    assert [part.tolist() for part in watched(ROWS, ROWS + 1, **given)] == [
        part.tolist() for part in train_test_split(ROWS, ROWS + 1, **given)
    ]
    assert [(step.of, (step.rows * 10).tolist()) for step in steps.made] == [
        (100, part.tolist()) for part in train_test_split(ROWS, **given)
    ]


def test_shuffles_and_draws_are_known_too(steps: Steps):
    mixed = steps.splitting(shuffle)(ROWS, random_state=1)
    assert mixed.tolist() == shuffle(ROWS, random_state=1).tolist() == (steps.made[0].rows * 10).tolist()
    drawn = steps.drawing(np.random.permutation)(100)
    assert steps.made[1].rows.tolist() == drawn.tolist()
    steps.drawing(np.random.permutation)(ROWS)
    assert len(steps.made) == 2


def test_a_part_of_a_table_is_known_by_its_index(steps: Steps):
    table = pd.DataFrame({"a": ROWS, "b": ROWS % 70})
    kept = steps.choosing(pd.DataFrame.drop_duplicates)(table, subset="b")
    assert kept.equals(table.drop_duplicates(subset="b"))
    assert steps.made == []  # too few rows to be a data set
    steps.add_index(table[table["b"] > 20])
    assert (steps.made[0].of, steps.made[0].rows.tolist()) == (ANY, table.index[table["b"] > 20].tolist())
    steps.add_index(table)
    assert len(steps.made) == 1


def test_steps_are_written_as_plain_arrays(steps: Steps, tmp_path: Path):
    steps.add(100, np.arange(50))
    steps.add(ANY, np.arange(3, 60))
    steps.write(tmp_path / "steps.npz")
    read = read_steps(tmp_path / "steps.npz")
    assert [(step.of, step.rows.tolist()) for step in read] == [(step.of, step.rows.tolist()) for step in steps.made]
    assert read_steps(tmp_path / "none.npz") == []


def test_what_keras_draws_itself_is_no_choice_of_the_notebooks(steps: Steps):
    steps.idle = lambda: False
    assert len(steps.drawing(np.random.permutation)(100)) == 100
    assert len(steps.splitting(train_test_split)(ROWS)) == 2
    assert steps.made == []

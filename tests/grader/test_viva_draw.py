from random import Random

import pytest

from grader.courses.rubric import VivaPolicy
from grader.viva.draw import draw, draw_apart, quotas
from grader.viva.question import Level, Question


def question(number: int, generator: str, level: Level = "recall", **fields: object) -> Question:
    given = {"text": f"{generator} {number}", "expected": "e", "partial": "p", "based_on": "b", **fields}
    return Question.model_validate({"generator": generator, "level": level, **given})


POOL = [
    question(number, f"{level}-{generator}", level)  # type: ignore[arg-type]
    for level in ("recall", "apply", "analyse")
    for generator in range(4)
    for number in range(5)
]


@pytest.mark.parametrize(
    ("count", "expected"),
    [(5, [1, 2, 2]), (1, [0, 1, 0]), (10, [2, 4, 4]), (7, [1, 3, 3])],
)
def test_levels_are_shared_out_by_their_weights(count: int, expected: list[int]):
    assert list(quotas(VivaPolicy(), count).values()) == expected


def test_no_generator_asks_twice_while_others_have_not_asked():
    drawn = draw(POOL, VivaPolicy(), 10, Random(1))
    assert len({each.generator for each in drawn}) == 10


@pytest.mark.parametrize(
    "pair", [("best_epoch", "overfitting"), ("confused", "misclassified"), ("counting", "largest")]
)
def test_no_question_shows_what_another_on_the_sheet_asks_for(pair: tuple[str, str]):
    pool = [question(number, name, "analyse") for name in (*pair, "other", "more") for number in range(3)]
    for seed in range(20):
        drawn = {each.generator for each in draw(pool, VivaPolicy(), 3, Random(seed))}
        assert len(drawn & set(pair)) == 1


def test_a_level_without_questions_is_filled_by_others():
    drawn = draw([each for each in POOL if each.level == "recall"], VivaPolicy(), 5, Random(1))
    assert len({each.key for each in drawn}) == 5


def test_fewer_questions_than_asked_for_are_all_asked():
    assert len(draw(POOL[:2], VivaPolicy(), 5, Random(1))) == 2
    assert draw([], VivaPolicy(), 5, Random(1)) == []


def test_two_doubts_of_one_matter_are_asked_once_and_most_of_the_sheet_is_left_for_the_rest():
    doubts = [question(number, "claim", "analyse", first=True, matter=matter) for number, matter in enumerate("aabc")]
    drawn = draw(POOL + doubts, VivaPolicy(), 5, Random(1))
    asked = [each for each in drawn if each.first]
    assert drawn[:2] == asked
    assert len({each.matter for each in asked}) == 2


def test_a_sheet_that_shares_too_much_is_drawn_again():
    first = draw_apart(POOL, VivaPolicy(), 5, "seed", [])
    keys = frozenset(each.key for each in first)
    again = draw_apart(POOL, VivaPolicy(), 5, "seed", [keys])
    assert len(keys & {each.key for each in again}) <= 2
    assert again == draw_apart(POOL, VivaPolicy(), 5, "seed", [keys])

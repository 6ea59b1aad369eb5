"""Questions, the mix of the rubric and a seed -> the few that a student is asked."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from random import Random

from grader.courses.rubric import VivaPolicy
from grader.viva.question import Level, Question

LEVELS: tuple[Level, ...] = ("recall", "apply", "analyse")
MOST_DOUBTS = 2
"""The rest is for what the student knows."""
DRAWS = 60
"""So many sheets are drawn before one is taken that shares more than half with another."""


KIN = {"overfitting": "best_epoch", "misclassified": "confused", "largest": "counting", "batch_axis": "leaving"}
"""Generators that show what the other asks for, such as the same pictures: they count as one."""


def draw_apart(
    questions: Sequence[Question], policy: VivaPolicy, count: int, seed: str, others: Iterable[frozenset[str]]
) -> list[Question]:
    """As `draw`, and drawn again where more than half would be the same as those of another student.

    Args:
        questions: to choose from.
        policy: the mix of levels.
        count: how many.
        seed: equal seeds draw the same.
        others: keys of the questions of each other student.

    """
    others, best, least = list(others), [], count + 1
    for number in range(DRAWS):
        most = MOST_DOUBTS if 2 * number < DRAWS else 1  # who share their doubts can share little else
        drawn = draw(questions, policy, count, Random(digest(f"{seed} {number}")), most)  # noqa: S311 - no secret
        keys = {question.key for question in drawn}
        shared = max((len(keys & other) for other in others), default=0)
        if shared < least:
            best, least = drawn, shared
        if 2 * shared <= len(drawn):
            break
    return best


def digest(text: str) -> str:
    """The same for the same text, on every machine."""
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def draw(
    questions: Sequence[Question], policy: VivaPolicy, count: int, random: Random, most_doubts: int = MOST_DOUBTS
) -> list[Question]:
    """Doubts first, then one question of each of several generators, by level."""
    drawn = doubts(questions, min(most_doubts, max(1, count // 2)), random)
    rest = [question for question in questions if not question.first]
    open_levels = [level for level, share in quotas(policy, count).items() for _ in range(share)]
    for question in drawn:  # a doubt takes the place of a question of its level, or of any
        if open_levels:
            open_levels.remove(question.level if question.level in open_levels else open_levels[-1])
    chosen: list[Question] = []
    for level in open_levels:
        more = one_more(rest, chosen, level, random)
        chosen += [more] if more else []
    return drawn + sorted(chosen, key=lambda question: LEVELS.index(question.level))


def doubts(questions: Sequence[Question], most: int, random: Random) -> list[Question]:
    """No two about the same matter."""
    matters: dict[str, list[Question]] = defaultdict(list)
    for question in questions:
        if question.first:
            matters[question.matter].append(question)
    return [random.choice(ways) for ways in random.sample(list(matters.values()), min(most, len(matters)))]


def quotas(policy: VivaPolicy, count: int) -> dict[Level, int]:
    """How many questions of each level: in proportion, the largest remainders rounded up."""
    weights: dict[Level, float] = {level: getattr(policy, level) for level in LEVELS}
    exact = {level: count * weight / sum(weights.values()) for level, weight in weights.items()}
    whole = {level: int(share) for level, share in exact.items()}
    by_remainder = sorted(LEVELS, key=lambda level: whole[level] - exact[level])
    for level in by_remainder[: count - sum(whole.values())]:
        whole[level] += 1
    return whole


def one_more(
    questions: Sequence[Question], chosen: Sequence[Question], level: Level, random: Random
) -> Question | None:
    """A question of a generator that was not used yet, if there is one; of another level where this one has none."""
    used, taken = {kin(question) for question in chosen}, {question.key for question in chosen}
    left = [question for question in questions if question.key not in taken]
    fresh = [question for question in left if kin(question) not in used]
    for pool in ([each for each in fresh if each.level == level], fresh, left):
        if pool:
            by_generator: dict[str, list[Question]] = defaultdict(list)
            for question in pool:
                by_generator[question.generator].append(question)
            return random.choice(by_generator[random.choice(sorted(by_generator))])
    return None


def kin(question: Question) -> str:
    """The generators that count as one, by the name of one of them."""
    return KIN.get(question.generator, question.generator)

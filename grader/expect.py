"""What a check says: a claim about the evidence, with both sides of it, in words a student understands.

A check is a pytest function that takes `evidence`. It may use a plain `assert`; with `expect` and `settle` the
report shows what was expected and found also where the check passed.
"""

from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(frozen=True)
class Expectation:
    """One comparison that a check made."""

    expected: str
    found: str
    hint: str = ""
    share: float = 1.0
    """How much of the mark this earns, 0 to 1."""
    trust: str | None = None
    """How the figure is known: the tier of a measurement, where the check used one."""


class NotMet(AssertionError):
    """An expectation that was not met, or not entirely: the student's to mend."""

    def __init__(self, expectation: Expectation):
        super().__init__(f"Expected {expectation.expected}. Found {expectation.found}. {expectation.hint}".strip())
        self.expectation = expectation


class Missing(NotMet):
    """The evidence that a check needs is not there, for example because the notebook ended early."""

    def __init__(self, expected: str, found: str, hint: str = ""):
        super().__init__(Expectation(expected, found, hint, share=0.0))


class Undecided(Exception):
    """The grader cannot know it, or cut the run short before it could be known; it never costs marks."""

    def __init__(self, expected: str, found: str, hint: str = ""):
        super().__init__(f"Expected {expected}. Found {found}. {hint}".strip())
        self.expectation = Expectation(expected, found, hint, share=0.0)


made: ContextVar[list[Expectation] | None] = ContextVar("made", default=None)
"""The comparisons of the check that is running; `grader.marking.checks` sets it to a list and reads it afterwards."""


def expect(condition: bool, *, expected: str, found: str, hint: str = "") -> None:
    """Fail unless `condition` holds. Each text completes "Expected ..." and "Found ...", without a full stop."""
    settle(Expectation(expected, found) if condition else Expectation(expected, found, hint, share=0.0))


def settle(expectation: Expectation) -> None:
    """Note the expectation for the report, and fail when it earns less than everything.

    Raises:
        NotMet: if `expectation.share` is below 1.

    """
    noted = made.get()
    if noted is not None:
        noted.append(expectation)
    if expectation.share < 1.0:
        raise NotMet(expectation)


def share_between(value: float, floor: float, full: float) -> float:
    """Straight line from 0 at `floor` to 1 at `full`; `full` below `floor` means that lower is better.

    >>> share_between(0.85, floor=0.80, full=0.90)
    0.5
    """
    if floor == full:
        return 1.0 if value >= full else 0.0
    return round(min(1.0, max(0.0, (value - floor) / (full - floor))), 4)

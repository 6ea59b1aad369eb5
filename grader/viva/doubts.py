"""What does not fit together in a notebook -> pointed but fair questions. They are asked first."""

from collections.abc import Iterator

from grader.records import Claim, Concern
from grader.viva.case import Case
from grader.viva.question import Level, Question

MOST_CLAIMS = 2


def concern(case: Case) -> Iterator[Question]:
    """How the result was reached. Each concern can be asked about in three ways."""
    for each in case.concerns:
        ways: tuple[tuple[Level, str, str], ...] = (
            ("analyse", "Why does that matter?", each.matters),
            ("apply", "What would you change, and in which line?", each.hint),
            ("analyse", f"What does it say about the result of {case.network}?", each.matters),
        )
        for level, ask, answer in ways:
            yield doubt("concern", level, f"{each.seen} {ask}", answer, unsure(each), where(each.cell, case))


def unsure(each: Concern) -> str:
    """What a partial answer looks like."""
    if each.known == "judge":
        return "Sees what is meant, but not what it does to the result."
    return "Sees what is meant, but not what it does to the result. (Known from the notebook's own run; ask before judging.)"


def claim(case: Case) -> Iterator[Question]:
    """Printed figures that differ from what was found."""
    differing = [each for each in case.claims if each.outcome == "differs" and each.measured is not None]
    for each in differing[:MOST_CLAIMS]:
        metric = each.metric.replace("_", " ")
        yield doubt(
            "claim",
            "analyse",
            f"Cell {each.cell} shows {metric} {plain(each.value, each)}. Run again, it was {plain(each.measured, each)}. "
            "How could the two differ?",
            f"{each.because} Good reasons: the output is of an earlier version of the code or of other rows; another number "
            "of epochs; rows that were trained on. Chance alone does not explain it.",
            "Says “randomness” and no more.",
            f"printed in cell {each.cell}",
        )


def plain(value: float | None, each: Claim) -> str:
    """A figure as it is read."""
    return f"{value:,.0f}" if each.metric == "parameters" else f"{value:.4g}"


def shared_code(case: Case) -> Iterator[Question]:
    """Cells that somebody else of the class has too."""
    for cell in sorted(case.shared):
        lines = [line for line in case.cells[cell - 1].splitlines() if line.strip()]
        yield doubt(
            "shared_code",
            "analyse",
            f"Cell {cell} stands in another notebook of the class as well. Where does it come from? Say what its "
            f"{len(lines)} lines do, and which one you would change first.",
            "Working together or from one source is no fault by itself. The student names the source, and can say of any "
            "line what it does and what a change would do.",
            "Knows what the cell as a whole is for, but not its lines.",
            f"cell {cell}",
        )


def doubt(generator: str, level: Level, text: str, expected: str, partial: str, based_on: str) -> Question:
    """A question that goes first."""
    return Question(
        generator=generator,
        level=level,
        text=text[:2_000],
        expected=expected[:2_000],
        partial=partial,
        based_on=based_on,
        first=True,
    )


def where(cell: int | None, case: Case) -> str:
    """The cell, if it is known."""
    return f"cell {cell}" if cell else case.made

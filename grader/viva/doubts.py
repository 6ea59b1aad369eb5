"""What does not fit together in a notebook -> pointed but fair questions. They are asked first."""

from collections.abc import Iterator

from grader.records import Claim, Concern
from grader.viva.case import Case
from grader.viva.question import Level, Question

DOCUMENTED = "test_rows_as_validation"
"""The course documents do it themselves, so it is a question like others."""

ABOUT_CLAIMS = {
    "How could the two differ?": "Good reasons: the output is of an earlier version or of other rows; another "
    "number of epochs; rows that were trained on. Chance alone does not explain it.",
    "Which of the two do you trust, and why?": "The one that comes from the code as it stands and from rows that the "
    "network has never seen. The printed one shows only what some earlier run gave.",
    "How would you find out why?": "Restart, run all cells in order, and compare; see which rows it is of; train "
    "again with another seed to see how far chance alone goes.",
}
"""Three ways to ask about a figure that differs, each with its answer."""


def concern(case: Case) -> Iterator[Question]:
    """How the result was reached. Each concern can be asked about in three ways."""
    for each in case.concerns:
        seen, _, wanted = each.seen[:1_000].partition(" Expected: ")  # the rest is part of the answer
        ways: tuple[tuple[Level, str, str], ...] = (
            ("analyse", "Why does that matter?", each.matters),
            ("apply", "What would you change, and in which line?", each.hint),
            ("analyse", f"What does it say about the result of {case.network}?", each.matters),
        )
        for level, ask, answer in ways:
            yield Question(
                generator="concern",
                level=level,
                text=f"{seen} {ask}",
                expected=f"Expected is {wanted} {answer}" if wanted else answer,
                partial=f"Sees what is meant, but not what it does to the result.{unsure(each)}",
                based_on=f"cell {each.cell}" if each.cell else case.made,
                first=each.kind != DOCUMENTED,
                matter=each.kind,
            )


def unsure(each: Concern) -> str:
    """What the examiner should know of the source."""
    return "" if each.known == "judge" else " (Known from the notebook's own run alone: ask before you judge.)"


def claim(case: Case) -> Iterator[Question]:
    """Printed figures that differ from what was found."""
    for each in case.claims:
        if each.outcome != "differs" or each.measured is None:
            continue
        metric = each.metric.replace("_", " ")
        for ask, answer in ABOUT_CLAIMS.items():
            yield Question(
                generator="claim",
                level="analyse",
                text=f"Cell {each.cell} shows {metric} {plain(each.value, each)}. Run again, it was "
                f"{plain(each.measured, each)}. {ask}",
                expected=f"{each.because[:1_000].rstrip('.')}. {answer}",
                partial="Says “chance” and no more.",
                based_on=f"printed in cell {each.cell}",
                first=True,
                matter=f"claim {each.metric.removeprefix('val_').removeprefix('test_')}",
                figures={"printed": each.value, "found": each.measured},
            )


def plain(value: float, each: Claim) -> str:
    """A figure as it is read."""
    return f"{value:,.0f}" if each.metric == "parameters" else f"{value:.4g}"


def shared_code(case: Case) -> Iterator[Question]:
    """Cells that somebody else of the class has too."""
    for cell in sorted(case.shared):
        lines = [line for line in case.cells[cell - 1].splitlines() if line.strip()]
        yield Question(
            generator="shared_code",
            level="analyse",
            text=f"Cell {cell} stands in another notebook of the class as well. Where does it come from? Say what its "
            f"{len(lines)} lines do, and which one you would change first.",
            expected="Working together or from one source is no fault by itself. The student names the source, and can "
            "say of any line what it does and what a change would do.",
            partial="Knows what the cell as a whole is for, but not its lines.",
            based_on=f"cell {cell}",
            first=True,
            matter="shared code",
        )

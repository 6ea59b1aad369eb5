"""What a network gets wrong -> questions about its mistakes, some with the rows themselves."""

from collections.abc import Iterator

from grader.records import Mistake
from grader.viva.case import Case
from grader.viva.question import Picture, Question

ORDER = ("first", "second")
MOST_PAIRS = 4
REVIEW_CHARACTERS = 400
LINE_BREAK = "br"
"""What is left of <br /> in the reviews."""
CAP = 50
"""Higher prices are not in the data: they were written down as 50."""
NEARLY = 0.05
"""Of the rows of a class, for it to be named about as often as it should."""
FEWEST_ROWS = 20
"""Of a class, for its recall to mean something."""


def confused(case: Case) -> Iterator[Question]:
    """The pairs of classes that it confuses most, with pictures of such a mistake where there are any."""
    if len(matrix_of(case)) < 3:  # of two classes there is only the other
        return
    for count, true, taken in pairs(case)[:MOST_PAIRS]:
        names, matrix = names_of(case), matrix_of(case)
        shown = [each for each in case.choice.mistakes if (int(each.true), int(each.predicted)) == (true, taken)][:2]
        back = matrix[taken][true]
        most = most_taken(matrix, true) == taken
        yield Question(
            generator="confused",
            level="analyse",
            text=f"For which class does {case.network} most often take a row of class “{names[true]}”, and why may "
            "that be?"
            if most
            else f"{case.heading} takes rows of class “{names[true]}” for “{names[taken]}”. Why may that be?",
            expected=f"For “{names[taken]}”: {count:,} of {sum(matrix[true]):,} rows; the other way round {back:,}. "
            "The two share what the network looks at; the student names it, for pictures the outline or the strokes.",
            partial="Names the class, but gives no reason that can be seen in the rows.",
            based_on=f"confusion matrix on {sum(map(sum, matrix)):,} rows, {case.judged}",
            pictures=[pictured(each, case) for each in shown],
            figures={"count": count, "back": back},
        )


def pairs(case: Case) -> list[tuple[int, int, int]]:
    """Count, true class and predicted class of the mistakes, the most frequent first."""
    matrix = matrix_of(case)
    found = [
        (count, true, taken) for true, row in enumerate(matrix) for taken, count in enumerate(row) if true != taken
    ]
    return sorted((pair for pair in found if pair[0] > 1), key=lambda pair: -pair[0])


def most_taken(matrix: list[list[int]], true: int) -> int:
    """The class for which rows of another are most often taken."""
    return max((taken for taken in range(len(matrix)) if taken != true), key=lambda taken: matrix[true][taken])


def matrix_of(case: Case) -> list[list[int]]:
    """The confusion matrix; empty where there is none, or the network could not learn."""
    if not case.learned:
        return []
    return next((each.confusion for each in case.choice.measurements if each.confusion), [])


def names_of(case: Case) -> list[str]:
    """Of the classes, as many as the matrix has."""
    names = case.assignment.task.classes
    return names if len(names) == len(matrix_of(case)) else [str(number) for number in range(len(matrix_of(case)))]


def recall_of_class(case: Case) -> Iterator[Question]:
    """Recall and precision of a class."""
    matrix, names = matrix_of(case), names_of(case)
    for number, row in enumerate(matrix):
        column = sum(each[number] for each in matrix)
        if sum(row) < FEWEST_ROWS or column < FEWEST_ROWS:
            continue
        recall, precision = row[number] / sum(row), row[number] / column
        yield Question(
            generator="recall_of_class",
            level="apply",
            text=f"{sum(row):,} rows are of class “{names[number]}”. {case.heading} found {row[number]:,} of them, and "
            f"said “{names[number]}” {column:,} times in all. Recall and precision of the class?",
            expected=f"Recall {row[number]:,} / {sum(row):,} = {recall:.3f}; precision {row[number]:,} / {column:,} = "
            f"{precision:.3f}. {often(column, sum(row))}",
            partial="Has both numbers, but in each other's place.",
            based_on=f"confusion matrix, {case.judged}",
            figures={"recall": round(recall, 3), "precision": round(precision, 3)},
        )


def often(said: int, true: int) -> str:
    """Whether a class is named too often."""
    if abs(said - true) <= NEARLY * true:
        return "It says it about as often as there are such rows."
    return "It says it too often." if said > true else "It says it rather too seldom."


def misclassified(case: Case) -> Iterator[Question]:
    """Rows that the network itself gets wrong."""
    if case.assignment.task.kind != "classification" or not case.learned:
        return
    names, found = case.assignment.task.classes, case.choice.mistakes
    for one, other in zip(found[::2], found[1::2], strict=False):
        pair = [one, other]
        if not all(each.image or each.text for each in pair) or any(int(each.true) >= len(names) for each in pair):
            continue
        what, lead = ("pictures", "in them") if one.image else ("reviews", "in their words")
        asked = "What are they" if len(names) == 2 else "What are they, what were they taken for"  # else the other one
        yield Question(
            generator="misclassified",
            level="analyse",
            text=f"{case.heading} takes these two {what} for something else than they are. {asked}, and what {lead} "
            "misleads?",
            expected="; ".join(f"the {place} is {said(each, case)}" for place, each in zip(ORDER, pair, strict=True))
            + ". Any reason that can be seen in them will do.",
            partial="Names the classes, but points to nothing in the rows.",
            based_on=f"{'two test reviews' if one.text else f'test rows {one.row:,} and {other.row:,}'}, {case.judged}",
            pictures=[pictured(each, case) for each in pair],
        )


def said(mistake: Mistake, case: Case) -> str:
    """What a row is and what it was taken for."""
    names = case.assignment.task.classes
    return f"“{names[int(mistake.true)]}”, taken for “{names[int(mistake.predicted)]}”"


def pictured(mistake: Mistake, case: Case) -> Picture:
    """The row as it is shown."""
    return Picture(
        caption=place_of(mistake),
        answer=said(mistake, case),
        image=mistake.image,
        text=" ".join(word for word in mistake.text[:REVIEW_CHARACTERS].split() if word != LINE_BREAK),
    )


def place_of(mistake: Mistake) -> str:
    """Where the row is found. Keras shuffles reviews when it loads them, so these have no number."""
    return "A test review" if mistake.text else f"Test row {mistake.row:,}"


def residual(case: Case) -> Iterator[Question]:
    """The largest misses of a regression."""
    if case.assignment.task.kind != "regression" or not case.learned:
        return
    for rank, each in enumerate(case.choice.mistakes[:6]):
        residual = round(round(each.true, 1) - round(each.predicted, 1), 1)  # as the question shows them
        way = "too low" if residual > 0 else "too high"
        capped = ", or that prices are capped at 50" if each.true == CAP else ""
        yield Question(
            generator="residual",
            level="analyse",
            text=f"Test row {each.row:,} has the price {each.true:.1f}, and {case.network} says "
            f"{each.predicted:.1f}. How large is the residual, what does it add to the squared error, and what may "
            "be the reason?" + (" (It is the worst of the rows that were looked at.)" if rank == 0 else ""),
            expected=f"{residual:.1f}, so {abs(residual):.1f} {way}; squared {residual**2:.1f}. A good reason: few "
            f"rows like it to learn from, or something that no feature tells{capped}.",
            partial="Has the residual, but not its square, or no reason.",
            based_on=f"test row {each.row:,}, {case.judged}",
            figures={"residual": residual},
        )

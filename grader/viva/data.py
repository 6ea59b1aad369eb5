"""What was done to the rows before the network saw them -> questions about it."""

import re
from collections.abc import Iterator

from grader.viva.case import Case
from grader.viva.question import Question

SCALER = re.compile(r"\b(StandardScaler|MinMaxScaler|Normalization|RobustScaler)\(")
WHY_WORDS = "Words became numbers, and reviews of any length rows of one length: that is what a layer can take."
WHY = "Small numbers of one size suit the weights at the start and the step length; with large ones the steps jump."


def preprocessing(case: Case) -> Iterator[Question]:
    """What was done to each row."""
    if words := done(case):
        yield Question(
            generator="preprocessing",
            level="recall",
            text=f"What was done to a row before {case.network} saw it, and why?",
            expected=f"{words} {WHY_WORDS if of_words(case) else WHY}",
            partial="Names the step, but not what it is good for.",
            based_on=f"samples of what was fed, {case.made}",
        )


def done(case: Case) -> str:
    """The preprocessing as a sentence; empty where it is not known."""
    words = (case.measurement.preprocessing or "")[:600].rstrip(".") if case.measurement else ""
    if of_words(case):
        return f"Read by {words}."
    return f"{words[0].upper()}{words[1:]}." if words else ""


def of_words(case: Case) -> bool:
    """Whether the rows are reviews: what was done begins with the call that numbers their words."""
    return bool(case.measurement and (case.measurement.preprocessing or "").startswith("load_data("))


def ranges(case: Case) -> Iterator[Question]:
    """The range before and after."""
    prepared = case.choice.prepared
    if prepared is None or prepared.before == prepared.after:
        return
    yield Question(
        generator="ranges",
        level="recall",
        text=f"Between which values did the numbers lie before your preprocessing, and between which afterwards, as "
        f"{case.network} got them?",
        expected=f"Before {prepared.before[0]:.4g} to {prepared.before[1]:.4g}, afterwards {prepared.after[0]:.4g} to "
        f"{prepared.after[1]:.4g} (in {prepared.rows:,} test rows). {about(case)}{WHY}",
        partial="Has the range afterwards only.",
        based_on=f"{prepared.rows:,} test rows, {case.made}",
        figures={"least": round(prepared.after[0], 6), "most": round(prepared.after[1], 6)},
    )


def about(case: Case) -> str:
    """What is enough of an answer where the numbers have no fixed bounds."""
    if "standardis" not in done(case):
        return ""
    return "“About −3 to 4” is enough: they have mean 0 and deviation 1, and no fixed bounds. "


def one_value(case: Case) -> Iterator[Question]:
    """What became of a value in one row."""
    prepared, words = case.choice.prepared, done(case)
    if prepared is None or not words:
        return
    standard = "standardis" in words
    for place, (raw, fed) in enumerate(zip(prepared.raw, prepared.fed, strict=False), start=1):
        if raw != fed:
            yield Question(
                generator="one_value",
                level="apply",
                text=f"Number {place} of test row {prepared.row:,} was {raw:.5g}, and {case.network} got {fed:.4g} "
                f"in its place. What was done, and what {'does that number tell' if standard else 'is it good for'}?",
                expected=f"{words} {told(fed) if standard else WHY}",
                partial="Names the step, but "
                + ("cannot read the new number." if standard else "not what it is good for."),
                based_on=f"test row {prepared.row:,}, {case.made}",
                figures={"value": round(fed, 6)},
            )


def told(fed: float) -> str:
    """What a standardised value says."""
    return f"{fed:.4g}: the value lies {abs(fed):.2f} standard deviations {'above' if fed > 0 else 'below'} the mean."


def scaler(case: Case) -> Iterator[Question]:
    """Why a scaler learns from the training rows alone."""
    for number, source in enumerate(case.cells, start=1):
        if made := SCALER.search(source):
            yield Question(
                generator="scaler",
                level="analyse",
                text=f"Cell {number} makes a {made[1]}. From which rows should it learn, and what goes wrong with "
                "others?",
                expected="From the training rows alone. Otherwise the mean or range of the test rows is in what the "
                "network is fed. Rows that come later have no part in it, so the result may look a little too good.",
                partial="Says the training rows, but not why.",
                based_on=f"cell {number}",
            )
            return


def split(case: Case) -> Iterator[Question]:
    """Which rows were trained on, and which were only looked at."""
    fit = case.fit
    if fit is None or not fit.rows:
        return
    held = fit.validation_rows
    tested = max((call.rows or 0 for call in case.model.evaluations), default=0)
    if not held and not tested:
        return
    parts = [f"{fit.rows:,} rows to train with"]
    parts += [f"{held:,} for validation"] if held else []
    same = any(concern.kind == "test_rows_as_validation" for concern in case.concerns)
    parts += [f"{tested:,} in the test{' (the validation rows again)' if same and held else ''}"] if tested else []
    yield Question(
        generator="split",
        level="recall",
        text=f"How many rows was {case.network} trained on, how many were only looked at, and what are these good for?",
        expected=f"{', '.join(parts)}. The weights are never updated with the others, so they show how well it does on "
        "rows that it has not learned.",
        partial="Knows that they differ, but not how many they are or what for.",
        based_on=f"fit() in cell {fit.cell}" if fit.cell else case.made,
        figures={"rows": float(fit.rows)}
        | ({"validation": held} if held else {})
        | ({"tested": tested} if tested else {}),
    )

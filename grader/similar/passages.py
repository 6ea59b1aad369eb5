"""Groups of submissions that are alike -> what is shown of them: pairs, and the passages they share, side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from grader.similar.shingles import Cell, Code, Numbers, distinct
from grader.similar.similarity import Pair, Similarity, Work

FEWEST_SHARED = 4
"""Shingles of a cell; with fewer there is nothing to look at."""
MOST_PASSAGES = 12
MOST_LINES = 50
MOST_PAIRS = 100
"""Of one group, listed by their figures."""
MOST_SIDE_BY_SIDE = 60
"""Of one assignment."""


@dataclass(frozen=True)
class Excerpt:
    """The lines of a cell from the first that is shared to the last."""

    cell: int
    """Number of the code cell, counted from 1."""
    lines: list[tuple[str, bool]]
    """Text, and whether it is shared."""
    left_out: int
    """Further lines, where there are too many to show."""


@dataclass(frozen=True)
class Passage:
    """What a cell of one submission shares with the other."""

    first: Excerpt
    second: Excerpt
    shared: int
    """Shingles."""


def passages(first: Code, second: Code, left_out: Sequence[Numbers]) -> list[Passage]:
    """What both have in common but for the names in it, in the order of the notebook that has more cells.

    Each of its cells stands beside the one of the other notebook that shares most with it, wherever that is.
    """
    if len(second.cells) > len(first.cells):
        return [Passage(each.second, each.first, each.shared) for each in passages(second, first, left_out)]
    shared = np.setdiff1d(np.intersect1d(first.blinded, second.blinded), distinct(left_out))
    found = [passage for cell in first.cells if (passage := beside(cell, second.cells, shared))]
    most = sorted(found, key=lambda passage: passage.shared, reverse=True)[:MOST_PASSAGES]
    return [passage for passage in found if passage in most]


def beside(cell: Cell, others: Sequence[Cell], shared: Numbers) -> Passage | None:
    """The cell and that of the others which has most of the same; None where it shares hardly anything."""
    words = np.intersect1d(cell.blinded, shared)
    counts = [np.isin(other.blinded, words).sum() for other in others]
    if not counts or max(counts) < FEWEST_SHARED:
        return None
    other = others[int(np.argmax(counts))]
    both = np.intersect1d(words, other.blinded)
    return Passage(excerpt(cell, both), excerpt(other, both), len(both))


def excerpt(cell: Cell, shared: Numbers) -> Excerpt:
    """The part of the cell that holds these shingles."""
    hits = np.flatnonzero(np.isin(cell.blinded, shared))
    marked = {line for hit in hits for line in range(cell.first[hit], cell.last[hit] + 1)}
    lines = [(cell.lines[line], line in marked) for line in range(min(marked), max(marked) + 1)]
    return Excerpt(cell.number, lines[:MOST_LINES], max(0, len(lines) - MOST_LINES))


# -- Groups ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ShownGroup:
    """A group of submissions as the page shows it."""

    members: list[Work]
    pairs: list[Pair]
    """Those that are listed."""
    further: int
    """Pairs that are not."""
    side_by_side: list[tuple[Pair, list[Passage]]]


def shown_groups(similarity: Similarity) -> list[ShownGroup]:
    """The groups; each member stands side by side with the one that is most like it, unless both are one file."""
    left_out, left = [similarity.given, similarity.common], MOST_SIDE_BY_SIDE
    groups = []
    for group in similarity.groups:
        pairs = [pair for pair in nearest(group.pairs) if not pair.are_one_file][:left]
        left -= len(pairs)
        both = [(pair, passages(pair.first.code, pair.second.code, left_out)) for pair in pairs]
        further = max(0, len(group.pairs) - MOST_PAIRS)
        groups.append(ShownGroup(group.members, group.pairs[:MOST_PAIRS], further, both))
    return groups


def common_excerpts(similarity: Similarity) -> list[Excerpt]:
    """What was left out as common to many, as it stands in the submission that has most of it."""
    cells = [cell for work in similarity.common_in for cell in work.code.cells]
    found = [cell for cell in cells if np.isin(cell.blinded, similarity.common).sum() >= FEWEST_SHARED]
    return [excerpt(cell, similarity.common) for cell in found[:MOST_PASSAGES]]


def nearest(pairs: Sequence[Pair]) -> list[Pair]:
    """Of pairs, the most alike first, those in which one of the two was not in a pair before."""
    seen: set[str] = set()
    found = []
    for pair in pairs:
        both = {pair.first.folder, pair.second.folder}
        if not both <= seen:
            seen |= both
            found.append(pair)
    return found

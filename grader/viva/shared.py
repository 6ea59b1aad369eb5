"""The cells of a class -> those that a few students share."""

import ast
import warnings
from collections import defaultdict
from collections.abc import Sequence

from grader.viva.students import Student

LEAST_STATEMENTS = 5
"""A shorter cell may well be the same by chance."""
HANDED_OUT = 0.25
"""A cell that so many of a class have comes from a source that all were given."""
UNREADABLE = (SyntaxError, ValueError, RecursionError, MemoryError)


def shared_cells(students: Sequence[Student], starters: dict[str, frozenset[str]]) -> list[frozenset[int]]:
    """For each student the numbers of the cells, from 1, that a few others have too, comments and spacing aside.

    Args:
        students: of a class.
        starters: by assignment, the lines that all were given.

    """
    holders: dict[tuple[str, str], set[int]] = defaultdict(set)
    prints: list[dict[int, tuple[str, str]]] = []
    sizes: dict[str, int] = defaultdict(int)
    for at, student in enumerate(students):
        name = student.grade.assignment
        sizes[name] += 1
        own = {number: print_of(cell, starters[name]) for number, cell in enumerate(student.cells, start=1)}
        prints.append({number: (name, found) for number, found in own.items() if found})
        for key in prints[-1].values():
            holders[key].add(at)
    return [
        frozenset(number for number, key in own.items() if 2 <= len(holders[key]) <= max(2, HANDED_OUT * sizes[key[0]]))
        for own in prints
    ]


def print_of(source: str, starter: frozenset[str]) -> str:
    """What a cell does, without comments and spacing; empty where it is short, given, or no Python."""
    own = "\n".join(line for line in source.splitlines() if line.strip() not in starter)
    if len(own.splitlines()) < LEAST_STATEMENTS:
        return ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source)
            return ast.dump(tree) if len(tree.body) >= LEAST_STATEMENTS else ""
    except UNREADABLE:
        return ""

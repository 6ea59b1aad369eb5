"""Whether `grader.check()` is called while its notebook is graded: then it does no harm, and says so."""

import sys


def is_graded() -> bool:
    """Whether this kernel is a sandbox's."""
    return "grader.inside.kernel" in sys.modules


def left_out() -> None:
    """Say that a graded notebook does not check itself."""
    print("grader.check() is left out while the notebook is graded.")

"""Grades deep-learning notebooks: runs them, judges the model, and gives a reason for every mark.

In a notebook, `grader.check("mnist")` looks at what its kernel holds; so does `%check mnist` after `%load_ext grader`.
"""

from typing import Any


def check(assignment: str | None = None, course: str | None = None) -> Any:
    """What a student should know of the network that the kernel of this notebook holds; nothing is run again.

    Args:
        assignment: its name; not needed beside a kit, or where the notebook's file can be found.
        course: a course folder; without it the kit's beside the notebook, else the one that comes with the program.
    """
    from grader.inside import visiting

    if visiting.is_graded():
        return visiting.left_out()
    from grader.student.live import check_kernel

    return check_kernel(assignment, course)


def load_ipython_extension(shell: Any) -> None:
    """Make `%check` known."""

    def check_magic(line: str) -> Any:
        """Look at the network that this kernel holds: %check mnist."""
        return check(line.strip() or None)

    shell.register_magic_function(check_magic, magic_name="check")

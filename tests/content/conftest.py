"""The course that comes with the program, for all tests of its content."""

import pytest

from grader.courses.course import Course, bundled
from grader.courses.sheet import Assignment

NAMES = Course(bundled()).names


@pytest.fixture(scope="session")
def course() -> Course:
    return Course(bundled())


@pytest.fixture(scope="session")
def assignment(course: Course) -> Assignment:
    return course.assignment("fashion-mnist")


@pytest.fixture(scope="session", params=NAMES)
def each(request: pytest.FixtureRequest, course: Course) -> Assignment:
    """Every assignment in turn."""
    return course.assignment(request.param)

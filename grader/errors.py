"""Errors for the teacher to mend. What a student should read is in `grader.expect`; the two never mix."""


class TeacherError(Exception):
    """Something about the course, the data or the machine is wrong; the message says what, where and what next."""

    exit_code = 2


class UsageError(TeacherError):
    """The command was asked for something that cannot be."""


class CannotWrite(TeacherError):
    """A result could not be written: to go on would lose what the next notebooks take hours for."""


class SandboxError(TeacherError):
    """The sandbox did not do its work; nothing was graded."""

    exit_code = 3


class OwnFault(TeacherError):
    """An exception that nobody expected."""

    exit_code = 3

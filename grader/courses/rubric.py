"""A rubric file -> the marking scheme: columns of the record sheet, their criteria, and the policy for lateness."""

import tomllib
from pathlib import Path
from typing import Annotated, Literal, Self, TypeVar

from pydantic import Field, ValidationError, model_validator

from grader.errors import TeacherError
from grader.fields import Line, Name, Record

AnyRecord = TypeVar("AnyRecord", bound=Record)
Marks = Annotated[float, Field(gt=0)]


class CriterionScheme(Record):
    """A criterion: the checks that carry its id decide it."""

    id: Name
    title: Line
    marks: Annotated[float, Field(ge=0)]
    """With 0 it is advice."""


class ColumnScheme(Record):
    """A column of the record sheet."""

    name: Name
    marks: Marks
    source: Literal["checks", "teacher", "submission_time"] = "checks"
    """Who decides: the checks of its criteria, a person, or the time of submission."""
    criteria: list[CriterionScheme] = []

    @model_validator(mode="after")
    def criteria_add_up(self) -> Self:
        """The criteria's marks are the column's."""
        total = sum(criterion.marks for criterion in self.criteria)
        if self.source == "checks" and abs(total - self.marks) > 1e-9:
            raise ValueError(
                f"Expected the criteria of column `{self.name}` to add up to {self.marks:g}. Received: {total:g}"
            )
        return self


class LatePolicy(Record):
    """What a late submission loses of the column that the time of submission decides."""

    grace_minutes: Annotated[float, Field(ge=0)] = 0
    marks_per_day: Annotated[float, Field(ge=0)] = 1
    """For every day that has begun after the grace."""


class VivaPolicy(Record):
    """How many questions a viva sheet has, and of which levels."""

    column: Name = "Viva"
    """Of the record sheet: where its marks go."""
    questions: Annotated[int, Field(ge=1, le=20)] = 5
    recall: Annotated[float, Field(ge=0)] = 1
    """Share of questions that ask what was done; the three are weights beside each other."""
    apply: Annotated[float, Field(ge=0)] = 2
    """... that have the student work something out."""
    analyse: Annotated[float, Field(ge=0)] = 2
    """... that ask for a reason."""

    @model_validator(mode="after")
    def some_level_is_asked(self) -> Self:
        """At least one level has a share."""
        if not self.recall + self.apply + self.analyse:
            raise ValueError("Expected a share of `recall`, `apply` or `analyse` above 0. Received: none")
        return self


class Rubric(Record):
    """A marking scheme."""

    name: Name
    title: Line
    columns: list[ColumnScheme]
    signature: Line = "Dated Sign of Subject Teacher"
    """Heading of the last column, which stays empty for a signature."""
    late: LatePolicy = LatePolicy()
    viva: VivaPolicy = VivaPolicy()
    checks: list[Name] = []
    """Files of checks beside the rubric that hold for every assignment."""

    @model_validator(mode="after")
    def names_differ(self) -> Self:
        """A record sheet has one column of a name, and a check decides one criterion."""
        names = [column.name for column in self.columns]
        ids = [criterion.id for column in self.columns for criterion in column.criteria]
        if twice := [name for part in (names, ids) for name in part if part.count(name) > 1]:
            raise ValueError(f"Expected every column and every criterion once. Received more than once: {twice[0]}")
        return self

    @property
    def out_of(self) -> float:
        """Marks of all columns together."""
        return sum(column.marks for column in self.columns)


def read_toml(path: Path, record: type[AnyRecord], **given: object) -> AnyRecord:
    """The file as a record.

    Raises:
        TeacherError: the file is missing, is not TOML, or has a key that is missing, unknown or of the wrong kind;
            the message names file and key.

    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise TeacherError(f"Expected the file {path}. Found nothing there.") from None
    except OSError as error:
        raise TeacherError(f"Expected a file that can be read at {path}. Found: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TeacherError(f"Expected TOML in {path}. Found: {error}") from None
    try:
        return record.model_validate({**table, **given})
    except ValidationError as error:
        raise invalid(path, error) from None


def invalid(path: Path, error: ValidationError) -> TeacherError:
    """The first thing that is wrong in a file, by its key."""
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"]) or "the whole file"
    return TeacherError(f"Expected a valid `{key}` in {path}. Found: {first['msg']}")


def read_rubric(path: Path) -> Rubric:
    """The rubric in a TOML file. Raises `TeacherError` with file and key."""
    return read_toml(path, Rubric, name=path.stem)

"""A course folder -> its assignments, rubrics and references. The name of a folder is its whole registration."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError
from rapidfuzz import process

from grader.errors import UsageError
from grader.fields import Count, Name, Record
from grader.rubric import Rubric, invalid, read_rubric, read_toml
from grader.sheet import Assignment


class Reference(Record):
    """What the teacher's folder says of an assignment: `reference/<name>/reference.toml`."""

    solution: Name = "solution.ipynb"
    sealed_rows: Count
    """How many test rows no notebook ever sees."""
    sealed_seed: int
    """Chooses these rows, once for the course."""


class Threshold(Record):
    """Where marks for a result begin and where they are full."""

    floor: float
    """0 marks here and beyond."""
    full: float
    """Full marks here and better: above it, or below it where that is less than the floor, as for an error."""


class CalibrationRun(Record):
    """One training of the reference, in the sandbox."""

    seed: int
    metrics: dict[Name, float]
    """On the sealed rows."""
    curve: dict[Name, list[float]]
    """Per metric of the last fit, one figure an epoch."""
    epochs: Count
    seconds: float
    sealed_seed: int | None = None
    """Chose other sealed rows than the course's. None for the course's own rows: on these alone rest the thresholds."""


class Calibration(Record):
    """What the reference reaches on one data set, measured by `grader calibrate`."""

    data: Name
    """Fingerprint of the data set."""
    stand_in: bool
    parameters: Count
    runs: Annotated[list[CalibrationRun], Field(min_length=1)]
    thresholds: dict[Name, Threshold]
    miss_probability: dict[Name, float]
    """Probability that the reference itself, with another seed, misses `full`."""
    measured_on: Name
    """Date."""
    machine: Name
    versions: dict[Name, Name]


@dataclass(frozen=True)
class Course:
    """A folder with assignments/, rubrics/ and, on a teacher's machine, reference/."""

    folder: Path

    @cached_property
    def names(self) -> list[str]:
        """Names of the assignments."""
        return sorted(path.parent.name for path in (self.folder / "assignments").glob("*/sheet.toml"))

    def assignment(self, name: str) -> Assignment:
        """The assignment of that name.

        Raises:
            UsageError: there is none; the message gives the closest name.
            TeacherError: its sheet is broken.

        """
        if name not in self.names:
            close = process.extractOne(name, self.names)
            meant = f" Did you mean `{close[0]}`?" if close else f" There is none in {self.folder / 'assignments'}."
            raise UsageError(f"Expected the name of an assignment. Received: `{name}`.{meant}")
        return read_toml(self.folder / "assignments" / name / "sheet.toml", Assignment, name=name)

    def rubric(self, assignment: Assignment) -> Rubric:
        """The marking scheme of an assignment."""
        return read_rubric(self.folder / "rubrics" / f"{assignment.rubric}.toml")

    def reference(self, assignment: Assignment) -> Reference:
        """What only the teacher has.

        Raises:
            TeacherError: the folder reference/ is not there, as on a student's machine.

        """
        return read_toml(self.reference_folder(assignment) / "reference.toml", Reference)

    def reference_folder(self, assignment: Assignment) -> Path:
        """Folder of the solution and the hidden checks."""
        return self.folder / "reference" / assignment.name

    def calibrations(self, assignment: Assignment) -> list[Calibration]:
        """What was measured of the reference; empty before the first `grader calibrate`.

        Raises:
            TeacherError: calibration.json is broken.

        """
        path = self.reference_folder(assignment) / "calibration.json"
        if not path.exists():
            return []
        try:
            return TypeAdapter(list[Calibration]).validate_json(path.read_bytes())
        except ValidationError as error:
            raise invalid(path, error) from None

    def check_files(self, assignment: Assignment, rubric: Rubric) -> list[Path]:
        """Files of checks: the rubric's, the visible ones, then the hidden ones."""
        common = [self.folder / "rubrics" / "checks" / name for name in rubric.checks]
        own = sorted((self.folder / "assignments" / assignment.name).glob("test_*.py"))
        return common + own + sorted(self.reference_folder(assignment).glob("test_*.py"))


def bundled() -> Path:
    """The course that comes with the program: beside the package in a checkout, inside it in an installed wheel."""
    package = Path(__file__).parent
    return package / "course" if (package / "course").is_dir() else package.parent

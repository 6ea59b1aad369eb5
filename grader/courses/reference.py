"""What only the teacher has of an assignment: its solution notebooks, and what they reached when calibrated."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import Field

from grader.courses.sheet import DocumentedModel
from grader.fields import Count, Line, Name, Record, Seconds


class System(Record):
    """A network of the course documents as a solution notebook builds it, and what the document reports of it."""

    model: Name
    """Name of a documented model, of the sheet or of the reference."""
    figures: dict[Name, float] = {}
    """By metric, on the document's own test rows."""


class Solution(Record):
    """A notebook that is run for the calibration."""

    notebook: Name
    systems: Annotated[list[System], Field(min_length=1)]


class Reference(Record):
    """What the teacher's folder says of an assignment: `reference/<name>/reference.toml`."""

    solutions: Annotated[list[Solution], Field(min_length=1)]
    """The first answers the sheet; the others are variants of the documents."""
    documented_models: list[DocumentedModel] = []
    """Networks of the documents that answer no network of the sheet."""
    sealed_rows: Count
    """How many test rows no notebook ever sees."""
    sealed_seed: int
    """Chooses these rows, once for the course."""


class KeyIdea(Record):
    """Something that a good answer to a question of the sheet says."""

    name: Line
    says: Annotated[list[Line], Field(min_length=1)]
    """Ways to say it: beginnings of words that all stand in one sentence."""
    ask: Line = ""
    """What leads a student to it who has left it out."""


class ModelAnswer(Record):
    """The answer to a question of the sheet that this project has written, and how to mark others."""

    question: Line
    """As the sheet has it."""
    answer: Line
    hint: Line
    """What an answer looks like that is worth a part of the marks."""
    ideas: Annotated[list[KeyIdea], Field(min_length=2)]


class ModelAnswers(Record):
    """`reference/<name>/answers.toml`: one for each question of the sheet, in its order."""

    answers: list[ModelAnswer] = []


class Threshold(Record):
    """Where marks for a result begin and where they are full."""

    floor: float
    """0 marks here and beyond."""
    full: float
    """Full marks here and better: above it, or below it where that is less than the floor, as for an error."""


Thresholds = Mapping[str, Mapping[str, Threshold]]
"""By documented model, and by metric."""


class SystemRun(Record):
    """One training of one network of the documents."""

    metrics: dict[Name, float]
    """On the sealed rows."""
    curve: dict[Name, list[float]]
    """Per metric of its last fit, one figure an epoch."""
    epochs: Count
    seconds: Seconds
    """Of its training."""


class CalibrationRun(Record):
    """One run of a solution notebook, in the sandbox."""

    seed: int
    sealed_seed: int | None = None
    """Chose other sealed rows than the course's. None for the course's own rows: on these alone rest the thresholds."""
    systems: dict[Name, SystemRun]
    """By documented model."""
    measured_on: Name
    """Date."""
    machine: Name
    versions: dict[Name, Name]


class Curve(Record):
    """A metric by epoch, over the runs of a calibration."""

    mean: list[float]
    spread: list[float]
    """Standard deviation, with n - 1."""


class Reached(Record):
    """What a network of the documents reaches, over the runs of a calibration."""

    parameters: Count
    thresholds: dict[Name, Threshold]
    """By metric; empty after a single run."""
    miss_probability: dict[Name, float]
    """Probability that the reference itself, with another seed, misses `full`."""
    curve: dict[Name, Curve]


class Calibration(Record):
    """What a solution notebook reaches on one data set, measured by `grader calibrate`."""

    data: Name
    """Fingerprint of the data set."""
    stand_in: bool
    sealed_rows: Count
    sealed_seed: int
    """Which rows are sealed, as the reference said then."""
    notebook: Name
    code: Name
    """SHA-256 of the notebook's code cells."""
    runs: Annotated[list[CalibrationRun], Field(min_length=1)]
    systems: dict[Name, Reached]
    """By documented model."""

    @property
    def own_runs(self) -> list[CalibrationRun]:
        """Those on the course's own sealed rows."""
        return [run for run in self.runs if run.sealed_seed is None]

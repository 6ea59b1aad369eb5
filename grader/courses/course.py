"""A course folder -> its assignments, rubrics and references. The name of a folder is its whole registration."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from pydantic import TypeAdapter, ValidationError
from rapidfuzz import process

from grader.courses.reference import Calibration, ModelAnswer, ModelAnswers, Reference
from grader.courses.rubric import Rubric, invalid, read_rubric, read_toml
from grader.courses.sheet import Assignment, DocumentedModel
from grader.errors import TeacherError, UsageError


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

    def model_answers(self, assignment: Assignment) -> list[ModelAnswer]:
        """Answers to the questions of the sheet; none where the teacher has written none.

        Raises:
            TeacherError: answers.toml is broken, or its questions are not those of the sheet.

        """
        path = self.reference_folder(assignment) / "answers.toml"
        if not path.exists():
            return []
        answers = read_toml(path, ModelAnswers).answers
        if [answer.question for answer in answers] != assignment.questions:
            raise TeacherError(
                f"Expected the questions of the sheet, in its order, in {path}. Found others. Mend them."
            )
        return answers

    def reference_folder(self, assignment: Assignment) -> Path:
        """Folder of the solution and the hidden checks."""
        return self.folder / "reference" / assignment.name

    def calibration_path(self, assignment: Assignment) -> Path:
        """Where `grader calibrate` writes what the solutions reach."""
        return self.reference_folder(assignment) / "calibration.json"

    def calibrations(self, assignment: Assignment) -> list[Calibration]:
        """What was measured of the reference; empty before the first `grader calibrate`.

        Raises:
            TeacherError: calibration.json is broken.

        """
        path = self.calibration_path(assignment)
        if not path.exists():
            return []
        try:
            return TypeAdapter(list[Calibration]).validate_json(path.read_bytes())
        except ValidationError as error:
            raise invalid(path, error) from None

    def documented(self, assignment: Assignment) -> dict[str, DocumentedModel]:
        """Every network of the documents by its name: the sheet's own, and those that answer another question."""
        own = [model for network in assignment.networks for model in network.documented_models]
        return {model.name: model for model in [*own, *self.reference(assignment).documented_models]}

    def common_checks(self, rubric: Rubric) -> list[Path]:
        """Files of checks that hold for every assignment. Students may read them."""
        return [self.folder / "rubrics" / "checks" / name for name in rubric.checks]

    def visible_checks(self, assignment: Assignment) -> list[Path]:
        """Files of checks of this assignment alone that students may read."""
        return sorted((self.folder / "assignments" / assignment.name).glob("test_*.py"))

    def check_files(self, assignment: Assignment, rubric: Rubric) -> list[Path]:
        """Files of checks: the rubric's, the visible ones, then the hidden ones."""
        hidden = sorted(self.reference_folder(assignment).glob("test_*.py"))
        return [*self.common_checks(rubric), *self.visible_checks(assignment), *hidden]

    def starter(self, assignment: Assignment) -> Path:
        """What students begin with."""
        return self.folder / "assignments" / assignment.name / "starter.ipynb"


def bundled() -> Path:
    """The course that comes with the program: beside the package in a checkout, inside it in an installed wheel."""
    package = Path(__file__).parents[1]
    return package / "course" if (package / "course").is_dir() else package.parent

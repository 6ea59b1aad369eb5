"""A folder of results -> what was written of each submission."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from grader.errors import TeacherError, UsageError
from grader.records import Evidence, Grade


@dataclass(frozen=True)
class Result:
    """One submission's marks and what they rest on, as they were written."""

    folder: Path
    grade: Grade
    evidence: Evidence


def result_folders(out: Path) -> list[Path]:
    """The students' folders, by name.

    Raises:
        UsageError: nothing was graded into `out`.
    """
    folders = sorted((path.parent for path in out.glob("*/grade.json")), key=lambda folder: folder.name.casefold())
    if not folders:
        raise UsageError(
            f"Expected a folder of results at {out}. Found no grade.json in its folders. Run grader grade."
        )
    return folders


def read_result(folder: Path) -> Result:
    """The result in a student's folder.

    Raises:
        TeacherError: a file is not there, or was written by another version.
    """
    try:
        grade = Grade.model_validate_json((folder / "grade.json").read_bytes())
        evidence = Evidence.model_validate_json((folder / "evidence.json").read_bytes())
    except OSError as error:
        raise unreadable(folder, error.strerror or "a file that cannot be read") from None
    except ValidationError as error:
        raise unreadable(folder, f"{error.title} with {error.error_count()} faults") from None
    return Result(folder, grade, evidence)


def unreadable(folder: Path, found: str) -> TeacherError:
    """What to say of a folder that cannot be read."""
    return TeacherError(f"Expected a result in {folder.name}. Found: {found}. Grade this submission again.")

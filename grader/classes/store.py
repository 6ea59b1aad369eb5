"""What running a submission showed -> a file under a key made of all that went into the run, and back."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from pydantic import ValidationError

from grader.classes.keys import Parts, key_of
from grader.errors import UsageError
from grader.fields import Name, Record, Seconds
from grader.records import Observation
from grader.submissions.collect import folder_name
from grader.writing import write_whole

try:
    import fcntl
except ImportError:
    fcntl = None  # type: ignore[assignment]

FOLDER = ".grader"
"""In the folder of the results; no student's folder begins with a dot."""
LAYOUT = 1
"""Goes up when the stored records change, so that older ones are as if they were not there."""


class Stored(Record):
    """One run in its file."""

    layout: int
    parts: dict[Name, Name]
    observation: Observation


class LastRun(Record):
    """What is remembered of a student's last run, whichever file holds it."""

    layout: int
    parts: dict[Name, Name]
    seconds: Seconds
    peak_mb: float


@contextmanager
def alone_in(out: Path) -> Iterator[None]:
    """Keep other commands out of a folder of results while the block runs. Raises `UsageError` where one is in it."""
    if fcntl is None:  # Windows
        yield
        return
    (out / FOLDER).mkdir(parents=True, exist_ok=True)
    with (out / FOLDER / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # It ends with the process, however that ends.
        except OSError:
            raise UsageError(
                f"Expected to be the only grader in {out}. Found another at work. Wait for its end."
            ) from None
        yield


class RunStore:
    """The runs of a class, in the folder of its results."""

    def __init__(self, out: Path):
        self.runs, self.students = out / FOLDER / "runs", out / FOLDER / "students"

    def find(self, parts: Parts) -> Observation | None:
        """What is stored of a run with these parts; None where nothing is, or nothing that can be read."""
        try:
            stored = Stored.model_validate_json(self.run_file(parts).read_bytes())
        except (OSError, ValidationError):
            return None
        return stored.observation if (stored.layout, stored.parts) == (LAYOUT, parts) else None

    def keep(self, parts: Parts, observation: Observation) -> None:
        """Store a run, whole or not at all. Raises as `write_whole` does."""
        stored = Stored(layout=LAYOUT, parts=dict(parts), observation=observation)
        write_whole(self.run_file(parts), stored.model_dump_json().encode(), lasting=True)

    def last(self, student: str) -> LastRun | None:
        """The run on which a student's marks rested the last time."""
        with suppress(OSError, ValidationError):
            last = LastRun.model_validate_json(self.student_file(student).read_bytes())
            return last if last.layout == LAYOUT else None
        return None

    def remember(self, student: str, parts: Parts, observation: Observation) -> None:
        """Note on which run the student's marks rest now."""
        facts = {"seconds": observation.seconds, "peak_mb": observation.peak_mb}
        last = LastRun(layout=LAYOUT, parts=dict(parts), **facts)
        if last != self.last(student):
            write_whole(self.student_file(student), last.model_dump_json().encode())

    def run_file(self, parts: Parts) -> Path:
        """Where the run with these parts is stored."""
        return self.runs / f"{key_of(parts)}.json"

    def student_file(self, student: str) -> Path:
        """Where the student's last run is remembered."""
        return self.students / f"{folder_name(student)}.json"

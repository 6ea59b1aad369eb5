"""A notebook whose preprocessing is not known -> the inputs that it makes of sealed rows, by running it once more.

The second run stands in a sandbox of its own, where the data set holds the sealed inputs in the places in which it else
repeats other rows. The labels beside them are still those of the repeated rows, so the sealed ones' own are nowhere. It
trains nothing, and takes what the notebook's scalers and vectorizers learned from its first run.
"""

import shutil
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from grader.data.datasets import Array
from grader.data.exports import put
from grader.data.served import Served
from grader.errors import SandboxError, TeacherError
from grader.inside.learned import PREFIX
from grader.inside.words import Ragged, join, read_ragged
from grader.records import Model
from grader.running.cells import code_cells, number_of
from grader.running.sandbox import Job, Sandbox, open_sandbox

if TYPE_CHECKING:
    from nbformat import NotebookNode


Part = Literal["test", "train"]
"""test: the sealed inputs take the places of repeated rows, which for most data sets are test rows. train: they take
those of training rows, for notebooks that feed a network nothing else."""


@dataclass(frozen=True)
class Replaced:
    """A data set with sealed inputs in some of its places; all labels stay as they are served."""

    served: Served
    places: Path
    """File with the numbers of the rows that are sealed ones, in their order, counted over training and test rows."""


@dataclass(frozen=True)
class Replayed:
    """What a second run left."""

    files: Path
    places: Path


@dataclass
class Stage:
    """Where notebooks run a second time: nothing of it is there before one has to. Use it as a context manager.

    Several threads may ask for it at once. One of its own makes the sandboxes, as a wall ends with the thread that made
    it, and lets nobody in before all is there.
    """

    isolation: Literal["wall", "none"]
    served: Served
    """What notebooks are served the first time."""
    folders: Mapping[str, Path] = field(default_factory=dict)
    """What else they see, by name."""
    ready: dict[Part, tuple[Sandbox, Replaced]] = field(default_factory=dict)
    closed: bool = False
    keeper: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="stage"))

    def __enter__(self) -> "Stage":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()
        for sandbox, _ in self.ready.values():
            sandbox.__exit__(None, None, None)
        self.keeper.shutdown()

    def close(self) -> None:
        """End what runs there, and start nothing from now on. A notebook may still be in the room of a job."""
        self.closed = True
        self.keeper.submit(self.end).result()

    def end(self) -> None:
        """End every sandbox."""
        for sandbox, _ in self.ready.values():
            sandbox.close()

    def set(self, part: Part) -> tuple[Sandbox, Replaced]:
        """The sandbox, and what is served in it.

        Raises:
            TeacherError: the rows cannot be written.
            SandboxError: the sandbox does not start, or the command is being stopped.

        """
        return self.keeper.submit(self.lay_out, part).result()

    def lay_out(self, part: Part) -> tuple[Sandbox, Replaced]:
        """As `set` says."""
        if self.closed:
            raise SandboxError("Expected a stage for a second run. Found that the command is being stopped.")
        if part not in self.ready:
            replaced = with_sealed_inputs(self.served, part)
            folders = {**self.folders, self.served.folder.name: replaced.served.folder}
            self.ready[part] = open_sandbox(self.isolation, folders), replaced
        self.ready[part][0].revive()
        return self.ready[part]


# -- The rows ----------------------------------------------------------------------------------------------------------


def with_sealed_inputs(served: Served, part: Part) -> Replaced:
    """The same data set with the sealed inputs in some places.

    Raises:
        TeacherError: it cannot be written.

    """
    top = served.sealed_inputs.parent.parent / f"replay-{part}"
    folder = top / served.folder.name
    try:
        if not folder.exists():
            write(served, chosen(served, part), folder)
    except OSError as error:
        raise TeacherError(f"Expected to write to the folder {top}. Found: {error}. Make room there.") from error
    return Replaced(replace(served, folder=folder), top / "places.npy")


def chosen(served: Served, part: Part) -> Array:
    """The places, at most as many as there are sealed rows; they say nothing of which row was where."""
    repeated: Array = np.load(served.places)
    if part == "test":
        return repeated
    train = served.data.train_rows
    places = np.random.RandomState(0).permutation(train)[: min(len(repeated), train // 2)]
    return np.sort(places)


def write(served: Served, places: Array, folder: Path) -> None:
    """Make the folder, whole or not at all."""
    folder.parent.mkdir(mode=0o700, exist_ok=True)
    np.save(folder.parent / "places.npy", places)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".making-") as making:
        made = Path(making) / "made"
        made.mkdir(mode=0o755)
        inputs = served.sealed_inputs.suffix
        for path in served.folder.iterdir():
            if path.is_file() and not path.name.startswith("x_"):
                shutil.copyfile(path, made / path.name)
        train, test = exchanged_npz(served, places) if inputs == ".npz" else exchanged(served, places)
        save(made / f"x_train{inputs}", train)
        save(made / f"x_test{inputs}", test)
        for path in made.iterdir():
            path.chmod(0o444)
        put(made, folder)


def exchanged(served: Served, places: Array) -> list[Any]:
    """Training and test rows of arrays."""
    parts = [np.load(served.folder / f"x_{part}.npy") for part in ("train", "test")]
    rows = np.concatenate(parts)
    rows[places] = np.load(served.sealed_inputs)[: len(places)]
    return np.split(rows, [len(parts[0])])


def exchanged_npz(served: Served, places: Array) -> list[Any]:
    """Training and test rows that are lists."""
    parts = [read_ragged(served.folder / f"x_{part}.npz") for part in ("train", "test")]
    everything = join([*parts, read_ragged(served.sealed_inputs)])
    train, rows = len(parts[0]), len(parts[0]) + len(parts[1])
    of = np.arange(rows)
    of[places] = rows + np.arange(len(places))
    return [everything.take(of[:train]), everything.take(of[train:])]


def save(path: Path, rows: Array | Ragged) -> None:
    """As `grader.data.served` writes them."""
    if isinstance(rows, Ragged):
        np.savez(path, values=rows.values, offsets=rows.offsets)
    else:
        np.save(path, rows, allow_pickle=False)


# -- The run ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Again:
    """What a second run is told of the first."""

    files: Path
    """Of the first run."""
    replaced: Replaced

    def lay_out(self, job: Job) -> dict[str, Any]:
        """Put the first run's files and the sealed places where the job sees them; return what its kernel is told.

        The files are the notebook's own, and copied unread: only its own sandbox opens what it has learned.
        """
        first = job.folder / "first"
        shutil.copyfile(self.replaced.places, first / "places.npy")
        for path in self.files.iterdir():
            sample = path.name.startswith("model-") and path.suffix == ".npz" and ".weights" not in path.suffixes
            if sample or path.name.startswith(PREFIX):
                shutil.copyfile(path, first / path.name)
        for path in first.iterdir():
            path.chmod(0o444)
        return {"replay": self.replaced.served.folder.name}


def until_fed(notebook: "NotebookNode", models: list[Model]) -> "NotebookNode":
    """A copy without the code after the last cell in which one of the models was fed anything."""
    fits = [fit.cell or 0 for model in models for fit in model.fits]
    fed = fits + [call.cell or 0 for model in models for call in model.evaluations]
    copy: NotebookNode = notebook.copy()
    copy.cells = [cell.copy() for cell in notebook.cells]
    for cell in code_cells(copy):
        if number_of(cell) > max(fed, default=0):
            cell.source = ""
    return copy

"""A sheet's names of files, and what a notebook says -> what it is answered when it asks for a file that is not there.

The kernel looks names up; this side says which export a name stands for, and makes it when a kernel first asks.
"""

import json
import os
import re
import shutil
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.courses.sheet import FileForm, Table
from grader.data.exports import FOLDER, Export, columns_of, make
from grader.data.served import Served
from grader.errors import TeacherError, UsageError
from grader.running.sandbox import Job

if TYPE_CHECKING:
    from nbformat import NotebookNode

TEACHERS = "files"
"""Name of the teacher's folder among those that a sandbox serves."""
FOLDERS = {"batches", "folders"}
"""Forms that are a folder of files."""
LOOK_SECONDS = 0.05
WANTED_BYTES = 1_000
OUTPUT_CHARACTERS = 20_000
"""Of each saved output: the names of columns stand at its beginning."""
TEXT_CHARACTERS = 500_000


@dataclass(frozen=True)
class Shelf:
    """What a notebook finds that asks for a file by its name, in the order in which it is looked up."""

    served: Served
    exports: tuple[Export, ...] = ()
    attached: Path | None = None
    """Folder of the files that were handed in with the notebook."""

    def settings(self, job: Job) -> dict[str, Any]:
        """What the kernel is told."""
        places = job.sandbox.served
        return {
            "submission": str(job.folder / "files"),
            "teacher": places.get(TEACHERS),
            "made": f"{places[self.served.data.name]}/{FOLDER}",
            "names": [
                (export.form.names, export.form.members, export.key, export.name, export.form.form in FOLDERS)
                for export in self.exports
            ],
        }


def shelf_for(forms: Sequence[FileForm], text: str, served: Served, attached: Path | None) -> Shelf:
    """The shelf for a notebook that says `text`, in its code and its saved outputs."""
    exports: dict[str, Export] = {}
    for form in forms:
        held = tuple(exports[name] for name in form.holds)
        exports[form.names[0]] = Export(form.names[0], form, fitting(form.tables, text), held)
    return Shelf(served, tuple(exports.values()), attached)


def fitting(tables: Sequence[Table], text: str) -> Table | None:
    """The table that the text speaks of: by its signs, then by its columns; the first where it speaks of none."""
    words = set(re.findall(r"\w+", text))

    def likeness(table: Table) -> tuple[int, int]:
        signs = sum(bool(re.search(sign, text)) for sign in table.signs)
        return signs, len(words & set(columns_of(table))) if table.header else 0

    return max(tables, key=likeness, default=None)


def text_of(saved: "NotebookNode") -> str:
    """What a notebook says in its code and the beginnings of its saved outputs."""
    pieces = []
    for cell in saved["cells"]:
        pieces.append(cell["source"])
        for output in cell.get("outputs", ()):
            pieces.append(output.get("text", "")[:OUTPUT_CHARACTERS])
            pieces.append(output.get("data", {}).get("text/plain", "")[:OUTPUT_CHARACTERS])
    return "\n".join(pieces)[:TEXT_CHARACTERS]


def lay_out(shelf: Shelf | None, job: Job) -> None:
    """Copy what was handed in with the notebook to where its job sees it, without links that lead elsewhere."""
    if shelf is None or shelf.attached is None:
        return
    for folder, folders, names in os.walk(shelf.attached):
        folders[:] = [name for name in folders if not Path(folder, name).is_symlink()]
        place = job.folder / "files" / Path(folder).relative_to(shelf.attached)
        place.mkdir(exist_ok=True)
        for name in names:
            source = Path(folder, name)
            if source.is_file() and not source.is_symlink():
                shutil.copyfile(source, place / name)
                (place / name).chmod(0o644)


# -- Making exports for a kernel ---------------------------------------------------------------------------------------


@contextmanager
def making(job: Job, shelf: Shelf | None) -> Iterator[None]:
    """Make the exports that the job's kernel asks for while the block runs.

    Raises:
        TeacherError: one could not be made; the notebook went on without it, which is not its fault.

    """
    if shelf is None:
        yield
        return
    over = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        maker = pool.submit(make_until, over, job, shelf)
        try:
            yield
        finally:
            over.set()
        maker.result()


def make_until(over: threading.Event, job: Job, shelf: Shelf) -> None:
    """Make what is asked for: of the exports that the sheet names, and no others. Raises as `making` does."""
    known = {export.key: export for export in shelf.exports}
    refused: dict[str, TeacherError] = {}
    while not over.wait(LOOK_SECONDS):
        key = wanted(job.result / "wanted.json")
        if key not in known or key in refused:
            continue
        try:
            make(known[key], shelf.served)
        except TeacherError as error:
            refused[key] = error
            tell(job.folder / "door", list(refused))
    if refused:
        raise next(iter(refused.values()))


def wanted(path: Path) -> str:
    """The key of the export that is asked for; empty where nothing is."""
    with suppress(OSError, ValueError, RecursionError):
        key = json.loads(path.read_bytes()[:WANTED_BYTES])
        return key if isinstance(key, str) else ""
    return ""


def tell(door: Path, refused: list[str]) -> None:
    """Put the keys of what cannot be made behind the job's door, whole or not at all."""
    half = door / ".refused"
    half.write_text(json.dumps(refused), encoding="utf-8")
    half.chmod(0o644)
    os.replace(half, door / "refused.json")


def teachers_folder(folder: Path) -> Path:
    """The teacher's folder of files, if notebooks will be able to read it.

    Raises:
        UsageError: it is no folder.
        TeacherError: only root may read what is in it, and root's notebooks run as other users.

    """
    if not folder.is_dir():
        raise UsageError(f"Expected --files to be a folder. Received: {folder}, which is not a folder.")
    for path in [folder, *folder.rglob("*")] if os.name == "posix" and os.geteuid() == 0 else []:
        needed = 0o005 if path.is_dir() else 0o004
        if not path.is_symlink() and path.stat().st_mode & needed != needed:
            raise TeacherError(
                f"Expected files in {folder} that everybody may read. Found {path}. Run: chmod -R a+rX {folder}"
            )
    return folder.resolve()

"""A submission and what it is graded with -> the named parts that decide how its run goes; equal parts, equal run."""

import hashlib
import importlib.metadata
import json
import os
import platform
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from grader.running.files import TEACHERS, shelf_for, text_of
from grader.submissions.collect import Collected, code_sources

if TYPE_CHECKING:
    from grader.pipeline import Desk

Parts = Mapping[str, str]
"""Digests, by what a teacher calls the thing: "the code", "the limits"."""
CODE = "the code"
AFTERWARDS = {
    *(f"grader.submissions.{name}" for name in ("intake", "archives", "layouts", "roster", "handed")),
    *(f"grader.{name}" for name in ("marking", "pages", "similar", "gradebook", "classes", "viva", "calibration")),
    *(f"grader.{name}" for name in ("cli", "__main__", "board", "doctor", "schema", "student", "version")),
}
"""Modules and packages that no run depends on, or by nothing but what is in its key. New ones count as if a run did
until they are named here."""


def parts_of_class(desk: "Desk") -> Parts:
    """The parts that all submissions of a class have in common."""
    own = desk.assignment.model_dump(mode="json", include={"task", "networks", "files"})
    thresholds = {name: {key: str(each) for key, each in marks.items()} for name, marks in desk.thresholds.items()}
    teachers = desk.sandbox.served_here.get(TEACHERS)
    return {
        "the sheet": digest(own),
        "the thresholds": digest(thresholds if desk.stops_early else None),
        "the data set": digest([desk.served.data.fingerprint, desk.served.folder.parent.parent.name]),
        "the folder of --files": digest(contents(teachers)),
        "the limits": digest(desk.limits.model_dump(exclude={"training_seconds"})),
        "the budget": digest([desk.limits.training_seconds, desk.stops_early]),
        "the options": digest([desk.sandbox.isolation, desk.strict_api]),
        **parts_of_machine(),
    }


def parts_of(collected: Collected, desk: "Desk", common: Parts, attached: Path | None) -> Parts:
    """All parts of one submission; `common` are those of its class."""
    shelf = shelf_for(desk.assignment.files, text_of(collected.saved), desk.served, attached)
    return {
        CODE: digest([code_sources(collected.notebook), collected.submission.problem]),
        "the files handed in": digest(contents(attached)),
        "the tables it speaks of": digest([export.key for export in shelf.exports]),
        **common,
    }


@cache
def parts_of_machine() -> Parts:
    """The parts that belong to the machine on which a notebook runs."""
    packages = sorted((each.name, each.version) for each in importlib.metadata.distributions())
    folder = Path(__file__).parents[1]
    sources = [path.relative_to(folder) for path in sorted(folder.rglob("*.py"))]
    code = [
        (path.as_posix(), (folder / path).read_text(encoding="utf-8"))
        for path in sources
        if not is_afterwards(".".join(["grader", *path.with_suffix("").parts]))
    ]
    return {
        "the packages": digest([platform.python_version(), platform.machine(), packages]),
        "the grader": digest(code),
    }


def is_afterwards(module: str) -> bool:
    """Whether no run depends on a module."""
    return any(is_within(module, name) for name in AFTERWARDS)


def is_within(module: str, name: str) -> bool:
    """Whether a module is the one of that name, or in the package of that name."""
    return f"{module}.".startswith(f"{name}.")


def key_of(parts: Parts) -> str:
    """One digest of all parts."""
    return digest(sorted(parts.items()))


def why_run(parts: Parts, before: Parts | None) -> str:
    """Why something is run, in a few words, where no run with these parts is stored and the last one had others."""
    if before is None:
        return "new"
    changed = [name for name, part in parts.items() if before.get(name) != part]
    return f"changed: {', '.join(changed)}" if changed else "its stored run is gone or damaged"


def contents(folder: Path | None) -> list[tuple[str, str]]:
    """Path and digest of every file in a folder, without links, as notebooks are given them."""
    found = []
    for place, folders, names in os.walk(folder) if folder else ():
        folders[:] = [name for name in folders if not Path(place, name).is_symlink()]
        for path in (Path(place, name) for name in names):
            if path.is_file() and not path.is_symlink():
                with path.open("rb") as file:
                    found.append(
                        (str(path.relative_to(folder or path)), hashlib.file_digest(file, "sha256").hexdigest())
                    )
    return sorted(found)


def digest(value: Any) -> str:
    """A short digest of anything that JSON can write."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode("utf-8", "surrogatepass")).hexdigest()[:32]

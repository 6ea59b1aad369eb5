"""A small YAML file with a comment that says what it tries -> a notebook, under the name that it is handed in by."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

HANDED_IN = 1_772_366_400
"""Noon on 1 March 2026, in seconds."""
FOLDER = Path(__file__).parent / "attacks"


@dataclass(frozen=True)
class Attack:
    """One notebook, and what is expected of it."""

    id: str
    cells: list[dict[str, Any]]
    """Each is markdown or code, with its outputs, and what more the JSON of the cell has."""
    name: str = ""
    """Of the student and of the file; the attack's own where it is not about names."""
    metadata: dict[str, Any] = field(default_factory=dict)
    shows: bool = False
    """The words of the attack must come to the page, as text: else it would prove nothing."""
    refused: str = ""
    """Why nothing of the file is read, as its report says."""
    copies: int = 1

    @property
    def students(self) -> list[str]:
        """Who hands it in."""
        name = self.name or self.id.replace("_", " ")
        return [name if number == 1 else f"{name} by student {number}" for number in range(1, self.copies + 1)]

    def write(self, folder: Path) -> None:
        """Write the notebook once for each student."""
        for number, student in enumerate(self.students):
            cells = list(map(cell, [*self.cells, *[{"code": f"copy = {number}"}] * number]))
            notebook = {"nbformat": 4, "nbformat_minor": 0, "metadata": self.metadata, "cells": cells}
            path = folder / f"{student}.ipynb"
            path.write_text(json.dumps(notebook))
            os.utime(path, (HANDED_IN, HANDED_IN))


def cell(told: dict[str, Any]) -> dict[str, Any]:
    """A cell as the notebook's JSON has it."""
    kind = "markdown" if "markdown" in told else "code"
    made = {"cell_type": kind, "metadata": {}, "source": grown(told[kind]), **told.get("more", {})}
    if kind == "code":
        made |= {"execution_count": 1, "outputs": grown(told.get("outputs", []))}
    return made


def grown(value: Any) -> Any:
    """The value with each {repeat: text, times: n} in it written out."""
    if isinstance(value, dict):
        if value.keys() == {"repeat", "times"}:
            return value["repeat"] * value["times"]
        return {key: grown(item) for key, item in value.items()}
    return [grown(item) for item in value] if isinstance(value, list) else value


def read(path: Path) -> Attack:
    """The attack in a file, which opens with a comment on what it tries."""
    text = path.read_text(encoding="utf-8")
    assert text.startswith("# Tries to "), path.name
    return Attack(id=path.stem, **yaml.safe_load(text))


ATTACKS = [read(path) for path in sorted(FOLDER.glob("*.yaml"))]

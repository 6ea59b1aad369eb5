"""The models that a notebook makes -> an entry for each, without keeping all of them in memory or all their files.

A search over settings or a cross-validation makes hundreds. The newest are kept alive; an older one lives as long as
the notebook needs it, and its entry and its files outlive it while there is room.
"""

import weakref
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import keras

from grader.inside.notes import notes
from grader.inside.rows import Known

MOST_MODELS = 50
"""That are known of at one time."""
MOST_ALIVE = 5
"""That are kept alive although the notebook may have let them go: what was done to them is still to be written."""
MOST_FILE_BYTES = 300 << 20
"""Of the files of all models together; they lie in the memory of the job."""
MOST_ITEMS = 100
"""Of a list or an object that is searched for models."""


@dataclass
class Entry:
    """What is known of one model."""

    id: str
    model: Any
    """None once it need not be kept alive: see `alive`."""
    cell: int | None
    other_data: str | None = None
    """The data set that the notebook had asked for last when it made the model, if that is none of the sheet's."""
    variable: str | None = None
    named: bool = False
    """The notebook has a name for it, as far as was seen."""
    fits: list[dict[str, Any]] = field(default_factory=list)
    evaluations: list[dict[str, Any]] = field(default_factory=list)
    touched: bool = True
    """Something was done to it since it was last saved."""
    saved: float | None = None
    """Checksum of the weights that were saved."""
    not_saved_because: str | None = None
    compiled_in: int | None = None
    """Cell of the last compile()."""
    known: Known = field(default_factory=Known)
    """Rows that it was given."""
    described: dict[str, Any] | None = None
    """The model itself in the fields of `grader.records.Model`, as it was when it was last touched."""

    def __post_init__(self) -> None:
        self.reference = weakref.ref(self.model)

    @property
    def alive(self) -> Any:
        """The model, or None where the notebook has let it go."""
        return self.model if self.model is not None else self.reference()


class Models:
    """The entries, the one that was used last at the end."""

    def __init__(self, out: Path):
        self.out = out
        self.entries: dict[str, Entry] = {}
        self.made = 0

    def __iter__(self) -> Iterator[Entry]:
        return iter(sorted(self.entries.values(), key=lambda entry: int(entry.id.removeprefix("model-"))))

    def of(self, model: Any, cell: int | None) -> Entry:
        """The entry of a model, new if need be."""
        entry = next((each for each in self.entries.values() if each.alive is model), None)
        if entry is None:
            self.made += 1
            entry = Entry(f"model-{self.made}", model, cell, notes.refused_data)
        entry.model = model
        self.entries.pop(entry.id, None)
        self.entries[entry.id] = entry
        return entry

    def name(self, namespace: dict[str, Any], cell: int | None) -> None:
        """Note what the notebook calls its models."""
        names: dict[str, list[str]] = {}
        for name, model in named_models(namespace):
            names.setdefault(self.of(model, cell).id, []).append(name[:200])
        for entry in self.entries.values():
            entry.named = entry.id in names
            # A loop's variable refers to it as well, later and for a while.
            if entry.named and entry.variable not in names[entry.id]:
                entry.variable = names[entry.id][0]

    def let_go(self) -> None:
        """Keep no more models alive and no more files than there is room for; all of them are written by now."""
        for entry in list(self.entries.values())[:-MOST_ALIVE]:
            entry.model = None
        sizes = self.file_sizes()
        for entry in sorted(list(self.entries.values())[:-1], key=lambda entry: entry.named):
            if len(self.entries) <= MOST_MODELS and sum(map(sum, map(dict.values, sizes.values()))) <= MOST_FILE_BYTES:
                break
            if len(self.entries) > MOST_MODELS:
                del self.entries[entry.id]
            for path in sizes.pop(entry.id, {}):
                path.unlink(missing_ok=True)
            entry.not_saved_because = (
                "The notebook made many models, and there was room for the files of the last ones."
            )
            notes.substitute("The notebook made more models than there is room for. Those of the oldest were let go.")

    def file_sizes(self) -> dict[str, dict[Path, int]]:
        """Bytes of each file, by the id of its model."""
        sizes: dict[str, dict[Path, int]] = {}
        for path in self.out.iterdir():
            id_ = path.name.partition(".")[0]
            if id_ in self.entries:
                sizes.setdefault(id_, {})[path] = path.stat().st_size
        return sizes


def named_models(namespace: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Models among the notebook's variables, then those in its lists, dictionaries and objects, as one writes them."""
    values = [(name, value) for name, value in namespace.items() if not name.startswith("_")]
    yield from ((name, value) for name, value in values if isinstance(value, keras.Model))
    for name, value in values:
        for part, item in parts_of(value):
            if isinstance(item, keras.Model):
                yield f"{name}{part}", item


def parts_of(value: Any) -> Iterator[tuple[str, Any]]:
    """What a list, a dictionary or an object of the notebook's own class holds, with how to write its place."""
    if isinstance(value, keras.Model):
        return
    if type(value) in (list, tuple):
        yield from ((f"[{number}]", item) for number, item in enumerate(value[:MOST_ITEMS]))
    elif type(value) is dict:
        yield from ((f"[{key!r}]", item) for key, item in islice(value.items(), MOST_ITEMS) if type(key) in (str, int))
    elif type(value).__module__ == "__main__" and isinstance(fields := getattr(value, "__dict__", None), dict):
        yield from ((f".{key}", item) for key, item in islice(fields.items(), MOST_ITEMS))

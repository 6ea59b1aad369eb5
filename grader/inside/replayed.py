"""What a replay wrote, the first run's samples and the model -> its outputs on sealed rows, where each row is proven.

The replay is the notebook's own account. What it says is taken as the inputs of certain rows only where

- the rows that the first run was fed are found again in it: so the preprocessing is still the same;
- the labels beside them are, one by one, those that are served at these rows, which are none of the sealed rows' own;
  where there are no labels, the model must tell the visible rows' classes;
- every sealed row that lies among the fed ones is there, and they are nearly all, or those that the first run chose
  when it could not know them.

Nothing of the sealed rows' labels is here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from grader.inside import alignment
from grader.inside.matching import Places
from grader.inside.sameness import same, single, slack
from grader.inside.steps import read_steps
from grader.inside.tracing import SOURCES

WORDS = "the notebook's own preprocessing, run again on rows that it never saw"
CONTROLS = "controls_"
LEAST_FOUND = 0.9
"""Of the first run's samples that were not in the place of a sealed row."""
NEARLY_ALL = 0.9
"""Of the sealed rows; of less, none may have been left out by what it looks like."""
LEAST_ROWS = 40
CERTAIN = 6.0
"""Standard errors by which a model must beat chance on visible rows, where there are no labels to tell rows by."""
Predict = Callable[[NDArray[Any]], NDArray[np.float32]]


class UnprovenError(Exception):
    """It is not certain which input belongs to which row. The message is for the student."""


class UntestedError(UnprovenError):
    """None of the rows that the model was fed is in the place of a sealed one."""


@dataclass(frozen=True)
class Known:
    """What is known of the data set, and of the choices of both runs."""

    true: NDArray[Any]
    """Labels of all rows as they are served."""
    starts: list[Places]
    number: Places
    """For each row the number of the sealed row in its place, else -1."""

    @classmethod
    def read(cls, door: Path, folder: Path) -> "Known":
        """From the served data set and what lies behind the judge's door."""
        true, places = alignment.truth(folder), np.load(door / "places.npy")
        number = np.full(len(true), -1)
        number[places] = np.arange(len(places))
        return cls(true, alignment.bases(folder), number)


@dataclass(frozen=True)
class Inputs:
    """Of one call: rows that the model was fed in the replay."""

    name: str
    fed: NDArray[Any]
    rows: Places
    """Their positions in the array."""
    total: int
    controls: dict[str, NDArray[np.int64]]
    """By the call of the first run, shape (2, n): numbers of its samples, and the positions of the same rows here."""
    labels: NDArray[Any] | None
    first: dict[str, NDArray[Any]]
    """What the first run kept of the same call."""

    @classmethod
    def read(cls, path: Path, door: Path) -> "Inputs":
        """From replay.<call>.npz and sample.<call>.npz. Raises `UnprovenError` where the numbers cannot be."""
        name = path.name.split(".")[1]
        with np.load(path, allow_pickle=False) as arrays, np.load(door / f"sample.{name}.npz") as first:
            labels = arrays["every_label"] if "every_label" in arrays.files else None
            kept = {name: first[name] for name in first.files}
            names = [name for name in arrays.files if name.startswith(CONTROLS)]
            controls = {name.removeprefix(CONTROLS): arrays[name].astype(np.int64) for name in names}
            rows = arrays["rows"].astype(np.int64)
            found = cls(name, arrays["fed"], rows, int(arrays["total"]), controls, labels, kept)
        found.refuse_impossible()
        return found

    def refuse_impossible(self) -> None:
        """Raise `UnprovenError` where the numbers cannot be what the replay writes."""
        rows = self.rows
        sound = (
            len(rows) == len(self.fed)
            and len(np.unique(rows)) == len(rows)
            and within(rows, self.total)
            and all(of.shape == found.shape and np.isin(found, rows).all() for of, found in self.controls.values())
            and (self.labels is None or self.labels.shape == (self.total,))
        )
        if not sound:
            raise UnprovenError("Found numbers of rows that cannot be.")

    def again(self, call: str, fed: NDArray[Any]) -> NDArray[np.bool_]:
        """Which of the samples of that call are the same here."""
        found = np.zeros(len(fed), dtype=bool)
        of, at = self.controls.get(call, np.zeros((2, 0), dtype=np.int64))
        if within(of, len(fed)):
            found[of] = same(fed[of], self.at(at), slack(fed))
        return found

    def at(self, positions: Places) -> NDArray[Any]:
        """The rows at these positions."""
        return np.asarray(self.fed[np.searchsorted(self.rows, positions)])

    @property
    def is_same_choice(self) -> bool:
        """Whether the first run, which could not know the sealed rows, chose rows with the very same labels."""
        before = self.first.get("every_label")
        return self.labels is not None and before is not None and np.array_equal(before, self.labels)


def within(numbers: Places, size: int) -> bool:
    """Whether all numbers are from 0 to size - 1."""
    return numbers.size == 0 or (int(numbers.min()) >= 0 and int(numbers.max()) < size)


def measure(door: Path, folder: Path, predict: Predict) -> tuple[NDArray[np.float32], Places]:
    """The model's outputs on sealed rows, and the number of each.

    Args:
        door: with replay.<call>.npz, sample.<call>.npz, the steps of both runs and places.npy.
        folder: of the served data set.
        predict: the model.

    Raises:
        UnprovenError: it is not certain which input belongs to which row.
        UntestedError: it is, and none is a sealed one.

    """
    known, reasons, codes = Known.read(door, folder), [], None
    outputs: dict[int, NDArray[np.float32]] = {}
    chosen_blindly = 0
    calls = [Inputs.read(path, door) for path in sorted(door.glob("replay.*.npz"), key=order_of)]
    for inputs in calls:
        try:
            places = places_of(inputs, door, known, predict)
            refuse_change(inputs, calls, places, known)
            codes = codes_of(inputs, places, known)  # at last those of fit(), by which the model learned
            numbers, positions = sealed_in(inputs, places, known)
        except UnprovenError as reason:
            reasons.append(str(reason))
            continue
        new = ~np.isin(numbers, list(outputs))
        if new.any():
            outputs |= zip(numbers[new].tolist(), predict(inputs.at(positions[new])), strict=True)
            chosen_blindly += int(new.sum()) if inputs.is_same_choice else 0
    sealed = int((known.number >= 0).sum())
    if len(outputs) < NEARLY_ALL * sealed and (chosen_blindly < len(outputs) or len(outputs) < LEAST_ROWS):
        found = f"Expected {sealed} rows. Found {len(outputs)} of them among those that the model was fed."
        untested = not outputs and not reasons
        raise (UntestedError if untested else UnprovenError)(" ".join(dict.fromkeys([found, *reasons])))
    return by_class(np.stack(list(outputs.values())), codes), np.array(list(outputs))


def order_of(path: Path) -> tuple[int, str]:
    """The calls that show best how the model is meant to be used come first."""
    source = path.name.split(".")[1]
    return list(SOURCES).index(source.partition("-")[0]), source


def places_of(inputs: Inputs, door: Path, known: Known, predict: Predict) -> Places:
    """The row of the data set of each row that was fed. Raises `UnprovenError` where that is not certain."""
    # Where both runs chose alike, what the first one said of it counts: it could not know the sealed rows.
    steps = read_steps(door / ("steps.npz" if inputs.is_same_choice else "replay-steps.npz"))
    if inputs.labels is None:
        orders = alignment.likely(inputs.total, steps, known.starts)
        found = next((places for places in orders if tells_apart(inputs, places, known, predict)), None)
    else:
        found = alignment.align(inputs.labels, steps, known.starts, known.true)
    if found is None:
        raise UnprovenError(f"Found no order of the data set's rows that explains those given to {words(inputs)}.")
    return found


def codes_of(inputs: Inputs, places: Places, known: Known) -> NDArray[Any] | None:
    """The number that the notebook gave to each class; None where it has numbered none anew.

    `alignment.align` has found that rows of a class all have the same number there.
    """
    if inputs.labels is None:
        return None
    classes, first = np.unique(known.true[places], return_index=True)
    codes = inputs.labels[first]
    anew = np.array_equal(classes, np.arange(len(classes))) and np.array_equal(np.sort(codes), classes)
    return codes.astype(int) if anew and not np.array_equal(codes, classes) else None


def by_class(outputs: NDArray[np.float32], codes: NDArray[Any] | None) -> NDArray[np.float32]:
    """Outputs with a column for each class in the data set's order, or with the one for class 1."""
    if codes is None or outputs.ndim != 2:
        return outputs
    if outputs.shape[1] == 1 and len(codes) == 2:
        return 1 - outputs
    return outputs[:, codes] if outputs.shape[1] == len(codes) else outputs


def refuse_change(inputs: Inputs, calls: list[Inputs], places: Places, known: Known) -> None:
    """Raise `UnprovenError` unless what the call was fed in the first run is there again, in whichever call."""
    fed, at = single(inputs.first["fed"]), inputs.first["rows"]
    again = np.any([each.again(inputs.name, fed) for each in calls], axis=0)
    expected, least = np.ones(len(fed), dtype=bool), LEAST_FOUND
    if inputs.is_same_choice and at.min() >= 0:
        expected = known.number[places[at]] < 0
    else:  # Where the rows lay is not known: some were in the places of sealed ones.
        least *= 1 - (known.number[places] >= 0).mean()
    if not expected.any() or again[expected].mean() < least:
        raise UnprovenError(
            f"Expected the rows given to {words(inputs)} in the first run. Found {again[expected].mean():.0%} of them: "
            "the preprocessing learns from all rows in a way that the grader cannot repeat."
        )


def sealed_in(inputs: Inputs, places: Places, known: Known) -> tuple[Places, Places]:
    """Numbers of the sealed rows among those that were fed, each once, and their positions.

    Raises:
        UnprovenError: one of them was not written down.

    """
    numbers, positions = np.unique(known.number[places], return_index=True)
    numbers, positions = numbers[numbers >= 0], positions[numbers >= 0]
    if not np.isin(positions, inputs.rows).all():
        raise UnprovenError(f"Found rows left out of what was given to {words(inputs)}.")
    return numbers, positions


def tells_apart(inputs: Inputs, places: Places, known: Known, predict: Predict) -> bool:
    """Whether the model tells visible rows apart far better than chance, if these are their places."""
    positions = np.unique(np.concatenate([found for _, found in inputs.controls.values()] or [np.zeros(0, int)]))
    positions = positions[known.number[places[positions]] < 0]
    if positions.size < LEAST_ROWS:
        return False
    outputs, true = predict(inputs.at(positions)).reshape(positions.size, -1), known.true[places[positions]]
    if true.dtype.kind == "f":
        guesses = outputs[:, 0]
        together = np.corrcoef(guesses, true)[0, 1] if guesses.std() > 0 else 0.0
        return bool(together * np.sqrt(positions.size) > CERTAIN)
    guesses = outputs.argmax(axis=1) if outputs.shape[1] > 1 else (outputs[:, 0] > 0.5).astype(int)
    chance = sum((guesses == kind).mean() * (true == kind).mean() for kind in np.unique(true))
    error = np.sqrt(chance * (1 - chance) / positions.size)
    return bool((guesses == true).mean() - chance > CERTAIN * error)


def words(inputs: Inputs) -> str:
    """The call, for example evaluate()."""
    return SOURCES[inputs.name.partition("-")[0]]

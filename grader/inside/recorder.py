"""A running notebook -> record.json: every Keras model it makes, how each was trained, and samples of what it was fed.

Everything is written when it happens, so that a notebook that dies halfway leaves what was seen until then. What is
written here is the notebook's own account: a student's code runs in the same process. Marks rest on the judge's.
"""

import functools
import inspect
import json
import os
import platform
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow

from grader.inside import describe, imports, samples
from grader.inside.governor import Governor, counts_epochs, hastened, pad, shorten, watches_batches
from grader.inside.models import Entry, Models
from grader.inside.notes import notes
from grader.inside.offers import Offers
from grader.inside.replay import Replay
from grader.inside.rows import Rows
from grader.inside.shelf import Found
from grader.inside.steps import Steps
from grader.inside.vocabulary import knowing_words

MOST_CALLS = 200
MOST_SAMPLED_FITS = 100
MOST_FILES = 200
WEIGHT_BYTES = 400 << 20
SNAPSHOT_SECONDS = 15.0
PROGRESS_SECONDS = 0.2
DEFAULT_BATCH = 32
STEPS_WORTH_IT = 2_000
"""Below, tracing the functions anew takes longer than the many single steps."""


@contextmanager
def unnoticed() -> Iterator[None]:
    """Whatever goes wrong in the recorder must not change what the notebook does; the job's log keeps it."""
    try:
        yield
    except Exception:
        traceback.print_exc(file=sys.__stderr__)


class Recorder:
    """Wraps Keras' training methods and looks at the notebook's variables after every cell."""

    def __init__(
        self,
        out: Path,
        cells: list[int],
        training_seconds: float | None,
        offers: Offers | None,
        replay: Replay | None = None,
    ):
        self.out = out
        self.replay = replay
        """What takes rows in the place of samples, where the notebook runs a second time."""
        self.steps = replay.steps if replay else Steps()
        self.cells = iter(cells)
        self.budget = training_seconds
        self.offers = offers
        self.trained = 0.0
        self.models = Models(out)
        self.files: dict[tuple[str, str], dict[str, Any]] = {}
        self.rows = Rows()
        self.cell: int | None = None
        self.busy = False
        self.last_progress = 0.0
        self.last_snapshot = time.perf_counter()

    # -- hooks -------------------------------------------------------------------------------------------------------

    def install(self) -> None:
        """Wrap the methods of keras.Model, for Sequential, functional and subclassed models alike."""
        self.wrap("fit", self.fit)
        self.wrap("evaluate", self.evaluate)
        self.wrap("predict", self.predict)
        self.wrap("compile", self.compile)
        for name in ("summary", "load_weights", "set_weights", "train_on_batch"):
            self.wrap(name, self.touch)
        imports.after_import("sklearn.preprocessing", self.rows.watch_scalers)
        self.steps.install(idle=lambda: not self.busy)

    def wrap(self, name: str, around: Callable[..., Any]) -> None:
        """Replace a method by `around(original, model, *args, **kwargs)`; calls that Keras makes itself go through."""
        # In the class that defines it: Keras asks whether a model's compile() is still its own.
        owner = next(cls for cls in keras.Model.__mro__ if name in vars(cls))
        original = getattr(owner, name)

        @functools.wraps(original)
        def method(model: Any, *args: Any, **kwargs: Any) -> Any:
            if self.busy:
                return original(model, *args, **kwargs)
            self.busy = True
            try:
                return around(original, model, *args, **kwargs)
            finally:
                self.busy = False

        setattr(owner, name, method)

    def attach(self, shell: Any) -> None:
        """Follow the cells of an IPython shell."""
        shell.events.register("pre_run_cell", self.before_cell)
        shell.events.register("post_run_cell", lambda *_: self.after_cell(shell.user_ns))

    def before_cell(self, info: Any) -> None:
        """Note which cell runs: Jupyter sends no number, so the host has told the order beforehand."""
        if info.store_history:
            self.cell = notes.cell = next(self.cells, None)
            self.progress(force=True)

    def after_cell(self, namespace: dict[str, Any]) -> None:
        """Find new models among the variables, and write down what the cell did."""
        with unnoticed():
            self.models.name(namespace, self.cell)
            self.write()

    def finish(self) -> None:
        """The kernel shuts down: catch weights that changed without a method that is wrapped."""
        with unnoticed():
            for entry in self.models:
                entry.touched |= entry.alive is not None and describe.checksum(entry.alive) != entry.saved
            self.write()

    # -- what is wrapped ---------------------------------------------------------------------------------------------

    def touch(self, original: Callable[..., Any], model: Any, *args: Any, **kwargs: Any) -> Any:
        """A method that changes the model or shows that it exists."""
        result = original(model, *args, **kwargs)
        with unnoticed():
            self.entry(model).touched = True
        return result

    def compile(self, original: Callable[..., Any], model: Any, *args: Any, **kwargs: Any) -> Any:
        """Note the cell as well."""
        result = self.touch(original, model, *args, **kwargs)
        with unnoticed():
            self.entry(model).compiled_in = self.cell
        return result

    def fit(self, original: Callable[..., Any], model: Any, *args: Any, **kwargs: Any) -> Any:
        """Train within the budget, and note what was asked and what was granted."""
        call = inspect.signature(original).bind(model, *args, **kwargs)
        call.apply_defaults()
        given = call.arguments
        entry = self.entry(model)
        history: dict[str, list[float | None]] = {}
        offers = self.offers if self.offers and may_end_early(given) else None
        governor = Governor(
            self.seconds_left(),
            on_epoch=functools.partial(self.after_epoch, entry, given, history, offers),
            answer=offers.answer if offers else lambda: None,
        )
        hasty = may_hasten(model, given)
        given["callbacks"] = with_callback(given["callbacks"], governor)
        started, ended = time.perf_counter(), "error"
        try:
            with hastened(model) if hasty else nullcontext():
                result = original(*call.args, **call.kwargs)
            ended = how_it_ended(governor)
            if governor.proven:
                shorten([*history.values(), *result.history.values(), result.epoch], governor.epochs)
            if ended in {"verdict", "budget"}:
                pad(result, epochs_asked(given))
            return result
        finally:
            seconds = time.perf_counter() - started
            self.trained += seconds
            if offers:
                offers.close()
            with unnoticed():
                facts = {"stopped": ended, "epochs_granted": governor.epochs, "seconds": seconds, "history": history}
                entry.fits.append({"cell": self.cell, **fit_facts(given), **facts, "other_data": notes.refused_data})
                self.sample_fit(entry, given, len(entry.fits))
                with unnoticed():
                    shared = self.rows.trained(entry.known, trained_rows(given)[0], validation_rows(given)[0])
                    entry.fits[-1].update(shared)
                entry.touched = True
                self.write()

    def evaluate(self, original: Callable[..., Any], model: Any, *args: Any, **kwargs: Any) -> Any:
        """Evaluate, and keep the figures and some of the rows."""
        call = inspect.signature(original).bind(model, *args, **kwargs)
        call.apply_defaults()
        results: dict[str, float | None] = {}
        listener = keras.callbacks.LambdaCallback()
        listener.on_test_end = lambda logs=None: results.update(figures(logs))
        call.arguments["callbacks"] = with_callback(call.arguments["callbacks"], listener)
        result = original(*call.args, **call.kwargs)
        with unnoticed():
            entry = self.entry(model)
            self.note_evaluation(entry, "evaluate", call.arguments["x"], call.arguments["y"], results)
            if call.arguments["steps"] is None and call.arguments["sample_weight"] is None:
                entry.evaluations[-1]["weights"] = describe.checksum(model)
        return result

    def predict(self, original: Callable[..., Any], model: Any, *args: Any, **kwargs: Any) -> Any:
        """Predict, and keep some of the rows."""
        result = original(model, *args, **kwargs)
        with unnoticed():
            given = inspect.signature(original).bind(model, *args, **kwargs).arguments
            self.note_evaluation(self.entry(model), "predict", given.get("x"), None, {})
        return result

    # -- notes -------------------------------------------------------------------------------------------------------

    def entry(self, model: Any) -> Entry:
        """The entry of a model, new if need be."""
        return self.models.of(model, self.cell)

    def note_file(self, found: Found) -> None:
        """Note what was read in the place of what was asked for; once for each cell that does so first."""
        notes.refused_data = None
        key = (found.asked, found.served)
        if key not in self.files and len(self.files) < MOST_FILES:
            facts = {"asked": found.asked, "served": found.served, "source": found.source}
            self.files[key] = {name: value[:200] for name, value in facts.items()} | {"cell": self.cell}
            if not self.busy:  # else it is written with what Keras does
                self.write()

    def ask(self, key: str) -> None:
        """Ask the host for the export of that key."""
        write_atomically(self.out / "wanted.json", lambda path: path.write_text(json.dumps(key)))

    def seconds_left(self) -> float | None:
        """Of the budget for training."""
        return None if self.budget is None else max(0.0, self.budget - self.trained)

    def after_epoch(
        self,
        entry: Entry,
        given: dict[str, Any],
        history: dict[str, list[float | None]],
        offers: Offers | None,
        governor: Governor,
        logs: dict[str, Any],
    ) -> None:
        """Note the epoch's figures; long trainings leave a snapshot now and then, and offer it to the host."""
        with unnoticed():
            for name, value in figures(logs).items():
                history.setdefault(name, []).append(value)
            self.progress(epoch=governor.epochs, epochs=epochs_asked(given))
            if offers:
                self.offer(offers, entry, given, governor)
            # What is on offer stays as it is until the host has looked.
            if not (offers and offers.open) and time.perf_counter() - self.last_snapshot > SNAPSHOT_SECONDS:
                self.last_snapshot = time.perf_counter()
                entry.touched = True
                self.write()  # also what is said of the model, which must be of the same moment as its files

    def offer(self, offers: Offers, entry: Entry, given: dict[str, Any], governor: Governor) -> None:
        """Show the host the model as it is, if it is time to."""
        seconds, left = time.perf_counter() - governor.started, epochs_asked(given) - governor.epochs
        if not offers.due(self.trained + seconds, left * seconds / governor.epochs):
            return
        self.sample_fit(entry, given, len(entry.fits) + 1)
        entry.touched = True
        self.write()
        offers.make(entry.id, epochs_asked(given), write_atomically)
        governor.keep()

    def sample_fit(self, entry: Entry, given: dict[str, Any], number: int) -> None:
        """Keep some rows of what the fit() of that number trained on and validated on."""
        rows = fit_facts(given)["rows"] if given["validation_split"] else None
        self.keep(entry, f"fit-{number}", given["x"], given["y"], rows)
        if given["validation_data"] is not None:
            self.keep(entry, "validation", *validation_rows(given))

    def note_evaluation(self, entry: Entry, method: str, x: Any, y: Any, results: dict[str, Any]) -> None:
        """Note a call of evaluate() or predict(), with some of its rows."""
        rows = samples.row_count(x)
        entry.evaluations.append({"method": method, "cell": self.cell, "rows": rows, "results": results})
        with unnoticed():
            entry.evaluations[-1].update(self.rows.tested(entry.known, x))
        del entry.evaluations[:-MOST_CALLS]
        if rows is None or rows > 1:
            self.keep(entry, method, x, y)
        entry.touched = True

    def keep(self, entry: Entry, source: str, x: Any, y: Any, first: int | None = None) -> None:
        """Write rows of what a call was fed: the last of each source, and of fit() every one (the first hundred).

        A sample is taken of the `first` rows, where others are there to validate on.
        """
        if source.startswith("fit-") and len(entry.fits) > MOST_SAMPLED_FITS:
            return
        name = f"{entry.id}.{source}"
        self.steps.add_index(x)
        self.steps.add_index(y)
        arrays = self.replay.take(name, x, y) if self.replay else sampled(x, y, first)
        write = self.replay.write if self.replay else samples.write
        if arrays:
            write_atomically(self.out / f"{name}.npz", lambda path: write(path, arrays))

    # -- files -------------------------------------------------------------------------------------------------------

    def write(self) -> None:
        """Save the models that were touched, then record.json."""
        models = []
        for entry in self.models:
            with unnoticed():
                if entry.touched and entry.alive is not None:
                    if self.replay is None:
                        self.save(entry)
                    entry.described = model_facts(entry.alive)
                models.append(entry_facts(entry))
        record = {
            "models": models,
            "files": list(self.files.values()),
            "training_seconds": self.trained,
            "versions": versions(),
            **notes.facts(),
        }
        write_atomically(self.out / "record.json", lambda path: path.write_text(json.dumps(record, default=str)))
        self.models.let_go()
        if self.steps.changed:
            self.steps.changed = False
            write_atomically(self.out / "steps.npz", self.steps.write)

    def save(self, entry: Entry) -> None:
        """Write a built model's architecture as JSON and its weights as plain arrays: nothing in them can run."""
        entry.touched, model = False, entry.alive
        if not model.built:
            return
        if sum(describe.count([weight]) * 4 for weight in model.weights) > WEIGHT_BYTES:
            entry.not_saved_because = f"its weights take more than {WEIGHT_BYTES >> 20} MB"
            return
        try:
            with knowing_words(model):
                architecture = model.to_json()
        except (NotImplementedError, TypeError, ValueError) as error:
            entry.not_saved_because = f"Keras cannot write it down as a list of standard layers: {error}"[:500]
            return
        weights = [np.asarray(keras.ops.convert_to_numpy(weight)) for weight in model.weights]
        write_atomically(self.out / f"{entry.id}.json", lambda path: path.write_text(architecture))
        write_atomically(
            self.out / f"{entry.id}.weights.npz", lambda path: np.savez(path, *weights, allow_pickle=False)
        )
        entry.saved, entry.not_saved_because = describe.checksum(model), None

    def progress(self, force: bool = False, **epochs: int) -> None:
        """Say where the notebook is, now and then."""
        now = time.perf_counter()
        if force or now - self.last_progress > PROGRESS_SECONDS:
            self.last_progress = now
            words = json.dumps({"cell": self.cell, **epochs})
            with suppress(OSError):
                write_atomically(self.out / "progress.json", lambda path: path.write_text(words))


def sampled(x: Any, y: Any, first: int | None) -> dict[str, Any]:
    """Some of the first rows of an array, by the names under which they are written; none where they cannot be read.

    The labels are those of all rows: by them it is known later which rows of the data set these are.
    """
    if first is None:
        sample = samples.take(x, y)
    else:
        sample = samples.take(x[:first], y[:first] if samples.row_count(y) else None)
    if sample is None or sample.total < 2:
        return {}
    labels = samples.every_label(y) if samples.row_count(y) and sample.every_label is not None else None
    return sample.arrays if labels is None else sample.arrays | {"every_label": labels}


def versions() -> dict[str, str]:
    """Of Python and of the libraries that a result depends on."""
    return {
        "python": platform.python_version(),
        "tensorflow": tensorflow.__version__,
        "keras": keras.__version__,
        "numpy": np.__version__,
    }


def how_it_ended(governor: Governor) -> str:
    """A training that raised nothing, in the words of `grader.records.Fit`."""
    if governor.proven:
        return "verdict"
    return "budget" if governor.cut else "callback" if governor.asked_to_stop else "finished"


def model_facts(model: Any) -> dict[str, Any]:
    """A model in the fields of `grader.records.Model`, as far as they are its own."""
    compiled, updates = describe.compile_facts(model), describe.updates(model)
    return {**describe.model_facts(model), "compiled": compiled, "updates": updates}


def entry_facts(entry: Entry) -> dict[str, Any]:
    """An entry in the fields of `grader.records.Model`."""
    described = entry.described or {}
    compiled = described.get("compiled")
    return {
        "id": entry.id,
        "variable": entry.variable,
        "other_data": entry.other_data,
        "cell": entry.cell,
        **described,
        "compiled": compiled and {**compiled, "cell": entry.compiled_in},
        "fits": entry.fits[-MOST_CALLS:],
        "evaluations": entry.evaluations,
        "not_rebuilt_because": entry.not_saved_because,
    }


def epochs_asked(given: dict[str, Any]) -> int:
    """How many epochs fit() is to train; none where it begins behind its end."""
    return max(0, int(given["epochs"]) - int(given["initial_epoch"]))


def may_end_early(given: dict[str, Any]) -> bool:
    """Whether fit() was given whole arrays, and nothing in the notebook keeps count of the epochs that it sees."""
    validation = given["validation_data"]
    arrays = validation is None or (isinstance(validation, (tuple, list)) and samples.row_count(validation[0]))
    plain = given["validation_freq"] == 1 and not any(map(counts_epochs, callback_list(given["callbacks"])))
    return bool(samples.row_count(given["x"]) and arrays and plain)


def fit_facts(given: dict[str, Any]) -> dict[str, Any]:
    """What fit() was asked: epochs, batch size, rows."""
    total = samples.row_count(given["x"])
    held_out = 0 if total is None else total - int(total * (1.0 - given["validation_split"]))
    validation = given["validation_data"]
    if isinstance(validation, (tuple, list)) and validation:
        held_out = samples.row_count(validation[0]) or 0
    return {
        "epochs_asked": epochs_asked(given),
        "batch_size": int(given["batch_size"] or 0) or (DEFAULT_BATCH if total is not None else None),
        "rows": total if total is None or validation is not None else total - held_out,
        "validation_rows": held_out,
    }


def trained_rows(given: dict[str, Any]) -> tuple[Any, Any]:
    """What fit() was given to train on, and the labels: without the rows that validation_split takes away."""
    x, y, rows = given["x"], given["y"], fit_facts(given)["rows"]
    if given["validation_split"] and rows:
        return x[:rows], y[:rows] if samples.row_count(y) else None
    return x, y


def validation_rows(given: dict[str, Any]) -> tuple[Any, Any]:
    """What fit() was given as validation_data, and the labels where they are apart from it."""
    validation = given["validation_data"]
    if isinstance(validation, (tuple, list)) and len(validation) >= 2:
        return validation[0], validation[1]
    return validation, None


def figures(logs: dict[str, Any] | None) -> dict[str, float | None]:
    """Keras' logs as plain numbers."""
    return {str(name)[:200]: describe.finite(float(value)) for name, value in (logs or {}).items()}


def may_hasten(model: Any, given: dict[str, Any]) -> bool:
    """Whether it is worth it, fit() was given whole arrays, all to be used, and nothing looks at single batches.

    With generators or a number of steps, Keras counts steps differently when it runs several at once.
    """
    rows = samples.row_count(given["x"]) or 0
    steps = rows * given["epochs"] // (given["batch_size"] or DEFAULT_BATCH)
    whole = steps > STEPS_WORTH_IT and given["steps_per_epoch"] is None and given["validation_steps"] is None
    validation = given["validation_data"]
    arrays = validation is None or (isinstance(validation, (tuple, list)) and samples.row_count(validation[0]))
    return (
        bool(whole and arrays and not any(map(watches_batches, callback_list(given["callbacks"])))) and model.compiled
    )


def with_callback(callbacks: Any, own: Any) -> list[Any]:
    """The callbacks as fit() takes them, and one more at the end. Keras adds no second History or progress bar."""
    return [*callback_list(callbacks), own]


def callback_list(callbacks: Any) -> list[Any]:
    """The callbacks in whatever form fit() was given them."""
    if isinstance(callbacks, keras.callbacks.CallbackList):
        return list(callbacks.callbacks)
    return list(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks] if callbacks is not None else []


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Write under another name of the same ending, then rename: a reader never sees half a file."""
    half = path.with_name(f".half-{path.name}")
    write(half)
    os.chmod(half, 0o644)
    os.replace(half, path)

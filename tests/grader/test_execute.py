import json
import os
import time
from pathlib import Path

import psutil
import pytest

from grader.expect import Undecided
from grader.records import CellError
from grader.running import execute as module
from grader.running.execute import read_record
from tests.conftest import Run, needs_wall

SMALL_MODEL = """
import keras, numpy as np
model = keras.Sequential([keras.Input((4,)), keras.layers.Dense(3, activation="relu"), keras.layers.Dense(2)])
model.compile(loss="mse", optimizer="adam", metrics=["mae"])
x, y = np.random.rand(64, 4), np.random.rand(64, 2)
"""


def error_of(recording, number: int) -> CellError:
    error = recording.cells[number - 1].error
    assert error is not None
    return error


def test_every_cell_runs_and_an_error_does_not_stop_the_next(run: Run):
    recording = run("print('one')", "1 / 0", "print('three')")
    assert [cell.status for cell in recording.cells] == ["ok", "error", "ok"]
    assert recording.cells[2].output == "three\n"
    assert error_of(recording, 2).kind == "ZeroDivisionError"
    assert recording.run.status == "errors"
    assert "Cell 2, line 1, stopped with ZeroDivisionError" in recording.run.sentence


def test_a_cell_that_cannot_be_parsed_is_skipped_and_named(run: Run):
    recording = run("a = 1", "for x in\n  print(x)", "print(a)")
    assert [cell.status for cell in recording.cells] == ["ok", "skipped", "ok"]
    assert error_of(recording, 2).line == 1


def test_an_endless_cell_is_stopped_at_the_wall_clock(run: Run):
    recording = run("while True: pass", "print('never')", wall_seconds=2)
    assert [cell.status for cell in recording.cells] == ["stopped", "not_run"]
    assert recording.run.limit is not None
    assert recording.run.limit.name == "wall_seconds"
    assert "in cell 1" in recording.run.sentence
    assert "sheet.toml" in recording.run.sentence


def test_a_cell_that_ignores_interrupts_is_stopped_all_the_same(run: Run):
    stubborn = (
        "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)"
    )
    started = time.monotonic()
    recording = run(stubborn, "while True: pass", wall_seconds=2)
    assert recording.run.status == "limit"
    assert time.monotonic() - started < 30


def test_a_kernel_that_ends_itself_is_told_from_a_finished_one(run: Run):
    recording = run("import os", "os._exit(0)", "print('never')")
    assert recording.run.status == "died"
    assert "The kernel ended in cell 2 with exit code 0" in recording.run.sentence


@pytest.mark.parametrize(
    ("cell", "limit"),
    [
        ("import numpy as np\nx = np.ones(10**9)", "memory_mb"),
        ("keep = []\nwhile True:\n    keep.append(bytearray(50_000_000))", "memory_mb"),
        ("print('x' * 100_000_000)", "output_mb"),
        ("for i in range(10**7):\n    print('x' * 1000)", "output_mb"),
        ("open('big', 'wb').write(b'x' * 300_000_000)", "written_mb"),
    ],
)
def test_a_limit_that_was_hit_is_named_with_its_value(run: Run, cell: str, limit: str):
    recording = run(cell, memory_mb=2_000, written_mb=200)
    assert recording.run.limit is not None
    assert recording.run.limit.name == limit
    assert f"`{limit}` (now {recording.run.limit.value:g})" in recording.run.sentence


@needs_wall
def test_too_many_processes_are_refused(run: Run):
    recording = run("import subprocess\nkeep = [subprocess.Popen(['sleep', '60']) for _ in range(200)]", processes=100)
    assert recording.run.limit is not None
    assert recording.run.limit.name == "processes"


def test_nothing_that_a_notebook_started_outlives_it(run: Run):
    marker = f"98{os.getpid()}"
    daemon = (
        f"import subprocess\nsubprocess.Popen(['setsid', 'sh', '-c', 'trap \"\" TERM HUP INT; sleep {marker}; true'])"
    )
    run(daemon)
    time.sleep(0.5)
    alive = [
        process for process in psutil.process_iter(["cmdline"]) if marker in " ".join(process.info["cmdline"] or [])
    ]
    assert alive == []


def test_a_missing_module_is_the_graders_gap_but_a_slip_of_the_pen_or_a_file_of_ones_own_is_not(run: Run):
    recording = run("import nunpy", "import catboost", "import my_utils")
    assert recording.run.missing_modules == ["catboost"]


def test_the_same_seed_gives_the_same_training(run: Run):
    train = SMALL_MODEL + "model.fit(x, y, epochs=1, verbose=0)"
    first, second = (run(train).models[0].last_fit.history["loss"] for _ in range(2))
    assert first == pytest.approx(second, rel=1e-3)  # the order in which threads add is not seeded


def test_models_are_found_whatever_they_are_called(run: Run):
    functional = """
import keras
inputs = keras.Input((4,))
net = keras.Model(inputs, keras.layers.Dense(2, activation="softmax")(inputs))
"""
    inside = """
def build():
    hidden = keras.Sequential([keras.Input((4,)), keras.layers.Dense(1)])
    hidden.compile()
build()
"""
    models = run(functional, inside).models
    assert {(model.variable, model.kind, model.parameters) for model in models} == {
        ("net", "Functional", 10),
        (None, "Sequential", 5),
    }


def test_fits_and_evaluations_are_recorded(run: Run):
    train = "history = model.fit(x, y, epochs=3, batch_size=16, validation_split=0.25, verbose=0)"
    recording = run(SMALL_MODEL, train, "model.evaluate(x, y, verbose=0)", "model.predict(x, verbose=0)")
    model = recording.models[0]
    fit = model.last_fit
    assert (fit.cell, fit.epochs_asked, fit.epochs_granted, fit.batch_size, fit.rows, fit.validation_rows) == (
        2,
        3,
        3,
        16,
        48,
        16,
    )
    assert set(fit.history) == {"loss", "mae", "val_loss", "val_mae"}
    assert [evaluation.method for evaluation in model.evaluations] == ["evaluate", "predict"]
    assert set(model.evaluations[0].results) == {"loss", "mae"}
    assert model.compiled is not None
    assert (model.compiled.loss, model.compiled.optimizer) == ("mse", "Adam")


def test_what_was_seen_until_the_kernel_died_counts(run: Run):
    recording = run(SMALL_MODEL, "model.fit(x, y, epochs=1, verbose=0)", "import os; os._exit(1)")
    assert recording.models[0].last_fit.epochs_granted == 1
    assert recording.files is not None
    assert (recording.files / "model-1.weights.npz").exists()


def test_training_beyond_the_budget_is_cut_and_later_cells_still_plot(run: Run):
    slow = (
        "x, y = np.random.rand(200_000, 4), np.random.rand(200_000, 2)\nhistory = model.fit(x, y, epochs=50, verbose=0)"
    )
    recording = run(SMALL_MODEL, slow, "assert len(history.history['loss']) == len(range(1, 51))", training_seconds=1)
    fit = recording.models[0].last_fit
    assert fit.stopped == "budget"
    assert fit.epochs_granted < fit.epochs_asked == 50
    assert recording.run.status == "finished"


def test_numbers_of_numpy_are_numbers_and_a_fit_that_begins_behind_its_end_trains_nothing(run: Run):
    odd = "model.fit(x, y, epochs=np.int64(2), batch_size=np.int64(16), verbose=0)"
    late = "model.fit(x, y, initial_epoch=10, epochs=5, verbose=0)"
    recording = run(SMALL_MODEL, odd, late)
    assert [(fit.epochs_asked, fit.batch_size) for fit in recording.models[0].fits] == [(2, 16), (0, 32)]
    assert recording.run.status == "finished"


def test_one_model_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path):
    good = {"id": "model-1", "kind": "Sequential", "layers": [], "parameters": 0, "trainable_parameters": 0}
    (tmp_path / "record.json").write_text(json.dumps({"models": [{**good, "parameters": -1}, good]}))
    assert [model.parameters for model in read_record(tmp_path / "record.json").models] == [0]


def test_versions_that_are_no_names_are_left_out_and_hide_nothing(tmp_path: Path):
    versions = {"keras": "3", "x": "9" * 201, "y" * 201: "1", "z": 1}
    (tmp_path / "record.json").write_text(json.dumps({"versions": versions}))
    assert read_record(tmp_path / "record.json").versions == {"keras": "3"}


def test_an_early_stopping_of_the_notebooks_own_is_no_budget(run: Run):
    stop = "model.fit(x, y, epochs=9, verbose=0, callbacks=[keras.callbacks.EarlyStopping('loss', min_delta=9)])"
    assert run(SMALL_MODEL, stop).models[0].last_fit.stopped == "callback"


MESSAGE = """
import json
kernel = get_ipython().kernel
parent = kernel.get_parent('shell')['header']
header = {'msg_id': 'x', 'msg_type': 'stream', 'username': '', 'session': '', 'date': '2026-01-01', 'version': '5.4'}
def send(*parts):
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in parts]
    kernel.iopub_socket.send_multipart([b'', b'<IDS|MSG>', kernel.session.sign(parts), *parts])
"""


@pytest.mark.parametrize(
    "forged",
    [
        "kernel.iopub_socket.send_multipart([b'x', b'y'])",
        "send([1, 2], parent, {}, {})",
        "send({}, parent, {}, {})",
        "send(b'\\xff', parent, {}, {})",
        "send(header, parent, {}, None)",
        "send(header, parent, {}, b'[' * 100_000)",
        "send(header, [1], {}, {'name': 'stdout', 'text': 'hi'})",
        "send({**header, 'msg_type': ['stream']}, parent, {}, {'name': 'stdout', 'text': 'hi'})",
        'send(header, parent, {}, b\'{"name": "stdout", "text": "a\\\\ud800b"}\')',
        "print('a\\ud800b')",
    ],
)
def test_a_forged_message_of_the_kernels_ends_nothing(run: Run, forged: str):
    recording = run(MESSAGE + forged + "\nNone", "print('still here')")
    assert recording.cells[1].output == "still here\n"
    assert [cell.model_dump_json() for cell in recording.cells]


def test_a_message_without_end_ends_the_notebook_and_not_the_grader(run: Run, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "MOST_GROWTH", 100 << 20)
    endless = "get_ipython().kernel.iopub_socket.send_multipart([b'x'] + [bytes(10_000_000)] * 60, copy=False)"
    recording = run(endless, "import time; time.sleep(20)")
    assert recording.run.limit is not None
    assert recording.run.limit.name == "output_mb"
    assert recording.killed  # so it runs once more, alone: a neighbour may have sent it


def test_what_widgets_are_sent_counts_as_output(run: Run):
    state = "from ipykernel.comm import Comm\nwidget = Comm(target_name='jupyter.widget', data={'state': {}})"
    flood = "for number in range(100):\n    widget.send({'method': 'update', 'state': {str(number): 'x' * 1_000_000}})"
    recording = run(state, flood)
    assert recording.run.limit is not None
    assert recording.run.limit.name == "output_mb"


@pytest.mark.parametrize(
    "cells",
    [
        ("get_ipython().set_custom_exc((Exception,), lambda *a, **k: None)", "1 / 0"),
        ("raise ValueError('bad \\ud83d')",),
    ],
)
def test_an_error_that_is_not_shown_is_an_error_all_the_same(run: Run, cells: tuple[str, ...]):
    assert run(*cells).run.status == "errors"


def test_many_short_cells_have_the_same_wall_clock(run: Run):
    recording = run(*["import time; time.sleep(0.5)"] * 20, wall_seconds=2)
    assert recording.run.limit is not None
    assert recording.run.limit.name == "wall_seconds"
    assert recording.run.seconds < 8


def test_a_model_that_was_saved_and_loaded_works_and_is_recorded(run: Run):
    train = "model.fit(x, y, epochs=1, verbose=0)\nmodel.save('best.keras')"
    load = "best = keras.models.load_model('best.keras')\nbest.evaluate(x, y, verbose=0)"
    recording = run(SMALL_MODEL, train, load, "best.predict(x, verbose=0)")
    assert recording.run.status == "finished"
    assert {model.variable: len(model.evaluations) for model in recording.models} == {"model": 0, "best": 2}


def test_a_training_in_a_loop_of_the_notebooks_own_is_no_missing_one(run: Run):
    loop = "for start in range(0, 64, 16):\n    model.train_on_batch(x[start:start + 16], y[start:start + 16])"
    model = run(SMALL_MODEL, loop).models[0]
    assert (model.fits, model.updates) == ([], 4)
    with pytest.raises(Undecided, match="4 updates"):
        model.last_fit  # noqa: B018


@pytest.mark.parametrize(
    ("data", "updates"),
    [
        # More than 2,000 updates, so that batches would run many at a time if that were safe.
        ("np.tile(x, (40, 1)), np.tile(y, (40, 1)), batch_size=1", 2560),
        ("tf.data.Dataset.from_tensor_slices((x, y)).repeat().batch(1), steps_per_epoch=2050", 2050),
        ("((x[:1], y[:1]) for _ in range(9000)), steps_per_epoch=2050", 2050),
    ],
)
def test_a_training_makes_as_many_updates_as_were_asked_for(run: Run, data: str, updates: int):
    recording = run(SMALL_MODEL + "import tensorflow as tf", f"model.fit({data}, epochs=1, verbose=0)")
    assert recording.run.status == "finished"
    assert recording.models[0].updates == updates


def test_a_model_that_cannot_be_described_does_not_hide_the_others(run: Run):
    odd = """
class Odd(keras.Model):
    @property
    def optimizer(self):
        raise RuntimeError('not today')
odd = Odd()
"""
    recording = run(SMALL_MODEL, odd, "model.fit(x, y, epochs=1, verbose=0)")
    assert "model" in [model.variable for model in recording.models if model.fits]


def test_batches_of_a_generator_are_looked_at(run: Run):
    generator = """
class Batches(keras.utils.PyDataset):
    def __len__(self):
        return 4
    def __getitem__(self, number):
        return x[16 * number:16 * number + 16], y[16 * number:16 * number + 16]
model.fit(Batches(), epochs=1, verbose=0)
"""
    recording = run(SMALL_MODEL, generator)
    assert recording.run.status == "finished"
    assert recording.files is not None
    assert (recording.files / "model-1.fit-1.npz").exists()


def test_a_loss_that_is_no_number_is_recorded_as_none(run: Run):
    recording = run(SMALL_MODEL, "model.fit(x, y * np.nan, epochs=1, verbose=0)")
    assert recording.models[0].last_fit.history["loss"] == [None]


def test_what_threads_make_at_the_same_time_has_its_classes_resolved():
    made = (
        module.SandboxKernelManager,
        module.SandboxKernelClient,
        module.WarmProvisioner,
        module.Player,
        module.Session,
    )
    traits = [trait for kind in made for trait in kind.class_traits().values()]
    assert [trait.name for trait in traits if isinstance(getattr(trait, "klass", None), str)] == []

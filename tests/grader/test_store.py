import json
import os
import resource
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from grader.classes import keys
from grader.classes.keys import key_of, parts_of, parts_of_class, why_run
from grader.classes.store import RunStore, alone_in
from grader.errors import CannotWrite, UsageError
from grader.pipeline import Desk
from grader.records import Observation
from grader.submissions.collect import Collected, collect
from grader.writing import write_whole
from tests.conftest import Write

from . import samples_for_reports as samples

PARTS = {"the code": "a", "the limits": "b"}


@pytest.fixture
def observation() -> Observation:
    return Observation(evidence=samples.weak().evidence, seconds=12.5, peak_mb=900)


@pytest.fixture
def store(tmp_path: Path) -> RunStore:
    return RunStore(tmp_path)


def parts(desk: Desk, path: Path, attached: Path | None = None) -> keys.Parts:
    return parts_of(handed_in(path), desk, parts_of_class(desk), attached)


def handed_in(path: Path) -> Collected:
    return collect(path, "fashion-mnist", None, None, None)


def changed(one: keys.Parts, other: keys.Parts) -> set[str]:
    assert one.keys() == other.keys()
    return {name for name in one if one[name] != other[name]}


# -- The key -----------------------------------------------------------------------------------------------------------


def test_text_and_name_of_a_notebook_change_no_part_and_its_code_does(
    desk: Desk, write_notebook: Write, tmp_path: Path
):
    path = write_notebook("x = 1")
    told = tmp_path / "told.ipynb"
    document = json.loads(path.read_text())
    document["cells"].insert(0, {"id": "a", "cell_type": "markdown", "metadata": {}, "source": "My answer"})
    told.write_text(json.dumps(document))
    assert changed(parts(desk, path), parts(desk, told)) == set()
    assert changed(parts(desk, path), parts(desk, write_notebook("x = 2", name="b.ipynb"))) == {"the code"}


def test_every_file_that_came_with_a_notebook_is_a_part_by_name_and_content(
    desk: Desk, write_notebook: Write, tmp_path: Path
):
    path, folder = write_notebook("x = 1"), tmp_path / "with"
    folder.mkdir()
    (folder / "a.csv").write_text("1")
    before = parts(desk, path, folder)
    assert changed(parts(desk, path), before) == {"the files handed in"}
    (folder / "a.csv").write_text("2")
    assert changed(before, parts(desk, path, folder)) == {"the files handed in"}


def test_what_a_desk_is_laid_out_with_is_in_the_key(desk: Desk):
    before = parts_of_class(desk)
    limits = desk.limits.model_copy(update={"training_seconds": 7, "memory_mb": 2_000})
    network = desk.assignment.networks[0].model_copy(update={"parameter_budget": 1})
    sheet = desk.assignment.model_copy(update={"networks": [network]})
    assert changed(before, parts_of_class(replace(desk, limits=limits))) == {"the limits", "the budget"}
    assert changed(before, parts_of_class(replace(desk, strict_api=True))) == {"the options"}
    assert changed(before, parts_of_class(replace(desk, assignment=sheet))) == {"the sheet"}
    assert changed(before, parts_of_class(replace(desk, stops_early=False))) >= {"the budget"}


def test_questions_and_checks_are_no_part_of_a_run(desk: Desk):
    asked = desk.assignment.model_copy(update={"questions": ["Why?"], "title": "Another"})
    assert changed(parts_of_class(desk), parts_of_class(replace(desk, assignment=asked))) == set()


def test_why_something_is_run_names_the_part_that_changed():
    assert why_run(PARTS, None) == "new"
    assert why_run(PARTS, {**PARTS, "the limits": "c"}) == "changed: the limits"
    assert why_run(PARTS, PARTS) == "its stored run is gone or damaged"


# -- The file ----------------------------------------------------------------------------------------------------------


def test_a_run_comes_back_as_it_was_stored(store: RunStore, observation: Observation):
    assert store.find(PARTS) is None
    store.keep(PARTS, observation)
    assert store.find(PARTS) == observation
    assert store.find({**PARTS, "the code": "z"}) is None


@pytest.mark.parametrize("damage", [b"", b"{", b"\xff\x00", b'{"layout": 0}', b"[]"])
def test_a_damaged_file_is_as_if_it_were_not_there(store: RunStore, observation: Observation, damage: bytes):
    store.keep(PARTS, observation)
    store.run_file(PARTS).write_bytes(damage)
    assert store.find(PARTS) is None


def test_a_file_of_an_older_layout_is_as_if_it_were_not_there(store: RunStore, observation: Observation):
    store.keep(PARTS, observation)
    path = store.run_file(PARTS)
    path.write_text(path.read_text().replace('"layout":1', '"layout":0'))
    assert store.find(PARTS) is None


def test_the_last_run_of_a_student_is_remembered_with_its_cost(store: RunStore, observation: Observation):
    assert store.last("Asha") is None
    store.remember("Asha", PARTS, observation)
    last = store.last("Asha")
    assert last is not None
    assert (last.parts, last.seconds, last.peak_mb) == (PARTS, 12.5, 900)


def test_a_write_that_is_killed_leaves_the_old_file_whole(tmp_path: Path):
    path = tmp_path / "file"
    write_whole(path, b"old")
    words = f"""
from pathlib import Path
from grader.writing import write_whole
while True:
    write_whole(Path({str(path)!r}), b'new' * 100_000)
"""
    writer = subprocess.Popen([sys.executable, "-c", words])
    while path.read_bytes() == b"old":
        assert writer.poll() is None
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert path.read_bytes() == b"new" * 100_000


def test_a_full_disk_leaves_the_old_file_and_is_told_with_the_next_step(tmp_path: Path):
    path = tmp_path / "file"
    write_whole(path, b"old")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, before[1]))
    try:
        with pytest.raises(CannotWrite, match="goes on where it stopped"):
            write_whole(path, os.urandom(5_000))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert path.read_bytes() == b"old"
    assert [each.name for each in tmp_path.iterdir()] == ["file"]


def test_what_is_left_out_of_the_key_has_no_part_in_a_run():
    from tests.test_docs import MODULES, imports

    judging = {f"grader.judging.{name}" for name in ("judge", "replay", "choose", "verdict")}
    inside = {"grader.inside.job", "grader.inside.warm"}
    running = {"grader.submissions.collect", "grader.running.execute", "grader.running.framework"}
    behind, waiting = set(), judging | inside | running
    while waiting:
        behind |= waiting
        waiting = {name for module in waiting for name in imports(MODULES[module]) & MODULES.keys()} - behind
    assert [name for name in behind if keys.is_afterwards(name)] == []
    assert all(any(keys.is_within(name, each) for name in MODULES) for each in keys.AFTERWARDS)


def test_a_folder_of_results_is_one_commands_at_a_time(tmp_path: Path):
    with alone_in(tmp_path), pytest.raises(UsageError, match="Found another at work"), alone_in(tmp_path):
        pass
    with alone_in(tmp_path):
        assert (tmp_path / ".grader").is_dir()


def test_the_key_is_of_all_parts_in_any_order():
    assert key_of(PARTS) == key_of(dict(reversed(PARTS.items())))
    assert key_of(PARTS) != key_of({**PARTS, "the code": "z"})

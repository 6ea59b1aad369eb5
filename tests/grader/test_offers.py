import json
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from grader.courses.sheet import Limits
from grader.errors import SandboxError
from grader.running.execute import Recording, execute
from grader.running.offers import Offer, answering
from grader.running.sandbox import Job, Sandbox
from grader.submissions.collect import unparsable
from tests.conftest import needs_wall, notebook_of


@pytest.fixture
def job(tmp_path: Path) -> Job:
    made = Job("1", tmp_path, None)  # type: ignore[arg-type]
    for path in (made.result, tmp_path / "door"):
        path.mkdir()
    return made


def offer(job: Job, number: object, **fields: object) -> None:
    words = {"number": number, "model": "model-1", "epochs": 5, **fields}
    (job.result / "offer.json").write_text(json.dumps(words))


def answer(job: Job) -> dict[str, object] | None:
    """What was answered, after a while."""
    path = job.folder / "door" / "answer.json"
    for _ in range(40):
        if path.exists():
            said: dict[str, object] = json.loads(path.read_text())
            return said
        time.sleep(0.05)
    return None


@pytest.mark.parametrize("proven", [True, False])
def test_an_offer_is_answered_under_its_number(job: Job, proven: bool):
    seen = []

    def look(offered: Offer, over: threading.Event) -> bool:
        seen.append(offered)
        return proven

    offer(job, 3)
    with answering(job, look):
        assert answer(job) == {"number": 3, "proven": proven}
        time.sleep(0.4)
    assert seen == [Offer(job.result, "model-1", 5)]


def test_nobody_answers_where_training_is_to_go_on_to_its_end(job: Job):
    offer(job, 1)
    with answering(job, None):
        time.sleep(0.3)
    assert not (job.folder / "door" / "answer.json").exists()


@pytest.mark.parametrize("error", [SandboxError("gone"), FileNotFoundError("gone")])
def test_a_look_that_fails_proves_nothing(job: Job, error: Exception):
    def fail(offered: Offer, over: threading.Event) -> bool:
        raise error

    offer(job, 1)
    with answering(job, fail):
        assert answer(job) == {"number": 1, "proven": False}


def test_a_look_is_told_when_nobody_waits_for_it_any_more(job: Job):
    begun, told = threading.Event(), []

    def look(offered: Offer, over: threading.Event) -> bool:
        begun.set()
        told.append(over.wait(5))
        return False

    offer(job, 1)
    with answering(job, look):
        begun.wait(2)
    assert told == [True]


@pytest.mark.parametrize(
    "text",
    [
        *("", "[]", "{", "[" * 2_000, '{"number": 1}', '{"number": 1, "model": 2, "epochs": 3}'),
        '{"number": "1", "model": "model-1", "epochs": 3}',
    ],
)
def test_what_is_no_offer_is_not_looked_at(job: Job, text: str):
    (job.result / "offer.json").write_text(text)
    with answering(job, lambda *_: pytest.fail("looked")):
        time.sleep(0.3)
    assert not (job.folder / "door" / "answer.json").exists()


# -- Out of the room ---------------------------------------------------------------------------------------------------

FORGE = """
import json, os
def forge(number, model="model-1"):
    open("../out/half", "w").write(json.dumps({"number": number, "model": model, "epochs": 1}))
    os.replace("../out/half", "../out/offer.json")
"""


def play(sandbox: Sandbox, *cells: str) -> tuple[Recording, list[Offer]]:
    """Run the cells with somebody who looks at every offer."""
    seen: list[Offer] = []

    def look(offered: Offer, over: threading.Event) -> bool:
        seen.append(offered)
        return False

    notebook = notebook_of(FORGE, *cells)
    return execute(notebook, unparsable(notebook), sandbox, Limits(wall_seconds=60), proven=look), seen


def test_a_forged_offer_brings_out_no_other_files_and_never_more_than_a_job_may_leave(sandbox: Sandbox):
    flood = """
import time
for number in range(1, 4):
    for name in (f"model-{number}.weights.npz", "other.bin"):
        with open(f"../out/{name}", "wb") as file:
            file.truncate(350 << 20)
    forge(number, f"model-{number}")
    time.sleep(2.4)
    os.remove(f"../out/model-{number}.weights.npz")
os.remove("../out/other.bin")
"""
    recording, seen = play(sandbox, flood)
    assert recording.files is not None
    sizes = {path.name: path.stat().st_size for path in recording.files.iterdir()}
    assert "other.bin" not in sizes
    assert sum(sizes.values()) <= 600 << 20
    assert [offered.model for offered in seen] == ["model-1", "model-2", "model-3"]


@needs_wall
def test_a_link_in_the_place_of_an_offer_never_leaves_the_room(sandbox: Sandbox):
    recording, seen = play(sandbox, "os.symlink('/etc/passwd', '../out/offer.json')", "import time; time.sleep(0.5)")
    assert recording.files is not None
    assert not (recording.files / "offer.json").exists()
    assert seen == []


def test_many_files_of_a_notebook_do_not_hide_its_record(run: Callable[..., Recording]):
    made = "import keras\nfor number in range(1_200): open(f'../out/a{number}', 'w')\nnet = keras.Sequential()"
    assert [model.variable for model in run(made).models] == ["net"]

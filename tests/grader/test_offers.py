import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.errors import SandboxError
from grader.offers import answering, read_offer


@pytest.fixture
def job(tmp_path: Path) -> SimpleNamespace:
    for name in ("result", "door"):
        (tmp_path / name).mkdir()
    return SimpleNamespace(folder=tmp_path, result=tmp_path / "result")


def offer(job: SimpleNamespace, number: object, model: object = "model-1") -> None:
    (job.result / "offer.json").write_text(json.dumps({"number": number, "model": model}))


def answer(job: SimpleNamespace) -> dict[str, object] | None:
    """What was answered, after a while."""
    path = job.folder / "door" / "answer.json"
    for _ in range(40):
        if path.exists():
            said: dict[str, object] = json.loads(path.read_text())
            return said
        time.sleep(0.05)
    return None


@pytest.mark.parametrize("proven", [True, False])
def test_an_offer_is_answered_under_its_number(job: SimpleNamespace, proven: bool):
    seen = []
    offer(job, 3)
    with answering(job, lambda files, model: seen.append((files, model)) or proven):  # type: ignore[func-returns-value]
        assert answer(job) == {"number": 3, "proven": proven}
    assert seen == [(job.result, "model-1")]


def test_nobody_answers_where_training_is_to_go_on_to_its_end(job: SimpleNamespace):
    offer(job, 1)
    with answering(job, None):
        time.sleep(0.3)
    assert not (job.folder / "door" / "answer.json").exists()


def test_an_offer_is_looked_at_once(job: SimpleNamespace):
    looks: list[str] = []
    offer(job, 1)
    with answering(job, lambda _, model: bool(looks.append(model))):
        answer(job)
        time.sleep(0.4)
    assert looks == ["model-1"]


def test_a_look_that_fails_proves_nothing(job: SimpleNamespace):
    def fail(files: Path, model: str) -> bool:
        raise SandboxError("gone")

    offer(job, 1)
    with answering(job, fail):
        assert answer(job) == {"number": 1, "proven": False}


def test_the_notebook_ends_no_earlier_than_the_look_at_it(job: SimpleNamespace):
    begun, over = threading.Event(), []

    def look(files: Path, model: str) -> bool:
        begun.set()
        time.sleep(0.3)
        over.append(model)
        return False

    offer(job, 1)
    with answering(job, look):
        begun.wait(2)
    assert over == ["model-1"]


@pytest.mark.parametrize(
    "text", ["", "[]", "{", '{"number": 1}', '{"number": "1", "model": "m"}', '{"number": 1, "model": 2}']
)
def test_what_is_no_offer_is_none(tmp_path: Path, text: str):
    (tmp_path / "offer.json").write_text(text)
    assert read_offer(tmp_path / "offer.json") is None


def test_a_link_in_the_place_of_an_offer_never_leaves_the_room(run: Callable[..., object]):
    found = run("import os; os.symlink('/etc/passwd', '../out/offer.json')")
    assert not (found.files / "offer.json").exists()  # type: ignore[attr-defined]

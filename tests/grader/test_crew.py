import signal
from collections.abc import Iterator
from concurrent.futures import Future

import pytest

from grader.classes.crew import JUDGE_MB, Memory
from grader.classes.stopping import stops_cleanly
from grader.records import Observation

from . import samples_for_reports as samples


@pytest.fixture
def handlers() -> Iterator[None]:
    before = signal.getsignal(signal.SIGTERM)
    yield
    assert signal.getsignal(signal.SIGTERM) == before


def ended(peak_mb: float) -> "Future[Observation]":
    done: Future[Observation] = Future()
    done.set_result(Observation(evidence=samples.weak().evidence, seconds=1, peak_mb=peak_mb))
    return done


def test_while_nothing_is_known_a_notebook_is_expected_to_take_all_it_may():
    memory = Memory(6_000, free=lambda: 10_000)
    assert memory.has_room(None)
    memory.hold(None)
    assert not memory.has_room(None)
    assert memory.has_room(1_000)


def test_what_others_took_says_what_the_next_may_take():
    memory = Memory(6_000, free=lambda: 10_000)
    memory.release(memory.hold(None), ended(800))
    assert memory.held == []
    assert memory.expected(None) == 1_000 + JUDGE_MB
    assert memory.expected(2_000) == 2_500 + JUDGE_MB
    assert memory.expected(100_000) == 6_000 + JUDGE_MB


def test_memory_that_somebody_else_took_is_not_there():
    free = [10_000.0]
    memory = Memory(6_000, free=lambda: free[0])
    assert memory.has_room(1_000)
    free[0] = 2_000
    assert not memory.has_room(1_000)


def test_a_run_that_failed_gives_its_memory_back_and_teaches_nothing():
    memory, done = Memory(6_000, free=lambda: 10_000), Future[Observation]()
    done.set_exception(ZeroDivisionError())
    memory.release(memory.hold(None), done)
    assert (memory.held, memory.largest) == ([], None)


def stop_twice(cleaned: list[str]) -> None:
    try:
        signal.raise_signal(signal.SIGTERM)
    finally:
        signal.raise_signal(signal.SIGINT)
        cleaned.append("up")


@pytest.mark.usefixtures("handlers")
def test_a_polite_signal_is_ctrl_c_and_a_second_one_does_not_break_the_clean_up():
    cleaned: list[str] = []
    with pytest.raises(KeyboardInterrupt), stops_cleanly():
        stop_twice(cleaned)
    assert cleaned == ["up"]

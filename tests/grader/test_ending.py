import pytest

from grader.courses.sheet import Limits
from grader.inside.guard import Ended
from grader.records import CellError, CellRun
from grader.running.ending import Ending, how_it_ended

LIMITS = Limits(wall_seconds=900, memory_mb=6_000)


def ok(number: int) -> CellRun:
    return CellRun(number=number, status="ok")


def failed(number: int, kind: str = "NameError", message: str = "name 'x' is not defined", **fields: object) -> CellRun:
    given = {"status": "error", **fields}
    return CellRun(number=number, error=CellError(kind=kind, message=message, line=2), **given)


def ending(*cells: CellRun, ended: Ended | None = None, current: int | None = None, over: str | None = None) -> Ending:
    tried = {cell.number: cell for cell in cells}
    return how_it_ended(ended or Ended(code=-15), tried, [1, 2, 3], current, LIMITS, over)


def test_a_run_without_errors_is_finished_however_its_kernel_was_ended():
    assert ending(ok(1), ok(2), ok(3)).status == "finished"


def test_the_first_error_is_told_with_its_cell_and_line():
    found = ending(ok(1), failed(2), failed(3))
    assert found.status == "errors"
    assert found.sentence.startswith("Cell 2, line 2, stopped with NameError: name 'x' is not defined. 1 more stopped")


@pytest.mark.parametrize(
    ("message", "words"),
    [("It is not here.", "It is not here. The other cells ran."), ("and so on, " * 99, " [...]. The")],
)
def test_the_sentence_goes_on_after_a_message_that_ends_or_is_too_long(message: str, words: str):
    assert words in ending(ok(1), failed(2, "ImportError", message), ok(3)).sentence


def test_a_cell_that_was_skipped_is_an_error_and_not_a_clean_run():
    skipped = failed(2, "SyntaxError", "'(' was never closed", status="skipped")
    found = ending(ok(1), ok(3), skipped)
    assert found.status == "errors"
    assert "Cell 2, line 2, stopped with SyntaxError" in found.sentence


@pytest.mark.parametrize(("code", "words"), [(0, "with exit code 0"), (-11, "by signal 11")])
def test_a_kernel_that_was_gone_before_the_last_cell_has_died(code: int, words: str):
    found = ending(ok(1), ended=Ended(code=code), current=2)
    assert found.status == "died"
    assert found.sentence.startswith(f"The kernel ended in cell 2 {words}")


@pytest.mark.parametrize(("peak_mb", "status"), [(5_700, "limit"), (3_000, "died")])
def test_a_crash_near_the_memory_limit_is_that_limit(peak_mb: float, status: str):
    found = ending(ok(1), ended=Ended(code=-11, peak_mb=peak_mb), current=2)
    assert found.status == status
    assert ("`memory_mb` (now 6000)" in found.sentence) == (status == "limit")


@pytest.mark.parametrize(
    ("ended", "over", "name", "value"),
    [
        (Ended(code=-9, limit="memory_mb", used=6_100), None, "memory_mb", 6_000),
        (Ended(code=-9, limit="processes", used=600), None, "processes", 512),
        (Ended(code=-15), "wall_seconds", "wall_seconds", 900),
        (Ended(code=-15), "output_mb", "output_mb", 20),
    ],
)
def test_a_limit_is_named_with_its_value_and_how_it_is_raised(ended: Ended, over: str | None, name: str, value: float):
    found = ending(ok(1), ended=ended, current=2, over=over)
    assert found.limit is not None
    assert (found.status, found.limit.name, found.limit.value, found.limit.used) == ("limit", name, value, ended.used)
    assert "in cell 2" in found.sentence
    assert f"raises `{name}` (now {value:g}) under [limits] in the assignment's sheet.toml" in found.sentence


@pytest.mark.parametrize(
    ("kind", "message", "name"),
    [
        ("MemoryError", "Unable to allocate 8 GiB", "memory_mb"),
        ("ResourceExhaustedError", "OOM when allocating tensor", "memory_mb"),
        ("OSError", "[Errno 28] No space left on device", "written_mb"),
        ("RuntimeError", "can't start new thread", "processes"),
    ],
)
def test_an_error_that_speaks_of_a_limit_is_that_limit(kind: str, message: str, name: str):
    found = ending(ok(1), failed(2, kind, message), ok(3))
    assert found.limit is not None
    assert found.limit.name == name
    assert "in cell 2" in found.sentence

import tempfile
from pathlib import Path

import pytest

from grader import doctor
from grader.doctor import Finding, examine, keep_trace
from grader.running import wall


@pytest.fixture
def examined(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """What is found on this machine with an empty cache of data sets, by title."""
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))

    def look() -> dict[str, Finding]:
        return {finding.title: finding for finding in examine()}

    return look


def test_every_part_of_the_machine_is_looked_at(examined):
    titles = set(examined())
    assert {"tensorflow", "keras", "wall", "memory", "data set fashion-mnist"} <= titles


def test_a_data_set_that_is_missing_comes_with_the_command_that_gets_it(examined):
    finding = examined()["data set fashion-mnist"]
    assert not finding.well
    assert "grader data fetch" in finding.detail
    assert "grader data import" in finding.detail


def test_a_package_that_is_missing_comes_with_its_installation(examined, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor, "KERNEL_PACKAGES", ("numpy", "no_such_package"))
    found = examined()
    assert found["numpy"].well
    assert not found["no_such_package"].well
    assert "pip install" in found["no_such_package"].detail


def test_a_wall_that_cannot_be_built_says_why(examined, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(wall, "why_not", lambda: "bubblewrap is not installed. On Debian: apt install bubblewrap.")
    assert examined()["wall"] == Finding("wall", False, wall.why_not() or "")


def test_too_little_memory_names_the_limit_to_lower(examined, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(doctor, "LEAST_MEMORY_MB", 10**9)
    assert "lower memory_mb" in examined()["memory"].detail


def test_a_failure_of_the_grader_is_kept_in_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    try:
        {}["what was looked for"]
    except KeyError as error:
        path = keep_trace(error)
    assert path.parent == tmp_path
    assert "KeyError: 'what was looked for'" in path.read_text()

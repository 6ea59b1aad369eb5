from pathlib import Path

import pytest

from grader.errors import TeacherError, UsageError
from grader.pages.results import read_result, result_folders
from grader.pipeline import write_results

from . import samples_for_reports as samples


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    sample = samples.good()
    return write_results(tmp_path, sample.grade, sample.evidence, "page", b"{}")


def test_what_was_written_is_read_again(tmp_path, folder):
    sample = samples.good()
    assert result_folders(tmp_path) == [folder]
    result = read_result(folder)
    assert (result.grade, result.evidence) == (sample.grade, sample.evidence)


def test_a_folder_without_results_is_the_teachers_to_mend(tmp_path):
    with pytest.raises(UsageError, match=r"no grade\.json in its folders"):
        result_folders(tmp_path)


@pytest.mark.parametrize("content", ['{"student": ', "{}", '{"unknown": 1}'])
def test_a_damaged_result_is_named_by_its_folder(folder, content):
    (folder / "grade.json").write_text(content)
    with pytest.raises(
        TeacherError, match=f"a result in {folder.name}. Found: Grade with .* Grade this submission again"
    ):
        read_result(folder)


def test_a_result_without_its_evidence_is_named_too(folder):
    (folder / "evidence.json").unlink()
    with pytest.raises(TeacherError, match="No such file"):
        read_result(folder)

from pathlib import Path

import pytest

from grader.courses.course import bundled
from grader.courses.rubric import read_rubric
from grader.errors import TeacherError

LAB_MANUAL = bundled() / "rubrics" / "lab-manual.toml"


@pytest.fixture
def changed(tmp_path: Path):
    """Write the lab manual's rubric with one thing changed, and give its path."""

    def write(before: str, after: str) -> Path:
        text = LAB_MANUAL.read_text(encoding="utf-8")
        assert before in text
        path = tmp_path / "own.toml"
        path.write_text(text.replace(before, after, 1), encoding="utf-8")
        return path

    return write


def test_the_lab_manual_gives_20_marks_in_its_columns():
    rubric = read_rubric(LAB_MANUAL)
    assert [column.name for column in rubric.columns] == ["Answers", "Coding Efficiency", "Viva", "Timely Completion"]
    assert rubric.out_of == 20
    assert rubric.name == "lab-manual"


def test_a_teacher_changes_marks_without_python(changed):
    path = changed('title = "The network answers the sheet", marks = 2', 'title = "The network", marks = 4')
    path.write_text(path.read_text().replace('name = "Answers"\nmarks = 5', 'name = "Answers"\nmarks = 7'))
    assert read_rubric(path).out_of == 22


@pytest.mark.parametrize(
    ("before", "after", "key", "words"),
    [
        ('title = "Lab manual', 'titel = "Lab manual', "title", "Field required"),
        ("marks_per_day = 1", "marks_per_dya = 1", "late.marks_per_dya", "not permitted"),
        ("marks_per_day = 1", 'marks_per_day = "one"', "late.marks_per_day", "number"),
        ("grace_minutes = 15", "grace_minutes = -15", "late.grace_minutes", "greater than or equal to 0"),
        ('source = "teacher"', 'source = "dice"', "columns.2.source", "'checks', 'teacher' or 'submission_time'"),
        (
            'title = "The code is tidy", marks = 1',
            'title = "The code is tidy"',
            "columns.1.criteria.3.marks",
            "required",
        ),
        (
            'title = "The code is tidy", marks = 1',
            'title = "Tidy", marks = -1',
            "columns.1.criteria.3.marks",
            "equal to 0",
        ),
    ],
)
def test_a_broken_rubric_is_named_with_its_key(changed, before: str, after: str, key: str, words: str):
    path = changed(before, after)
    with pytest.raises(TeacherError) as caught:
        read_rubric(path)
    assert f"Expected a valid `{key}` in {path}." in str(caught.value)
    assert words in str(caught.value)


def test_criteria_that_do_not_add_up_to_their_column_are_told_with_both_sums(changed):
    path = changed('name = "Answers"\nmarks = 5', 'name = "Answers"\nmarks = 6')
    with pytest.raises(TeacherError, match=r"column `Answers` to add up to 6\. Received: 5") as caught:
        read_rubric(path)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize(
    ("before", "after", "twice"),
    [('name = "Viva"', 'name = "Answers"', "Answers"), ('id = "accuracy"', 'id = "architecture"', "architecture")],
)
def test_a_name_that_is_there_twice_is_told(changed, before: str, after: str, twice: str):
    with pytest.raises(TeacherError, match=f"Received more than once: {twice}"):
        read_rubric(changed(before, after))


def test_a_file_that_is_not_there_is_named(tmp_path: Path):
    with pytest.raises(TeacherError, match=r"Expected the file .*gone\.toml\. Found nothing there"):
        read_rubric(tmp_path / "gone.toml")

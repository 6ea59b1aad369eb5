import re
from pathlib import Path
from shutil import copytree

import numpy as np
import pytest

from grader.courses.course import Course, bundled
from grader.similar.shingles import Code, code_of
from grader.similar.similarity import ALIKE, Similarity, Work, compare, count, given_out, read_work

from .samples_for_similarity import ASHA, HONEST, MEERA, ROHAN, STARTER, write_notebook

NOTHING = Code([])


@pytest.fixture(scope="module")
def given() -> Code:
    return given_out(Course(bundled()), "boston")


def compared(tmp_path: Path, given: Code, **students: list[str]) -> Similarity:
    paths = {name: write_notebook(tmp_path / name / "submission.ipynb", cells) for name, cells in students.items()}
    return compare([read_work(path, name) for name, path in paths.items()], given)


def only_pair(similarity: Similarity) -> tuple[float, float]:
    (group,) = similarity.groups
    (pair,) = group.pairs
    return round(pair.named, 2), round(pair.blinded, 2)


def renamed(cells: list[str]) -> list[str]:
    names = {"model": "net", "history": "h", "scaler": "sc", "x_train_s": "a", "x_test_s": "b", "y_pred": "guess"}
    names |= {"df": "table", "lr": "line", "y_lr": "line_guess", "mse": "e2", "mae": "e1", "new_house": "home"}
    swap = {rf"(?<![.\"'\w]){name}\b(?!=)": other for name, other in names.items()}
    return ["".join(replace_all(cell, swap)) for cell in cells]


def replace_all(text: str, swap: dict[str, str]) -> str:
    for pattern, other in swap.items():
        text = re.sub(pattern, other, text)
    return text


# -- What is alike -----------------------------------------------------------------------------------------------------


def test_honest_solutions_of_one_sheet_stay_below_half_even_with_nothing_left_out():
    codes = [code_of(cells) for cells in HONEST.values()]
    for kind in ("named", "blinded"):
        dice = count([getattr(code, kind) for code in codes], np.empty(0, np.int64)).dice
        assert dice[np.triu_indices(3, k=1)].max() < ALIKE / 2


def test_honest_solutions_are_not_listed(tmp_path, given):
    assert compared(tmp_path, given, **HONEST).groups == []


def test_renamed_variables_are_found_by_the_second_figure(tmp_path, given):
    named, blinded = only_pair(compared(tmp_path, given, Asha=ASHA, Zoya=renamed(ASHA), Rohan=ROHAN))
    assert named < 0.8
    assert blinded > 0.95


def test_cells_in_another_order_are_the_same(tmp_path, given):
    assert only_pair(compared(tmp_path, given, Asha=ASHA, Zoya=ASHA[::-1])) == (1, 1)


def test_other_numbers_strings_and_comments_are_the_same(tmp_path, given):
    changed = [re.sub(r"\b\d+\b", "7", cell).replace("MSE", "error") + "  # my own idea" for cell in ASHA]
    assert only_pair(compared(tmp_path, given, Asha=ASHA, Zoya=changed)) == (1, 1)


def test_half_a_copy_is_still_listed(tmp_path, given):
    named, _ = only_pair(compared(tmp_path, given, Asha=ASHA, Zoya=[*ASHA[1:6], *ROHAN[:2]]))
    assert 0.5 < named < 0.9


def test_copies_of_copies_are_one_group(tmp_path, given):
    second = [*ASHA[:6], *MEERA[3:]]
    third = [*ASHA[:4], *MEERA[2:]]
    (group,) = compared(tmp_path, given, Asha=ASHA, Omar=second, Priya=third, Rohan=ROHAN).groups
    assert [work.student for work in group.members] == ["Asha", "Omar", "Priya"]
    figures = [pair.figure for pair in group.pairs]
    assert figures == sorted(figures, reverse=True)


# -- What accuses nobody -----------------------------------------------------------------------------------------------


def test_what_the_course_gives_out_is_no_likeness(tmp_path, given):
    solution = list(code_cells_of(bundled() / "reference" / "boston" / "solution.ipynb"))
    same = [STARTER, *solution]
    found = compared(tmp_path, given, Asha=[*same, *ASHA[3:]], Rohan=[*same, *ROHAN], Meera=[*same, *MEERA])
    assert found.groups == []


def code_cells_of(path: Path) -> list[str]:
    import nbformat

    return [cell.source for cell in nbformat.read(path, 4).cells if cell.cell_type == "code"]


def test_two_untouched_starters_are_not_compared(tmp_path, given):
    starter = code_cells_of(bundled() / "assignments" / "boston" / "starter.ipynb")
    found = compared(tmp_path, given, Asha=starter, Zoya=starter, Rohan=ROHAN)
    assert found.groups == []
    assert [work.student for work in found.too_little] == ["Asha", "Zoya"]
    assert found.compared == 1


def test_a_hand_out_beside_the_starter_is_left_out(tmp_path):
    copytree(bundled() / "assignments" / "boston", tmp_path / "course" / "assignments" / "boston")
    course, hand_out = Course(tmp_path / "course"), ROHAN[2:4]
    before = compared(tmp_path, given_out(course, "boston"), Asha=[*hand_out, ASHA[3]], Meera=[*hand_out, MEERA[3]])
    assert len(before.groups) == 1
    write_notebook(course.folder / "assignments" / "boston" / "board.ipynb", hand_out)
    after = compared(tmp_path, given_out(course, "boston"), Asha=[*hand_out, ASHA[3]], Meera=[*hand_out, MEERA[3]])
    assert after.groups == []


def test_a_hand_out_that_nobody_told_us_of_is_left_out_once_a_third_of_the_class_has_it(tmp_path, given):
    def own(number: int) -> str:
        return "\n".join(f"r{line} = np.step{number}_{line}(rows, key{number}=0)" for line in range(8))

    everybody = {f"s{number}": [*ROHAN[2:4], own(number)] for number in range(12)}
    found = compared(tmp_path, given, **everybody)
    assert found.groups == []
    assert len(found.common) > 100
    few = dict(list(everybody.items())[:4])
    assert len(compared(tmp_path, given, **few).groups) == 1


def test_an_earlier_version_of_the_same_student_is_no_pair(tmp_path):
    works = [Work("Asha", folder, folder, code_of(ASHA)) for folder in ("Asha", "Asha-1a2b3c4d")]
    assert compare(works, NOTHING).groups == []


# -- Files -------------------------------------------------------------------------------------------------------------


def test_identical_files_are_named_as_such_also_where_they_are_short(tmp_path, given):
    short = ["score = np.linalg.norm(a @ b.T - c)"]
    (group,) = compared(tmp_path, given, Asha=short, Zoya=short, Rohan=ROHAN).groups
    assert [pair.are_one_file for pair in group.pairs] == [True]
    (group,) = compared(tmp_path, given, Asha=ASHA, Zoya=[*ASHA, ""]).groups
    assert [pair.are_one_file for pair in group.pairs] == [False]


@pytest.mark.parametrize(
    "content", [b"", b"\x00\xff" * 50, b"[" * 100_000, b'{"cells": [1, {"cell_type": "code"}, null]}']
)
def test_a_file_that_is_no_notebook_is_like_no_other(tmp_path, content):
    path = tmp_path / "submission.ipynb"
    path.write_bytes(content)
    found = compare([read_work(path, "Asha"), Work("Rohan", "Rohan", "1", code_of(ROHAN))], NOTHING)
    assert found.groups == []
    assert [work.student for work in found.too_little] == ["Asha"]


def test_no_submission_at_all_is_no_error():
    assert compare([], NOTHING).compared == 0

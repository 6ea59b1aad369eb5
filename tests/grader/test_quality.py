from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

import grader.marking.quality
from grader.errors import TeacherError
from grader.marking.quality import RULES, count_code_lines, find_quality, with_code_lines
from grader.records import CellRun


def notebook(*sources: str):
    return new_notebook(cells=[new_markdown_cell("# Title"), *map(new_code_cell, sources)])


def remarks(*sources: str) -> list[tuple[str, int, int]]:
    return [(finding.rule, finding.cell, finding.line) for finding in find_quality(notebook(*sources))]


def test_a_remark_names_code_cell_and_line():
    assert remarks("import numpy as np\nimport os", "!pip install x\nprint(np.zeros(3))\nprint(scores)") == [
        ("F401", 1, 2),
        ("F821", 2, 3),
    ]


def test_what_is_usual_in_notebooks_is_left_alone():
    lines = ["%matplotlib inline", "import numpy as np;import os", f"x = {'1 + ' * 60}1", "display(os.name, x)", "x"]
    assert (
        remarks("\n".join(lines), "%%time\nimport keras\nkeras.Sequential()", "%%bash\nls", "np?", "np.zeros( 3 )\nx")
        == []
    )


def test_habits_worth_learning_are_named():
    found = remarks(
        "def f(a=[]):\n    try:\n        b = 1\n    except:\n        return a", "x = 1\nx == 2\nif x is 3:\n    f()"
    )
    assert {rule for rule, _, _ in found} == {"B006", "F841", "E722", "B015", "F632"}


def test_other_cells_are_judged_where_one_does_not_parse():
    assert remarks("import os\nx = (", "import sys\ny = [", "print(y, f'done')\ny == 3\ny = 4") == [
        ("F541", 3, 1),
        ("B015", 3, 2),
    ]


def test_names_are_not_judged_where_a_magic_may_define_them():
    assert remarks("%pylab inline", "plot(zeros(3))") == []


def test_a_student_cannot_silence_a_remark():
    assert remarks("# ruff: noqa\nimport os  # noqa") == [("F401", 1, 2)]


def test_a_flood_is_clipped():
    findings = find_quality(notebook("import os\n" * 2_000, "name_" + "x" * 10_000))
    assert len(findings) == 500
    assert max(len(finding.message) for finding in findings) <= 2_000


def test_code_that_stops_ruff_is_a_remark(monkeypatch, tmp_path):
    stops = tmp_path / "ruff"
    stops.write_text("#!/bin/sh\nexit 134\n")
    stops.chmod(0o755)
    monkeypatch.setattr(grader.marking.quality, "find_ruff_bin", lambda: str(stops))
    assert remarks("x = 1") == [("ruff", 1, 1)]


def test_a_missing_ruff_is_the_teachers_to_mend(monkeypatch):
    monkeypatch.setattr(grader.marking.quality, "find_ruff_bin", lambda: str(Path("/nowhere/ruff")))
    with pytest.raises(TeacherError, match="pip install ruff"):
        find_quality(notebook("x = 1"))


def test_every_rule_has_its_reason():
    assert all(reason for reason in RULES.values())


def test_lines_of_code_are_counted_without_comments_and_magics():
    assert (
        count_code_lines(notebook("# Load\nimport keras\n\n!pip install x\n%cd ..", "%%time\nx = 1\n  # why\ny = 2"))
        == 3
    )
    assert count_code_lines(notebook("%%bash\nls\nls", "")) == 0


def test_what_does_nothing_is_no_line_of_code():
    assert count_code_lines(notebook("pass", "...  # later", "pass; pass;", ";" * 9, "x = '#'  # one", "#" * 9)) == 2


def test_each_cell_has_its_own_lines_of_code():
    ran = [CellRun(number=number, status="ok") for number in (1, 2, 3)]
    assert [cell.code_lines for cell in with_code_lines(ran, notebook("pass", "x = 1\ny = 2", "!ls"))] == [0, 2, 0]

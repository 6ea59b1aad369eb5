import hashlib
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import nbformat
import pytest

from grader.errors import UsageError
from grader.submissions.collect import (
    Collected,
    collect,
    folder_name,
    imported_modules,
    parse_due,
    parse_time,
    syntax_of,
    unparsable,
)


def code(source: object, **more: object) -> dict[str, object]:
    return {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None, "source": source, **more}


def text(source: object, **more: object) -> dict[str, object]:
    return {"cell_type": "markdown", "metadata": {}, "source": source, **more}


def document(*cells: object, **more: object) -> dict[str, object]:
    return {"nbformat": 4, "nbformat_minor": 4, "metadata": {}, "cells": list(cells), **more}


def shortly(value: object) -> str:
    return repr(value)[:30]


@pytest.fixture
def read(tmp_path):
    """Collects a file of that content."""

    def collected(content: object, name: str = "asha.ipynb") -> Collected:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
        return collect(path, "fashion-mnist", None, None, None)

    return collected


def sources(collected: Collected) -> list[str]:
    return [cell["source"] for cell in collected.notebook["cells"]]


# -- What is collected -------------------------------------------------------------------------------------------------


def test_cells_are_numbered_by_kind_and_the_copy_to_run_is_valid(read):
    collected = read(document(text("# Title"), code(["import keras\n", "x = 1"]), text("Why?"), code("")))
    assert [cell["id"] for cell in collected.notebook["cells"]] == ["text-1", "cell-1", "text-2", "cell-2"]
    assert sources(collected)[1] == "import keras\nx = 1"
    assert collected.submission.notes == []
    nbformat.validate(collected.notebook)


def test_outputs_stay_with_the_saved_notebook_only(read):
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": ["Test accuracy: ", "0.9\n"]},
        {"output_type": "display_data", "data": {"image/png": "AAAA", "text/plain": "<Figure>"}, "metadata": {}},
        {"output_type": "nonsense"},
    ]
    collected = read(document(code("evaluate()", outputs=outputs, execution_count=7)))
    assert collected.notebook["cells"][0]["outputs"] == []
    assert collected.saved["cells"][0]["outputs"][0]["text"] == "Test accuracy: 0.9\n"
    assert collected.saved["cells"][0]["outputs"][1]["data"] == {"text/plain": "<Figure>"}
    nbformat.validate(collected.saved)


def test_the_file_is_left_as_it_was(read, tmp_path):
    read(document(code("x = 1")))
    path = tmp_path / "asha.ipynb"
    before = path.read_bytes(), path.stat().st_mtime_ns
    collect(path, "fashion-mnist", "Asha Rao", None, None)
    assert (path.read_bytes(), path.stat().st_mtime_ns) == before


def test_the_bytes_that_were_read_are_kept_whatever_becomes_of_the_file(read, tmp_path):
    collected = read(b"\xef\xbb\xbfnot a notebook")
    (tmp_path / "asha.ipynb").write_text("changed")
    assert collected.data == b"\xef\xbb\xbfnot a notebook"
    assert collected.submission.sha256 == hashlib.sha256(collected.data).hexdigest()


def test_student_and_time_come_from_the_file_where_nobody_says_more(read, tmp_path):
    read(document(code("x = 1")))
    os.utime(tmp_path / "asha.ipynb", (1_700_000_000, 1_700_000_000))
    submission = collect(tmp_path / "asha.ipynb", "mnist", None, None, None).submission
    assert submission.student == "asha"
    assert submission.submitted_at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


def test_a_name_keeps_its_script_and_loses_what_could_mislead(tmp_path):
    path = tmp_path / "x.ipynb"
    path.write_text("{}")
    assert collect(path, "mnist", "आशा राव", None, None).submission.student == "आशा राव"
    assert collect(path, "mnist", "a\u202eb\x00c\n", None, None).submission.student == "abc"


# -- What can be mended ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le"])
def test_other_encodings_are_read_and_noted(read, encoding):
    collected = read(json.dumps(document(code("x = 'é'")), ensure_ascii=False).encode(encoding))
    assert sources(collected) == ["x = 'é'"]
    assert "UTF-8" in collected.submission.notes[0]


def test_a_python_script_becomes_one_cell_whatever_its_name(read):
    for name in ("asha.ipynb", "asha.py", "asha.txt"):
        collected = read(b"import keras\nprint('hello')\n", name)
        assert sources(collected) == ["import keras\nprint('hello')\n"]
        assert "Python script" in collected.submission.notes[0]


def test_a_notebook_of_format_3_is_upgraded(read):
    output = {"output_type": "pyout", "prompt_number": 1, "text": ["[0.2, 0.9]"], "metadata": {}}
    old = [
        {"cell_type": "heading", "level": 2, "source": ["Model"]},
        {"cell_type": "code", "input": ["x = 1"], "language": "python", "outputs": [output]},
        {"cell_type": "code", "outputs": 3},
        "not a cell",
    ]
    collected = read({"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": old}]})
    assert sources(collected) == ["## Model", "x = 1"]
    assert collected.saved["cells"][1]["outputs"][0]["data"] == {"text/plain": "[0.2, 0.9]"}
    assert "nbformat 3" in collected.submission.notes[0]
    nbformat.validate(collected.saved)


def test_each_mending_is_noted(read):
    cells = [code("x = 1", id="a"), code("y = 2", id="a"), {"cell_type": "code"}, {"cell_type": "widget"}, 17]
    notes = " ".join(read(document(*cells)).submission.notes)
    assert "unknown type were left out: 2" in notes
    assert "completed with empty ones: 1" in notes
    assert "id of another cell were given one of their own: 1" in notes


def test_half_a_character_does_no_harm(read):
    collected = read(b'{"cells": [{"cell_type": "code", "source": "x = \'\\ud83d \\ud83d\\ude00\'"}]}')
    assert sources(collected) == ["x = '\N{REPLACEMENT CHARACTER} \N{GRINNING FACE}'"]


def test_a_copied_page_with_prompts_is_cut_at_them(read):
    collected = read(b"In [1]: import keras\nIn [2]:\nx = 1\n", "asha.txt")
    assert sources(collected) == ["import keras", "\nx = 1"]


@pytest.mark.parametrize("minor", range(6))
def test_every_minor_format_is_read_with_what_colab_and_kaggle_write_and_without_what_they_forget(read, minor):
    colab = code(
        ["x = 1\n", "x"], execution_count=None, id="aBc_1", metadata={"id": "aBc_1", "colab": {"base_uri": ""}}
    )
    kaggle = code("y = 2", _kg_hide_input=True, metadata={"_uuid": "8f2", "trusted": True, "_cell_guid": "b1"})
    bare = {"cell_type": "code", "source": "z = 3"}
    file = {"nbformat": 4, "nbformat_minor": minor, "cells": [colab, kaggle, bare]}
    collected = read(file if minor % 2 else file | {"metadata": {"accelerator": "GPU", "colab": {}, "kaggle": {}}})
    assert sources(collected) == ["x = 1\nx", "y = 2", "z = 3"]
    assert [cell["id"] for cell in collected.notebook["cells"]] == ["cell-1", "cell-2", "cell-3"]
    nbformat.validate(collected.saved)


def test_a_checkpoint_is_named_as_one(tmp_path):
    folder = tmp_path / ".ipynb_checkpoints"
    folder.mkdir()
    for content, words in ((document(), "Found a checkpoint"), (document(code("x = 1")), "may be older")):
        path = folder / "asha-checkpoint.ipynb"
        path.write_text(json.dumps(content))
        submission = collect(path, "mnist", None, None, None).submission
        assert words in f"{submission.problem} {submission.notes}"


# -- What cannot be mended ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"", "an empty file"),
        (b"\xef\xbb\xbf \n", "an empty file"),
        (b"<!DOCTYPE html><script>\nimport x from 'y'\n</script>", "a web page (HTML)"),
        (b"PK\x03\x04 and so on", "a zip archive or a Word document"),
        (b"PK\x05\x06" + b"\0" * 18, "an empty zip archive"),
        (b"%PDF-1.7", "a PDF"),
        (b"My notebook is in the other mail.", "plain text"),
        (b'{"cells": [\n{"cell_type": "code", "sour', "damaged at line 2"),
        (b"\x80\x02\x00\x00\x01", "binary data"),
        (b'{"epochs": 10}', "JSON without a list of cells"),
        (b"[1, 2]", "JSON without a list of cells"),
        (b"9" * 5_000, "plain text"),
        (b"[" * 100_000, "nested too deeply"),
    ],
    ids=shortly,
)
def test_a_file_that_is_no_notebook_is_named_for_what_it_is(read, content, found):
    collected = read(content)
    assert found in str(collected.submission.problem)
    assert "hand in" in str(collected.submission.problem).lower()
    assert collected.notebook["cells"] == []


def test_a_notebook_without_code_says_so(read):
    assert "no cell at all" in str(read(document()).submission.problem)
    assert "2 cells without any code" in str(read(document(text("Hello"), code(" \n"))).submission.problem)


def test_a_flood_of_code_or_cells_is_refused(read):
    assert "characters of code" in str(read(document(code("x = 1\n" * 60_000))).submission.problem)
    assert "2,001" in str(read(document(*[code("x")] * 2_001)).submission.problem)


def test_hostile_cells_raise_nothing(read):
    deep: object = []
    for _ in range(500):
        deep = [deep]
    odd = [code(7), code(["x", 7]), code("x", outputs=[None, {"output_type": "stream"}, {"output_type": []}]), deep]
    sheets = [{"cells": [{"cell_type": "heading", "level": 10**12}, {"cell_type": "code", "outputs": [deep]}, None]}, 3]
    assert len(read(document(*odd, metadata=deep)).notebook["cells"]) == 3
    assert read({"worksheets": sheets}).submission.problem


@pytest.mark.parametrize("name", ["missing.ipynb", "folder"])
def test_a_path_without_a_file_is_the_teachers_to_mend(tmp_path, name):
    (tmp_path / "folder").mkdir()
    with pytest.raises(UsageError, match=r"Expected a notebook at .*Found") as caught:
        collect(tmp_path / name, "mnist", None, None, None)
    assert "\n" not in str(caught.value)


def test_a_pipe_is_not_waited_for(tmp_path):
    if not hasattr(os, "mkfifo"):
        pytest.skip("this system has no named pipes")
    os.mkfifo(tmp_path / "pipe.ipynb")
    with pytest.raises(UsageError):
        collect(tmp_path / "pipe.ipynb", "mnist", None, None, None)


# -- Names and times ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Asha Rao", "आशा राव", "41_asha.rao@college.in", "王小明"])
def test_a_harmless_name_is_its_own_folder(name):
    assert folder_name(name) == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        ".",
        "..",
        "../../etc",
        "a/b",
        "a\\b",
        "a\0b",
        "-rf",
        "CON",
        "nul.txt",
        "index.html",
        "x\u202ey",
        "é" * 500,
        "字" * 90,
    ],
    ids=shortly,
)
def test_every_name_gives_a_safe_folder(name, tmp_path):
    folder = folder_name(name)
    assert 0 < len(folder) <= 80
    assert folder != name
    (tmp_path / folder).mkdir()
    assert [path.name for path in tmp_path.iterdir()] == [folder]


def test_changed_names_do_not_collide():
    names = ["a/b", "a_b", "a:b", folder_name("a/b"), "a" * 100, "a" * 101]
    assert len({folder_name(name) for name in names}) == len(names)


def test_a_time_without_zone_is_local():
    assert parse_time("2026-03-01T23:59") == datetime(2026, 3, 1, 23, 59).astimezone()
    assert parse_time("2026-03-01 23:59+05:30").utcoffset() == timedelta(hours=5, minutes=30)


@pytest.mark.parametrize("given", ["tomorrow", "2026-03-01", "20260301", "31.12.2026 10:00", ""])
def test_another_form_of_time_is_refused_with_the_right_one(given):
    with pytest.raises(UsageError, match="2026-03-01T23:59"):
        parse_time(given)


def test_a_due_date_without_a_time_of_day_is_the_end_of_that_day():
    assert parse_due("2026-11-20") == datetime(2026, 11, 20, 23, 59, 59).astimezone()
    assert parse_due("2026-11-20T17:00+05:30") == parse_time("2026-11-20T17:00+05:30")


@pytest.mark.parametrize("given", ["tomorrow", "2026-02-30", "20.11.2026", ""])
def test_another_form_of_due_date_is_refused_with_the_right_one(given):
    with pytest.raises(UsageError, match="2026-03-01T23:59"):
        parse_due(given)


# -- Syntax ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "source",
    [
        "!pip install x\nimport keras",
        "%matplotlib inline\nx = !ls",
        "%%bash\nls | wc",
        "%%time\nmodel.fit(x)",
        "model.fit?",
        "await main()",
        "pip install scikit-learn",
        "  x = 1\n  y = 2",
        "import re\nre.compile('\\d')",
        "",
    ],
)
def test_what_ipython_can_read_is_left_alone(read, source):
    assert unparsable(read(document(code(source), code("1"))).notebook) == {}


def test_a_cell_that_cannot_be_parsed_is_named_with_its_line(read):
    cells = [code("x = 1"), text("text"), code("\n\n%matplotlib inline\nprint('a'"), code("prose here\nimport y")]
    errors = unparsable(read(document(*cells)).notebook)
    assert [(number, error.kind, error.line) for number, error in errors.items()] == [
        (2, "SyntaxError", 4),
        (3, "SyntaxError", 1),
    ]
    assert errors[2].message == "'(' was never closed"


def test_an_install_without_its_sign_is_read_as_if_it_had_one(read):
    quoted = 'text = """\npip install x\n"""'
    found = read(document(code("pip install x\nimport y"), code(quoted), code("pip install x\nprose here")))
    assert [cell.source for cell in found.notebook.cells[:2]] == ["!pip install x\nimport y", quoted]
    assert list(unparsable(found.notebook)) == [3]
    assert found.submission.notes[-1].startswith("In cell 1 a line `pip install` without a !")


@pytest.mark.parametrize(
    "source",
    ["x = '\0'", "-" * 100_000 + "1", "x" + ".x" * 100_000, "(" * 1_000, "!ls\n" * 1_000, "%%time\nx = ("],
    ids=shortly,
)
def test_hostile_code_is_an_error_of_the_cell(read, source):
    errors = unparsable(read(document(code(source))).notebook)
    assert list(errors) == [1]
    assert errors[1].message


def test_imports_are_listed_by_their_first_name(read):
    cells = [
        code("import torch.nn as nn, os\nfrom keras.layers import Dense\nfrom . import own"),
        code("%%time\ndef f():\n    import cv2"),
        code("import broken, ("),
        code("!pip install x\nimport pandas"),
    ]
    assert imported_modules(read(document(*cells)).notebook) == ["cv2", "keras", "os", "pandas", "torch"]


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (";" * 40_000, "a magic that has no end"),
        ("%x" + "\t" * 40_000 + "?", "more than 200 characters that ends in ?"),
        ("!ls\n" * 51, "more than 50 lines with !"),
    ],
)
def test_what_ipython_would_read_for_minutes_is_refused(source: str, words: str):
    error = syntax_of(source).error
    assert error is not None
    assert (error.kind, words in error.message) == ("SyntaxError", True)


def test_a_cell_with_many_magics_is_still_read():
    lines = [f"!pip install p{n}\nx{n} = !ls\n%cd ..\nx{n}?" for n in range(12)]
    assert syntax_of("\n".join([*lines, "import keras"])).imports == {"keras"}


def test_a_cell_is_parsed_once(read):
    notebook = read(document(code("import keras\nonly_here = 1"))).notebook
    before = syntax_of.cache_info().misses
    assert (unparsable(notebook), imported_modules(notebook)) == ({}, ["keras"])
    assert syntax_of.cache_info().misses == before + 1


def test_the_examples_are_read_without_mending():
    examples = sorted((Path(__file__).parents[2] / "examples").glob("*.ipynb"))
    submissions = [collect(path, "fashion-mnist", None, None, None).submission for path in examples]
    assert [submission for submission in submissions if submission.problem or submission.notes] == []

import pytest
from nbformat.v4 import new_code_cell, new_output

from grader.records import CellError, CellRun
from grader.running.cells import cell_run, missing_modules
from tests.conftest import Run

TRACE = ["\x1b[31mValueError\x1b[0m", "\x1b[32mCell In[4]\x1b[39m\x1b[32m, line 3\x1b[0m, in f", "Cell In[2], line 9"]


def ran(*outputs: object) -> CellRun:
    return cell_run(new_code_cell(id="cell-4", outputs=list(outputs)), seconds=1.23456, reply={})


def stream(text: str) -> object:
    return new_output("stream", name="stdout", text=text)


def test_a_cell_without_an_error_is_ok():
    assert ran() == CellRun(number=4, status="ok", seconds=1.235)


def test_an_error_has_its_line_in_the_cell_and_no_colours():
    found = ran(new_output("error", ename="ValueError", evalue="\x1b[1mno\x1b[0m", traceback=TRACE))
    assert found.status == "error"
    assert found.error == CellError(kind="ValueError", message="no", line=3)


def test_an_error_without_a_line_in_a_cell_has_none():
    error = ran(new_output("error", ename="E" * 999, evalue="x" * 9_999, traceback=[])).error
    assert error is not None
    assert (error.line, len(error.kind), len(error.message)) == (None, 200, 2_000)


def test_of_a_progress_bar_only_the_last_state_is_kept():
    assert ran(stream("Epoch 1\r\n 1/9\b\b\r 5/9\r 9/9\n"), stream("done\r")).output == "Epoch 1\n 9/9\ndone"


def test_values_and_tables_show_as_their_text_and_pictures_as_nothing():
    value = new_output("execute_result", data={"text/plain": "0.91", "text/html": "<b>0.91</b>"})
    picture = new_output("display_data", data={"image/png": "AAAA"})
    assert ran(value, picture).output == "0.91\n\n"


def test_only_the_beginning_of_a_long_output_is_kept():
    assert len(ran(stream("x" * 100_000)).output) == 2_000


def asked_for(*names: str) -> list[CellRun]:
    errors = [CellError(kind="ModuleNotFoundError", message=f"No module named '{name}'") for name in names]
    return [CellRun(number=number, status="error", error=error) for number, error in enumerate(errors, start=1)]


def test_a_well_known_module_that_the_code_imports_is_missing_and_named_once():
    assert missing_modules(asked_for("gensim", "gensim", "my_utils"), ["gensim", "my_utils", "numpy"]) == ["gensim"]


def test_a_module_that_is_only_spoken_of_in_a_message_is_not_missing():
    assert missing_modules(asked_for("gensim"), ["numpy"]) == []
    assert missing_modules([CellRun(number=1, status="error", error=CellError(kind="E", message=""))], ["gensim"]) == []


@pytest.mark.parametrize(
    "message",
    [
        "'error', {'ename': 5, 'evalue': {}, 'traceback': [1]}",
        "'stream', {'text': 5}",
        "'display_data', {'data': {'text/plain': 5}, 'metadata': {}}",
        "'update_display_data', {'data': {}, 'transient': {'display_id': [1]}}",
        "'comm_open', {'comm_id': [1]}",
    ],
)
def test_messages_that_no_kernel_sends_end_no_run(run: Run, message: str):
    recording = run(f"kernel = get_ipython().kernel\nreply = kernel.send_response(kernel.iopub_socket, {message})")
    assert [cell.status for cell in recording.cells] == ["ok"]

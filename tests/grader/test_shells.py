import pytest

from grader.inside.shells import OUTSIDE, what_is_here
from tests.conftest import Run
from tests.grader.test_old_api import failures


def test_what_needs_a_network_is_not_run_and_stops_nothing(run: Run):
    install = "!pip install seaborn==0.1 no-such-thing\n!git clone https://github.com/x/y && cd y\n!nvidia-smi"
    magics = """
%tensorflow_version 2.x
%load_ext tensorboard
%tensorboard --logdir logs
%reload_ext autotime
%cd /content/drive/MyDrive
%pip install -q numpy
%no_such_magic
"""
    recording = run(install, magics, "pip install keras", "%%bash\npip install x\necho here", "%%cu\nint main() {}")
    assert failures(recording) == {}
    assert recording.cells[3].output.splitlines() == ["[not run while grading: !pip install x]", "here"]
    said = {each.sentence: each.cell for each in recording.substitutes}
    assert "Installed: seaborn 0.13" in next(iter(said))
    assert next(iter(said)).endswith("Not installed: no-such-thing.")
    assert said["The folder /content/drive/MyDrive is not here, so the notebook stayed where it was."] == 2
    assert said["`%no_such_magic` was not run: Jupyter has no such magic here."] == 2
    assert said["`%%cu` was not run: Jupyter has no such magic here."] == 5


def test_what_needs_none_runs_with_the_notebooks_variables(run: Run):
    shell = """
import os
name = "there"
!echo hello {name}; pip install x
lines = !echo one $name
assert lines == ["one there"]
def inside(name):
    return get_ipython().getoutput("echo {name}")
assert inside("deep") == ["deep"] and os.system("pip install y") == 0
os.makedirs("folder"); get_ipython().run_line_magic("cd", "folder"); os.chdir("/nowhere")
assert os.path.basename(os.getcwd()) == "folder"
"""
    recording = run(shell, "%%time\n%matplotlib qt\nx = 1", "%%capture out\nprint(2)", "x, out.stdout")
    assert failures(recording) == {}
    assert "hello there" in recording.cells[0].output
    assert recording.cells[3].output == "(1, '2\\n')\n"


@pytest.mark.parametrize(
    "command",
    [
        "pip3 install x",
        "sudo apt-get update",
        "python -m pip install x",
        "/usr/bin/python3.11 -m pip list",
        "git clone x",
    ],
)
def test_commands_of_the_outside_are_known(command: str):
    assert OUTSIDE.match(command)


@pytest.mark.parametrize("command", ["ls", "git status", "cat pip.txt", "python train.py", "unzip x.zip", "pipeline"])
def test_every_other_command_runs(command: str):
    assert not OUTSIDE.match(command)


def test_packages_are_told_from_options_versions_and_files():
    words = what_is_here(
        ' install -q --upgrade "scikit-learn==1.1.3" pytest>=2,<99 no_such[all] -r requirements.txt -c anaconda ./x'
    )
    assert words.startswith("Installed: scikit-learn ")
    assert ", pytest " in words
    assert words.endswith("Not installed: no_such.")

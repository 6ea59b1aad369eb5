"""Lines of a notebook that are no Python -> run, or not run and noted: %magics and !commands."""

import os
import re
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from IPython.core.error import UsageError

from grader.inside.notes import notes
from grader.inside.ways import wrap

OUTSIDE = re.compile(
    r"^\s*(?:sudo\s+|time\s+)*(?:\S*python[\d.]*\s+-m\s+)?"
    r"(pip[\d.]*|conda|mamba|uv|apt|apt-get|brew|npm|git\s+(?:clone|pull|fetch|lfs)|wget|curl|gdown|kaggle|nvidia-smi|nvcc"
    r"|tensorboard|ngrok|streamlit|jupyter)\b(.*)",
    re.DOTALL,
)
"""Commands that need the network, a graphics card or a browser."""
QUIET_MAGICS = {"tensorboard", "tensorflow_version"}
INSTALLING_MAGICS = {"pip", "conda", "mamba", "uv"}
PARTS = re.compile(r"&&|\|\||;|\n")
OPTIONS = re.compile(r"(?<!\S)-[rcfi]\s+\S+|(?<!\S)--?\S+|\b(?:un)?install\b|[=<>~!]=?\s*[\w.*]+|\[.*?\]|\S*/\S*")
"""What is no package among the words of an installer: options, versions, extras, paths."""
PACKAGE = re.compile(r"(?<![\w./-])([A-Za-z][\w.-]*)")
SHELL_MAGICS = {"bash", "sh", "shell", "script", "system", "sx", "!"}


class Shells:
    """Stands between an IPython shell and what it would run outside of Python."""

    def __init__(self, shell: Any):
        self.run_line_magic = shell.run_line_magic
        self.run_cell_magic = shell.run_cell_magic
        self.system = shell.system
        self.getoutput = shell.getoutput

    def install(self, shell: Any) -> None:
        """Be asked first."""
        shell.run_line_magic = self.line_magic
        shell.run_cell_magic = self.cell_magic
        # Variables are filled in here, as IPython looks for them in the frame that called it.
        shell.system = lambda command: self.command(self.system, shell.var_expand(command, depth=1), None)
        shell.getoutput = lambda command, *args, **kwargs: self.command(
            self.getoutput, shell.var_expand(command, depth=1), [], *args, **kwargs
        )
        wrap(os, "system", lambda system, command: self.command(system, os.fspath(command), 0))
        wrap(os, "chdir", change_folder)

    def command(self, run: Callable[..., Any], command: str, instead: Any, *args: Any, **kwargs: Any) -> Any:
        """Run a command of the shell's, without the parts of it that could only fail here."""
        parts = PARTS.split(command)
        outside = [part.strip() for part in parts if OUTSIDE.match(part)]
        for part in outside:
            say_not_run(part)
        if not outside:
            return run(command, *args, **kwargs)
        if all(part.strip() in outside or not part.strip() or part.strip().startswith("cd ") for part in parts):
            return instead
        rest = " && ".join(part for part in parts if part.strip() and part.strip() not in outside)
        return run(rest, *args, **kwargs)

    def line_magic(self, name: str, line: str, _stack_depth: int = 1) -> Any:
        """Run a magic; one that is unknown, or can do nothing here, is noted."""
        if name in INSTALLING_MAGICS:
            return say_not_run(f"{name} {line}", "%")
        if name in QUIET_MAGICS:
            return notes.substitute(f"`%{name} {line}` was not run: it changes nothing here.")
        if name == "matplotlib":
            line = "inline"
        if name == "cd" and (folder := line.strip().strip("\"'")) and not folder.startswith("-"):
            return os.chdir(os.path.expandvars(os.path.expanduser(folder)))
        if name in {"load_ext", "reload_ext"}:
            return self.extension(name, line, _stack_depth)
        return self.known(self.run_line_magic, f"%{name} {line}", name, line, _stack_depth + 2)

    def cell_magic(self, name: str, line: str, cell: str) -> Any:
        """Run a magic on a cell; of a shell's script only the lines that can run here."""
        if name in SHELL_MAGICS:
            lines = cell.splitlines()
            for command in filter(OUTSIDE.match, lines):
                say_not_run(command.strip())
            cell = "\n".join(each for each in lines if not OUTSIDE.match(each))
            if not cell.strip():
                return None
            name = "bash" if name == "shell" else name
        return self.known(self.run_cell_magic, f"%%{name} {line}", name, line, cell)

    def known(self, run: Callable[..., Any], words: str, *args: Any) -> Any:
        """Run it unless there is no such magic."""
        try:
            return run(*args)
        except UsageError as error:
            if "not found" not in str(error):
                raise
            return notes.substitute(f"`{words.strip()}` was not run: Jupyter has no such magic here.")

    def extension(self, name: str, line: str, stack_depth: int) -> Any:
        """Load an extension; one that is not here is noted."""
        try:
            if line.strip() != "tensorboard":
                return self.run_line_magic(name, line, stack_depth + 2)
        except ImportError:
            pass
        return notes.substitute(f"`%{name} {line.strip()}` was not done: it is not here, or shows what nobody sees.")


def change_folder(change: Callable[[Any], None], folder: Any) -> None:
    """Go to a folder; one that is not here is noted, as files are looked for by their names."""
    try:
        change(folder)
    except OSError:
        notes.substitute(f"The folder {folder} is not here, so the notebook stayed where it was.")


def say_not_run(command: str, sign: str = "!") -> None:
    """Note a command that was not run; of an installer, what there is of what it was to install."""
    match = OUTSIDE.match(command)
    assert match is not None
    known = what_is_here(match[2]) if match[1].startswith(tuple(INSTALLING_MAGICS)) else ""
    notes.substitute(f"`{sign}{command.strip()}` was not run: there is no network. {known}".strip())
    print(f"[not run while grading: {sign}{command.strip()}]")


def what_is_here(arguments: str) -> str:
    """Which of these packages are installed, in which version."""
    here, not_here = [], []
    for name in PACKAGE.findall(re.sub(OPTIONS, " ", arguments)):
        try:
            here.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            not_here.append(name)
    words = [f"Installed: {', '.join(here)}."] if here else []
    return " ".join([*words, f"Not installed: {', '.join(not_here)}."] if not_here else words)

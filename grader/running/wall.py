"""Folders that a sandbox may read -> the bubblewrap command of the outer wall."""

import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

INSIDE = "/opt/grader"
SERVED = "/served"
HOST_NAME = "notebook"
"""What a notebook takes for the name of its machine."""
NOBODY = 65534
"""User and group behind the wall of an ordinary user: a namespace of an ordinary user knows no second one."""
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
SETTINGS = ("/etc/ld.so.cache", "/etc/fonts", "/etc/localtime", "/etc/alternatives", "/etc/ssl/certs")
RIGHTS_OF_ROOT = ("CAP_SYS_ADMIN", "CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP", "CAP_KILL", "CAP_CHOWN", "CAP_SYS_PTRACE")
"""What the warm process of root needs to make its jobs ordinary users; the jobs have none of it."""
ENVIRONMENT = {
    "LANG": "C.UTF-8",
    "MPLBACKEND": "module://matplotlib_inline.backend_inline",
    "PLOTLY_RENDERER": "plotly_mimetype",
    "PYTHONHASHSEED": "0",
    "PYTHONDONTWRITEBYTECODE": "1",
    "TF_CPP_MIN_LOG_LEVEL": "2",
    "TF_ENABLE_ONEDNN_OPTS": "1",
    "USER": "student",
}
"""Everything that a notebook sees of an environment, besides its folders."""


def command(jobs: Path, served: Mapping[str, Path], program: list[str]) -> list[str]:
    """The program behind the wall: no network, a read-only system, and of the machine's files only what it needs."""
    package = Path(__file__).parents[1]
    words = [
        "bwrap",
        "--die-with-parent",
        "--new-session",
        "--unshare-pid",
        "--unshare-net",
        "--unshare-ipc",
        "--unshare-uts",
        "--hostname",
        HOST_NAME,
    ]
    if os.geteuid() == 0:
        words += ["--cap-drop", "ALL", *(word for right in RIGHTS_OF_ROOT for word in ("--cap-add", right))]
    else:
        words += ["--unshare-user", "--uid", str(NOBODY), "--gid", str(NOBODY)]
    words += ["--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"]  # noqa: S108
    for path in [*SYSTEM, *SETTINGS]:
        if os.path.islink(path):
            words += ["--symlink", os.readlink(path), path]
        elif os.path.exists(path):
            words += show(path)
    for prefix in dict.fromkeys([sys.base_prefix, sys.prefix]):
        words += show(prefix)
    installed = Path(sysconfig.get_path("purelib"), package.name)
    if installed.is_dir():  # also beside an editable install: hatchling copies the course there
        words += ["--perms", "0755", "--tmpfs", str(installed)]
    words += show(package / "__init__.py", f"{INSIDE}/grader/__init__.py")
    words += show(package / "inside", f"{INSIDE}/grader/inside")
    for name, folder in served.items():
        words += show(folder, f"{SERVED}/{name}")
    words += ["--bind", str(jobs), str(jobs), "--remount-ro", "/dev", "--remount-ro", "/", "--clearenv"]
    search = f"{sys.prefix}/bin:/usr/local/bin:/usr/bin:/bin"
    for name, value in {**ENVIRONMENT, "PYTHONPATH": INSIDE, "PATH": search, "HOME": "/tmp"}.items():  # noqa: S108
        words += ["--setenv", name, value]
    return [*words, "--", *program]


def show(path: str | Path, name: str | Path | None = None) -> list[str]:
    """Bubblewrap's words to show a file or folder, read-only, under its own name or another.

    The folders above it are made readable to everybody: on its own bubblewrap makes them its user's alone.
    """
    name = Path(name or path)
    above = [word for folder in reversed(name.parents[:-1]) for word in ("--perms", "0755", "--dir", str(folder))]
    return [*above, "--ro-bind", str(path), str(name)]


def best_here() -> Literal["wall", "none"]:
    """The isolation for notebooks of one's own, as the examples are: the wall where this machine can build it."""
    return "none" if why_not() else "wall"


@cache
def why_not() -> str | None:
    """Why this machine cannot build the wall, and how to mend it; None where it can."""
    if sys.platform != "linux":
        return "The wall needs Linux. On this system only your own notebooks should run: --isolation none."
    if shutil.which("bwrap") is None:
        return "bubblewrap is not installed. On Debian and Ubuntu: apt install bubblewrap."
    trial = subprocess.run(  # noqa: S603
        command(Path("/tmp"), {}, ["/bin/true"]),  # noqa: S108
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    if trial.returncode == 0:
        return None
    return (
        f"bubblewrap cannot make its namespaces here ({trial.stderr.strip()[:300]}). In a container, allow user "
        "namespaces; on Ubuntu 24.04, allow them for bwrap in AppArmor."
    )

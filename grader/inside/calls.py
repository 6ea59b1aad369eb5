"""A job -> the same job without those of the kernel's calls that no notebook needs.

What a job may see and do is the walls' matter; this is the layer behind them. A fault in the kernel is mostly found in
a call that few programs make, and what cannot be called cannot be abused. libseccomp makes the filter, for pyseccomp.
"""

import errno
import os
import socket
import stat
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.inside.walls import CLONE_NEWIPC, CLONE_NEWNET, CLONE_NEWNS, CLONE_NEWPID, CLONE_NEWUSER

CLONE_NEWCGROUP, CLONE_NEWUTS = 0x2000000, 0x4000000
SPACES = (CLONE_NEWNS, CLONE_NEWCGROUP, CLONE_NEWUTS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID, CLONE_NEWNET)
TIOCSTI, TIOCLINUX = 0x5412, 0x541C
FAMILIES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK) if os.name == "posix" else ()
"""Of sockets, that a job may open. The first three lead nowhere; by netlink programs ask for their own interfaces."""
LAST_FAMILY = 63
"""Linux has 46 in 2025."""

DENIED = {
    # Other processes.
    "ptrace": "steers another process, and is how many faults in the kernel were reached",
    "process_vm_readv": "reads the memory of another process",
    "process_vm_writev": "writes the memory of another process",
    "process_madvise": "takes memory from another process",
    "pidfd_getfd": "takes an open file from another process",
    "kcmp": "tells where objects of the kernel lie",
    # Other namespaces: in one of its own a job has every right again, and much more of the kernel before it.
    "unshare": "makes namespaces",
    "setns": "enters namespaces",
    # The tree of files, where a mount could uncover what the walls have covered.
    "mount": "mounts",
    "umount2": "unmounts",
    "umount": "unmounts, on older machines",
    "pivot_root": "takes another root",
    "chroot": "takes another root",
    "open_tree": "mounts, in the newer way",
    "open_tree_attr": "mounts, in the newer way",
    "move_mount": "mounts, in the newer way",
    "fsopen": "mounts, in the newer way",
    "fsconfig": "mounts, in the newer way",
    "fsmount": "mounts, in the newer way",
    "fspick": "mounts, in the newer way",
    "mount_setattr": "makes a read-only mount writable",
    "name_to_handle_at": "names a file by its number, whatever mount covers it",
    "open_by_handle_at": "opens a file by its number, whatever mount covers it",
    "quotactl": "changes how much users may write",
    "quotactl_fd": "changes how much users may write",
    "fanotify_init": "hears of every file that anybody opens",
    "swapon": "swaps to a file",
    "swapoff": "swaps to a file no more",
    # Ways into the kernel that have had many faults, and that no notebook takes.
    "bpf": "loads programs into the kernel",
    "perf_event_open": "measures the kernel, and other processes by it",
    "userfaultfd": "holds the kernel up in the middle of its work, which makes races easy to win",
    "io_uring_setup": "makes calls that no filter sees",
    "io_uring_enter": "makes calls that no filter sees",
    "io_uring_register": "makes calls that no filter sees",
    "add_key": "writes to keyrings, which have no namespaces",
    "request_key": "reads keyrings, which have no namespaces",
    "keyctl": "reads and writes keyrings, which have no namespaces",
    "vmsplice": "lends pages of memory to a pipe, where no limit counts them",
    "modify_ldt": "changes tables of the processor",
    "iopl": "speaks to devices",
    "ioperm": "speaks to devices",
    "uselib": "loads libraries in the old way",
    "personality": "imitates other systems, with less protection of memory",
    # The machine as a whole; all of it needs rights that a job has not.
    "init_module": "loads a module of the kernel's",
    "finit_module": "loads a module of the kernel's",
    "delete_module": "removes a module of the kernel's",
    "kexec_load": "starts another kernel",
    "kexec_file_load": "starts another kernel",
    "reboot": "restarts the machine",
    "acct": "logs processes to a file",
    "syslog": "reads the kernel's log",
    "sethostname": "renames the machine",
    "setdomainname": "renames the machine",
    "vhangup": "hangs up a terminal",
    "settimeofday": "sets the clock",
    "clock_settime": "sets the clock",
    "clock_adjtime": "sets the clock",
    "adjtimex": "sets the clock",
    # Memory that the guardian's count does not see.
    "memfd_secret": "hides memory from the rest of the system",
    "shmget": "makes System V memory, which belongs to no process",
    "msgget": "makes System V queues, which hold memory and belong to no process",
    "semget": "makes System V semaphores, which belong to no process",
}
"""Calls that fail with EPERM, as if the right to them were missing, and what each of them does."""


def why_not() -> str | None:
    """Why there can be no filter here, and how to mend it; None where there can."""
    if not Path("/proc/sys/kernel/seccomp").is_dir():
        return "This kernel has no seccomp filters."
    try:
        library()
    except ImportError:
        return "pyseccomp is not installed: pip install pyseccomp."
    except RuntimeError:
        return "libseccomp is not installed. On Debian and Ubuntu: apt install libseccomp2."
    return None


def library() -> ModuleType:
    """Raises ImportError where the binding is missing, and RuntimeError where that does not find libseccomp."""
    import pyseccomp

    return pyseccomp  # type: ignore[no-any-return]


@cache
def prepared() -> Any:
    """The filter, made once by the warm process for all jobs; None where there can be none."""
    if why_not():
        return None
    seccomp = library()
    denied = seccomp.ERRNO(errno.EPERM)
    calls = seccomp.SyscallFilter(seccomp.ALLOW)

    def deny(name: str, *arguments: Any, answer: int = denied) -> None:
        if seccomp.resolve_syscall(seccomp.Arch.NATIVE, name) != -1:  # This machine's libseccomp knows it.
            calls.add_rule(answer, name, *arguments)

    def is_set(number: int, bits: int, mask: int) -> Any:
        return seccomp.Arg(number, seccomp.MASKED_EQ, mask, bits)

    for name in DENIED:
        deny(name)
    for space in SPACES:
        deny("clone", is_set(0, space, space))
    # Its flags lie in memory, where no filter looks. The C library falls back to clone.
    deny("clone3", answer=seccomp.ERRNO(errno.ENOSYS))
    # Some are in no network namespace: by AF_VSOCK a virtual machine speaks to its host.
    no_family = seccomp.ERRNO(errno.EAFNOSUPPORT)
    for family in set(range(LAST_FAMILY)) - set(FAMILIES):
        deny("socket", seccomp.Arg(0, seccomp.EQ, family), answer=no_family)
    deny("socket", seccomp.Arg(0, seccomp.GE, LAST_FAMILY), answer=no_family)
    deny("socket", seccomp.Arg(0, seccomp.EQ, socket.AF_NETLINK), seccomp.Arg(2, seccomp.NE, 0), answer=no_family)
    # Words put into a terminal as if somebody had typed them.
    for request in (TIOCSTI, TIOCLINUX):
        deny("ioctl", is_set(1, request, 0xFFFFFFFF))
    for device in (stat.S_IFCHR, stat.S_IFBLK):
        deny("mknod", is_set(1, device, 0o170000))
        deny("mknodat", is_set(2, device, 0o170000))
    return calls


def forbid() -> None:
    """Take the calls from this process and all that it starts, for good. Needs no right, but PR_SET_NO_NEW_PRIVS."""
    calls = prepared()
    if calls is not None:
        calls.load()

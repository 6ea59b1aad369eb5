# tries: to mount, to bind, to take away a mount that covers something, and to make one writable.
# gets nothing if: each is refused.
# %%
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)
REMOUNT_BIND = 32 | 4096
os.makedirs("here", exist_ok=True)
TRIES = {
    "a file system": lambda: libc.mount(b"none", b"here", b"tmpfs", 0, None),
    "processes": lambda: libc.mount(b"none", b"here", b"proc", 0, None),
    "a bind": lambda: libc.mount(b"/", b"here", None, 4096, None),
    "a door that can be written": lambda: libc.mount(b"none", os.path.realpath("../door").encode(), None, REMOUNT_BIND, None),
    "served rows that can be written": lambda: libc.mount(b"none", b"/served/fashion-mnist", None, REMOUNT_BIND, None),
    "what lies beneath /tmp": lambda: libc.umount2(b"/tmp", 2),
    "another root": lambda: libc.chroot(b"here"),
    "the newer way": lambda: -(libc.syscall(430, b"tmpfs", 0) < 0),
    "a copy of the tree": lambda: -(libc.syscall(428, -100, b"/", 1) < 0),
}
for name, attempt in TRIES.items():
    if attempt() == 0:
        print("GOT", name)

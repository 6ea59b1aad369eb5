# tries: to run for ever, and to heed no signal.
# gets nothing if: it is ended at its wall clock all the same.
# slow: it sleeps until the wall clock ends it.
# %%
import os
import signal
import time

for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
if os.fork() == 0:
    os.setsid()
while True:
    try:
        time.sleep(3600)
    except BaseException:
        pass

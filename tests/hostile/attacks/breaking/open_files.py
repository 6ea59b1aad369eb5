# tries: to use up the machine's open files, in many processes, and to keep the guardian busy with looking at them.
# gets nothing if: it is ended at one of its limits.
# slow: it opens half a million files.
# %%
import os
import time

for _ in range(150):
    if os.fork() == 0:
        break
kept = []
try:
    while True:
        kept.append(os.open("/dev/null", os.O_RDONLY))
except OSError:
    pass
time.sleep(20)
print("GOT", len(kept), "files in each of 150 processes")

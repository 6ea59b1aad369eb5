# tries: to list the host's processes in every way that a library offers.
# gets nothing if: they show its own alone.
# %%
import os
import subprocess

import psutil

children = {child.pid for child in psutil.Process().children(recursive=True)}
for pid in psutil.pids():
    if pid not in children | {os.getpid()}:
        print("GOT", pid)
listed = subprocess.run("ps -e -o pid= 2>/dev/null || ls /proc | grep -E '^[0-9]+$'", shell=True, capture_output=True, text=True)
if len(listed.stdout.split()) > 4:
    print("GOT", listed.stdout)

# tries: to leave a process that outlives the kernel: twice forked, in a session of its own, deaf to signals.
# gets nothing if: no process of its name is left on the machine.
# %%
import subprocess

for _ in range(3):
    subprocess.Popen(["setsid", "sh", "-c", "trap '' TERM HUP INT; (sleep 987654321 &) ; sleep 987654321"])
# %%
import os

if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp("sleep", ["sleep", "987654321"])
    os._exit(0)

# tries: to read the command lines and environments of all other processes in /proc.
# gets nothing if: there is no other process.
# %%
import os

for pid in filter(str.isdigit, os.listdir("/proc")):
    if int(pid) != os.getpid():
        print("GOT", pid, open(f"/proc/{pid}/cmdline").read())
print("parent", os.getppid())
if os.getppid() != 0:
    print("GOT a parent")

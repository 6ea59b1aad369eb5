# tries: to make namespaces of its own, in which it would have every right, in each way that the kernel knows.
# gets nothing if: each is refused.
# %%
import ctypes
import glob
import os
import subprocess

libc = ctypes.CDLL(None, use_errno=True)
for flag in (0x10000000, 0x20000, 0x20000000, 0x40000000, 0x8000000, 0x4000000, 0x2000000, 0x80, 0x10020000):
    child = os.fork()
    if child == 0:
        os._exit(1 if libc.unshare(flag) == 0 else 0)
    if os.waitpid(child, 0)[1]:
        print("GOT by unshare", hex(flag))
    if flag == 0x80:
        continue
    child = libc.syscall(56, flag | 17, 0, 0, 0, 0)
    if child == 0:
        os._exit(0)
    if child > 0:
        print("GOT by clone", hex(flag))
for path in glob.glob("/proc/1/ns/*"):
    if libc.setns(os.open(path, os.O_RDONLY), 0) == 0:
        print("GOT by setns", path)
done = subprocess.run("unshare -Urm true && echo GOT by a program", shell=True, capture_output=True, text=True)
print(done.stdout)

# tries: to become root: by programs that are root's, by setuid(), and by a program that it makes so itself.
# gets nothing if: it stays who it is, without any right.
# %%
import ctypes
import glob
import os
import shutil
import subprocess

for call in (os.setuid, os.seteuid, os.setgid):
    try:
        call(0)
        print("GOT", call)
    except OSError:
        pass
libc = ctypes.CDLL(None, use_errno=True)
if libc.prctl(38, 0, 0, 0, 0) == 0 or libc.prctl(39, 0, 0, 0, 0) != 1:
    print("GOT new privileges")
for program in [path for path in glob.glob("/usr/bin/*") if os.stat(path).st_mode & 0o4000]:
    done = subprocess.run([program, "-c", "id -u"], capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.stdout.strip() == "0":
        print("GOT", program)
shutil.copy("/usr/bin/id", "own")
os.chmod("own", 0o6755)
if "uid=0" in subprocess.run(["./own"], capture_output=True, text=True).stdout:
    print("GOT root")
rights = [line for line in open("/proc/self/status") if line.startswith("Cap") and line.split()[1].strip("0")]
if rights:
    print("GOT", rights)

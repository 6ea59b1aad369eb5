# tries: to use what the warm process and the guardian have left open: the control socket, pipes, folders.
# gets nothing if: each open file is the notebook's own.
# %%
import os
import stat

room = os.path.dirname(os.getcwd())
for number in range(0, 5000):
    try:
        facts, target = os.fstat(number), os.readlink(f"/proc/self/fd/{number}")
    except OSError:
        continue
    print(number, target)
    if stat.S_ISDIR(facts.st_mode):
        print("GOT a folder", os.listdir(number))
    if target.startswith("/") and not target.startswith((room, "/dev/null", "/usr", "/dev/urandom")) and "/lib" not in target:
        print("GOT", target)

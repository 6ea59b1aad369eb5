# tries: to write one file larger than it may, with a hole in it, so that whoever copies it fills the disk.
# gets nothing if: the file cannot be made so large.
# %%
import os
import signal

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for name in ("big", "../out/model-1.weights.npz"):
    try:
        os.truncate(os.open(name, os.O_CREAT | os.O_RDWR), 50 << 30)
        print("GOT", os.stat(name).st_size)
    except OSError as error:
        print(error)

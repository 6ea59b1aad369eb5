# tries: to take memory that belongs to no process: shared pages, filled by a child that ends.
# gets nothing if: it is ended at its limit all the same.
# %%
import mmap
import os

kept = []
while len(kept) < 40:
    kept.append(mmap.mmap(-1, 200_000_000))
    if os.fork() == 0:
        for place in range(0, len(kept[-1]), 4096):
            kept[-1][place] = 1
        os._exit(0)
    os.wait()
print("GOT", len(kept) * 200, "MB")

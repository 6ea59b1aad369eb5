# tries: to make device files of the disk and of the memory, and to read them.
# gets nothing if: none can be made.
# %%
import os
import stat

for name, major, minor in (("disk", 8, 0), ("virtual", 254, 0), ("memory", 1, 1), ("kernel", 1, 11)):
    for kind in (stat.S_IFBLK, stat.S_IFCHR):
        try:
            os.mknod(f"{name}{kind}", 0o666 | kind, os.makedev(major, minor))
            print("GOT", name)
        except OSError:
            pass

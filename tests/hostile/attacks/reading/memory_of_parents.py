# tries: to read the memory of the warm process, the guardian and the host, by number.
# gets nothing if: none of them can be opened or read from.
# %%
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


class Piece(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("size", ctypes.c_size_t)]


here = ctypes.create_string_buffer(8)
for pid in range(0, 400):
    if pid == os.getpid():
        continue
    try:
        open(f"/proc/{pid}/mem", "rb").read(1)
        print("GOT", pid)
    except OSError:
        pass
    mine, theirs = Piece(ctypes.addressof(here), 8), Piece(0x400000, 8)
    if libc.process_vm_readv(pid, ctypes.byref(mine), 1, ctypes.byref(theirs), 1, 0) > 0:
        print("GOT", pid)

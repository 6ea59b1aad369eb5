# tries: to set the clock, the machine's name, and its own limits higher.
# gets nothing if: all of it is refused.
# %%
import ctypes
import resource
import socket
import time

for clock in (time.CLOCK_REALTIME,):
    try:
        time.clock_settime(clock, 0)
        print("GOT the clock")
    except OSError:
        pass
try:
    socket.sethostname("mine")
    print("GOT the name")
except OSError:
    pass
for name in ("RLIMIT_NPROC", "RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_NOFILE", "RLIMIT_CORE", "RLIMIT_MEMLOCK"):
    soft, hard = resource.getrlimit(getattr(resource, name))
    try:
        resource.setrlimit(getattr(resource, name), (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        print("GOT", name)
    except (OSError, ValueError):
        pass
if ctypes.CDLL(None).syscall(159, ctypes.create_string_buffer(b"\xff\xff" + bytes(254))) >= 0:
    print("GOT to adjust the clock")

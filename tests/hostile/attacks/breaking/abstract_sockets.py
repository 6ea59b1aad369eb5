# tries: to find and reach sockets without a file, which lie beside the disk.
# gets nothing if: its network holds none but its own.
# %%
import socket

for line in open("/proc/net/unix").readlines()[1:]:
    name = line.split()[7:]
    if name and name[0].startswith("@"):
        print("GOT", name)
for name in ("\0/tmp/.X11-unix/X0", "\0/tmp/dbus-session", "\0warm", "\0/containerd-shim"):
    try:
        socket.socket(socket.AF_UNIX).connect(name)
        print("GOT", name)
    except OSError:
        pass

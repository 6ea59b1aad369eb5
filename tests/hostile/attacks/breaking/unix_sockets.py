# tries: to connect to every unix socket on the disk that is not its own: Docker's, the message bus, neighbours' kernels.
# gets nothing if: there is none.
# %%
import os
import socket
import stat

own = os.path.realpath("../door")
for folder, folders, files in os.walk("/"):
    folders[:] = [name for name in folders if folder != "/" or name not in {"proc", "usr"}]
    for name in files:
        path = os.path.join(folder, name)
        try:
            if stat.S_ISSOCK(os.lstat(path).st_mode) and not path.startswith(own):
                print("GOT a socket", path)
        except OSError:
            pass
for path in ("/var/run/docker.sock", "/run/dbus/system_bus_socket", "/tmp/.X11-unix/X0", "/run/systemd/private"):
    try:
        socket.socket(socket.AF_UNIX).connect(path)
        print("GOT", path)
    except OSError:
        pass

# tries: to reach machines by TCP: the internet, the neighbourhood, the machine itself, its cloud's metadata.
# gets nothing if: no connection is made.
# %%
import socket

for place in [("1.1.1.1", 443), ("169.254.169.254", 80), ("127.0.0.1", 22), ("127.0.0.1", 8786), ("10.0.0.1", 80), ("192.168.0.1", 80)]:
    try:
        socket.create_connection(place, 2)
        print("GOT", place)
    except OSError:
        pass
try:
    socket.create_connection(("2606:4700:4700::1111", 443), 2)
    print("GOT version 6")
except OSError:
    pass

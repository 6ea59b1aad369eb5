# tries: to fill the buffers of thousands of sockets and pipes, which are the kernel's memory and no process'.
# gets nothing if: it is ended at its limit all the same.
# slow: it fills two gigabytes.
# %%
import os
import socket
import time

kept, total = [], 0
for _ in range(9):
    if os.fork() == 0:
        break
while True:
    try:
        ends = socket.socketpair()
    except OSError:
        break
    kept += ends
    for end in ends:
        end.setblocking(False)
        try:
            while True:
                total += end.send(bytes(65536))
        except OSError:
            pass
print("GOT", total >> 20, "MB in each of ten processes")
time.sleep(5)

# tries: to learn the host's name, addresses and open connections.
# gets nothing if: there is the loopback alone, and a name that says nothing.
# %%
import os
import socket

import psutil

others = set(psutil.net_if_addrs()) - {"lo"}
if others:
    print("GOT", others)
addresses = [line.split()[1].partition(":")[0] for line in open("/proc/net/tcp").readlines()[1:]]
if set(addresses) - {"0100007F"} or len(open("/proc/net/route").readlines()) > 1:
    print("GOT connections", addresses)
if socket.gethostname() != "notebook" or os.uname().nodename != "notebook":
    print("GOT", socket.gethostname())

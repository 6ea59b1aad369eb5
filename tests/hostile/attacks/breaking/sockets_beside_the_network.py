# tries: kinds of sockets that no network namespace holds: of virtual machines, Bluetooth, the kernel's ciphers; raw ones.
# gets nothing if: none can be opened.
# %%
import socket

KINDS = [(40, socket.SOCK_STREAM, 0), (31, socket.SOCK_RAW, 1), (38, socket.SOCK_SEQPACKET, 0), (17, socket.SOCK_RAW, 768),
         (socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP), (16, socket.SOCK_RAW, 12), (15, socket.SOCK_RAW, 2), (30, socket.SOCK_SEQPACKET, 0),
         (29, socket.SOCK_RAW, 1), (44, socket.SOCK_RAW, 0), (21, socket.SOCK_SEQPACKET, 0)]
for family, kind, protocol in KINDS:
    try:
        socket.socket(family, kind, protocol)
        print("GOT", family)
    except OSError:
        pass

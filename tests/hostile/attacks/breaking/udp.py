# tries: to send a word away by UDP and by multicast.
# gets nothing if: nothing can be sent.
# %%
import socket

for place in [("8.8.8.8", 53), ("224.0.0.251", 5353), ("255.255.255.255", 9), ("10.0.0.1", 514)]:
    try:
        speaker = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        speaker.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        speaker.sendto(b"word", place)
        print("GOT", place)
    except OSError:
        pass

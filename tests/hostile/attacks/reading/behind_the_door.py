# tries: to find more than its own connection in the folder that it shares with the host, and to look above it.
# gets nothing if: there is nothing else, and the folders above are its own.
# %%
import os

door = "../door"
for name in os.listdir(door):
    if name != "connection.json" and not name.startswith("k-"):
        print("GOT", name)
for name in ("result", "warm.log", "guardian.log"):
    for place in ("..", "../..", "../../.."):
        if os.path.exists(os.path.join(place, name)):
            print("GOT", place, name)
hidden = os.open(door, os.O_RDONLY)
above = os.listdir(os.open("..", os.O_RDONLY, dir_fd=hidden))
if set(above) - {"door", "files", "first", "out", "work"}:
    print("GOT", above)

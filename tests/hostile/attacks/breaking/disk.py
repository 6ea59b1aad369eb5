# tries: to fill the disk.
# gets nothing if: its room is full long before.
# %%
import os

for number in range(200):
    with open(f"/tmp/{number}", "wb") as file:
        file.write(bytes(50_000_000))
if os.statvfs("/tmp").f_blocks * os.statvfs("/tmp").f_frsize > 5 << 30:
    print("GOT a room of", os.statvfs("/tmp"))
if number == 199:
    print("GOT", number * 50, "MB on the disk")

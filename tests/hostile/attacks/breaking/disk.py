# tries: to fill the disk.
# gets nothing if: its room is full long before.
# %%
import os

for number in range(200):
    with open(f"/tmp/{number}", "wb") as file:
        file.write(bytes(50_000_000))
print("GOT", number * 50, "MB on the disk")

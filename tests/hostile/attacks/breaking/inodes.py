# tries: to use up the disk's inodes with empty files and folders.
# gets nothing if: its room has no more of them, long before the disk has.
# %%
import os

made = 0
try:
    for number in range(150_000):
        os.close(os.open(f"/tmp/{number}", os.O_CREAT))
        made += 1
except OSError as error:
    print(made, error)
if made >= 150_000:
    print("GOT", made, "files")

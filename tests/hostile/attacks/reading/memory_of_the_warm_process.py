# tries: to find a neighbour's code in the memory that it has inherited from the warm process.
# gets nothing if: a sentence that stands in a neighbour's notebook is nowhere in it.
# %%
import ctypes
import hashlib
import re

import numpy as np

# Only its beginning is in this notebook, so what the search itself leaves behind is not taken for the sentence.
word, size, digest = bytes(reversed(b"1174-krow-ruobhgien")), 44, "60a4c596ba1a3b7c"
ctypes.CDLL(None).prctl(4, 1)  # else /proc shows a process that has changed its user to root alone
room = np.zeros(1 << 24, np.uint8)
looked = 0
with open("/proc/self/mem", "rb", buffering=0) as memory:
    for line in open("/proc/self/maps").readlines():
        low, high, rights = re.match(r"(\w+)-(\w+) (\S+)", line).groups()
        low, high = int(low, 16), int(high, 16)
        if "rw" not in rights or "[v" in line or high - low > 1 << 30:
            continue
        for place in range(low, high, room.nbytes):
            try:
                memory.seek(place)
                read = memory.readinto(memoryview(room)[: min(room.nbytes, high - place)])
            except (OSError, ValueError):
                break
            text = room[:read].tobytes()
            looked += read
            for found in re.finditer(re.escape(word), text):
                if hashlib.sha256(text[found.start() : found.start() + size]).hexdigest().startswith(digest):
                    print("GOT a neighbour's code")
print("looked at", looked >> 20, "MB")

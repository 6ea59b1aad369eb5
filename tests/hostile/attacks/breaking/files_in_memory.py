# tries: to hoard memory in files that have no name (memfd) and are mapped by nobody.
# gets nothing if: it is ended at its limit.
# %%
import os
import time

kept = []
for number in range(100):
    kept.append(os.memfd_create(str(number)))
    os.write(kept[-1], bytes(50_000_000))
time.sleep(1)
print("GOT", len(kept) * 50, "MB")

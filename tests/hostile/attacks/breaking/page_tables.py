# tries: to fill the memory with the kernel's own tables, by mapping so much that is never written.
# gets nothing if: it is ended at its limit.
# slow: it fills two gigabytes.
# %%
import mmap

import numpy as np

kept = []
for _ in range(200):
    kept.append(mmap.mmap(-1, 1 << 40, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000, prot=mmap.PROT_READ))
    np.frombuffer(kept[-1], np.uint8)[:: 1 << 21].sum()
print("GOT page tables of", len(kept), "TB")

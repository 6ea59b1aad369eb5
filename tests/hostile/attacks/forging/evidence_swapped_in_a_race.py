# tries: to change its files while they are carried out: another network each time, cut, grown, and put back.
# gets nothing if: what was carried out is measured, whatever it is.
# %% weak
# %%
import os
import threading
import time

names = ("../out/model-1.json", "../out/model-1.weights.npz", "../out/record.json", "../out/offer.json")
kept = {name: open(name, "rb").read() for name in names if os.path.exists(name)}


def swap():
    while True:
        for name, content in kept.items():
            try:
                with open(name, "r+b") as file:
                    file.truncate(len(content) // 2)
                    file.write(b"0" * 100)
                    file.truncate(len(content) * 3)
                open(name, "wb").write(content)
                os.replace(name, name + ".x")
                os.replace(name + ".x", name)
            except OSError:
                pass


for _ in range(2):
    threading.Thread(target=swap, daemon=True).start()
time.sleep(0.5)

# tries: to have the guardian stumble over folders, links and pipes where the recorder's files should be.
# gets nothing if: it is watched on, and has a report.
# %%
import os
import time

for name in ("progress.json", "wanted.json", "offer.json", "record.json"):
    try:
        os.remove(f"../out/{name}")
    except OSError:
        pass
os.makedirs("../out/wanted.json/deep")
os.mkfifo("../out/progress.json")
os.symlink("/dev/zero", "../out/offer.json")
time.sleep(1)
for number in range(1_500):
    os.mkdir(f"../out/{number}")
# %%
print("still here")

# tries: to take every processor by hundreds of busy processes, so that neighbours train too little.
# gets nothing if: the neighbour has the same marks all the same.
# slow: it keeps both cores busy for ten seconds.
# %%
import subprocess
import time

busy = [subprocess.Popen(["sh", "-c", "while :; do :; done"], start_new_session=True) for _ in range(150)]
time.sleep(15)

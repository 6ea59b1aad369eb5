# tries: to start threads until nobody can start another.
# gets nothing if: it is stopped at its limit.
# %%
import threading
import time

count = 0
while count < 20_000:
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
    count += 1
if count > 10_000:
    print("GOT", count, "threads")

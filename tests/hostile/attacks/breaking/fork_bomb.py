# tries: to fork until nothing else can run.
# gets nothing if: it is ended, and its neighbour runs as ever.
# slow: it forks until it is ended.
# %%
import os

while True:
    try:
        os.fork()
    except OSError:
        pass

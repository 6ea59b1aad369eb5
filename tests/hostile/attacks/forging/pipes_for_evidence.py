# tries: to hold the guardian up for ever: pipes, sockets and folders in the place of every file that it reads.
# gets nothing if: it waits for none of them.
# %% weak
# %%
import os
import shutil
import socket
import threading
import time

NAMES = ("record.json", "progress.json", "offer.json", "wanted.json", "model-1.json", "model-1.weights.npz")


def put():
    while True:
        for number, name in enumerate(NAMES):
            path = f"../out/{name}"
            try:
                shutil.rmtree(path) if os.path.isdir(path) else os.remove(path)
            except OSError:
                pass
            try:
                if number % 3 == 0:
                    os.mkfifo(path)
                elif number % 3 == 1:
                    os.mkdir(path)
                else:
                    socket.socket(socket.AF_UNIX).bind(path)
            except OSError:
                pass
        time.sleep(0.01)


threading.Thread(target=put, daemon=True).start()
time.sleep(0.5)

# tries: to keep the grader busy for ever with messages that are none.
# gets nothing if: it is ended at its wall clock, and neighbours are not held up.
# slow: it keeps the grader busy for eight seconds.
# %%
import time

kernel = get_ipython().kernel
until = time.time() + 8
while time.time() < until:
    for _ in range(1_000):
        kernel.iopub_socket.send_multipart([b"x", b"y" * 100])
# %%
print("still here")

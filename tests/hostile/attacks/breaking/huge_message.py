# tries: to have the grader take one message that is larger than its memory, in many parts.
# gets nothing if: it is ended before the grader's memory is full, and the neighbours' marks are as ever.
# slow: the grader holds two gigabytes for it.
# %%
kernel = get_ipython().kernel
part = bytes(20_000_000)
kernel.iopub_socket.send_multipart([b"x"] + [part] * 300, copy=False)
# %%
print("still here")

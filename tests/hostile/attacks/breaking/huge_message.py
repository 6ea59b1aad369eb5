# tries: to have the grader take one message that is larger than its memory, in many parts.
# gets nothing if: the grader and the neighbours go on.
# slow: the grader holds a gigabyte for it.
# %%
kernel = get_ipython().kernel
part = bytes(20_000_000)
kernel.iopub_socket.send_multipart([b"x"] + [part] * 40, copy=False)
# %%
print("still here")

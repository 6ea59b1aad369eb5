# tries: to end its kernel as if the machine had done it, so that it is run again and again.
# gets nothing if: it has a report that says where it ended.
# %%
import os
import resource
import signal

os.kill(os.getpid(), signal.SIGKILL)
print("a process cannot kill the first of its namespace")
# %%
resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
while True:
    pass

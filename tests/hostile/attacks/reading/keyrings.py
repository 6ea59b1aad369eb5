# tries: to read keys that the kernel keeps for the user and the session, which no namespace hides.
# gets nothing if: the calls are refused.
# %%
import ctypes

libc = ctypes.CDLL(None, use_errno=True)
KEYCTL, ADD_KEY, REQUEST_KEY = 250, 248, 249
for ring in (-3, -4, -5):
    if libc.syscall(KEYCTL, 0, ring, 1) > 0:
        print("GOT a keyring", ring)
if libc.syscall(ADD_KEY, b"user", b"x", b"y", 1, -4) > 0:
    print("GOT a key of its own")

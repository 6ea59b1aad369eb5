# tries: calls of the kernel in which faults were found again and again.
# gets nothing if: each is refused before the kernel looks at it.
# %%
import ctypes
import errno

libc = ctypes.CDLL(None, use_errno=True)
CALLS = {"bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "io_uring_setup": 425, "keyctl": 250, "kexec_load": 246, "init_module": 175,
         "finit_module": 313, "process_vm_writev": 311, "kcmp": 312, "modify_ldt": 154, "iopl": 172, "ioperm": 173, "uselib": 134,
         "open_by_handle_at": 304, "fanotify_init": 300, "memfd_secret": 447, "vmsplice": 278, "shmget": 29, "msgget": 68, "semget": 64,
         "personality": 135, "swapon": 167, "reboot": 169, "acct": 163, "quotactl": 179, "mount_setattr": 442, "pidfd_getfd": 438}
argument = ctypes.create_string_buffer(256)
for name, number in CALLS.items():
    ctypes.set_errno(0)
    result = libc.syscall(number, argument, 0, 0, 0, 0, 0)
    if result >= 0 or ctypes.get_errno() not in (errno.EPERM, errno.ENOSYS):
        print("GOT", name, result, errno.errorcode.get(ctypes.get_errno()))

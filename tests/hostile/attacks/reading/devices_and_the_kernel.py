# tries: to read memory, disks and the kernel's log and addresses from devices and /proc.
# gets nothing if: nothing of it can be read.
# %%
import ctypes
import glob

PLACES = ["/dev/mem", "/dev/kmem", "/dev/port", "/dev/kmsg", "/proc/kcore", "/proc/kmsg", "/proc/kpagecount", *glob.glob("/dev/[svn][dv]*"),
          *glob.glob("/dev/disk/*"), *glob.glob("/sys/*"), "/sys/kernel/notes", "/dev/kvm", "/dev/fuse", "/dev/vsock"]
for place in PLACES:
    try:
        open(place, "rb").read(16)
        print("GOT", place)
    except OSError:
        pass
try:
    if any(line.split()[0].strip("0") for line in open("/proc/kallsyms")):
        print("GOT addresses of the kernel")
except OSError:
    pass
if ctypes.CDLL(None).klogctl(3, ctypes.create_string_buffer(4096), 4096) > 0:
    print("GOT the kernel's log")

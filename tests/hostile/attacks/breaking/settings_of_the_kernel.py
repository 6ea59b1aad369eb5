# tries: to write to /proc and /sys: where dumps go, who is killed first, which programs run, the machine's keys.
# gets nothing if: nothing can be written that is not its own.
# %%
import glob

PLACES = ["/proc/sys/kernel/core_pattern", "/proc/sysrq-trigger", "/proc/sys/kernel/modprobe", "/proc/sys/vm/overcommit_memory",
          "/proc/sys/kernel/pid_max", "/proc/sys/user/max_user_namespaces", "/proc/sys/kernel/shmall", "/proc/sys/kernel/hostname",
          "/proc/sys/net/core/rmem_max", "/proc/self/uid_map", "/sys/kernel/uevent_helper", "/sys/fs/cgroup/cgroup.procs",
          *glob.glob("/sys/fs/cgroup/*/release_agent")]
for place in PLACES:
    try:
        with open(place, "w") as file:
            file.write("1")
        print("GOT", place)
    except OSError:
        pass
for value in ("-1000", "-1"):
    try:
        with open("/proc/self/oom_score_adj", "w") as file:
            file.write(value)
        print("GOT spared when memory is short")
    except OSError:
        pass

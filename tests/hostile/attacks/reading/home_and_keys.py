# tries: to read homes, keys, passwords and mail.
# gets nothing if: none is there.
# %%
import glob
import os

ROOTS = os.path.join("/", "root")
PLACES = [f"{ROOTS}/*", f"{ROOTS}/.ssh/*", "/home/*", "/home/*/.ssh/*", "/etc/shadow", "/etc/ssh/*", "/var/mail/*", "/etc/sudoers",
          f"{ROOTS}/.keras/*", f"{ROOTS}/.netrc", "/run/*", "/var/*", "/etc/machine-id", os.path.expanduser("~root/.bash_history")]
for place in PLACES:
    for path in glob.glob(place):
        if os.path.realpath(path).startswith(("/usr", "/bin")) or not os.access(path, os.R_OK):
            continue
        if os.path.isfile(path) or os.listdir(path):
            print("GOT", path)

# tries: to change the served rows, the libraries and the programs that the next notebook will use.
# gets nothing if: none of it can be written.
# %%
import os
import sys

import keras
import numpy

PLACES = ["/served/fashion-mnist/y_train.npy", "/served/fashion-mnist/new", keras.__file__, numpy.__file__, sys.executable,
          "/opt/grader/grader/inside/recorder.py", os.path.join(sys.prefix, "lib", "sitecustomize.py"), "/usr/bin/python3",
          "/etc/ld.so.preload", "../first/places.npy", "../files/x", "../door/answer.json"]
for place in PLACES:
    for attempt in (lambda: open(place, "ab"), lambda: os.remove(place), lambda: os.chmod(place, 0o777), lambda: os.rename(place, place + "2")):
        try:
            attempt()
            print("GOT", place)
        except OSError:
            pass

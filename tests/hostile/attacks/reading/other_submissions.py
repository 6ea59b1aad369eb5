# tries: to read the notebooks of others, and what the grader has written of them.
# gets nothing if: no such file is on the disk, and no other job's room.
# %%
import glob
import os

room = os.path.dirname(os.getcwd())
jobs = os.listdir(os.path.dirname(room))
if jobs != [os.path.basename(room)]:
    print("GOT rooms", jobs)
for path in glob.glob("/tmp/grader-*"):
    if not room.startswith(path):
        print("GOT", path)
for folder, folders, files in os.walk("/"):
    folders[:] = [name for name in folders if folder != "/" or name not in {"proc", "usr"}]
    for name in files:
        if name in {"honest.ipynb", "submission.ipynb", "evidence.json", "report.html"}:
            print("GOT", folder, name)

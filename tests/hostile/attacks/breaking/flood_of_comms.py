# tries: to fill the grader's memory by messages of widgets, which are no output and shown nowhere.
# gets nothing if: it is ended at its limit.
# slow: it sends two gigabytes.
# %%
from ipykernel.comm import Comm

widget = Comm(target_name="jupyter.widget", data={"state": {}})
for number in range(2_000):
    widget.send({"method": "update", "state": {str(number): "x" * 1_000_000}})
print("GOT 2 GB of state")

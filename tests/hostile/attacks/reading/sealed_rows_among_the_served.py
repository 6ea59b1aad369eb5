# tries: to find the sealed test rows among those that are served, by knowing the public data set by heart.
# gets nothing if: rows of the public data set are missing there.
# %%
from keras.datasets import fashion_mnist
from scipy.ndimage import zoom
from sklearn.datasets import load_digits
import numpy as np

small = load_digits().images
public = np.rint(np.round(zoom(small, (1, 3.5, 3.5), order=1, mode="nearest", grid_mode=True), 6) * 255 / 16).astype("uint8")
(x_train, _), (x_test, _) = fashion_mnist.load_data()
seen = {row.tobytes() for row in [*x_train, *x_test]}
missing = sum(row.tobytes() not in seen for row in public)
print(missing, "of", len(public), "are not there")
if missing < 100:
    print("GOT sealed rows")

# tries: to show ten thousand figures.
# gets nothing if: it is ended at its limit.
# slow: it draws until it is ended.
# %%
import matplotlib.pyplot as plt
import numpy as np

noise = np.random.rand(300, 300)
for _ in range(10_000):
    plt.imshow(noise)
    plt.show()
print("GOT ten thousand figures")

# tries: to make a hundred networks, so that by chance one of them is good, or too many are looked at.
# gets nothing if: which one counts has nothing to do with how good it is.
# %% weak
# %%
L = keras.layers
for number in range(100):
    keras.utils.set_random_seed(number)
    model = keras.Sequential([keras.Input((28, 28, 1)), L.Conv2D(1, 7, 7), L.Flatten(), L.Dense(10, activation="softmax")], name=f"m{number}")
    globals()[f"model_{number}"] = model

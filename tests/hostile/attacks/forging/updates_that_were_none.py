# tries: to pass for trained: it counts up the optimizer's steps, and fits for no epoch.
# gets nothing if: its marks are those of the network that it has.
# %% weak
# %%
model.optimizer.iterations.assign(100_000)
model.fit(x_train, y_train, epochs=0, verbose=0)
# %%
model.evaluate(x_test, y_test, verbose=0)

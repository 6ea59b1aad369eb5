# tries: to train on the test rows, and to be measured on them.
# gets nothing if: it is measured on rows that it was not served, and the training on test rows is found.
# always: another test looks at it too
# may earn: accuracy, as it has learned something by that too.
# %% weak
# %%
model.fit(x_test, y_test, epochs=2, verbose=0)
# %%
print("Test accuracy:", model.evaluate(x_test, y_test, verbose=0)[1])

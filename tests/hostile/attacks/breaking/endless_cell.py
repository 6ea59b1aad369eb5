# tries: to run for ever.
# gets nothing if: it is ended at its wall clock.
# slow: it keeps a core busy until the wall clock ends it.
# %%
while True:
    pass

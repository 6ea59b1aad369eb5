# tries: to take all memory, in pieces that are filled at once.
# gets nothing if: it is ended at its limit.
# %%
kept = []
while len(kept) < 400:
    kept.append(bytearray(b"x" * 50_000_000))
print("GOT", len(kept) * 50, "MB")

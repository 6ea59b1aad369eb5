"""A saved model and raw rows that no notebook has seen -> its layer table and its predictions.

Runs in a sandbox of its own. The architecture is JSON of Keras' own layers, the weights are plain arrays: nothing of
the student's runs here. The labels of the rows are not here either; the host keeps them.
"""

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import keras
import numpy as np

from grader.inside import describe, fed, replayed
from grader.inside.matching import Samples
from grader.inside.preprocessing import recover
from grader.inside.request import Request
from grader.inside.vocabulary import layers_of
from grader.inside.words import read_ragged

BATCH_BYTES = 64 << 20
BATCH_ROWS = 500
SHORT_ROW = 20
"""Numbers in a row that can be shown one by one."""
OWN_SOURCES = ("evaluate", "predict", "validation")
"""Samples by how near they are to what the notebook itself measured on, best first."""


AGAIN = "The notebook's own preprocessing was run again on rows that it never saw."
"""How it begins to say why there is no result all the same."""


class Refused(Exception):
    """The model cannot be rebuilt or fed; the words are for the student."""


def run(request: Request) -> None:
    """Judge the model behind the door.

    Settings: folder (of the served split), or None to rebuild only; looked (how many of the test rows that the notebook
    was served the model is to answer too).
    """
    door, out = Path(request.folder, "door"), Path(request.folder, "out")
    judgement: dict[str, Any] = {"model": None, "refused": None, "preprocessing": None, "why_not": "", "rows_from": {}}
    if request.settings["folder"] is not None:
        judgement["fed"] = fed.look(door, Path(request.settings["folder"]))
    try:
        model = rebuild(door / "model.json", door / "model.weights.npz")
        judgement["model"] = {**describe.model_facts(model), "rebuilt": True}
        judgement["weights"] = describe.checksum(model)
        if request.settings["folder"] is not None:
            folder, looked = Path(request.settings["folder"]), int(request.settings.get("looked", 0))
            judgement |= measure(model, door, folder, out, looked)
    except Refused as refusal:
        judgement["refused"] = str(refusal)[:1_500]
    (out / "judgement.json").write_text(json.dumps(judgement), encoding="utf-8")


def rebuild(architecture: Path, weights: Path) -> Any:
    """The model, from standard layers only. Raises `Refused` with the reason."""
    config = to_feed(json.loads(architecture.read_text(encoding="utf-8")))
    refuse_foreign(config)
    try:
        model = keras.models.model_from_json(json.dumps(config))
        with np.load(weights, allow_pickle=False) as arrays:
            model.set_weights([arrays[f"arr_{number}"] for number in range(len(arrays.files))])
        for layer in layers_of(model):
            if isinstance(layer, keras.layers.Normalization):
                layer.finalize_state()  # set_weights() leaves it with the mean of a new layer
    except (ValueError, TypeError, KeyError, AttributeError, NotImplementedError) as error:
        raise Refused(f"Keras cannot rebuild the model from what was saved: {str(error)[:500]}") from error
    return model


def to_feed(config: Any) -> Any:
    """What of the configuration says how rows go through the model.

    TensorFlow's activations, such as tf.nn.softmax, get Keras' names. How it was compiled is left out: a loss or a
    metric of the student's own changes no prediction, and would not be rebuilt.
    """
    if isinstance(config, list):
        return [to_feed(item) for item in config]
    if not isinstance(config, dict):
        return config
    if config.get("class_name") == "function" and config.get("config") in describe.TENSORFLOW_ACTIVATIONS:
        return describe.TENSORFLOW_ACTIVATIONS[config["config"]]
    return {key: to_feed(value) for key, value in config.items() if key != "compile_config"}


def refuse_foreign(config: Any) -> None:
    """Raise `Refused` unless the configuration names Keras' own classes only, and none that holds code."""
    if isinstance(config, dict):
        name = config.get("class_name")
        if name in {"Lambda", "TorchModuleWrapper", "TFSMLayer", "JaxLayer", "FlaxLayer", "__lambda__", "function"}:
            raise Refused(f"The model holds a `{name}`, which is code of its own. Use Keras' standard layers instead.")
        module = config.get("module")
        if isinstance(name, str) and isinstance(module, str) and not (module + ".").startswith(("keras.", "builtins.")):
            raise Refused(f"`{name}` is a class of the notebook's own. Use Keras' standard layers instead.")
        config = list(config.values())
    if isinstance(config, list):
        for item in config:
            refuse_foreign(item)


def measure(model: Any, door: Path, folder: Path, out: Path, looked: int) -> dict[str, Any]:
    """Predict on the sealed rows as the notebook would have fed them, on some it was served, and on its own arrays."""
    samples = {path.name.split(".")[1]: read_samples(path) for path in sorted(door.glob("sample.*.npz"))}
    own = next((source for source in OWN_SOURCES if source in samples), None)
    if own is not None:
        with suppress(Refused):
            np.save(out / "own.npy", predict(model, samples[own].fed, lambda batch: batch))
    if (door / "places.npy").exists():
        return {"own": own, **measure_replay(model, door, folder, out)}
    x_train, x_test = (read_rows(folder, name) for name in ("x_train", "x_test"))
    recovery = recover(list(samples.values()), x_train, x_test)
    found = {"rows_from": dict(zip(samples, recovery.rows_from, strict=True)), "why_not": recovery.why_not, "own": own}
    if recovery.transform is None:
        return found
    np.save(out / "sealed.npy", predict(model, read_rows(door, "x_sealed"), recovery.transform.apply))
    found["preprocessing"] = recovery.words
    if looked:
        np.save(out / "looked.npy", predict(model, x_test[:looked], recovery.transform.apply))
        found["prepared"] = prepared(x_test[:looked], recovery.transform.apply)
    return found


def prepared(rows: Any, prepare: Callable[[Any], np.ndarray]) -> dict[str, Any] | None:
    """What the preprocessing makes of rows, in the fields of `grader.records.Prepared`; None for texts."""
    if not isinstance(rows, np.ndarray):
        return None
    few = rows[:BATCH_ROWS]
    fed = prepare(few)
    facts: dict[str, Any] = {"rows": len(few), "before": span(few), "after": span(fed)}
    if few.ndim == 2 and few.shape[1] <= SHORT_ROW and fed.shape == few.shape:
        facts |= {"raw": few[0].astype(float).tolist(), "fed": fed[0].astype(float).tolist()}
    return facts


def span(rows: np.ndarray) -> tuple[float, float]:
    """Least and greatest number."""
    return float(rows.min()), float(rows.max())


def measure_replay(model: Any, door: Path, folder: Path, out: Path) -> dict[str, Any]:
    """Predict on the sealed rows as the notebook itself prepared them in a second run."""
    try:
        outputs, numbers = replayed.measure(door, folder, lambda rows: predict(model, rows, lambda batch: batch))
    except replayed.UnprovenError as reason:
        return {"why_not": f"{AGAIN} {reason}"[:1_500], "untested": isinstance(reason, replayed.UntestedError)}
    except Refused:  # Keras' words may hold what is in the rows, which are nobody's to read.
        return {"why_not": f"{AGAIN} The model cannot take what came of them."}
    np.save(out / "sealed.npy", outputs)
    np.save(out / "sealed_rows.npy", numbers)
    return {"preprocessing": replayed.WORDS, "why_not": ""}


def read_rows(folder: Path, name: str) -> Any:
    """Raw rows: an array that stays on the disk, or `Ragged` where the rows are lists."""
    ragged = folder / f"{name}.npz"
    return read_ragged(ragged) if ragged.exists() else np.load(folder / f"{name}.npy", mmap_mode="r")


def read_samples(path: Path) -> Samples:
    """What the recorder kept of one call."""
    source = path.name.split(".")[1].partition("-")[0]
    with np.load(path, allow_pickle=False) as arrays:
        return Samples(cast(Any, source), arrays["fed"], arrays["rows"], int(arrays["total"]))


def predict(model: Any, rows: Any, prepare: Callable[[Any], np.ndarray]) -> np.ndarray:
    """Outputs of the model, float32 of shape (n, ...). Raises `Refused` where the rows do not fit it.

    Called directly, batch by batch: for a few thousand rows that is faster than predict(), which compiles first.
    """
    size = max(1, min(BATCH_ROWS, BATCH_BYTES // max(1, prepare(rows[:1]).nbytes)))
    try:
        outputs = [
            np.asarray(model(keras.ops.convert_to_tensor(prepare(rows[start : start + size])), training=False))
            for start in range(0, len(rows), size)
        ]
    except (ValueError, TypeError, RuntimeError) as error:
        raise Refused(f"The model cannot take the rows it is given: {str(error)[:500]}") from error
    return np.concatenate(outputs).astype("float32")

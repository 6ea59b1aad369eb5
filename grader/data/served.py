"""A data set -> what notebooks are served of it, and apart from that the sealed rows, which no notebook sees."""

import hashlib
import json
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from platformdirs import user_cache_path
from pydantic import ValidationError

from grader.data.datasets import Array, Split, Store, flatten
from grader.data.retouched import retouched
from grader.data.standin import STAND_INS, digits
from grader.errors import TeacherError
from grader.fields import Count, Record
from grader.records import DataUsed

LAYOUT = 4
"""Goes up when the files change, so that those of an older version are left alone."""


@dataclass(frozen=True, eq=False)
class Served:
    """A split on the disk, in two folders for two sandboxes. `np.load` reads every array with allow_pickle=False."""

    data: DataUsed
    folder: Path
    """For notebooks: x_train.npy, y_train.npy, x_test.npy, y_test.npy. Named after the data set, alone in its parent.

    For imdb x_train.npz and x_test.npz, each with `values` and `offsets`; row i is values[offsets[i] : offsets[i + 1]].
    Beside them lies imdb_word_index.json.
    """
    sealed_inputs: Path
    """For the judge: x_sealed.npy (for imdb x_sealed.npz), retouched, in an order of its own. Beside it: `places`."""
    sealed_labels: Array
    """Of the rows of `sealed_inputs`, in the shape of y_test; in no folder that is shown to a sandbox."""

    @property
    def places(self) -> Path:
        """File with the numbers of the rows, counted over training and test rows, where others were repeated."""
        return self.sealed_inputs.with_name("places.npy")


class Manifest(Record):
    """What lies in a folder of the cache, written last."""

    data: DataUsed
    sizes: dict[str, Count]
    """Bytes of each file, by its path in the folder."""


def default_cache() -> Path:
    """Where served data sets are kept for the next time."""
    return user_cache_path("grader") / "served"


def get_split(store: Store, name: str, allow_stand_in: bool) -> Split:
    """The data set from Keras' cache, else from the network, else its stand-in where that is allowed.

    Raises:
        UsageError: there is no data set of that name.
        TeacherError: it is damaged, or nowhere to be had; the message has the next step.

    """
    if store.find(name):
        return store.load(name)
    try:
        store.fetch(name)
    except TeacherError as error:
        if allow_stand_in and name in STAND_INS:
            return digits(name)
        raise TeacherError(
            f"Expected {name} in {store.folder}. Found none. {error} Or run `grader data fetch` with a network."
        ) from error
    return store.load(name)


def serve(split: Split, sealed_rows: int, sealed_seed: int, cache: Path) -> Served:
    """Write the split to the cache, without its sealed rows; once only, for equal arguments.

    Args:
        split: the whole data set.
        sealed_rows: how many rows no notebook sees, at most half of those to choose from: the test rows, or all rows
            where the data set has no official split.
        sealed_seed: chooses them, in proportion to the labels.
        cache: a folder of ours; two processes may use it at the same time.

    Raises:
        TeacherError: there are fewer sealed rows than labels, or the cache cannot be written.

    """
    key = hashlib.sha256(f"{LAYOUT} {split.fingerprint} {sealed_rows} {sealed_seed}".encode()).hexdigest()[:16]
    entry = cache / f"{split.name}-{key}"
    try:
        manifest = read_manifest(entry) or write(entry, split, choose(split, sealed_rows, sealed_seed), sealed_seed)
    except OSError as error:
        raise TeacherError(
            f"Expected to write to the folder {cache}. Found: {error}. Make room there, or mend its permissions."
        ) from error
    return Served(
        data=manifest.data,
        folder=entry / "public" / split.name,
        sealed_inputs=next((entry / "sealed").glob("x_sealed.*")),
        sealed_labels=np.load(entry / "labels" / "y_sealed.npy", allow_pickle=False),
    )


def choose(split: Split, sealed_rows: int, seed: int) -> Array:
    """Numbers of the sealed rows, counted over train rows and then test rows, in random order; int of shape (n,)."""
    from sklearn.model_selection import train_test_split  # slow to import, rarely needed

    train, rows = len(split.y_train), len(split.y_train) + len(split.y_test)
    pool = np.arange(train, rows) if split.official_split else np.arange(rows)
    sealed_rows = min(sealed_rows, pool.size // 2)
    labels = np.concatenate([split.y_train, split.y_test])[pool].ravel()
    classes = None if labels.dtype.kind == "f" else labels
    least = 1 if classes is None else np.unique(labels).size
    if sealed_rows < least:
        raise TeacherError(
            f"Expected at least {least} sealed rows of {split.name}. Found {sealed_rows}. "
            "Raise `sealed_rows` in reference.toml of the assignment."
        )
    sealed: Array = train_test_split(pool, test_size=sealed_rows, stratify=classes, random_state=seed)[1]
    return sealed


def fill(split: Split, sealed: Array, seed: int) -> Array:
    """For each place, train then test, the number of the row that is served there; int of shape (n_train + n_test,).

    A visible row is at its own place. The places of sealed rows repeat visible rows of the same part. They are drawn
    without regard to labels: the label at such a place says nothing of the row that was there.
    """
    random = np.random.RandomState(seed)
    train, test = len(split.y_train), len(split.y_test)
    served = np.arange(train + test)
    for part in (np.arange(train), np.arange(train, train + test)):
        places, visible = np.intersect1d(part, sealed), np.setdiff1d(part, sealed)
        served[places] = random.choice(visible, places.size, replace=places.size > visible.size)
    return served


def write(entry: Path, split: Split, sealed: Array, seed: int) -> Manifest:
    """Make the folder of the cache, whole or not at all."""
    x, y = np.concatenate([split.x_train, split.x_test]), np.concatenate([split.y_train, split.y_test])
    train, test = np.split(fill(split, sealed, seed), [len(split.y_train)])
    entry.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=entry.parent, prefix=".making-") as making:
        made = Path(making) / "made"
        public, judge, labels = made / "public" / split.name, made / "sealed", made / "labels"
        for folder in (public, judge, labels):
            folder.mkdir(parents=True)
        for part, rows in (("train", train), ("test", test)):
            save(public, f"x_{part}", x[rows])
            save(public, f"y_{part}", y[rows])
        if split.word_index:
            (public / "imdb_word_index.json").write_text(json.dumps(split.word_index), encoding="utf-8")
        save(judge, "x_sealed", retouched(x[sealed], seed))
        # Sorted, so that they say nothing of which sealed row was where.
        np.save(judge / "places.npy", np.sort(sealed))
        save(labels, "y_sealed", y[sealed])
        manifest = describe(made, split, sealed.size)
        for file in files_of(made):
            file.chmod(0o444)
        for folder, mode in ((made, 0o755), (public.parent, 0o755), (public, 0o755), (judge, 0o700), (labels, 0o700)):
            folder.chmod(mode)
        put(made, entry)
    return manifest


def save(folder: Path, name: str, rows: Array) -> None:
    """One array as one file that needs no pickle: .npy, or .npz where its rows are lists."""
    if rows.dtype == object:
        values, offsets = flatten(rows)
        np.savez(folder / f"{name}.npz", values=values, offsets=offsets)
    else:
        np.save(folder / f"{name}.npy", rows, allow_pickle=False)


def files_of(folder: Path) -> list[Path]:
    """All files below the folder."""
    return [path for path in folder.rglob("*") if path.is_file()]


def describe(made: Path, split: Split, sealed_rows: int) -> Manifest:
    """Write the manifest of a folder that has everything else."""
    data = DataUsed(
        name=split.name,
        stand_in=split.stand_in,
        fingerprint=split.fingerprint,
        note=split.note,
        train_rows=len(split.y_train),
        test_rows=len(split.y_test),
        sealed_rows=sealed_rows,
    )
    sizes = {path.relative_to(made).as_posix(): path.stat().st_size for path in files_of(made)}
    manifest = Manifest(data=data, sizes=sizes)
    (made / "manifest.json").write_text(manifest.model_dump_json(), encoding="utf-8")
    return manifest


def read_manifest(entry: Path) -> Manifest | None:
    """The manifest of a folder of the cache; None where a file is missing or has another size."""
    try:
        manifest = Manifest.model_validate_json((entry / "manifest.json").read_bytes())
        whole = all((entry / name).stat().st_size == size for name, size in manifest.sizes.items())
    except (FileNotFoundError, ValidationError):
        return None
    return manifest if whole else None


def put(made: Path, entry: Path) -> None:
    """Move a finished folder into its place, unless another process was first: its content is the same."""
    if entry.exists() and read_manifest(entry) is None:
        entry.rename(made.parent / "damaged")
    try:
        made.rename(entry)
    except OSError:
        if read_manifest(entry) is None:
            raise

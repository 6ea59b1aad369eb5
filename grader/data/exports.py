"""The served rows of a data set, and a form of the sheet's -> the file or folder that a notebook knows them as.

Everything is made of what notebooks are served, so no export holds a sealed row. It is made when a notebook first asks
for it, and then lies beside the served arrays for all kernels.
"""

import csv
import gzip
import hashlib
import io
import pickle
import re
import shutil
import struct
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from grader.courses.sheet import FileForm, Table
from grader.data.datasets import Array
from grader.data.served import Served
from grader.errors import TeacherError
from grader.inside.served import SHUFFLE, texts, unshuffled
from grader.inside.words import Ragged, join, read_ragged

LAYOUT = 1
"""Goes up when an export changes, so that those of an older version are left alone."""
FOLDER = "files"
"""Of the exports, in the folder of the served arrays."""
CHUNK = 5_000
"""Rows that are written at once."""
STATLIB_PREFACE = 22
"""Lines before the first row; everybody skips them by their number."""
STATLIB_FIRST = 11
"""Values in the first of the two lines of a row."""
RUN = re.compile(r"(\D*)(\d+)\.\.\1(\d+)")
GRID = re.compile(r"(\d+)x(\d+)\.\.(\d+)x(\d+)")


@dataclass(frozen=True)
class Export:
    """A file, or a folder of files, as which the data set is served."""

    name: str
    """Of the file or the folder."""
    form: FileForm
    table: Table | None = None
    holds: "tuple[Export, ...]" = ()

    @property
    def key(self) -> str:
        """The same for the same content."""
        table = self.table.model_dump_json() if self.table else ""
        words = [str(LAYOUT), self.form.model_dump_json(exclude={"names", "tables"}), self.name, table]
        return hashlib.sha256("\n".join([*words, *(held.key for held in self.holds)]).encode()).hexdigest()[:16]

    def path(self, served: Served) -> Path:
        """Where it is, or would be."""
        return served.folder / FOLDER / self.key / self.name


def make(export: Export, served: Served) -> Path:
    """Write the export unless it is there already; whole or not at all.

    Raises:
        TeacherError: it cannot be written, or the sheet asks for a form that the data set does not have.

    """
    path = export.path(served)
    if path.exists():
        return path
    try:
        path.parent.parent.mkdir(exist_ok=True)
        path.parent.parent.chmod(0o755)
        with tempfile.TemporaryDirectory(dir=path.parent.parent, prefix=".making-") as making:
            made = Path(making) / "made"
            made.mkdir()
            MAKERS[export.form.form](export, served, made / export.name)
            for each in made.rglob("*"):
                each.chmod(0o755 if each.is_dir() else 0o444)
            made.chmod(0o755)
            put(made, path.parent)
    except OSError as error:
        raise TeacherError(
            f"Expected to write {export.name} to the folder {path.parent.parent}. Found: {error}. Make room there."
        ) from error
    return path


def put(made: Path, place: Path) -> None:
    """Move a finished folder into its place, unless another process was first: its content is the same."""
    try:
        made.rename(place)
    except OSError:
        if not place.exists():
            raise


# -- Rows --------------------------------------------------------------------------------------------------------------


def parts_of(export: Export) -> tuple[str, ...]:
    """Of the served split."""
    return ("train", "test") if export.form.rows == "all" else (export.form.rows,)


def rows_of(served: Served, part: str) -> tuple[Array | Ragged, Array]:
    """Rows and labels of one part, in the order in which load_data() gives them."""
    y = np.load(served.folder / f"y_{part}.npy", allow_pickle=False)
    words = served.folder / f"x_{part}.npz"
    if not words.exists():
        return np.load(served.folder / f"x_{part}.npy", allow_pickle=False), y
    random = np.random.RandomState(SHUFFLE)
    if part == "test":  # Keras shuffles both with one generator, the training rows first
        random.permutation(served.data.train_rows)
    order = random.permutation(len(y))
    return read_ragged(words).take(order), y[order]


def all_rows(export: Export, served: Served) -> tuple[Array | Ragged, Array]:
    """Rows and labels of all parts of the export; a table that was never split is in its own order."""
    x, y = zip(*(rows_of(served, part) for part in parts_of(export)), strict=True)
    labels = np.concatenate(y)
    if isinstance(x[0], Ragged):
        return join(x), labels
    rows = np.concatenate(x)
    if rows.ndim == 2 and export.form.rows == "all":
        return unshuffled(rows), unshuffled(labels)
    return rows, labels


# -- Tables ------------------------------------------------------------------------------------------------------------


def write_table(export: Export, served: Served, path: Path) -> None:
    """Text with columns."""
    table = export.table
    assert table is not None
    columns, (x, y) = columns_of(table), all_rows(export, served)
    features = 1 if isinstance(x, Ragged) else int(np.prod(x.shape[1:]))
    if len(columns) - columns.count("#") != features + 1 or table.target not in columns:
        raise TeacherError(
            f"Expected {features + 1} columns for {export.name}, `{table.target}` among them. Found {len(columns)}. "
            "Mend the table under [[files]] in the assignment's sheet.toml."
        )
    place = columns.index(table.target)
    with path.open("wb") as file:
        if table.header:
            header = ["" if name == "#" else name for name in columns]
            file.write((table.separator.join(header) + "\n").encode())
        if isinstance(x, Ragged):
            file.writelines(text_lines(zip(texts(x, served.folder), y.tolist(), strict=True), table, place))
        elif x.dtype == np.uint8:
            file.writelines(pixel_lines(np.insert(x.reshape(len(x), -1), place, y.ravel(), axis=1), table))
        else:
            file.writelines(figure_lines(np.insert(x, place - columns.count("#"), y, axis=1), table, "#" in columns))


def columns_of(table: Table) -> list[str]:
    """Its columns one by one."""
    names: list[str] = []
    for word in table.columns.split():
        if run := RUN.fullmatch(word):
            names += [f"{run[1]}{number}" for number in range(int(run[2]), int(run[3]) + 1)]
        elif grid := GRID.fullmatch(word):
            first, left, last, right = map(int, grid.groups())
            names += [f"{row}x{column}" for row in range(first, last + 1) for column in range(left, right + 1)]
        else:
            names.append(word)
    return names


def pixel_lines(rows: Array, table: Table) -> Iterator[bytes]:
    """uint8 of shape (n, columns) as text: each value is looked up with its separator, then the gaps go."""
    inner, last = (
        np.array([f"{value}{end}".encode() for value in range(256)], dtype="S4").view(np.uint8).reshape(256, 4)
        for end in (table.separator, "\n")
    )
    for start in range(0, len(rows), CHUNK):
        chunk = rows[start : start + CHUNK]
        laid = inner[chunk]
        laid[:, -1] = last[chunk[:, -1]]
        yield laid[laid != 0].tobytes()


def figure_lines(rows: Array, table: Table, numbered: bool) -> Iterator[bytes]:
    """Floats of shape (n, columns) as text, whole ones without a point."""
    for number, row in enumerate(rows.tolist(), start=1):
        words = [f"{value:.10g}" for value in row]
        yield (table.separator.join([str(number), *words] if numbered else words) + "\n").encode()


def text_lines(rows: Iterator[tuple[str, int]], table: Table, place: int) -> Iterator[bytes]:
    """Reviews with their labels."""
    line = io.StringIO()
    writer = csv.writer(line, delimiter=table.separator, lineterminator="\n")
    for text, label in rows:
        words = [text]
        words.insert(place, table.labels[label] if table.labels else str(label))
        line.seek(0)
        line.truncate()
        writer.writerow(words)
        yield line.getvalue().encode()


def write_statlib(export: Export, served: Served, path: Path) -> None:
    """Boston as StatLib publishes it: a preface, then each row in two lines."""
    x, y = all_rows(export, served)
    assert not isinstance(x, Ragged)
    lines = [" The Boston house-price data: 13 features and the price of each place, in two lines", ""]
    lines += [""] * (STATLIB_PREFACE - len(lines))
    for row in np.column_stack([x, y]).tolist():
        words = [f"{value:.10g}" for value in row]
        lines += [f" {' '.join(words[:STATLIB_FIRST])}", f"  {' '.join(words[STATLIB_FIRST:])}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


# -- Files of the data sets' own ---------------------------------------------------------------------------------------


def write_npz(export: Export, served: Served, path: Path) -> None:
    """The file that Keras downloads."""
    if served.data.name == "boston":
        x, y = all_rows(export, served)
        arrays = {"x": x, "y": y}
    else:
        arrays = {}
        for part in parts_of(export):
            rows, arrays[f"y_{part}"] = rows_of(served, part)
            arrays[f"x_{part}"] = as_lists(rows) if isinstance(rows, Ragged) else rows
    with path.open("wb") as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def as_lists(rows: Ragged) -> Array:
    """An array of lists, shape (n,)."""
    lists = np.empty(len(rows), dtype=object)
    lists[:] = rows.lists()
    return lists


def write_idx(export: Export, served: Served, path: Path) -> None:
    """MNIST's own format."""
    x, y = all_rows(export, served)
    assert not isinstance(x, Ragged)
    values = x if export.form.part == "images" else y
    if values.dtype != np.uint8:
        raise TeacherError(f"Expected pixels and labels from 0 to 255 for {export.name}. Found {values.dtype}.")
    header = struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape)
    path.write_bytes(header + values.tobytes())


class OldPickler(pickle._Pickler):
    """Writes bytes as Python 2 wrote its texts, so that a notebook's `encoding=` decides what they become."""

    dispatch: ClassVar[Any] = dict(pickle._Pickler.dispatch)

    def save_text(self: Any, value: bytes) -> None:
        """Instead of the detour that Python 3 makes in protocol 2."""
        self.write(pickle.BINSTRING + struct.pack("<i", len(value)) + value)
        self.memoize(value)

    dispatch[bytes] = save_text


def write_batches(export: Export, served: Served, path: Path) -> None:
    """The folder of CIFAR-10 as its authors publish it."""
    path.mkdir()
    x, y = rows_of(served, "train")
    assert not isinstance(x, Ragged)
    batches = {
        f"data_batch_{number}": (pictures, labels)
        for number, (pictures, labels) in enumerate(zip(np.array_split(x, 5), np.array_split(y, 5), strict=True), 1)
    }
    for name, (pictures, labels) in (batches | {"test_batch": rows_of(served, "test")}).items():
        assert not isinstance(pictures, Ragged)
        data = np.ascontiguousarray(pictures.transpose(0, 3, 1, 2)).reshape(len(pictures), -1)
        files = [f"{name}_{number}.png".encode() for number in range(len(data))]
        content = {b"batch_label": name.encode(), b"labels": labels.ravel().tolist(), b"data": data}
        old_pickle({**content, b"filenames": files}, path / name)
    names = [label.encode() for label in export.form.labels]
    meta = {b"num_cases_per_batch": len(x) // 5, b"label_names": names, b"num_vis": int(np.prod(x.shape[1:]))}
    old_pickle(meta, path / "batches.meta")


def old_pickle(content: object, path: Path) -> None:
    """A pickle that both Pythons read."""
    with path.open("wb") as file:
        OldPickler(file, 2).dump(content)


# -- Folders -----------------------------------------------------------------------------------------------------------


def write_folders(export: Export, served: Served, path: Path) -> None:
    """A file for each row, in a folder of its class; a name that is sorted keeps the rows' order."""
    for part in parts_of(export):
        top = path / part if export.form.rows == "all" else path
        x, y = rows_of(served, part)
        contents = (text.encode() for text in texts(x, served.folder)) if isinstance(x, Ragged) else map(png, x)
        numbers = np.unique(y).tolist()
        folders = {
            number: top / (export.form.labels[number] if export.form.labels else str(number)) for number in numbers
        }
        for folder in folders.values():
            folder.mkdir(parents=True)
        for number, (content, label) in enumerate(zip(contents, y.ravel().tolist(), strict=True)):
            (folders[label] / f"{number:05}{export.form.ending}").write_bytes(content)


def png(pixels: Array) -> bytes:
    """A picture, uint8 of shape (height, width) or (height, width, 3), as a PNG file."""
    height, width, colour = len(pixels), pixels.shape[1], 2 if pixels.ndim == 3 else 0
    lines = np.pad(pixels.reshape(height, -1), ((0, 0), (1, 0)))  # each line begins with its filter, 0 for none
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines.tobytes(), 1)), (b"IEND", b""))
    packed = (
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(packed)


# -- Archives ----------------------------------------------------------------------------------------------------------


def write_archive(export: Export, served: Served, path: Path) -> None:
    """Other exports, packed as the name's ending says."""
    held = [make(each, served) for each in export.holds]
    if path.suffix == ".zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for top in held:
                for file in sorted(top.rglob("*")) if top.is_dir() else [top]:
                    archive.write(file, file.relative_to(top.parent))
    elif path.name.endswith((".tar.gz", ".tgz")):
        with tarfile.open(path, "w:gz", compresslevel=1) as tar:
            for top in held:
                tar.add(top, top.name)
    else:
        with held[0].open("rb") as source, gzip.open(path, "wb", compresslevel=1) as packed:
            shutil.copyfileobj(source, packed)


MAKERS: dict[str, Callable[[Export, Served, Path], None]] = {
    "table": write_table,
    "statlib": write_statlib,
    "npz": write_npz,
    "idx": write_idx,
    "batches": write_batches,
    "folders": write_folders,
    "archive": write_archive,
}
"""By the form's name in the sheet."""

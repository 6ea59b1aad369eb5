"""Folders and zips as platforms and students make them."""

import os
import stat
import zipfile
from datetime import datetime
from pathlib import Path

import nbformat

DAY = datetime(2026, 3, 1, 12, 0).astimezone()
Times = dict[str, tuple[int, ...]]


def notebook(code: str = "x = 1") -> str:
    """A notebook with one code cell, as it is on the disk."""
    cells = [nbformat.v4.new_code_cell(code, id="cell-1")]
    return nbformat.writes(nbformat.v4.new_notebook(cells=cells))


def zipped(path: Path, files: dict[str, str | bytes], times: Times | None = None, method: int = 0) -> Path:
    """A zip of these files, all of noon on 1 March 2026 but those in `times`. A name that ends in / is a folder."""
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, (times or {}).get(name, (2026, 3, 1, 12, 0, 0)))  # type: ignore[arg-type]
            info.compress_type = method
            info.external_attr = (stat.S_IFDIR | 0o755 if name.endswith("/") else stat.S_IFREG | 0o644) << 16
            archive.writestr(info, content)
    return path


def folder(path: Path, files: dict[str, str | bytes], minutes: dict[str, int] | None = None) -> Path:
    """A folder of these files, changed so many minutes after noon on 1 March 2026. A name ending in / is a folder."""
    path.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        target = path / name
        (target if name.endswith("/") else target.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            target.write_bytes(content if isinstance(content, bytes) else content.encode())
            os.utime(target, (DAY.timestamp() + 60 * (minutes or {}).get(name, 0),) * 2)
    return path

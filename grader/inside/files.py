"""Ways to a file, of Python's and of the libraries' -> the same ways, which also find what stands for a missing path.

Real files always go first, and nothing that is to be written is redirected. What opens files beneath Python is given
the path that is meant.
"""

import builtins
import functools
import glob
import io
import os
import re
import shutil
import tarfile
from collections.abc import Callable
from typing import Any

import IPython.core.interactiveshell
import numpy
import tensorflow
from keras.src.utils import dataset_utils, file_utils

from grader.inside.imports import after_import
from grader.inside.shelf import Found, Shelf

LARGE = 20 << 20
"""Bytes from which a file that was handed in is linked beside the notebook: no notebook writes to such a file."""
NOT_THERE = (FileNotFoundError, NotADirectoryError, PermissionError)
LISTED = re.compile(r"/(kaggle/input|content)(/.*)?|\.\.?/input(/.*)?|input/?")
"""Folders that notebooks of Kaggle and Colab list to see what there is."""
WRITING = frozenset("wax+")
OPENERS = ((builtins, "open"), (io, "open"), (tarfile, "bltn_open"), (IPython.core.interactiveshell, "io_open"))
"""Every name of Python's open()."""


def install(shelf: Shelf, work: str) -> None:
    """Make missing paths stand for what the shelf has. `work` is the notebook's own folder."""
    own = bring(shelf.folders["submission"], work)
    opened = opening(io.open, shelf, own)
    for module, name in OPENERS:
        setattr(module, name, opened)
    numpy.lib._datasource._file_openers._file_openers[None] = opened  # type: ignore[attr-defined]
    for name, around in (("stat", looking), ("lstat", looking), ("listdir", listing), ("scandir", listing)):
        wrap(os, name, around, shelf)
    wrap(os, "chdir", entering, shelf)
    for module, name in ((os, "remove"), (os, "unlink"), (shutil, "rmtree")):
        wrap(module, name, removing, shelf)
    for cls in (value for value in vars(glob).values() if isinstance(value, type) and "scandir" in vars(value)):
        cls.scandir = staticmethod(os.scandir)  # type: ignore[attr-defined] # of Python 3.13
    for module, name in ((dataset_utils, "index_directory"), (tensorflow.io, "read_file")):
        wrap(module, name, giving, shelf)
    for name in ("exists", "glob", "isdir", "listdir", "walk"):
        wrap(tensorflow.io.gfile, name, giving, shelf)
    wrap(tensorflow.data.Dataset, "list_files", giving, shelf)
    wrap(numpy.lib._datasource.DataSource, "open", naming, shelf)
    # A checksum is that of the published file, and the export holds the served rows.
    file_utils.validate_file = lambda *_, **__: True
    after_import("cv2", lambda cv2: wrap(cv2, "imread", giving, shelf))


def wrap(module: Any, name: str, around: Callable[..., Any], shelf: Shelf) -> None:
    """Replace a function of a module."""
    original = getattr(module, name)
    wrapped = functools.wraps(original)(around(original, shelf))
    static = isinstance(vars(module).get(name), staticmethod)
    setattr(module, name, staticmethod(wrapped) if static else wrapped)
    for able in (os.supports_fd, os.supports_dir_fd, os.supports_follow_symlinks):
        if original in able:
            able.add(wrapped)


def bring(submission: str, work: str) -> dict[str, Found]:
    """Lay what was handed in with the notebook beside it, as it was for its author; return the files by their paths."""
    own = {}
    for folder, _, names in os.walk(submission):
        below = os.path.relpath(folder, submission)
        os.makedirs(os.path.join(work, below), exist_ok=True)
        for name in names:
            source, place = os.path.join(folder, name), os.path.normpath(os.path.join(work, below, name))
            if os.path.getsize(source) < LARGE:
                shutil.copyfile(source, place)
            else:
                os.symlink(source, place)
            path = os.path.normpath(os.path.join(below, name))
            own[place] = Found(place, path, path, "submission")
    return own


# -- Around Python's own functions -------------------------------------------------------------------------------------


def opening(original: Callable[..., Any], shelf: Shelf, own: dict[str, Found]) -> Callable[..., Any]:
    """Open for reading what the path stands for; say which names are known where it stands for nothing."""

    @functools.wraps(original)
    def open_named(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        try:
            opened = original(file, mode, *args, **kwargs)
        except NOT_THERE as error:
            if WRITING & set(mode):
                raise
            found = shelf.find(file)
            if found is None:
                raise with_names(error, shelf) from None
        else:
            if own and not isinstance(file, int) and (found := own.get(os.path.abspath(os.fsdecode(file)))):
                shelf.note(found)
            return opened
        shelf.note(found)
        return original(found.path, mode, *args, **kwargs)

    return open_named


def looking(original: Callable[..., Any], shelf: Shelf) -> Callable[..., Any]:
    """stat() and lstat(), on which os.path and pathlib rest."""

    def look(path: Any, **kwargs: Any) -> Any:
        try:
            return original(path, **kwargs)
        except NOT_THERE:
            found = None if kwargs.get("dir_fd") is not None else shelf.find(path)
            if found is None:
                raise
        return original(found.path, **kwargs)

    return look


def listing(original: Callable[..., Any], shelf: Shelf) -> Callable[..., Any]:
    """listdir() and scandir(), on which os.walk, glob and pathlib rest."""

    def entries(path: Any = None) -> Any:
        try:
            return original(path)
        except NOT_THERE as error:
            found = shelf.find(path)
            place = found.path if found else shelf.listing if LISTED.fullmatch(str(path)) else None
            if place is None:
                raise with_names(error, shelf) from None
        if found:
            shelf.note(found)
        return original(place)

    return entries


def entering(original: Callable[..., Any], shelf: Shelf) -> Callable[..., Any]:
    """chdir(): into a folder that is known; else the notebook stays where it is, as only names mean anything."""

    def chdir(path: Any) -> None:
        try:
            original(path)
        except NOT_THERE:
            found = shelf.find(path)
            shelf.note(found or Found(".", str(path), "the notebook's own folder", "submission"))
            if found:
                original(found.path)

    return chdir


def removing(original: Callable[..., Any], shelf: Shelf) -> Callable[..., Any]:
    """remove() and rmtree(): what is on the shelf, or would be in a folder of it, is left as it is."""

    def remove(path: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            return original(path, *args, **kwargs)
        except NOT_THERE:
            if not (shelf.find(path) or shelf.find(os.path.dirname(os.fspath(path)))):
                raise

    return remove


def giving(original: Callable[..., Any], shelf: Shelf) -> Callable[..., Any]:
    """A function that opens its first argument beneath Python."""

    def call(*args: Any, **kwargs: Any) -> Any:
        if args:
            return original(shelf.real(args[0]), *args[1:], **kwargs)
        name = next((name for name in ("filename", "path", "directory", "pattern", "name") if name in kwargs), None)
        return original(**kwargs | ({name: shelf.real(kwargs[name])} if name else {}))

    return call


def naming(original: Callable[..., Any], shelf: Shelf) -> Callable[..., Any]:
    """A function with an error of its own for a missing file, to which the known names are added."""

    def call(*args: Any, **kwargs: Any) -> Any:
        try:
            return original(*args, **kwargs)
        except FileNotFoundError as error:
            raise with_names(error, shelf) from None

    return call


def with_names(error: OSError, shelf: Shelf) -> OSError:
    """The same error with the known names at the end of its words."""
    words = str(error).rstrip(".")
    named = type(error)(words if shelf.hint in words else f"{words}{shelf.hint}")
    named.errno = error.errno
    return named

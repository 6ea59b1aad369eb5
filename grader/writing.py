"""Content -> a file that is there whole or not at all."""

import os
from contextlib import suppress
from pathlib import Path

from grader.errors import CannotWrite


def write_whole(path: Path, content: bytes, *, lasting: bool = False) -> None:
    """Write a file, and the folders above it: whoever reads it finds the old content or the new.

    Args:
        path: of the file. Half of it lies beside it until all is written, under one name, so that what a killed
            command has left is written over by the next.
        content: of the file.
        lasting: wait until the disk has it, so that it is also there after a power cut.

    Raises:
        CannotWrite: the disk is full, or the folder cannot be written.
    """
    half = path.with_name(f".{path.name[:100]}.half")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with half.open("wb") as file:
                file.write(content)
                if lasting:
                    file.flush()
                    os.fsync(file.fileno())
            half.replace(path)
        except OSError:
            with suppress(OSError):
                half.unlink()
            raise
    except OSError as error:
        raise CannotWrite(
            f"Expected to write {path}. Found: {error.strerror}. Make room there, mend its permissions, or "
            "close it where it is open. What is graded is kept; the same command goes on where it stopped."
        ) from error

"""A file that appears under its name whole or not at all."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

SUFFIX = ".partial"


@contextmanager
def writing_whole(
    path: Path, *, overwrite: bool = False, check: Callable[[Path], None] = lambda _half: None
) -> Iterator[BinaryIO]:
    """Give a file to write; at the end make it durable, `check` it by its temporary name, and rename it.

    Whatever goes wrong, nothing stands under the final name and the half file is removed; one that a killed process left
    is removed by the next. Raises FileExistsError where the name is taken and `overwrite` is not set.
    """
    if path.exists() and not overwrite:
        raise FileExistsError(path)
    _sweep(path)
    half = path.with_name(f".{path.name}.{os.getpid()}{SUFFIX}")
    handle = os.open(half, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)  # says that somebody is at work on it
            yield file
            file.flush()
            os.fsync(file.fileno())
            check(half)
            if overwrite:
                half.replace(path)
            else:
                os.link(half, path)  # unlike a rename, refuses a name that was taken meanwhile
        sync_folder(path.parent)
    finally:
        half.unlink(missing_ok=True)


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable."""
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sweep(path: Path) -> None:
    """Remove halves of this very file whose writers are dead."""
    for half in path.parent.glob(f".{path.name}.*{SUFFIX}"):
        with suppress(OSError), half.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            half.unlink()

"""Files that are nobody else's to read: records of health, and what opens them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

OF_OTHERS = 0o077
OURS = 0o600
BESIDE_SQLITE = ("", "-wal", "-shm", "-journal")


def keep_to_ourselves() -> None:
    """Whatever this process makes from now on is its user's alone, unless a file says otherwise."""
    os.umask(OF_OTHERS)


def new_file(path: Path) -> BinaryIO:
    """A new file to write, closed to others from its first moment; raises FileExistsError."""
    return os.fdopen(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, OURS), "wb")


def close_to_others(path: Path) -> None:
    """Take a file away from others, if it is there and ours."""
    try:
        if path.stat().st_mode & OF_OTHERS:
            path.chmod(OURS)
    except OSError:
        pass  # not there, or another user's: whoever opens it is told so


def ready_for_sqlite(path: Path) -> None:
    """Make the file of a database before SQLite does, which would let others read it.

    What SQLite puts beside it then follows. A file that is there is never opened here: closing it would
    let go of the locks that SQLite holds on it in this process.
    """
    try:
        new_file(path).close()
    except FileExistsError:
        for ending in BESIDE_SQLITE:
            close_to_others(path.with_name(path.name + ending))
    except OSError:
        pass  # no such folder, or it is not ours: SQLite says it


@contextmanager
def finished_under(path: Path) -> Iterator[BinaryIO]:
    """A file that gets its name once it is whole and on the disk; readable by its owner alone."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    partial.unlink(missing_ok=True)  # of a process with our number that was killed
    try:
        with new_file(partial) as raw:
            yield raw
            raw.flush()
            os.fsync(raw.fileno())
        os.replace(partial, path)
        keep_name(path.parent)
    finally:
        partial.unlink(missing_ok=True)


def keep_name(folder: Path) -> None:
    """A name in a folder outlives a power cut once the folder is on the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

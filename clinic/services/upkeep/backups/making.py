"""A backup made: every row into one new file, encrypted to the keys and signed by this installation."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection

from clinic.own_files import new_file
from clinic.services.clock import now
from clinic.services.upkeep import release
from clinic.services.upkeep.backups import archive, keys, rows
from clinic.services.upkeep.backups.archive import CheckedFile, Head
from clinic.services.upkeep.backups.refusals import of_the_disk


def write_backup(
    path: Path, recipients: Sequence[str], goes_on: Callable[[], None] = lambda: None
) -> CheckedFile:
    """Write a new file and read it back; without recipients it is not encrypted. Raises BackupFailed.

    Under its name there is the whole file or, whatever happens, nothing new.
    """
    try:
        with finished_under(path) as raw, rows.one_instant() as connection:
            archive.write(raw, _head(connection, recipients), rows.lines(connection, goes_on), keys.signer())
        return archive.check(path)
    except OSError as error:
        raise of_the_disk(error, path) from None


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


def _head(connection: Connection, recipients: Sequence[str]) -> Head:
    return Head(
        version=release.version(),
        revision=rows.revision(connection),
        installation=keys.this_installation(),
        signed_by=keys.signed_by(),
        written_at=now(),
        encrypted_to=tuple(recipients),
        counts=rows.counts(connection),
    )

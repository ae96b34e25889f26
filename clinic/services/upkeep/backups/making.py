"""A backup made: every row into one new file, encrypted to the keys and signed by this installation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from sqlalchemy import Connection

from clinic.own_files import finished_under
from clinic.services.clock import now
from clinic.services.upkeep import release
from clinic.services.upkeep.backups import archive, files, keys, rows
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
            archive.write(raw, _head(connection, recipients), _lines(connection, goes_on), keys.signer())
        return archive.check(path)
    except OSError as error:
        raise of_the_disk(error, path) from None


def _lines(connection: Connection, goes_on: Callable[[], None]) -> Iterator[bytes]:
    yield from rows.lines(connection, goes_on)
    yield from files.lines(connection, goes_on)


def _head(connection: Connection, recipients: Sequence[str]) -> Head:
    return Head(
        version=release.version(),
        revision=rows.revision(connection),
        installation=keys.this_installation(),
        signed_by=keys.signed_by(),
        written_at=now(),
        encrypted_to=tuple(recipients),
        counts={**rows.counts(connection), archive.FILES: files.count(connection)},
    )

"""A backup put back into an empty database: all of it or nothing, of this release or an older one.

Before a row is written the file was read once from front to back: it is whole, unchanged, signed by whom we
expect, and the key opens it. An older one is put into the tables of its own time, which are then migrated.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from alembic.script import ScriptDirectory
from alembic.util import CommandError
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, inspect, select, table
from sqlalchemy.exc import OperationalError, StatementError

from clinic.extensions import MIGRATIONS
from clinic.services.reach import across_practices
from clinic.services.reasons import rebuilding
from clinic.services.transaction import transaction
from clinic.services.upkeep.backups import archive, keys, rows
from clinic.services.upkeep.backups.archive import CheckedFile
from clinic.services.upkeep.backups.filling import OF_WORKERS, Filling
from clinic.services.upkeep.backups.keys import Sheet
from clinic.services.upkeep.backups.refusals import BackupRefused
from clinic.services.upkeep.release import schema

OLD_FORMAT = "regroove-backup-1"  # gzipped lines, neither encrypted nor signed
GZIP = b"\x1f\x8b"
NO_SHEET = Sheet()


@dataclass(frozen=True, slots=True)
class Trust:
    """What a restore goes by: the sheet, and what somebody says they mean."""

    sheet: Sheet = NO_SHEET
    another: bool = False  # of another installation, on purpose
    unverified: bool = False  # whoever asks trusts the place where it was kept


@dataclass(frozen=True, slots=True)
class RestoreSource:
    """A backup that is believed. `file` is None for one of the old format."""

    path: Path
    revision: str
    counts: dict[str, int] | None
    file: CheckedFile | None
    identities: tuple[str, ...]

    @contextmanager
    def lines(self) -> Iterator[Iterator[Any]]:
        """Its rows, a table's name and its values each."""
        if self.file is None:
            yield _old_rows(self.path)
            return
        with archive.rows_of(self.path, self.file, self.identities) as found:
            yield found


def examine(path: Path, trust: Trust) -> RestoreSource:
    """Read all of a backup without restoring it; raises BackupRefused."""
    with archive.reading(path) as file:
        is_old = file.read(2) == GZIP
    source = _old(path, trust) if is_old else _signed(path, trust)
    with source.lines() as lines:
        for _ in lines:
            break  # the key opens it
    return source


def read_through(source: RestoreSource) -> int:
    """Decrypt and read every row, to the end; returns how many there are."""
    with source.lines() as lines:
        return sum(1 for name, _ in lines if name != archive.FILES)


@across_practices("a backup holds everything")
def restore(path: Path, trust: Trust) -> int:
    """Fill an empty database; where it has no tables, they are made. Returns how many rows.

    Raises BackupRefused, and then nothing was changed.
    """
    source = examine(path, trust)
    steps = ScriptDirectory(str(MIGRATIONS))
    _check_known(source, steps)
    was = _check_target()
    _migrate(steps, was, source.revision)
    try:
        count = _fill(source)
    except BaseException:
        if was and was != source.revision:
            _migrate(steps, source.revision, was)
        raise
    upgrade()
    rebuilding.rebuild_all()
    return count


def _signed(path: Path, trust: Trust) -> RestoreSource:
    found = archive.check(path)
    head = found.head
    theirs, ours = keys.installation_of(head.signed_by), keys.this_installation()
    if theirs != head.installation:
        raise BackupRefused(f"{path} names another installation than it is signed by. Nothing was changed.")
    if theirs != ours and not trust.another:
        raise BackupRefused(
            f"{path} is a backup of installation {theirs}, and this one is {ours} "
            "(CLINIC_SECRET_KEY makes it so). If you mean it, add --another, and the sheet with --key. "
            "Nothing was changed."
        )
    if head.signed_by not in (keys.signed_by(), trust.sheet.signed_by) and not trust.unverified:
        raise BackupRefused(
            f"Nobody can tell whether {path} is genuine: give the line REGROOVE-VERIFY-1… of its sheet "
            f"with --key{', this sheet is of another installation' if trust.sheet.signed_by else ''}; "
            "or add --unverified if you trust where it was kept. Nothing was changed."
        )
    if head.encrypted_to and not trust.sheet.identities:
        raise BackupRefused(f"{path} is encrypted: give its sheet with --key FILE. Nothing was changed.")
    return RestoreSource(path, head.revision, head.counts, found, trust.sheet.identities)


def _old(path: Path, trust: Trust) -> RestoreSource:
    head = _old_head(path)
    if not trust.unverified:
        raise BackupRefused(
            f"{path} is of an older release and not signed, so nobody can tell whether it was changed. "
            "Add --unverified if you trust where it was kept. Nothing was changed."
        )
    return RestoreSource(path, str(head.get("revision")), None, None, ())


def _old_head(path: Path) -> dict[str, Any]:
    """Its first line; nobody has said yet that they trust the file, so no more than a head is unpacked."""
    with _unpacked(path) as file:
        head = json.loads(file.readline(archive.LONGEST_HEAD))
    if not isinstance(head, dict) or head.get("format") != OLD_FORMAT:
        raise archive.no_backup(path)
    return head


def _old_rows(path: Path) -> Iterator[Any]:
    """Its rows; the last line says how many there were."""
    for count, line in enumerate(_old_lines(path), start=-1):  # the head is no row
        if isinstance(line, dict) and count >= 0:
            if line.get("rows") == count:
                return
            break
        if count >= 0:
            yield line
    raise BackupRefused(f"{path} was cut off. Nothing was changed.")


def _old_lines(path: Path) -> Iterator[Any]:
    with _unpacked(path) as file:
        yield from map(json.loads, file)


@contextmanager
def _unpacked(path: Path) -> Iterator[BinaryIO]:
    """A file of the old format to read from; what does not unpack or parse within the block is refused."""
    try:
        with gzip.open(path) as file:
            yield cast(BinaryIO, file)
    except (OSError, EOFError, ValueError, zlib.error, RecursionError) as error:
        raise BackupRefused(f"{path} cannot be read as a backup ({error}). Nothing was changed.") from None


def _check_known(source: RestoreSource, steps: ScriptDirectory) -> None:
    try:
        steps.get_revision(source.revision)
    except CommandError:
        raise BackupRefused(
            f"{source.path} is of a newer release: its schema is {source.revision}, ours ends at "
            f"{schema()}. Restore it with that release. Nothing was changed."
        ) from None


def _check_target() -> str:
    """The revision of the empty database; empty where it has no tables yet."""
    with rows.one_instant() as connection:
        names = set(inspect(connection).get_table_names()) - {
            "alembic_version",
            *OF_WORKERS,
            *rows.OF_THE_MACHINE,
        }
        for name in names:
            if connection.scalar(select(func.count()).select_from(table(name))):
                raise BackupRefused(
                    "A backup is restored into an empty database only; this one holds records. "
                    "Nothing was changed."
                )
        return rows.revision(connection)


def _migrate(steps: ScriptDirectory, here: str, there: str) -> None:
    """Tables without rows are taken to another revision, up or down."""
    below = {step.revision for step in steps.iterate_revisions(there, "base")}
    if not here or here in below:
        upgrade(revision=there)
    else:
        downgrade(revision=there)


def _fill(source: RestoreSource) -> int:
    path = source.path
    try:
        count = _filled(source)
    except (OperationalError, BackupRefused):
        raise  # the database is at fault, or it was said already
    except (LookupError, TypeError, ValueError, AttributeError, StatementError) as error:
        what = type(error).__name__
        raise BackupRefused(f"{path} holds a row that does not fit ({what}). Nothing was changed.") from None
    return count


def _filled(source: RestoreSource) -> int:
    filling: Filling | None = None
    try:
        with transaction() as session, source.lines() as lines:
            filling = Filling(session.connection(), is_of_now=source.revision == schema())
            return filling.run(lines, source.counts)
    except BaseException:
        if filling is not None:
            filling.give_up()
        raise

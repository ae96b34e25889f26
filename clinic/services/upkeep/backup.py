"""Backup and restore: one file that holds every table, the same from SQLite as from PostgreSQL.

The file is a gzip of JSON lines: first what it is, then one line a row, last how many rows there were.
A file that was cut off has no last line and is refused.
"""

from __future__ import annotations

import gzip
import json
import os
import sqlite3
import uuid
import zlib
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from alembic.migration import MigrationContext
from sqlalchemy import JSON, Connection, Table, func, insert, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError, StatementError

from clinic.domain.errors import RuleBroken
from clinic.extensions import db, for_writing
from clinic.models import Assessment, Base
from clinic.own_files import ready_for_sqlite
from clinic.services.clock import now
from clinic.services.reasons import rebuilding
from clinic.services.transaction import transaction
from clinic.services.upkeep.arriving_signed import Signatures

FORMAT = "regroove-backup-1"
OF_THE_MOMENT = ("sending_batch",)  # restored they would be old: what was being sent is then in doubt
OF_WORKERS = (
    *OF_THE_MOMENT,
    "heartbeat",
    "mail_account",
    "mail_connection",
)  # a worker on an empty database writes these
DERIVED = ("search_piece",)  # the database writes these itself with the rows they are made of
BATCH = 500


def back_up(path: Path) -> int:
    """Write every row of every table to a new file, as of one instant; returns how many rows."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        with os.fdopen(os.open(partial, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as raw:
            # reading alone: the clinic goes on writing meanwhile
            with gzip.open(raw, "wt") as file, for_writing(False), db.engine.connect() as connection:
                count = _write(file, connection)
            raw.flush()
            os.fsync(raw.fileno())
        os.replace(partial, path)
    except OSError as error:
        raise RuleBroken(f"The backup could not be written to {path}: {error.strerror}.") from None
    finally:
        partial.unlink(missing_ok=True)
    return count


def restore(path: Path) -> int:
    """Fill an empty, migrated database from a backup, all of it or nothing; returns how many rows."""
    lines = _read(path)
    head = next(lines, None)
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise RuleBroken(f"{path} is not a backup of Regroove.")
    try:
        with transaction() as session:
            connection = session.connection()
            _check_target(connection, head)
            count = _fill(connection, lines, path)
    except OperationalError:
        raise  # the database is at fault, not the file
    except (LookupError, TypeError, ValueError, AttributeError, StatementError) as error:
        what = type(error).__name__
        raise RuleBroken(f"{path} holds a row that does not fit ({what}). Nothing was changed.") from None
    rebuilding.rebuild_all()
    return count


def copy_sqlite(url: str, folder: Path) -> Path | None:
    """Before a migration: a plain copy of an SQLite database; None where there is nothing yet."""
    source = Path(make_url(url).database or "")
    if not source.is_file():
        return None
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    target = folder / f"before-migration-{now():%Y%m%d-%H%M%S}.sqlite3"
    ready_for_sqlite(target)
    with sqlite3.connect(source) as old, sqlite3.connect(target) as new:
        old.backup(new)
    return target


def _write(file: Any, connection: Connection) -> int:
    if connection.dialect.name == "postgresql":
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
    head = {"format": FORMAT, "revision": _revision(connection), "written_at": now().isoformat()}
    file.write(json.dumps(head) + "\n")
    count = 0
    for table in (
        each for each in Base.metadata.sorted_tables if each.name not in (*DERIVED, *OF_THE_MOMENT)
    ):
        for row in connection.execute(select(table)).mappings():
            file.write(json.dumps([table.name, {name: _plain(value) for name, value in row.items()}]) + "\n")
            count += 1
    file.write(json.dumps({"rows": count}) + "\n")
    return count


def _read(path: Path) -> Iterator[Any]:
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                yield json.loads(line)
    except (OSError, EOFError, ValueError, zlib.error, RecursionError) as error:
        raise RuleBroken(f"{path} cannot be read as a backup ({error}). Nothing was changed.") from None


def _check_target(connection: Connection, head: dict[str, Any]) -> None:
    here = _revision(connection)
    if head.get("revision") != here:
        raise RuleBroken(f"The backup is of version {head.get('revision')}, this database of version {here}.")
    for table in Base.metadata.sorted_tables:
        if table.name not in OF_WORKERS and connection.scalar(select(func.count()).select_from(table)):
            raise RuleBroken("A backup is restored into an empty database only; this one holds records.")
    for name in OF_WORKERS:
        connection.execute(Base.metadata.tables[name].delete())


def _fill(connection: Connection, lines: Iterable[Any], path: Path) -> int:
    of: Table | None = None
    batch: list[dict[str, Any]] = []
    signatures = Signatures()
    for count, line in enumerate(lines):
        if isinstance(line, dict):
            _insert(connection, of, batch, signatures)
            signatures.put_back(connection)
            if line.get("rows") != count:
                break
            return count
        name, values = line
        table = Base.metadata.tables[name]
        if table is not of or len(batch) >= BATCH:
            _insert(connection, of, batch, signatures)
            of, batch = table, []
        batch.append({column: _value(table, column, value) for column, value in values.items()})
    raise RuleBroken(f"{path} was cut off. Nothing was changed.")


def _insert(
    connection: Connection, table: Table | None, rows: list[dict[str, Any]], signatures: Signatures
) -> None:
    if table is None or not rows:
        return
    is_signed = table.name == Assessment.__tablename__
    connection.execute(insert(table), signatures.without(rows) if is_signed else rows)


def _plain(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return value.hex
    return value.isoformat() if isinstance(value, datetime | date | time) else value


def _value(table: Table, column: str, value: Any) -> Any:
    kind = table.columns[column].type
    if value is None or isinstance(kind, JSON):
        return value
    python = kind.python_type
    if python is uuid.UUID:
        return uuid.UUID(hex=value)
    return python.fromisoformat(value) if python in (datetime, date, time) else value


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()

"""Every row of every table on its way out, as of one instant."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Any

from alembic.migration import MigrationContext
from sqlalchemy import Connection, Select, Table, func, select

from clinic.extensions import db, for_writing
from clinic.models import BackupRecord, Base, SendingBatch
from clinic.services.reach import across_practices, tell

DERIVED = ("search_piece",)  # the database writes these itself with the rows they are made of
# what was done here, and what was just being sent: restored it would be old, and means nothing elsewhere
OF_THE_MACHINE = (BackupRecord.__tablename__, SendingBatch.__tablename__)
AT_ONCE = 500  # rows in memory


def tables() -> list[Table]:
    """What a backup holds, in an order in which it can be put back."""
    left_out = {*DERIVED, *OF_THE_MACHINE}
    return [table for table in Base.metadata.sorted_tables if table.name not in left_out]


@contextmanager
def one_instant() -> Iterator[Connection]:
    """A connection that sees the database as it is now, whatever is written meanwhile; it holds nobody up."""
    with across_practices("a backup holds everything"), for_writing(False), db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        tell(connection)
        yield connection


def revision(connection: Connection) -> str:
    """The version of the schema; empty where there is none."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def counts(connection: Connection) -> dict[str, int]:
    """How many rows each table has."""
    found = {table.name: connection.scalar(select(func.count()).select_from(table)) for table in tables()}
    return {name: count or 0 for name, count in found.items()}


def lines(connection: Connection, goes_on: Callable[[], None]) -> Iterator[bytes]:
    """A line of JSON for each row; `goes_on` is called now and then."""
    for table in tables():
        for some in connection.execute(_all(table)).mappings().partitions():
            yield b"".join(_line(table.name, row) for row in some)
            goes_on()


def _all(table: Table) -> Select[Any]:
    # a row that points at one of its own table comes after it
    first = [key.parent.is_not(None) for key in table.foreign_keys if key.column is table.c.id]
    return select(table).order_by(*first).execution_options(yield_per=AT_ONCE)


def _line(table: str, row: Mapping[Any, Any]) -> bytes:
    return json.dumps([table, {name: _plain(value) for name, value in row.items()}]).encode() + b"\n"


def _plain(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return value.hex
    return value.isoformat() if isinstance(value, datetime | date | time) else value

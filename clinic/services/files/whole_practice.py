"""All that a practice holds, as tables that any spreadsheet opens: one CSV a table, in one file."""

from __future__ import annotations

import csv
import json
import tempfile
import uuid
import zipfile
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from datetime import date, datetime, time
from enum import Enum
from io import TextIOWrapper
from typing import IO, Any

from sqlalchemy import Column, Row, Table, select

from clinic.domain.access import Permission
from clinic.domain.csv_text import harmless
from clinic.domain.errors import Forbidden
from clinic.extensions import db
from clinic.models import Base
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.files.whole_record import IN_MEMORY, NOT_TOLD
from clinic.services.transaction import transaction

AT_ONCE = 500  # rows in memory
MARK = "\ufeff"  # without it spreadsheets take UTF-8 for something else
# What opens a door: nobody takes it out, the owner neither.
SECRET_TABLES = frozenset(
    {
        "auth_session",
        "authenticator",
        "calendar_address",
        "kept_form",
        "link_token",
        "passkey",
        "recovery_code",
    }
)
SECRETS = frozenset({"join_code", "password_hash"})
LOCKED_AWAY = frozenset({"kept_record"})  # of erased people; the page of erasures has them one by one
# What the database or a worker makes for itself out of other rows.
MADE_OF_OTHERS = frozenset(
    {"audit_end", "client_import", "media_piece", "open_reason", "practice_figures", "search_piece"}
)
READ_ME = """Everything that {practice} holds, taken out on {day} by {by}.

One file a table, in UTF-8, with commas. Each row has an id; a column that ends in _id or _by names a row of
another table by it. Dates and times are in UTC, lists and sets of values are JSON.

A text that a spreadsheet would run as a formula has an apostrophe in front. Take one away, and it is exactly
what was written.

Pictures, videos and documents are not in here: they are in the backups, and each client's are in the client's
own record. Passwords, keys of links and whatever else opens a door are never taken out.

Rows:
{rows}
"""


def taken_out(actor: Actor) -> IO[bytes]:
    """The ZIP of everything, open at its beginning, noted in the trail; the caller closes it.

    Forbidden for whoever may not take out the practice.
    """
    access.staff_only(actor)
    if not actor.may(Permission.TAKE_OUT_PRACTICE):
        raise Forbidden("The owner takes out the whole practice.")
    with ExitStack() as closed_if_it_fails:
        made = closed_if_it_fails.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))
        rows = _write_all(actor, made)
        with transaction():
            audit.record(actor, "practice.taken_out", rows=rows)
        made.seek(0)
        closed_if_it_fails.pop_all()
    return made


def _write_all(actor: Actor, made: IO[bytes]) -> int:
    counts = {}
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for table in tables():
            counts[table.name] = _write(archive, table, _rows(table, actor.practice_id))
        archive.writestr("read-me.txt", _read_me(actor, counts))
    return sum(counts.values())


def tables() -> list[Table]:
    """The tables that are taken out: all that are a practice's, without those that open a door."""
    left_out = SECRET_TABLES | MADE_OF_OTHERS | LOCKED_AWAY
    return [
        table
        for table in Base.metadata.sorted_tables
        if table.name not in left_out and (table.name == "practice" or "practice_id" in table.c)
    ]


def columns(table: Table) -> list[Column[Any]]:
    """What is told of each row of a table."""
    return [column for column in table.c if column.name not in NOT_TOLD | SECRETS]


def _write(archive: zipfile.ZipFile, table: Table, found: Iterable[Row[Any]]) -> int:
    number = 0
    with archive.open(f"{table.name}.csv", "w") as raw, TextIOWrapper(raw, "utf-8", newline="") as out:
        out.write(MARK)
        writer = csv.writer(out)
        writer.writerow([column.name for column in columns(table)])
        for row in found:
            writer.writerow([_cell(value) for value in row])
            number += 1
    return number


def _rows(table: Table, practice_id: uuid.UUID) -> Iterable[Row[Any]]:
    whose = table.c.id if table.name == "practice" else table.c.practice_id
    query = select(*columns(table)).where(whose == practice_id).order_by(*table.primary_key)
    return db.session.connection().execute(query.execution_options(yield_per=AT_ONCE))


def _cell(value: Any) -> str:
    """A value as text that comes back exactly; a number stays one, minus and all."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Mapping | list | tuple):
        return harmless(json.dumps(value, ensure_ascii=False))
    return harmless(str(value))


def _read_me(actor: Actor, counts: Mapping[str, int]) -> str:
    told = "\n".join(f"{number:>10,}  {name}.csv" for name, number in counts.items())
    practice = access.practice_of(actor)
    return READ_ME.format(practice=practice.name, day=now().date().isoformat(), by=actor.name, rows=told)

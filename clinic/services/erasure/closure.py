"""Every row that is a client's, found by the keys of the schema: a new table is in it by having been made.

What points at the client or at their account, at a row that does, and so on, is theirs: the database itself
would let nobody delete the one and keep the other.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, select

from clinic.domain.types import OutboxState
from clinic.extensions import db
from clinic.models import Base, Client, CourseRequest, MailReply, OutboxMessage, User
from clinic.services.bulk import table_of

Ids = dict[str, list[uuid.UUID]]
AT_ONCE = 500  # keys in a statement
SEEDS = (Client.__tablename__, User.__tablename__)
# Their bytes lie elsewhere: `media.tidying` lets go of them.
OF_FILES = frozenset({"media_file", "media_piece"})
RECEIPTS = frozenset({"erasure", "kept_record"})  # they stay


@cache
def holds() -> Mapping[str, Sequence[tuple[str, str]]]:
    """Of each table that can hold rows of a client's: by which columns, and the tables they point at."""
    found: dict[str, Sequence[tuple[str, str]]] = dict.fromkeys(SEEDS, ())
    for table in Base.metadata.sorted_tables:
        if table.name in found or table.name in OF_FILES | RECEIPTS:
            continue
        if pairs := [pair for pair in _keys(table) if pair[1] in found]:
            found[table.name] = pairs
    return found


def _keys(table: Table) -> Iterator[tuple[str, str]]:
    for key in sorted(table.foreign_key_constraints, key=lambda each: list(each.column_keys)):
        if "practice_id" in key.column_keys and len(key.column_keys) == 2:
            (column,) = (name for name in key.column_keys if name != "practice_id")
            yield column, key.referred_table.name


def rows_of(client: Client) -> Ids:
    """The ids of everything that is a client's, by table, found in the caller's transaction."""
    ids: Ids = {SEEDS[0]: [client.id], SEEDS[1]: [client.user_id] if client.user_id else []}
    for name, some in _by_address(client):
        ids[name] = list(some)
    for table in _tables():
        found = dict.fromkeys(ids.get(table.name, []))
        if "id" in table.c and table.name not in SEEDS:
            for which in _which(table, client.practice_id, ids):
                found |= dict.fromkeys(db.session.scalars(select(table.c.id).where(*which)))
        ids[table.name] = list(found)
    return ids


def _by_address(client: Client) -> Iterator[tuple[str, Sequence[uuid.UUID]]]:
    """What came from their address and was never taken for theirs."""
    if client.email_key is None:
        return
    asked = select(CourseRequest.id).where(
        CourseRequest.practice_id == client.practice_id, CourseRequest.email_key == client.email_key
    )
    wrote = select(MailReply.id).where(
        MailReply.practice_id == client.practice_id,
        MailReply.from_address.in_({client.email, client.email_key}),
    )
    yield CourseRequest.__tablename__, db.session.scalars(asked).all()
    yield MailReply.__tablename__, db.session.scalars(wrote).all()


def any_in_flight(practice_id: uuid.UUID, ids: Ids) -> bool:
    """Whether a sender has a mail of theirs in its hands; none can take one until the transaction ends."""
    table = table_of(OutboxMessage)
    for some in batched(ids[table.name], AT_ONCE):
        query = select(table.c.state).where(table.c.practice_id == practice_id, table.c.id.in_(some))
        if OutboxState.LEASED in db.session.scalars(query.with_for_update()).all():
            return True
    return False


def delete_rows(practice_id: uuid.UUID, ids: Ids) -> None:
    """Delete all of them, those that point at others first, within the caller's transaction."""
    for table in reversed(_tables()):
        if table.name not in SEEDS:
            for which in _which(table, practice_id, ids):
                db.session.execute(delete(table).where(*which))
        if "id" in table.c:
            for some in batched(ids[table.name], AT_ONCE):
                db.session.execute(
                    delete(table).where(table.c.practice_id == practice_id, table.c.id.in_(some))
                )


def _tables() -> list[Table]:
    """In an order in which what is pointed at comes first; a client after their account."""
    return [table for table in Base.metadata.sorted_tables if table.name in holds()]


def batched(keys: Sequence[uuid.UUID], most: int) -> Iterator[Sequence[uuid.UUID]]:
    """The keys, some at a time."""
    for begin in range(0, len(keys), most):
        yield keys[begin : begin + most]


def _which(table: Table, practice_id: uuid.UUID, ids: Ids) -> Iterator[tuple[ColumnElement[bool], ...]]:
    for column, parent in holds()[table.name]:
        for some in batched(ids.get(parent, []), AT_ONCE):
            held: Any = table.c[column]
            yield table.c.practice_id == practice_id, held.in_(some)

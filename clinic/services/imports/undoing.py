"""Taking an import back: whoever nobody has worked with since is gone, and what was filled is empty again."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, select, update

from clinic.domain.imports import ImportFate
from clinic.domain.search import search_key
from clinic.extensions import db
from clinic.models import Base, Client, ClientImport, ClientImportRow, Consent, GroupMember
from clinic.services import audit, bulk
from clinic.services.actors import Actor

AT_ONCE = 500  # clients in a statement
CHANGED = "changed since"
WORKED_WITH = "somebody has worked with this record since"
# What an import makes itself: it says nothing about work since.
MADE_ALONG = frozenset({"client_import_row", "consent", "group_member"})


def take_back(actor: Actor, about: ClientImport) -> None:
    """Undo what is untouched of an import, within the caller's transaction; the rest says why it stays."""
    gone, stayed = 0, 0
    for some in _chunks(_rows(about, ClientImportRow.fate == ImportFate.ADDED)):
        undone = _take_out(about, some)
        gone, stayed = gone + undone, stayed + len(some) - undone
    filled = _rows(about, ClientImportRow.filled.is_not(None))
    for some in _chunks(filled):
        undone = _empty(actor, some)
        gone, stayed = gone + undone, stayed + len(some) - undone
    audit.record(actor, "client_import.undone", subject_id=about.id, undone=gone, stays=stayed)


def _rows(about: ClientImport, which: ColumnElement[bool]) -> Sequence[ClientImportRow]:
    query = select(ClientImportRow).where(
        ClientImportRow.practice_id == about.practice_id,
        ClientImportRow.import_id == about.id,
        ClientImportRow.client_id.is_not(None),
        which,
    )
    return db.session.scalars(query.order_by(ClientImportRow.line)).all()


def _chunks(rows: Sequence[ClientImportRow]) -> Iterator[Sequence[ClientImportRow]]:
    for begins in range(0, len(rows), AT_ONCE):
        yield rows[begins : begins + AT_ONCE]


def _take_out(about: ClientImport, rows: Sequence[ClientImportRow]) -> int:
    """Delete those who were added and are as they were; returns how many."""
    ids = [row.client_id for row in rows if row.client_id]
    of_them = bulk.among(bulk.table_of(Client).c.id, ids)
    query = select(Client.id, Client.version).where(Client.practice_id == about.practice_id, of_them)
    versions = {client.id: client.version for client in db.session.execute(query.with_for_update())}
    touched = _worked_with(about.practice_id, ids)
    changes, gone = [], []
    for row in rows:
        assert row.client_id is not None
        said = None
        if versions.get(row.client_id, row.version) != row.version:
            said = CHANGED
        elif row.client_id in touched:
            said = WORKED_WITH
        if said is None:
            gone.append(row.client_id)
            undone: dict[str, Any] = {"fate": ImportFate.UNDONE, "client_id": None, "said": None}
        else:
            undone = {"fate": ImportFate.STAYS, "client_id": row.client_id, "said": said}
        changes.append({"id": row.id, **undone})
    bulk.change(ClientImportRow, changes)
    _forget(about.practice_id, gone)
    return len(gone)


def _forget(practice_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> None:
    members, rows, clients = (bulk.table_of(each) for each in (GroupMember, ClientImportRow, Client))
    agreed = bulk.table_of(Consent)
    for table, column in (
        (members, members.c.client_id),
        (agreed, agreed.c.client_id),
        (clients, clients.c.id),
    ):
        if table is clients:  # another list may have met them since: that they were here is said no more
            met = update(rows).where(rows.c.practice_id == practice_id, bulk.among(rows.c.client_id, ids))
            db.session.execute(met.values(client_id=None))
        db.session.execute(delete(table).where(table.c.practice_id == practice_id, bulk.among(column, ids)))


def _worked_with(practice_id: uuid.UUID, ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these clients that a row of any table is about. A query for each table."""
    found: set[uuid.UUID] = set()
    for table, name in _about_clients():
        column = table.c[name]
        query = select(column).distinct().where(table.c.practice_id == practice_id, bulk.among(column, ids))
        found.update(db.session.scalars(query))
    return found


def _about_clients() -> Iterator[tuple[Table, str]]:
    for table in Base.metadata.sorted_tables:
        if table.name in MADE_ALONG:
            continue
        for key in table.foreign_key_constraints:
            if key.referred_table.name == Client.__tablename__:
                yield from ((table, name) for name in key.column_keys if name != "practice_id")


def _empty(actor: Actor, rows: Sequence[ClientImportRow]) -> int:
    """Empty what was filled in records that nobody has changed since; returns how many."""
    ids = [row.client_id for row in rows if row.client_id]
    which = bulk.among(bulk.table_of(Client).c.id, ids)
    query = select(Client).where(Client.practice_id == actor.practice_id, which).with_for_update()
    clients = {client.id: client for client in db.session.scalars(query)}
    undone = 0
    for row in rows:
        client = clients.get(row.client_id) if row.client_id else None
        if client is None or client.version != row.version:
            row.fate, row.said = ImportFate.STAYS, CHANGED
            continue
        names = (row.filled or "").split(",")
        for name in names:
            setattr(client, name, None)
        client.search_key = search_key(
            client.name, client.email, client.phone, client.group_name, client.own_number
        )
        row.fate, undone = ImportFate.UNDONE, undone + 1
        audit.record(actor, "client.corrected", client_id=client.id, emptied=names)
    return undone

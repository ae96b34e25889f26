"""The table of reasons made to say what the rules say: only what differs is written, and nothing is lost.

Of two transactions about one client the second waits for the first, and then reads what that one wrote.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Text, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from clinic.domain.attention import AttentionKind, ClientFacts, Reason, reasons
from clinic.extensions import db
from clinic.models import Client, OpenReason
from clinic.models.base import Base
from clinic.services import bulk
from clinic.services.reasons import facts
from clinic.services.reasons.facts import Key

AT_ONCE = 200  # clients a statement; each holds a lock, of which PostgreSQL has some thousands
# all that may change of a reason
TOLD = ("since", "shows_from", "shows_until", "place", "figures", "handed_to")
Row = dict[str, Any]

_table = Base.metadata.tables[OpenReason.__tablename__]
_KEPT = select(_table).where(
    _table.c.practice_id.in_(bindparam("practices", expanding=True)),
    _table.c.client_id.in_(bindparam("clients", expanding=True)),
    _table.c.kind.in_(bindparam("kinds", expanding=True)),
)
_HELD_CLIENTS = (
    select(Client.id)
    .where(Client.id.in_(bindparam("clients", expanding=True)))
    .order_by(Client.id)
    .with_for_update(read=True, key_share=True)
)
_keys = func.unnest(bindparam("keys", type_=ARRAY(Text))).column_valued("key")
_IN_TURN = select(func.pg_advisory_xact_lock(func.hashtextextended(_keys, 0)))
_RENEWAL = (
    update(_table)
    .where(_table.c.id == bindparam("row_id"))
    .values({name: bindparam(f"new_{name}", type_=_table.c[name].type) for name in TOLD})
)


@dataclass(frozen=True, slots=True)
class ReasonDifference:
    """Where the table differs from the rules: rows to add, to change by their id, and ids to delete."""

    new: list[Row]
    changed: list[Row]
    gone: list[uuid.UUID]

    def __len__(self) -> int:
        return len(self.new) + len(self.changed) + len(self.gone)


def keep(touched: Mapping[Key, Collection[AttentionKind]]) -> int:
    """Put reasons of these clients and kinds right in the caller's transaction; returns how many rows."""
    _wait_for_others(touched)
    alike: dict[frozenset[AttentionKind], list[Key]] = {}
    for key, kinds in touched.items():
        alike.setdefault(frozenset(kinds), []).append(key)
    return sum(_keep(some, kinds) for kinds, keys in alike.items() for some in _some_at_once(keys))


def difference(keys: Collection[Key], kinds: Collection[AttentionKind]) -> ReasonDifference:
    """What `keep` would write of these clients; writes nothing."""
    whose = {key[1]: key[0] for key in keys}
    wanted = {
        _identity(row): row
        for known in facts.read(keys, kinds)
        for row in _rows(whose[known.client_id], known, kinds)
    }
    there = {_identity(row): row for row in _kept(keys, kinds)}
    return ReasonDifference(
        new=[row for identity, row in wanted.items() if identity not in there],
        changed=[
            {**row, "id": there[identity]["id"]}
            for identity, row in wanted.items()
            if identity in there and any(there[identity][name] != value for name, value in row.items())
        ],
        gone=[row["id"] for identity, row in there.items() if identity not in wanted],
    )


def _keep(keys: Collection[Key], kinds: Collection[AttentionKind]) -> int:
    found = difference(keys, kinds)
    if found.gone:
        db.session.execute(delete(_table).where(_table.c.id.in_(found.gone)))
    if found.changed:
        db.session.execute(_RENEWAL, [_renewed(row) for row in found.changed])
    if found.new:
        db.session.execute(_table.insert(), [{"id": uuid.uuid4(), **row} for row in found.new])
    return len(found)


def _wait_for_others(keys: Iterable[Key]) -> None:
    """SQLite has one writer anyway.

    These locks are the last that a transaction asks for, all at once and in one order, so nobody waits in a
    ring. The clients are held first: whoever has one for itself may be about to ask for its lock, too.
    """
    if bulk.on_postgres():
        clients = sorted(key[1] for key in keys)
        db.session.execute(_HELD_CLIENTS, {"clients": clients})
        db.session.execute(_IN_TURN, {"keys": [f"reasons:{client.hex}" for client in clients]})


def _rows(practice_id: uuid.UUID, known: ClientFacts, kinds: Collection[AttentionKind]) -> Iterator[Row]:
    for reason in reasons(known, kinds):
        yield {"practice_id": practice_id, "client_id": known.client_id, **_columns(reason)}


def _columns(reason: Reason) -> Row:
    return {
        "kind": reason.kind,
        "subject_id": reason.subject_id,
        "since": reason.since,
        "shows_from": reason.shows_from,
        "shows_until": reason.shows_until,
        "place": reason.place,
        "figures": dict(reason.figures),
        "handed_to": reason.handed_to,
    }


def _kept(keys: Collection[Key], kinds: Collection[AttentionKind]) -> Iterable[Mapping[str, Any]]:
    values = {
        "practices": list({key[0] for key in keys}),
        "clients": [key[1] for key in keys],
        "kinds": list(kinds),
    }
    return [dict(row) for row in db.session.execute(_KEPT, values).mappings()]


def _identity(row: Mapping[str, Any]) -> tuple[uuid.UUID, AttentionKind, uuid.UUID]:
    return row["client_id"], row["kind"], row["subject_id"]


def _renewed(row: Row) -> Row:
    return {"row_id": row["id"], **{f"new_{name}": row[name] for name in TOLD}}


def _some_at_once(keys: list[Key]) -> Iterator[list[Key]]:
    for first in range(0, len(keys), AT_ONCE):
        yield keys[first : first + AT_ONCE]

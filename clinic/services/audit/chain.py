"""Adding to the chain: what a transaction has to tell is numbered and hashed right before its commit.

Only then is the end of the chain held: nobody waits long for it, and two transactions never fork it. Whoever
is named is held before, so that no two wait for each other. A line is written once, and never again.
"""

from __future__ import annotations

import secrets
import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

from sqlalchemy import Select, bindparam, event, select, update
from sqlalchemy.orm import Session, SessionTransaction

from clinic.domain.audit_chain import AuditEnd, AuditFacts, as_stored, entry_hash, told_hash
from clinic.extensions import db
from clinic.models import AuditChainEnd, AuditEvent, Client, User
from clinic.services import bulk
from clinic.services.bulk import Row
from clinic.services.transaction import at_the_end

_LINES = "audit_lines"
_FACTS = tuple(field.name for field in fields(AuditFacts))
_end = bulk.table_of(AuditChainEnd)
_END = select(_end.c.seq, _end.c.hash).where(_end.c.practice_id == bindparam("of")).with_for_update()
_GO_ON = (
    update(_end)
    .where(_end.c.practice_id == bindparam("of"))
    .values(seq=bindparam("new_seq"), hash=bindparam("new_hash"))
)


def _held(kind: type[Client | User]) -> Select[tuple[uuid.UUID]]:
    """For PostgreSQL alone, whose readers and writers of one row wait for each other here."""
    key = bulk.table_of(kind).c.id
    these = select(key).where(bulk.among_named(key, "ids", lists=True)).order_by(key)
    return these.with_for_update(read=True, key_share=True)


_HELD_CLIENTS, _HELD_USERS = _held(Client), _held(User)


@dataclass(frozen=True, slots=True)
class _Line:
    """What somebody has to tell, and the savepoint it would go away with."""

    facts: AuditFacts
    actor_name: str
    details: Mapping[str, Any]
    within: SessionTransaction | None


def add(facts: AuditFacts, actor_name: str, details: Mapping[str, Any]) -> None:
    """Have a line written at the end of the caller's transaction."""
    session = db.session()
    line = _Line(facts, actor_name, as_stored(details), session.get_nested_transaction())
    session.info.setdefault(_LINES, []).append(line)
    at_the_end("audit", write)


def write() -> None:
    """Write what there is to tell by now, within the caller's transaction."""
    lines: list[_Line] = db.session().info.pop(_LINES, [])
    by_practice: dict[uuid.UUID, list[_Line]] = defaultdict(list)
    for line in lines:
        by_practice[line.facts.practice_id].append(line)
    if bulk.on_postgres():
        _hold_people(lines)
    rows: list[Row] = []
    for practice_id in sorted(by_practice):  # in one order, whoever comes
        rows += _chained(practice_id, by_practice[practice_id])
    bulk.add(AuditEvent, rows)


def _chained(practice_id: uuid.UUID, lines: Sequence[_Line]) -> Iterator[Row]:
    end = _end_of(practice_id)
    seq, last = end.seq, end.hash
    for seq, line in enumerate(lines, end.seq + 1):
        salt = secrets.token_hex(16)
        told = told_hash(salt, line.actor_name, line.details)
        last = entry_hash(last, seq, line.facts, told)
        words = {"actor_name": line.actor_name, "details": line.details}
        yield {**_columns(line.facts), **words, "seq": seq, "salt": salt, "words_hash": told, "hash": last}
    db.session.execute(_GO_ON, {"of": practice_id, "new_seq": seq, "new_hash": last})


def _columns(facts: AuditFacts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in _FACTS}  # asdict copies, and a mail has a line


def _end_of(practice_id: uuid.UUID) -> AuditEnd:
    """The end of a practice's chain, held; the first line of all begins it."""
    row = db.session.execute(_END, {"of": practice_id}).one_or_none()
    if row is None:
        begun = bulk.insert_into(AuditChainEnd).values(practice_id=practice_id, **asdict(AuditEnd()))
        db.session.execute(begun.on_conflict_do_nothing())
        row = db.session.execute(_END, {"of": practice_id}).one()
    return AuditEnd(row.seq, row.hash)


def _hold_people(lines: Sequence[_Line]) -> None:
    """Take the keys' locks first: whoever holds a client and waits for the chain would wait for ever."""
    for held, ids in (
        (_HELD_CLIENTS, {line.facts.client_id for line in lines}),
        (_HELD_USERS, {line.facts.actor_id for line in lines}),
    ):
        if wanted := [each for each in ids if each]:
            db.session.execute(held, {"ids": bulk.keys(wanted)})


@event.listens_for(db.session, "after_soft_rollback")
def _forget(session: Session, previous: SessionTransaction) -> None:
    """What was undone is not told of."""
    lines: list[_Line] = session.info.get(_LINES, [])
    session.info[_LINES] = [line for line in lines if previous.nested and not _is_within(line, previous)]


def _is_within(line: _Line, undone: SessionTransaction) -> bool:
    at = line.within
    while at is not None and at is not undone:
        at = at.parent
    return at is not None

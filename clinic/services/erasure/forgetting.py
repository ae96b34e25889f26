"""The trail forgets somebody: what its lines tell of them in words goes, and the chain still holds (ADR 37).

Which lines have forgotten is told by entries of the chain itself, with a digest of what is left of each.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Sequence

from sqlalchemy import JSON, ColumnElement, Text, Uuid, bindparam, cast, func, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import InstrumentedAttribute

from clinic.domain.audit_chain import WORDS_FORGOTTEN, AuditFacts, older_digest
from clinic.extensions import db
from clinic.models import AuditEvent, Client
from clinic.services import audit, bulk
from clinic.services.accounts.staff import COMMAND_LINE
from clinic.services.bulk import table_of
from clinic.services.erasure.closure import AT_ONCE, Ids, batched

FORGOTTEN = {"erased": True}
NOBODYS_NAMES = (audit.SYSTEM, COMMAND_LINE)
_FACTS = (
    *(AuditEvent.practice_id, AuditEvent.id, AuditEvent.happened_at, AuditEvent.action),
    *(AuditEvent.actor_id, AuditEvent.client_id, AuditEvent.subject_id),
)


def forget(client: Client, ids: Ids, pseudonym: str) -> int:
    """Take the words off every line about a client, within the caller's transaction; returns how many."""
    theirs = _lines(client, ids)
    own = [line for line in theirs if _is_own(client, ids, line[0], line[1])]
    own_ids = {line[0].id for line in own}
    _take_off(client.practice_id, list(own_ids), pseudonym)
    _take_off(client.practice_id, [line[0].id for line in theirs if line[0].id not in own_ids], None)
    for some in batched([line[0].id for line in theirs], AT_ONCE):
        told = set(some)
        digests = {
            facts.id.hex: older_digest(facts, pseudonym if facts.id in own_ids else name, FORGOTTEN)
            for facts, name in theirs
            if facts.id in told
        }
        audit.record_for(
            client.practice_id, audit.SYSTEM, WORDS_FORGOTTEN, client_id=client.id, lines=digests
        )
    return len(theirs)


def _lines(client: Client, ids: Ids) -> list[tuple[AuditFacts, str]]:
    """Every line that is about them, by them, about a row of theirs, or that names their address."""
    of_practice = AuditEvent.practice_id == client.practice_id
    found: dict[uuid.UUID, tuple[AuditFacts, str]] = {}
    about: list[ColumnElement[bool]] = [AuditEvent.client_id == client.id]
    people = [client.id, *([client.user_id] if client.user_id else [])]
    about.append(or_(AuditEvent.actor_id.in_(people), AuditEvent.subject_id.in_(people)))
    if client.email:
        about.append(cast(AuditEvent.details, Text).contains(json.dumps(client.email)[1:-1], autoescape=True))
    about += _subjects(AuditEvent.subject_id, ids)
    for which in about:
        for row in db.session.execute(select(*_FACTS, AuditEvent.actor_name).where(of_practice, which)):
            facts = AuditFacts(**{name: getattr(row, name) for name in AuditFacts.__slots__})
            if facts.action != WORDS_FORGOTTEN:  # it tells nothing of anybody
                found[facts.id] = (facts, row.actor_name)
    return list(found.values())


def _subjects(column: InstrumentedAttribute[uuid.UUID | None], ids: Ids) -> Iterable[ColumnElement[bool]]:
    named = [key for name, some in ids.items() if name != "search_piece" for key in some]
    return [column.in_(some) for some in batched(named, AT_ONCE)]


def _is_own(client: Client, ids: Ids, facts: AuditFacts, name: str) -> bool:
    """Whether the client did it, signed in or by a link; else the name is that of somebody who works here."""
    if facts.actor_id is not None:
        return facts.actor_id == client.user_id
    return name not in NOBODYS_NAMES


def _take_off(practice_id: uuid.UUID, lines: Sequence[uuid.UUID], name: str | None) -> None:
    for some in batched(lines, AT_ONCE):
        if bulk.on_postgres():
            ids, said = cast(list(some), ARRAY(Uuid)), cast(name, Text)
            db.session.execute(select(func.audit_event_forget(practice_id, ids, said)))
            continue
        table = table_of(AuditEvent)
        db.session.execute(
            update(table)
            .where(table.c.practice_id == practice_id, table.c.id.in_(some))
            .values(
                actor_name=func.coalesce(bindparam("said", name), table.c.actor_name),
                details=bindparam("told", FORGOTTEN, type_=JSON),
                salt=None,
            )
        )

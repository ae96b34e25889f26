"""Who looked at whose record, and who was refused what: one line a person, session, thing and hour."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from clinic.domain.audit_chain import AuditFacts
from clinic.domain.audit_words import READ, REFUSED
from clinic.extensions import db
from clinic.models import AuditEvent
from clinic.models.base import given
from clinic.services.actors import Actor
from clinic.services.audit import chain
from clinic.services.clock import now
from clinic.services.transaction import release, transaction

_IDS = uuid.UUID("3a3c0a53-3f0e-4b39-8a1c-8e7c9a0d6d11")  # namespace of the lines made here
MOST_REMEMBERED = 20_000  # lines that this process knows to be written
_IS_THERE = select(AuditEvent.id).where(given(AuditEvent.practice_id), given(AuditEvent.id))
_written: set[uuid.UUID] = set()


def looked(actor: Actor, session_id: uuid.UUID, clients: Iterable[uuid.UUID]) -> None:
    """Note that somebody has seen something of these clients' records."""
    at = now()
    for client_id in sorted(clients):
        key = _key(READ, session_id, client_id, at)
        _once(AuditFacts(actor.practice_id, key, at, READ, actor.user_id, client_id, None), actor, {})


def refused(actor: Actor, session_id: uuid.UUID, page: str, asked_id: uuid.UUID | None) -> None:
    """Note that somebody was refused a page or an act; `asked_id` may be nobody's, or another practice's."""
    at = now()
    key = _key(REFUSED, session_id, page, asked_id, at)
    facts = AuditFacts(actor.practice_id, key, at, REFUSED, actor.user_id, None, asked_id)
    _once(facts, actor, {"page": page})


def forget() -> None:
    """Ask the trail again which lines are written: for a database that was put back to what it was."""
    _written.clear()


def _key(*about: object) -> uuid.UUID:
    *what, at = about
    assert isinstance(at, datetime)
    return uuid.uuid5(_IDS, repr((*map(str, what), at.strftime("%Y-%m-%d %H"))))


def _once(facts: AuditFacts, actor: Actor, details: dict[str, Any]) -> None:
    if facts.id in _written:
        return
    release()  # what a refused form has changed stays undone
    try:
        with transaction():
            known = {"practice_id": facts.practice_id, "id": facts.id}
            if db.session.scalar(_IS_THERE, known) is None:
                chain.add(facts, actor.name, details)
    except IntegrityError:
        pass  # another process was first, a moment ago
    if len(_written) >= MOST_REMEMBERED:
        forget()
    _written.add(facts.id)

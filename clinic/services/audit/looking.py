"""Who looked at whose record, and who was refused what: one line a person, session, thing and hour."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
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
_written: set[tuple[object, ...]] = set()


def looked(actor: Actor, session_id: uuid.UUID, clients: Iterable[uuid.UUID]) -> None:
    """Note that somebody has seen something of these clients' records."""
    at = now()
    for client_id in sorted(clients):
        about = (READ, session_id, client_id, at.date(), at.hour)
        if about not in _written:
            facts = AuditFacts(actor.practice_id, _key(about), at, READ, actor.user_id, client_id, None)
            _once(about, facts, actor, {})


def refused(actor: Actor, session_id: uuid.UUID, page: str, asked_id: uuid.UUID | None) -> None:
    """Note that somebody was refused a page or an act; `asked_id` may be nobody's, or another practice's."""
    at = now()
    about = (REFUSED, session_id, page, asked_id, at.date(), at.hour)
    if about not in _written:
        facts = AuditFacts(actor.practice_id, _key(about), at, REFUSED, actor.user_id, None, asked_id)
        _once(about, facts, actor, {"page": page})


def forget() -> None:
    """Ask the trail again which lines are written: for a database that was put back to what it was."""
    _written.clear()


def _key(about: tuple[object, ...]) -> uuid.UUID:
    return uuid.uuid5(_IDS, repr([*map(str, about)]))


def _once(about: tuple[object, ...], facts: AuditFacts, actor: Actor, details: dict[str, Any]) -> None:
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
    _written.add(about)

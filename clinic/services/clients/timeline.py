"""What happened to one client, newest first, read from the audit trail."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import literal, select, tuple_

from clinic.extensions import db
from clinic.models import AuditEvent
from clinic.services import access
from clinic.services.actors import Actor

PAGE = 30


@dataclass(frozen=True, slots=True)
class Page:
    """Some events and, if there are older ones, the event the next page starts after."""

    events: Sequence[AuditEvent]
    before: uuid.UUID | None


def page(actor: Actor, client_id: uuid.UUID, *, before: uuid.UUID | None = None, size: int = PAGE) -> Page:
    """A client's events of the actor's practice, older than `before` if that is one of them; staff only."""
    access.staff_only(actor)
    query = select(AuditEvent).where(
        AuditEvent.practice_id == actor.practice_id, AuditEvent.client_id == client_id
    )
    edge = db.session.scalars(query.where(AuditEvent.id == before)).one_or_none() if before else None
    if edge is not None:
        at, key = AuditEvent.happened_at, AuditEvent.id
        there = tuple_(literal(edge.happened_at, at.type), literal(edge.id, key.type))
        query = query.where(tuple_(at, key) < there)
    query = query.order_by(AuditEvent.happened_at.desc(), AuditEvent.id.desc()).limit(size + 1)
    found = db.session.scalars(query).all()
    more = len(found) > size
    return Page(found[:size], found[size - 1].id if more else None)

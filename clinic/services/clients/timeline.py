"""What happened to one client, newest first, read from the audit trail."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import bindparam, select, tuple_

from clinic.extensions import db
from clinic.models import AuditEvent
from clinic.models.base import given
from clinic.services import access
from clinic.services.actors import Actor

_EVENTS = select(AuditEvent).where(given(AuditEvent.practice_id), given(AuditEvent.client_id))
_EDGE = _EVENTS.where(given(AuditEvent.id))
_NEWEST = _EVENTS.order_by(AuditEvent.happened_at.desc(), AuditEvent.id.desc()).limit(bindparam("most"))
_OLDER = _NEWEST.where(
    tuple_(AuditEvent.happened_at, AuditEvent.id)
    < tuple_(bindparam("at", type_=AuditEvent.happened_at.type), bindparam("key", type_=AuditEvent.id.type))
)
PAGE = 30


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Some events and, if there are older ones, the event the next page starts after."""

    events: Sequence[AuditEvent]
    before: uuid.UUID | None


def page(
    actor: Actor, client_id: uuid.UUID, *, before: uuid.UUID | None = None, size: int = PAGE
) -> TimelinePage:
    """A client's events of the actor's practice, older than `before` if that is one of them; staff only."""
    access.staff_only(actor)
    whose = {"practice_id": actor.practice_id, "client_id": client_id}
    edge = db.session.scalars(_EDGE, {**whose, "id": before}).one_or_none() if before else None
    wanted = {**whose, "most": size + 1}
    if edge is None:
        found = db.session.scalars(_NEWEST, wanted).all()
    else:
        found = db.session.scalars(_OLDER, {**wanted, "at": edge.happened_at, "key": edge.id}).all()
    more = len(found) > size
    return TimelinePage(found[:size], found[size - 1].id if more else None)

"""What happened to one client, newest first, read from the audit trail."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, tuple_

from clinic.models import AuditEvent
from clinic.models.base import given
from clinic.services import access, rows
from clinic.services.actors import Actor

_EVENTS = select(
    AuditEvent.id, AuditEvent.happened_at, AuditEvent.action, AuditEvent.actor_name, AuditEvent.details
).where(given(AuditEvent.practice_id), given(AuditEvent.client_id))
_EDGE = _EVENTS.where(given(AuditEvent.id))
_NEWEST = _EVENTS.order_by(AuditEvent.happened_at.desc(), AuditEvent.id.desc()).limit(bindparam("most"))
_OLDER = _NEWEST.where(
    tuple_(AuditEvent.happened_at, AuditEvent.id)
    < tuple_(bindparam("at", type_=AuditEvent.happened_at.type), bindparam("key", type_=AuditEvent.id.type))
)
PAGE = 30


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """One line of the trail, as a client's page tells it."""

    id: uuid.UUID
    happened_at: datetime
    action: str
    actor_name: str
    details: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """Some events and, if there are older ones, the event the next page starts after."""

    events: Sequence[TimelineEvent]
    before: uuid.UUID | None


def page(
    actor: Actor, client_id: uuid.UUID, *, before: uuid.UUID | None = None, size: int = PAGE
) -> TimelinePage:
    """A client's events of the actor's practice, older than `before` if that is one of them; staff only."""
    access.staff_only(actor)
    whose = {"practice_id": actor.practice_id, "client_id": client_id}
    edge = rows.read(_EDGE, {**whose, "id": before}) if before else ()
    wanted = {**whose, "most": size + 1}
    if edge:
        read = rows.read(_OLDER, {**wanted, "at": edge[0].happened_at, "key": edge[0].id})
    else:
        read = rows.read(_NEWEST, wanted)
    found = [TimelineEvent(*row) for row in read]
    more = len(found) > size
    return TimelinePage(found[:size], found[size - 1].id if more else None)

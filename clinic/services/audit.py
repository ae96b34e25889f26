"""The audit trail: written in the same transaction as what it tells of."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from clinic.extensions import db
from clinic.models import AuditEvent
from clinic.services import bulk
from clinic.services.actors import Actor
from clinic.services.clock import now

SYSTEM = "Regroove"


@dataclass(frozen=True, slots=True)
class SystemAct:
    """What the system did about somebody, one of many at once."""

    practice_id: uuid.UUID
    action: str
    client_id: uuid.UUID | None
    subject_id: uuid.UUID | None
    details: Mapping[str, Any] = field(default_factory=dict)


def record(
    actor: Actor,
    action: str,
    *,
    client_id: uuid.UUID | None = None,
    subject_id: uuid.UUID | None = None,
    **details: Any,
) -> None:
    """Note what a signed-in person did; `action` is "thing.verb", details are JSON values."""
    _add(actor.practice_id, actor.user_id, actor.name, action, client_id, subject_id, details)


def record_for(
    practice_id: uuid.UUID,
    who: str,
    action: str,
    *,
    client_id: uuid.UUID | None = None,
    subject_id: uuid.UUID | None = None,
    **details: Any,
) -> None:
    """Note what the system did, or somebody who is not signed in; `who` is their name in words."""
    _add(practice_id, None, who, action, client_id, subject_id, details)


def record_many(acts: Iterable[SystemAct], at: datetime) -> None:
    """Note what the system did to any number of records in one statement; what they name is flushed."""
    bulk.add(
        AuditEvent,
        [
            {
                "id": uuid.uuid4(),
                "practice_id": act.practice_id,
                "happened_at": at,
                "action": act.action,
                "actor_id": None,
                "actor_name": SYSTEM,
                "client_id": act.client_id,
                "subject_id": act.subject_id,
                "details": dict(act.details),
            }
            for act in acts
        ],
    )


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, list[Any]]:
    """What differs between two tellings of a record, as `changed` holds it: the old and the new by name."""
    return {name: [before[name], after[name]] for name in before if before[name] != after[name]}


def _add(
    practice_id: uuid.UUID,
    actor_id: uuid.UUID | None,
    actor_name: str,
    action: str,
    client_id: uuid.UUID | None,
    subject_id: uuid.UUID | None,
    details: dict[str, Any],
) -> None:
    db.session.add(
        AuditEvent(
            practice_id=practice_id,
            happened_at=now(),
            action=action,
            actor_id=actor_id,
            actor_name=actor_name,
            client_id=client_id,
            subject_id=subject_id,
            details=details,
        )
    )

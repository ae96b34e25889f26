"""The audit trail: written in the same transaction as what it tells of, as the last thing in it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from clinic.domain.audit_chain import AuditFacts
from clinic.services.actors import Actor
from clinic.services.audit import chain
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
    """Note what the system did to any number of records."""
    for act in acts:
        facts = AuditFacts(act.practice_id, uuid.uuid4(), at, act.action, None, act.client_id, act.subject_id)
        chain.add(facts, SYSTEM, act.details)


def record_made_up(rows: Iterable[Mapping[str, Any]]) -> None:
    """Write the trail of made-up people at once, within the caller's transaction."""
    for row in rows:
        named: dict[str, Any] = {name: row.get(name) for name in AuditFacts.__slots__}
        chain.add(AuditFacts(**named), row["actor_name"], row["details"])
    chain.write()


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
    facts = AuditFacts(practice_id, uuid.uuid4(), now(), action, actor_id, client_id, subject_id)
    chain.add(facts, actor_name, details)

"""What becomes of a reminder: lines in its check-in's history, which stays in the state it was in."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from clinic.domain.types import CheckinState
from clinic.extensions import db
from clinic.models import AuditEvent, Checkin, CheckinEvent
from clinic.services.audit import SYSTEM
from clinic.services.outbox import bulk as sending_bulk
from clinic.services.outbox.steps import Step

REMINDED = "reminded"
OUT = frozenset({CheckinState.SENT, CheckinState.IN_DOUBT})
WORDS: Mapping[CheckinState, str] = {
    CheckinState.SENT: REMINDED,
    CheckinState.IN_DOUBT: f"{REMINDED}, but the reminder may not have arrived",
    CheckinState.WAITING: "the reminder waits: {}",
    CheckinState.SKIPPED: "not reminded: {}",
    CheckinState.FAILED: "not reminded: {}",
}


def follow(steps: Sequence[Step], at: datetime) -> None:
    """Note what became of reminders, within the caller's transaction."""
    told = [step for step in steps if step.state in OUT or (step.state in WORDS and step.reason)]
    if not told:
        return
    db.session.flush()
    _mark([step.checkin_id for step in told if step.state in OUT], at)
    states = _states([step.checkin_id for step in told])
    sending_bulk.add(CheckinEvent, [_event(step, states[step.checkin_id], at) for step in told])
    sending_bulk.add(AuditEvent, [_told(step, at) for step in told if step.state in OUT])


def _mark(checkins: Collection[uuid.UUID], at: datetime) -> None:
    if checkins:
        db.session.execute(
            update(Checkin)
            .where(Checkin.id.in_(checkins))
            .values(reminded_at=at)
            .execution_options(synchronize_session=False)
        )


def _states(checkins: Collection[uuid.UUID]) -> dict[uuid.UUID, CheckinState]:
    query = select(Checkin.id, Checkin.state).where(Checkin.id.in_(checkins))
    return {row.id: row.state for row in db.session.execute(query)}


def _event(step: Step, state: CheckinState, at: datetime) -> dict[str, Any]:
    return {
        "id": uuid.uuid4(),
        "practice_id": step.practice_id,
        "checkin_id": step.checkin_id,
        "state": state,
        "reason": WORDS[step.state].format(step.reason)[:300],
        "happened_at": at,
    }


def _told(step: Step, at: datetime) -> dict[str, Any]:
    return {
        "id": uuid.uuid4(),
        "practice_id": step.practice_id,
        "happened_at": at,
        "action": "checkin.reminded",
        "actor_id": None,
        "actor_name": SYSTEM,
        "client_id": step.client_id,
        "subject_id": step.checkin_id,
        "details": {"reason": step.reason} if step.reason else {},
    }

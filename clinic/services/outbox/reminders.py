"""What becomes of a reminder: lines in its check-in's history, which stays in the state it was in."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select, update

from clinic.domain.types import CheckinState
from clinic.extensions import db
from clinic.models import Checkin
from clinic.services import audit
from clinic.services.outbox import histories
from clinic.services.outbox.histories import HistoryLine
from clinic.services.outbox.steps import MailStep

REMINDED = "reminded"
OUT = frozenset({CheckinState.SENT, CheckinState.IN_DOUBT})
WORDS: Mapping[CheckinState, str] = {
    CheckinState.SENT: REMINDED,
    CheckinState.IN_DOUBT: f"{REMINDED}, but the reminder may not have arrived",
    CheckinState.KEPT: "not reminded: the reminder is kept here, there is no mail server",
    CheckinState.WAITING: "the reminder waits: {}",
    CheckinState.SKIPPED: "not reminded: {}",
    CheckinState.FAILED: "not reminded: {}",
}


def follow(steps: Sequence[MailStep], at: datetime) -> None:
    """Note what became of reminders, within the caller's transaction."""
    told = [
        step
        for step in steps
        if step.state in OUT or step.state is CheckinState.KEPT or (step.state in WORDS and step.reason)
    ]
    if not told:
        return
    db.session.flush()
    _mark([step.checkin_id for step in told if step.state in OUT], at)
    states = _states([step.checkin_id for step in told])
    histories.add(_line(step, states[step.checkin_id], at) for step in told)
    audit.record_many((step.act("checkin.reminded") for step in told if step.state in OUT), at)


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


def _line(step: MailStep, state: CheckinState, at: datetime) -> HistoryLine:
    return HistoryLine(step.practice_id, step.checkin_id, state, at, WORDS[step.state].format(step.reason))

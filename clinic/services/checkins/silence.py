"""Check-ins that went out and were not answered: how many in a row, and how long each is waited for.

One that expires by itself still counts in the run. An answer ends the run, and so does somebody of the
practice who looked after the client.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import aliased

from clinic.domain.reminding import ANSWER_WITHIN, EXPIRED_BECAUSE
from clinic.domain.skipping import AWAITED
from clinic.domain.types import CheckinState
from clinic.extensions import db
from clinic.models import Checkin, Practice
from clinic.models.checkin import is_unanswered
from clinic.services import audit, bulk
from clinic.services.audit import SystemAct
from clinic.services.outbox import histories
from clinic.services.outbox.histories import HistoryLine
from clinic.services.reach import across_practices
from clinic.services.transaction import transaction

BATCH = 200  # check-ins a transaction
_checkin = bulk.table_of(Checkin)
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class UnansweredRun:
    """So many check-ins in a row that were not answered, the last of them on a day."""

    length: int = 0
    last: date | None = None


def runs(practices: Collection[uuid.UUID], clients: Collection[uuid.UUID]) -> dict[uuid.UUID, UnansweredRun]:
    """What each of these clients has left unanswered since they last answered one; none where nothing is."""
    return {row[0]: UnansweredRun(row[1], row[2]) for row in db.session.execute(_runs(practices, clients))}


def _runs(practices: Collection[uuid.UUID], clients: Collection[uuid.UUID]) -> Select[uuid.UUID, int, date]:
    answered = aliased(Checkin)
    last = (
        select(func.max(func.coalesce(answered.answered_at, answered.due_at)))
        .where(
            answered.practice_id == Checkin.practice_id,
            answered.client_id == Checkin.client_id,
            answered.state == CheckinState.ANSWERED,
        )
        .scalar_subquery()
    )
    return (
        select(Checkin.client_id, func.count(), func.max(Checkin.local_date))
        .where(
            bulk.among(_checkin.c.practice_id, practices),
            bulk.among(_checkin.c.client_id, clients),
            is_unanswered(),
            Checkin.due_at > func.coalesce(last, LONG_AGO),
        )
        .group_by(Checkin.client_id)
    )


@across_practices("what falls due")
def expire(at: datetime, most: int = 5000) -> int:
    """Wait no longer for what went out too long ago, in short transactions; returns for how many."""
    expired = 0
    while expired < most:
        with transaction():
            batch = _expire_some(at)
        expired += batch
        if batch < BATCH:
            break
    return expired


def _expire_some(at: datetime) -> int:
    """No reason hangs on this: what is no longer waited for still counts in the run."""
    long_ago = at - ANSWER_WITHIN
    # by practice, because that is how the index begins; nothing goes out before it is due
    over = (
        select(Checkin.id)
        .where(
            Checkin.practice_id.in_(select(Practice.id)),
            Checkin.state.in_(AWAITED),
            Checkin.due_at <= long_ago,
            func.coalesce(Checkin.sent_at, Checkin.due_at) <= long_ago,
        )
        .limit(BATCH)
        .with_for_update(skip_locked=True, of=Checkin)
    )
    rows = db.session.execute(
        update(Checkin)
        .where(Checkin.id.in_(over))
        .values(state=CheckinState.EXPIRED, silent_since=at, remind_at=None)
        .returning(Checkin.id, Checkin.practice_id, Checkin.client_id)
        .execution_options(synchronize_session=False)
    ).all()
    histories.add(
        HistoryLine(row.practice_id, row.id, CheckinState.EXPIRED, at, EXPIRED_BECAUSE) for row in rows
    )
    audit.record_many(
        (SystemAct(row.practice_id, "checkin.expired", row.client_id, row.id) for row in rows), at
    )
    return len(rows)

"""Check-ins while they are under way: called back, and no longer waited for."""

from __future__ import annotations

import uuid
from datetime import date

from sqlalchemy import ColumnElement, and_, select, update

from clinic.domain.attention import AttentionKind
from clinic.domain.sending import CHECKIN_MAILS
from clinic.domain.skipping import AWAITED, UNSENT, skip_in_words
from clinic.domain.types import CheckinState, MailKind, OutboxState, SkipReason
from clinic.extensions import db
from clinic.models import Checkin, OutboxMessage
from clinic.services.clock import now
from clinic.services.outbox import histories
from clinic.services.outbox import ledger as sending_ledger
from clinic.services.outbox import promises as outbox
from clinic.services.outbox.histories import HistoryLine
from clinic.services.outbox.steps import MailStep
from clinic.services.reasons.marks import touch


def call_back(
    practice_id: uuid.UUID,
    client_id: uuid.UUID,
    why: SkipReason,
    *,
    program_id: uuid.UUID | None = None,
    reason: str = "",
) -> int:
    """Stop what is not on its way to a client yet, of all programs or of one; returns how many check-ins.

    Within the caller's transaction. What a worker has in its hands goes out, and the ledger follows it.
    """
    reason = reason or skip_in_words(why)
    mine = and_(Checkin.practice_id == practice_id, Checkin.client_id == client_id)
    mails = and_(OutboxMessage.client_id == client_id, OutboxMessage.kind.in_(CHECKIN_MAILS))
    if program_id is not None:
        mine = and_(mine, Checkin.program_id == program_id)
        mails = and_(mails, OutboxMessage.checkin_id.in_(select(Checkin.id).where(mine)))
    called_back = outbox.cancel(practice_id, mails, reason)
    unsent = _unsent(practice_id, mine)  # only now: what is not called back, a worker has taken
    reminders = [checkin_id for kind, checkin_id in called_back if kind == MailKind.REMINDER and checkin_id]
    steps = [_skipped(practice_id, client_id, each, why, reason) for each in unsent]
    steps += [_skipped(practice_id, client_id, each, why, reason, reminder=True) for each in reminders]
    sending_ledger.follow(steps, now())
    return len(unsent)


def close_unanswered(
    practice_id: uuid.UUID, client_id: uuid.UUID, reason: str, up_to: date = date.max
) -> int:
    """End a client's run of unanswered check-ins, within the caller's transaction.

    Those up to a day are waited for no longer; returns how many that were.
    """
    of_client = and_(Checkin.practice_id == practice_id, Checkin.client_id == client_id)
    closed = db.session.scalars(
        update(Checkin)
        .where(of_client, Checkin.state.in_(AWAITED), Checkin.local_date <= up_to)
        .values(state=CheckinState.EXPIRED, remind_at=None)
        .returning(Checkin.id)
    ).all()
    db.session.execute(
        update(Checkin).where(of_client, Checkin.silent_since.is_not(None)).values(silent_since=None)
    )
    touch(practice_id, [client_id], AttentionKind.NOT_ANSWERED)
    at = now()
    histories.add(HistoryLine(practice_id, each, CheckinState.EXPIRED, at, reason) for each in closed)
    reminders = and_(OutboxMessage.kind == MailKind.REMINDER, OutboxMessage.checkin_id.in_(closed))
    outbox.cancel(practice_id, reminders, reason)
    return len(closed)


def _unsent(practice_id: uuid.UUID, mine: ColumnElement[bool]) -> list[uuid.UUID]:
    under_way = select(OutboxMessage.checkin_id).where(
        OutboxMessage.practice_id == practice_id,
        OutboxMessage.checkin_id == Checkin.id,
        OutboxMessage.state == OutboxState.LEASED,
    )
    query = select(Checkin.id).where(mine, Checkin.state.in_(UNSENT), ~under_way.exists())
    return list(db.session.scalars(query))


def _skipped(
    practice_id: uuid.UUID,
    client_id: uuid.UUID,
    checkin_id: uuid.UUID,
    why: SkipReason,
    reason: str,
    *,
    reminder: bool = False,
) -> MailStep:
    return MailStep(practice_id, client_id, checkin_id, CheckinState.SKIPPED, reason, why, reminder=reminder)

"""Mails whose sender died or froze: what its journal proves is believed, the rest is in doubt."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Select

from clinic.domain.types import OutboxState
from clinic.extensions import db, for_writing
from clinic.mail.journal import SUFFIX, AttemptFate, Replay, dead_journals, replay
from clinic.mail.transport import SendOutcome, SendVerdict, SmtpStage
from clinic.models import OutboxMessage
from clinic.services.clock import now
from clinic.services.sending import limits as sending_limits
from clinic.services.sending.results import HELD, ClaimedMail, settle
from clinic.services.transaction import release, transaction

FROZEN_AFTER = timedelta(hours=2)  # past the lease; more than a wall clock is ever moved by an hour

SENT = SendOutcome(SendVerdict.SENT, SmtpStage.DOT, reply="sent; read from the journal of a sender that died")
DOUBT = SendOutcome(SendVerdict.IN_DOUBT, SmtpStage.DOT)


def recover(folder: Path) -> int:
    """Settle what dead senders left behind; returns how many mails that were."""
    settled = 0
    with dead_journals(folder) as dead:
        if dead:
            settled = _settle_dead(dead)
    return settled + _settle_overdue(folder)


def _settle_dead(dead: list[Replay]) -> int:
    journals = {journal.name: journal for journal in dead}
    with transaction() as session:
        left = HELD.where(OutboxMessage.state == OutboxState.LEASED, OutboxMessage.sender.in_(list(journals)))
        rows = [ClaimedMail(*row) for row in session.execute(left.with_for_update())]
        settle([(row, _outcome(row, journals[row.sender or ""])) for row in rows])
        sending_limits.free_slots_of(list(journals))
    return len(rows)


def _settle_overdue(folder: Path) -> int:
    """Leases that are over and no dead journal tells of them: another machine's, or a frozen process's."""
    at = now()
    with for_writing(False):
        found = db.session.execute(_overdue(at).limit(1)).first()
        release()
    if found is None:
        return 0
    with transaction() as session:
        rows = [ClaimedMail(*row) for row in session.execute(_overdue(at).with_for_update(skip_locked=True))]
        known = [(row, _judged(row, folder, at)) for row in rows]
        settle([(row, outcome) for row, (ours, outcome) in known if ours])
    return sum(ours for _, (ours, _) in known)


def _overdue(at: datetime) -> Select[Any]:
    return HELD.where(OutboxMessage.state == OutboxState.LEASED, OutboxMessage.lease_until < at)


def _judged(row: ClaimedMail, folder: Path, at: datetime) -> tuple[bool, SendOutcome | None]:
    """Whether a mail may be taken from its holder, and what became of it."""
    journal = folder / f"{row.sender}{SUFFIX}"
    if not row.sender or not journal.exists():
        return True, DOUBT  # nothing here can prove that it was not sent
    assert row.lease_until is not None
    if at - row.lease_until < FROZEN_AFTER:
        return False, None  # alive on this machine: its own clock keeps it from sending late
    return True, _outcome(row, replay(journal.name, journal.read_bytes()))


def outcome(journal: Replay, mail_id: UUID, attempt: int) -> SendOutcome | None:
    """What a journal proves of an attempt; None where no dot went out."""
    match journal.fate(mail_id, attempt):
        case AttemptFate.SENT:
            code = journal.code(mail_id, attempt)
            stage = (
                SmtpStage.DOT if code else SmtpStage.LOCAL
            )  # a server's yes has a number; a folder's has none
            return SendOutcome(SendVerdict.SENT, stage, code, SENT.reply)
        case AttemptFate.IN_DOUBT:
            return DOUBT
        case _:
            return None


def _outcome(row: ClaimedMail, journal: Replay) -> SendOutcome | None:
    return outcome(journal, row.id, row.attempts + 1)

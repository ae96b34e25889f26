"""Taking due mails out of the outbox: one short transaction that decides, writes and leases a small batch."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from clinic.domain.sending import (
    CHECKIN_MAILS,
    SendingDecision,
    SendingRuling,
    after_todays_mail,
    decide,
)
from clinic.domain.types import CheckinState, MailKind, OutboxState
from clinic.models import LinkToken, OutboxMessage, SendingBatch
from clinic.services import bulk
from clinic.services.bulk import Row
from clinic.services.clock import now
from clinic.services.outbox import ledger as sending_ledger
from clinic.services.outbox.steps import MailStep
from clinic.services.sending import days as sending_days
from clinic.services.sending import dues as sending_dues
from clinic.services.sending import limits as sending_limits
from clinic.services.sending.dues import DueMail
from clinic.services.sending.facts import promise_of
from clinic.services.sending.lease import LEASE, BatchLease
from clinic.services.sending.letters import Letter, letter, unwritten
from clinic.services.transaction import Aside, glance, transaction

BATCH = 100  # short enough that a page never waits for its commit
MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Claim:
    """A batch that is ours to send; `looked_at` counts every due mail, also those not to be sent.

    `wait` is the number of seconds until the server's rate allows another mail, where it allows none now.
    """

    lease: BatchLease
    letters: tuple[Letter, ...]
    looked_at: int
    wait: float = 0.0


def anything_due() -> bool:
    """Whether a mail's time has come: a glance, before a server is troubled."""
    with glance():
        return sending_dues.any_at(now())


def claim(
    sender: str,
    *,
    real_server: bool,
    smtputf8: bool,
    account: str = "",
    per_minute: int = 0,
    most: int = BATCH,
    first: Callable[[], None] | None = None,
    aside: Aside | None = None,
) -> Claim:
    """Lease the mails due longest and write them; what must not go out is settled here, with its reason.

    `first` is done in the same transaction: what became of the batch before. Marks are written `aside`.
    """
    lease = BatchLease(real_server=real_server, aside=aside)
    with transaction():
        if first is not None:
            first()
        at = now()
        room = sending_limits.room(account, per_minute, most, at)
        dues = sending_dues.take(at, room.mails) if room.mails else []
        desk = _Desk(sender, lease.token, at, real_server=real_server, smtputf8=smtputf8)
        letters = [written for due in dues if (written := desk.take(due))]
        desk.close()
        if letters:
            bulk.add(SendingBatch, [lease.row(sender, [each.mail_id for each in letters])])
        sending_limits.spend(account, per_minute, len(letters))
    return Claim(lease, tuple(letters), len(dues), room.wait)


class _Desk:
    """Decides on one mail after the other; `close` then writes down all of it at once."""

    def __init__(
        self, sender: str, token: uuid.UUID, at: datetime, *, real_server: bool, smtputf8: bool
    ) -> None:
        self._sender = sender
        self._token = token
        self._at = at
        self._real_server = real_server
        self._smtputf8 = smtputf8
        self._changes: list[Row] = []
        self._links: list[Row] = []
        self._steps: list[MailStep] = []

    def take(self, due: DueMail) -> Letter | None:
        """The mail, written and leased; None if it does not go out now."""
        promise = promise_of(due, real_server=self._real_server)
        decision = decide(promise, self._at)
        if decision.ruling is SendingRuling.SEND and not sending_days.take(due, promise, self._at):
            decision = after_todays_mail(promise, self._at)
        if decision.ruling is SendingRuling.LATER:
            self._changes.append({"id": due.mail.id, "due_at": decision.until or self._at + MINUTE})
            return None
        if decision.ruling is not SendingRuling.SEND:
            self._settle(due, decision)
            return None
        try:
            written = letter(due, self._at, smtputf8=self._smtputf8)
        except SQLAlchemyError:
            raise
        except Exception as error:  # whatever is wrong with one mail, the others go on
            self._spoiled(due, error)
            return None
        self._lease(due, written)
        return written

    def close(self) -> None:
        """Write down what was decided, within the caller's transaction."""
        bulk.change(OutboxMessage, self._changes)
        bulk.add(LinkToken, self._links)
        sending_ledger.follow(self._steps, self._at)

    def _lease(self, due: DueMail, written: Letter) -> None:
        self._changes.append(
            {
                "id": due.mail.id,
                "state": OutboxState.LEASED,
                "lease_token": self._token,
                "lease_until": self._at + LEASE,
                "sender": self._sender,
                "to_address": written.recipient,
                "reason": None,
            }
        )
        self._links += due.links

    def _settle(self, due: DueMail, decision: SendingDecision) -> None:
        state = OutboxState.EXPIRED if decision.ruling is SendingRuling.EXPIRE else OutboxState.CANCELLED
        self._close(due, state, decision.reason)
        if decision.skip or state is OutboxState.EXPIRED:
            sending_ledger.tell_kept_back(due.mail, decision.reason)
        if decision.skip:
            self._tell(due, CheckinState.SKIPPED, decision)
        elif state is OutboxState.EXPIRED:
            said = f"{decision.reason}; the server last said: {due.mail.smtp_reply}"
            self._tell(due, CheckinState.FAILED, SendingDecision(decision.ruling, said))

    def _spoiled(self, due: DueMail, error: Exception) -> None:
        reason = unwritten(due.mail.id, error)
        self._close(due, OutboxState.FAILED, reason)
        self._tell(due, CheckinState.FAILED, SendingDecision(SendingRuling.CANCEL, reason))
        sending_ledger.tell_failed(due.mail, reason)

    def _close(self, due: DueMail, state: OutboxState, reason: str) -> None:
        self._changes.append(
            # nothing went out: the client's day is free for another mail
            {
                "id": due.mail.id,
                "state": state,
                "reason": reason[:300],
                "finished_at": self._at,
                "day_key": None,
            }
        )

    def _tell(self, due: DueMail, state: CheckinState, decision: SendingDecision) -> None:
        mail = due.mail
        if mail.checkin_id is not None and mail.kind in CHECKIN_MAILS:
            about = (mail.practice_id, mail.client_id, mail.checkin_id)
            reminder = mail.kind == MailKind.REMINDER
            self._steps.append(MailStep(*about, state, decision.reason, decision.skip, reminder=reminder))

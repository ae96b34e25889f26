"""Taking due mails out of the outbox: one short transaction that decides, writes and leases a small batch."""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from clinic.domain.scheduling import SendingFacts, WakingHours
from clinic.domain.sending import CHECKIN_MAILS, CheckinFacts, Decision, Promise, Ruling, decide
from clinic.domain.traces import trace
from clinic.domain.types import (
    CheckinState,
    ClientStatus,
    InvitationState,
    OutboxState,
    ProgramStatus,
    Role,
)
from clinic.extensions import db, for_writing
from clinic.mail.lease import Lease
from clinic.models import LinkToken, OutboxMessage, Practice
from clinic.services import invitations, sending_bulk, sending_dues, sending_ledger
from clinic.services.clock import now
from clinic.services.sending_bulk import Row
from clinic.services.sending_dues import Due, Recipient
from clinic.services.sending_ledger import Step
from clinic.services.sending_mails import Letter, letter
from clinic.services.transaction import release, transaction

log = logging.getLogger(__name__)

BATCH = 50  # what a dead disk could leave in doubt
LEASE = timedelta(minutes=30)
LAST_DOT = timedelta(minutes=11)  # the wait after a dot is ten minutes, and its result must be ours to write
LOOK_AGAIN = 2.0  # seconds
MINUTE = timedelta(minutes=1)
LONGEST_LIFE = timedelta(days=7)


class BatchLease(Lease):
    """Our right to send a batch, asked before every dot: a frozen process wakes up to nothing.

    The clock is enough on one machine; the row is looked at as well, because other machines go by theirs.
    """

    def __init__(self) -> None:
        super().__init__((LEASE - LAST_DOT).total_seconds())
        self.token = uuid.uuid4()
        self._look_at = time.monotonic() + LOOK_AGAIN

    def holds(self) -> bool:
        """False once somebody else may have taken the mails."""
        if not super().holds():
            return False
        return time.monotonic() < self._look_at or self._row_is_ours()

    def _row_is_ours(self) -> bool:
        rows = select(OutboxMessage.id).where(
            OutboxMessage.lease_token == self.token, OutboxMessage.state == OutboxState.LEASED
        )
        self._look_at = time.monotonic() + LOOK_AGAIN
        try:
            with for_writing(False):
                ours = db.session.scalars(rows.limit(1)).first() is not None
                release()
        except DBAPIError:
            return True  # with the database away nobody else can have taken it
        return ours


@dataclass(frozen=True, slots=True)
class Claim:
    """A batch that is ours to send; `looked_at` counts every due mail, also those not to be sent."""

    lease: BatchLease
    letters: tuple[Letter, ...]
    looked_at: int


def anything_due() -> bool:
    """Whether a mail's time has come: a glance, before a server is troubled."""
    with for_writing(False):
        found = sending_dues.any_at(now())
        release()
    return found


def claim(
    sender: str,
    *,
    real_server: bool,
    smtputf8: bool,
    per_minute: int = 0,
    most: int = BATCH,
    first: Callable[[], None] | None = None,
) -> Claim:
    """Lease the mails due longest and write them; what must not go out is settled here, with its reason.

    `first` is done in the same transaction: what became of the batch before.
    """
    lease = BatchLease()
    with transaction():
        if first is not None:
            first()
        at = now()
        room = _room(at, per_minute, most)
        dues = sending_dues.take(at, room) if room > 0 else []
        desk = _Desk(sender, lease.token, at, real_server=real_server, smtputf8=smtputf8)
        letters = [written for due in dues if (written := desk.take(due))]
        desk.close()
    return Claim(lease, tuple(letters), len(dues))


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
        self._steps: list[Step] = []
        self._taken: list[uuid.UUID] = []

    def take(self, due: Due) -> Letter | None:
        """The mail, written and leased; None if it does not go out now."""
        decision = decide(_promise(due, real_server=self._real_server), self._at)
        if decision.ruling is Ruling.LATER:
            self._changes.append({"id": due.mail.id, "due_at": decision.until or self._at + MINUTE})
            return None
        if decision.ruling is not Ruling.SEND:
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
        sending_bulk.change(OutboxMessage, self._changes)
        sending_bulk.add(LinkToken, self._links)
        sending_ledger.begin(self._taken)
        sending_ledger.follow(self._steps, self._at)

    def _lease(self, due: Due, written: Letter) -> None:
        self._changes.append(
            {
                "id": due.mail.id,
                "state": OutboxState.LEASED,
                "lease_token": self._token,
                "lease_until": self._at + LEASE,
                "sender": self._sender,
                "to_address": written.envelope.recipient,
                "reason": None,
            }
        )
        self._links += due.links
        if due.mail.checkin_id is not None and due.mail.kind in CHECKIN_MAILS:
            self._taken.append(due.mail.checkin_id)

    def _settle(self, due: Due, decision: Decision) -> None:
        state = OutboxState.EXPIRED if decision.ruling is Ruling.EXPIRE else OutboxState.CANCELLED
        self._close(due, state, decision.reason)
        if decision.skip:
            self._tell(due, CheckinState.SKIPPED, decision)
        elif state is OutboxState.EXPIRED:
            said = f"{decision.reason}; the server last said: {due.mail.smtp_reply}"
            self._tell(due, CheckinState.FAILED, Decision(decision.ruling, said))

    def _spoiled(self, due: Due, error: Exception) -> None:
        log.error("mail %s cannot be written: %s", due.mail.id, trace(error))
        reason = f"could not be written: {error}" if isinstance(error, ValueError) else "could not be written"
        self._close(due, OutboxState.FAILED, reason)
        self._tell(due, CheckinState.FAILED, Decision(Ruling.CANCEL, reason))
        sending_ledger.tell_failed(due.mail, reason)

    def _close(self, due: Due, state: OutboxState, reason: str) -> None:
        self._changes.append(
            {"id": due.mail.id, "state": state, "reason": reason[:300], "finished_at": self._at}
        )

    def _tell(self, due: Due, state: CheckinState, decision: Decision) -> None:
        mail = due.mail
        if mail.checkin_id is not None and mail.kind in CHECKIN_MAILS:
            about = (mail.practice_id, mail.client_id, mail.checkin_id)
            self._steps.append(Step(*about, state, decision.reason, decision.skip))


def _room(at: datetime, per_minute: int, most: int) -> int:
    """How many mails may be claimed within the server's rate, counted over all workers."""
    if not per_minute:
        return most
    taken = select(func.count()).where(
        OutboxMessage.state.in_([OutboxState.LEASED, OutboxState.SENT, OutboxState.IN_DOUBT]),
        OutboxMessage.due_at > at - LONGEST_LIFE,
        (OutboxMessage.finished_at.is_(None)) | (OutboxMessage.finished_at > at - MINUTE),
    )
    return min(most, per_minute - (db.session.scalar(taken) or 0))


def _promise(due: Due, *, real_server: bool) -> Promise:
    return Promise(
        not_after=due.mail.not_after,
        attempts=due.mail.attempts,
        to_client=due.client is not None or (due.user is not None and due.user.role is Role.CLIENT),
        numbers_set=due.practice.numbers_set,
        has_address=bool(due.address),
        demo=due.practice.is_demo and real_server,
        withdrawn=_withdrawn(due),
        checkin=_checkin_facts(due) if due.mail.kind in CHECKIN_MAILS else None,
    )


def _withdrawn(due: Due) -> bool:
    if due.user is not None and due.user.deactivated_at is not None:
        return True
    if due.flag is not None and due.flag.cleared_at is not None:
        return True
    return due.invitation is not None and invitations.state_of(due.invitation) is not InvitationState.PENDING


def _checkin_facts(due: Due) -> CheckinFacts | None:
    client = due.client
    if client is None or due.checkin is None:
        return None
    return CheckinFacts(
        facts=SendingFacts(
            due_at=due.mail.due_at,  # moved by each try, by waking hours and by sending again
            program=due.program or ProgramStatus.ENDED,
            locked=due.warning_open,
            archived=client.status is ClientStatus.ARCHIVED,
            consented=client.consented_at is not None,
            unsubscribed=client.unsubscribed_at is not None,
            has_address=client.email is not None,
            bounced=client.bounced_at is not None,
            numbers_set=due.practice.numbers_set,
        ),
        hours=_hours(due.practice, client),
        zone=ZoneInfo(client.time_zone),
        answered=due.checkin is CheckinState.ANSWERED,
    )


def _hours(practice: Practice, client: Recipient) -> WakingHours:
    opens, closes = client.waking_from or practice.waking_from, client.waking_until or practice.waking_until
    if opens >= closes:  # half of the client's own hours and half of the practice's need not fit together
        opens, closes = practice.waking_from, practice.waking_until
    return WakingHours(opens, closes)

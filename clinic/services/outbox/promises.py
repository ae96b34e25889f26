"""Promises of mail: a row in the same transaction as the decision, then a nudge once that is committed."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, CursorResult, Row, and_, func, select, update

from clinic import queue
from clinic.domain.access import Permission
from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.mail_standing import MailSort, sort_of
from clinic.domain.sending import CHECKIN_MAILS, KEEP_TRYING
from clinic.domain.skipping import skip_in_words
from clinic.domain.types import CheckinState, MailKind, OutboxState, SkipReason
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Checkin, Client, Invitation, OutboxMessage, Practice, User, WarningFlag
from clinic.models.base import given
from clinic.models.person import who_may
from clinic.services import audit, bulk, mail_standing
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.outbox import ledger as sending_ledger
from clinic.services.outbox.steps import MailStep
from clinic.services.reach import across_practices
from clinic.services.transaction import after_commit, one_at_a_time, transaction


@dataclass(frozen=True, slots=True)
class MailStatus:
    """What became of a mail; `kept_back` says, of one that waits, what would stop it now."""

    id: uuid.UUID
    state: OutboxState
    reason: str
    due_at: datetime
    finished_at: datetime | None
    kept_back: str = ""


@dataclass(frozen=True, slots=True)
class CheckinMail:
    """The mail of a check-in, to be promised beside many others."""

    checkin: Checkin
    day_key: str
    start_by: datetime
    not_after: datetime

    def row(self, at: datetime) -> bulk.Row:
        """As the outbox has it."""
        return {
            "id": uuid.uuid4(),
            "practice_id": self.checkin.practice_id,
            "kind": MailKind.CHECKIN,
            "dedupe_key": f"checkin:{self.checkin.id.hex}",
            "day_key": self.day_key,
            "client_id": self.checkin.client_id,
            "checkin_id": self.checkin.id,
            "local_date": self.checkin.local_date,
            "state": OutboxState.READY,
            "attempts": 0,
            "due_at": self.checkin.due_at,
            "start_by": self.start_by,
            "not_after": self.not_after,
            "created_at": at,
        }


@dataclass(frozen=True, slots=True)
class ReminderMail:
    """A client's reminder to practise of one day, to be promised beside many others."""

    practice_id: uuid.UUID
    client_id: uuid.UUID
    local_date: date  # by the client's own clock
    due_at: datetime
    until: datetime  # later it helps nobody

    def row(self, at: datetime) -> bulk.Row:
        """As the outbox has it; one a day that is not called back, whatever time it was moved to."""
        mine = f"practise:{self.client_id.hex}"
        return {
            "id": uuid.uuid4(),
            "practice_id": self.practice_id,
            "kind": MailKind.PRACTICE_REMINDER,
            "dedupe_key": f"{mine}:{self.due_at:%Y-%m-%dT%H%M}",
            "day_key": f"{mine}:{self.local_date.isoformat()}",  # of these alone: a check-in may come, too
            "client_id": self.client_id,
            "local_date": self.local_date,
            "state": OutboxState.READY,
            "attempts": 0,
            "due_at": self.due_at,
            "start_by": self.until,
            "not_after": self.until,
            "created_at": at,
        }


FAILED_LATELY = timedelta(days=7)
REVIVABLE = (OutboxState.FAILED, OutboxState.IN_DOUBT, OutboxState.KEPT)

_TAKEN = select(OutboxMessage.id).where(given(OutboxMessage.practice_id), given(OutboxMessage.dedupe_key))


def promise(
    practice_id: uuid.UUID,
    kind: MailKind,
    dedupe_key: str,
    *,
    client_id: uuid.UUID | None = None,
    user_id: uuid.UUID | None = None,
    checkin_id: uuid.UUID | None = None,
    invitation_id: uuid.UUID | None = None,
    flag_id: uuid.UUID | None = None,
    questionnaire_request_id: uuid.UUID | None = None,
    group_id: uuid.UUID | None = None,
    group_message_id: uuid.UUID | None = None,
    course_request_id: uuid.UUID | None = None,
    staff_invitation_id: uuid.UUID | None = None,
    appointment_id: uuid.UUID | None = None,
    local_date: date | None = None,
    day_key: str | None = None,
    to_address: str | None = None,
    due_at: datetime | None = None,
    start_by: datetime | None = None,
    not_after: datetime | None = None,
) -> OutboxMessage | None:
    """Add a mail to the outbox within the caller's transaction; None if this event has its mail already."""
    event = {"practice_id": practice_id, "dedupe_key": dedupe_key}
    if db.session.scalar(_TAKEN, event) is not None:
        return None
    due = due_at or now()
    message = OutboxMessage(
        id=uuid.uuid4(),
        practice_id=practice_id,
        kind=kind,
        dedupe_key=dedupe_key,
        day_key=day_key,
        client_id=client_id,
        user_id=user_id,
        checkin_id=checkin_id,
        invitation_id=invitation_id,
        flag_id=flag_id,
        questionnaire_request_id=questionnaire_request_id,
        group_id=group_id,
        group_message_id=group_message_id,
        course_request_id=course_request_id,
        staff_invitation_id=staff_invitation_id,
        appointment_id=appointment_id,
        local_date=local_date,
        to_address=to_address,
        state=OutboxState.READY,
        due_at=due,
        start_by=start_by,
        not_after=not_after or due + KEEP_TRYING,
        created_at=now(),
    )
    db.session.add(message)
    _nudge()
    return message


def promise_checkins(mails: Sequence[CheckinMail]) -> None:
    """Add the mails of check-ins that are new in the caller's transaction; no event of theirs has one yet.

    Raises IntegrityError where another one of the client's is promised for the same day.
    """
    at = now()
    # in one order: two planners that meet at two clients wait for each other once, not crosswise
    bulk.add(OutboxMessage, [mail.row(at) for mail in sorted(mails, key=lambda mail: mail.day_key)])
    if mails:
        _nudge()


def promise_reminders(mails: Sequence[ReminderMail]) -> int:
    """Add reminders to practise in the caller's transaction; how many are new. One statement."""
    at = now()
    new = bulk.add_new(OutboxMessage, [mail.row(at) for mail in mails], ("practice_id", "day_key"))
    if new:
        _nudge()
    return len(new)


def promise_reset(user: User) -> None:
    """A mail with a link to choose a new password; asked again before it went, it is one mail."""
    _to_oneself(MailKind.PASSWORD_RESET, user)


def promise_address_proof(user: User) -> None:
    """A mail to an address that somebody is to sign in with, with the link that proves it."""
    _to_oneself(MailKind.ADDRESS_PROOF, user)


def promise_address_notice(user: User) -> None:
    """Tell the address somebody signs in with that another one is to take its place."""
    key = f"{MailKind.ADDRESS_NOTICE}:{user.id.hex}:{uuid.uuid4().hex}"
    promise(user.practice_id, MailKind.ADDRESS_NOTICE, key, user_id=user.id, to_address=user.email)


def promise_second_step_reset(user: User) -> None:
    """Tell somebody that the second step of their sign-in was taken off."""
    _to_oneself(MailKind.SECOND_STEP_RESET, user)


def promise_invitation(invitation: Invitation, attempt: int) -> None:
    """The mail of an invitation; a resend is a new attempt."""
    promise(
        invitation.practice_id,
        MailKind.INVITATION,
        f"invitation:{invitation.id.hex}:{attempt}",
        client_id=invitation.client_id,
        invitation_id=invitation.id,
        not_after=invitation.expires_at,
    )


def call_somebody(
    practice_id: uuid.UUID, kind: MailKind, event: str, flag_id: uuid.UUID | None = None
) -> None:
    """Mail everybody who hears of what cannot wait, at once: a link, no detail; each event once."""
    hear = select(User.id).where(
        User.practice_id == practice_id,
        who_may(Permission.HEAR_NEWS),
    )
    for user_id in db.session.scalars(hear).all():
        promise(practice_id, kind, f"{event}:{user_id.hex}", user_id=user_id, flag_id=flag_id)


def promise_test_mail(user: User) -> None:
    """A mail to somebody of the practice, to see that mail arrives; asked again before it went, it is one."""
    _to_oneself(MailKind.TEST_MAIL, user)


def promise_preview(user: User) -> None:
    """The check-in mail as a client would get it, to somebody of the practice; its links lead nowhere."""
    _to_oneself(MailKind.CHECKIN_PREVIEW, user)


def resend(actor: Actor, message: OutboxMessage) -> None:
    """Try a mail again that failed or may not have arrived.

    Raises RuleBroken for any other, and where its client may not be mailed.
    """
    with transaction():
        send_again(actor, message)


def send_again(actor: Actor, message: OutboxMessage) -> None:
    """Do what `resend` does, within the caller's transaction; where it raises, nothing is written."""
    _check_client(message)
    _revive(message)
    audit.record(actor, "mail.resent", client_id=message.client_id, subject_id=message.id, kind=message.kind)
    _tell_ledger(message, f"sent again by {actor.name}")


def retry(message_id: uuid.UUID) -> OutboxMessage:
    """The same from the command line; raises NotFound or RuleBroken."""
    with transaction():
        message = db.session.get(OutboxMessage, message_id)
        if message is None:
            raise NotFound("There is no mail with this id.")
        _check_client(message)
        _revive(message)
        audit.record_for(
            message.practice_id,
            audit.SYSTEM,
            "mail.resent",
            client_id=message.client_id,
            subject_id=message.id,
            kind=message.kind,
        )
        _tell_ledger(message, "sent again from the command line")
    return message


def statuses(
    mails: Mapping[uuid.UUID, OutboxMessage], client: Client, practice: Practice, sort: MailSort
) -> dict[uuid.UUID, MailStatus]:
    """What became of a client's mails of one sort. A query where one of them waits."""
    waits = any(mail.state is OutboxState.READY for mail in mails.values())
    against = mail_standing.against(client, practice, sort) if waits else None
    return {key: _status(mail, against) for key, mail in mails.items()}


def alert_states(flag: WarningFlag) -> list[OutboxState]:
    """What became of the alerts of a warning sign, one for each of their readers."""
    query = select(OutboxMessage.state).where(
        OutboxMessage.practice_id == flag.practice_id, OutboxMessage.flag_id == flag.id
    )
    return list(db.session.scalars(query))


def own_among(actor: Actor, mails: Collection[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these mails that are of the actor's practice."""
    query = select(OutboxMessage.id).where(
        OutboxMessage.practice_id == actor.practice_id, OutboxMessage.id.in_(mails)
    )
    return set(db.session.scalars(query))


def listed(states: tuple[OutboxState, ...], most: int) -> list[OutboxMessage]:
    """Mails in these states over all practices, newest first; for the command line."""
    query = select(OutboxMessage).order_by(OutboxMessage.due_at.desc(), OutboxMessage.id).limit(most)
    return list(db.session.scalars(query.where(OutboxMessage.state.in_(states)) if states else query))


@across_practices("the health page")
def counts() -> dict[OutboxState, int]:
    """How many mails are waiting, being sent, in doubt, and lately failed."""
    recent = now() - FAILED_LATELY
    query = (
        select(OutboxMessage.state, func.count().label("number"))
        .where(
            OutboxMessage.state.in_([OutboxState.READY, OutboxState.LEASED, OutboxState.IN_DOUBT])
            | and_(OutboxMessage.state == OutboxState.FAILED, OutboxMessage.due_at > recent)
        )
        .group_by(OutboxMessage.state)
    )
    return {row.state: row.number for row in db.session.execute(query)}


@across_practices("the health page")
def oldest_due() -> datetime | None:
    """Since when the mail that has waited longest is due; one being sent counts until it is settled."""
    query = select(func.min(OutboxMessage.due_at)).where(
        OutboxMessage.state.in_([OutboxState.READY, OutboxState.LEASED]), OutboxMessage.due_at <= now()
    )
    return db.session.scalar(query)


def _nudge() -> None:
    after_commit("outbox.deliver", lambda: queue.nudge("outbox.deliver"))


def _to_oneself(kind: MailKind, user: User) -> None:
    one_at_a_time(User, user.id)
    waiting = select(OutboxMessage.id).where(
        OutboxMessage.practice_id == user.practice_id,
        OutboxMessage.user_id == user.id,
        OutboxMessage.kind == kind,
        OutboxMessage.state == OutboxState.READY,
    )
    if db.session.scalar(waiting) is None:
        promise(user.practice_id, kind, f"{kind}:{user.id.hex}:{uuid.uuid4().hex}", user_id=user.id)


def _status(mail: OutboxMessage, against: SkipReason | None) -> MailStatus:
    kept_back = skip_in_words(against) if against and mail.state is OutboxState.READY else ""
    return MailStatus(mail.id, mail.state, mail.reason or "", mail.due_at, mail.finished_at, kept_back)


def _check_client(message: OutboxMessage) -> None:
    if message.client_id is None:
        return
    client = db.session.get_one(Client, message.client_id)
    practice = db.session.get_one(Practice, message.practice_id)
    if problem := mail_standing.problem(client, practice, sort_of(message.kind, to_client=True)):
        raise RuleBroken(problem)


def _revive(message: OutboxMessage) -> None:
    at = now()
    # the condition is in the UPDATE: two presses of the button are one mail
    revived = db.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.id == message.id, OutboxMessage.state.in_(REVIVABLE))
        .values(
            state=OutboxState.READY,
            due_at=at,
            start_by=None,  # somebody wants it, however late
            not_after=at + KEEP_TRYING,
            attempts=0,
            lease_token=None,
            lease_until=None,
            sender=None,
            reason=None,
            finished_at=None,
        )
        .execution_options(synchronize_session="fetch")
    )
    assert isinstance(revived, CursorResult)
    if revived.rowcount != 1:
        raise RuleBroken(say("This mail is not one to send again: it was sent, or it is on its way."))
    _nudge()


def _tell_ledger(message: OutboxMessage, reason: str) -> None:
    if message.kind in CHECKIN_MAILS and message.checkin_id is not None:
        about = (message.practice_id, message.client_id, message.checkin_id)
        reminder = message.kind == MailKind.REMINDER
        step = MailStep(*about, CheckinState.WAITING, reason, reminder=reminder)
        sending_ledger.follow([step], now())


def cancel(
    practice_id: uuid.UUID, which: ColumnElement[bool], reason: str
) -> Sequence[Row[MailKind, uuid.UUID | None]]:
    """Call back the mails of a practice that still wait, within the caller's transaction.

    `which` is a condition on OutboxMessage. What a worker has in its hands goes out. Returns kind and
    check-in of each that was called back.
    """
    return db.session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.practice_id == practice_id, which, OutboxMessage.state == OutboxState.READY)
        # nothing went out: the client's day is free for another mail
        .values(state=OutboxState.CANCELLED, reason=reason, finished_at=now(), day_key=None)
        .returning(OutboxMessage.kind, OutboxMessage.checkin_id)
        .execution_options(synchronize_session=False)
    ).all()

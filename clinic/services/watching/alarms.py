"""Telling the owners that no worker is there to send mail: by a mail that needs no worker.

The web process speaks to the mail server itself. One row is the turn: of several processes one takes it.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from clinic.domain.dates import day_in_words, time_in_words
from clinic.domain.greeting import first_name
from clinic.domain.health import TELL_AGAIN, AlarmStep, Pulse, alarm_step
from clinic.domain.scheduling import load_zone
from clinic.domain.words import say
from clinic.extensions import db, for_writing
from clinic.mail import compose
from clinic.mail.addresses import mailbox
from clinic.mail.compose import Letterhead, MailContent
from clinic.mail.message import MailMessage, message_id
from clinic.mail.smtp import SmtpTransport
from clinic.mail.transport import Envelope, SendVerdict, Transport
from clinic.models import Practice, User
from clinic.models.person import who_may
from clinic.services import links
from clinic.services.mail_setup import NEEDS
from clinic.services.reach import across_practices
from clinic.services.sending.account import account_now, mail_from
from clinic.services.speaking import spoken_here
from clinic.services.transaction import release
from clinic.services.upkeep import heartbeats
from clinic.services.watching.health import HealthReport

log = logging.getLogger(__name__)

TRY_AGAIN = timedelta(minutes=10)  # after the mail server took none
LOOK_FOR = 0.2  # of the patience: for so long a process sees the silence itself before it tells
CONNECT_SECONDS, COMMAND_SECONDS, DOT_SECONDS = 5.0, 20.0, 60.0  # pages are told by the thread that waits


@dataclass(frozen=True, slots=True)
class OwnerTold:
    """Somebody who is told, as far as their mail needs it."""

    name: str
    email: str
    practice: str
    phone: str | None
    emergency_number: str | None
    time_zone: str


def tell_owners(report: HealthReport, patience: timedelta, *, seen_for: float) -> AlarmStep:
    """Mail the owners what they do not know yet; patience 0: never. Returns what was told.

    `seen_for` is for how many seconds this process has seen the silence by itself.
    """
    facts = report.facts
    account = account_now()
    if facts is None or not patience or not account.real_server:
        return AlarmStep.NOTHING
    row = report.seen.get(Pulse.ALARM)
    told_at = row[0] if row and row[1] else None
    step = alarm_step(facts.sweep_at, facts.at, patience=patience, told_at=told_at)
    # of a worker that was never there nothing tells since when, but what this process has seen itself
    share = 1.0 if facts.sweep_at is None else LOOK_FOR
    if step is AlarmStep.SILENT and seen_for < share * patience.total_seconds():
        return AlarmStep.NOTHING
    if step is AlarmStep.NOTHING:
        return step
    is_silent = step is AlarmStep.SILENT
    if not heartbeats.turn(Pulse.ALARM, row, facts.at, AlarmStep.SILENT if is_silent else ""):
        return AlarmStep.NOTHING  # another process tells them
    took = _mail_all(account.transport, step, facts.sweep_at, facts.at)
    log.warning("the worker is %s: %d of the owners were mailed", step.value, took)
    if is_silent and not took:
        again = facts.at - TELL_AGAIN + TRY_AGAIN
        heartbeats.turn(Pulse.ALARM, (facts.at, AlarmStep.SILENT), again, AlarmStep.SILENT)
    return step


def _mail_all(transport: Transport, step: AlarmStep, sweep_at: datetime | None, at: datetime) -> int:
    """Mail each owner; returns how many mails were taken."""
    if isinstance(transport, SmtpTransport):
        transport = SmtpTransport(
            transport.server,
            connect_seconds=CONNECT_SECONDS,
            command_seconds=COMMAND_SECONDS,
            dot_seconds=DOT_SECONDS,
        )
    envelopes = list(_written(step, sweep_at, at, smtputf8=transport.smtputf8))
    release()  # no transaction is open while a mail server thinks
    with transport.session() as session:
        verdicts = [session.send(each, lambda: True).verdict for each in envelopes]
    return verdicts.count(SendVerdict.SENT)


def _owners() -> Sequence[OwnerTold]:
    query = (
        select(
            User.name,
            User.email,
            Practice.name,
            Practice.phone,
            Practice.emergency_number,
            Practice.time_zone,
        )
        .join(Practice, Practice.id == User.practice_id)
        .where(who_may(NEEDS), Practice.is_demo.is_(False))
        .order_by(User.created_at)
    )
    with across_practices("the worker's death is told to all owners"), for_writing(False):
        return [OwnerTold(*row) for row in db.session.execute(query)]


def _written(
    step: AlarmStep, sweep_at: datetime | None, at: datetime, *, smtputf8: bool
) -> Iterator[Envelope]:
    for owner in _owners():
        try:
            yield _envelope(owner, step, sweep_at, at, smtputf8=smtputf8)
        except ValueError as error:  # an address or a name that no mail takes: the others are told
            log.error("the mail to an owner cannot be written: %s", type(error).__name__)


def _envelope(
    owner: OwnerTold, step: AlarmStep, sweep_at: datetime | None, at: datetime, *, smtputf8: bool
) -> Envelope:
    sender, content = mail_from(), _content(owner, step, sweep_at)
    to = mailbox(owner.email, smtputf8=smtputf8)
    message = MailMessage(
        to=to,
        from_address=sender,
        from_name=owner.practice,
        subject=content.subject,
        text=content.text,
        html=content.html,
        message_id=message_id(uuid.uuid4(), sender.rpartition("@")[2]),
        date=at,
    )
    return Envelope(sender, to, message.to_bytes())


def _content(owner: OwnerTold, step: AlarmStep, sweep_at: datetime | None) -> MailContent:
    head = Letterhead(owner.practice, owner.phone, owner.emergency_number, spoken_here().code)
    name, link = first_name(owner.name), links.address("practitioner.checkins.index")
    if step is AlarmStep.WELL_AGAIN:
        return compose.worker_well_again(head, first_name=name, link=link)
    since = _moment(sweep_at, owner.time_zone) if sweep_at else ""
    return compose.worker_silent(head, first_name=name, since=since, link=link)


def _moment(when: datetime, zone: str) -> str:
    local = when.astimezone(load_zone(zone))
    return say("%(day)s, %(time)s", day=day_in_words(local.date()), time=time_in_words(local.time()))

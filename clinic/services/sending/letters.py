"""What each promised mail says: made from the records as they are now, never from a stored text."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from zoneinfo import ZoneInfo

from flask import current_app

from clinic.domain.appointments import AppointmentState
from clinic.domain.channels import channel_of
from clinic.domain.dates import count, day_and_year, time_in_words
from clinic.domain.greeting import first_name
from clinic.domain.links import LIFETIMES
from clinic.domain.notices import lines as news_lines
from clinic.domain.traces import trace
from clinic.domain.types import LinkPurpose, MailKind
from clinic.domain.words import say
from clinic.mail import compose
from clinic.mail.addresses import mailbox
from clinic.mail.compose import EncodedContent, Letterhead, MailContent, Meeting
from clinic.mail.message import Attachment, MailMessage, list_id, message_id
from clinic.mail.transport import Envelope, SendOutcome, SendVerdict, SmtpStage
from clinic.models import Practice
from clinic.services import links, notices
from clinic.services.accounts import addresses
from clinic.services.accounts import signing_in as accounts
from clinic.services.appointments import calendars
from clinic.services.clients import invitations
from clinic.services.groups import joining
from clinic.services.people import inviting
from clinic.services.sending.account import mail_from
from clinic.services.sending.dues import DueMail
from clinic.services.speaking import spoken_here
from config import Settings

Content = MailContent | EncodedContent
log = logging.getLogger(__name__)


@dataclass(slots=True)
class Letter:
    """One mail for the wire; `attempt` counts from 1. It may be written only when its turn is near."""

    mail_id: uuid.UUID
    attempt: int
    recipient: str
    write: Callable[[], Envelope]
    envelope: Envelope | None = None
    refusal: SendOutcome | None = None  # why it cannot be written

    def finish(self) -> None:
        """Write it, if that is not done; whatever is wrong with it concerns no other mail."""
        if self.envelope or self.refusal:
            return
        try:
            self.envelope = self.write()
        except Exception as error:
            why = unwritten(self.mail_id, error)
            self.refusal = SendOutcome(SendVerdict.PERMANENT, SmtpStage.LOCAL, because=why)


def letter(due: DueMail, at: datetime, *, smtputf8: bool) -> Letter:
    """Write one mail, minting its links within the caller's transaction or leaving them in `due.links`.

    Raises whatever a template, an address or a header refuses: that mail has failed, no other. What needs
    no more than it has is left to be written while the server thinks about the mails before.
    """
    assert due.address is not None
    to = mailbox(due.address, smtputf8=smtputf8)
    content = MAILS[due.mail.kind](due, at)
    write = partial(_envelope, due, at, to, content, smtputf8=smtputf8)
    later = callable(content)
    return Letter(due.mail.id, due.mail.attempts + 1, to, write, None if later else write())


def unwritten(mail_id: uuid.UUID, error: Exception) -> str:
    """Note in the log that a mail cannot be written; returns why, for the staff."""
    log.error("mail %s cannot be written: %s", mail_id, trace(error))
    return f"could not be written: {error}" if isinstance(error, ValueError) else "could not be written"


def _envelope(
    due: DueMail, at: datetime, to: str, content: Content | Callable[[], Content], *, smtputf8: bool
) -> Envelope:
    settings: Settings = current_app.config["SETTINGS"]
    content = content() if callable(content) else content
    sender = mail_from()
    domain = sender.rpartition("@")[2]
    channel, mark = channel_of(due.mail.kind), links.mark_of(due.mail.id)
    message = MailMessage(
        to=to,
        from_address=sender,
        from_name=due.practice.name,
        reply_to=_reply_to(due, mark, smtputf8=smtputf8),
        subject=content.subject,
        text=content.text,
        html=content.html,
        message_id=message_id(due.mail.id, domain),
        date=at,
        list_id=list_id(domain, channel) if channel else None,
        unsubscribe_url=due.stop_link if channel else None,
        unsubscribe_mailto=settings.intake_address if channel else None,
        unsubscribe_subject=f"unsubscribe {due.stop_secret}" if channel else "",
        mark=mark,
        references=(message_id(due.first_mail, domain),) if due.first_mail else (),
        calendar=_calendar(due, sender, to),
    )
    return Envelope(settings.return_path(mark, sender), to, message.to_bytes())


def _calendar(due: DueMail, sender: str, to: str) -> Attachment | None:
    """The file that goes along with word of an appointment."""
    if due.appointment is None or due.mail.kind is not MailKind.APPOINTMENT:
        return None
    for_staff, stands = due.client is None, _stands(due)
    content = calendars.for_mail(
        due.appointment, due.practice, sender, to, for_staff=for_staff, stands=stands
    )
    return Attachment(content, calendars.method(stands=stands))


def _stands(due: DueMail) -> bool:
    """Whether it stands for this reader: for a colleague it was with before it does no longer."""
    assert due.appointment is not None
    is_theirs = due.user is None or due.user.id == due.appointment.with_id
    return is_theirs and due.appointment.state is not AppointmentState.CANCELLED


def _reply_to(due: DueMail, mark: str, *, smtputf8: bool) -> str | None:
    """Where an answer goes: word of a message is answered into the thread, where somebody takes mail in."""
    settings: Settings = current_app.config["SETTINGS"]
    if due.mail.kind is MailKind.MESSAGE_WAITS and settings.bounce_address:
        return settings.return_path(mark)
    return mailbox(due.practice.email, smtputf8=smtputf8) if due.practice.email else None


def _checkin(due: DueMail, at: datetime) -> Callable[[], EncodedContent]:
    secret, row = links.new(
        due.practice.id, LinkPurpose.CHECKIN, at + links.CHECKIN_LIFETIME, checkin_id=due.mail.checkin_id
    )
    due.links.append(row)
    return partial(_checkin_words, due, at, secret)


def _checkin_words(due: DueMail, at: datetime, secret: str) -> EncodedContent:
    assert due.client is not None
    return compose.checkin_encoded(
        _head(due.practice),
        first_name=first_name(due.client.name),
        link=links.secret_address("public.checkin.show", secret),
        until=_last_day(at + links.CHECKIN_LIFETIME, due.client.time_zone),
        stop_link=due.stop_link,
        why_link=_why_link(due, secret),
    )


def _why_link(due: DueMail, secret: str) -> str | None:
    """Where the client says why they stopped; None where nobody asks."""
    return links.address("public.checkin.why", secret=secret) if due.asks_why else None


def _questionnaire(due: DueMail, at: datetime) -> MailContent:
    assert due.client is not None
    assert due.asking is not None
    secret, row = links.new(
        due.practice.id,
        LinkPurpose.QUESTIONNAIRE,
        due.asking.expires_at,
        questionnaire_request_id=due.asking.id,
    )
    due.links.append(row)
    return compose.questionnaire(
        _head(due.practice),
        first_name=first_name(due.client.name),
        link=links.secret_address("public.questionnaires.show", secret),
        until=_last_day(due.asking.expires_at, due.client.time_zone),
        stop_link=due.stop_link,
    )


def _program_changed(due: DueMail, at: datetime) -> MailContent:
    assert due.client is not None
    return compose.program_changed(
        _head(due.practice),
        first_name=first_name(due.client.name),
        link=links.address("client.today.index"),
        stop_link=due.stop_link,
    )


def _program_offered(due: DueMail, at: datetime) -> MailContent:
    assert due.client is not None
    return compose.program_offered(
        _head(due.practice),
        first_name=first_name(due.client.name),
        link=links.address("client.program.show"),
        stop_link=due.stop_link,
    )


def _checkin_reminder(due: DueMail, at: datetime) -> MailContent:
    assert due.client is not None
    until = (due.sent_at or at) + links.CHECKIN_LIFETIME  # the check-in's own end
    secret, row = links.new(due.practice.id, LinkPurpose.CHECKIN, until, checkin_id=due.mail.checkin_id)
    due.links.append(row)
    return compose.checkin_reminder(
        _head(due.practice),
        first_name=first_name(due.client.name),
        link=links.secret_address("public.checkin.show", secret),
        until=_last_day(until, due.client.time_zone),
        stop_link=due.stop_link,
        why_link=_why_link(due, secret),
    )


def _invitation(due: DueMail, at: datetime) -> MailContent:
    assert due.client is not None
    assert due.invitation is not None
    assert due.inviter is not None
    return compose.invitation(
        _head(due.practice),
        first_name=first_name(due.client.name),
        practitioner=due.inviter.name,
        link=links.address("public.invitation.show", secret=invitations.mint_link(due.invitation)),
        until=_last_day(due.invitation.expires_at, due.client.time_zone),
    )


def _staff_invitation(due: DueMail, at: datetime) -> MailContent:
    assert due.staff_invitation is not None
    assert due.inviter is not None
    return compose.staff_invitation(
        _head(due.practice),
        inviter=due.inviter.name,
        link=links.address("public.staff_invitation.show", secret=inviting.mint_link(due.staff_invitation)),
        until=_last_day(due.staff_invitation.expires_at, due.practice.time_zone),
    )


def _course_place(due: DueMail, at: datetime) -> MailContent:
    assert due.place is not None
    standing = joining.known(due.place)
    until = at + LIFETIMES[LinkPurpose.COURSE_PLACE]
    secret, row = links.new(due.practice.id, LinkPurpose.COURSE_PLACE, until, course_request_id=due.place.id)
    due.links.append(row)
    return compose.course_place(
        _head(due.practice),
        first_name=first_name(due.place.name),
        link=links.secret_address("public.joining.confirm", secret),
        until=_last_day(until, due.place.time_zone),
        is_client=standing.is_client,
        is_member=standing.is_member,
    )


def _course_welcome(due: DueMail, at: datetime) -> MailContent:
    assert due.client is not None
    assert due.course is not None
    return compose.course_welcome(
        _head(due.practice),
        first_name=first_name(due.client.name),
        begins=due.course.starts_on,
        weeks=count(due.course.weeks, "week"),
        link=links.address("client.groups.index"),
        stop_link=due.stop_link,
    )


def _group_message(due: DueMail, at: datetime) -> MailContent:
    assert due.client is not None
    assert due.writer is not None
    return compose.group_message(
        _head(due.practice),
        first_name=first_name(due.client.name),
        leader=due.writer.name,
        link=links.address("client.groups.index"),
        stop_link=due.stop_link,
    )


def _appointment(due: DueMail, at: datetime) -> MailContent:
    assert due.appointment is not None
    news = "stands" if due.appointment.sequence == 0 else "changed"
    if not _stands(due):
        news = "called_off"
    return compose.appointment(_head(due.practice), news=news, **_meeting(due))


def _appointment_reminder(due: DueMail, at: datetime) -> MailContent:
    return compose.appointment_reminder(_head(due.practice), **_meeting(due))


def _meeting(due: DueMail) -> Meeting:
    """What of an appointment its reader is told: by their own clock, and of a client no name."""
    assert due.appointment is not None
    row = due.appointment
    if due.client is not None:
        name, zone, page = due.client.name, due.client.time_zone, links.address("client.appointments.index")
    else:
        assert due.user is not None
        name, zone = due.user.name, due.practice.time_zone
        page = links.address("practitioner.appointments.index", client_id=row.client_id)
    told = row.starts_at.astimezone(ZoneInfo(zone))
    return Meeting(
        first_name=first_name(name),
        when=_when(told, "" if zone == due.practice.time_zone else zone.rpartition("/")[2].replace("_", " ")),
        lasts=count(row.minutes, "minute"),
        who=say("with %(name)s", name=row.with_whom.name)
        if due.client is not None
        else say("with a client of yours"),
        where=row.link or row.place,
        link=page,
    )


def _when(told: datetime, place: str) -> str:
    """The day and the time by its reader's clock, and whose that is where it is not the practice's."""
    day, time = day_and_year(told.date()), time_in_words(told.time())
    if place:
        return say("%(day)s, %(time)s (%(place)s time)", day=day, time=time, place=place)
    return say("%(day)s, %(time)s", day=day, time=time)


def _booking_answer(due: DueMail, at: datetime) -> MailContent:
    assert due.client is not None
    page = links.address("client.appointments.index")
    return compose.booking_answer(_head(due.practice), first_name=first_name(due.client.name), link=page)


def _booking_wish(due: DueMail, at: datetime) -> MailContent:
    assert due.user is not None
    page = links.address("practitioner.bookings.index")
    return compose.booking_wish(_head(due.practice), first_name=first_name(due.user.name), link=page)


def _message_waits(due: DueMail, at: datetime) -> MailContent:
    assert due.client is not None
    settings: Settings = current_app.config["SETTINGS"]
    return compose.message_waits(
        _head(due.practice),
        first_name=first_name(due.client.name),
        link=links.address("client.messages.index"),
        stop_link=due.stop_link,
        may_reply=settings.intake_address is not None,
    )


def _practice_reminder(due: DueMail, at: datetime) -> MailContent:
    assert due.client is not None
    return compose.practice_reminder(
        _head(due.practice),
        first_name=first_name(due.client.name),
        link=links.address("client.today.index"),
        stop_link=due.stop_link,
    )


def _password_reset(due: DueMail, at: datetime) -> MailContent:
    assert due.user is not None
    return compose.password_reset(
        _head(due.practice),
        first_name=first_name(due.user.name),
        link=links.address("public.reset.choose", secret=accounts.mint_reset(due.user)),
        minutes=int(accounts.RESET_LIFETIME.total_seconds() // 60),
    )


def _address_proof(due: DueMail, at: datetime) -> MailContent:
    assert due.user is not None
    return compose.address_proof(
        _head(due.practice),
        first_name=first_name(due.user.name),
        link=links.address("public.address.show", secret=addresses.mint(due.user)),
        days=addresses.LIFETIME.days,
    )


def _address_notice(due: DueMail, at: datetime) -> MailContent:
    assert due.user is not None
    return compose.address_notice(_head(due.practice), first_name=first_name(due.user.name))


def _second_step_reset(due: DueMail, at: datetime) -> MailContent:
    assert due.user is not None
    return compose.second_step_reset(
        _head(due.practice),
        first_name=first_name(due.user.name),
        link=links.address("public.signin.sign_in"),
    )


def _warning_sign_alert(due: DueMail, at: datetime) -> MailContent:
    assert due.user is not None
    assert due.flag is not None
    page = links.address("practitioner.warnings.show", flag_id=due.flag.id)
    return compose.warning_sign_alert(_head(due.practice), first_name=first_name(due.user.name), link=page)


def _screen_alert(due: DueMail, at: datetime) -> MailContent:
    assert due.user is not None
    page = links.address("practitioner.attention.index")
    return compose.screen_alert(_head(due.practice), first_name=first_name(due.user.name), link=page)


def _reply_notice(due: DueMail, at: datetime) -> MailContent:
    assert due.user is not None
    page = links.address("practitioner.inbox.index")  # a mail that was held stands at the head of every page
    return compose.reply_notice(_head(due.practice), first_name=first_name(due.user.name), link=page)


def _practice_notice(due: DueMail, at: datetime) -> MailContent:
    assert due.user is not None
    assert due.mail.local_date is not None
    return compose.practice_notice(
        _head(due.practice),
        first_name=first_name(due.user.name),
        lines=news_lines(notices.counts(due.practice.id, due.mail.local_date)),
        link=links.address("practitioner.attention.index"),
    )


def _test_mail(due: DueMail, at: datetime) -> MailContent:
    assert due.user is not None
    return compose.test_mail(
        _head(due.practice), first_name=first_name(due.user.name), link=links.address("public.home.index")
    )


def _checkin_preview(due: DueMail, at: datetime) -> MailContent:
    assert due.user is not None
    home = links.address("public.home.index")  # a preview's button must not open anybody's check-in
    content = compose.checkin(
        _head(due.practice),
        first_name=first_name(due.user.name),
        link=home,
        until=_last_day(at + links.CHECKIN_LIFETIME, due.practice.time_zone),
        stop_link=home,
    )
    return compose.preview(content, spoken_here().code)


MAILS: dict[MailKind, Callable[[DueMail, datetime], Content | Callable[[], Content]]] = {
    MailKind.CHECKIN: _checkin,
    MailKind.REMINDER: _checkin_reminder,
    MailKind.INVITATION: _invitation,
    MailKind.STAFF_INVITATION: _staff_invitation,
    MailKind.QUESTIONNAIRE: _questionnaire,
    MailKind.PROGRAM_CHANGED: _program_changed,
    MailKind.PROGRAM_OFFERED: _program_offered,
    MailKind.COURSE_PLACE: _course_place,
    MailKind.COURSE_WELCOME: _course_welcome,
    MailKind.GROUP_MESSAGE: _group_message,
    MailKind.APPOINTMENT: _appointment,
    MailKind.APPOINTMENT_REMINDER: _appointment_reminder,
    MailKind.BOOKING_ANSWER: _booking_answer,
    MailKind.BOOKING_WISH: _booking_wish,
    MailKind.MESSAGE_WAITS: _message_waits,
    MailKind.PRACTICE_REMINDER: _practice_reminder,
    MailKind.PASSWORD_RESET: _password_reset,
    MailKind.ADDRESS_PROOF: _address_proof,
    MailKind.ADDRESS_NOTICE: _address_notice,
    MailKind.SECOND_STEP_RESET: _second_step_reset,
    MailKind.WARNING_SIGN_ALERT: _warning_sign_alert,
    MailKind.SCREEN_ALERT: _screen_alert,
    MailKind.REPLY: _reply_notice,
    MailKind.PRACTICE_NOTICE: _practice_notice,
    MailKind.TEST_MAIL: _test_mail,
    MailKind.CHECKIN_PREVIEW: _checkin_preview,
}


def _head(practice: Practice) -> Letterhead:
    return Letterhead(practice.name, practice.phone, practice.emergency_number, spoken_here().code)


def _last_day(until: datetime, zone: str) -> date:
    return until.astimezone(ZoneInfo(zone)).date()

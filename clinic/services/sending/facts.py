"""What decides on a mail whose time has come, put together from what was read of it."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from clinic.domain.access import is_staff
from clinic.domain.appointments import AppointmentState
from clinic.domain.asking import OPEN
from clinic.domain.courses import OVER, RequestState
from clinic.domain.mail_standing import MailSort, MailStanding, mail_standing_of, sort_of
from clinic.domain.scheduling import WakingHours, waking_hours
from clinic.domain.sending import CheckinFacts, Promise
from clinic.domain.skipping import AWAITED, SendingFacts
from clinic.domain.types import (
    CheckinState,
    InvitationState,
    MailKind,
    ProgramStatus,
)
from clinic.models import Practice
from clinic.services.clients import invitations
from clinic.services.clock import now
from clinic.services.messages import telling
from clinic.services.people import inviting
from clinic.services.questionnaires import asked as questionnaires
from clinic.services.sending.dues import OF_GROUPS, DueMail, Recipient


def promise_of(due: DueMail, *, real_server: bool) -> Promise:
    """All that decides on this mail."""
    to_client = due.client is not None or (due.user is not None and not is_staff(due.user.role))
    sort = sort_of(due.mail.kind, to_client=to_client)
    return Promise(
        sort=sort,
        standing=_standing(due),
        not_after=due.mail.not_after,
        start_by=due.mail.start_by,
        attempts=due.mail.attempts,
        demo=due.practice.is_demo and real_server,
        withdrawn=_withdrawn(due),
        checkin=_checkin_facts(due) if due.checkin is not None else _message_facts(due, sort),
    )


def _withdrawn(due: DueMail) -> bool:
    if due.user is not None and not due.user.is_open:
        return True
    if due.flag is not None and not due.flag.is_open:
        return True
    if due.asking is not None and questionnaires.state_of(due.asking) not in OPEN:
        return True
    if due.mail.kind is MailKind.APPOINTMENT_REMINDER and not _is_planned(due):
        return True
    if not due.is_wished:
        return True
    if due.mail.kind is MailKind.MESSAGE_WAITS and not _waits_to_be_read(due):
        return True
    if due.mail.kind in OF_GROUPS and _group_is_over(due):
        return True
    if due.mail.kind == MailKind.REMINDER and due.checkin not in {*AWAITED, CheckinState.ANSWERED}:
        return True
    if due.staff_invitation is not None:
        return inviting.state_of(due.staff_invitation) is not InvitationState.PENDING
    return due.invitation is not None and invitations.state_of(due.invitation) is not InvitationState.PENDING


def _is_planned(due: DueMail) -> bool:
    return due.appointment is not None and due.appointment.state is AppointmentState.PLANNED


def _waits_to_be_read(due: DueMail) -> bool:
    return due.client is not None and telling.has_unread(due.practice.id, due.client.id, now())


def _group_is_over(due: DueMail) -> bool:
    """What a mail to a group, or to somebody who wants to join it, was about is no more."""
    if due.place is not None:
        return due.place.state is RequestState.REFUSED
    if due.message is not None and due.message.taken_back_at is not None:
        return True
    is_over = due.mail.kind is MailKind.COURSE_WELCOME and due.course is not None and due.course.state in OVER
    return is_over or not due.is_member


def _standing(due: DueMail) -> MailStanding:
    """Where the client stands; an invitation and mail to an account have an address of their own."""
    numbers_set, has_address = due.practice.numbers_set, bool(due.address)
    if due.client is None:
        return MailStanding(numbers_set=numbers_set, has_address=has_address)
    standing = mail_standing_of(due.client, numbers_set=numbers_set, warning_open=due.warning_open)
    return replace(standing, has_address=has_address)


def _checkin_facts(due: DueMail) -> CheckinFacts | None:
    client, practice = due.client, due.practice
    if client is None or due.checkin is None:
        return None
    return CheckinFacts(
        facts=SendingFacts(
            due_at=None,  # moved by each try, by waking hours and by sending again: `start_by` tells
            program=due.program or ProgramStatus.ENDED,
        ),
        hours=_hours(practice, client),
        zone=ZoneInfo(client.time_zone),
        answered=due.checkin is CheckinState.ANSWERED,
    )


def _message_facts(due: DueMail, sort: MailSort) -> CheckinFacts | None:
    """Other mail of these sorts keeps to the same hours and to one mail a day; it waits for no program."""
    client = due.client
    if client is None or sort not in (MailSort.CHECKIN, MailSort.MESSAGE):
        return None
    return CheckinFacts(
        facts=SendingFacts(due_at=None, program=ProgramStatus.ACTIVE),
        hours=_hours(due.practice, client),
        zone=ZoneInfo(client.time_zone),
    )


def _hours(practice: Practice, client: Recipient) -> WakingHours:
    return waking_hours(practice.waking_from, practice.waking_until, client.waking_from, client.waking_until)

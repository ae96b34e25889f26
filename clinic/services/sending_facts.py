"""What decides on a mail whose time has come, put together from what was read of it."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from clinic.domain.channels import channel_of
from clinic.domain.questionnaires import OPEN
from clinic.domain.scheduling import WakingHours, waking_hours
from clinic.domain.sending import CHECKIN_MAILS, REMINDER, CheckinFacts, Promise
from clinic.domain.skipping import AWAITED, SendingFacts
from clinic.domain.types import (
    CheckinState,
    ClientStatus,
    InvitationState,
    MailChannel,
    ProgramStatus,
    Role,
    SkipReason,
)
from clinic.models import Practice
from clinic.services import invitations, questionnaires
from clinic.services.sending_dues import Due, Recipient


def promise_of(due: Due, *, real_server: bool) -> Promise:
    """All that decides on this mail."""
    return Promise(
        not_after=due.mail.not_after,
        start_by=due.mail.start_by,
        attempts=due.mail.attempts,
        to_client=due.client is not None or (due.user is not None and due.user.role is Role.CLIENT),
        numbers_set=due.practice.numbers_set,
        has_address=bool(due.address),
        demo=due.practice.is_demo and real_server,
        withdrawn=_withdrawn(due),
        stopped=_stopped(due),
        checkin=_checkin_facts(due) if due.mail.kind in CHECKIN_MAILS else _message_facts(due),
    )


def _withdrawn(due: Due) -> bool:
    if due.user is not None and due.user.deactivated_at is not None:
        return True
    if due.flag is not None and due.flag.cleared_at is not None:
        return True
    if due.asking is not None and questionnaires.state_of(due.asking) not in OPEN:
        return True
    if due.mail.kind == REMINDER and due.checkin not in {*AWAITED, CheckinState.ANSWERED}:
        return True
    return due.invitation is not None and invitations.state_of(due.invitation) is not InvitationState.PENDING


def _stopped(due: Due) -> SkipReason | None:
    """What keeps a message from a client; mail about the account is kept by nothing."""
    client = due.client
    if client is None or channel_of(due.mail.kind) is not MailChannel.MESSAGES:
        return None
    reasons = {
        SkipReason.ARCHIVED: client.status is ClientStatus.ARCHIVED,
        SkipReason.NO_CONSENT: client.consented_at is None,
        SkipReason.UNSUBSCRIBED: client.messages_stopped_at is not None,
        SkipReason.BOUNCED: client.bounced_at is not None,
    }
    return next((reason for reason, holds in reasons.items() if holds), None)


def _checkin_facts(due: Due) -> CheckinFacts | None:
    client, practice = due.client, due.practice
    if client is None or due.checkin is None:
        return None
    return CheckinFacts(
        facts=SendingFacts(
            due_at=None,  # moved by each try, by waking hours and by sending again: `start_by` tells
            program=due.program or ProgramStatus.ENDED,
            locked=due.warning_open,
            archived=client.status is ClientStatus.ARCHIVED,
            consented=client.consented_at is not None,
            unsubscribed=client.unsubscribed_at is not None,
            has_address=client.email is not None,
            bounced=client.bounced_at is not None,
            numbers_set=practice.numbers_set,
        ),
        hours=_hours(practice, client),
        zone=ZoneInfo(client.time_zone),
        answered=due.checkin is CheckinState.ANSWERED,
    )


def _message_facts(due: Due) -> CheckinFacts | None:
    """A message keeps to the same hours and to one mail a day; it waits for no program."""
    client = due.client
    if client is None or channel_of(due.mail.kind) is not MailChannel.MESSAGES:
        return None
    return CheckinFacts(
        facts=SendingFacts(due_at=None, program=ProgramStatus.ACTIVE, locked=due.warning_open),
        hours=_hours(due.practice, client),
        zone=ZoneInfo(client.time_zone),
    )


def _hours(practice: Practice, client: Recipient) -> WakingHours:
    return waking_hours(practice.waking_from, practice.waking_until, client.waking_from, client.waking_until)

"""Which mails a client can stop, by sort."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinic.domain.channels import channel_of, kinds_in, link_may_begin_again
from clinic.domain.sending import CHECKIN_MAILS
from clinic.domain.types import MailChannel, MailKind

CAN_BE_STOPPED = {
    MailKind.CHECKIN: MailChannel.CHECKINS,
    MailKind.REMINDER: MailChannel.CHECKINS,
    MailKind.PROGRAM_CHANGED: MailChannel.CHECKINS,
    MailKind.PROGRAM_OFFERED: MailChannel.CHECKINS,
    MailKind.QUESTIONNAIRE: MailChannel.MESSAGES,
    MailKind.COURSE_WELCOME: MailChannel.MESSAGES,
    MailKind.GROUP_MESSAGE: MailChannel.MESSAGES,
    MailKind.MESSAGE_WAITS: MailChannel.MESSAGES,
    MailKind.PRACTICE_REMINDER: MailChannel.REMINDERS,
}


@pytest.mark.parametrize("kind", MailKind)
def test_what_can_be_stopped_is_of_one_sort_and_mail_about_the_account_of_none(kind: MailKind) -> None:
    assert channel_of(kind) is CAN_BE_STOPPED.get(kind)


@pytest.mark.parametrize("channel", MailChannel)
def test_a_sort_has_the_kinds_that_say_so(channel: MailChannel) -> None:
    assert kinds_in(channel) == {kind for kind in MailKind if channel_of(kind) is channel}


def test_the_ledger_follows_the_mails_of_checkins() -> None:
    of_programs = {MailKind.PROGRAM_CHANGED, MailKind.PROGRAM_OFFERED}
    assert kinds_in(MailChannel.CHECKINS) == CHECKIN_MAILS | of_programs, "word of a program is none"


STOPPED = datetime(2026, 11, 28, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stopped_at", "after", "may"),
    [
        (STOPPED, timedelta(0), True),
        (STOPPED, timedelta(hours=24), True),
        (STOPPED, timedelta(hours=24, seconds=1), False),
        (None, timedelta(0), False),
    ],
)
def test_a_link_begins_again_what_was_stopped_within_a_day(
    stopped_at: datetime | None, after: timedelta, may: bool
) -> None:
    assert link_may_begin_again(stopped_at, STOPPED + after) is may

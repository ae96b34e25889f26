"""Which sort of mail each kind is: a client stops one sort, and mail about the account always goes out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from clinic.domain.types import MailChannel, MailKind

THINKS_BETTER = timedelta(days=1)

OF_KIND: Mapping[MailKind, MailChannel] = MappingProxyType(
    {
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
)


def channel_of(kind: MailKind) -> MailChannel | None:
    """The channel of a kind of mail; None for mail that cannot be stopped."""
    return OF_KIND.get(kind)


def kinds_in(channel: MailChannel) -> frozenset[MailKind]:
    """All kinds of mail of one channel."""
    return frozenset(kind for kind, of in OF_KIND.items() if of is channel)


def link_may_begin_again(stopped_at: datetime | None, at: datetime) -> bool:
    """Whether the link in a mail may begin a sort of mail again that was stopped then; None: it goes out."""
    return stopped_at is not None and at - stopped_at <= THINKS_BETTER

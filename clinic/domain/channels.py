"""Which sort of mail each kind is: a client stops one sort, and mail about the account always goes out."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from clinic.domain.types import MailChannel, MailKind

OF_KIND: Mapping[MailKind, MailChannel] = MappingProxyType(
    {
        MailKind.CHECKIN: MailChannel.CHECKINS,
        MailKind.REMINDER: MailChannel.CHECKINS,
        MailKind.PROGRAM_CHANGED: MailChannel.CHECKINS,
        MailKind.QUESTIONNAIRE: MailChannel.MESSAGES,
    }
)


def channel_of(kind: MailKind) -> MailChannel | None:
    """The channel of a kind of mail; None for mail that cannot be stopped."""
    return OF_KIND.get(kind)


def kinds_in(channel: MailChannel) -> frozenset[MailKind]:
    """All kinds of mail of one channel."""
    return frozenset(kind for kind, of in OF_KIND.items() if of is channel)

"""Which sort of mail each kind is: a client stops one sort, and mail about the account always goes out."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from clinic.domain.types import MailChannel

OF_KIND: Mapping[str, MailChannel] = MappingProxyType(
    {
        "checkin": MailChannel.CHECKINS,
        "checkin_reminder": MailChannel.CHECKINS,
        "questionnaire": MailChannel.MESSAGES,
    }
)


def channel_of(kind: str) -> MailChannel | None:
    """The channel of a kind of mail; None for mail that cannot be stopped."""
    return OF_KIND.get(kind)


def kinds_in(channel: MailChannel) -> frozenset[str]:
    """All kinds of mail of one channel."""
    return frozenset(kind for kind, of in OF_KIND.items() if of is channel)

"""News for the practice: what is worth a line in the morning mail, and when that mail is due."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

MORNING = time(8)  # where the practice is


class NoticeKind(StrEnum):
    """What happened; the order here is the order of the mail. Warning signs have a mail of their own."""

    CONTACT = "contact"
    UNANSWERED = "unanswered"
    REPLIED = "replied"
    BOUNCED = "bounced"
    RETURNING = "returning"
    REFUSED = "refused"
    UNSUBSCRIBED = "unsubscribed"
    MAIL_PAUSED = "mail_paused"
    BACKUP_FAILED = "backup_failed"
    TAPERING = "tapering"
    ENDED = "ended"


# One and several. Counts alone: mail is read on shared screens and by scanners.
WORDS: Mapping[NoticeKind, tuple[str, str]] = MappingProxyType(
    {
        NoticeKind.CONTACT: (
            "1 client would like to hear from you",
            "{} clients would like to hear from you",
        ),
        NoticeKind.UNANSWERED: (
            "1 client has not answered two check-ins, so their mail has stopped",
            "{} clients have not answered two check-ins, so their mail has stopped",
        ),
        NoticeKind.REPLIED: (
            "1 mail was written to you and waits to be read",
            "{} mails were written to you and wait to be read",
        ),
        NoticeKind.RETURNING: (
            "Mail to 1 client comes back week after week",
            "Mail to {} clients comes back week after week",
        ),
        NoticeKind.REFUSED: (
            "1 mail was refused by another server: this is about how the practice sends, not the client",
            "{} mails were refused by other servers: this is about how the practice sends, not the clients",
        ),
        NoticeKind.BOUNCED: ("1 address does not take mail", "{} addresses do not take mail"),
        NoticeKind.UNSUBSCRIBED: (
            "1 client has stopped their check-in mails",
            "{} clients have stopped their check-in mails",
        ),
        NoticeKind.MAIL_PAUSED: (
            "The mail server has refused our mail for a while",
            "The mail server has refused our mail for a while",
        ),
        NoticeKind.BACKUP_FAILED: (
            "The last backup went wrong: the page Backups says why, and what to do",
            "The last backup went wrong: the page Backups says why, and what to do",
        ),
        NoticeKind.TAPERING: (
            "1 client may be ready for fewer check-ins",
            "{} clients may be ready for fewer check-ins",
        ),
        NoticeKind.ENDED: ("1 client has come to their last day", "{} clients have come to their last day"),
    }
)


def lines(counts: Mapping[NoticeKind, int]) -> tuple[str, ...]:
    """The news as sentences, in the order of the kinds; what did not happen is left out."""
    found = [(WORDS[kind], counts.get(kind, 0)) for kind in NoticeKind]
    return tuple(words[number > 1].format(number) for words, number in found if number)


def morning_of(at: datetime, zone: ZoneInfo) -> tuple[date, datetime]:
    """The local date of an instant, and that date's morning: news from before it may be mailed then."""
    day = at.astimezone(zone).date()
    return day, datetime.combine(day, MORNING, zone).astimezone(UTC)

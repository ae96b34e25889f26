"""News for the practice: what is worth a line in the morning mail, and when that mail is due."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from clinic.domain.words import Words, say, say_many

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
WORDS: Mapping[NoticeKind, Callable[[int], Words]] = MappingProxyType(
    {
        NoticeKind.CONTACT: lambda number: say_many(
            "%(number)s client would like to hear from you.",
            "%(number)s clients would like to hear from you.",
            number,
        ),
        NoticeKind.UNANSWERED: lambda number: say_many(
            "%(number)s client has not answered two check-ins, so their mail has stopped.",
            "%(number)s clients have not answered two check-ins, so their mail has stopped.",
            number,
        ),
        NoticeKind.REPLIED: lambda number: say_many(
            "%(number)s mail was written to you and waits to be read.",
            "%(number)s mails were written to you and wait to be read.",
            number,
        ),
        NoticeKind.RETURNING: lambda number: say_many(
            "Mail to %(number)s client comes back week after week.",
            "Mail to %(number)s clients comes back week after week.",
            number,
        ),
        NoticeKind.REFUSED: lambda number: say_many(
            "%(number)s mail was refused by another server:"
            " this is about how the practice sends, not the client.",
            "%(number)s mails were refused by other servers:"
            " this is about how the practice sends, not the clients.",
            number,
        ),
        NoticeKind.BOUNCED: lambda number: say_many(
            "%(number)s address does not take mail.",
            "%(number)s addresses do not take mail.",
            number,
        ),
        NoticeKind.UNSUBSCRIBED: lambda number: say_many(
            "%(number)s client has stopped their check-in mails.",
            "%(number)s clients have stopped their check-in mails.",
            number,
        ),
        NoticeKind.MAIL_PAUSED: lambda _: say("The mail server has refused our mail for a while."),
        NoticeKind.BACKUP_FAILED: lambda _: say(
            "The last backup went wrong: the page Backups says why, and what to do."
        ),
        NoticeKind.TAPERING: lambda number: say_many(
            "%(number)s client may be ready for fewer check-ins.",
            "%(number)s clients may be ready for fewer check-ins.",
            number,
        ),
        NoticeKind.ENDED: lambda number: say_many(
            "%(number)s client has come to their last day.",
            "%(number)s clients have come to their last day.",
            number,
        ),
    }
)


def lines(counts: Mapping[NoticeKind, int]) -> tuple[str, ...]:
    """The news as sentences, in the order of the kinds; what did not happen is left out."""
    return tuple(WORDS[kind](counts[kind]) for kind in NoticeKind if counts.get(kind))


def morning_of(at: datetime, zone: ZoneInfo) -> tuple[date, datetime]:
    """The local date of an instant, and that date's morning: news from before it may be mailed then."""
    day = at.astimezone(zone).date()
    return day, datetime.combine(day, MORNING, zone).astimezone(UTC)

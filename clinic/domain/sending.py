"""Whether a promised mail may go out now, and when a refused one is tried again."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from clinic.domain.mail_standing import MailSort, MailStanding, why_not_mailed
from clinic.domain.scheduling import DAY, WakingHours, local_to_utc
from clinic.domain.skipping import SKIPPED_BECAUSE, SendingFacts, against_itself
from clinic.domain.types import MailKind, SkipReason

CHECKIN_MAILS = frozenset({MailKind.CHECKIN, MailKind.REMINDER})  # the ledger follows these

KEEP_TRYING = timedelta(days=3)
# RFC 5321 4.5.4.1 wants about half an hour between tries; greylisting lets a mail pass after five minutes.
RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30))
RETRY_THEN = timedelta(hours=1)
A_DAY = timedelta(days=1)  # until a day's limit is counted anew, wherever the server's day begins
A_DAYS_JITTER = timedelta(hours=1)
JITTER = 0.2  # of the wait, either way: mails refused together do not come back together


class SendingRuling(StrEnum):
    """What happens to a promised mail whose time has come."""

    SEND = "send"
    LATER = "later"
    CANCEL = "cancel"
    EXPIRE = "expire"


@dataclass(frozen=True, slots=True)
class SendingDecision:
    """A ruling, why, and for LATER until when; `skip` is the word of the check-in's ledger."""

    ruling: SendingRuling
    reason: str = ""
    skip: SkipReason | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckinFacts:
    """What of itself decides on a check-in's mail at the last moment."""

    facts: SendingFacts
    hours: WakingHours
    zone: ZoneInfo
    answered: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """A mail whose time has come, with all that decides on it."""

    sort: MailSort
    standing: MailStanding = field(default_factory=MailStanding)
    not_after: datetime
    start_by: datetime | None = None  # for its first try; None: until the end
    attempts: int = 0
    demo: bool = False  # of a demo practice, while mail would go out through a real server
    withdrawn: bool = False  # what it is about is over: accepted, revoked, closed
    checkin: CheckinFacts | None = None


_SEND = SendingDecision(SendingRuling.SEND)
_LATE = SendingDecision(SendingRuling.EXPIRE, SKIPPED_BECAUSE[SkipReason.LATE], SkipReason.LATE)


def decide(promise: Promise, now: datetime) -> SendingDecision:
    """Whether this mail goes out at `now`; asked when it is claimed, after any change of mind."""
    if now >= promise.not_after:
        return _expired(promise.attempts)
    if promise.start_by is not None and now > promise.start_by and not promise.attempts:
        return _LATE
    if promise.demo:
        return _skip(SkipReason.DEMONSTRATION)
    if promise.withdrawn:
        return SendingDecision(SendingRuling.CANCEL, "no longer needed")
    if promise.checkin is not None and promise.checkin.answered:
        return SendingDecision(SendingRuling.CANCEL, "answered already")
    if reason := why_not_mailed(promise.standing, promise.sort):
        return _skip(reason)
    return _SEND if promise.checkin is None else _about(promise.checkin, promise, now)


def after_todays_mail(promise: Promise, now: datetime) -> SendingDecision:
    """What becomes of a mail that may go out on a day on which its client has had one."""
    assert promise.checkin is not None
    tomorrow = now.astimezone(promise.checkin.zone).date() + DAY
    opens = local_to_utc(tomorrow, promise.checkin.hours.opens, promise.checkin.zone)
    return _wait(promise, opens, SKIPPED_BECAUSE[SkipReason.ONE_MAIL_A_DAY], _skip(SkipReason.ONE_MAIL_A_DAY))


def last_try(due_at: datetime, next_due_at: datetime | None) -> datetime:
    """Until when a check-in's mail is tried: three days at most, and never into the time of the next one."""
    end = due_at + KEEP_TRYING
    return end if next_due_at is None else min(end, next_due_at)


def retry_at(attempts: int, now: datetime, chance: float) -> datetime:
    """When a mail refused for the `attempts`th time is tried again; `chance` is from 0 up to 1."""
    wait = RETRY_AFTER[attempts - 1] if attempts <= len(RETRY_AFTER) else RETRY_THEN
    return now + wait * (1 + JITTER * (2 * chance - 1))


def tomorrow_at(now: datetime, chance: float) -> datetime:
    """When a mail that met a day's limit is tried again; `chance` is from 0 up to 1."""
    return now + A_DAY + A_DAYS_JITTER * chance


def next_waking(hours: WakingHours, zone: ZoneInfo, now: datetime) -> datetime:
    """`now` if it lies in the waking hours of that zone, else the instant they next begin."""
    local = now.astimezone(zone)
    if hours.contains(local.time()):
        return now
    return max(now, hours.shift(local).replace(fold=0).astimezone(UTC))


def day_key(client_id: uuid.UUID, day: date) -> str:
    """The key under which a client has one mail a day, whatever its source."""
    return f"{client_id.hex}:{day.isoformat()}"


def _expired(attempts: int) -> SendingDecision:
    if attempts:
        return SendingDecision(
            SendingRuling.EXPIRE, f"given up after {attempts} {'try' if attempts == 1 else 'tries'}"
        )
    return _LATE


def _about(checkin: CheckinFacts, promise: Promise, now: datetime) -> SendingDecision:
    if reason := against_itself(checkin.facts, now):
        return _skip(reason)
    begins = next_waking(checkin.hours, checkin.zone, now)
    if begins <= now:
        return _SEND
    return _wait(promise, begins, "outside the client's waking hours", _expired(promise.attempts))


def _wait(promise: Promise, until: datetime, reason: str, otherwise: SendingDecision) -> SendingDecision:
    """Later, if that is not too late."""
    last = promise.not_after
    if promise.start_by is not None and not promise.attempts:
        last = min(last, promise.start_by)
    return SendingDecision(SendingRuling.LATER, reason, until=until) if until < last else otherwise


def _skip(reason: SkipReason) -> SendingDecision:
    return SendingDecision(SendingRuling.CANCEL, SKIPPED_BECAUSE[reason], reason)

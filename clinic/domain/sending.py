"""Whether a promised mail may go out now, and when a refused one is tried again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from clinic.domain.types import ProgramStatus, SkipReason

CHECKIN = "checkin"
SERVICE_MAILS = frozenset({"invitation", "password_reset"})  # asked for, so unsubscribing does not stop them

# RFC 5321 4.5.4.1 wants about half an hour between tries; greylisting lets pass after five minutes.
RETRY_AFTER = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30))
RETRY_THEN = timedelta(hours=1)
JITTER = 0.2  # of the wait, either way: mails refused together do not come back together


class Ruling(StrEnum):
    """What happens to a promised mail whose time has come."""

    SEND = "send"
    LATER = "later"
    CANCEL = "cancel"
    EXPIRE = "expire"


@dataclass(frozen=True, slots=True)
class Decision:
    """A ruling, why, and for LATER until when; `skip` is the word of the check-in's ledger."""

    ruling: Ruling
    reason: str = ""
    skip: SkipReason | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Recipient:
    """What is known of the client a mail is for."""

    time_zone: str
    waking_from: time
    waking_until: time
    has_address: bool = True
    archived: bool = False
    unsubscribed: bool = False
    bounced: bool = False


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a check-in mail is about, as it stands now."""

    answered: bool = False
    program: ProgramStatus | None = None
    warning_open: bool = False


@dataclass(frozen=True, slots=True)
class Promise:
    """A mail whose time has come, with all that decides on it. `client` is None for mail to staff."""

    kind: str
    not_after: datetime
    attempts: int = 0
    client: Recipient | None = None
    occasion: Occasion | None = None
    numbers_set: bool = True
    demo: bool = False  # of a demo practice, while mail would go out through a real server
    withdrawn: bool = False  # what it is about is over: accepted, revoked, closed


_SEND = Decision(Ruling.SEND)


def decide(promise: Promise, now: datetime) -> Decision:
    """Whether this mail goes out at `now`; asked when it is claimed, after any change of mind."""
    if now >= promise.not_after:
        return _expired(promise.attempts)
    if promise.demo:
        return Decision(Ruling.CANCEL, "people of the demonstration are never mailed through a real server")
    if promise.withdrawn:
        return Decision(Ruling.CANCEL, "no longer needed")
    if promise.client is None:
        return _SEND
    return _to_client(promise, promise.client, now)


def retry_at(attempts: int, now: datetime, chance: float) -> datetime:
    """When a mail refused for the `attempts`th time is tried again; `chance` is from 0 up to 1."""
    wait = RETRY_AFTER[attempts - 1] if attempts <= len(RETRY_AFTER) else RETRY_THEN
    return now + wait * (1 + JITTER * (2 * chance - 1))


def next_waking(client: Recipient, now: datetime) -> datetime:
    """`now` within the client's waking hours, else when they next begin; an instant in UTC."""
    local = now.astimezone(ZoneInfo(client.time_zone))
    if client.waking_from <= local.time() < client.waking_until:
        return now
    day = local.date() if local.time() < client.waking_from else local.date() + timedelta(days=1)
    begins = datetime.combine(day, client.waking_from, ZoneInfo(client.time_zone)).astimezone(UTC)
    return max(begins, now)


def _expired(attempts: int) -> Decision:
    if attempts:
        return Decision(Ruling.EXPIRE, f"given up after {attempts} {'try' if attempts == 1 else 'tries'}")
    return Decision(Ruling.EXPIRE, "too late to be of use", SkipReason.LATE)


def _to_client(promise: Promise, client: Recipient, now: datetime) -> Decision:
    if not promise.numbers_set:
        return _skip("the practice's emergency and urgent numbers are not set", SkipReason.NUMBERS_NOT_SET)
    if not client.has_address:
        return _skip("the client has no email address", SkipReason.NO_ADDRESS)
    if promise.kind in SERVICE_MAILS:
        return _SEND
    if client.archived:
        return _skip("the client is archived", SkipReason.ARCHIVED)
    if client.unsubscribed:
        return _skip("the client has unsubscribed", SkipReason.UNSUBSCRIBED)
    if client.bounced:
        return _skip("mail to this address came back", SkipReason.BOUNCED)
    return _about(promise.occasion, client, promise.not_after, now)


def _about(occasion: Occasion | None, client: Recipient, not_after: datetime, now: datetime) -> Decision:
    if occasion is not None:
        if occasion.answered:
            return Decision(Ruling.CANCEL, "answered already")
        if occasion.warning_open:
            return _skip("a warning sign is open", SkipReason.LOCKED)
        if occasion.program is ProgramStatus.PAUSED:
            return _skip("the program is paused", SkipReason.PAUSED)
        if occasion.program is ProgramStatus.ENDED:
            return _skip("the program has ended", SkipReason.ENDED)
    begins = next_waking(client, now)
    if begins <= now:
        return _SEND
    if begins >= not_after:
        return Decision(Ruling.EXPIRE, "too late for today's waking hours", SkipReason.LATE)
    return Decision(Ruling.LATER, "outside the client's waking hours", until=begins)


def _skip(reason: str, skip: SkipReason) -> Decision:
    return Decision(Ruling.CANCEL, reason, skip)

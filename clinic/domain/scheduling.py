"""When check-ins fall due, and why one that fell due is not sent.

A schedule is a rule in the client's wall-clock time; instants are worked out from it. An occurrence is keyed
by the local date the rule names, even where the hour has to move: a shifted or repeated hour never gives two.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from types import MappingProxyType
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from clinic.domain.errors import RuleBroken
from clinic.domain.types import CheckinState, ProgramStatus, ScheduleKind, SkipReason

DAY = timedelta(days=1)
LATEST = DAY  # a check-in later than this is skipped, so a server that was off for a week sends no flood
UNANSWERED_LIMIT = 2  # in a row; then the mail stops and somebody looks
LONGEST_CADENCE = 730  # days
UNSENT = frozenset({CheckinState.PLANNED, CheckinState.DUE, CheckinState.WAITING})
AWAITED = frozenset({CheckinState.SENT, CheckinState.IN_DOUBT})  # out, or so it seems, and not answered


@dataclass(frozen=True, slots=True)
class WakingHours:
    """The part of a day in which mail may go out: from `opens` up to, but not at, `closes`."""

    opens: time = time(8)
    closes: time = time(20)

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise RuleBroken("Waking hours must begin before they end.", field="closes")

    def contains(self, at: time) -> bool:
        """Whether a time of day lies within."""
        return self.opens <= at < self.closes

    def shift(self, moment: datetime) -> datetime:
        """The moment itself, or else the next opening: this morning's, or tomorrow's after closing time."""
        if self.contains(moment.time()):
            return moment
        day = moment.date() if moment.time() < self.opens else moment.date() + DAY
        return datetime.combine(day, self.opens, moment.tzinfo)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How one program's check-ins repeat. `starts_on` is the program's first day, on which none falls due."""

    kind: ScheduleKind
    starts_on: date
    at: time
    zone: ZoneInfo
    weekday: int = 0
    cadence_days: tuple[int, ...] = ()
    hours: WakingHours = WakingHours()
    ends_on: date | None = None


@dataclass(frozen=True, slots=True, order=True)
class Occurrence:
    """One check-in: the instant it is due (UTC) and the local date it is keyed by."""

    due_at: datetime
    local_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingFacts:
    """What decides whether a check-in that fell due goes out."""

    due_at: datetime
    program: ProgramStatus
    locked: bool = False
    archived: bool = False
    consented: bool = True
    unsubscribed: bool = False
    has_address: bool = True
    bounced: bool = False
    numbers_set: bool = True
    answered_today: bool = False
    mailed_today: bool = False
    unanswered_in_a_row: int = 0


SKIPPED_BECAUSE: Mapping[SkipReason, str] = MappingProxyType(
    {
        SkipReason.LATE: "it was more than a day late",
        SkipReason.NOT_STARTED: "the program has not started",
        SkipReason.PAUSED: "the program is paused",
        SkipReason.ENDED: "the program has ended",
        SkipReason.LOCKED: "a warning sign is open",
        SkipReason.ARCHIVED: "the client is archived",
        SkipReason.NO_CONSENT: "the client has not agreed to mail",
        SkipReason.UNSUBSCRIBED: "the client has unsubscribed",
        SkipReason.NO_ADDRESS: "the client has no e-mail address",
        SkipReason.BOUNCED: "the address does not take mail",
        SkipReason.NUMBERS_NOT_SET: "the practice has not set its emergency and urgent numbers",
        SkipReason.UNANSWERED_TWICE: "two check-ins in a row were not answered",
        SkipReason.ANSWERED_TODAY: "the client has answered today already",
        SkipReason.ONE_MAIL_A_DAY: "the client has had a mail today",
    }
)


def load_zone(name: str) -> ZoneInfo:
    """The IANA zone of this name; RuleBroken where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise RuleBroken(f"There is no time zone called {name}.", field="time_zone") from None


def local_to_utc(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant of a wall-clock time: in a gap by the offset before it, of two the first (RFC 5545)."""
    return datetime.combine(day, at.replace(fold=0), zone).astimezone(UTC)


def local_date(moment: datetime, zone: ZoneInfo) -> date:
    """The client's date at an instant."""
    return moment.astimezone(zone).date()


def occurrence_on(schedule: Schedule, day: date) -> Occurrence:
    """The check-in of a local date; outside waking hours it is due at the next opening and keeps its date."""
    wanted = datetime.combine(day, schedule.at)
    moved = schedule.hours.shift(wanted)
    return Occurrence(local_to_utc(moved.date(), moved.time(), schedule.zone), day)


def occurrences(schedule: Schedule, first_day: date) -> Iterator[Occurrence]:
    """Every check-in from a local date on, in order; endless for a weekly schedule that has no end."""
    for day in _days(schedule, first_day):
        if schedule.ends_on is not None and day > schedule.ends_on:
            return
        yield occurrence_on(schedule, day)


def due_occurrences(schedule: Schedule, after: datetime, until: datetime) -> list[Occurrence]:
    """The check-ins due after one instant and not later than another."""
    found = []
    for occurrence in occurrences(schedule, local_date(after, schedule.zone) - 2 * DAY):
        if occurrence.due_at > until:
            break
        if occurrence.due_at > after:
            found.append(occurrence)
    return found


def next_occurrence(schedule: Schedule, after: datetime) -> Occurrence | None:
    """The first check-in due after an instant; None when the schedule is at its end."""
    for occurrence in occurrences(schedule, local_date(after, schedule.zone) - 2 * DAY):
        if occurrence.due_at > after:
            return occurrence
    return None


def parse_cadence(text: str) -> tuple[int, ...]:
    """Days after the start, written "1, 3, 7, 14": rising, from 1 on."""
    try:
        days = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise RuleBroken("Write days after the start, like 1, 3, 7, 14.", field="cadence") from None
    rising = all(first < second for first, second in pairwise(days))
    if not rising or days[0] < 1 or days[-1] > LONGEST_CADENCE:
        raise RuleBroken(f"The days must rise, from 1 up to {LONGEST_CADENCE}.", field="cadence")
    return days


def should_skip(facts: SendingFacts, now: datetime) -> SkipReason | None:
    """Why a check-in is not sent now, the weightiest reason first; None if it goes out."""
    for reason, applies in _reasons(facts, now):
        if applies:
            return reason
    return None


def skip_in_words(reason: SkipReason) -> str:
    """The reason as the ledger shows it after "not sent": "the program is paused"."""
    return SKIPPED_BECAUSE[reason]


def _days(schedule: Schedule, first_day: date) -> Iterator[date]:
    if schedule.kind is ScheduleKind.CADENCE:
        days = (schedule.starts_on + timedelta(days=step) for step in schedule.cadence_days)
        yield from (day for day in days if day >= first_day)
        return
    day = max(first_day, schedule.starts_on + DAY)
    day += timedelta(days=(schedule.weekday - day.weekday()) % 7)
    while True:
        yield day
        day += timedelta(days=7)


def _reasons(facts: SendingFacts, now: datetime) -> tuple[tuple[SkipReason, bool], ...]:
    return (
        (SkipReason.LOCKED, facts.locked),
        (SkipReason.ARCHIVED, facts.archived),
        (SkipReason.ENDED, facts.program is ProgramStatus.ENDED),
        (SkipReason.PAUSED, facts.program is ProgramStatus.PAUSED),
        (SkipReason.NOT_STARTED, facts.program is ProgramStatus.ASSIGNED),
        (SkipReason.NO_CONSENT, not facts.consented),
        (SkipReason.UNSUBSCRIBED, facts.unsubscribed),
        (SkipReason.NO_ADDRESS, not facts.has_address),
        (SkipReason.BOUNCED, facts.bounced),
        (SkipReason.NUMBERS_NOT_SET, not facts.numbers_set),
        (SkipReason.LATE, now - facts.due_at > LATEST),
        (SkipReason.UNANSWERED_TWICE, facts.unanswered_in_a_row >= UNANSWERED_LIMIT),
        (SkipReason.ANSWERED_TODAY, facts.answered_today),
        (SkipReason.ONE_MAIL_A_DAY, facts.mailed_today),
    )

"""When check-ins fall due: weekly, every second or fourth week, or some days after the start.

A schedule is a rule in the client's wall-clock time; instants are worked out from it. An occurrence is keyed
by the local date the rule names, even where the hour has to move: a shifted or repeated hour never gives two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise, takewhile
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from clinic.domain.errors import RuleBroken
from clinic.domain.types import ScheduleKind
from clinic.domain.words import say

DAY = timedelta(days=1)
LONGEST_CADENCE = 730  # days
RHYTHMS = (1, 2, 4)  # a check-in every so many weeks
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class WakingHours:
    """The part of a day in which mail may go out: from `opens` up to, but not at, `closes`."""

    opens: time = time(8)
    closes: time = time(20)

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise RuleBroken(say("Waking hours must begin before they end."), field="closes")

    def contains(self, at: time) -> bool:
        """Whether a time of day lies within."""
        return self.opens <= at < self.closes

    def shift(self, moment: datetime) -> datetime:
        """The moment itself, or else the next opening: this morning's, or tomorrow's after closing time."""
        if self.contains(moment.time()):
            return moment
        day = moment.date() if moment.time() < self.opens else moment.date() + DAY
        return datetime.combine(day, self.opens, moment.tzinfo)


def waking_hours(opens: time, closes: time, own_opens: time | None, own_closes: time | None) -> WakingHours:
    """A client's own hours where they have some, else their practice's."""
    own = own_opens or opens, own_closes or closes
    # half of one's own and half of the practice's need not fit together
    return WakingHours(*own) if own[0] < own[1] else WakingHours(opens, closes)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """How one program's check-ins repeat. `starts_on` is the program's first day, on which none falls due.

    Every second or fourth week is counted from the week of `counted_from`, weeks beginning on Monday; without
    it, from the week of the first check-in.
    """

    kind: ScheduleKind
    starts_on: date
    at: time
    zone: ZoneInfo
    weekday: int = 0
    every_weeks: int = 1
    counted_from: date | None = None
    cadence_days: tuple[int, ...] = ()
    hours: WakingHours = WakingHours()
    ends_on: date | None = None


@dataclass(frozen=True, slots=True, order=True)
class Occurrence:
    """One check-in: the instant it is due (UTC) and the local date it is keyed by."""

    due_at: datetime
    local_date: date


def load_zone(name: str) -> ZoneInfo:
    """The IANA zone of this name; RuleBroken where there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise RuleBroken(
            say("There is no time zone called %(name)s.", name=name), field="time_zone"
        ) from None


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


def fallen_due(schedule: Schedule, first_day: date, until: datetime) -> list[Occurrence]:
    """The check-ins from a local date on that are due by an instant."""
    return list(takewhile(lambda each: each.due_at <= until, occurrences(schedule, first_day)))


def next_occurrence(schedule: Schedule, after: datetime, first_day: date = date.min) -> Occurrence | None:
    """The first check-in due after an instant, on a local date or later; None at the schedule's end."""
    first_day = max(first_day, local_date(after, schedule.zone) - 2 * DAY)
    return next((each for each in occurrences(schedule, first_day) if each.due_at > after), None)


def rhythm_of(schedule: Schedule, last: date | None, now: datetime) -> Schedule:
    """The schedule, its weeks counted anew where the next check-in would come too soon after the last one.

    A slower rhythm then begins on the chosen weekday nearest before a whole step has passed since `last`.
    """
    if schedule.kind is not ScheduleKind.WEEKLY or last is None:
        return schedule
    earliest = last + schedule.every_weeks * WEEK - 6 * DAY
    found = next_occurrence(schedule, now, last + DAY)
    if found is None or found.local_date >= earliest:
        return schedule
    first = next_occurrence(replace(schedule, every_weeks=1, ends_on=None), now, earliest)
    return replace(schedule, counted_from=first.local_date if first else None)


def check_weeks(weekday: int | None, every_weeks: int) -> int:
    """The weekday of a weekly rhythm; RuleBroken for one that is none."""
    if every_weeks not in RHYTHMS:
        raise RuleBroken(
            say("A check-in comes every week, every second or every fourth."), field="every_weeks"
        )
    if weekday is None or not 0 <= weekday <= 6:
        raise RuleBroken(say("Choose a day of the week."), field="weekday")
    return weekday


def parse_cadence(text: str) -> tuple[int, ...]:
    """Days after the start, written "1, 3, 7, 14": rising, from 1 on."""
    try:
        days = tuple(int(part) for part in text.split(","))
    except ValueError:
        raise RuleBroken(say("Write days after the start, like 1, 3, 7, 14."), field="cadence") from None
    rising = all(first < second for first, second in pairwise(days))
    if not rising or days[0] < 1 or days[-1] > LONGEST_CADENCE:
        raise RuleBroken(
            say("The days must rise, from 1 up to %(longest)s.", longest=LONGEST_CADENCE),
            field="cadence",
        )
    return days


def _days(schedule: Schedule, first_day: date) -> Iterator[date]:
    if schedule.kind is ScheduleKind.CADENCE:
        days = (schedule.starts_on + timedelta(days=step) for step in schedule.cadence_days)
        yield from (day for day in days if day >= first_day)
        return
    step = schedule.every_weeks * WEEK
    first = _on_weekday(schedule.starts_on + DAY, schedule.weekday)
    counted = first if schedule.counted_from is None else schedule.counted_from
    day = counted + (schedule.weekday - counted.weekday()) * DAY  # in the week it is counted from
    earliest = max(first_day, first)
    day += -((day - earliest) // step) * step
    while True:
        yield day
        day += step


def _on_weekday(day: date, weekday: int) -> date:
    """This weekday, on the day or after it."""
    return day + (weekday - day.weekday()) % 7 * DAY

"""Asking for a session: which times are offered, which one is taken, and who is reminded when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from clinic.domain.appointments import SHORTEST, clash
from clinic.domain.errors import RuleBroken
from clinic.domain.scheduling import DAY, WakingHours, local_to_utc
from clinic.domain.words import say

MOST_OFFERS = 3
LONGEST_REASON, LONGEST_SUITS, LONGEST_WORDS = 1000, 500, 1000
MOST_HOURS = 14  # parts of a week in which somebody sees clients: two a day
LOOKS_AHEAD = timedelta(days=21)  # for times that are free
SOONEST = timedelta(hours=2)  # from now, of a time that is proposed by itself
MOST_PROPOSED, MOST_A_DAY = 24, 4  # so that a week is in sight
AN_HOUR = timedelta(hours=1)
REMINDED_BY_DAY = WakingHours()


class BookingWay(StrEnum):
    """Where a session is."""

    PRACTICE = "practice"
    VIDEO = "video"


class BookingState(StrEnum):
    """How far a client's wish for a session has come."""

    ASKED = "asked"
    OFFERED = "offered"
    TAKEN = "taken"
    WITHDRAWN = "withdrawn"
    DECLINED = "declined"


OPEN = (BookingState.ASKED, BookingState.OFFERED)


class Reminder(StrEnum):
    """How long before an appointment somebody is reminded of it."""

    DAY = "day"
    HOUR = "hour"


@dataclass(frozen=True, slots=True, order=True)
class OpenHours:
    """A part of each week in which somebody sees clients, by the practice's clock; 0 is Monday."""

    weekday: int
    opens: time
    closes: time


@dataclass(frozen=True, slots=True)
class Busy:
    """A time that is taken."""

    starts_at: datetime
    minutes: int


def hours_problems(hours: Iterable[OpenHours]) -> Iterator[RuleBroken]:
    """What is wrong with the hours in which somebody sees clients."""
    before: OpenHours | None = None
    for number, each in enumerate(sorted(hours)):
        if number == MOST_HOURS:
            yield RuleBroken(say("No more than %(most)s parts of a week.", most=MOST_HOURS), "weekly")
            return
        if each.opens >= each.closes:
            yield RuleBroken(say("Hours must begin before they end."), "weekly")
        elif before and before.weekday == each.weekday and each.opens < before.closes:
            yield RuleBroken(say("Two of these hours overlap."), "weekly")
        before = each


def offers_problems(starts: Iterable[datetime]) -> Iterator[RuleBroken]:
    """What is wrong with the times of one offer, as a whole."""
    found = list(starts)
    if not found:
        yield RuleBroken(say("Offer at least one time."), "times")
    elif len(found) > MOST_OFFERS:
        yield RuleBroken(say("Offer %(most)s times at most.", most=MOST_OFFERS), "times")
    elif len(set(found)) < len(found):
        yield RuleBroken(say("Two of these times are the same."), "times")


def take_problems(
    state: BookingState, starts_at: datetime, now: datetime, *, withdrawn: bool, taken: bool
) -> Iterator[RuleBroken]:
    """Why an offered time cannot be taken any more."""
    if state is not BookingState.OFFERED or withdrawn:
        yield RuleBroken(say("This time is no longer offered. Look at what is offered now."))
    elif starts_at <= now:
        yield RuleBroken(say("This time has passed. Take another one, or say what suits you."))
    elif taken:
        yield RuleBroken(
            say("Somebody else took this time just now. Take another one, or say what suits you.")
        )


def free_times(
    hours: Iterable[OpenHours], zone: str, minutes: int, busy: Iterable[Busy], now: datetime
) -> list[datetime]:
    """Times from somebody's hours at which nobody is with them: a few of each day, for three weeks.

    By the practice's clock: of an hour that comes twice the first is meant, one that is skipped is left out.
    """
    taken, where, found = list(busy), ZoneInfo(zone), list[datetime]()
    first = now.astimezone(where).date()
    for ahead in range(LOOKS_AHEAD.days + 1):
        day, of_day = first + ahead * DAY, list[datetime]()
        for part in sorted(each for each in hours if each.weekday == day.weekday()):
            for starts_at in _within(part, day, minutes, where):
                if starts_at < now + SOONEST:
                    continue
                if not any(clash(starts_at, minutes, each.starts_at, each.minutes) for each in taken):
                    of_day.append(starts_at)
        found += _spread(of_day)
    return found[:MOST_PROPOSED]


def _spread(times: list[datetime]) -> list[datetime]:
    """The first and the last of a day, and some between."""
    if len(times) <= MOST_A_DAY:
        return times
    return [times[number * (len(times) - 1) // (MOST_A_DAY - 1)] for number in range(MOST_A_DAY)]


def reminder_at(reminder: Reminder, starts_at: datetime, zone: str) -> datetime:
    """When somebody who lives in a zone is reminded: an hour before, or the day before at the same time.

    By day and by their own clock: of an appointment at seven in the morning at eight the day before.
    """
    if reminder is Reminder.HOUR:
        return starts_at - AN_HOUR
    where = ZoneInfo(zone)
    told = starts_at.astimezone(where)
    latest = (datetime.combine(told, REMINDED_BY_DAY.closes) - AN_HOUR).time()
    at = min(max(told.time(), REMINDED_BY_DAY.opens), latest)
    return local_to_utc(told.date() - DAY, at, where)


def reminders_due(starts_at: datetime, settled_at: datetime, zone: str, now: datetime) -> Iterator[Reminder]:
    """Of what somebody is to be reminded now; whoever heard of it later than that needs no reminder."""
    for reminder in Reminder:
        at = reminder_at(reminder, starts_at, zone)
        until = starts_at - AN_HOUR if reminder is Reminder.DAY else starts_at
        if settled_at < at <= now < until:
            yield reminder


def _within(part: OpenHours, day: date, minutes: int, where: ZoneInfo) -> Iterator[datetime]:
    step = timedelta(minutes=max(minutes, SHORTEST))
    begins, closes = datetime.combine(day, part.opens), datetime.combine(day, part.closes)
    while begins + step <= closes:
        starts_at = local_to_utc(day, begins.time(), where)
        if starts_at.astimezone(where).time() == begins.time():
            yield starts_at
        begins += step

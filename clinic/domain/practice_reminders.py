"""Reminders to practise, on the client's own wish: when one is due, and fewer of them as the habit holds.

Only a day on which nothing is logged has one. The numbers of days are authored.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from clinic.domain.dates import days_between
from clinic.domain.progress import OFF_PLAN, ON_PLAN, PRACTISED, Plan, adherence
from clinic.domain.scheduling import DAY, local_date, local_to_utc
from clinic.domain.types import DayMark, LogOutcome

LATEST = timedelta(hours=2)  # after the wished time; later it helps nobody
HABIT_DAYS = 28
KNOWN_FROM = 8  # days of practice asked for, before which no habit is known
LAPSED_AFTER = 14  # days asked for in a row without practice: from then on one a week
GIVEN_UP_AFTER = 28  # and from then on none, until something is logged
WEEK_DAYS = 7


class ReminderWay(StrEnum):
    """How somebody is reminded."""

    MAIL = "mail"
    CALENDAR = "calendar"


def days_between_reminders(logs: Mapping[date, LogOutcome], plan: Plan, day: date) -> int:
    """How many days asked for pass from practice to a reminder; one or two more where the habit holds."""
    habit = adherence(logs, plan, day, HABIT_DAYS)
    step = WEEK_DAYS // max(1, plan.pace_on(day))
    if habit.percent is None or habit.expected < KNOWN_FROM or habit.percent < OFF_PLAN:
        return step
    return step + (2 if habit.percent >= ON_PLAN else 1)


def reminds_on(logs: Mapping[date, LogOutcome], plan: Plan, day: date) -> bool:
    """Whether a day's reminder goes out, as far as it is logged; `logs` reach back `HABIT_DAYS`."""
    if day in logs or plan.rest_on(day) is not None:
        return False
    waited = _days_without(logs, plan, day)
    if waited < days_between_reminders(logs, plan, day) or waited > GIVEN_UP_AFTER:
        return False
    return waited <= LAPSED_AFTER or waited % WEEK_DAYS == 0


def coming(logs: Mapping[date, LogOutcome], plan: Plan, today: date, days: int) -> Iterator[date]:
    """The next days with a reminder, if somebody practises on each of them: what a calendar can know."""
    assumed = dict(logs)
    for day in days_between(today, today + (days - 1) * DAY):
        if reminds_on(assumed, plan, day):
            assumed[day] = LogOutcome.DONE
            yield day


def due_on(day: date, at: time, zone: ZoneInfo) -> datetime:
    """The instant of a day's reminder, by the client's own clock."""
    return local_to_utc(day, at, zone)


def next_due(after: datetime, at: time, zone: ZoneInfo) -> datetime:
    """The first reminder after an instant."""
    today = local_date(after, zone)
    due = due_on(today, at, zone)
    return due if due > after else due_on(today + DAY, at, zone)


def has_had_one(today: date, zone: ZoneInfo, last_day: date | None, last_at: datetime | None) -> bool:
    """Whether a day has had its reminder, by the day it was meant for or by the clock the client has now."""
    for_today = last_day is not None and last_day >= today
    return for_today or (last_at is not None and local_date(last_at, zone) >= today)


def _days_without(logs: Mapping[date, LogOutcome], plan: Plan, day: date) -> int:
    """The days asked for since the last one with practice, this one among them."""
    done = [each for each, outcome in logs.items() if each < day and DayMark(outcome.value) in PRACTISED]
    first = max(plan.starts_on, day - (GIVEN_UP_AFTER + WEEK_DAYS) * DAY)
    since = max([first, *(each + DAY for each in done)])
    return sum(plan.rest_on(each) is None for each in days_between(since, day))

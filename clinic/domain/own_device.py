"""Logs that a device of the client's kept while there was no network: for which day each counts.

The device says how long ago something was logged, by its own clock at both ends. So a clock that is wrong by
hours or years says the same as one that is right; only one that was set in between does not.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from clinic.domain.types import LogOutcome

MOST_DAYS_LATE = 7  # authored: after a week without a network nobody counts by days
LONGEST = timedelta(days=60)  # a longer time is no time: the clock was set
SLACK = timedelta(minutes=2)

_MORE = (LogOutcome.NOT_DONE, LogOutcome.PARTLY, LogOutcome.DONE)


@dataclass(frozen=True, slots=True)
class KeptDay:
    """The day that a kept log counts for, and whether the device named another one."""

    day: date
    is_corrected: bool


def day_of_kept(said: date, age: timedelta, at: datetime, zone: str) -> KeptDay:
    """The day of a log that arrives `at`, was made `age` ago, and for the device's day `said`.

    The age goes before the day. Where it can be no age, the day is believed if it is one of the last, and
    else it is today's.
    """
    if -SLACK <= age <= LONGEST:
        day = (at - max(age, timedelta())).astimezone(ZoneInfo(zone)).date()
        return KeptDay(day, day != said)
    today = at.astimezone(ZoneInfo(zone)).date()
    is_near = timedelta() <= today - said <= timedelta(days=MOST_DAYS_LATE)
    return KeptDay(said if is_near else today, not is_near)


def further_outcome(before: LogOutcome | None, late: LogOutcome) -> LogOutcome:
    """What a day came to where a log of it comes late: what was done was done, whoever said less since."""
    return max(before or late, late, key=_MORE.index)

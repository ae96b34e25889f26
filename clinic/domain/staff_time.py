"""Time that the practice spends on a client between visits: what is written down, and what it comes to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from clinic.domain.errors import RuleBroken
from clinic.domain.words import say

PERIOD = 30  # days
LONGEST = 480  # minutes on one day
LONGEST_NOTE = 160
EARLIEST = date(2000, 1, 1)


class StaffTimeKind(StrEnum):
    """What the time was spent on."""

    LIVE = "live"  # both at once: a call, a call with pictures, in person
    REVIEW = "review"  # reading what came, writing, planning


@dataclass(frozen=True, slots=True)
class TimePeriod:
    """Thirty days, both ends among them."""

    last: date

    @property
    def first(self) -> date:
        """Its first day."""
        return self.last - timedelta(days=PERIOD - 1)

    def before(self) -> TimePeriod:
        """The thirty days that end the day before it begins."""
        return TimePeriod(self.first - timedelta(days=1))

    def after(self, today: date) -> TimePeriod | None:
        """The thirty days that follow, no further than today; None where it ends today."""
        return TimePeriod(min(self.last + timedelta(days=PERIOD), today)) if self.last < today else None


@dataclass(frozen=True, slots=True)
class TimeTotal:
    """What thirty days come to; `days_with_data` are those on which the client logged something."""

    minutes: int = 0
    live_contacts: int = 0
    days_with_data: int = 0


def period_until(day: date, today: date) -> TimePeriod:
    """The thirty days up to a day that is asked for, as far as there can be any."""
    return TimePeriod(max(min(day, today), EARLIEST))


def problems(day: date | None, minutes: int | None, today: date) -> Iterator[RuleBroken]:
    """All that speaks against writing this down."""
    if day is not None and day > today:
        yield RuleBroken(say("This day is still to come. Write down time that was spent."), "day")
    if day is not None and day < EARLIEST:
        yield RuleBroken(
            say("Enter the year in four figures, %(year)s or later.", year=str(EARLIEST.year)), "day"
        )
    if minutes is not None and not 1 <= minutes <= LONGEST:
        yield RuleBroken(say("Minutes must be from 1 to %(longest)s.", longest=LONGEST), "minutes")

"""How soon a practice answers messages: a promise in working days, when it is due, whether it was kept."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum

from clinic.domain.dates import DAY_NAMES, count, day_in_words
from clinic.domain.errors import RuleBroken
from clinic.domain.words import say, say_many

USUAL_DAYS, MOST_DAYS = 2, 10  # working days
USUAL_WEEK = "12345"  # Monday to Friday, as ISO 8601 counts them
LONGEST_CLOSED = timedelta(days=366)
DAY = timedelta(days=1)


class PromiseState(StrEnum):
    """What became of a promise; one that nobody made is neither kept nor broken."""

    NONE = "none"
    RUNNING = "running"
    KEPT = "kept"
    BROKEN = "broken"


class AnsweredHow(StrEnum):
    """How a client's waiting ended."""

    MESSAGE = "message"
    PHONE = "phone"
    NEEDLESS = "needless"  # "thank you" asks for nothing


@dataclass(frozen=True, slots=True)
class AnswerPromise:
    """So many working days, on the days of the week a practice works, where it is; closed days are none."""

    days: int  # 0: nothing is promised
    works_on: str  # ISO weekdays, 1 is Monday
    zone: tzinfo
    closed_from: date | None = None
    closed_until: date | None = None  # the last closed day

    def is_closed(self, day: date) -> bool:
        """Whether the practice is away on a day, whatever day of the week it is."""
        first, last = self.closed_from, self.closed_until
        return first is not None and last is not None and first <= day <= last

    def works(self, day: date) -> bool:
        """Whether somebody is there to answer."""
        return str(day.isoweekday()) in self.works_on and not self.is_closed(day)

    def last_day(self, asked_on: date) -> date | None:
        """The last day on which an answer is in time; the day of the question itself is not counted."""
        if not self.days:
            return None
        day, left = asked_on, self.days
        while left:
            day += DAY
            left -= self.works(day)
        return day

    def due_at(self, asked_at: datetime) -> datetime | None:
        """The instant from which on an answer is late: the end of the last day, where the practice is."""
        last = self.last_day(asked_at.astimezone(self.zone).date())
        return None if last is None else datetime.combine(last + DAY, time(), self.zone).astimezone(UTC)

    def in_words(self) -> str | None:
        """What clients are told; None where nothing is promised."""
        if not self.days:
            return None
        return say_many(
            "We answer within %(number)s working day.",
            "We answer within %(number)s working days.",
            self.days,
        )

    def closed_in_words(self, today: date) -> str | None:
        """Until when nobody is there; None on a day on which the practice is not closed."""
        until = self.closed_until
        if until is None or not self.is_closed(today):
            return None
        return say("We are closed until %(day)s.", day=day_in_words(until, today))

    def week_in_words(self) -> str:
        """The days on which the practice works, the week begun on Monday."""
        return ", ".join(DAY_NAMES[int(each) - 1] for each in sorted(self.works_on))


def promise_state(due_at: datetime | None, answered_at: datetime | None, now: datetime) -> PromiseState:
    """What became of one promise by an instant."""
    if due_at is None:
        return PromiseState.NONE
    if answered_at is None and now < due_at:
        return PromiseState.RUNNING
    return PromiseState.KEPT if (answered_at or now) < due_at else PromiseState.BROKEN


def promise_problems(
    days: int, works_on: Iterable[str], closed_from: date | None, closed_until: date | None
) -> Iterator[RuleBroken]:
    """What is wrong with a promise that a practice wants to make."""
    if not 0 <= days <= MOST_DAYS:
        yield RuleBroken(say("Working days must be from 0 to %(most)s.", most=MOST_DAYS), "answer_days")
    if not list(works_on):
        yield RuleBroken(say("Choose at least one day on which you work."), "works_on")
    if (closed_from is None) != (closed_until is None):
        yield RuleBroken(say("Give the first and the last closed day, or neither."), "closed_until")
    elif closed_from and closed_until and not timedelta() <= closed_until - closed_from <= LONGEST_CLOSED:
        yield RuleBroken(say("The last closed day must be within a year after the first."), "closed_until")


def waited_in_words(asked_at: datetime, now: datetime) -> str:
    """How long somebody has waited, in its largest unit: "20 minutes", "3 hours", "2 days"."""
    passed = max(now - asked_at, timedelta())
    minutes = int(passed.total_seconds()) // 60
    if minutes < 60:
        return count(minutes, "minute") if minutes else "less than a minute"
    return count(minutes // 60, "hour") if passed < 2 * DAY else count(passed.days, "day")

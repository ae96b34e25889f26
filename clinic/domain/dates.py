"""Dates and times as the product writes them: "Mon 24 Nov", in English whatever the server's locale.

Who shows them in another language writes them anew (`domain/words`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time, timedelta
from functools import lru_cache

from clinic.domain.words import DayWords, Words, say, say_many

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
# a day of the week in one letter, Monday first, below a mark
LETTERS = tuple(DayWords.of(name[0], date(2001, 1, 1 + place), "EEEEE") for place, name in enumerate(DAYS))
# the same in three, above a column
SHORT_DAYS = tuple(DayWords.of(name, date(2001, 1, 1 + place), "E") for place, name in enumerate(DAYS))
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache(4096)
def day_in_words(day: date, today: date | None = None) -> DayWords:
    """The day as "Mon 24 Nov", with the year where it is not today's."""
    words = f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
    if today is None or today.year == day.year:
        return DayWords.of(words, day, "MMMEd")
    return DayWords.of(f"{words} {day.year}", day, "yMMMEd")


def time_in_words(at: time) -> str:
    """The time of day as "09:00"."""
    return f"{at.hour:02}:{at.minute:02}"


def days_between(first: date, last: date, *, step: int = 1) -> list[date]:
    """Every day from the first to the last, both included, or each so many; none if the last is earlier."""
    return [date.fromordinal(day) for day in range(first.toordinal(), last.toordinal() + 1, step)]


def week_start(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def week_number(day: date) -> int:
    """The same for each day from a Monday to its Sunday, and one more a week later."""
    return (day.toordinal() - 1) // 7


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 day", "3 days", "1,200 clients".

    What clients and mails count is said by the catalogue; other nouns stay English, with an s.
    """
    if noun in _COUNTED:
        return _COUNTED[noun](number)
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"


_COUNTED: Mapping[str, Callable[[int], Words]] = {
    "answer": lambda number: say_many("%(number)s answer", "%(number)s answers", number),
    "day": lambda number: say_many("%(number)s day", "%(number)s days", number),
    "hour": lambda number: say_many("%(number)s hour", "%(number)s hours", number),
    "minute": lambda number: say_many("%(number)s minute", "%(number)s minutes", number),
    "move": lambda number: say_many("%(number)s move", "%(number)s moves", number),
    "round": lambda number: say_many("%(number)s round", "%(number)s rounds", number),
    "second": lambda number: say_many("%(number)s second", "%(number)s seconds", number),
    "week": lambda number: say_many("%(number)s week", "%(number)s weeks", number),
}


def day_and_year(day: date) -> DayWords:
    """The day as "Mon 24 Nov 2026"."""
    return DayWords.of(f"{day_in_words(day)} {day.year}", day, "yMMMEd")


def full_day(day: date) -> DayWords:
    """The day as "3 May 1961"."""
    words = f"{day.day} {MONTHS[day.month - 1]} {day.year}"
    return DayWords.of(words, day, "yMMMd")


def day_of_month(day: date) -> DayWords:
    """The day as "24 Nov"."""
    return DayWords.of(f"{day.day} {MONTHS[day.month - 1]}", day, "MMMd")


def born(day: date) -> Words:
    """A date of birth as it tells two people apart: "born 3 May 1961"."""
    return say("born %(day)s", day=full_day(day))

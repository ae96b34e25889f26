"""Dates and times as the product writes them: "Mon 24 Nov", in English whatever the server's locale."""

from __future__ import annotations

from datetime import date, time, timedelta

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
DAY_NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def day_in_words(day: date, today: date | None = None) -> str:
    """The day as "Mon 24 Nov", with the year where it is not today's."""
    words = f"{DAYS[day.weekday()]} {day.day} {MONTHS[day.month - 1]}"
    return words if today is None or today.year == day.year else f"{words} {day.year}"


def time_in_words(at: time) -> str:
    """The time of day as "09:00"."""
    return f"{at.hour:02}:{at.minute:02}"


def days_between(first: date, last: date) -> list[date]:
    """Every day from the first to the last, both included; none if the last is earlier."""
    return [first + timedelta(days=step) for step in range((last - first).days + 1)]


def week_start(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def count(number: int, noun: str) -> str:
    """A number with its noun: "1 day", "3 days", "1,200 clients"."""
    return f"{number} {noun}" if number == 1 else f"{number:,} {noun}s"


def born(day: date) -> str:
    """A date of birth as it tells two people apart: "born 3 May 1961"."""
    return f"born {day.day} {MONTHS[day.month - 1]} {day.year}"

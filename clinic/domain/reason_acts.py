"""What people of the practice do about a reason, and what a reason asks for next."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from clinic.domain.dates import day_in_words

LONGEST_SNOOZE = timedelta(days=90)


class ReasonAct(StrEnum):
    """What somebody did about a reason; each is a row, and taking one back is another."""

    DONE = "done"
    SNOOZED = "snoozed"
    HANDED = "handed"
    UNDONE = "undone"


class NextAct(StrEnum):
    """What a reason asks for next."""

    REVIEW = "review"
    CALL = "call"
    READ = "read"
    ANSWER = "answer"
    CORRECT = "correct"
    RESEND = "resend"
    EXTEND = "extend"
    RETEST = "retest"
    ASSESS = "assess"


def snooze_days(today: date) -> list[tuple[date, str]]:
    """The days up to which a reason is put off most often, each once, with their words."""
    monday = today + timedelta(days=7 - today.weekday())
    wanted = [
        (today + timedelta(days=1), "tomorrow"),
        (today + timedelta(days=3), ""),
        (monday, "next week"),
        (today + timedelta(days=14), "in 2 weeks"),
    ]
    named = dict(reversed(wanted))  # the first words of a day count
    return [(day, _day(day, words, today)) for day, words in sorted(named.items())]


def snooze_problem(until: date, today: date) -> str | None:
    """Why a reason may not be put off to a day, in words; None if it may."""
    if until <= today:
        return "Choose a day that is still to come."
    if until - today > LONGEST_SNOOZE:
        return f"Choose a day within {LONGEST_SNOOZE.days} days."
    return None


def _day(day: date, words: str, today: date) -> str:
    said = day_in_words(day, today)
    return f"{said}, {words}" if words else said

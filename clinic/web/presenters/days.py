"""Days as marks and words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from clinic.domain.dates import LETTERS, day_in_words
from clinic.domain.progress import Day


@dataclass(frozen=True, slots=True)
class DayView:
    """One mark of the week strip."""

    letter: str
    name: str
    state: str
    today: bool


def day_views(days: Iterable[Day], today: date) -> list[DayView]:
    """The marks of a week, Monday first."""
    return [
        DayView(LETTERS[day.date.weekday()], day_in_words(day.date), day.mark.value, day.date == today)
        for day in days
    ]

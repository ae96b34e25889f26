"""Dates as other systems write them: which number is the day is decided by the whole column, or asked."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum

_SPLIT = re.compile(r"[ ./\-,]+")
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}.*$")
_ORDINAL = re.compile(r"(?<=\d)(st|nd|rd|th)\b", re.IGNORECASE)
_NO_YEAR = re.compile(r"--\d\d-?\d\d")  # of an address book: a birthday without its year
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


class DayOrder(StrEnum):
    """Which number comes first in a date of three."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


def is_no_day(text: str) -> bool:
    """Whether a cell says that no day is known: 0/0/00, or a birthday without a year."""
    return bool(_NO_YEAR.fullmatch(text)) or not text.strip("0/-. ")


def day_orders(cells: Iterable[str]) -> frozenset[DayOrder]:
    """The orders in which every date of a column makes sense.

    Both, where nothing tells; none, where dates of both kinds are among them. A column without
    such dates needs no order: DAY_FIRST.
    """
    left, seen = set(DayOrder), False
    for cell in cells:
        numbers = _numbers(cell)
        if numbers is None:
            continue
        first, second, _ = numbers
        if first != second:
            seen = True
        if "." in cell or first > 12:
            left.discard(DayOrder.MONTH_FIRST)
        elif second > 12:
            left.discard(DayOrder.DAY_FIRST)
    return frozenset(left) if seen else frozenset({DayOrder.DAY_FIRST})


def day_of(text: str, order: DayOrder, today: date) -> date | None:
    """The day that a cell names, None where it names none; a year of two figures is not after `today`."""
    text = _TIME.sub("", text.strip())
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        pass
    if numbers := _numbers(text):
        day, month, year = numbers
        if order is DayOrder.MONTH_FIRST:
            day, month = month, day
    elif named := _named(text):
        day, month, year = named
    else:
        return None
    try:
        return date(_whole(year, today), month, day)
    except ValueError:
        return None


def _numbers(text: str) -> tuple[int, int, int] | None:
    """The three figures of 03/05/1961, as they stand."""
    parts = _SPLIT.split(_TIME.sub("", text.strip()).strip("."))
    if len(parts) != 3 or not all(part.isascii() and part.isdigit() for part in parts):
        return None
    if len(parts[0]) > 2 or len(parts[1]) > 2 or len(parts[2]) not in {2, 4}:
        return None
    first, second, year = (int(part) for part in parts)
    return first, second, year


def _named(text: str) -> tuple[int, int, int] | None:
    """Day, month and year of 3 May 1961, May 3, 1961 or 03-May-61."""
    parts = [part for part in _SPLIT.split(_ORDINAL.sub("", text)) if part]
    if len(parts) != 3:
        return None
    months = [MONTHS.index(part[:3].lower()) + 1 for part in parts if part[:3].lower() in MONTHS]
    figures = [int(part) for part in parts if part.isascii() and part.isdigit()]
    if len(months) != 1 or len(figures) != 2:
        return None
    day, year = figures
    return day, months[0], year


def _whole(year: int, today: date) -> int:
    if year >= 100:
        return year
    century = today.year // 100 * 100
    return century + year if century + year <= today.year else century - 100 + year

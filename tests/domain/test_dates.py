"""Dates as the product writes them."""

from __future__ import annotations

from datetime import date, time

import pytest

from clinic.domain.dates import (
    DAY_NAMES,
    DAYS,
    count,
    day_in_words,
    days_between,
    time_in_words,
    week_number,
    week_start,
)


@pytest.mark.parametrize(
    "day, today, words",
    [
        (date(2026, 11, 23), None, "Mon 23 Nov"),
        (date(2026, 11, 23), date(2026, 1, 1), "Mon 23 Nov"),
        (date(2025, 11, 24), date(2026, 1, 1), "Mon 24 Nov 2025"),
        (date(2026, 2, 1), date(2026, 1, 1), "Sun 1 Feb"),
    ],
)
def test_days_carry_their_year_only_where_it_is_another(day: date, today: date | None, words: str) -> None:
    assert day_in_words(day, today) == words


def test_times_have_four_digits() -> None:
    assert time_in_words(time(9, 5)) == "09:05"


def test_weeks_begin_on_monday() -> None:
    assert {week_start(day) for day in days_between(date(2026, 11, 23), date(2026, 11, 29))} == {
        date(2026, 11, 23)
    }


def test_a_week_has_one_number_from_monday_to_sunday() -> None:
    days = days_between(date(2025, 12, 22), date(2026, 1, 11))
    first = week_number(days[0])
    assert [week_number(day) - first for day in days] == [0] * 7 + [1] * 7 + [2] * 7


def test_days_have_long_names_in_the_order_of_their_short_ones() -> None:
    assert tuple(name[:3] for name in DAY_NAMES) == DAYS


def test_days_between_are_counted_with_both_ends() -> None:
    assert [day.day for day in days_between(date(2026, 11, 29), date(2026, 12, 1))] == [29, 30, 1]


def test_no_days_lie_between_a_day_and_an_earlier_one() -> None:
    assert days_between(date(2026, 11, 23), date(2026, 11, 22)) == []


def test_one_thing_is_singular() -> None:
    assert [count(number, "day") for number in (0, 1, 2)] == ["0 days", "1 day", "2 days"]

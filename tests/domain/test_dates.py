"""Dates as the product writes them."""

from __future__ import annotations

from datetime import date, time

import pytest

from clinic.domain.dates import (
    DAY_NAMES,
    DAYS,
    LETTERS,
    SHORT_DAYS,
    born,
    count,
    day_and_year,
    day_in_words,
    day_of_month,
    days_between,
    full_day,
    time_in_words,
    week_number,
    week_start,
)
from clinic.domain.words import DayWords, Words

TUESDAY = date(2026, 11, 24)


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


@pytest.mark.parametrize(
    "words, said, skeleton",
    [
        (day_in_words(TUESDAY), "Tue 24 Nov", "MMMEd"),
        (day_in_words(TUESDAY, TUESDAY), "Tue 24 Nov", "MMMEd"),
        (day_in_words(TUESDAY, date(2027, 1, 1)), "Tue 24 Nov 2026", "yMMMEd"),
        (day_and_year(TUESDAY), "Tue 24 Nov 2026", "yMMMEd"),
        (full_day(TUESDAY), "24 Nov 2026", "yMMMd"),
        (day_of_month(TUESDAY), "24 Nov", "MMMd"),
    ],
)
def test_a_day_in_words_is_the_day_still(words: DayWords, said: str, skeleton: str) -> None:
    assert (words, words.day, words.skeleton) == (said, TUESDAY, skeleton)


def test_a_date_of_birth_tells_two_people_apart() -> None:
    words = born(date(1961, 5, 3))
    assert words == "born 3 May 1961"
    assert words.filled == {"day": full_day(date(1961, 5, 3))}


@pytest.mark.parametrize("short, skeleton", [(LETTERS, "EEEEE"), (SHORT_DAYS, "E")])
def test_days_of_the_week_are_days_for_other_languages(short: tuple[DayWords, ...], skeleton: str) -> None:
    assert [each.day.weekday() for each in short] == list(range(7))
    assert {each.skeleton for each in short} == {skeleton}


def test_days_of_the_week_in_one_letter_and_in_three() -> None:
    assert (tuple("MTWTFSS"), DAYS) == (LETTERS, SHORT_DAYS)


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


def test_of_days_between_each_so_many_can_be_taken() -> None:
    assert [day.day for day in days_between(date(2026, 11, 1), date(2026, 11, 16), step=7)] == [1, 8, 15]


def test_no_days_lie_between_a_day_and_an_earlier_one() -> None:
    assert days_between(date(2026, 11, 23), date(2026, 11, 22)) == []


COUNTED = ("answer", "day", "hour", "minute", "move", "round", "second", "week")


@pytest.mark.parametrize("noun", COUNTED)
def test_what_clients_count_can_be_said_in_another_language(noun: str) -> None:
    assert [count(number, noun) for number in (0, 1, 2)] == [f"0 {noun}s", f"1 {noun}", f"2 {noun}s"]
    assert count(1200, noun) == f"1,200 {noun}s"
    words = count(2, noun)
    assert isinstance(words, Words)
    assert (words.pattern, words.many) == (f"%(number)s {noun}", f"%(number)s {noun}s")


def test_other_things_are_counted_in_english() -> None:
    counted = [count(number, "client") for number in (0, 1, 2, 1200)]
    assert counted == ["0 clients", "1 client", "2 clients", "1,200 clients"]
    assert not any(isinstance(each, Words) for each in counted)

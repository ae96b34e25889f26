"""Dates of other systems: which number is the day, what is no day, and which century two figures mean."""

from __future__ import annotations

from datetime import date

import pytest

from clinic.domain.foreign_dates import MONTHS, DayOrder, day_of, day_orders, is_no_day

DAY, MONTH = DayOrder.DAY_FIRST, DayOrder.MONTH_FIRST
TODAY = date(2026, 11, 29)


@pytest.mark.parametrize(
    ("cell", "nothing"),
    [
        ("", True),
        ("0/0/00", True),
        ("00-00-0000", True),
        (" . ", True),
        ("--05-03", True),
        ("--0503", True),
        ("--05-033", False),
        ("3/5/1961", False),
        ("1", False),
        ("x", False),
    ],
)
def test_a_cell_that_says_no_day_is_known(cell: str, nothing: bool) -> None:
    assert is_no_day(cell) is nothing


@pytest.mark.parametrize(
    ("cells", "orders"),
    [
        ((), {DAY}),
        (("1961-05-03", "", "3 May 1961"), {DAY}),
        (("4/4/1961",), {DAY}),  # either way the same day
        (("3/5/1961",), {DAY, MONTH}),
        (("12/12/1961", "12/11/1961"), {DAY, MONTH}),
        (("13/5/1961",), {DAY}),
        (("3/13/1961",), {MONTH}),
        (("3/5/1961", "3/13/1961"), {MONTH}),
        (("3.5.1961",), {DAY}),
        (("4.4.1961",), {DAY}),
        (("3.5.61.",), {DAY}),
        (("3/13/1961", "13/3/1961"), set()),
        (("3.5.1961", "3/13/1961"), set()),
        (("not a date", "3/13/1961"), {MONTH}),
        (("12/12/1961", "3/12/1961"), {DAY, MONTH}),
    ],
)
def test_a_whole_column_tells_which_number_is_the_day(cells: tuple[str, ...], orders: set[DayOrder]) -> None:
    assert day_orders(cells) == orders


MAY = date(1961, 5, 3)
SEEN = [
    ("1961-05-03", DAY, MAY),
    ("1961/05/03", MONTH, MAY),
    ("1961-05-03T10:15:00Z", DAY, MAY),
    ("3/5/1961 0:00", DAY, MAY),
    ("3/5/1961 10:15:00 AM", DAY, MAY),
    ("3/5/1961", DAY, MAY),
    ("5/3/1961", MONTH, MAY),
    ("03.05.1961", DAY, MAY),
    ("3-5-61", DAY, MAY),
    (" 3 May 1961 ", MONTH, MAY),
    ("3rd of May 1961", DAY, None),
    ("3rd May, 1961", DAY, MAY),
    ("3RD MAY 1961", DAY, MAY),
    ("3.5.61.", DAY, MAY),
    ("May 3rd, 1961", DAY, MAY),
    ("May 3, 1961", MONTH, MAY),
    ("03-May-61", DAY, MAY),
    ("1961 May 3", DAY, None),  # the year of a day that is none
    ("31/4/1961", DAY, None),
    ("4/31/1961", MONTH, None),
    ("13/13/1961", DAY, None),
    ("3/5/196", DAY, None),
    ("3/5/19611", DAY, None),
    ("003/5/1961", DAY, None),
    ("3/005/1961", DAY, None),
    ("3/5", DAY, None),
    ("3/5/1961/7", DAY, None),
    ("\u0663/5/1961", DAY, None),  # figures that are none of ours
    ("May May 1961", DAY, None),
    ("May 3", DAY, None),
    ("May 3 4 1961", DAY, None),
    ("Mon 3 1961", DAY, None),
    ("May June 1961", DAY, None),
    ("", DAY, None),
    ("soon", DAY, None),
]


@pytest.mark.parametrize(("cell", "order", "day"), SEEN)
def test_a_cell_names_a_day_or_none(cell: str, order: DayOrder, day: date | None) -> None:
    assert day_of(cell, order, TODAY) == day


@pytest.mark.parametrize(
    ("cell", "year"),
    [
        ("3/5/26", 2026),
        ("3/5/27", 1927),
        ("3/5/00", 2000),
        ("3/5/99", 1999),
        ("1 Dec 26", 2026),  # this year counts as a whole: a day after today is said to be wrong elsewhere
        ("3/5/0100", 100),
    ],
)
def test_two_figures_of_a_year_are_not_after_this_one(cell: str, year: int) -> None:
    found = day_of(cell, DAY, TODAY)
    assert found is not None
    assert found.year == year


def test_two_figures_are_of_the_century_that_is() -> None:
    found = day_of("3/5/21", DAY, date(2121, 6, 1))
    assert found == date(2121, 5, 3)
    assert day_of("3/5/05", DAY, date(2019, 6, 1)) == date(2005, 5, 3)


def test_each_month_is_known_by_its_name_and_by_three_letters() -> None:
    for number, month in enumerate(MONTHS, 1):
        for said in (month, month.upper(), date(2000, number, 1).strftime("%B")):
            assert day_of(f"2 {said} 1999", DAY, TODAY) == date(1999, number, 2)

"""Time spent on a client: which days and minutes are taken, and where one period ends and the next begins."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from clinic.domain.staff_time import (
    LONGEST,
    LONGEST_NOTE,
    PERIOD,
    StaffTimeKind,
    TimePeriod,
    TimeTotal,
    period_until,
    problems,
)

TODAY = date(2026, 11, 29)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "minutes", "named"),
    [
        (TODAY, 1, []),
        (TODAY, LONGEST, []),
        (date(2000, 1, 1), 10, []),
        (None, None, []),
        (TODAY + DAY, 10, ["day"]),
        (date(1999, 12, 31), 10, ["day"]),
        (TODAY, 0, ["minutes"]),
        (TODAY, -5, ["minutes"]),
        (TODAY, LONGEST + 1, ["minutes"]),
        (TODAY + DAY, 0, ["day", "minutes"]),
    ],
)
def test_time_is_written_down_that_was_spent(day: date | None, minutes: int | None, named: list[str]) -> None:
    found = list(problems(day, minutes, TODAY))
    assert [each.field for each in found] == named
    assert all(str(each) for each in found)


def test_nobody_spends_more_than_eight_hours_on_one_day() -> None:
    (problem,) = problems(TODAY, LONGEST + 1, TODAY)
    assert problem.message == "Minutes must be from 1 to 480."


def test_a_day_to_come_and_a_year_too_early_are_told_apart() -> None:
    assert "still to come" in str(next(problems(TODAY + DAY, 1, TODAY)))
    assert "2000 or later" in str(next(problems(date(26, 1, 1), 1, TODAY)))


def test_a_period_is_thirty_days_and_no_day_is_in_two() -> None:
    period = TimePeriod(TODAY)
    assert period.first == date(2026, 10, 31)
    assert (period.last - period.first).days + 1 == PERIOD == 30
    assert period.before().last == period.first - DAY
    assert period.before().after(TODAY) == period


@pytest.mark.parametrize(
    ("last", "after"),
    [
        (TODAY, None),
        (TODAY + DAY, None),
        (TODAY - DAY, TimePeriod(TODAY)),
        (TODAY - 30 * DAY, TimePeriod(TODAY)),
        (TODAY - 31 * DAY, TimePeriod(TODAY - DAY)),
    ],
)
def test_no_period_goes_beyond_today(last: date, after: TimePeriod | None) -> None:
    assert TimePeriod(last).after(TODAY) == after


@pytest.mark.parametrize(
    ("asked", "last"),
    [
        (TODAY, TODAY),
        (TODAY - DAY, TODAY - DAY),
        (TODAY + DAY, TODAY),
        (date.max, TODAY),
        (date.min, date(2000, 1, 1)),
        (date(2000, 1, 1), date(2000, 1, 1)),
    ],
)
def test_whatever_day_is_asked_for_there_is_a_period(asked: date, last: date) -> None:
    assert period_until(asked, TODAY) == TimePeriod(last)
    assert period_until(asked, TODAY).before().first < last


def test_nothing_noted_is_nothing() -> None:
    assert TimeTotal() == TimeTotal(minutes=0, live_contacts=0, days_with_data=0)
    assert {kind.value for kind in StaffTimeKind} == {"live", "review"}
    assert (LONGEST, LONGEST_NOTE) == (480, 160)

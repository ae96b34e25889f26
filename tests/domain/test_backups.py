"""When a backup is due, and which are kept."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.domain.backups import PROBLEM_WORDS, BackupProblem, is_due, is_news, is_proven, kept, last_slot

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")


def at(text: str, zone: ZoneInfo = BERLIN) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(UTC)


@pytest.mark.parametrize(
    "now, hour, slot",
    [
        ("2026-11-28T02:59", 3, "2026-11-27T03:00"),
        ("2026-11-28T03:00", 3, "2026-11-28T03:00"),
        ("2026-11-28T23:59", 3, "2026-11-28T03:00"),
        ("2026-11-28T00:00", 0, "2026-11-28T00:00"),
        ("2026-11-28T22:59", 23, "2026-11-27T23:00"),
        # the clock is put back at 3: the first 2 o'clock counts; put on at 2: there is none, 3 stands for it
        ("2026-10-25T02:30", 2, "2026-10-25T02:00"),
        ("2026-03-29T03:30", 2, "2026-03-29T03:00"),
    ],
)
def test_the_hour_strikes_where_the_practice_is(now: str, hour: int, slot: str) -> None:
    assert last_slot(at(now), hour, BERLIN) == at(slot)


@pytest.mark.parametrize(
    "now, last_good, last_tried, due",
    [
        ("2026-11-28T03:00", None, None, True),
        ("2026-11-28T02:59", "2026-11-27T03:00", "2026-11-27T03:00", False),
        ("2026-11-28T03:00", "2026-11-27T03:00", "2026-11-27T03:00", True),
        ("2026-11-28T03:01", "2026-11-28T03:00", "2026-11-28T03:00", False),
        # a machine that slept at three does it when it is back, and not twice
        ("2026-11-28T09:12", "2026-11-27T03:00", "2026-11-27T03:00", True),
        ("2026-11-28T09:40", "2026-11-28T09:12", "2026-11-28T09:12", False),
        # what went wrong is tried again half an hour later
        ("2026-11-28T03:29", "2026-11-27T03:00", "2026-11-28T03:00", False),
        ("2026-11-28T03:30", "2026-11-27T03:00", "2026-11-28T03:00", True),
        ("2026-11-28T03:10", None, "2026-11-28T03:00", False),
    ],
)
def test_a_backup_is_due_once_a_night(
    now: str, last_good: str | None, last_tried: str | None, due: bool
) -> None:
    good, tried = (at(text) if text else None for text in (last_good, last_tried))
    assert is_due(at(now), 3, BERLIN, good, tried) is due


def test_a_year_of_nights_leaves_seven_days_four_weeks_and_twelve_months() -> None:
    last = at("2026-11-28T03:00")
    nights = [last - timedelta(days=day) for day in range(400)]
    left = sorted((each.date().isoformat() for each in kept(nights, BERLIN)), reverse=True)
    assert left == [
        *("2026-11-28", "2026-11-27", "2026-11-26", "2026-11-25", "2026-11-24", "2026-11-23", "2026-11-22"),
        *("2026-11-15", "2026-11-08"),  # Sundays; the two weeks before end with days kept already
        *("2026-10-31", "2026-09-30", "2026-08-31", "2026-07-31", "2026-06-30", "2026-05-31", "2026-04-30"),
        *("2026-03-31", "2026-02-28", "2026-01-31", "2025-12-31"),
    ]


def test_kept_night_after_night_it_comes_to_the_same() -> None:
    first = at("2025-10-25T03:00")
    left: frozenset[datetime] = frozenset()
    for day in range(400):
        left = kept([*left, first + timedelta(days=day)], BERLIN)
    assert left == kept([first + timedelta(days=day) for day in range(400)], BERLIN)


@pytest.mark.parametrize(
    "made, left",
    [
        ([], []),
        (["2026-11-28T03:00"], ["2026-11-28T03:00"]),
        # the last one of a day stands for it
        (["2026-11-28T03:00", "2026-11-28T09:00"], ["2026-11-28T09:00"]),
        # what is long ago stays while there is nothing newer of its kind
        (["2020-01-01T03:00", "2026-11-28T03:00"], ["2020-01-01T03:00", "2026-11-28T03:00"]),
    ],
)
def test_the_last_of_each_is_kept(made: list[str], left: list[str]) -> None:
    assert kept(map(at, made), BERLIN) == frozenset(map(at, left))


def test_a_day_is_the_practices_own() -> None:
    made = [datetime(2026, 11, 28, hour, tzinfo=UTC) for hour in (3, 6)]  # 22:00 and 01:00 in New York
    assert kept(made, NEW_YORK) == frozenset(made)
    assert kept(made, BERLIN) == {made[1]}


@pytest.mark.parametrize("hours, news", [(None, False), (0, False), (1.99, False), (2, True), (50, True)])
def test_the_owner_hears_of_tries_that_go_wrong_for_two_hours(hours: float | None, news: bool) -> None:
    now = at("2026-11-28T12:00")
    assert is_news(now, None if hours is None else now - timedelta(hours=hours)) is news


@pytest.mark.parametrize("days, proven", [(None, False), (0, True), (100, True), (100.01, False)])
def test_a_backup_is_proven_for_a_hundred_days(days: float | None, proven: bool) -> None:
    now = at("2026-11-28T12:00")
    assert is_proven(now, None if days is None else now - timedelta(days=days)) is proven


def test_every_problem_says_what_to_do() -> None:
    assert set(PROBLEM_WORDS) == set(BackupProblem)

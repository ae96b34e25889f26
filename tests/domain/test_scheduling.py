"""When check-ins fall due, in four zones and on their clock-change nights."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain.errors import RuleBroken
from clinic.domain.scheduling import (
    Schedule,
    WakingHours,
    due_occurrences,
    load_zone,
    local_date,
    local_to_utc,
    next_occurrence,
    occurrence_on,
    parse_cadence,
)
from clinic.domain.types import ScheduleKind

WARSAW, NEW_YORK = ZoneInfo("Europe/Warsaw"), ZoneInfo("America/New_York")
LORD_HOWE, KOLKATA = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kolkata")
ZONES = (WARSAW, NEW_YORK, LORD_HOWE, KOLKATA)
ALL_DAY = WakingHours(time(0), time(23, 59, 59))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def weekly(**changes: object) -> Schedule:
    plain: dict[str, object] = {
        "kind": ScheduleKind.WEEKLY,
        "starts_on": date(2026, 1, 1),
        "at": time(9),
        "zone": WARSAW,
        "weekday": 0,
    }
    return Schedule(**(plain | changes))  # type: ignore[arg-type]


def cadence(*days: int, **changes: object) -> Schedule:
    return weekly(kind=ScheduleKind.CADENCE, cadence_days=days, **changes)


NIGHTS = [
    # zone, local day, local time, instant, what happens
    (WARSAW, "2026-03-29", "02:30", "2026-03-29T01:30", "gap: 02:30 is 03:30 summer time"),
    (WARSAW, "2026-03-29", "01:59", "2026-03-29T00:59", "before the gap"),
    (WARSAW, "2026-03-29", "03:00", "2026-03-29T01:00", "after the gap"),
    (WARSAW, "2026-10-25", "02:30", "2026-10-25T00:30", "overlap: the first 02:30"),
    (WARSAW, "2026-10-25", "03:00", "2026-10-25T02:00", "after the overlap"),
    (NEW_YORK, "2026-03-08", "02:30", "2026-03-08T07:30", "gap: 02:30 is 03:30 summer time"),
    (NEW_YORK, "2026-11-01", "01:30", "2026-11-01T05:30", "overlap: the first 01:30"),
    (LORD_HOWE, "2026-10-04", "02:15", "2026-10-03T15:45", "half-hour gap: 02:15 is 02:45"),
    (LORD_HOWE, "2026-04-05", "01:45", "2026-04-04T14:45", "half-hour overlap: the first 01:45"),
    (KOLKATA, "2026-03-29", "02:30", "2026-03-28T21:00", "no clock change"),
]


@pytest.mark.parametrize("zone, day, at, instant, why", NIGHTS, ids=[f"{row[0]} {row[4]}" for row in NIGHTS])
def test_wall_clock_times_follow_rfc_5545(zone: ZoneInfo, day: str, at: str, instant: str, why: str) -> None:
    assert local_to_utc(date.fromisoformat(day), time.fromisoformat(at), zone) == utc(instant), why


@pytest.mark.parametrize(
    "zone, before, after",
    [
        (WARSAW, "2026-03-23T08:00", "2026-03-30T07:00"),
        (NEW_YORK, "2026-03-02T14:00", "2026-03-09T13:00"),
        (LORD_HOWE, "2026-09-27T22:30", "2026-10-04T22:00"),
        (KOLKATA, "2026-03-23T03:30", "2026-03-30T03:30"),
    ],
)
def test_monday_at_nine_stays_nine_over_a_clock_change(zone: ZoneInfo, before: str, after: str) -> None:
    schedule = weekly(zone=zone)
    first = next_occurrence(schedule, utc(before) - timedelta(hours=1))
    assert first is not None
    assert first.due_at == utc(before)
    second = next_occurrence(schedule, first.due_at)
    assert second is not None
    assert second.due_at == utc(after)


@given(
    zone=st.sampled_from(ZONES),
    at=st.times(),
    start=st.dates(date(2024, 1, 1), date(2030, 1, 1)),
    weekday=st.integers(0, 6),
    opens=st.integers(0, 11),
    closes=st.integers(12, 23),
)
def test_a_year_of_weekly_check_ins_has_one_per_week_each_on_its_own_date(
    zone: ZoneInfo, at: time, start: date, weekday: int, opens: int, closes: int
) -> None:
    hours = WakingHours(time(opens), time(closes))
    schedule = weekly(zone=zone, at=at, starts_on=start, weekday=weekday, hours=hours)
    begin = local_to_utc(start, time(0), zone)
    found = due_occurrences(schedule, begin, begin + timedelta(days=366))
    days = [occurrence.local_date for occurrence in found]
    assert all(later - earlier == timedelta(days=7) for earlier, later in pairwise(days))
    assert len(found) in (52, 53)
    assert all(day > start and day.weekday() == weekday for day in days)
    assert all(earlier.due_at < later.due_at for earlier, later in pairwise(found))
    for occurrence in found:
        assert local_date(occurrence.due_at, zone) - occurrence.local_date in (
            timedelta(0),
            timedelta(days=1),
        )
        assert hours.contains(occurrence.due_at.astimezone(zone).time())


@given(
    zone=st.sampled_from(ZONES),
    at=st.times(),
    steps=st.lists(st.integers(1, 400), min_size=1, max_size=8, unique=True),
    cuts=st.lists(st.integers(0, 24 * 450), min_size=1, max_size=6),
)
def test_passes_that_follow_each_other_find_every_check_in_exactly_once(
    zone: ZoneInfo, at: time, steps: list[int], cuts: list[int]
) -> None:
    schedule = cadence(*sorted(steps), zone=zone, at=at)
    begin = utc("2025-12-31T00:00")
    marks = [begin, *(begin + timedelta(hours=cut) for cut in sorted(cuts)), begin + timedelta(days=500)]
    found = [each for after, until in pairwise(marks) for each in due_occurrences(schedule, after, until)]
    assert [each.local_date for each in found] == [
        date(2026, 1, 1) + timedelta(days=step) for step in sorted(steps)
    ]


def test_the_first_day_of_a_program_has_no_check_in() -> None:
    schedule = weekly(starts_on=date(2026, 1, 5))  # a Monday
    first = next_occurrence(schedule, utc("2026-01-04T00:00"))
    assert first is not None
    assert first.local_date == date(2026, 1, 12)


def test_a_schedule_ends_with_its_program() -> None:
    schedule = weekly(ends_on=date(2026, 1, 12))
    found = due_occurrences(schedule, utc("2026-01-01T00:00"), utc("2027-01-01T00:00"))
    assert [each.local_date.day for each in found] == [5, 12]
    assert next_occurrence(schedule, utc("2026-01-12T08:00")) is None


def test_a_cadence_counts_days_from_the_start_and_then_stops() -> None:
    schedule = cadence(1, 3, 7)
    found = due_occurrences(schedule, utc("2026-01-01T00:00"), utc("2027-01-01T00:00"))
    assert [each.local_date.day for each in found] == [2, 4, 8]
    assert next_occurrence(schedule, found[-1].due_at) is None


def test_the_window_of_a_pass_is_open_at_its_beginning_and_closed_at_its_end() -> None:
    due = utc("2026-01-05T08:00")
    assert due_occurrences(weekly(), due - timedelta(seconds=1), due)
    assert not due_occurrences(weekly(), due, due + timedelta(days=6))


@pytest.mark.parametrize(
    "at, due, why",
    [
        ("08:00", "2026-01-05T07:00", "at opening"),
        ("19:59", "2026-01-05T18:59", "just before closing"),
        ("20:00", "2026-01-06T07:00", "at closing: next morning"),
        ("23:30", "2026-01-06T07:00", "at night: next morning"),
        ("00:30", "2026-01-05T07:00", "before opening: the same morning"),
    ],
)
def test_check_ins_wait_for_waking_hours_and_keep_their_date(at: str, due: str, why: str) -> None:
    occurrence = occurrence_on(weekly(at=time.fromisoformat(at)), date(2026, 1, 5))
    assert occurrence.due_at == utc(due), why
    assert occurrence.local_date == date(2026, 1, 5)


def test_waking_hours_that_end_before_they_begin_are_refused() -> None:
    with pytest.raises(RuleBroken) as refused:
        WakingHours(time(20), time(8))
    assert refused.value.field == "closes"


def test_a_day_that_a_zone_skipped_still_has_its_check_in() -> None:
    apia = ZoneInfo("Pacific/Apia")  # went from 29 to 31 December 2011
    occurrence = occurrence_on(weekly(zone=apia, hours=ALL_DAY), date(2011, 12, 30))
    assert occurrence.local_date == date(2011, 12, 30)
    assert occurrence.due_at == utc("2011-12-30T19:00")


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Europe"])
def test_zones_that_do_not_exist_are_refused(name: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        load_zone(name)
    assert refused.value.field == "time_zone"


def test_zones_that_exist_are_loaded() -> None:
    assert load_zone("Europe/Warsaw") == WARSAW


def test_a_cadence_is_read_as_it_is_written() -> None:
    assert parse_cadence("1, 3,7 ,14") == (1, 3, 7, 14)


@pytest.mark.parametrize("text", ["", "a", "1,,3", "3,1", "1,1", "0,3", "-1", "1,731", "1.5"])
def test_a_cadence_that_does_not_rise_from_one_is_refused(text: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        parse_cadence(text)
    assert refused.value.field == "cadence"

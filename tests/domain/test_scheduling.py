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
    RHYTHMS,
    Occurrence,
    Schedule,
    WakingHours,
    check_weeks,
    fallen_due,
    load_zone,
    local_date,
    local_to_utc,
    next_occurrence,
    occurrence_on,
    parse_cadence,
    rhythm_of,
    waking_hours,
)
from clinic.domain.types import ScheduleKind

WARSAW, NEW_YORK = ZoneInfo("Europe/Warsaw"), ZoneInfo("America/New_York")
LORD_HOWE, KOLKATA = ZoneInfo("Australia/Lord_Howe"), ZoneInfo("Asia/Kolkata")
ZONES = (WARSAW, NEW_YORK, LORD_HOWE, KOLKATA)
ALL_DAY = WakingHours(time(0), time(23, 59, 59))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def due_occurrences(schedule: Schedule, after: datetime, until: datetime) -> list[Occurrence]:
    """What passes that run at these two instants find between them."""
    found = fallen_due(schedule, local_date(after, schedule.zone) - timedelta(days=2), until)
    return [each for each in found if each.due_at > after]


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
    found = local_to_utc(date.fromisoformat(day), time.fromisoformat(at), zone)
    assert found == utc(instant), why
    assert found.tzinfo is UTC


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
def test_a_year_of_weekly_checkins_has_one_per_week_each_on_its_own_date(
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
def test_passes_that_follow_each_other_find_every_checkin_exactly_once(
    zone: ZoneInfo, at: time, steps: list[int], cuts: list[int]
) -> None:
    schedule = cadence(*sorted(steps), zone=zone, at=at)
    begin = utc("2025-12-31T00:00")
    marks = [begin, *(begin + timedelta(hours=cut) for cut in sorted(cuts)), begin + timedelta(days=500)]
    found = [each for after, until in pairwise(marks) for each in due_occurrences(schedule, after, until)]
    assert [each.local_date for each in found] == [
        date(2026, 1, 1) + timedelta(days=step) for step in sorted(steps)
    ]


def test_the_first_day_of_a_program_has_no_checkin() -> None:
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
def test_checkins_wait_for_waking_hours_and_keep_their_date(at: str, due: str, why: str) -> None:
    occurrence = occurrence_on(weekly(at=time.fromisoformat(at)), date(2026, 1, 5))
    assert occurrence.due_at == utc(due), why
    assert occurrence.local_date == date(2026, 1, 5)


@pytest.mark.parametrize("closes", [time(8), time(20)])
def test_waking_hours_that_end_before_they_begin_are_refused(closes: time) -> None:
    with pytest.raises(RuleBroken) as refused:
        WakingHours(time(20), closes)
    assert (str(refused.value), refused.value.field) == ("Waking hours must begin before they end.", "closes")


def test_a_day_that_a_zone_skipped_still_has_its_checkin() -> None:
    apia = ZoneInfo("Pacific/Apia")  # went from 29 to 31 December 2011
    occurrence = occurrence_on(weekly(zone=apia, hours=ALL_DAY), date(2011, 12, 30))
    assert occurrence.local_date == date(2011, 12, 30)
    assert occurrence.due_at == utc("2011-12-30T19:00")


def test_a_checkin_that_waits_over_a_day_its_zone_skipped_is_still_the_next_one() -> None:
    """Thursday night's mail waits for Friday morning, and there was no Friday: it is due on Saturday."""
    apia = ZoneInfo("Pacific/Apia")
    schedule = weekly(zone=apia, weekday=3, at=time(23, 30), starts_on=date(2011, 12, 1))
    found = next_occurrence(schedule, utc("2011-12-30T17:00"))  # 07:00 on Saturday 31 December
    assert found == Occurrence(utc("2011-12-30T18:00"), date(2011, 12, 29))


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "Europe"])
def test_zones_that_do_not_exist_are_refused(name: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        load_zone(name)
    assert str(refused.value) == f"There is no time zone called {name}."
    assert refused.value.field == "time_zone"


def test_zones_that_exist_are_loaded() -> None:
    assert load_zone("Europe/Warsaw") == WARSAW


def test_a_cadence_is_read_as_it_is_written() -> None:
    assert parse_cadence("1, 3,7 ,14") == (1, 3, 7, 14)
    assert parse_cadence("7") == (7,)
    assert parse_cadence("1, 3, 730") == (1, 3, 730)


NO_DAYS = "Write days after the start, like 1, 3, 7, 14."
NO_RISE = "The days must rise, from 1 up to 730."


@pytest.mark.parametrize(
    "text, words",
    [
        *((text, NO_DAYS) for text in ("", "a", "1,,3", "1.5")),
        *((text, NO_RISE) for text in ("3,1", "1,1", "0,3", "-1", "1,3,731")),
    ],
)
def test_a_cadence_that_does_not_rise_from_one_is_refused(text: str, words: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        parse_cadence(text)
    assert (str(refused.value), refused.value.field) == (words, "cadence")


def first_days(schedule: Schedule, number: int = 3) -> list[str]:
    found = due_occurrences(schedule, utc("2025-12-31T00:00"), utc("2026-12-31T00:00"))
    return [f"{each.local_date:%m-%d}" for each in found[:number]]


@pytest.mark.parametrize(
    "every_weeks, counted_from, days, why",
    [
        (1, None, ["01-05", "01-12", "01-19"], "every Monday"),
        (2, None, ["01-05", "01-19", "02-02"], "counted from the first one"),
        (4, None, ["01-05", "02-02", "03-02"], "every fourth week"),
        (2, date(2026, 1, 12), ["01-12", "01-26", "02-09"], "counted from another week"),
        (2, date(2026, 1, 15), ["01-12", "01-26", "02-09"], "any day of that week will do"),
        (2, date(2026, 3, 23), ["01-12", "01-26", "02-09"], "and a later week counts backwards"),
        (4, date(2025, 6, 2), ["01-12", "02-09", "03-09"], "as does one long ago"),
        (1, date(2026, 3, 23), ["01-05", "01-12", "01-19"], "which means nothing to every week"),
    ],
)
def test_slower_rhythms_count_their_weeks(
    every_weeks: int, counted_from: date | None, days: list[str], why: str
) -> None:
    assert first_days(weekly(every_weeks=every_weeks, counted_from=counted_from)) == days, why


@pytest.mark.parametrize("every_weeks", RHYTHMS)
@pytest.mark.parametrize("zone", ZONES, ids=str)
def test_over_a_year_with_both_clock_changes_each_rhythm_keeps_its_hour(
    zone: ZoneInfo, every_weeks: int
) -> None:
    # Sundays at half past two: in three of the zones that hour is missing once a year, and comes twice once
    schedule = weekly(zone=zone, every_weeks=every_weeks, weekday=6, at=time(2, 30), hours=ALL_DAY)
    found = due_occurrences(schedule, utc("2026-01-01T12:00"), utc("2027-01-01T12:00"))
    days = [each.local_date for each in found]
    assert {later - earlier for earlier, later in pairwise(days)} == {timedelta(weeks=every_weeks)}
    assert len(days) == {1: 52, 2: 26, 4: 13}[every_weeks]
    hours = {each.due_at.astimezone(zone).time() for each in found}
    assert time(2, 30) in hours
    assert len(hours) <= 2, "only the night with a gap shows another hour"
    assert all(local_date(each.due_at, zone) == each.local_date for each in found)


@given(
    zone=st.sampled_from(ZONES),
    every_weeks=st.sampled_from(RHYTHMS),
    weekday=st.integers(0, 6),
    counted_from=st.none() | st.dates(date(2025, 1, 1), date(2027, 1, 1)),
    cuts=st.lists(st.integers(0, 24 * 450), min_size=1, max_size=6),
)
def test_passes_over_a_slower_rhythm_find_every_checkin_exactly_once(
    zone: ZoneInfo, every_weeks: int, weekday: int, counted_from: date | None, cuts: list[int]
) -> None:
    schedule = weekly(zone=zone, every_weeks=every_weeks, weekday=weekday, counted_from=counted_from)
    begin = utc("2025-12-31T00:00")
    marks = [begin, *(begin + timedelta(hours=cut) for cut in sorted(cuts)), begin + timedelta(days=500)]
    found = [each for after, until in pairwise(marks) for each in due_occurrences(schedule, after, until)]
    assert found == due_occurrences(schedule, marks[0], marks[-1])
    days = [each.local_date for each in found]
    assert {later - earlier for earlier, later in pairwise(days)} == {timedelta(weeks=every_weeks)}
    assert all(day.weekday() == weekday and day > schedule.starts_on for day in days)


CHANGED = utc("2026-03-04T12:00")  # a Wednesday


@pytest.mark.parametrize(
    "changes, last, expected, why",
    [
        ({"every_weeks": 2}, date(2026, 3, 2), "03-16", "two weeks after the last one"),
        ({"every_weeks": 4}, date(2026, 3, 2), "03-30", "four weeks after it"),
        ({"every_weeks": 1}, date(2026, 3, 2), "03-09", "back to every week at once"),
        ({"every_weeks": 2, "weekday": 3}, date(2026, 3, 2), "03-12", "not three days after it"),
        ({"every_weeks": 1, "weekday": 3}, date(2026, 3, 2), "03-05", "every week it may be soon"),
        (
            {"every_weeks": 2, "weekday": 1, "counted_from": date(2026, 3, 10)},
            date(2026, 3, 2),
            "03-10",
            "six days before the two weeks are over, and no Tuesday is nearer",
        ),
        (
            {"every_weeks": 2, "counted_from": date(2026, 3, 9)},
            date(2026, 3, 2),
            "03-16",
            "not a week before the two weeks are over",
        ),
        ({"every_weeks": 2}, date(2026, 1, 5), "03-16", "the last one long ago: by the old count"),
        ({"every_weeks": 2}, None, "03-16", "none yet: counted from the first week"),
        ({"every_weeks": 2, "ends_on": date(2026, 3, 10)}, date(2026, 3, 2), None, "it ends before"),
        (
            {"every_weeks": 4, "starts_on": date(2026, 1, 12), "ends_on": date(2026, 3, 20)},
            date(2026, 3, 2),
            None,
            "nor is it sooner because it ends before",
        ),
    ],
)
def test_a_rhythm_that_is_changed_begins_a_whole_step_after_the_last_checkin(
    changes: dict[str, object], last: date | None, expected: str | None, why: str
) -> None:
    schedule = rhythm_of(weekly(**changes), last, CHANGED)
    found = next_occurrence(schedule, CHANGED)
    assert (f"{found.local_date:%m-%d}" if found else None) == expected, why


def test_a_rhythm_that_is_planned_again_stays_as_it_was() -> None:
    once = rhythm_of(weekly(every_weeks=2), date(2026, 3, 2), CHANGED)
    assert rhythm_of(once, date(2026, 3, 2), CHANGED) == once
    assert rhythm_of(once, date(2026, 3, 16), CHANGED + timedelta(days=13)) == once


@pytest.mark.parametrize(
    "changes, last, why",
    [
        ({"weekday": 2, "at": time(18)}, date(2026, 3, 4), "today's is the last one, not the next"),
        (
            {"weekday": 1, "every_weeks": 2, "counted_from": date(2026, 3, 10)},
            date(2026, 3, 2),
            "the next one is just far enough from it",
        ),
        ({"every_weeks": 2}, date(2026, 3, 8), "the next one is on the very first day that is far enough"),
        ({"kind": ScheduleKind.CADENCE, "cadence_days": (63, 64)}, date(2026, 3, 4), "a cadence has none"),
    ],
)
def test_a_rhythm_that_need_not_change_is_left_as_it_is(
    changes: dict[str, object], last: date, why: str
) -> None:
    schedule = weekly(**changes)
    assert rhythm_of(schedule, last, CHANGED) == schedule, why


def test_on_a_day_that_is_taken_none_falls_due() -> None:
    found = next_occurrence(weekly(), utc("2026-01-04T00:00"), date(2026, 1, 6))
    assert found is not None
    assert found.local_date == date(2026, 1, 12)


def test_a_cadence_is_looked_through_from_a_day_on_that_day_included() -> None:
    found = next_occurrence(cadence(1, 3, 7), utc("2026-01-01T00:00"), date(2026, 1, 4))
    assert found is not None
    assert found.local_date == date(2026, 1, 4)


def test_a_schedule_asks_for_no_more_than_it_says() -> None:
    plain = {"starts_on": date(2026, 1, 1), "at": time(9), "zone": WARSAW}
    monday = next_occurrence(Schedule(kind=ScheduleKind.WEEKLY, **plain), utc("2026-01-01T12:00"))
    assert monday == Occurrence(utc("2026-01-05T08:00"), date(2026, 1, 5))
    assert next_occurrence(Schedule(kind=ScheduleKind.CADENCE, **plain), utc("2026-01-01T12:00")) is None


def test_what_has_fallen_due_since_a_day_is_found_in_order() -> None:
    due = [each.local_date.day for each in fallen_due(weekly(), date(2026, 1, 5), utc("2026-01-19T08:00"))]
    assert due == [5, 12, 19]
    assert fallen_due(weekly(), date(2026, 1, 5), utc("2026-01-05T07:59")) == []


@pytest.mark.parametrize(
    "weekday, every_weeks, words, field",
    [
        (None, 1, "Choose a day of the week.", "weekday"),
        (7, 1, "Choose a day of the week.", "weekday"),
        (0, 3, "A check-in comes every week, every second or every fourth.", "every_weeks"),
    ],
)
def test_a_rhythm_that_is_none_is_refused(
    weekday: int | None, every_weeks: int, words: str, field: str
) -> None:
    with pytest.raises(RuleBroken) as refused:
        check_weeks(weekday, every_weeks)
    assert (str(refused.value), refused.value.field) == (words, field)


def test_any_day_of_the_week_goes_with_any_rhythm() -> None:
    for every_weeks in RHYTHMS:
        assert [check_weeks(weekday, every_weeks) for weekday in range(7)] == list(range(7))


@pytest.mark.parametrize(
    "own, expected, why",
    [
        ((None, None), (8, 19), "the practice's"),
        ((time(10), time(18)), (10, 18), "one's own"),
        ((time(10), None), (10, 19), "half of each"),
        ((None, time(12)), (8, 12), "the other half"),
        ((time(21), None), (8, 19), "halves that do not fit together"),
        ((None, time(8)), (8, 19), "nor do these: no time is left between them"),
    ],
)
def test_waking_hours_are_ones_own_where_there_are_some(
    own: tuple[time | None, time | None], expected: tuple[int, int], why: str
) -> None:
    hours = waking_hours(time(8), time(19), *own)
    assert (hours.opens.hour, hours.closes.hour) == expected, why

"""When somebody is reminded to practise: only where nothing is logged, and fewer times as the habit holds."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from clinic.domain.practice_reminders import (
    LATEST,
    coming,
    days_between_reminders,
    due_on,
    has_had_one,
    next_due,
    reminds_on,
)
from clinic.domain.progress import PlanPace, PracticePlan, Span
from clinic.domain.types import LogOutcome

DAY = timedelta(days=1)
TODAY = date(2026, 11, 30)
DONE, PARTLY, NOT_DONE = LogOutcome.DONE, LogOutcome.PARTLY, LogOutcome.NOT_DONE
LONG_AGO = TODAY - 100 * DAY
DAILY = PracticePlan(starts_on=LONG_AGO)


def logged(*ago: int, outcome: LogOutcome = DONE) -> dict[date, LogOutcome]:
    return {TODAY - days * DAY: outcome for days in ago}


def plan(days_per_week: int = 7, begun: int = 100, **more: object) -> PracticePlan:
    return PracticePlan(starts_on=TODAY - begun * DAY, days_per_week=days_per_week, **more)  # type: ignore[arg-type]


FIRM = logged(*range(1, 29))  # each of the last 28 days
HALF = logged(*range(1, 29, 2))


@pytest.mark.parametrize(
    ("logs", "of", "between"),
    [
        pytest.param({}, plan(), 1, id="no habit"),
        pytest.param(logged(*range(2, 28, 3)), plan(), 1, id="less than half of the days"),
        pytest.param(HALF, plan(), 2, id="half of the days: one may pass"),
        pytest.param(logged(*range(1, 23)), plan(), 2, id="22 of 28"),
        pytest.param(logged(*range(1, 24)), plan(), 3, id="23 of 28: two may pass"),
        pytest.param(logged(*range(1, 24), outcome=PARTLY), plan(), 3, id="partly is practice"),
        pytest.param(logged(*range(1, 24), outcome=NOT_DONE), plan(), 1, id="not done is none"),
        pytest.param(logged(*range(1, 8)), plan(begun=7), 1, id="a week is no habit yet"),
        pytest.param(logged(*range(1, 9)), plan(begun=8), 3, id="eight days are"),
        pytest.param({}, plan(3), 2, id="three days a week: every second day"),
        pytest.param({}, plan(2), 3, id="two days a week"),
        pytest.param({}, plan(1), 7, id="one"),
        pytest.param(logged(*range(1, 28, 2)), plan(3), 4, id="three days a week, held"),
        pytest.param({}, plan(0), 7, id="a plan that names no day"),
        pytest.param(logged(*range(1, 17)), plan(begun=20), 3, id="16 of 20, four days of five"),
        pytest.param(
            {},
            plan(paces=(PlanPace(LONG_AGO, 1, 7), PlanPace(TODAY, 1, 2))),
            3,
            id="two days a week from today on",
        ),
    ],
)
def test_how_many_days_pass_from_practice_to_a_reminder(
    logs: dict[date, LogOutcome], of: PracticePlan, between: int
) -> None:
    assert days_between_reminders(logs, of, TODAY) == between


@pytest.mark.parametrize(
    ("logs", "of", "reminds"),
    [
        pytest.param({}, plan(begun=0), True, id="the first day"),
        pytest.param({}, plan(3, begun=0), False, id="the first day of three a week"),
        pytest.param({}, plan(3, begun=1), True, id="the second"),
        pytest.param(logged(0), DAILY, False, id="done today"),
        pytest.param(logged(0, outcome=NOT_DONE), DAILY, False, id="said not today"),
        pytest.param(logged(1), plan(begun=2), True, id="practised yesterday, no habit yet"),
        pytest.param(FIRM, DAILY, False, id="a habit: no word the next day"),
        pytest.param(logged(*range(2, 29)), DAILY, False, id="nor after one missed day"),
        pytest.param(logged(*range(3, 29)), DAILY, True, id="but after two"),
        pytest.param(HALF, DAILY, False, id="half a habit: a day may pass"),
        pytest.param(logged(*range(2, 29, 2)), DAILY, True, id="and not two"),
        pytest.param(logged(14), DAILY, True, id="fourteen days without: the last daily one"),
        pytest.param(logged(15), DAILY, False, id="fifteen: one a week"),
        pytest.param(logged(21), DAILY, True, id="three weeks"),
        pytest.param(logged(22), DAILY, False, id="a day later"),
        pytest.param(logged(28), DAILY, True, id="four weeks: the last"),
        pytest.param({}, DAILY, False, id="nothing for longer: none any more"),
        pytest.param({}, plan(begun=34), False, id="nothing in five weeks, which is a whole number of them"),
        pytest.param({}, plan(begun=-1), False, id="not begun"),
        pytest.param({}, plan(begun=9, ends_on=TODAY - DAY), False, id="over"),
        pytest.param({}, plan(begun=9, pauses=(Span(TODAY),)), False, id="paused"),
        pytest.param(
            logged(10),
            plan(begun=20, pauses=(Span(TODAY - 9 * DAY, TODAY - DAY),)),
            True,
            id="back from a pause, which counts nowhere",
        ),
        pytest.param(
            {},
            plan(pauses=(Span(TODAY - 15 * DAY, TODAY - 8 * DAY),)),
            True,
            id="nothing on 28 of the days around a pause: the last",
        ),
        pytest.param(logged(1, outcome=NOT_DONE), plan(3, begun=1), True, id="not done is no practice"),
        pytest.param(logged(-1), plan(begun=2), True, id="logged ahead, where it was tomorrow already"),
    ],
)
def test_which_days_have_a_reminder(logs: dict[date, LogOutcome], of: PracticePlan, reminds: bool) -> None:
    assert reminds_on(logs, of, TODAY) is reminds


def test_a_calendar_is_told_of_the_days_it_can_know() -> None:
    assert list(coming({}, plan(begun=0), TODAY, 3)) == [TODAY, TODAY + DAY, TODAY + 2 * DAY]
    assert list(coming(logged(0), DAILY, TODAY, 3)) == [TODAY + DAY, TODAY + 2 * DAY], "today is done"
    assert list(coming(FIRM, DAILY, TODAY, 8)) == [TODAY + 2 * DAY, TODAY + 5 * DAY], "a habit"


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("day", "at", "due"),
    [
        (date(2026, 11, 30), time(18), datetime(2026, 11, 30, 17, tzinfo=UTC)),
        (
            date(2027, 3, 28),
            time(2, 30),
            datetime(2027, 3, 28, 1, 30, tzinfo=UTC),
        ),  # not there
        (
            date(2026, 10, 25),
            time(2, 30),
            datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        ),  # twice there
        (date(2027, 3, 28), time(18), datetime(2027, 3, 28, 16, tzinfo=UTC)),
    ],
)
def test_a_reminder_keeps_to_the_clock_of_its_reader(day: date, at: time, due: datetime) -> None:
    assert due_on(day, at, BERLIN) == due


def test_the_next_one_is_today_or_tomorrow() -> None:
    six = due_on(TODAY, time(18), BERLIN)
    assert next_due(six - timedelta(seconds=1), time(18), BERLIN) == six
    assert next_due(six, time(18), BERLIN) == six + DAY, "it is over when it is due"
    before_the_change = due_on(date(2026, 10, 24), time(18), BERLIN)
    assert next_due(before_the_change, time(18), BERLIN) == before_the_change + timedelta(hours=25)
    late = datetime(2026, 11, 30, 23, 30, tzinfo=UTC)
    assert next_due(late, time(6), BERLIN) == datetime(2026, 12, 1, 5, tzinfo=UTC), "it is tomorrow there"
    evening, there = datetime(2026, 12, 1, 3, tzinfo=UTC), ZoneInfo("America/Los_Angeles")
    assert next_due(evening, time(20), there) == evening + timedelta(hours=1), "it is still today there"


def test_a_reminder_is_of_use_for_two_hours() -> None:
    assert timedelta(hours=2) == LATEST


LAST_AT = datetime(2026, 11, 30, 18, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "last_day", "last_at", "had"),
    [
        pytest.param("Europe/London", None, None, False, id="never reminded"),
        pytest.param("Europe/London", TODAY, LAST_AT, True, id="today"),
        pytest.param("Europe/London", TODAY - DAY, LAST_AT - DAY, False, id="yesterday"),
        pytest.param("America/Los_Angeles", TODAY + DAY, LAST_AT - DAY, True, id="for a day further on"),
        pytest.param("America/Los_Angeles", TODAY, LAST_AT - DAY, True, id="for today, sent yesterday there"),
        pytest.param("Asia/Tokyo", TODAY - DAY, LAST_AT - DAY, True, id="today by the clock of now"),
    ],
)
def test_a_day_has_one_reminder_by_either_clock(
    zone: str, last_day: date | None, last_at: datetime | None, had: bool
) -> None:
    assert has_had_one(TODAY, ZoneInfo(zone), last_day, last_at) is had

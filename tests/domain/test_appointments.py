"""When an appointment may be, by the practice's clock, and what of a name stands in a calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest

from clinic.domain.appointments import (
    FURTHEST,
    LONGEST,
    LONGEST_BECAUSE,
    LONGEST_PLACE,
    MOST_PLANNED,
    SHORTEST,
    STANDS,
    STAYS,
    USUAL_MINUTES,
    AppointmentState,
    begins,
    clash,
    initials,
    is_to_come,
    outcome_problems,
    problems,
)

LONDON = "Europe/London"
NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)
TODAY, TOMORROW = NOW.date(), NOW.date() + timedelta(days=1)
LAST = NOW.date() + FURTHEST
NOON = time(12)


def found(
    day: date = TOMORROW, at: time = NOON, minutes: int = USUAL_MINUTES
) -> list[tuple[str | None, str]]:
    return [(each.field, each.message) for each in problems(day, at, LONDON, minutes, NOW)]


@pytest.mark.parametrize(
    ("day", "at", "instant"),
    [
        (date(2026, 12, 1), time(14, 30), datetime(2026, 12, 1, 14, 30, tzinfo=UTC)),
        (date(2027, 6, 1), time(14, 30), datetime(2027, 6, 1, 13, 30, tzinfo=UTC)),
        (date(2027, 10, 31), time(1, 30), datetime(2027, 10, 31, 0, 30, tzinfo=UTC)),  # the first of two
    ],
)
def test_it_begins_by_the_practices_clock(day: date, at: time, instant: datetime) -> None:
    assert begins(day, at, LONDON) == instant


@pytest.mark.parametrize(
    ("day", "at", "field"),
    [
        (TODAY, time(10, 1), None),
        (TODAY, time(10), "day"),  # this very minute
        (TODAY, time(9, 59), "day"),
        (LAST, time(10), None),  # to the minute two years
        (LAST, time(10, 1), "day"),
        (date(2027, 3, 28), time(1, 30), "at_time"),  # the clocks go forward
        (date(2027, 3, 28), time(2), None),
    ],
)
def test_it_is_to_come_in_two_years_at_a_time_that_there_is(day: date, at: time, field: str | None) -> None:
    assert [name for name, _ in found(day, at)] == ([field] if field else [])


@pytest.mark.parametrize(
    ("day", "at", "said"),
    [
        (LAST, time(10, 1), ("day", "Choose a day within the next two years.")),
        (
            date(2027, 3, 28),
            time(1, 30),
            ("at_time", "The clocks go forward then: there is no such time on that day."),
        ),
    ],
)
def test_a_time_too_far_off_and_one_that_there_is_not_are_told_apart(
    day: date, at: time, said: tuple[str, str]
) -> None:
    assert found(day, at) == [said]


@pytest.mark.parametrize(
    ("minutes", "is_fine"),
    [(SHORTEST - 1, False), (SHORTEST, True), (LONGEST, True), (LONGEST + 1, False), (0, False)],
)
def test_it_lasts_from_five_minutes_to_eight_hours(minutes: int, is_fine: bool) -> None:
    wrong = [("minutes", "Minutes must be from 5 to 480.")]
    assert found(minutes=minutes) == ([] if is_fine else wrong)


def test_a_wrong_day_and_a_wrong_length_are_said_together() -> None:
    assert found(TODAY, time(9), 1) == [
        ("day", "Choose a time that is still to come."),
        ("minutes", "Minutes must be from 5 to 480."),
    ]


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Ada Northcote", "A. N."),
        ("Ólafur", "Ó."),
        ("Jean-Luc de Vries", "J. D. V."),
        ("(Ada) Nord", "N."),
        ("", ""),
    ],
)
def test_of_a_name_its_first_letters_stand_in_a_calendar(name: str, short: str) -> None:
    assert initials(name) == short


def test_what_can_be_of_an_appointment_is_closed() -> None:
    assert [each.value for each in AppointmentState] == ["planned", "cancelled", "held", "missed"]


def test_how_far_ahead_how_many_and_how_long_they_stay_in_a_calendar() -> None:
    assert (USUAL_MINUTES, LONGEST_PLACE, MOST_PLANNED) == (30, 200, 50)
    assert timedelta(days=730) == FURTHEST
    assert timedelta(days=60) == STAYS


@pytest.mark.parametrize(
    ("other", "minutes", "do_clash"),
    [
        (time(13, 45), 45, False),  # ends as it begins
        (time(13, 45), 46, True),
        (time(14, 30), 45, True),
        (time(14, 45), 5, True),  # within
        (time(14), 120, True),  # around
        (time(15, 14), 45, True),
        (time(15, 15), 45, False),  # begins as it ends
    ],
)
def test_two_clash_that_need_the_same_minute(other: time, minutes: int, do_clash: bool) -> None:
    day = date(2026, 12, 1)
    one, another = (datetime.combine(day, at, UTC) for at in (time(14, 30), other))
    assert clash(one, 45, another, minutes) is clash(another, minutes, one, 45) is do_clash


def test_whose_time_is_taken_and_how_long_a_reason_is() -> None:
    assert {AppointmentState.PLANNED, AppointmentState.HELD, AppointmentState.MISSED} == STANDS
    assert LONGEST_BECAUSE == 300


@pytest.mark.parametrize(
    ("state", "outcome", "after", "message"),
    [
        (AppointmentState.PLANNED, AppointmentState.HELD, timedelta(0), None),
        (AppointmentState.HELD, AppointmentState.MISSED, timedelta(days=1), None),
        (AppointmentState.PLANNED, AppointmentState.HELD, timedelta(seconds=-1), "still to come"),
        (AppointmentState.CANCELLED, AppointmentState.HELD, timedelta(0), "called off"),
        (AppointmentState.PLANNED, AppointmentState.CANCELLED, timedelta(0), "held or missed"),
    ],
)
def test_what_became_of_one_is_said_once_its_time_has_come(
    state: AppointmentState, outcome: AppointmentState, after: timedelta, message: str | None
) -> None:
    begun = datetime(2026, 12, 1, 14, 30, tzinfo=UTC)
    problems = list(outcome_problems(state, outcome, begun, begun + after))
    assert [problem.field for problem in problems] == ([] if message is None else ["outcome"])
    assert message is None or message in problems[0].message


@pytest.mark.parametrize(
    ("state", "starts_at", "expected"),
    [
        (AppointmentState.PLANNED, NOW + timedelta(seconds=1), True),
        (AppointmentState.PLANNED, NOW, False),
        (AppointmentState.CANCELLED, NOW + timedelta(days=1), False),
        (AppointmentState.HELD, NOW + timedelta(days=1), False),
    ],
)
def test_another_time_is_found_for_what_is_to_come(
    state: AppointmentState, starts_at: datetime, expected: bool
) -> None:
    assert is_to_come(state, starts_at, NOW) is expected

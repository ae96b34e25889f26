"""What a course is on a day, who gets in, and when each begins."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from clinic.domain.courses import (
    KEPT_UNCONFIRMED,
    LONGEST_WELCOME,
    OVER,
    TAKES_REQUESTS,
    UNDECIDED,
    CourseDays,
    CourseDoor,
    CourseState,
    LateStart,
    RequestState,
    door,
    first_day,
    on_confirming,
    problems,
    state_on,
)

DAYS = CourseDays(date(2026, 11, 30), 2)  # until Sun 13 Dec
DRAFT, OPEN, RUNNING, ENDED, CALLED_OFF = CourseState


@pytest.mark.parametrize(
    ("state", "today", "expected"),
    [
        (DRAFT, date(2026, 12, 1), DRAFT),
        (OPEN, date(2026, 11, 29), OPEN),
        (OPEN, date(2026, 11, 30), RUNNING),
        (RUNNING, date(2026, 12, 13), RUNNING),
        (RUNNING, date(2026, 12, 14), ENDED),
        (OPEN, date(2027, 1, 1), ENDED),
        (CALLED_OFF, date(2026, 12, 1), CALLED_OFF),
        (ENDED, date(2026, 12, 1), ENDED),
    ],
)
def test_it_begins_and_ends_by_its_days(state: CourseState, today: date, expected: CourseState) -> None:
    assert state_on(state, DAYS, today) is expected


@pytest.mark.parametrize(
    ("day", "week"),
    [
        (date(2026, 11, 29), None),
        (date(2026, 11, 30), 1),
        (date(2026, 12, 6), 1),
        (date(2026, 12, 7), 2),
        (date(2026, 12, 13), 2),
        (date(2026, 12, 14), None),
    ],
)
def test_a_day_is_in_a_week(day: date, week: int | None) -> None:
    assert DAYS.week_on(day) == week


@pytest.mark.parametrize(
    ("state", "members", "places", "expected"),
    [
        (DRAFT, 0, None, CourseDoor.NOT_YET),
        (OPEN, 0, 1, CourseDoor.OPEN),
        (OPEN, 1, 1, CourseDoor.FULL),
        (RUNNING, 2, 1, CourseDoor.FULL),
        (RUNNING, 2000, None, CourseDoor.OPEN),
        (ENDED, 0, 1, CourseDoor.ENDED),
        (CALLED_OFF, 9, 1, CourseDoor.CALLED_OFF),
    ],
)
def test_who_gets_in(state: CourseState, members: int, places: int | None, expected: CourseDoor) -> None:
    assert door(state, members, places) is expected


@pytest.mark.parametrize(
    ("at_door", "needs_approval", "expected"),
    [
        (CourseDoor.OPEN, False, RequestState.JOINED),
        (CourseDoor.OPEN, True, RequestState.WAITING),
        (CourseDoor.FULL, False, RequestState.LISTED),
        (CourseDoor.FULL, True, RequestState.LISTED),
        (CourseDoor.NOT_YET, False, None),
        (CourseDoor.ENDED, False, None),
        (CourseDoor.CALLED_OFF, True, None),
    ],
)
def test_what_becomes_of_a_request(
    at_door: CourseDoor, needs_approval: bool, expected: RequestState | None
) -> None:
    assert on_confirming(at_door, needs_approval=needs_approval) is expected


def test_who_is_let_ask_by_the_link_can_come_to_something() -> None:
    assert {each for each in CourseDoor if on_confirming(each, needs_approval=False)} == TAKES_REQUESTS


@pytest.mark.parametrize(
    ("late", "today", "expected"),
    [
        (LateStart.OWN_WEEK, date(2026, 11, 1), DAYS.starts_on),
        (LateStart.OWN_WEEK, DAYS.starts_on, DAYS.starts_on),
        (LateStart.OWN_WEEK, date(2026, 12, 3), date(2026, 12, 3)),
        (LateStart.GROUP_WEEK, date(2026, 12, 3), DAYS.starts_on),
    ],
)
def test_a_late_joiner_begins_as_the_course_says(late: LateStart, today: date, expected: date) -> None:
    assert first_day(late, DAYS, today) == expected


LIMITS = {"weeks": "Weeks must be from 1 to 104.", "places": "Places must be from 1 to 2,000."}


@pytest.mark.parametrize(
    ("days", "places", "fields"),
    [
        (DAYS, None, []),
        (DAYS, 1, []),
        (DAYS, 2000, []),
        (CourseDays(DAYS.starts_on, 1), None, []),
        (CourseDays(DAYS.starts_on, 104), None, []),
        (DAYS, 0, ["places"]),
        (DAYS, 2001, ["places"]),
        (CourseDays(DAYS.starts_on, 0), None, ["starts_on", "weeks"]),
        (CourseDays(DAYS.starts_on, 105), None, ["weeks"]),
        (CourseDays(DAYS.starts_on + timedelta(days=366), 2), None, []),
        (CourseDays(DAYS.starts_on + timedelta(days=367), 2), None, ["starts_on"]),
        (CourseDays(DAYS.starts_on - timedelta(days=13), 2), None, []),
        (CourseDays(DAYS.starts_on - timedelta(days=14), 2), None, ["starts_on"]),
    ],
)
def test_what_is_wrong_with_one(days: CourseDays, places: int | None, fields: list[str]) -> None:
    found = list(problems(days, places, DAYS.starts_on))
    assert [problem.field for problem in found] == fields
    assert [problem.message for problem in found if problem.field in LIMITS] == [
        LIMITS[each] for each in fields if each in LIMITS
    ]


def test_a_course_that_would_be_over_says_since_when() -> None:
    (problem,) = problems(DAYS, None, date(2027, 1, 4))
    assert problem.message == "It would have ended on Sun 13 Dec 2026."


def test_a_course_of_another_year_is_not_opened() -> None:
    (problem,) = problems(DAYS, None, DAYS.starts_on - timedelta(days=367))
    assert problem.message == "Choose a first day within a year of today."


def test_what_is_over_and_what_is_still_to_be_decided() -> None:
    assert {ENDED, CALLED_OFF} == OVER
    assert {RequestState.WAITING, RequestState.LISTED} == UNDECIDED


def test_what_was_typed_and_never_confirmed_goes_after_a_week() -> None:
    assert timedelta(weeks=1) == KEPT_UNCONFIRMED
    assert LONGEST_WELCOME == 2000

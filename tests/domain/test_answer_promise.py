"""How soon a practice answers, by its own clock and its own week."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from clinic.domain.answer_promise import (
    DAY,
    USUAL_DAYS,
    USUAL_WEEK,
    AnswerPromise,
    PromiseState,
    promise_problems,
    promise_state,
    waited_in_words,
)

LONDON = ZoneInfo("Europe/London")
WEEK = "12345"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "asked_on, days, works_on, closed, last_day",
    [
        ("2026-11-30", 2, WEEK, None, "2026-12-02"),  # Monday: the day itself is not counted
        ("2026-11-30", 1, WEEK, None, "2026-12-01"),
        ("2026-11-26", 2, WEEK, None, "2026-11-30"),  # Thursday: over the weekend
        ("2026-11-27", 2, WEEK, None, "2026-12-01"),  # Friday
        ("2026-11-28", 2, WEEK, None, "2026-12-01"),  # Saturday counts from Monday on, as Friday does
        ("2026-11-29", 2, WEEK, None, "2026-12-01"),
        ("2026-11-27", 2, "123456", None, "2026-11-30"),  # they work on Saturdays
        ("2026-11-27", 2, "1234567", None, "2026-11-29"),
        ("2026-11-27", 3, "3", None, "2026-12-16"),  # there on Wednesdays alone
        ("2026-12-22", 2, WEEK, ("2026-12-24", "2027-01-03"), "2027-01-04"),  # closed over the new year
        ("2026-12-28", 1, WEEK, ("2026-12-24", "2027-01-03"), "2027-01-04"),
        ("2027-01-04", 1, WEEK, ("2026-12-24", "2027-01-03"), "2027-01-05"),  # open again
        ("2026-11-27", 0, WEEK, None, None),  # nothing is promised
        ("2026-11-27", 10, WEEK, None, "2026-12-11"),
    ],
)
def test_the_last_day_on_which_an_answer_is_in_time(
    asked_on: str, days: int, works_on: str, closed: tuple[str, str] | None, last_day: str | None
) -> None:
    first, last = (date.fromisoformat(day) for day in closed) if closed else (None, None)
    promise = AnswerPromise(days, works_on, LONDON, first, last)
    found = promise.last_day(date.fromisoformat(asked_on))
    assert found == (date.fromisoformat(last_day) if last_day else None)


@pytest.mark.parametrize(
    "zone, asked_at, due_at",
    [
        ("Europe/London", "2026-11-30T09:00", "2026-12-02T00:00"),
        ("Europe/London", "2026-11-30T23:59", "2026-12-02T00:00"),
        ("Europe/London", "2026-12-01T00:00", "2026-12-03T00:00"),  # the practice's midnight makes the day
        ("America/New_York", "2026-12-01T04:59", "2026-12-02T05:00"),  # there it is Monday still
        ("America/New_York", "2026-12-01T05:00", "2026-12-03T05:00"),
        ("Pacific/Auckland", "2026-11-27T10:59", "2026-11-30T11:00"),  # Friday; due when Monday ends
        ("Pacific/Auckland", "2026-11-29T11:00", "2026-12-01T11:00"),  # Monday there
        ("Europe/London", "2026-10-23T12:00", "2026-10-27T00:00"),  # asked in summer time, due in winter time
        ("Europe/London", "2027-03-26T12:00", "2027-03-29T23:00"),
    ],
)
def test_an_answer_is_late_once_the_last_day_has_ended_where_the_practice_is(
    zone: str, asked_at: str, due_at: str
) -> None:
    due = AnswerPromise(1, WEEK, ZoneInfo(zone)).due_at(at(asked_at))
    assert due == at(due_at)
    assert due.tzinfo is UTC, "an instant is kept as UTC"


def test_without_a_promise_nothing_is_due() -> None:
    promise = AnswerPromise(0, WEEK, LONDON)
    assert promise.due_at(at("2026-11-30T09:00")) is None
    assert promise.in_words() is None


DUE = at("2026-12-02T00:00")
BEFORE, AFTER = at("2026-12-01T23:59"), at("2026-12-02T00:01")


@pytest.mark.parametrize(
    "due_at, answered_at, now, state",
    [
        (DUE, None, BEFORE, PromiseState.RUNNING),
        (DUE, None, DUE, PromiseState.BROKEN),
        (DUE, None, AFTER, PromiseState.BROKEN),
        (DUE, BEFORE, BEFORE, PromiseState.KEPT),
        (DUE, BEFORE, AFTER, PromiseState.KEPT),
        (DUE, DUE, AFTER, PromiseState.BROKEN),
        (DUE, AFTER, AFTER, PromiseState.BROKEN),
        (None, None, AFTER, PromiseState.NONE),
        (None, BEFORE, AFTER, PromiseState.NONE),
    ],
)
def test_what_became_of_a_promise(
    due_at: datetime | None, answered_at: datetime | None, now: datetime, state: PromiseState
) -> None:
    assert promise_state(due_at, answered_at, now) is state


def test_words_of_a_promise() -> None:
    assert AnswerPromise(1, "5", LONDON).in_words() == "We answer within 1 working day."
    assert AnswerPromise(2, "21", LONDON).in_words() == "We answer within 2 working days."
    assert AnswerPromise(2, "21", LONDON).week_in_words() == "Monday, Tuesday"


def test_a_practice_that_says_nothing_promises_two_days_of_monday_to_friday() -> None:
    assert (USUAL_DAYS, USUAL_WEEK) == (2, "12345")


FIRST, LAST = date(2026, 12, 24), date(2027, 1, 3)
AWAY = AnswerPromise(2, WEEK, LONDON, FIRST, LAST)


@pytest.mark.parametrize(
    "promise, today, words",
    [
        (AWAY, FIRST - DAY, None),
        (AWAY, FIRST, "We are closed until Sun 3 Jan 2027."),  # another year is named
        (AWAY, date(2027, 1, 1), "We are closed until Sun 3 Jan."),
        (AWAY, LAST, "We are closed until Sun 3 Jan."),
        (AWAY, LAST + DAY, None),
        (AnswerPromise(2, WEEK, LONDON), FIRST, None),
    ],
)
def test_until_when_nobody_is_there(promise: AnswerPromise, today: date, words: str | None) -> None:
    assert promise.closed_in_words(today) == words
    assert promise.is_closed(today) is (words is not None)


NOT_SO_MANY = "Working days must be from 0 to 10."
NO_DAY = "Choose at least one day on which you work."
ONE_OF_TWO = "Give the first and the last closed day, or neither."
TOO_LONG = "The last closed day must be within a year after the first."


@pytest.mark.parametrize(
    "days, works_on, closed_from, closed_until, problems",
    [
        (2, WEEK, None, None, []),
        (0, WEEK, FIRST, LAST, []),
        (10, "7", FIRST, FIRST, []),
        (11, WEEK, None, None, [("answer_days", NOT_SO_MANY)]),
        (-1, WEEK, None, None, [("answer_days", NOT_SO_MANY)]),
        (2, "", None, None, [("works_on", NO_DAY)]),
        (2, WEEK, FIRST, None, [("closed_until", ONE_OF_TWO)]),
        (2, WEEK, None, LAST, [("closed_until", ONE_OF_TWO)]),
        (2, WEEK, LAST, FIRST, [("closed_until", TOO_LONG)]),
        (2, WEEK, FIRST, date(2027, 12, 25), []),
        (2, WEEK, FIRST, date(2027, 12, 26), [("closed_until", TOO_LONG)]),
    ],
)
def test_what_a_practice_can_promise(
    days: int,
    works_on: str,
    closed_from: date | None,
    closed_until: date | None,
    problems: list[tuple[str, str]],
) -> None:
    found = promise_problems(days, works_on, closed_from, closed_until)
    assert [(problem.field, str(problem)) for problem in found] == problems


@pytest.mark.parametrize(
    "now, words",
    [
        ("2026-11-30T08:59", "less than a minute"),  # a clock that was put back
        ("2026-11-30T09:00", "less than a minute"),
        ("2026-11-30T09:01", "1 minute"),
        ("2026-11-30T09:59", "59 minutes"),
        ("2026-11-30T10:00", "1 hour"),
        ("2026-12-02T08:59", "47 hours"),
        ("2026-12-02T09:00", "2 days"),
        ("2026-12-20T09:00", "20 days"),
    ],
)
def test_how_long_somebody_has_waited(now: str, words: str) -> None:
    assert waited_in_words(at("2026-11-30T09:00"), at(now)) == words

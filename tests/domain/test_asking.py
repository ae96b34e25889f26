"""Where a set of questions stands, and until when an answer may be changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from clinic.domain.asking import (
    IN_PRACTICE,
    LIFETIME,
    OPEN,
    TABLET_LIFETIME,
    AnswerSource,
    AskState,
    may_change,
    state,
)

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
PAST, FUTURE = NOW - timedelta(hours=1), NOW + timedelta(hours=1)

TABLE = [
    # expires, finished, revoked, answered -> state
    (FUTURE, None, None, 0, AskState.PENDING),
    (FUTURE, None, None, 1, AskState.PARTLY),
    (NOW, None, None, 1, AskState.EXPIRED),
    (PAST, None, None, 0, AskState.EXPIRED),
    (PAST, None, PAST, 1, AskState.REVOKED),
    (FUTURE, None, PAST, 0, AskState.REVOKED),
    (PAST, PAST, PAST, 2, AskState.ANSWERED),
    (FUTURE, PAST, None, 2, AskState.ANSWERED),
]


@pytest.mark.parametrize("expires, finished, revoked, answered, expected", TABLE)
def test_a_set_of_questions_stands_where_the_table_says(
    expires: datetime, finished: datetime | None, revoked: datetime | None, answered: int, expected: AskState
) -> None:
    found = state(NOW, expires_at=expires, finished_at=finished, revoked_at=revoked, answered=answered)
    assert found is expected


def test_nothing_is_answered_until_it_is_said() -> None:
    assert state(NOW, expires_at=FUTURE, finished_at=None, revoked_at=None) is AskState.PENDING


def test_it_is_open_until_it_is_answered_or_over() -> None:
    assert {each for each in AskState if each in OPEN} == {AskState.PENDING, AskState.PARTLY}


def test_a_mailed_link_lasts_two_weeks_and_a_tablet_two_hours() -> None:
    assert timedelta(days=14) == LIFETIME
    assert timedelta(hours=2) == TABLET_LIFETIME


def test_some_answers_are_given_in_the_practice() -> None:
    assert {each for each in AnswerSource if each in IN_PRACTICE} == {
        AnswerSource.TYPED,
        AnswerSource.TABLET,
    }


@pytest.mark.parametrize(
    "answered_on, fine",
    [(None, True), (date(2026, 11, 26), True), (date(2026, 11, 25), False), (date(2026, 11, 27), False)],
)
def test_an_answer_may_be_changed_on_its_own_day(answered_on: date | None, fine: bool) -> None:
    assert may_change(answered_on, date(2026, 11, 26)) is fine

"""The figures of a practice: each with what it is out of, and nothing made up of what nobody said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinic.domain.answer_promise import PromiseState
from clinic.domain.change import ChangeVerdict
from clinic.domain.practice_overview import (
    KEPT,
    STOPPED_WITHIN,
    WINDOWS,
    PracticeOverview,
    PracticeWindow,
    are_old,
    outcome_of,
    percent,
    window_of,
)
from clinic.domain.progress import Adherence


def logged(expected: int, done: int, partly: int = 0, not_done: int = 0, unheard: int = 0) -> Adherence:
    return Adherence(
        window=30, expected=expected, done=done, partly=partly, not_done=not_done, not_reported=unheard
    )


def test_programs_are_added_up_and_one_that_asked_for_nothing_is_none_of_them() -> None:
    found = window_of(30, [logged(10, 3, 2, 1, 4), logged(0, 2), logged(20, 15, 0, 0, 5)], sent=9, answered=6)
    assert (found.days, found.programs, found.expected, found.practised) == (30, 2, 30, 20)
    assert (found.not_done, found.not_reported, found.sent, found.answered) == (1, 9, 9, 6)


def test_practice_beyond_what_was_asked_makes_nobody_elses_good() -> None:
    found = window_of(7, [logged(3, 7), logged(5, 0, unheard=5)], sent=0, answered=0)
    assert (found.practised, found.expected) == (3, 8)


def test_of_no_program_nothing_was_asked() -> None:
    states = [PromiseState.KEPT, PromiseState.NONE, PromiseState.BROKEN, PromiseState.RUNNING]
    counted = window_of(7, [], sent=0, answered=0, promises=states)
    assert (counted.kept, counted.promised) == (1, 2), (
        "what runs, and what nobody promised, is counted nowhere"
    )
    found = window_of(7, [], sent=0, answered=0)
    assert (found.kept, found.promised) == (0, 0)
    assert (found.programs, found.expected, found.practised) == (0, 0, 0)


def test_each_verdict_is_counted_once() -> None:
    found = outcome_of("RMDQ-24", list(ChangeVerdict), 4)
    assert (found.name, found.better, found.worse, found.unchanged, found.once) == ("RMDQ-24", 1, 1, 2, 4)
    assert found.better + found.worse + found.unchanged + found.not_comparable == len(ChangeVerdict)


def test_figures_come_back_as_they_were_kept() -> None:
    whole = PracticeOverview(
        active=3,
        with_program=2,
        with_account=1,
        windows=(window_of(7, [logged(3, 2)], sent=1, answered=1),),
        outcomes=(outcome_of("Pain", [ChangeVerdict.BETTER], 0),),
        stops={"hurts": 2},
        graduated=1,
    )
    assert PracticeOverview.from_json(whole.to_json()) == whole


def test_what_was_not_counted_yet_when_figures_were_kept_is_none() -> None:
    window = {"days": 7, "programs": 1, "expected": 3, "practised": 2, "not_done": 0, "not_reported": 1}
    kept = {"active": 3, "with_program": 2, "with_account": 1, "windows": [window], "outcomes": []}
    found = PracticeOverview.from_json(kept)
    assert (found.staff_minutes, found.live_contacts, found.with_time) == (0, 0, 0)
    assert (found.windows[0].promised, found.windows[0].kept) == (0, 0)


SECOND = timedelta(seconds=1)
NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("age", "old"),
    [
        (timedelta(0), False),
        (KEPT - timedelta(seconds=1), False),
        (KEPT, True),
        (-timedelta(seconds=1), True),
    ],
)
def test_figures_are_made_anew_after_an_hour_and_when_the_clock_was_put_back(
    age: timedelta, old: bool
) -> None:
    assert are_old(NOW - age, NOW) is old


@pytest.mark.parametrize(
    ("part", "of", "share"), [(0, 0, None), (0, 3, 0), (1, 3, 33), (2, 3, 67), (3, 3, 100)]
)
def test_a_share_of_nothing_is_none(part: int, of: int, share: int | None) -> None:
    assert percent(part, of) == share


def test_a_week_a_month_a_quarter_and_a_year_of_stops() -> None:
    assert WINDOWS == (7, 30, 90)
    assert STOPPED_WITHIN == 365
    assert timedelta(hours=1) == KEPT


def test_what_nobody_counted_is_nothing() -> None:
    window = PracticeWindow(days=7, programs=0, expected=0, practised=0, not_done=0, not_reported=0)
    assert (window.sent, window.answered) == (0, 0)
    whole = PracticeOverview(active=0, with_program=0, with_account=0)
    assert (dict(whole.stops), whole.graduated) == ({}, 0)

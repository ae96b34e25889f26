"""Two weeks of practice against the two before: from when they count, and what each is a share of."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from clinic.domain.attention import practice_drop
from clinic.domain.progress import PracticePlan
from clinic.domain.types import LogOutcome

TODAY = date(2026, 11, 26)
PLAN = PracticePlan(starts_on=date(2026, 10, 1))


def done(*days_ago: int) -> dict[date, LogOutcome]:
    return {TODAY - timedelta(days=each): LogOutcome.DONE for each in days_ago}


@pytest.mark.parametrize(
    "days_ago, since, before, now, why",
    [
        ((), 14, (0, 14), (0, 14), "nothing reported is nothing practised"),
        ((1, 14), 14, (0, 14), (2, 14), "both ends of the last two weeks, today still open"),
        ((15, 28), 14, (2, 14), (0, 14), "both ends of the two before"),
        ((29,), 14, (0, 14), (0, 14), "what is older counts nowhere"),
        ((0, 13, 14, 27, 28), 13, (2, 14), (2, 14), "logged today, all of it is a day later"),
    ],
)
def test_the_last_two_weeks_stand_against_the_two_before(
    days_ago: tuple[int, ...], since: int, before: tuple[int, int], now: tuple[int, int], why: str
) -> None:
    drop = practice_drop(done(*days_ago), PLAN, TODAY)
    assert drop.since == TODAY - timedelta(days=since), why
    assert (drop.before.practised, drop.before.expected) == before, why
    assert (drop.now.practised, drop.now.expected) == now, why


def test_two_weeks_in_which_the_program_did_not_run_ask_for_nothing() -> None:
    drop = practice_drop(done(1), PracticePlan(starts_on=TODAY - timedelta(days=10)), TODAY)
    assert (drop.before.expected, drop.now.expected) == (0, 10)

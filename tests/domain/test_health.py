"""What is wrong with an installation, and when its owners are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from clinic.domain.health import (
    AlarmStep,
    HealthCheck,
    HealthFacts,
    alarm_step,
    has_leapt,
    is_clock_off,
    is_sweep_silent,
    troubles,
)

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
WELL = HealthFacts(at=NOON, sweep_at=NOON - 5 * SECOND)


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        pytest.param(WELL, [], id="all well, and the rest not known"),
        pytest.param(replace(WELL, sweep_at=None), [], id="nobody was ever there, and nothing waits"),
        pytest.param(replace(WELL, sweep_at=NOON - 2 * MINUTE), [], id="seen two minutes ago"),
        pytest.param(replace(WELL, sweep_at=NOON - 2 * MINUTE - SECOND), ["sweep"], id="seen before"),
        pytest.param(replace(WELL, sweep_at=NOON + MINUTE), [], id="a little fast"),
        pytest.param(replace(WELL, sweep_at=NOON + MINUTE + SECOND), ["sweep"], id="from the future"),
        pytest.param(replace(WELL, oldest_schedule=NOON + HOUR), [], id="the next one is to come"),
        pytest.param(replace(WELL, oldest_schedule=NOON - 10 * MINUTE), [], id="due for ten minutes"),
        pytest.param(
            replace(WELL, oldest_schedule=NOON - 10 * MINUTE - SECOND), ["schedule"], id="due for longer"
        ),
        pytest.param(replace(WELL, oldest_mail=NOON - 10 * MINUTE), [], id="mail that waits for ten minutes"),
        pytest.param(
            replace(WELL, oldest_mail=NOON - 10 * MINUTE - SECOND), ["mail"], id="mail that waits longer"
        ),
        pytest.param(replace(WELL, free=0.10), [], id="a tenth is free"),
        pytest.param(replace(WELL, free=0.099), ["disk"], id="less is free"),
        pytest.param(replace(WELL, backup_at=NOON - 26 * HOUR), [], id="a backup of last night"),
        pytest.param(replace(WELL, backup_at=NOON - 26 * HOUR - SECOND), ["backup"], id="an older backup"),
        pytest.param(replace(WELL, database_at=NOON - MINUTE), [], id="clocks a minute apart"),
        pytest.param(replace(WELL, database_at=NOON - 3 * HOUR), ["clock"], id="our clock ahead"),
        pytest.param(replace(WELL, database_at=NOON + 3 * HOUR), ["clock"], id="our clock behind"),
        pytest.param(replace(WELL, are_clocks_wrong=True), ["clock"], id="another machine's clock"),
        pytest.param(
            replace(WELL, sweep_at=NOON - HOUR, oldest_mail=NOON - HOUR, free=0.0),
            ["sweep", "mail", "disk"],
            id="several",
        ),
        pytest.param(replace(WELL, is_schema_ours=False, free=0.0), ["schema"], id="other tables"),
    ],
)
def test_what_is_wrong(facts: HealthFacts, found: list[str]) -> None:
    assert list(troubles(facts)) == found
    assert not troubles(facts, off=[each for each in HealthCheck if each is not HealthCheck.DATABASE])


@pytest.mark.parametrize(
    ("here", "there", "is_off"),
    [
        (NOON, None, False),
        (NOON, NOON + MINUTE, False),
        (NOON, NOON + MINUTE + SECOND, True),
        (NOON + MINUTE + SECOND, NOON, True),
    ],
)
def test_clocks_that_disagree(here: datetime, there: datetime | None, is_off: bool) -> None:
    assert is_clock_off(here, there) is is_off


@pytest.mark.parametrize(
    ("by_the_clock", "was_set"),
    [
        (HOUR, False),
        (HOUR + MINUTE, False),
        (HOUR + MINUTE + SECOND, True),
        (HOUR - MINUTE, False),
        (HOUR - MINUTE - SECOND, True),
    ],
)
def test_a_clock_that_was_set_went_on_by_another_time_than_has_passed(
    by_the_clock: timedelta, was_set: bool
) -> None:
    assert has_leapt(by_the_clock, HOUR) is was_set


def test_a_sign_of_life_is_good_for_as_long_as_one_waits() -> None:
    assert not is_sweep_silent(NOON - 10 * MINUTE, NOON, patience=10 * MINUTE)
    assert is_sweep_silent(NOON - 10 * MINUTE - SECOND, NOON, patience=10 * MINUTE)


@pytest.mark.parametrize(
    ("sweep_ago", "told_ago", "step"),
    [
        pytest.param(5 * SECOND, None, AlarmStep.NOTHING, id="well, and never told"),
        pytest.param(5 * MINUTE, None, AlarmStep.NOTHING, id="silent, but not for long"),
        pytest.param(10 * MINUTE, None, AlarmStep.NOTHING, id="silent for ten minutes to the second"),
        pytest.param(11 * MINUTE, None, AlarmStep.SILENT, id="silent for more"),
        pytest.param(3 * HOUR, 2 * HOUR, AlarmStep.NOTHING, id="told before"),
        pytest.param(9 * HOUR, 6 * HOUR, AlarmStep.SILENT, id="told six hours ago, and it lasts"),
        pytest.param(5 * SECOND, HOUR, AlarmStep.WELL_AGAIN, id="over"),
        pytest.param(5 * MINUTE, HOUR, AlarmStep.NOTHING, id="between the two"),
        pytest.param(None, None, AlarmStep.SILENT, id="never there"),
        pytest.param(None, HOUR, AlarmStep.NOTHING, id="never there, and told"),
    ],
)
def test_what_the_owners_are_told(
    sweep_ago: timedelta | None, told_ago: timedelta | None, step: AlarmStep
) -> None:
    at = [None if ago is None else NOON - ago for ago in (sweep_ago, told_ago)]
    assert alarm_step(at[0], NOON, patience=10 * MINUTE, told_at=at[1]) is step

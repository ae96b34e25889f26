"""A machine whose clock is wrong stops what goes by the clock, and says so where others see it."""

from __future__ import annotations

import logging
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from clinic.domain.health import CLOCK_OF, HealthCheck, has_leapt
from clinic.extensions import db
from clinic.services.clock import now
from clinic.services.upkeep import heartbeats
from clinic.services.watching import health
from clinic.services.watching.clocks import REST, ClockGuard
from clinic.tasks.sweep import Round

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def details() -> list[str]:
    return [detail for name, (_, detail) in heartbeats.last_seen().items() if name.startswith(CLOCK_OF)]


@pytest.mark.parametrize(
    ("by_the_clock", "really", "leapt"),
    [
        (5 * MINUTE, 5 * MINUTE, False),
        (6 * MINUTE, 5 * MINUTE, False),
        (3 * HOUR, 5 * MINUTE, True),
        (-HOUR, 5 * MINUTE, True),
        (8 * HOUR, 8 * HOUR, False),
    ],
    ids=["in step", "slewed", "put forward", "put back", "slept a night"],
)
def test_a_leap(by_the_clock: timedelta, really: timedelta, leapt: bool) -> None:
    assert has_leapt(by_the_clock, really) is leapt


@pytest.mark.parametrize("jump", [3 * HOUR, -3 * HOUR], ids=["ahead", "behind"])
def test_a_clock_that_is_hours_off_stops_the_machine_and_is_told(
    app: Flask, jump: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    guard = ClockGuard()
    assert guard.may_work()
    assert details() == [""]
    heartbeats.beat(heartbeats.SWEEP)
    real = now()
    with time_machine.travel(real + jump), caplog.at_level(logging.WARNING):
        assert not guard.may_work()
        assert not guard.may_work()
        assert caplog.text.count("wrong") == 1
        assert HealthCheck.CLOCK in health.look().troubles
    assert details() == ["wrong"]


def test_once_it_is_right_the_machine_goes_on(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    guard = ClockGuard()
    guard.may_work()
    with time_machine.travel(now() + 3 * HOUR):
        guard.may_work()
    if db.engine.dialect.name == "sqlite":  # nothing to compare with: it rests, and then believes the clock
        assert not guard.may_work()
        guard._rests_until -= REST.total_seconds()
    assert guard.may_work()
    assert details() == [""]
    assert HealthCheck.CLOCK not in health.look().troubles


def test_a_minute_more_or_less_is_no_matter(app: Flask) -> None:
    guard = ClockGuard()
    guard.may_work()
    with time_machine.travel(now() + 50 * timedelta(seconds=1)):
        assert guard.may_work()


@pytest.mark.sqlite_only
def test_a_sweep_from_later_than_now_says_that_the_clock_was_put_back(app: Flask) -> None:
    with time_machine.travel(now() + 3 * HOUR):
        heartbeats.beat(heartbeats.SWEEP)
    assert not ClockGuard().may_work()


def test_a_round_waits_while_the_clock_is_wrong(app: Flask) -> None:
    done: list[str] = []
    Round(app, "wrong", 1.0, lambda: done.append("wrong"), lambda: False)._once(quietly=False)
    Round(app, "right", 1.0, lambda: done.append("right"), lambda: True)._once(quietly=False)
    assert done == ["right"]

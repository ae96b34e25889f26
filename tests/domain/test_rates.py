"""A rate over any minute, whatever the rhythm in which it is asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain.rates import Bucket, capacity, refilled, seconds_until_one

BEGIN = datetime(2026, 11, 22, 9, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def full(per_minute: int) -> Bucket:
    return Bucket(float(capacity(per_minute)), BEGIN)


def sent(per_minute: int, steps: list[float], bucket: Bucket | None = None) -> list[datetime]:
    """When mails went out to somebody who asks after each of these waits and takes what there is."""
    at, times = BEGIN, []
    bucket = bucket or full(per_minute)
    for step in steps:
        at += timedelta(seconds=step)
        bucket = refilled(bucket, per_minute, at)
        number = int(bucket.tokens)
        times += [at] * number
        bucket = Bucket(bucket.tokens - number, at)
    return times


@given(st.integers(1, 6000), st.lists(st.floats(0.0, 40.0), max_size=80))
def test_no_minute_has_more_than_the_rate(per_minute: int, steps: list[float]) -> None:
    times = sent(per_minute, steps)
    for first in range(len(times)):
        within = sum(1 for each in times[first:] if each < times[first] + MINUTE)
        assert within <= per_minute


@pytest.mark.parametrize("per_minute", [1, 6, 11, 12, 60, 1000, 60_000])
def test_somebody_who_asks_often_gets_nearly_the_rate(per_minute: int) -> None:
    times = sent(per_minute, [0.25] * 4 * 600)
    assert 0.9 * per_minute * 10 - 1 <= len(times) <= per_minute * 10 + capacity(per_minute)


@pytest.mark.parametrize(
    "per_minute, stored, seconds, back",
    [
        (60, 5, 3, 2.75),  # 5 in store and 55 in a minute
        (100, 8, 1.5, 2.3),
        (12, 1, 4, 0.8),  # one is kept whatever the rate, and is not taken off
        (6, 1, 4, 0.4),
        (1, 1, 30, 0.5),
    ],
)
def test_the_store_and_what_comes_back_in_a_minute_are_the_rate_together(
    per_minute: int, stored: int, seconds: float, back: float
) -> None:
    assert capacity(per_minute) == stored
    later = BEGIN + timedelta(seconds=seconds)
    assert refilled(Bucket(0.0, BEGIN), per_minute, later) == Bucket(pytest.approx(back), later)
    assert refilled(full(per_minute), per_minute, later).tokens == stored


def test_a_rate_that_is_lowered_takes_from_the_store_at_once() -> None:
    assert refilled(Bucket(50.0, BEGIN), 12, BEGIN).tokens == 1.0


def test_the_wait_for_one_ends_with_one() -> None:
    bucket = Bucket(0.25, BEGIN)
    wait = seconds_until_one(bucket, 10)
    assert wait == pytest.approx(4.5)
    assert refilled(bucket, 10, BEGIN + timedelta(seconds=wait)).tokens == pytest.approx(1.0)
    assert seconds_until_one(Bucket(3.0, BEGIN), 60) == 0.0


def test_a_clock_that_is_put_back_gives_nothing_and_stops_nothing() -> None:
    bucket = Bucket(0.0, BEGIN)
    back = BEGIN - timedelta(hours=1)
    assert refilled(bucket, 60, back) == Bucket(0.0, back)
    assert refilled(refilled(bucket, 60, back), 60, back + timedelta(seconds=3)).tokens > 2


def test_a_clock_is_put_back_from_a_minute_on() -> None:
    bucket, little, more = Bucket(0.5, BEGIN), BEGIN - MINUTE, BEGIN - MINUTE - timedelta(seconds=1)
    assert refilled(bucket, 60, little) == bucket
    assert refilled(bucket, 60, more) == Bucket(0.5, more)


def test_another_machines_clock_a_little_behind_gains_nothing() -> None:
    bucket, times = Bucket(0.0, BEGIN), 0
    for second in range(60):
        ahead = refilled(bucket, 60, BEGIN + timedelta(seconds=second))
        bucket = refilled(ahead, 60, BEGIN + timedelta(seconds=second - 5))
        number = int(bucket.tokens)
        times, bucket = times + number, Bucket(bucket.tokens - number, bucket.filled_at)
    assert times <= 60

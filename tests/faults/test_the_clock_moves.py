"""Clocks put forward and back, nights with 23 and 25 hours, and schedules that fell due while all was off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask

from clinic.domain.types import CheckinState, OutboxState, ScheduleKind, SkipReason
from clinic.extensions import db
from clinic.models import Checkin, OutboxMessage
from clinic.services.checkins import planning as checkin_planning
from clinic.services.checkins import schedules
from clinic.services.clock import now
from clinic.services.sending import delivery
from clinic.services.transaction import transaction
from tests.factories.mail import AWAKE, make_program, make_version, promise_checkins
from tests.factories.people import make_client, make_practice, make_user
from tests.faults.reckoning import Reckoning, reckon
from tests.faults.test_the_mail_server_refuses import sending_to, until_drained
from tests.sink import running_sink

pytestmark = pytest.mark.fault

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
# The night, what the wall clock shows when the mail of 02:15 goes out, and when that is.
NIGHTS = {
    ("Europe/Warsaw", date(2026, 3, 29)): ("03:15", "2026-03-29T01:15Z"),
    ("Europe/Warsaw", date(2026, 10, 25)): ("02:15", "2026-10-25T00:15Z"),
    ("America/New_York", date(2026, 3, 8)): ("03:15", "2026-03-08T07:15Z"),
    ("America/New_York", date(2026, 11, 1)): ("01:15", "2026-11-01T05:15Z"),  # written 01:15 there
    ("Australia/Lord_Howe", date(2026, 10, 4)): ("02:45", "2026-10-03T15:45Z"),
    ("Australia/Lord_Howe", date(2026, 4, 5)): ("01:45", "2026-04-04T14:45Z"),  # written 01:45 there
    ("Asia/Kolkata", date(2026, 3, 29)): ("02:15", "2026-03-28T20:45Z"),
    ("Asia/Kolkata", date(2026, 10, 25)): ("02:15", "2026-10-24T20:45Z"),
}
WRITTEN = {
    ("America/New_York", date(2026, 11, 1)): time(1, 15),
    ("Australia/Lord_Howe", date(2026, 4, 5)): time(1, 45),
}


@pytest.mark.parametrize("zone, night", NIGHTS, ids=[f"{zone} {night}" for zone, night in NIGHTS])
def test_on_a_night_that_is_longer_or_shorter_each_client_has_one_mail_at_the_right_time(
    app: Flask, zone: str, night: date, told: Callable[..., Reckoning]
) -> None:
    shown, expected = NIGHTS[zone, night]
    instant = datetime.fromisoformat(expected)
    with running_sink() as sink, time_machine.travel(instant - 30 * HOUR) as clock:
        _schedules(20, zone, WRITTEN.get((zone, night), time(2, 15)), night)
        with sending_to(app, sink.port) as account:
            while now() < instant + 30 * HOUR:
                checkin_planning.run(now())
                account.paused_until = 0.0
                delivery.run()
                clock.shift(timedelta(minutes=15))
        reckoning = told(f"night of {night} in {zone.partition('/')[2]}", reckon(sink))
    assert reckoning.sent == 20
    due = {checkin.due_at for checkin in db.session.query(Checkin)}
    assert due == {instant}
    assert instant.astimezone(ZoneInfo(zone)).strftime("%H:%M") == shown
    assert {checkin.local_date for checkin in db.session.query(Checkin)} == {night}


@pytest.mark.parametrize("jump", [HOUR, -HOUR], ids=["forward", "back"])
def test_a_clock_that_is_moved_by_an_hour_sends_nothing_twice_and_loses_nothing(
    app: Flask, full: bool, jump: timedelta, told: Callable[..., Reckoning]
) -> None:
    mails = 1000 if full else 120
    with running_sink() as sink, time_machine.travel(now()) as clock:
        promise_checkins(mails)
        with sending_to(app, sink.port):
            stop = iter([False] * 60)
            delivery.run(lambda: next(stop, True))  # stopped in the middle of a batch
            clock.shift(jump)
            delivery.recover()
            if jump < timedelta():
                clock.shift(-jump)  # what was due is not due before its time; the hour passes again
            delivery.run()
        reckoning = told(f"clock moved by {jump / HOUR:+.0f} h", reckon(sink))
    assert reckoning.sent == mails


def test_after_a_week_off_each_client_has_one_mail_and_the_ledger_tells_of_the_others(
    app: Flask, full: bool, told: Callable[..., Reckoning]
) -> None:
    clients = 500 if full else 20
    begun = datetime(2026, 11, 23, 9, tzinfo=UTC)
    with running_sink() as sink, time_machine.travel(begun - DAY) as clock:
        _schedules(clients, "UTC", time(9), begun.date())
        with sending_to(app, sink.port) as account:
            clock.move_to(begun + 21 * DAY + 2 * HOUR)  # three were missed, the last of them two hours ago
            checkin_planning.run(now(), 10 * clients)
            until_drained(account, hours=2)
        reckoning = told("off for three weeks", reckon(sink))
    assert reckoning.states == {OutboxState.SENT: clients}
    states = [checkin.state for checkin in db.session.query(Checkin)]
    assert states.count(CheckinState.SENT) == clients
    late = [checkin for checkin in db.session.query(Checkin) if checkin.state is CheckinState.SKIPPED]
    assert {checkin.skip_reason for checkin in late} == {SkipReason.LATE}
    assert len(late) == 3 * clients
    assert db.session.query(OutboxMessage).count() == clients


def _schedules(number: int, zone: str, at: time, night: date) -> None:
    with transaction():
        practice = make_practice()
        staff, version = make_user(practice), make_version(practice)
        for position in range(number):
            client = make_client(practice, f"Client {position:05}", time_zone=zone, **AWAKE)
            program = make_program(client, version, staff)
            schedules.change_rhythm(program, kind=ScheduleKind.WEEKLY, at_time=at, weekday=night.weekday())

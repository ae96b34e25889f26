"""Two workers, two planners, messages sent twenty times over: every check-in once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time, timedelta

import pytest
from flask import Flask

from clinic.domain.types import CheckinState, OutboxState, ScheduleKind
from clinic.extensions import db
from clinic.models import Checkin, CheckinSchedule
from clinic.services.clock import now
from clinic.services.transaction import transaction
from tests.factories.mail import AWAKE, make_program, make_version
from tests.factories.people import make_client, make_practice, make_user
from tests.faults.reckoning import Reckoning, reckon
from tests.faults.stage import staged, wait_until
from tests.sink import running_sink

pytestmark = [pytest.mark.fault(short_on="postgres"), pytest.mark.slow]


def test_two_workers_and_two_beats_send_each_checkin_once(
    live_app: Flask, full: bool, told: Callable[..., Reckoning]
) -> None:
    number = 2000 if full else 120
    with running_sink() as sink, staged(live_app, smtp_url=f"smtp://127.0.0.1:{sink.port}") as stage:
        stage.broker()
        _schedules(number)
        for _ in range(2):
            stage.worker("--beat")
        celery = stage.app.extensions["celery"]
        for _ in range(20):  # what two beats would send in ten minutes
            celery.send_task("checkins.plan")
            celery.send_task("outbox.deliver")
        wait_until(lambda: stage.states().total() >= number and stage.drained(), 600 if full else 180)
        reckoning = told("two workers, two beats", reckon(sink))

    assert reckoning.states == {OutboxState.SENT: number}
    assert (sink.counts.total, sink.counts.duplicates) == (number, {})
    assert db.session.query(Checkin).filter_by(state=CheckinState.SENT).count() == number


def _schedules(number: int) -> None:
    due = now() - timedelta(minutes=10)
    with transaction():
        practice = make_practice()
        staff, version = make_user(practice), make_version(practice)
        for position in range(number):
            client = make_client(practice, f"Client {position:05}", **AWAKE)
            program = make_program(client, version, staff)
            schedule = CheckinSchedule(
                practice_id=practice.id,
                program_id=program.id,
                kind=ScheduleKind.WEEKLY,
                weekday=due.weekday(),
                at_time=time(due.hour, due.minute),
                time_zone=client.time_zone,
                next_on=due.date(),
                next_due_at=due,
            )
            db.session.add(schedule)

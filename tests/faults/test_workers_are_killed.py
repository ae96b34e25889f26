"""kill -9 of workers in the middle of sending: nothing twice, nothing lost, at most one in doubt a kill."""

from __future__ import annotations

import random
import time

import pytest
from flask import Flask

from clinic import queue
from clinic.domain.types import CheckinState, OutboxState
from clinic.extensions import db
from clinic.models import Checkin
from tests.factories.mail import promise_checkins
from tests.faults.stage import kill, reckon, staged, wait_until
from tests.sink import running_sink

pytestmark = [pytest.mark.fault, pytest.mark.slow]


def test_mails_survive_workers_that_are_killed_while_sending(live_app: Flask, full: bool) -> None:
    mails, kills = (4000, 30) if full else (120, 2)
    chance = random.Random(7)
    accepted = 0
    with (
        running_sink(reply_after=0.002) as sink,
        staged(live_app, smtp_url=f"smtp://127.0.0.1:{sink.port}") as stage,
    ):
        stage.broker()
        promise_checkins(mails)
        for _ in range(kills):
            accepted = sink.counts.total
            worker = stage.worker()
            with stage.app.app_context():
                queue.nudge("outbox.deliver")
            wait_until(lambda: sink.counts.total > accepted or stage.drained())  # noqa: B023
            time.sleep(chance.uniform(0.0, 0.1))
            kill(worker)
        left = sum(stage.states()[state] for state in (OutboxState.READY, OutboxState.LEASED))
        stage.worker()
        wait_until(stage.drained, 600 if full else 60)
        reckoning = reckon(stage, sink)

    assert left > 0, "every kill came too late to prove anything"
    assert reckoning.wrong == ()
    assert (reckoning.planned, reckoning.duplicates, reckoning.lost) == (mails, 0, 0)
    assert reckoning.states[OutboxState.SENT] + reckoning.states[OutboxState.IN_DOUBT] == mails
    assert reckoning.states[OutboxState.IN_DOUBT] <= kills
    shown = db.session.query(Checkin).filter_by(state=CheckinState.IN_DOUBT).count()
    assert shown == reckoning.states[OutboxState.IN_DOUBT]

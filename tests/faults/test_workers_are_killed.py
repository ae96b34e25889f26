"""Workers killed or frozen while sending: nothing twice, nothing lost, at most one in doubt a kill."""

from __future__ import annotations

import os
import random
import signal
import sys
import time
from collections.abc import Callable

import pytest
from flask import Flask

from clinic import queue
from clinic.domain.types import CheckinState
from clinic.extensions import db
from clinic.models import Checkin
from tests.factories.mail import promise_checkins
from tests.faults.reckoning import Reckoning, reckon
from tests.faults.stage import kill, staged, wait_until
from tests.sink import running_sink

pytestmark = [pytest.mark.slow]


@pytest.mark.fault(short_on="sqlite")
def test_mails_survive_workers_that_are_killed_while_sending(
    live_app: Flask, full: bool, told: Callable[..., Reckoning]
) -> None:
    mails, kills = (4000, 30) if full else (100, 1)
    chance = random.Random(7)
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
        left = stage.under_way()
        stage.worker()
        wait_until(stage.drained, 600 if full else 180)
        reckoning = told(f"worker killed {kills} times", reckon(sink), in_doubt=kills)

    assert left > 0, "every kill came too late to prove anything"
    assert reckoning.planned == mails == reckoning.sent + reckoning.in_doubt
    shown = db.session.query(Checkin).filter_by(state=CheckinState.IN_DOUBT).count()
    assert shown == reckoning.in_doubt


@pytest.mark.fault(short_on="postgres")
def test_a_frozen_sender_that_wakes_after_its_lease_sends_nothing(
    live_app: Flask, full: bool, told: Callable[..., Reckoning]
) -> None:
    mails, times = (200, 5) if full else (60, 1)  # mails each time
    command = [sys.executable, "-m", "tests.faults.sender", "5"]
    with (
        running_sink(reply_after=0.01) as sink,
        staged(live_app, smtp_url=f"smtp://127.0.0.1:{sink.port}") as stage,
    ):
        for _ in range(times):
            promise_checkins(mails)
            accepted = sink.counts.total
            frozen = stage.start(command)
            wait_until(lambda: sink.counts.total > accepted + 5)  # noqa: B023
            os.killpg(frozen.pid, signal.SIGSTOP)
            held = stage.under_way()
            heir = stage.start(command)
            wait_until(lambda: stage.under_way() < held, 60)  # noqa: B023
            wait_until(lambda: not stage.leased_by(frozen.pid), 60)  # noqa: B023
            os.killpg(frozen.pid, signal.SIGCONT)
            time.sleep(0.5)
            kill(heir)
            kill(frozen)
        stage.start(command)
        wait_until(stage.drained, 120)
        reckoning = told(f"sender frozen {times} times", reckon(sink), in_doubt=3 * times)
    assert held > 0, "it was frozen too late to prove anything"
    assert reckoning.planned == times * mails == reckoning.sent + reckoning.in_doubt

"""The broker is only a messenger: with it mail leaves at once, without it within seconds."""

from __future__ import annotations

import os
import signal
import time

import pytest
from flask import Flask
from sqlalchemy import select

from clinic import create_app, queue
from clinic.domain.types import OutboxState, Role
from clinic.extensions import db, limiter
from clinic.models import OutboxMessage
from clinic.services import heartbeats, outbox
from clinic.services.transaction import transaction
from tests.factories.mail import promise_checkins
from tests.factories.people import make_people, make_practice, make_user
from tests.faults.stage import reckon, staged, wait_until
from tests.sink import running_sink

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.sqlite_only]


def test_a_promised_mail_is_sent_by_the_pool_as_soon_as_it_is_committed(live_app: Flask) -> None:
    with running_sink() as sink, staged(live_app, smtp_url=f"smtp://127.0.0.1:{sink.port}") as stage:
        stage.broker()
        worker = stage.worker()
        wait_until(lambda: heartbeats.SWEEP in _seen())
        with stage.app.app_context():
            for number in range(1, 4):
                with transaction():
                    owner = make_user(make_practice(), Role.OWNER)
                    outbox.promise_reset(owner)
                wait_until(lambda: sink.counts.total == number, 10)  # noqa: B023
                time.sleep(0.7)
        wait_until(stage.drained)
        senders = {name.split(".")[2] for name in db.session.scalars(select(OutboxMessage.sender)) if name}

    assert senders - {str(worker.pid)}, "the sweep sent everything: no nudge arrived"


def test_mail_leaves_although_there_never_was_a_broker(live_app: Flask) -> None:
    with running_sink() as sink, staged(live_app, smtp_url=f"smtp://127.0.0.1:{sink.port}") as stage:
        promise_checkins(20)
        stage.worker("--beat")
        wait_until(stage.drained)
        reckoning = reckon(stage, sink)
        alive = _seen()
    assert reckoning.states == {OutboxState.SENT: 20}
    assert reckoning.wrong == ()
    assert {heartbeats.WORKER, heartbeats.SWEEP} <= set(alive)


def test_no_page_waits_for_a_broker_that_hangs(live_app: Flask) -> None:
    with staged(live_app) as stage:
        broker = stage.broker()
        people = make_people()
        address = people.owner.email
        # rate limits are kept in the broker outside tests, so the page itself talks to it as well
        app = create_app(_development(stage.settings))
        visitor = app.test_client()
        app.config["WTF_CSRF_ENABLED"] = False
        visitor.post("/forgotten-password", data={"email": "nobody@people.example"})
        os.kill(broker.pid, signal.SIGSTOP)
        took = []
        for _ in range(4):
            begun = time.monotonic()
            answer = visitor.post("/forgotten-password", data={"email": address})
            took.append(time.monotonic() - begun)
            assert answer.status_code in (200, 303)
            with app.app_context():
                queue.nudge("outbox.deliver")
        limiter.reset()
    assert max(took) < 1.5, took
    assert sorted(took)[1] < 0.5, took
    assert stage.states()[OutboxState.READY] == 1


def _seen() -> set[str]:
    db.session.rollback()
    seen = set(heartbeats.last_seen())
    db.session.rollback()
    return seen


def _development(settings):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    return replace(settings, env="development")

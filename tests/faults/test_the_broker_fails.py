"""The broker is only a messenger: with it mail leaves at once, without it within seconds."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from subprocess import Popen
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest
from flask import Flask
from sqlalchemy import select

from clinic.domain.types import OutboxState, Role
from clinic.extensions import db
from clinic.models import OutboxMessage
from clinic.services.outbox import promises as outbox
from clinic.services.transaction import transaction
from clinic.services.upkeep import heartbeats
from tests.factories.mail import promise_checkins
from tests.factories.people import make_people, make_practice, make_user
from tests.faults.reckoning import Reckoning, reckon
from tests.faults.stage import Stage, kill, staged, wait_until
from tests.sink import running_sink

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.sqlite_only]


def test_a_promised_mail_is_sent_by_the_pool_as_soon_as_it_is_committed(live_app: Flask) -> None:
    with running_sink() as sink, staged(live_app, smtp_url=f"smtp://127.0.0.1:{sink.port}") as stage:
        stage.broker()
        worker = stage.worker()
        wait_until(lambda: heartbeats.SWEEP in _seen())
        with stage.app.app_context():
            for number in range(1, 11):
                with transaction():
                    owner = make_user(make_practice(), Role.OWNER)
                    outbox.promise_reset(owner)
                wait_until(lambda: sink.counts.total == number and stage.drained())  # noqa: B023
                if _senders() - {str(worker.pid)}:
                    break  # on a busy machine the sweep may be quicker now and then

    assert _senders() - {str(worker.pid)}, "the sweep sent everything: no nudge arrived"


def test_mail_leaves_although_there_never_was_a_broker(
    live_app: Flask, full: bool, told: Callable[..., Reckoning]
) -> None:
    mails = 2000 if full else 20
    with running_sink() as sink, staged(live_app, smtp_url=f"smtp://127.0.0.1:{sink.port}") as stage:
        promise_checkins(mails)
        stage.worker("--beat")
        wait_until(stage.drained, 120)
        reckoning = told("broker gone", reckon(sink))
        # the pulse has its own round, which may come after the last mail
        wait_until(lambda: {heartbeats.WORKER, heartbeats.SWEEP} <= set(_seen()))
    assert reckoning.states == {OutboxState.SENT: mails}


def test_no_page_waits_for_a_broker_that_hangs(live_app: Flask) -> None:
    with staged(live_app) as stage:
        broker = stage.broker()
        address = make_people().owner.email
        page = stage.web() + "/forgotten-password"
        visitor = build_opener(HTTPCookieProcessor())
        before = sorted(_ask(visitor, page, "nobody@people.example") for _ in range(5))[2]
        os.kill(broker.pid, signal.SIGSTOP)
        took = [_ask(visitor, page, address) for _ in range(5)]

    assert max(took) < 2.0 + 4 * before, took  # whoever notices first waits a moment
    assert sorted(took)[2] < 0.3 + 2 * before, (took, before)
    assert stage.states()[OutboxState.READY] >= 1


@pytest.mark.fault(full=True)
@pytest.mark.parametrize("trouble", ["flushed", "restarted", "hung for 60 s"])
def test_a_broker_in_trouble_delays_and_loses_nothing(
    live_app: Flask, trouble: str, told: Callable[..., Reckoning]
) -> None:
    with running_sink() as sink, staged(live_app, smtp_url=f"smtp://127.0.0.1:{sink.port}") as stage:
        broker = stage.broker()
        stage.worker("--beat")
        wait_until(lambda: heartbeats.SWEEP in _seen())
        with stage.app.app_context():
            for _ in range(10):
                promise_checkins(50)
                broker = _disturb(stage, broker, trouble)
        if trouble.startswith("hung"):
            time.sleep(60)
            wait_until(lambda: sink.counts.total == 500)
            os.killpg(broker.pid, signal.SIGCONT)
        wait_until(stage.drained, 180)
        reckoning = told(f"broker {trouble}", reckon(sink))
    assert reckoning.states == {OutboxState.SENT: 500}


def _disturb(stage: Stage, broker: Popen[bytes], trouble: str) -> Popen[bytes]:
    if trouble == "flushed":
        stage.flush_broker()
    elif trouble == "restarted":
        kill(broker)
        return stage.broker()
    else:
        os.killpg(broker.pid, signal.SIGSTOP)
    return broker


def _ask(visitor: OpenerDirector, page: str, address: str) -> float:
    """Ask for a new password in a browser without JavaScript; the seconds it took to answer the form."""
    form = visitor.open(page, timeout=30).read().decode()
    token = form.split('name="csrf_token"')[1].split('value="')[1].split('"')[0]
    body = urlencode({"csrf_token": token, "email": address}).encode()
    begun = time.monotonic()
    with visitor.open(page, body, timeout=30) as answer:
        assert answer.status == 200
    return time.monotonic() - begun


def _senders() -> set[str]:
    """The processes that have sent something."""
    db.session.rollback()
    found = {name.split(".")[2] for name in db.session.scalars(select(OutboxMessage.sender)) if name}
    db.session.rollback()
    return found


def _seen() -> set[str]:
    db.session.rollback()
    seen = set(heartbeats.last_seen())
    db.session.rollback()
    return seen

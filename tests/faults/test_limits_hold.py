"""Two senders, one mail account: connections and rate as agreed, also when one of them dies holding both."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from flask import Flask

from clinic.domain.rates import capacity
from clinic.extensions import db
from clinic.models import Client, OutboxMessage
from clinic.services.clock import now
from clinic.services.transaction import transaction
from tests.factories.mail import promise_checkins
from tests.faults.reckoning import Reckoning, reckon
from tests.faults.stage import kill, staged, wait_until
from tests.sink import Rule, running_sink

pytestmark = [pytest.mark.fault(full=True), pytest.mark.slow]  # the short forms are under tests/services
SENDER = [sys.executable, "-m", "tests.faults.sender", "1800"]


def test_one_connection_is_handed_on_by_the_dead(live_app: Flask, told: Callable[..., Reckoning]) -> None:
    mails, kills = 2000, 10
    with (
        running_sink(reply_after=0.002) as sink,
        staged(live_app, smtp_url=f"smtp://127.0.0.1:{sink.port}", smtp_connections=1) as stage,
    ):
        promise_checkins(mails)
        senders = [stage.start(SENDER) for _ in range(2)]
        killed = 0
        while killed < kills and not stage.drained():
            accepted = sink.counts.total
            wait_until(lambda: sink.counts.total > accepted or stage.drained())  # noqa: B023
            holding = next((each for each in senders if stage.leased_by(each.pid)), None)
            if holding is not None:
                kill(holding)
                senders.remove(holding)
                senders.append(stage.start(SENDER))
                killed += 1
        wait_until(stage.drained, 300)
        reckoning = told(f"one connection, its holder killed {killed} times", reckon(sink), in_doubt=killed)
    assert sink.counts.most_lasting == 1
    assert killed, "nobody was killed while sending"
    assert reckoning.planned == mails == reckoning.sent + reckoning.in_doubt


def test_a_server_that_takes_one_connection_of_two_senders_gets_each_mail_once(
    live_app: Flask, told: Callable[..., Reckoning]
) -> None:
    with (
        running_sink(max_open=1, reply_after=0.002) as sink,
        staged(live_app, smtp_url=f"smtp://127.0.0.1:{sink.port}") as stage,
    ):
        promise_checkins(1000)
        for _ in range(2):
            stage.start(SENDER)
        wait_until(stage.drained, 300)
        assert told("one connection only, two senders", reckon(sink)).sent == 1000


def test_two_senders_keep_one_rate(live_app: Flask, told: Callable[..., Reckoning]) -> None:
    rate = 600
    mails = rate
    with (
        running_sink() as sink,
        staged(live_app, smtp_url=f"smtp://127.0.0.1:{sink.port}", smtp_rate=rate) as stage,
    ):
        promise_checkins(mails)
        for _ in range(2):
            stage.start(SENDER)
        took = wait_until(stage.drained, 200)
        lasted = sink.counts.last_at - sink.counts.first_at
        reckoning = told(f"two senders at {rate} a minute", reckon(sink))
    assert reckoning.sent == mails
    # the first of them at once, the others as they are allowed
    assert lasted > 0.9 * (mails - capacity(rate)) / (rate / 60)
    assert lasted <= took


def test_who_unsubscribes_while_the_server_stalls_gets_nothing_any_more(
    live_app: Flask, told: Callable[..., Reckoning]
) -> None:
    mails, leaving = 500, 40
    with (
        running_sink(Rule("rcpt", "stall", seconds=4.0, every=10, times=1)) as sink,
        staged(live_app, smtp_url=f"smtp://127.0.0.1:{sink.port}") as stage,
    ):
        promise_checkins(mails)
        stage.start(SENDER)
        wait_until(lambda: sink.rules[0].acted, 60)
        last = db.session.query(OutboxMessage.id, OutboxMessage.client_id)
        gone = dict(last.order_by(OutboxMessage.due_at.desc(), OutboxMessage.id.desc()).limit(leaving).all())
        db.session.rollback()
        with stage.app.app_context(), transaction():
            for client_id in gone.values():
                db.session.get_one(Client, client_id).unsubscribed_at = now()
        assert sink.counts.total < 10, "the stall was over too soon to prove anything"
        wait_until(stage.drained, 120)
        reckoning = told("unsubscribed while the server stalls", reckon(sink))
    assert (reckoning.sent, reckoning.skipped) == (mails - leaving, leaving)
    assert not {f"ci.{mail}@clinic.example" for mail in gone} & set(sink.counts.accepted)

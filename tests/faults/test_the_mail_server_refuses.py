"""A real SMTP conversation in which the server says no, says nothing, or hangs up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from clinic.domain.types import OutboxState
from clinic.extensions import db
from clinic.mail.smtp import SmtpTransport
from clinic.models import Client, OutboxMessage
from clinic.services.clock import now
from clinic.services.sending import delivery
from clinic.services.sending.account import Account
from clinic.services.upkeep import heartbeats
from tests.factories.mail import promise_checkins
from tests.faults.reckoning import Reckoning, reckon
from tests.faults.stage import free_port, staged, wait_until
from tests.sink import Rule, running_sink

pytestmark = pytest.mark.fault


@contextmanager
def sending_to(app: Flask, port: int, **options: float) -> Iterator[Account]:
    """The app's mail account on a server of ours, with pauses that end at once."""
    before = app.extensions["mail_account"]
    transport = SmtpTransport.from_url(f"smtp://127.0.0.1:{port}")
    for name, value in options.items():
        setattr(transport, name, value)
    app.extensions["mail_account"] = account = Account(transport, real_server=True)
    try:
        yield account
    finally:
        app.extensions["mail_account"] = before


def until_drained(account: Account, hours: float = 80.0) -> None:
    """Run again and again, each time at the hour when the next mail is due."""
    end = now() + timedelta(hours=hours)
    with time_machine.travel(now()) as clock:
        while now() < end:
            account.paused_until = 0.0
            delivery.run()
            db.session.expire_all()
            waiting = db.session.query(OutboxMessage.due_at).filter_by(state=OutboxState.READY).all()
            if not waiting:
                return
            soonest = min(due for (due,) in waiting)
            clock.shift(max(soonest - now(), timedelta()) + timedelta(seconds=1))


def states() -> dict[str, int]:
    found = [message.state.value for message in db.session.query(OutboxMessage)]
    return {state: found.count(state) for state in set(found)}


@pytest.fixture
def times(full: bool) -> int:
    """By how much a short form is multiplied."""
    return 20 if full else 1


def test_greylisted_mails_arrive_once_each(app: Flask, times: int, told: Callable[..., Reckoning]) -> None:
    mails = 20 * times
    with running_sink(Rule("rcpt", "reply", "450 4.2.0 greylisted", times=mails)) as sink:
        promise_checkins(mails)
        with sending_to(app, sink.port) as account:
            until_drained(account, hours=1)
        assert told("450, then 250", reckon(sink)).sent == mails


def test_refused_mailboxes_fail_and_the_others_arrive(
    app: Flask, times: int, told: Callable[..., Reckoning]
) -> None:
    with running_sink(Rule("rcpt", "reply", "550 5.1.1 no such user", every=5)) as sink:
        promise_checkins(20 * times)
        with sending_to(app, sink.port) as account:
            until_drained(account)
        reckoning = told("550 for every fifth", reckon(sink))
    assert (reckoning.sent, reckoning.failed) == (16 * times, 4 * times)
    failed = db.session.query(OutboxMessage).filter_by(state=OutboxState.FAILED)
    assert {message.reason for message in failed} == {"refused by the mail server: 550 5.1.1 no such user"}
    assert db.session.query(Client).filter(Client.bounced_at.is_not(None)).count() == 4 * times


def test_a_server_that_hangs_up_before_the_dot_delays_and_loses_nothing(
    app: Flask, times: int, told: Callable[..., Reckoning]
) -> None:
    rules = [Rule(stage, "drop", every=7) for stage in ("mail", "rcpt", "data")]
    with running_sink(*rules) as sink:
        promise_checkins(30 * times)
        with sending_to(app, sink.port) as account:
            until_drained(account)
        assert told("hung up at MAIL, RCPT, DATA", reckon(sink)).sent == 30 * times


def test_a_server_that_hangs_up_after_the_dot_leaves_a_doubt_for_each(
    app: Flask, times: int, told: Callable[..., Reckoning]
) -> None:
    with running_sink(Rule("dot", "keep_drop", every=10)) as sink:
        promise_checkins(30 * times)
        with sending_to(app, sink.port) as account:
            until_drained(account)
        reckoning = told("hung up after the dot", reckon(sink), in_doubt=3 * times)
    assert (reckoning.sent, reckoning.in_doubt) == (27 * times, 3 * times)
    assert sink.counts.total == 30 * times


def test_a_server_that_wants_a_rest_gets_one_and_every_mail_arrives(
    app: Flask, times: int, told: Callable[..., Reckoning]
) -> None:
    with running_sink(Rule("mail", "reply", "421 4.7.0 slow down", every=10)) as sink:
        promise_checkins(40 * times)
        with sending_to(app, sink.port) as account:
            until_drained(account)
        assert told("421 at every tenth", reckon(sink)).sent == 40 * times


def test_a_server_that_takes_one_connection_only_is_sent_everything_over_one(
    app: Flask, times: int, told: Callable[..., Reckoning]
) -> None:
    with running_sink(max_open=1) as sink:
        promise_checkins(30 * times)
        with sending_to(app, sink.port) as account:
            until_drained(account)
        assert told("one connection only", reckon(sink)).sent == 30 * times
    assert sink.counts.most_open == 1


@pytest.mark.fault(full=True)
@pytest.mark.parametrize("stage, do", [("data", "stall"), ("dot", "keep_stall")])
def test_a_server_that_stalls_for_half_a_minute_is_waited_for(
    app: Flask, stage: str, do: str, told: Callable[..., Reckoning]
) -> None:
    with running_sink(Rule(stage, do, seconds=30.0, every=20)) as sink:
        promise_checkins(60)
        with sending_to(app, sink.port) as account:
            until_drained(account)
        assert told(f"stalled 30 s at {stage}", reckon(sink)).sent == 60


@pytest.mark.fault(full=True)
def test_a_server_that_is_down_for_five_minutes_is_found_again_by_a_worker(
    live_app: Flask, told: Callable[..., Reckoning]
) -> None:
    port = free_port()
    with staged(live_app, smtp_url=f"smtp://127.0.0.1:{port}") as stage:
        promise_checkins(500)
        stage.worker()
        time.sleep(300)
        with running_sink(port=port) as sink:
            wait_until(stage.drained, 400)
            assert told("server down for 5 minutes", reckon(sink)).sent == 500


def test_a_wrong_password_fails_no_mail_and_is_shown(app: Flask) -> None:
    rule = Rule("auth", "reply", "535 5.7.8 wrong password", times=2)
    with running_sink(rule, users={"clinic": "secret"}) as sink:
        promise_checkins(3)
        with sending_to(app, sink.port) as account:
            account.transport = SmtpTransport.from_url(f"smtp://clinic:secret@127.0.0.1:{sink.port}")
            delivery.run()
            assert states() == {"ready": 3}
            assert "535" in heartbeats.last_seen()[heartbeats.MAIL_SERVER][1]
            until_drained(account)
    assert states() == {"sent": 3}
    assert heartbeats.last_seen()[heartbeats.MAIL_SERVER][1] == ""


def test_a_server_that_is_down_costs_no_mail_a_try(app: Flask) -> None:
    with running_sink() as sink:
        port = sink.port
    promise_checkins(3)
    with sending_to(app, port) as account:
        delivery.run()
        assert account.paused
        assert {message.attempts for message in db.session.query(OutboxMessage)} == {0}
        with running_sink(port=port) as sink:
            until_drained(account)
    assert states() == {"sent": 3}
    assert sink.counts.total == 3

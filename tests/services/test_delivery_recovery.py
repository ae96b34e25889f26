"""What becomes of mails whose sender died, froze, or lost the database: never sent twice, never lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from clinic.domain.types import CheckinState, OutboxState
from clinic.extensions import db
from clinic.mail.journal import Journal
from clinic.mail.memory import MemoryTransport
from clinic.mail.transport import Envelope, SendOutcome, SendVerdict, SmtpStage
from clinic.models import Checkin, OutboxMessage
from clinic.services.clock import now
from clinic.services.sending import delivery
from clinic.services.sending import lease as sending_lease
from clinic.services.sending import results as sending_results
from clinic.services.sending.account import Account
from clinic.services.sending.claims import claim
from clinic.services.sending.lease import LEASE, BatchLease
from clinic.services.sending.recovery import FROZEN_AFTER
from clinic.services.sending.results import SendResult
from clinic.services.transaction import transaction
from tests.factories.mail import kept_mail, promise_checkins

SENT = SendOutcome(SendVerdict.SENT, SmtpStage.DOT, 250, "taken")


@pytest.fixture
def folder(app: Flask) -> Path:
    return app.config["SETTINGS"].data_dir / "journal"


def states() -> list[OutboxState]:
    db.session.expire_all()
    query = select(OutboxMessage.state).order_by(OutboxMessage.due_at, OutboxMessage.id)
    return list(db.session.scalars(query))


@pytest.fixture
def server(app: Flask) -> Iterator[Account]:
    with kept_mail(app) as account:
        yield account


def sent_by(account: Account) -> list[Envelope]:
    assert isinstance(account.transport, MemoryTransport)
    return account.transport.sent


def test_a_dead_senders_journal_decides_mail_by_mail(app: Flask, folder: Path) -> None:
    promise_checkins(4)
    journal = Journal.open(folder)
    sent, refused, in_flight, untouched = claim(journal.name, real_server=False, smtputf8=True).letters
    journal.dot(sent.mail_id, 1)
    journal.sent(sent.mail_id, 1, 250)
    journal.dot(refused.mail_id, 1)
    journal.not_sent(refused.mail_id, 1, 451)
    journal.dot(in_flight.mail_id, 1)
    journal.abandon()

    assert delivery.recover() == 4

    became = {message.id: message.state for message in db.session.scalars(select(OutboxMessage))}
    assert became[sent.mail_id] is OutboxState.SENT
    assert became[refused.mail_id] is OutboxState.READY
    assert became[in_flight.mail_id] is OutboxState.IN_DOUBT
    assert became[untouched.mail_id] is OutboxState.READY
    assert list(folder.glob("*.journal")) == [] or delivery.recover() == 0
    doubtful = db.session.get_one(OutboxMessage, in_flight.mail_id)
    assert db.session.get_one(Checkin, doubtful.checkin_id).state is CheckinState.IN_DOUBT


def test_a_living_senders_mails_are_left_alone_even_when_the_clock_jumps(app: Flask, folder: Path) -> None:
    promise_checkins(2)
    journal = Journal.open(folder)
    claim(journal.name, real_server=False, smtputf8=True)
    with time_machine.travel(now() + LEASE + timedelta(hours=1)):
        assert delivery.recover() == 0
    assert states() == [OutboxState.LEASED] * 2
    journal.close()


def test_a_frozen_senders_mails_are_taken_in_the_end(app: Flask, folder: Path) -> None:
    promise_checkins(2)
    journal = Journal.open(folder)
    first, _ = claim(journal.name, real_server=False, smtputf8=True).letters
    journal.dot(first.mail_id, 1)
    with time_machine.travel(now() + LEASE + FROZEN_AFTER + timedelta(minutes=1)):
        assert delivery.recover() == 2
    assert sorted(states()) == [OutboxState.IN_DOUBT, OutboxState.READY]
    journal.close()


def test_mails_of_another_machine_that_never_came_back_are_in_doubt(app: Flask) -> None:
    promise_checkins(2)
    claim("elsewhere.1234abcd.99.00", real_server=False, smtputf8=True)
    assert delivery.recover() == 0
    with time_machine.travel(now() + LEASE + timedelta(seconds=1)):
        assert delivery.recover() == 2
    assert states() == [OutboxState.IN_DOUBT] * 2


def test_a_result_that_comes_late_puts_a_doubt_right(app: Flask) -> None:
    promise_checkins(1)
    batch = claim("elsewhere.1234abcd.99.00", real_server=False, smtputf8=True)
    with time_machine.travel(now() + LEASE + timedelta(seconds=1)):
        delivery.recover()
    sending_results.record(batch.lease.token, [SendResult(batch.letters[0].mail_id, SENT)])
    assert states() == [OutboxState.SENT]


def test_a_result_for_a_mail_that_somebody_else_has_now_changes_nothing(app: Flask) -> None:
    promise_checkins(1)
    lost = claim("elsewhere.1234abcd.99.00", real_server=False, smtputf8=True)
    with transaction():
        message = db.session.scalars(select(OutboxMessage)).one()
        message.state, message.lease_token = OutboxState.READY, None
    theirs = claim("another.1234abcd.98.00", real_server=False, smtputf8=True)
    assert sending_results.record(lost.lease.token, [SendResult(lost.letters[0].mail_id, SENT)]) == 0
    assert states() == [OutboxState.LEASED]
    assert theirs.letters[0].attempt == 1


def test_the_fence_falls_when_the_row_is_no_longer_ours(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending_lease, "LOOK_AGAIN", 0.0)
    promise_checkins(1)
    lease = claim("me", real_server=False, smtputf8=True).lease
    assert lease.holds()
    with transaction():
        db.session.scalars(select(OutboxMessage)).one().lease_token = None
    assert not lease.holds()


def test_the_fence_falls_in_time_for_the_longest_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending_lease, "LEASE", sending_lease.LAST_DOT)
    assert not BatchLease().holds()


def test_a_sender_that_lost_its_lease_sends_nothing_and_the_mail_goes_later(
    app: Flask, server: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    promise_checkins(3)
    with monkeypatch.context() as frozen:
        frozen.setattr(BatchLease, "holds", lambda self: False)
        frozen.setattr(delivery, "RUN_SECONDS", 0.2)
        delivery.run()
    assert sent_by(server) == []
    assert states() == [OutboxState.READY] * 3
    delivery.run()
    assert len(sent_by(server)) == 3


def test_an_error_in_the_middle_of_a_batch_loses_no_result(
    server: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    promise_checkins(3)
    once = iter([False, True])
    real = server.resume

    def bad_luck() -> None:
        if next(once, False):
            raise RuntimeError("something unforeseen")
        real()

    monkeypatch.setattr(server, "resume", bad_luck)
    with pytest.raises(RuntimeError):
        delivery.run()
    delivery.run()
    assert states() == [OutboxState.SENT] * 3
    assert len({envelope.recipient for envelope in sent_by(server)}) == len(sent_by(server)) == 3

"""What becomes of mails whose sender died, froze, or lost the database: never sent twice, never lost."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import time_machine
from flask import Flask
from sqlalchemy import create_engine, delete, select

from clinic.domain.types import CheckinState, OutboxState
from clinic.extensions import db
from clinic.mail.journal import Journal, boot_id
from clinic.mail.memory import MemoryTransport
from clinic.mail.transport import Envelope, SendOutcome, SendVerdict, SmtpStage
from clinic.models import Checkin, OutboxMessage, Practice, SendingBatch
from clinic.services.clock import now
from clinic.services.sending import delivery
from clinic.services.sending import lease as sending_lease
from clinic.services.sending import results as sending_results
from clinic.services.sending.account import Account
from clinic.services.sending.claims import claim
from clinic.services.sending.lease import LEASE, BatchLease
from clinic.services.sending.recovery import FROZEN_AFTER, UNMARKED_AFTER
from clinic.services.sending.results import SendResult
from clinic.services.transaction import Aside, transaction
from tests.factories.mail import kept_mail, promise_checkins

SENT = SendOutcome(SendVerdict.SENT, SmtpStage.DOT, 250, "taken")
KEPT = SendOutcome(SendVerdict.SENT, SmtpStage.LOCAL)
REFUSED = SendOutcome(SendVerdict.TEMPORARY, SmtpStage.RCPT, 450, "4.2.0 come back later")
ELSEWHERE = f"elsewhere.{boot_id()[:8]}.99.00"


@pytest.fixture
def folder(app: Flask) -> Path:
    return app.config["SETTINGS"].data_dir / "journal"


def after_the_lease(more: timedelta = timedelta()) -> time_machine.travel:
    """A second after a sender that said nothing more is lost."""
    return time_machine.travel(now() + LEASE + more + timedelta(seconds=1))


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


def test_a_lost_machine_leaves_in_doubt_what_it_was_in_the_middle_of(app: Flask) -> None:
    promise_checkins(7)
    batch = claim(ELSEWHERE, real_server=True, smtputf8=True)
    sent, refused, kept, also_sent, in_flight, beside, untouched = (each.mail_id for each in batch.letters)
    for mail, outcome in ((sent, SENT), (refused, REFUSED), (kept, KEPT), (also_sent, SENT)):
        assert batch.lease.holds(mail)
        batch.lease.became(mail, outcome)
    assert batch.lease.holds(in_flight)

    assert delivery.recover() == 0  # it may be alive
    with after_the_lease():
        assert delivery.recover() == 7

    became = {message.id: message.state for message in db.session.scalars(select(OutboxMessage))}
    assert became == {
        sent: OutboxState.SENT,
        refused: OutboxState.READY,
        kept: OutboxState.KEPT,
        also_sent: OutboxState.SENT,
        in_flight: OutboxState.IN_DOUBT,
        beside: OutboxState.IN_DOUBT,
        untouched: OutboxState.READY,
    }
    assert db.session.scalars(select(SendingBatch)).all() == []


def test_a_doubt_says_what_is_known_in_the_practices_time(app: Flask) -> None:
    with time_machine.travel("2026-07-14 08:14:00+00:00", tick=False):
        promise_checkins(1)
        batch = claim(ELSEWHERE, real_server=True, smtputf8=True)
        assert batch.lease.holds(batch.letters[0].mail_id)
        zone = db.session.scalars(select(Practice)).one().time_zone
    with time_machine.travel("2026-07-14 08:18:00+00:00"):
        assert delivery.recover() == 1
    db.session.expire_all()
    local = datetime(2026, 7, 14, 8, 14, tzinfo=UTC).astimezone(ZoneInfo(zone))
    assert db.session.scalars(select(OutboxMessage)).one().reason == (
        f"the machine that was sending it was lost at {local:%H:%M} on Tue 14 Jul: it may have arrived"
    )


def test_a_batch_that_was_taken_away_lets_no_other_mail_out(app: Flask) -> None:
    promise_checkins(4)
    batch = claim(ELSEWHERE, real_server=True, smtputf8=True)
    first, second, third, fourth = (letter.mail_id for letter in batch.letters)
    assert batch.lease.holds(first)
    with after_the_lease():
        delivery.recover()
    assert states() == [OutboxState.IN_DOUBT] * 2 + [OutboxState.READY] * 2
    assert not batch.lease.holds(third), "it is somebody else's by now"
    batch.lease._until = 0.0  # frozen for longer than its lease
    assert not batch.lease.holds(second), "a person may have sent it again meanwhile"
    results = [SendResult(first, SENT), SendResult(second, None), SendResult(third, None)]
    sending_results.record(batch.lease.token, results)
    assert sorted(states()) == sorted([OutboxState.SENT] + [OutboxState.READY] * 3)
    assert fourth


def test_a_sender_that_waits_for_a_slow_server_is_not_lost(app: Flask) -> None:
    promise_checkins(1)
    batch = claim(ELSEWHERE, real_server=True, smtputf8=True)
    assert batch.lease.holds(batch.letters[0].mail_id)
    with time_machine.travel(now() + LEASE - timedelta(seconds=1)):
        batch.lease.keep(Aside())
    with after_the_lease():
        assert delivery.recover() == 0
    batch.lease._stepped_at -= sending_lease.LONGEST_STEP + 1  # it does not wait any more, it hangs
    with time_machine.travel(now() + 2 * LEASE - timedelta(seconds=2)):
        batch.lease.keep(Aside())
    with time_machine.travel(now() + 2 * LEASE):
        assert delivery.recover() == 1


def test_marks_that_the_database_lost_prove_nothing(app: Flask) -> None:
    promise_checkins(2)
    claim(ELSEWHERE, real_server=False, smtputf8=True)
    with transaction() as session:
        session.execute(delete(SendingBatch))
    with after_the_lease():
        assert delivery.recover() == 0
    with after_the_lease(UNMARKED_AFTER):
        assert delivery.recover() == 2
    assert states() == [OutboxState.IN_DOUBT] * 2


@pytest.mark.sqlite_only
def test_marks_from_before_the_machine_went_down_prove_nothing_on_sqlite(app: Flask) -> None:
    promise_checkins(2)
    claim("here.1234abcd.99.00", real_server=False, smtputf8=True)
    with after_the_lease():
        assert delivery.recover() == 2
    assert states() == [OutboxState.IN_DOUBT] * 2


def test_nothing_goes_out_that_nobody_could_see_begin(app: Flask) -> None:
    promise_checkins(1)
    batch = claim(ELSEWHERE, real_server=False, smtputf8=True)
    batch.lease._aside._engine = create_engine("sqlite:////nonexistent/database.sqlite3")
    assert not batch.lease.holds(batch.letters[0].mail_id)


def test_a_result_that_comes_late_puts_a_doubt_right(app: Flask) -> None:
    promise_checkins(1)
    batch = claim(ELSEWHERE, real_server=False, smtputf8=True)
    assert batch.lease.holds(batch.letters[0].mail_id)
    with after_the_lease():
        delivery.recover()
    assert states() == [OutboxState.IN_DOUBT]
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
    batch = claim("me", real_server=False, smtputf8=True)
    assert batch.lease.holds(batch.letters[0].mail_id)
    with transaction():
        db.session.scalars(select(OutboxMessage)).one().lease_token = None
    assert not batch.lease.holds(batch.letters[0].mail_id)


def test_a_sender_that_lost_its_lease_sends_nothing_and_the_mail_goes_later(
    app: Flask, server: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    promise_checkins(3)
    with monkeypatch.context() as frozen:
        frozen.setattr(BatchLease, "holds", lambda self, mail: False)
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

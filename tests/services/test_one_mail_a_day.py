"""One mail a client and local day, also for what slips to another day: the database says so."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from clinic.domain.types import CheckinState, OutboxState, SkipReason
from clinic.extensions import db
from clinic.mail.memory import MemoryTransport
from clinic.mail.transport import SendOutcome, SendVerdict, SmtpStage
from clinic.models import Checkin, OutboxMessage, RoutineVersion
from clinic.services.outbox import promises as outbox
from clinic.services.sending import claims as sending_claims
from clinic.services.sending import delivery
from clinic.services.transaction import transaction
from tests.factories.mail import AWAKE, kept_mail, make_program, make_version, promise_checkin
from tests.factories.people import People, make_people

MONDAY = datetime(2026, 11, 23, 9, tzinfo=UTC)
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
TEMPORARY = SendOutcome(SendVerdict.TEMPORARY, SmtpStage.RCPT, 450, "4.2.0 come back later")
REFUSED = SendOutcome(SendVerdict.PERMANENT, SmtpStage.DATA, 554, "5.7.1 we do not want this")

Clock = time_machine.Traveller


@pytest.fixture
def clock() -> Iterator[Clock]:
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


@pytest.fixture
def server(app: Flask) -> Iterator[MemoryTransport]:
    with kept_mail(app) as account:
        yield account.transport  # type: ignore[misc]


def promised(people: People, due_at: datetime) -> OutboxMessage:
    """A check-in of a program of its own, due then and to be begun within a day."""
    with transaction():
        version = db.session.scalars(select(RoutineVersion)).first() or make_version(people.practice)
        program = make_program(people.client, version, people.colleague)
        message = promise_checkin(people.client, program, due_at=due_at)
        message.start_by, message.not_after = due_at + DAY, due_at + 3 * DAY
    return message


def ledger(message: OutboxMessage) -> Checkin:
    db.session.expire_all()
    return db.session.get_one(Checkin, message.checkin_id)


def test_two_mails_of_one_client_and_day_cannot_be_written(people: People, clock: Clock) -> None:
    promised(people, MONDAY)
    with pytest.raises(IntegrityError):
        promised(people, MONDAY + HOUR)


def test_a_mail_that_slips_to_the_next_day_is_that_days_mail(
    people: People, clock: Clock, server: MemoryTransport
) -> None:
    server.outcomes = [TEMPORARY]
    message = promised(people, MONDAY)
    delivery.run()
    clock.move_to(MONDAY + DAY)
    delivery.run()
    assert ledger(message).state is CheckinState.SENT
    assert message.day_key == f"{people.client.id.hex}:2026-11-24"


def test_of_two_mails_on_the_day_it_slips_to_the_second_waits_for_the_morning(
    people: People, clock: Clock, server: MemoryTransport
) -> None:
    server.outcomes = [TEMPORARY]
    slipping = promised(people, MONDAY)
    delivery.run()
    punctual = promised(people, MONDAY + DAY)
    clock.move_to(MONDAY + DAY)
    delivery.run()
    delivery.run()
    assert len(server.sent) == 1
    assert ledger(punctual).state is CheckinState.SENT
    assert (slipping.state, ledger(slipping).state) == (OutboxState.READY, CheckinState.WAITING)
    assert slipping.due_at == MONDAY.replace(day=25, hour=8)
    clock.move_to(MONDAY.replace(day=25, hour=8))
    delivery.run()
    assert ledger(slipping).state is CheckinState.SENT


def test_with_no_morning_left_it_is_left_out_and_the_ledger_says_why(
    people: People, clock: Clock, server: MemoryTransport
) -> None:
    server.outcomes = [TEMPORARY]
    slipping = promised(people, MONDAY)
    with transaction():
        slipping.not_after = MONDAY + DAY + HOUR
    delivery.run()
    punctual = promised(people, MONDAY + DAY)
    clock.move_to(MONDAY + DAY)
    delivery.run()
    assert ledger(punctual).state is CheckinState.SENT
    assert (slipping.state, slipping.reason, slipping.day_key) == (
        OutboxState.CANCELLED,
        "the client has had a mail today",
        None,
    )
    assert ledger(slipping).skip_reason is SkipReason.ONE_MAIL_A_DAY


def test_a_mail_that_was_called_back_leaves_the_day_free(people: People, clock: Clock) -> None:
    first = promised(people, MONDAY)
    with transaction():
        outbox.cancel(people.practice.id, OutboxMessage.id == first.id, "changed our mind")
    promised(people, MONDAY + HOUR)


def test_a_mail_that_was_refused_for_good_leaves_the_day_free(
    people: People, clock: Clock, server: MemoryTransport
) -> None:
    server.outcomes = [REFUSED]
    failed = promised(people, MONDAY)
    delivery.run()
    assert ledger(failed).state is CheckinState.FAILED
    other = promised(people, MONDAY - MINUTE)
    delivery.run()
    assert ledger(other).state is CheckinState.SENT


def test_one_that_is_sent_again_on_another_day_is_that_days_mail(
    people: People, clock: Clock, server: MemoryTransport
) -> None:
    server.outcomes = [REFUSED]
    failed = promised(people, MONDAY)
    delivery.run()
    clock.move_to(MONDAY + DAY)
    punctual = promised(people, MONDAY + DAY)
    delivery.run()
    outbox.retry(failed.id)
    delivery.run()
    assert (ledger(punctual).state, ledger(failed).state) == (CheckinState.SENT, CheckinState.WAITING)
    clock.move_to(MONDAY + 2 * DAY)
    delivery.run()
    assert ledger(failed).state is CheckinState.SENT


def test_of_two_workers_that_find_two_mails_of_a_day_one_sends_one(live_app: Flask) -> None:
    with time_machine.travel(MONDAY, tick=False) as clock:
        people = make_people()
        with transaction():
            people.client.waking_from, people.client.waking_until = (
                AWAKE["waking_from"],
                AWAKE["waking_until"],
            )
        for days in range(6):
            message = promised(people, MONDAY - days * DAY)
            with transaction():  # each was refused on its own day, and all come back on Tuesday
                message.attempts, message.due_at, message.not_after = 1, MONDAY, MONDAY + 9 * DAY
        db.session.remove()
        clock.move_to(MONDAY + DAY)
        letters: list[int] = []

        def work() -> None:
            with live_app.app_context():
                batch = sending_claims.claim("me", real_server=True, smtputf8=True, most=2)
                letters.append(len(batch.letters))

        threads = [threading.Thread(target=work) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        mails = db.session.scalars(select(OutboxMessage)).all()
    assert sum(letters) == 1
    leased = [mail for mail in mails if mail.state is OutboxState.LEASED]
    assert [mail.day_key for mail in leased] == [f"{leased[0].client_id.hex}:2026-11-24"]  # type: ignore[union-attr]
    waiting = [mail.due_at for mail in mails if mail.state is OutboxState.READY]
    assert set(waiting) == {MONDAY.replace(day=25, hour=0)}

"""Between claim and dot: who unsubscribes, answers or is archived while a slow server keeps us waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
import time_machine
from flask import Flask

from clinic.domain.types import CheckinState, OutboxState, SkipReason
from clinic.extensions import db
from clinic.mail.memory import MemorySession, MemoryTransport
from clinic.mail.transport import BeforeDot, Envelope, SendOutcome, nothing
from clinic.models import Checkin, Client, OutboxMessage
from clinic.services import links
from clinic.services.clients import records as clients
from clinic.services.clients import subscriptions
from clinic.services.clock import now
from clinic.services.outbox import histories
from clinic.services.outbox.histories import HistoryLine
from clinic.services.sending import delivery
from clinic.services.sending import lease as sending_lease
from clinic.services.sending.account import Account
from clinic.services.transaction import transaction
from tests.factories.mail import AWAKE, make_program, make_version, promise_checkin
from tests.factories.people import People, make_client


class SlowServer(MemoryTransport):
    """Something happens after the first mail is announced and before its dot, or once it is sent."""

    def __init__(self, before_dot: Callable[[], None] | None = None, after: Callable[[], None] | None = None):
        super().__init__()
        self.before_dot, self.after = before_dot, after

    @contextmanager
    def session(self) -> Iterator[MemorySession]:
        yield _SlowSession(self)


class _SlowSession(MemorySession):
    def send(
        self,
        envelope: Envelope,
        before_dot: BeforeDot,
        then: Envelope | None = None,
        meanwhile: Callable[[], None] = nothing,
    ) -> SendOutcome:
        server = self._transport
        assert isinstance(server, SlowServer)
        if (act := server.before_dot) is not None:
            server.before_dot = None
            act()
        outcome = super().send(envelope, before_dot, then, meanwhile)
        if (act := server.after) is not None:
            server.after = None
            act()
        return outcome


@pytest.fixture
def server(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowServer]:
    monkeypatch.setattr(sending_lease, "LOOK_AGAIN", 0.0)
    before = app.extensions["mail_account"]
    transport = SlowServer()
    app.extensions["mail_account"] = Account(transport, real_server=True)
    yield transport
    app.extensions["mail_account"] = before


@pytest.fixture
def mails(people: People) -> list[OutboxMessage]:
    """Check-ins of three clients, due in this order."""
    with transaction():
        version = make_version(people.practice)
        made = []
        for number in range(3):
            client = make_client(people.practice, f"Client {number}", **AWAKE)
            program = make_program(client, version, people.colleague)
            made.append(promise_checkin(client, program, due_at=now() - timedelta(minutes=10 - number)))
    return made


def client_of(mail: OutboxMessage) -> Client:
    return db.session.get_one(Client, mail.client_id)


def unsubscribes(mail: OutboxMessage) -> Callable[[], None]:
    assert mail.client_id is not None
    secret = links.sign_unsubscribe(mail.client_id)
    return lambda: subscriptions.stop_by_link(secret)


def ended(mail: OutboxMessage) -> tuple[OutboxState, CheckinState, SkipReason | None]:
    db.session.expire_all()
    checkin = db.session.get_one(Checkin, mail.checkin_id)
    return mail.state, checkin.state, checkin.skip_reason


def recipients(server: SlowServer) -> list[str]:
    return [envelope.recipient for envelope in server.sent]


STOPPED = (OutboxState.CANCELLED, CheckinState.SKIPPED, SkipReason.UNSUBSCRIBED)
SENT = (OutboxState.SENT, CheckinState.SENT, None)


@pytest.mark.parametrize("position", [0, 1, 2])
def test_nothing_goes_out_after_an_unsubscribe_is_committed(
    server: SlowServer, mails: list[OutboxMessage], position: int
) -> None:
    server.before_dot = unsubscribes(mails[position])
    delivery.run()
    assert ended(mails[position]) == STOPPED
    others = [mail for mail in mails if mail is not mails[position]]
    assert [ended(mail) for mail in others] == [SENT, SENT]
    assert recipients(server) == [client_of(mail).email for mail in others]


def test_who_unsubscribes_from_the_mail_just_sent_holds_up_nobody(
    server: SlowServer, mails: list[OutboxMessage]
) -> None:
    server.after = unsubscribes(mails[0])
    delivery.run()
    assert [ended(mail)[0] for mail in mails] == [OutboxState.SENT] * 3
    assert len(server.sent) == 3


def test_an_answer_before_the_dot_calls_the_mail_back(server: SlowServer, mails: list[OutboxMessage]) -> None:
    def answers() -> None:
        with transaction():
            checkin = db.session.get_one(Checkin, mails[1].checkin_id)
            checkin.state = CheckinState.ANSWERED
            histories.add([HistoryLine(checkin.practice_id, checkin.id, CheckinState.ANSWERED, now())])

    server.before_dot = answers
    delivery.run()
    assert ended(mails[1]) == (OutboxState.CANCELLED, CheckinState.ANSWERED, None)
    assert mails[1].reason == "answered already"
    assert len(server.sent) == 2


def test_a_client_who_is_archived_before_the_dot_gets_nothing(
    server: SlowServer, mails: list[OutboxMessage], people: People
) -> None:
    actor, client_id = people.actor(people.colleague), client_of(mails[2]).id
    server.before_dot = lambda: _done(clients.archive(actor, client_id, "Moved away"))
    delivery.run()
    assert ended(mails[2]) == (OutboxState.CANCELLED, CheckinState.SKIPPED, SkipReason.ARCHIVED)
    assert len(server.sent) == 2


def test_a_zone_in_which_it_is_night_moves_the_mail_to_the_morning(
    server: SlowServer, mails: list[OutboxMessage]
) -> None:
    def moves() -> None:
        with transaction():
            client = client_of(mails[1])
            client.waking_from = client.waking_until = None
            client.time_zone = "Pacific/Auckland"

    server.before_dot = moves
    with time_machine.travel(now().replace(hour=12, minute=0)):  # midnight and later in Auckland
        with transaction():
            for mail in mails:
                mail.due_at = now() - timedelta(minutes=1)
        delivery.run()
        assert mails[1].due_at > now()
    assert ended(mails[1])[0] is OutboxState.READY
    assert len(server.sent) == 2


def _done(_: object) -> None:
    return None

"""Sending what the outbox promises, in one process: what goes out, what does not, and what is noted down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select, text

from clinic.domain.attention import AttentionKind
from clinic.domain.errors import LinkProblem, RuleBroken
from clinic.domain.types import (
    CheckinState,
    ClientStatus,
    LinkPurpose,
    MailKind,
    OutboxState,
    ProgramStatus,
    SkipReason,
    Tier,
)
from clinic.extensions import db
from clinic.mail.memory import MemoryTransport
from clinic.mail.transport import SendOutcome, SendVerdict, SmtpStage
from clinic.models import AuditEvent, Checkin, CheckinEvent, OutboxMessage, Program, WarningFlag
from clinic.services import links
from clinic.services.accounts import signing_in as accounts
from clinic.services.attention import today as attention
from clinic.services.clients import invitations
from clinic.services.clock import now
from clinic.services.outbox import promises as outbox
from clinic.services.sending import delivery
from clinic.services.sending import results as sending_results
from clinic.services.sending.claims import anything_due, claim
from clinic.services.sending.results import SendResult
from clinic.services.transaction import transaction
from tests.factories.mail import AWAKE, kept_mail, make_program, make_version, promise_checkin
from tests.factories.people import People

TEMPORARY = SendOutcome(SendVerdict.TEMPORARY, SmtpStage.RCPT, 450, "4.2.0 come back later")
UNKNOWN_USER = SendOutcome(SendVerdict.PERMANENT, SmtpStage.RCPT, 550, "5.1.1 no such user")
REFUSED = SendOutcome(SendVerdict.PERMANENT, SmtpStage.DATA, 554, "5.7.1 we do not want this")
FULL = SendOutcome(SendVerdict.PERMANENT, SmtpStage.RCPT, 552, "5.2.2 mailbox full")
NO_ANSWER = SendOutcome(SendVerdict.IN_DOUBT, SmtpStage.DOT, None, "the server closed the connection")
WRONG_PASSWORD = SendOutcome(SendVerdict.ACCOUNT_PROBLEM, SmtpStage.AUTH, 535, "5.7.8 wrong password")


@pytest.fixture
def server(app: Flask) -> Iterator[MemoryTransport]:
    """A mail server of ours that keeps what it gets."""
    with kept_mail(app) as account:
        yield account.transport  # type: ignore[misc]


@pytest.fixture
def checkin(people: People) -> OutboxMessage:
    """Ada's check-in, due a minute ago and promised."""
    with transaction():
        ada = people.client
        ada.waking_from, ada.waking_until = AWAKE["waking_from"], AWAKE["waking_until"]
        program = make_program(ada, make_version(people.practice), people.colleague)
        return promise_checkin(ada, program)


@pytest.mark.postgres_only
def test_what_a_sender_asks_again_and_again_stays_prepared(live_app: Flask) -> None:
    """On a connection as the product opens it: those of other tests prepare all that they are asked."""
    prepared = text("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE '%outbox_message%'")
    for _ in range(8):
        anything_due()
    assert db.session.scalar(prepared) == 1


def ledger(message: OutboxMessage) -> Checkin:
    db.session.expire_all()
    found = db.session.get(Checkin, message.checkin_id)
    assert found is not None
    return found


def history(message: OutboxMessage) -> list[CheckinState]:
    events = select(CheckinEvent.state).where(CheckinEvent.checkin_id == message.checkin_id)
    return list(db.session.scalars(events.order_by(CheckinEvent.happened_at)))


def told(action: str) -> list[AuditEvent]:
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.action == action)))


def test_a_due_checkin_is_sent_and_its_ledger_says_so(
    server: MemoryTransport, checkin: OutboxMessage, people: People
) -> None:
    assert delivery.run() == 1

    (mail,) = server.messages
    assert mail["To"] == people.client.email
    assert mail["Message-ID"] == f"<ci.{checkin.id}@clinic.example>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert checkin.state is OutboxState.SENT
    assert checkin.attempts == 1
    assert ledger(checkin).state is CheckinState.SENT
    assert ledger(checkin).sent_at is not None
    assert history(checkin) == [CheckinState.SENDING, CheckinState.SENT]
    assert [event.subject_id for event in told("checkin.sent")] == [checkin.checkin_id]


def test_a_mail_that_cannot_be_written_when_its_turn_comes_has_failed_with_the_reason(
    server: MemoryTransport, checkin: OutboxMessage, people: People
) -> None:
    with transaction():
        people.practice.name = "Harbour =?utf-8?q?Street"
    assert delivery.run() == 1

    assert not server.sent
    assert checkin.state is OutboxState.FAILED
    assert "could not be written: From" in (checkin.reason or "")
    assert (checkin.came_back, checkin.smtp_reply, checkin.day_key) == (None, None, None)
    assert history(checkin) == [CheckinState.SENDING, CheckinState.FAILED]
    assert [event.subject_id for event in told("checkin.failed")] == [checkin.checkin_id]


def test_nothing_is_sent_twice_however_often_it_is_asked(
    server: MemoryTransport, checkin: OutboxMessage
) -> None:
    for _ in range(5):
        delivery.run()
    assert len(server.sent) == 1


def test_every_kind_of_mail_can_be_written_and_its_link_works(
    server: MemoryTransport, people: People
) -> None:
    with transaction():
        flag = WarningFlag(
            practice_id=people.practice.id,
            client_id=people.client.id,
            tier=Tier.U,
            question_keys=["numb"],
            raised_at=now(),
        )
        db.session.add(flag)
        db.session.flush()
        outbox.promise_reset(people.owner)
        outbox.call_somebody(people.practice.id, MailKind.WARNING_SIGN_ALERT, "numb", flag.id)
        outbox.promise_test_mail(people.owner)
        outbox.promise_preview(people.owner)
        people.other_client.user_id = None
    invitations.send(people.actor(people.owner), people.other_client.id)

    delivery.run()

    states = {message.kind: message.state for message in db.session.scalars(select(OutboxMessage))}
    assert set(states) == {
        "password_reset",
        "warning_sign_alert",
        "test_mail",
        "checkin_preview",
        "invitation",
    }
    assert set(states.values()) == {OutboxState.SENT}
    reset = next(mail for mail in server.messages if "password" in str(mail["Subject"]))
    body = reset.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    secret = body.split("/new-password/")[1].split()[0]
    assert accounts.reset_subject(secret).id == people.owner.id


def test_a_checkin_mail_says_nothing_about_health(server: MemoryTransport, checkin: OutboxMessage) -> None:
    delivery.run()
    content = server.sent[0].content.decode().lower()
    assert not [word for word in ("pain", "hip", "back pain", "hinge", "numb") if f" {word}" in content]


@pytest.mark.parametrize(
    ("change", "skip"),
    [
        ("archived", SkipReason.ARCHIVED),
        ("unsubscribed", SkipReason.UNSUBSCRIBED),
        ("bounced", SkipReason.BOUNCED),
        ("no address", SkipReason.NO_ADDRESS),
        ("numbers", SkipReason.NUMBERS_NOT_SET),
        ("paused", SkipReason.PAUSED),
        ("warning", SkipReason.LOCKED),
    ],
)
def test_what_changed_since_the_promise_stops_the_mail(
    server: MemoryTransport, checkin: OutboxMessage, people: People, change: str, skip: SkipReason
) -> None:
    with transaction():
        _change(change, people)

    delivery.run()

    assert server.sent == []
    assert checkin.state is OutboxState.CANCELLED
    assert checkin.reason
    assert (ledger(checkin).state, ledger(checkin).skip_reason) == (CheckinState.SKIPPED, skip)
    assert told("checkin.skipped")[0].details["skip"] == skip.value


def _change(change: str, people: People) -> None:
    ada = people.client
    match change:
        case "archived":
            ada.status = ClientStatus.ARCHIVED
        case "unsubscribed":
            ada.unsubscribed_at = now()
        case "bounced":
            ada.bounced_at = now()
        case "no address":
            ada.email = ada.email_key = None
        case "numbers":
            people.practice.emergency_number = None
        case "paused":
            db.session.scalars(select(Program)).one().status = ProgramStatus.PAUSED
        case "warning":
            flag = WarningFlag(
                practice_id=ada.practice_id, client_id=ada.id, tier=Tier.E, question_keys=["x"]
            )
            flag.raised_at = now()
            db.session.add(flag)


def test_an_unsubscribed_client_still_gets_a_new_password(server: MemoryTransport, people: People) -> None:
    with transaction():
        people.client.unsubscribed_at = now()
        outbox.promise_reset(people.client_user)
    delivery.run()
    assert [envelope.recipient for envelope in server.sent] == [people.client_user.email]


def test_people_of_the_demo_are_never_mailed_through_a_real_server(
    server: MemoryTransport, checkin: OutboxMessage, people: People
) -> None:
    with transaction():
        people.practice.is_demo = True
    delivery.run()
    assert server.sent == []
    assert checkin.state is OutboxState.CANCELLED
    kept = ledger(checkin)
    assert (kept.state, kept.skip_reason) == (CheckinState.SKIPPED, SkipReason.DEMONSTRATION)


def test_a_checkin_due_at_night_waits_for_the_morning(
    server: MemoryTransport, checkin: OutboxMessage, people: People
) -> None:
    with time_machine.travel("2026-11-23T03:00:00Z", tick=False):
        with transaction():
            people.client.waking_from = people.client.waking_until = None
            checkin.due_at = now()
            checkin.not_after = now() + timedelta(days=1)
        delivery.run()
        assert server.sent == []
        assert checkin.due_at.hour == 8
        assert ledger(checkin).state is CheckinState.WAITING
    with time_machine.travel("2026-11-23T08:00:01Z", tick=False):
        delivery.run()
        assert len(server.sent) == 1


def test_greylisting_is_waited_out(server: MemoryTransport, checkin: OutboxMessage) -> None:
    server.outcomes = [TEMPORARY]
    delivery.run()
    assert (checkin.state, checkin.attempts) == (OutboxState.READY, 1)
    assert timedelta(seconds=40) < checkin.due_at - now() < timedelta(seconds=80)
    assert ledger(checkin).state is CheckinState.WAITING
    delivery.run()
    assert server.sent == []
    with time_machine.travel(now() + timedelta(minutes=2)):
        delivery.run()
    assert (checkin.state, checkin.attempts) == (OutboxState.SENT, 2)
    assert len(server.sent) == 1


def test_a_server_that_never_relents_ends_with_its_own_words(
    server: MemoryTransport, checkin: OutboxMessage
) -> None:
    server.outcomes = [TEMPORARY] * 100
    with time_machine.travel(now()) as clock:
        while checkin.state is OutboxState.READY:
            clock.shift(checkin.due_at - now() + timedelta(seconds=1))
            delivery.run()
    assert checkin.state is OutboxState.EXPIRED
    assert 60 < checkin.attempts < 90
    assert ledger(checkin).state is CheckinState.FAILED
    assert "come back later" in told("checkin.failed")[0].details["reason"]


def test_an_unknown_mailbox_fails_its_own_mail_only(
    server: MemoryTransport, checkin: OutboxMessage, people: People
) -> None:
    with transaction():
        outbox.promise_reset(people.owner)
    server.outcomes = [UNKNOWN_USER]
    delivery.run()
    assert checkin.state is OutboxState.FAILED
    assert "5.1.1 no such user" in (checkin.reason or "")
    assert ledger(checkin).state is CheckinState.FAILED
    assert [envelope.recipient for envelope in server.sent] == [people.owner.email]


def test_a_mailbox_that_does_not_exist_is_marked_and_written_to_no_more(
    server: MemoryTransport, checkin: OutboxMessage, people: People
) -> None:
    with transaction():
        program = db.session.get_one(Program, ledger(checkin).program_id)
        later = promise_checkin(people.client, program, due_at=now() + timedelta(days=1))
    server.outcomes = [UNKNOWN_USER]

    delivery.run()

    assert people.client.bounced_at is not None
    assert people.client.bounce_reason == "550 5.1.1 no such user"
    (event,) = told("mail.bounced")
    assert (event.client_id, event.details) == (people.client.id, {"reason": "550 5.1.1 no such user"})
    assert later.state is OutboxState.CANCELLED
    assert ledger(later).skip_reason is SkipReason.BOUNCED
    (listed,) = attention.today(people.actor(people.colleague)).listed
    assert AttentionKind.BOUNCED in {case.kind for case in listed.cases}


@pytest.mark.parametrize("refusal", [FULL, REFUSED], ids=["full", "unwanted"])
def test_a_mailbox_that_refuses_one_mail_is_not_a_dead_one(
    server: MemoryTransport, checkin: OutboxMessage, people: People, refusal: SendOutcome
) -> None:
    server.outcomes = [refusal]
    delivery.run()
    assert checkin.state is OutboxState.FAILED
    assert people.client.bounced_at is None
    assert told("mail.bounced") == []


def test_an_address_put_right_meanwhile_is_not_marked(
    server: MemoryTransport, checkin: OutboxMessage, people: People
) -> None:
    batch = claim("me", real_server=True, smtputf8=True)
    with transaction():
        people.client.email = people.client.email_key = "ada@mended.example"
    sending_results.record(batch.lease.token, [SendResult(checkin.id, UNKNOWN_USER)])
    db.session.expire_all()
    assert people.client.bounced_at is None


def test_the_mailbox_of_a_client_who_forgot_the_password_is_marked_too(
    server: MemoryTransport, people: People
) -> None:
    with transaction():
        outbox.promise_reset(people.client_user)
        outbox.promise_reset(people.owner)
    server.outcomes = [UNKNOWN_USER, UNKNOWN_USER]
    delivery.run()
    assert [event.client_id for event in told("mail.bounced")] == [people.client.id]


def test_a_mail_that_cannot_be_written_fails_alone(
    server: MemoryTransport, checkin: OutboxMessage, people: People
) -> None:
    with transaction():
        checkin.kind = MailKind.INVITATION  # of no invitation
        outbox.promise_reset(people.owner)
    delivery.run()
    assert checkin.state is OutboxState.FAILED
    assert len(server.sent) == 1


def test_no_answer_after_the_dot_is_a_doubt_that_is_not_resent_by_itself(
    server: MemoryTransport, checkin: OutboxMessage
) -> None:
    server.outcomes = [NO_ANSWER]
    delivery.run()
    with time_machine.travel(now() + timedelta(hours=12)):
        delivery.run()
    assert checkin.state is OutboxState.IN_DOUBT
    assert ledger(checkin).state is CheckinState.IN_DOUBT
    assert told("checkin.in_doubt")


def test_a_doubtful_mail_is_sent_again_when_somebody_says_so(
    server: MemoryTransport, checkin: OutboxMessage, people: People
) -> None:
    server.outcomes = [NO_ANSWER]
    delivery.run()
    outbox.resend(people.actor(people.colleague), checkin)
    assert ledger(checkin).state is CheckinState.WAITING
    delivery.run()
    assert checkin.state is OutboxState.SENT
    assert told("mail.resent")[0].actor_id == people.colleague.id
    with pytest.raises(RuleBroken):
        outbox.resend(people.actor(people.colleague), checkin)


def test_a_failed_checkin_can_be_sent_again_days_later(
    server: MemoryTransport, checkin: OutboxMessage, people: People
) -> None:
    server.outcomes = [REFUSED]
    delivery.run()
    with time_machine.travel(now() + timedelta(days=4)):
        outbox.retry(checkin.id)
        delivery.run()
    assert checkin.state is OutboxState.SENT


def test_trouble_with_the_account_charges_no_mail_and_pauses(
    server: MemoryTransport, checkin: OutboxMessage, app: Flask
) -> None:
    server.outcomes = [WRONG_PASSWORD]
    delivery.run()
    assert (checkin.state, checkin.attempts) == (OutboxState.READY, 0)
    assert app.extensions["mail_account"].paused
    delivery.run()
    assert server.sent == []
    app.extensions["mail_account"].paused_until = 0.0
    delivery.run()
    assert checkin.state is OutboxState.SENT


def test_an_answered_checkin_stays_answered_whatever_its_mail_does(
    server: MemoryTransport, checkin: OutboxMessage
) -> None:
    with transaction():
        ledger(checkin).state = CheckinState.ANSWERED
        checkin.state = OutboxState.IN_DOUBT
    outbox.retry(checkin.id)
    delivery.run()
    assert server.sent == []
    assert checkin.reason == "answered already"
    assert ledger(checkin).state is CheckinState.ANSWERED


def test_a_revoked_invitation_is_not_mailed(server: MemoryTransport, people: People) -> None:
    with transaction():
        people.other_client.user_id = None
    actor = people.actor(people.owner)
    invitation = invitations.send(actor, people.other_client.id)
    invitations.revoke(actor, invitation.id)
    delivery.run()
    assert server.sent == []


def test_the_address_is_the_one_that_stands_when_the_mail_leaves(
    server: MemoryTransport, checkin: OutboxMessage, people: People
) -> None:
    with transaction():
        people.client.email = "ada@mended.example"
    delivery.run()
    assert [envelope.recipient for envelope in server.sent] == ["ada@mended.example"]
    assert checkin.to_address == "ada@mended.example"


def test_the_link_in_a_checkin_is_good_for_fourteen_days(
    server: MemoryTransport, checkin: OutboxMessage
) -> None:
    delivery.run()
    body = server.messages[0].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    secret = body.split("/c/")[1].split()[0]
    assert links.find(secret, LinkPurpose.CHECKIN).checkin_id == checkin.checkin_id
    with time_machine.travel(now() + timedelta(days=14, minutes=1)), pytest.raises(LinkProblem):
        links.find(secret, LinkPurpose.CHECKIN)


def test_the_rate_of_the_server_is_kept(server: MemoryTransport, people: People, app: Flask) -> None:
    with transaction():
        version = make_version(people.practice)
        for client in (people.client, people.other_client):
            client.waking_from, client.waking_until = AWAKE["waking_from"], AWAKE["waking_until"]
            promise_checkin(client, make_program(client, version, people.colleague))
    first = claim("me", real_server=True, smtputf8=True, per_minute=1)
    second = claim("me", real_server=True, smtputf8=True, per_minute=1)
    assert (len(first.letters), len(second.letters)) == (1, 0)

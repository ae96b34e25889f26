"""What comes back: the right mail, the right words, and nothing for those who make reports up."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import time, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from clinic.domain.attention import AttentionKind
from clinic.domain.notices import NoticeKind
from clinic.domain.practice_reminders import ReminderWay
from clinic.domain.types import CheckinState, MailChannel, OutboxState, SkipReason
from clinic.extensions import db
from clinic.mail.memory import MemoryTransport
from clinic.mail.transport import Envelope, SendOutcome, SendVerdict, SmtpStage
from clinic.models import (
    AuditEvent,
    Checkin,
    Client,
    OpenReason,
    OutboxMessage,
    PracticeNotice,
    PracticeReminder,
    Program,
)
from clinic.services import links, practice_reminders
from clinic.services.clock import now
from clinic.services.outbox import promises as outbox
from clinic.services.sending import bounces as sending_bounces
from clinic.services.sending import delivery
from clinic.services.sending import intake as mail_intake
from clinic.services.sending import results as sending_results
from clinic.services.sending.claims import claim
from clinic.services.sending.results import SendResult
from clinic.services.transaction import transaction
from tests.factories.mail import AWAKE, kept_mail, make_program, make_version, promise_checkin
from tests.factories.people import People
from tests.factories.returned import (
    UNKNOWN_USER,
    automatic,
    complaint,
    formless,
    person,
    report,
    went_to,
    whole_mail_report,
)

NO_ANSWER = SendOutcome(SendVerdict.IN_DOUBT, SmtpStage.DOT, None, "the server closed the connection")
SENT = SendOutcome(SendVerdict.SENT, SmtpStage.DOT, 250, "taken")


@pytest.fixture
def server(app: Flask) -> Iterator[MemoryTransport]:
    with kept_mail(app) as account:
        yield account.transport  # type: ignore[misc]


@pytest.fixture
def mail(server: MemoryTransport, people: People) -> OutboxMessage:
    """Ada's check-in, sent a moment ago."""
    with transaction():
        ada = people.client
        ada.waking_from, ada.waking_until = AWAKE["waking_from"], AWAKE["waking_until"]
        message = promise_checkin(ada, make_program(ada, make_version(people.practice), people.colleague))
    delivery.run()
    assert message.state is OutboxState.SENT
    return message


def head_of(envelope: Envelope) -> str:
    return envelope.content.partition(b"\r\n\r\n")[0].decode()


@pytest.fixture
def head(server: MemoryTransport, mail: OutboxMessage) -> str:
    return head_of(server.sent[0])


def ada(people: People) -> Client:
    return db.session.get_one(Client, people.client.id, populate_existing=True)


def state(mail: OutboxMessage) -> tuple[OutboxState, CheckinState]:
    db.session.expire_all()
    assert mail.checkin_id is not None
    return mail.state, db.session.get_one(Checkin, mail.checkin_id).state


def told(action: str) -> list[AuditEvent]:
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.action == action)))


def news() -> list[NoticeKind]:
    return list(db.session.scalars(select(PracticeNotice.kind)))


def test_a_mailbox_that_is_gone_is_marked_and_the_ledger_says_what_came_back(
    people: People, mail: OutboxMessage, head: str
) -> None:
    with transaction():
        program = db.session.get_one(Program, db.session.get_one(Checkin, mail.checkin_id).program_id)
        later = promise_checkin(people.client, program, due_at=now().replace(year=now().year + 1))

    assert mail_intake.take_in(report(head)).mail_id == mail.id

    assert state(mail) == (OutboxState.FAILED, CheckinState.FAILED)
    assert mail.reason == f"came back, there is no such mailbox: {UNKNOWN_USER}"
    assert ada(people).bounced_at is not None
    assert ada(people).bounce_reason == UNKNOWN_USER
    assert [event.client_id for event in told("mail.bounced")] == [people.client.id]
    assert [event.details["reason"] for event in told("checkin.failed")] == [mail.reason]
    assert NoticeKind.BOUNCED in news()
    assert later.state is OutboxState.CANCELLED
    assert db.session.get_one(Checkin, later.checkin_id).skip_reason is SkipReason.BOUNCED


@pytest.mark.parametrize(
    "status, words, begins",
    [
        ("5.2.2", "552 5.2.2 mailbox full", "came back, the mailbox is full"),
        ("4.2.2", "452 4.2.2 over quota", "came back, the mailbox is full"),
        ("4.4.7", "message expired", "came back, it could not be delivered in time"),
        ("5.7.1", "554 5.7.1 policy", "came back, the other mail server did not want it"),
        ("5.0.0", "550 no", "came back: 550 no"),
    ],
)
def test_what_is_not_the_address_fault_is_shown_and_marks_nothing(
    people: People, mail: OutboxMessage, head: str, status: str, words: str, begins: str
) -> None:
    mail_intake.take_in(report(head, status=status, words=words))
    assert state(mail) == (OutboxState.FAILED, CheckinState.FAILED)
    assert (mail.reason or "").startswith(begins)
    assert words in (mail.reason or "")
    assert ada(people).bounced_at is None
    assert told("mail.bounced") == []


@pytest.mark.parametrize(
    "make",
    [
        lambda head: report(head, action="delayed", status="4.4.1"),
        lambda head: report(head, action="delivered", status="2.0.0"),
        automatic,
        lambda head: complaint(head, "not-spam"),
        lambda head: person("Re: How is it going?", head),
    ],
    ids=["delayed", "delivered", "holiday", "not spam", "a person"],
)
def test_what_is_no_failure_changes_nothing(people: People, mail: OutboxMessage, head: str, make) -> None:  # type: ignore[no-untyped-def]
    mail_intake.take_in(make(head))
    assert state(mail) == (OutboxState.SENT, CheckinState.SENT)
    assert ada(people).bounced_at is None
    assert ada(people).unsubscribed_at is None


@pytest.mark.parametrize("make", [report, formless, lambda head: report("", to=head)])
def test_a_mark_that_is_not_ours_changes_nothing(people: People, mail: OutboxMessage, make) -> None:  # type: ignore[no-untyped-def]
    true = links.mark_of(mail.id)
    for forged in (
        f"{mail.id.hex}.{'0' * 16}",
        f"{uuid.uuid4().hex}.{true[33:]}",
        links.mark_of(uuid.uuid4()),
        mail.id.hex,
        f"{mail.id}",
        true[:-1],
        f"{true}0",
        f"0{true}",
    ):
        said = mail_intake.take_in(
            make(f"X-Mail-Mark: {forged}\r\nMessage-ID: <ci.{mail.id}@clinic.example>")
        )
        assert said.words == "about no mail of ours: nothing changed", forged
    assert state(mail) == (OutboxState.SENT, CheckinState.SENT)
    assert ada(people).bounced_at is None


@pytest.mark.parametrize("shout", [str.lower, str.upper])
def test_the_mark_in_the_address_it_came_to_is_enough(mail: OutboxMessage, shout) -> None:  # type: ignore[no-untyped-def]
    address = shout(f"bounces+{links.mark_of(mail.id)}@clinic.example")
    mail_intake.take_in(formless("", "554 5.7.1 no").replace(b"bounces@clinic.example", address.encode()))
    assert state(mail)[0] is OutboxState.FAILED


def test_a_report_with_the_whole_mail_in_it_is_understood(
    server: MemoryTransport, mail: OutboxMessage
) -> None:
    mail_intake.take_in(whole_mail_report(server.sent[0].content))
    assert state(mail) == (OutboxState.FAILED, CheckinState.FAILED)


def test_a_report_settles_a_doubt(server: MemoryTransport, mail: OutboxMessage, head: str) -> None:
    batch = _again(server, mail, NO_ANSWER)
    assert state(mail) == (OutboxState.IN_DOUBT, CheckinState.IN_DOUBT)
    mail_intake.take_in(report(head, status="5.7.1", words="554 5.7.1 no"))
    assert state(mail) == (OutboxState.FAILED, CheckinState.FAILED)
    # whoever was waiting for the answer knows less than the report
    sending_results.record(batch, [SendResult(mail.id, SENT)])
    assert state(mail) == (OutboxState.FAILED, CheckinState.FAILED)


def _again(server: MemoryTransport, mail: OutboxMessage, outcome: SendOutcome) -> uuid.UUID:
    """The mail claimed once more, and that outcome recorded; returns the lease."""
    with transaction():
        mail.state = OutboxState.READY
        db.session.get_one(Checkin, mail.checkin_id).state = CheckinState.WAITING
    batch = claim("me", real_server=True, smtputf8=True)
    assert len(batch.letters) == 1
    sending_results.record(batch.lease.token, [SendResult(mail.id, outcome)])
    return batch.lease.token


def test_a_report_that_overtakes_the_result_is_asked_for_again(
    server: MemoryTransport, mail: OutboxMessage, head: str
) -> None:
    with transaction():
        mail.state = OutboxState.READY
    batch = claim("me", real_server=True, smtputf8=True)
    with pytest.raises(mail_intake.NotYet):
        mail_intake.take_in(report(head))
    sending_results.record(batch.lease.token, [SendResult(mail.id, SENT)])
    mail_intake.take_in(report(head))
    assert state(mail)[0] is OutboxState.FAILED


@pytest.mark.parametrize(
    "make",
    [
        lambda head: b"Return-Path: <mallory@elsewhere.example>\r\n" + report(head),
        lambda head: report(head, recipient="somebody.else@elsewhere.example"),
        lambda head: report(head, recipient="mallory@people.example"),
        lambda head: formless(head).replace(f"<{went_to(head)}>".encode(), b"<the recipient>"),
    ],
    ids=["from somebody", "about somebody else", "about a neighbour", "about nobody"],
)
def test_a_report_that_whoever_holds_the_mail_could_make_up_marks_no_address(
    people: People, mail: OutboxMessage, head: str, make: Callable[[str], bytes]
) -> None:
    mail_intake.take_in(make(head))
    assert ada(people).bounced_at is None


def test_a_report_of_a_mail_server_names_nobody_to_answer(
    people: People, mail: OutboxMessage, head: str
) -> None:
    mail_intake.take_in(b"Return-Path: <>\r\n" + report(head))
    assert ada(people).bounced_at is not None


def test_the_same_report_twice_is_one(people: People, mail: OutboxMessage, head: str) -> None:
    for _ in range(3):
        mail_intake.take_in(report(head))
    assert len(told("mail.bounced")) == len(told("checkin.failed")) == 1
    assert news().count(NoticeKind.BOUNCED) == 1


def test_an_answered_checkin_stays_answered(mail: OutboxMessage, head: str) -> None:
    with transaction():
        db.session.get_one(Checkin, mail.checkin_id).state = CheckinState.ANSWERED
    mail_intake.take_in(report(head))
    assert state(mail) == (OutboxState.FAILED, CheckinState.ANSWERED)


def test_an_address_put_right_meanwhile_is_not_marked(people: People, mail: OutboxMessage, head: str) -> None:
    with transaction():
        people.client.email = people.client.email_key = "ada@mended.example"
    mail_intake.take_in(report(head))
    assert ada(people).bounced_at is None
    assert state(mail)[0] is OutboxState.FAILED


def test_a_bounced_mail_can_be_sent_again_by_hand(
    server: MemoryTransport, people: People, mail: OutboxMessage, head: str
) -> None:
    mail_intake.take_in(report(head, status="5.2.2", words="552 5.2.2 full"))
    outbox.resend(people.actor(people.colleague), mail)
    delivery.run()
    assert state(mail) == (OutboxState.SENT, CheckinState.SENT)
    assert len(server.sent) == 2


def test_the_mail_to_somebody_with_an_account_marks_the_client_they_are(
    server: MemoryTransport, people: People
) -> None:
    with transaction():
        outbox.promise_reset(people.client_user)
        outbox.promise_reset(people.owner)
    delivery.run()
    for envelope in server.sent:
        mail_intake.take_in(report(head_of(envelope)))
    assert [event.client_id for event in told("mail.bounced")] == [people.client.id]
    assert len(told("mail.failed")) == 2


def test_a_complaint_stops_all_that_can_be_stopped(people: People, mail: OutboxMessage, head: str) -> None:
    for _ in range(2):
        mail_intake.take_in(complaint(head))
    assert ada(people).unsubscribed_at is not None
    assert ada(people).messages_stopped_at is not None
    assert state(mail) == (OutboxState.SENT, CheckinState.SENT)  # it arrived
    events = told("mail.unsubscribed")
    assert {event.details["kind"] for event in events} == {"checkins", "messages"}
    assert {event.details["reason"] for event in events} == {"reported as unwanted mail"}
    assert len(events) == 2


def test_a_practitioners_complaint_stops_nobodys_mail(server: MemoryTransport, people: People) -> None:
    with transaction():
        outbox.promise_reset(people.owner)
        people.other_client.user_id = None
    delivery.run()
    mail_intake.take_in(complaint(head_of(server.sent[0])))
    assert told("mail.unsubscribed") == []


@pytest.mark.parametrize("channel", MailChannel)
def test_a_mail_to_the_unsubscribe_address_takes_one_off(people: People, channel: MailChannel) -> None:
    practice_reminders.wish(people.actor(people.client_user), time(18), ReminderWay.MAIL)
    secret = links.sign_unsubscribe(people.client.id, channel)
    assert mail_intake.take_in(person(f"unsubscribe {secret}")).words == "taken off"
    stopped = {
        MailChannel.CHECKINS: ada(people).unsubscribed_at,
        MailChannel.MESSAGES: ada(people).messages_stopped_at,
        MailChannel.REMINDERS: db.session.scalars(select(PracticeReminder.stopped_at)).one(),
    }
    assert [each for each, at in stopped.items() if at is not None] == [channel]


def test_a_wish_to_be_taken_off_that_is_not_ours_changes_nothing(people: People) -> None:
    secret = links.sign_unsubscribe(people.client.id)
    for subject in (f"unsubscribe {secret[:-2]}xx", "unsubscribe", f"unsubscribe x{secret}", secret):
        mail_intake.take_in(person(subject))
    assert ada(people).unsubscribed_at is None


def test_the_wish_is_not_read_out_of_a_report(people: People, mail: OutboxMessage, head: str) -> None:
    assert "List-Unsubscribe" in head
    mail_intake.take_in(report(head, status="5.2.2"))
    assert ada(people).unsubscribed_at is None


# ---------------------------------------------------------------- tomorrow, about us, week after week

DAILY = "550-5.4.5 Daily user sending limit exceeded"
LIST = "554 5.7.1 Client host blocked using zen.spamhaus.org"
A_DAY, A_WEEK = timedelta(days=1), timedelta(days=7)


def test_a_limit_of_the_day_in_a_report_is_tried_tomorrow(
    server: MemoryTransport, people: People, mail: OutboxMessage, head: str
) -> None:
    mail_intake.take_in(report(head, status="5.4.5", words=DAILY))
    assert state(mail) == (OutboxState.READY, CheckinState.WAITING)
    assert A_DAY <= mail.due_at - now() <= A_DAY + timedelta(hours=1)
    assert (mail.reason or "").startswith("came back, too much mail for one day: it is tried again tomorrow")
    assert ada(people).bounced_at is None
    with transaction():
        mail.due_at = now()  # it is tomorrow
    delivery.run()
    assert state(mail) == (OutboxState.SENT, CheckinState.SENT)
    assert len(server.sent) == 2


def test_a_limit_of_the_day_that_ends_too_late_is_a_failure(mail: OutboxMessage, head: str) -> None:
    with transaction():
        mail.not_after = now() + timedelta(hours=20)
    mail_intake.take_in(report(head, status="5.4.5", words=DAILY))
    assert state(mail) == (OutboxState.FAILED, CheckinState.FAILED)


@pytest.mark.parametrize(
    "verdict, code, words, waits",
    [
        (SendVerdict.PERMANENT, 550, "5.4.5 Daily user sending limit exceeded", A_DAY),
        (SendVerdict.PERMANENT, 550, "quota of the sender is exceeded", A_DAY),
        (SendVerdict.TEMPORARY, 452, "4.5.3 daily limit reached", A_DAY),
        (SendVerdict.TEMPORARY, 450, "4.7.28 rate limit, slow down", timedelta(minutes=5)),
    ],
)
def test_a_limit_at_the_door_is_tried_when_it_is_over(
    server: MemoryTransport,
    people: People,
    mail: OutboxMessage,
    verdict: SendVerdict,
    code: int,
    words: str,
    waits: timedelta,
) -> None:
    _again(server, mail, SendOutcome(verdict, SmtpStage.RCPT, code, words))
    assert state(mail) == (OutboxState.READY, CheckinState.WAITING)
    assert waits * 0.8 <= mail.due_at - now() <= waits * 1.2
    assert ada(people).bounced_at is None


@pytest.mark.parametrize("where", ["report", "door"])
def test_a_refusal_about_us_is_told_as_ours_and_blames_nobody(
    server: MemoryTransport, people: People, mail: OutboxMessage, head: str, where: str
) -> None:
    if where == "report":
        mail_intake.take_in(report(head, status="5.1.1", words=LIST))
    else:
        _again(server, mail, SendOutcome(SendVerdict.PERMANENT, SmtpStage.RCPT, 554, LIST[4:]))
    assert state(mail) == (OutboxState.FAILED, CheckinState.FAILED)
    assert "about the practice's mail" in (mail.reason or "")
    assert (ada(people).bounced_at, ada(people).returning_since) == (None, None)
    assert news() == [NoticeKind.REFUSED]


def test_a_forwarders_report_does_not_kill_the_address_that_was_written_to(
    people: People, mail: OutboxMessage, head: str
) -> None:
    told = f"Final-Recipient: rfc822; {mail.to_address}".encode()
    forwarded = report(head).replace(told, b"Final-Recipient: rfc822; a@b.example")
    mail_intake.take_in(forwarded)
    assert state(mail) == (OutboxState.FAILED, CheckinState.FAILED)
    assert (mail.reason or "").startswith("came back from another address that it was forwarded to")
    assert ada(people).bounced_at is None


def test_a_full_mailbox_is_told_when_it_is_full_week_after_week(
    server: MemoryTransport, people: People, mail: OutboxMessage, head: str
) -> None:
    full = {"status": "5.1.1", "words": "552 5.2.2 Over quota"}
    mail_intake.take_in(report(head, **full))
    assert ada(people).returning_since is None
    _sent_a_week_later(people, mail)
    mail_intake.take_in(report(head_of(server.sent[-1]), **full))
    assert ada(people).returning_since == db.session.get_one(OutboxMessage, mail.id).finished_at
    assert ada(people).bounced_at is None
    assert ada(people).bounce_reason == "552 5.2.2 Over quota"
    assert [event.client_id for event in told("mail.returning")] == [people.client.id]
    assert news() == [NoticeKind.RETURNING]
    reasons = db.session.scalars(select(OpenReason.kind).where(OpenReason.client_id == people.client.id))
    assert AttentionKind.BOUNCED in reasons.all()
    # mail goes on, the third is no further news, and somebody may say that it arrives
    _sent_a_week_later(people, mail)
    mail_intake.take_in(report(head_of(server.sent[-1]), **full))
    assert len(told("mail.returning")) == 1
    sending_bounces.trust_again(people.actor(people.colleague), people.client.id)
    assert (ada(people).returning_since, ada(people).bounce_reason) == (None, None)


def test_a_mailbox_that_takes_mail_in_between_is_not_told(
    server: MemoryTransport, people: People, mail: OutboxMessage, head: str
) -> None:
    full = {"status": "5.2.2", "words": "552 5.2.2 Over quota"}
    mail_intake.take_in(report(head, **full))
    for _ in range(2):
        _sent_a_week_later(people, mail)
    mail_intake.take_in(report(head_of(server.sent[-1]), **full))
    assert ada(people).returning_since is None


def _sent_a_week_later(people: People, mail: OutboxMessage) -> None:
    """What was is a week older, and another check-in of the same program is sent now."""
    assert mail.checkin_id is not None
    with transaction():
        for checkin in db.session.scalars(select(Checkin).order_by(Checkin.due_at)).all():
            checkin.local_date, checkin.due_at = checkin.local_date - A_WEEK, checkin.due_at - A_WEEK
            db.session.flush()
        for row in db.session.scalars(select(OutboxMessage).where(OutboxMessage.finished_at.is_not(None))):
            row.day_key = None
            row.finished_at = row.finished_at - A_WEEK  # type: ignore[operator]
        program = db.session.get_one(Program, db.session.get_one(Checkin, mail.checkin_id).program_id)
        promise_checkin(people.client, program)
    delivery.run()


# ---------------------------------------------------------------- where it comes back to


def test_mail_carries_its_mark_and_comes_back_to_where_the_settings_say(
    server: MemoryTransport, mail: OutboxMessage, app: Flask
) -> None:
    (plain,) = server.sent
    assert plain.sender == "no-reply@clinic.example"
    assert f"X-Mail-Mark: {links.mark_of(mail.id)}\r\n".encode() in plain.content
    assert b"mailto:" not in plain.content.partition(b"\r\n\r\n")[0]
    before = app.config["SETTINGS"]
    try:
        for address, sender, stop in (
            ("back@clinic.example", "back@clinic.example", "back@clinic.example"),
            (
                "back+*@clinic.example",
                f"back+{links.mark_of(mail.id)}@clinic.example",
                "back+stop@clinic.example",
            ),
        ):
            app.config["SETTINGS"] = replace(before, bounce_address=address)
            with transaction():
                mail.state = OutboxState.READY
                db.session.get_one(Checkin, mail.checkin_id).state = CheckinState.WAITING
            delivery.run()
            assert server.sent[-1].sender == sender
            (listed,) = server.messages[-1].get_all("List-Unsubscribe")
            secret = links.sign_unsubscribe(mail.client_id)  # type: ignore[arg-type]
            assert f"<mailto:{stop}?subject=unsubscribe%20{secret}>" in listed
    finally:
        app.config["SETTINGS"] = before


# ---------------------------------------------------------------- it works again


def test_somebody_of_the_practice_can_say_that_the_address_works(
    server: MemoryTransport, people: People, mail: OutboxMessage, head: str
) -> None:
    mail_intake.take_in(report(head))
    version = ada(people).version
    actor = people.actor(people.colleague)
    for _ in range(2):
        assert sending_bounces.trust_again(actor, people.client.id) == people.client.email
    assert (ada(people).bounced_at, ada(people).bounce_reason, ada(people).version) == (None, None, version)
    assert [event.actor_id for event in told("mail.address_works")] == [people.colleague.id]

"""Mails that were taken and came back, and mails that cannot be written: each ends where it should."""

from __future__ import annotations

import re
from collections.abc import Callable
from email import message_from_bytes, policy

import pytest
from flask import Flask

from clinic.domain.types import CheckinState, MailKind, OutboxState
from clinic.extensions import db
from clinic.models import Checkin, Client, OutboxMessage, Practice
from clinic.services.sending import intake as mail_intake
from clinic.services.transaction import transaction
from tests.factories.mail import promise_checkins
from tests.factories.returned import automatic, complaint, formless, report
from tests.faults.reckoning import Reckoning, reckon
from tests.faults.test_the_mail_server_refuses import sending_to, until_drained
from tests.sink import Rule, running_sink

pytestmark = pytest.mark.fault


def test_mails_that_come_back_are_failed_and_no_doubt_is_left(
    app: Flask, full: bool, told: Callable[..., Reckoning]
) -> None:
    mails = 400 if full else 40
    with running_sink(Rule("dot", "keep_drop", every=10), keep=True) as sink:
        promise_checkins(mails)
        with sending_to(app, sink.port) as account:
            until_drained(account)
        doubts = {
            str(mail.id) for mail in db.session.query(OutboxMessage).filter_by(state=OutboxState.IN_DOUBT)
        }
        heads = [content.partition(b"\r\n\r\n")[0].decode() for content in sink.messages]
        for number, head in enumerate(heads):
            if any(mail in head for mail in doubts):
                mail_intake.take_in(report(head, status="5.2.2", words="552 5.2.2 mailbox full"))
            elif number % 4 == 0:
                mail_intake.take_in(formless(head) if number % 8 else report(head))
            else:  # none of these is a failure, and none of the marks is ours
                mail_intake.take_in(automatic(head))
                mail_intake.take_in(report(head, action="delayed"))
                mail_intake.take_in(report(re.sub(r"(X-Mail-Mark: .{33}).{8}", r"\g<1>00000000", head)))
        reckoning = told("every fourth comes back, and each doubt", reckon(sink))
    assert len(doubts) == mails // 10
    assert reckoning.failed >= mails // 4
    assert reckoning.sent + reckoning.failed == mails
    failed = db.session.query(Checkin).filter_by(state=CheckinState.FAILED).count()
    assert failed == reckoning.failed
    dead = db.session.query(Client).filter(Client.bounced_at.is_not(None)).count()
    assert dead == reckoning.failed - len(doubts)


def test_complaints_stop_mail_and_change_no_ledger(
    app: Flask, full: bool, told: Callable[..., Reckoning]
) -> None:
    mails = 200 if full else 10
    with running_sink(keep=True) as sink:
        promise_checkins(mails)
        with sending_to(app, sink.port) as account:
            until_drained(account)
        for content in sink.messages[::2]:
            mail_intake.take_in(complaint(content.partition(b"\r\n\r\n")[0].decode()))
        assert told("every second is reported as spam", reckon(sink)).sent == mails
    stopped = db.session.query(Client).filter(Client.unsubscribed_at.is_not(None)).count()
    assert stopped == mails // 2


INJECTION = "=?utf-8?q?hi=0ABcc=3A_v=40elsewhere.example?="


def test_a_poisonous_mail_fails_with_its_reason_and_holds_up_nobody(
    app: Flask, full: bool, told: Callable[..., Reckoning]
) -> None:
    mails = 1000 if full else 30
    ids = promise_checkins(mails)
    rows = [db.session.get_one(OutboxMessage, each) for each in ids]
    with transaction():
        poisons = {
            rows[0].id: _spoil(rows[0], kind=MailKind.INVITATION),
            rows[3].id: _spoil(rows[3], email="anna@exam\r\nBcc: v@elsewhere.example"),
            rows[7].id: _spoil(rows[7], email=f"{INJECTION}@client.example"),
            rows[11].id: _spoil(rows[11], email="not an address"),
            rows[13].id: _spoil(rows[13], email="zoë@client.example"),
        }
        elsewhere = promise_checkins(2)
        bad = db.session.get_one(OutboxMessage, elsewhere[0]).practice_id
        db.session.get_one(Practice, bad).name = INJECTION
        poisons |= dict.fromkeys(elsewhere, "From")
        _spoil(rows[17], email="Anna@Straße.de")  # a name from elsewhere is no poison
        _spoil(rows[19], name="Zoë\r\nBcc: v@elsewhere.example 王")  # stands in the text, where it may
    with running_sink(keep=True) as sink:
        with sending_to(app, sink.port) as account:
            until_drained(account, hours=2)
        reckoning = told("mails that cannot be written", reckon(sink))
    assert (reckoning.sent, reckoning.failed) == (mails - 5, len(poisons))
    for mail_id, word in poisons.items():
        mail = db.session.get_one(OutboxMessage, mail_id)
        assert mail.state is OutboxState.FAILED
        assert "could not be written" in (mail.reason or "")
        assert word in (mail.reason or "")
    assert sink.commands["RCPT"] == mails - 5
    sent = [message_from_bytes(content, policy=policy.default) for content in sink.messages]
    assert not [mail for mail in sent if mail["Bcc"] or mail.defects]
    assert "Anna@xn--strae-oqa.de" in {mail["To"] for mail in sent}


def _spoil(mail: OutboxMessage, *, kind: MailKind | None = None, email: str = "", name: str = "") -> str:
    """Write into the records what no form would take; returns a word of the reason it must give."""
    client = db.session.get_one(Client, mail.client_id)
    client.email = email or client.email
    client.name = name or client.name
    mail.kind = kind or mail.kind
    return ""

"""How mail leaves: set in the environment or on a page, followed by every process, told to nobody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select

from clinic.domain.errors import Forbidden, RuleBroken
from clinic.extensions import db
from clinic.mail.maildir import MaildirTransport
from clinic.mail.shut import ShutTransport
from clinic.mail.smtp import SmtpTransport
from clinic.models import AuditEvent, MailSetting, OutboxMessage
from clinic.services import mail_setup, practices
from clinic.services.mail_setup import MailServerDetails, MailSource
from clinic.services.outbox import promises as outbox
from clinic.services.sending import delivery
from clinic.services.sending.account import CANNOT_BE_READ, account, account_now
from clinic.services.transaction import transaction
from tests.factories.people import People
from tests.sink import running_sink

SECRET = "planted-7-herons"
DETAILS = MailServerDetails(
    "mail.example.com", 587, "starttls", "desk@harbour.example", SECRET, "us@harbour.example"
)


@pytest.fixture(autouse=True)
def alone(people: People) -> None:
    """Nobody else sends through this installation's server."""
    with transaction():
        people.elsewhere.is_demo = True


@pytest.fixture(autouse=True)
def as_it_was(app: Flask) -> Iterator[None]:
    """What a process has learned of the settings is forgotten with them."""
    names = ("mail_setup", "mail_account")
    before = {name: app.extensions[name] for name in names}
    yield
    app.extensions.update(before)


def save(people: People, details: MailServerDetails = DETAILS) -> None:
    practices.set_up_mail(people.actor(people.owner), details, "desk@harbour.example")


def another_key(app: Flask) -> None:
    """The installation starts with another CLINIC_SECRET_KEY."""
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], secret_key="another-secret-that-is-long-enough")
    app.extensions["mail_setup"] = mail_setup.MailSetup(MailSource.NONE, "no-reply@clinic.example")


def test_without_any_mail_is_kept_here(people: People) -> None:
    assert not mail_setup.current().leaves
    assert isinstance(account_now().transport, MaildirTransport)


def test_what_is_set_on_the_page_counts_at_once_and_for_a_running_worker(people: People) -> None:
    worker = account()
    save(people)
    setup = mail_setup.current()
    assert (setup.source, setup.mail_from, setup.leaves) == (MailSource.PAGE, "us@harbour.example", True)
    found = account_now()
    assert found is not worker
    assert isinstance(found.transport, SmtpTransport)
    assert (found.transport.server.host, found.transport.server.password) == ("mail.example.com", SECRET)
    assert account_now() is found

    mail_setup.forget(people.actor(people.owner))
    assert isinstance(account_now().transport, MaildirTransport)


def test_the_password_lies_sealed_and_stands_in_no_trail(people: People) -> None:
    save(people)
    assert SECRET not in db.session.scalars(select(MailSetting.sealed)).one()
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.action.startswith("mail.set_up"))).all()
    assert [event.action for event in events] == ["mail.set_up"]
    assert SECRET not in json.dumps(events[0].details)
    assert events[0].details["changed"]["server"] == ["", "mail.example.com:587"]
    assert SECRET not in repr(mail_setup.current())


def test_a_password_left_empty_stays_but_goes_to_no_other_server_or_user(people: People) -> None:
    save(people)
    kept = replace(DETAILS, password=None)
    save(people, replace(kept, port=465, security="implicit"))
    server = mail_setup.current().server
    assert server is not None
    assert (server.port, server.password) == (465, SECRET)
    for other in (replace(kept, host="mail.evil.example"), replace(kept, user="somebody@else.example")):
        with pytest.raises(RuleBroken) as refused:
            save(people, other)
        assert refused.value.field == "mail_password"
    assert mail_setup.current().server == server


def test_only_the_owner_sets_it(people: People) -> None:
    for user in (people.colleague, people.assistant, people.client_user):
        with pytest.raises(Forbidden):
            practices.set_up_mail(people.actor(user), DETAILS, "desk@harbour.example")
        with pytest.raises(Forbidden):
            mail_setup.forget(people.actor(user))
    assert not mail_setup.current().leaves


def test_where_several_practices_send_nobody_sets_it_for_all(people: People) -> None:
    with transaction():
        people.elsewhere.is_demo = False
    with pytest.raises(RuleBroken, match="Several practices share this installation"):
        save(people)


@pytest.mark.usefixtures("mail_server")
def test_the_environment_comes_first_and_is_not_changed_here(people: People) -> None:
    with pytest.raises(RuleBroken, match="CLINIC_SMTP_URL"):
        save(people)
    assert mail_setup.current().source is MailSource.ENVIRONMENT


def test_after_the_key_was_changed_mail_waits_and_says_why(people: People, app: Flask) -> None:
    save(people)
    before = app.config["SETTINGS"]
    another_key(app)
    try:
        setup = mail_setup.current()
        assert (setup.source, setup.leaves) == (MailSource.UNREADABLE, False)
        assert isinstance(account_now().transport, ShutTransport)
        with transaction():
            outbox.promise_test_mail(people.owner)
        delivery.run()
        mail = db.session.scalars(select(OutboxMessage)).one()
        assert (mail.state, mail.attempts) == ("ready", 0)
        assert account_now().paused
        save(people)
        assert mail_setup.current().source is MailSource.PAGE
        assert not account_now().paused
    finally:
        app.config["SETTINGS"] = before
    assert "CLINIC_SECRET_KEY" in CANNOT_BE_READ


def test_mail_goes_out_through_the_server_of_the_page_with_its_sender(people: People) -> None:
    with running_sink(keep=True) as sink:
        save(people, MailServerDetails("127.0.0.1", sink.port, "none", "", None, "us@harbour.example"))
        with transaction():
            outbox.promise_test_mail(people.owner)
        delivery.run()
        (mail,) = sink.messages
    assert b"us@harbour.example" in mail
    assert b"Reply-To: Harbour Chiropractic <desk@harbour.example>" in mail
    row = db.session.scalars(select(OutboxMessage)).one()
    assert row.state == "sent"

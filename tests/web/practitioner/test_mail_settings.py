"""The page on which an owner sets up mail, and what the server answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from sqlalchemy import select

from clinic.extensions import db
from clinic.models import AuditEvent, MailSetting, Practice
from clinic.services import mail_setup
from clinic.services.sending import delivery
from clinic.services.transaction import transaction
from tests.factories.people import People
from tests.sink import Rule, running_sink
from tests.visitor import Visitor
from tests.web.public.test_first_visit import FORM as SET_UP

Visit = Callable[..., Visitor]
PAGE = "/practice/mail"
SECRET = "planted-7-herons"
TYPED = {
    "mail_host": "mail.harbour.example",
    "mail_security": "starttls",
    "mail_user": "desk@harbour.example",
    "mail_password": SECRET,
    "mail_sender": "desk@harbour.example",
    "reply_to": "hello@harbour.example",
}


@pytest.fixture(autouse=True)
def as_it_was(app: Flask) -> Iterator[None]:
    """What the process learned of the settings is forgotten with them."""
    before = {name: app.extensions[name] for name in ("mail_setup", "mail_account")}
    yield
    app.extensions.update(before)


@pytest.fixture
def owner(people: People, visit: Visit) -> Visitor:
    """The owner of the only practice here."""
    with transaction():
        people.elsewhere.is_demo = True
    return visit(people.owner)


def at(port: int, **typed: str) -> dict[str, str]:
    """The form for a server on this machine."""
    local = {"mail_host": "127.0.0.1", "mail_port": str(port), "mail_security": "none"}
    return {**TYPED, "mail_user": "", "mail_password": "", **local, **typed}


def test_it_is_set_shown_and_its_password_never_seen_again(people: People, owner: Visitor) -> None:
    owner.post(PAGE, TYPED, status=303)
    page = owner.get(PAGE).text
    assert 'value="mail.harbour.example"' in page
    assert "Left empty: the one that is set stays." in page
    assert SECRET not in page
    assert SECRET not in db.session.scalars(select(MailSetting.sealed)).one()
    assert not [event for event in db.session.scalars(select(AuditEvent)) if SECRET in str(event.details)]
    db.session.refresh(people.practice)
    assert people.practice.email == "hello@harbour.example"
    server = mail_setup.current().server
    assert server is not None
    assert (server.port, server.security, server.password) == (587, "starttls", SECRET)


def test_every_problem_is_named_at_once(owner: Visitor) -> None:
    wrong = {
        "mail_host": "smtp://mail.example",
        "mail_port": "99999",
        "mail_security": "starttls",
        "mail_user": "",
        "mail_password": SECRET,
        "mail_sender": "nobody",
        "reply_to": "",
    }
    page = owner.post(PAGE, wrong, status=422).text
    summary = page.split("There is a problem")[1].split("</ul>")[0]
    for name in ("mail_host", "mail_port", "mail_user", "mail_sender", "reply_to"):
        assert f'href="#{name}"' in summary
    assert SECRET not in page


def test_a_password_does_not_travel_in_the_clear(owner: Visitor) -> None:
    page = owner.post(PAGE, {**TYPED, "mail_security": "none"}, status=422).text
    assert "the password would travel for everybody to read" in page
    owner.post(PAGE, {**TYPED, "mail_security": "none", "mail_host": "localhost"}, status=303)


def test_only_the_owner_opens_it(people: People, owner: Visitor, visit: Visit) -> None:
    for user in (people.colleague, people.assistant, people.client_user):
        visit(user).get(PAGE, status=404)
        visit(user).post(PAGE, TYPED, status=404)
        visit(user).post(f"{PAGE}/forget", status=404)
    assert "/practice/mail" not in visit(people.colleague).get("/practice").text


@pytest.mark.usefixtures("mail_server")
def test_what_the_environment_says_is_shown_and_not_set_here(people: People, owner: Visitor) -> None:
    page = owner.get(PAGE).text
    assert "mail.clinic.example, port 587" in page
    assert "CLINIC_SMTP_URL" in page
    assert 'name="mail_host"' not in page
    owner.post(PAGE, {"reply_to": "hello@harbour.example", "mail_host": "mail.evil.example"}, status=303)
    db.session.refresh(people.practice)
    assert people.practice.email == "hello@harbour.example"
    assert db.session.scalars(select(MailSetting)).all() == []


def test_a_test_mail_tells_what_the_server_said(owner: Visitor) -> None:
    with running_sink() as sink:
        owner.post(PAGE, at(sink.port), status=303)
        owner.post("/practice/test-mail", status=303)
        assert "The mail server answers. A test mail to" in owner.get(PAGE).text
        assert "A test mail waits since" in owner.get(PAGE).text
        delivery.run()
    page = owner.get(PAGE).text
    assert "The mail server took the last test mail on" in page
    assert "It said: 250" in page


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (Rule("connect", reply="554 5.7.1 go away"), "It said: 554 5.7.1 go away"),
        (Rule("connect", do="drop"), "The mail server could not be reached."),
    ],
)
def test_a_refusal_is_told_at_once_in_words(owner: Visitor, rule: Rule, said: str) -> None:
    with running_sink(rule) as sink:
        owner.post(PAGE, at(sink.port), status=303)
        owner.post("/practice/test-mail", status=303)
        page = owner.get(PAGE).text
    assert said in page
    assert "is on its way" not in page


def test_a_wrong_password_is_told_at_once_in_words(owner: Visitor) -> None:
    with running_sink(users={"desk": "right"}) as sink:
        owner.post(PAGE, at(sink.port, mail_user="desk", mail_password=SECRET), status=303)
        owner.post("/practice/test-mail", status=303)
        page = owner.get(PAGE).text
    assert "did not accept the user name and password" in page
    assert "It said: 535" in page
    assert SECRET not in page


def test_a_server_that_is_not_there_is_told(owner: Visitor) -> None:
    with running_sink() as sink:
        port = sink.port
    owner.post(PAGE, at(port), status=303)
    owner.post("/practice/test-mail", status=303)
    assert "The mail server could not be reached. Check its name and port." in owner.get(PAGE).text


def test_it_can_be_forgotten(owner: Visitor) -> None:
    owner.post(PAGE, TYPED, status=303)
    assert "Forget the mail server" in owner.get(PAGE).text
    owner.post(f"{PAGE}/forget", status=303)
    page = owner.get(PAGE).text
    assert "Mail is kept here from now on, not sent." in page
    assert not mail_setup.current().leaves


def test_the_first_visit_asks_for_mail_and_the_practices_address(app: Flask, visit: Visit) -> None:
    page = visit().get("/set-up").text
    assert 'name="mail_host"' in page
    assert "Without a mail server nothing is sent" in page
    typed = {**SET_UP, **{key: value for key, value in TYPED.items() if key != "reply_to"}}
    visit().post("/set-up", typed, status=303)
    practice = db.session.scalars(select(Practice)).one()
    assert practice.email == "nina@quay.example"  # nothing else was given: answers reach the owner
    server = mail_setup.current().server
    assert server is not None
    assert server.host == "mail.harbour.example"


def test_a_mail_server_that_cannot_be_is_told_at_the_first_visit(app: Flask, visit: Visit) -> None:
    page = visit().post("/set-up", {**SET_UP, "mail_host": "a b", "name": ""}, status=422).text
    summary = page.split("There is a problem")[1].split("</ul>")[0]
    for name in ("name", "mail_host", "mail_sender"):
        assert f'href="#{name}"' in summary

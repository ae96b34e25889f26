"""The address where mail servers hand in what came back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient

from clinic.domain.types import OutboxState
from clinic.extensions import db
from clinic.models import Client, OutboxMessage
from clinic.services import links
from clinic.services.outbox import promises as outbox
from clinic.services.transaction import transaction
from clinic.serving.arrival import LARGEST_MAIL
from clinic.web.api.bounces import SECRET_HEADER
from tests.factories.people import People
from tests.factories.returned import person, report

PATH = "/api/mail/bounces"


@pytest.fixture
def server(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def mail(people: People) -> OutboxMessage:
    with transaction():
        made = outbox.promise(people.practice.id, "invitation", "key", client_id=people.client.id)
        assert made is not None
        made.state, made.to_address = OutboxState.SENT, people.client.email
    return made


@pytest.fixture
def secret(app: Flask) -> dict[str, str]:
    return {SECRET_HEADER: app.config["SETTINGS"].bounce_secret}


def head(mail: OutboxMessage) -> str:
    return f"X-Mail-Mark: {links.mark_of(mail.id)}"


def test_a_report_is_taken_in(
    server: FlaskClient, mail: OutboxMessage, people: People, secret: dict[str, str]
) -> None:
    headers = {**secret, "Content-Type": "message/rfc822"}
    answer = server.post(PATH, data=report(head(mail), recipient=mail.to_address or ""), headers=headers)
    assert (answer.status_code, answer.text) == (200, "came back, there is no such mailbox\n")
    db.session.expire_all()
    assert db.session.get_one(Client, people.client.id).bounced_at is not None
    assert mail.state is OutboxState.FAILED


def test_whatever_else_comes_is_taken_and_does_nothing(server: FlaskClient, secret: dict[str, str]) -> None:
    answer = server.post(PATH, data=person("Hello"), headers=secret)
    assert (answer.status_code, answer.text) == (200, "not a report: nothing to do\n")


@pytest.mark.parametrize("given", ["", "wrong", "é", "a-secret-for-what-comes-back-to-u"])
def test_without_the_secret_nothing_is_taken(
    server: FlaskClient, mail: OutboxMessage, people: People, given: str
) -> None:
    headers = {SECRET_HEADER: given} if given else {}
    assert server.post(PATH, data=report(head(mail)), headers=headers).status_code == 403
    db.session.expire_all()
    assert mail.state is OutboxState.SENT


def test_where_no_secret_is_set_there_is_no_such_address(app: Flask, mail: OutboxMessage) -> None:
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, bounce_secret=None)
    try:
        for headers in ({}, {SECRET_HEADER: ""}, {SECRET_HEADER: "None"}):
            answer = app.test_client().post(PATH, data=report(head(mail)), headers=headers)
            assert answer.status_code == 404
    finally:
        app.config["SETTINGS"] = before


def test_a_mail_that_is_being_sent_is_asked_for_again(
    server: FlaskClient, mail: OutboxMessage, secret: dict[str, str]
) -> None:
    with transaction():
        mail.state = OutboxState.LEASED
    answer = server.post(PATH, data=report(head(mail)), headers=secret)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "60")


@pytest.mark.parametrize("body", [b"", b" \r\n"])
def test_nothing_is_not_a_mail(server: FlaskClient, secret: dict[str, str], body: bytes) -> None:
    assert server.post(PATH, data=body, headers=secret).status_code == 422


def test_a_mail_without_end_is_refused(server: FlaskClient, secret: dict[str, str]) -> None:
    assert server.post(PATH, data=b"x" * (LARGEST_MAIL + 1), headers=secret).status_code == 413


def test_looking_is_not_possible(server: FlaskClient, secret: dict[str, str]) -> None:
    assert server.get(PATH, headers=secret).status_code == 405


def test_an_answer_that_nobody_would_read_is_refused(server: FlaskClient, secret: dict[str, str]) -> None:
    answer = server.post(PATH, data=person("Re: How is it going?"), headers=secret)
    assert answer.status_code == 422
    assert "Please write to your practice" in answer.text

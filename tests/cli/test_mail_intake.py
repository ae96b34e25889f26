"""`clinic mail intake`: what a mail server is told about each mail it hands over."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError

from clinic.domain.types import OutboxState
from clinic.extensions import db
from clinic.models import OutboxMessage
from clinic.services import links
from clinic.services.outbox import promises as outbox
from clinic.services.sending import intake as mail_intake
from clinic.services.transaction import transaction
from tests.factories.people import People
from tests.factories.returned import person, report


@pytest.fixture
def mail(people: People) -> OutboxMessage:
    with transaction():
        made = outbox.promise(people.practice.id, "invitation", "key", client_id=people.client.id)
        assert made is not None
        made.state, made.to_address = OutboxState.SENT, people.client.email
    return made


def raw(mail: OutboxMessage) -> bytes:
    return report(f"X-Mail-Mark: {links.mark_of(mail.id)}", recipient=mail.to_address or "")


def test_a_report_from_a_pipe_or_a_file_is_taken_in(app: Flask, mail: OutboxMessage, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    piped = runner.invoke(args=["mail", "intake"], input=raw(mail))
    assert (piped.exit_code, piped.output) == (0, f"came back, there is no such mailbox ({mail.id})\n")
    db.session.expire_all()
    assert mail.state is OutboxState.FAILED
    file = tmp_path / "mail"
    file.write_bytes(person("Hello"))
    read = runner.invoke(args=["mail", "intake", str(file)])
    assert (read.exit_code, read.output) == (0, "not a report: nothing to do\n")


@pytest.mark.parametrize("nonsense", [b"", b"\x00\xff", b"Content-Type: multipart/report\r\n\r\n"])
def test_whatever_comes_counts_as_delivered(app: Flask, nonsense: bytes) -> None:
    assert app.test_cli_runner().invoke(args=["mail", "intake"], input=nonsense).exit_code == 0


def test_a_mail_that_is_being_sent_is_asked_for_again(app: Flask, mail: OutboxMessage) -> None:
    with transaction():
        mail.state = OutboxState.LEASED
    told = app.test_cli_runner().invoke(args=["mail", "intake"], input=raw(mail))
    assert told.exit_code == os.EX_TEMPFAIL


def test_a_database_that_is_away_is_no_reason_to_lose_a_report(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_: bytes) -> None:
        raise OperationalError("", {}, ConnectionError())

    monkeypatch.setattr(mail_intake, "take_in", away)
    told = app.test_cli_runner().invoke(args=["mail", "intake"], input=b"x")
    assert told.exit_code == os.EX_TEMPFAIL

"""What the command line shows of the outbox: trouble in plain columns, and one client's ledger."""

from __future__ import annotations

import pytest
from flask import Flask

from clinic.domain.types import CheckinState, OutboxState, SkipReason
from clinic.mail.addresses import parse_address
from clinic.models import CheckinEvent, OutboxMessage, Program
from clinic.services.clients.identity import readdress
from clinic.services.clock import now
from clinic.services.outbox import promises as outbox
from clinic.services.transaction import transaction
from clinic.services.upkeep import heartbeats
from tests.factories.checkins import enrol, sent_checkin
from tests.factories.people import People


@pytest.fixture
def program(people: People) -> Program:
    return enrol(people)


def show(app: Flask, *options: str):
    return app.test_cli_runner().invoke(args=["outbox", "show", *options])


def mail(program: Program, state: OutboxState, reason: str = "") -> OutboxMessage:
    with transaction():
        made = outbox.promise(program.practice_id, "checkin", f"{state.value}", client_id=program.client_id)
        assert made is not None
        made.state, made.reason = state, reason
    return made


def test_an_outbox_without_trouble_says_so(app: Flask, people: People) -> None:
    assert show(app).output == "Nothing waits, is in doubt or has failed lately.\n"


def test_what_waits_is_in_doubt_or_failed_stands_there_with_its_reason(app: Flask, program: Program) -> None:
    mail(program, OutboxState.READY)
    mail(program, OutboxState.IN_DOUBT, "the server closed the connection")
    mail(program, OutboxState.FAILED, "550 no such user")
    mail(program, OutboxState.SENT)
    heartbeats.beat(heartbeats.MAIL_SERVER, "refused at auth 535: wrong password")
    head, *lines = show(app).output.splitlines()
    assert head.split() == ["MAIL", "DUE", "(UTC)", "STATE", "KIND", "TRIES", "WHY"]
    told = "\n".join(lines)
    for words in ("waiting", "in doubt", "the server closed the connection", "failed", "550 no such user"):
        assert words in told
    assert len(lines) == 3 + 2  # three mails, the sums and the server
    assert "1 waiting, 1 in doubt, 1 failed" in told
    assert "535: wrong password" in told
    columns = {line.index("checkin") for line in lines[:3]}
    assert len(columns) == 1  # one below the other


def test_all_shows_what_was_sent_as_well(app: Flask, program: Program) -> None:
    sent = mail(program, OutboxState.SENT)
    assert str(sent.id) not in show(app).output
    assert str(sent.id) in show(app, "--all").output
    assert str(sent.id) in show(app, "--state", "sent").output


@pytest.mark.parametrize(
    "spelled",
    ["ada@bücher.example", " Ada@BÜCHER.Example ", "ada@xn--bcher-kva.example", "ada@ｂücher.example"],
)
def test_a_client_is_found_by_any_spelling_of_their_address(
    app: Flask, people: People, program: Program, spelled: str
) -> None:
    with transaction():
        readdress(people.client, parse_address("ada@bücher.example"))
    shown = show(app, "--client", spelled)
    assert (shown.exit_code, str(people.client.id) in shown.output) == (0, True), shown.output


@pytest.mark.parametrize(
    "nobody", ["", "@", "ada", "ada@nowhere.example", "a@a..b", "\x01", "=?x?=@a.example"]
)
def test_an_address_that_is_none_is_nobodys(app: Flask, people: People, nobody: str) -> None:
    shown = show(app, "--client", nobody)
    assert shown.exit_code != 0
    assert "no client with this address" in shown.output


@pytest.mark.parametrize("by", ["email", "id"])
def test_a_clients_checkins_are_told_change_by_change(
    app: Flask, people: People, program: Program, by: str
) -> None:
    checkin = sent_checkin(program, state=CheckinState.SKIPPED, skip_reason=SkipReason.UNSUBSCRIBED)
    with transaction() as session:
        for state, reason in ((CheckinState.DUE, ""), (CheckinState.SKIPPED, "the client has unsubscribed")):
            session.add(
                CheckinEvent(
                    practice_id=program.practice_id,
                    checkin_id=checkin.id,
                    state=state,
                    reason=reason,
                    happened_at=now(),
                )
            )
    lines = show(app, "--client", str(getattr(people.client, by))).output.splitlines()
    assert lines[0].startswith(str(people.client.id))
    assert lines[1].endswith("weekly  skipped: the client has unsubscribed")
    assert [line.split()[2] for line in lines[2:]] == ["due", "skipped"]
    assert people.client.name not in "\n".join(lines)


def test_nobody_is_found_under_another_address(app: Flask, people: People) -> None:
    answer = show(app, "--client", "nobody@clients.example")
    assert answer.exit_code == 1
    assert "no client with this address" in answer.output

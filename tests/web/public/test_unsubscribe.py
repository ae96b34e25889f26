"""Stopping check-in mail: one press, one click, for good, and nothing from looking."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from clinic.domain.types import OutboxState
from clinic.extensions import db
from clinic.models import AuditEvent, Client, OutboxMessage
from clinic.services import links, outbox
from clinic.services.transaction import transaction
from tests.factories.people import People
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
BUTTON = {"stop": "Stop these mails"}


@pytest.fixture
def link(people: People) -> str:
    return f"/u/{links.sign_unsubscribe(people.client.id)}"


def is_stopped(people: People) -> bool:
    return db.session.get_one(Client, people.client.id).unsubscribed_at is not None


def promised(people: People, kind: str) -> OutboxMessage:
    with transaction():
        mail = outbox.promise(people.practice.id, kind, kind, client_id=people.client.id)
    assert mail is not None
    return mail


def test_looking_changes_nothing(people: People, visit: Visit, link: str) -> None:
    for _ in range(3):
        page = visit().get(link).get_data(as_text=True)
    visit().client.head(link)
    assert "Stop these mails" in page
    assert not is_stopped(people)


def test_the_button_stops_the_mail(people: People, visit: Visit, link: str) -> None:
    browser = visit()
    assert browser.post(link, BUTTON, status=303).location == link
    assert is_stopped(people)
    assert "Check-in mails are stopped" in browser.get(link).get_data(as_text=True)


def test_a_mail_programs_one_click_stops_it_without_a_token(people: People, visit: Visit, link: str) -> None:
    visit().post(link, ONE_CLICK, token=False, status=200)
    assert is_stopped(people)


@pytest.mark.parametrize(
    "body", [{}, {"a": "b"}, BUTTON, {"List-Unsubscribe": "Two-Clicks"}, ONE_CLICK | {"more": "x"}]
)
def test_a_blind_post_changes_nothing(people: People, visit: Visit, link: str, body: dict[str, str]) -> None:
    visit().post(link, body, token=False, status=400)
    assert not is_stopped(people)


def test_a_token_without_the_button_changes_nothing(people: People, visit: Visit, link: str) -> None:
    visit().post(link, {}, status=400)
    assert not is_stopped(people)


def test_waiting_check_ins_are_called_back_and_an_invitation_is_not(
    people: People, visit: Visit, link: str
) -> None:
    checkin, invitation = promised(people, "checkin"), promised(people, "invitation")
    visit().post(link, ONE_CLICK, token=False)
    assert db.session.get_one(OutboxMessage, checkin.id).state is OutboxState.CANCELLED
    assert db.session.get_one(OutboxMessage, invitation.id).state is OutboxState.READY


def test_it_is_audited_once_however_often_it_is_pressed(people: People, visit: Visit, link: str) -> None:
    for _ in range(3):
        visit().post(link, ONE_CLICK, token=False, status=200)
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "mail.unsubscribed")).all()
    assert [(event.client_id, event.actor_name) for event in events] == [(people.client.id, "Ada Northcote")]


def test_a_practitioners_open_edit_form_survives_it(people: People, visit: Visit, link: str) -> None:
    version = people.client.version
    visit().post(link, ONE_CLICK, token=False)
    assert db.session.get_one(Client, people.client.id).version == version


@pytest.mark.parametrize(
    "spoil", [lambda link: link[:-2] + "xx", lambda link: link.replace("/u/", "/u/x"), lambda _: "/u/none"]
)
def test_an_altered_link_does_nothing(
    people: People, visit: Visit, link: str, spoil: Callable[[str], str]
) -> None:
    assert "not complete" in visit().get(spoil(link), status=410).get_data(as_text=True)
    visit().post(spoil(link), ONE_CLICK, token=False, status=410)
    assert not is_stopped(people)


def test_only_the_client_can_begin_again_in_their_own_account(
    people: People, visit: Visit, link: str
) -> None:
    visit().post(link, BUTTON, status=303)
    browser = visit(people.client_user)
    assert "Get check-in mails again" in browser.get("/account/check-in-mail").get_data(as_text=True)
    browser.post("/account/check-in-mail/on", status=303)
    assert not is_stopped(people)
    browser.post("/account/check-in-mail/off", status=303)
    assert is_stopped(people)
    visit(people.colleague).post("/account/check-in-mail/on", status=404)
    visit(people.other_client_user).post("/account/check-in-mail/on", status=303)
    assert is_stopped(people)

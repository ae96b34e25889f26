"""Stopping check-in mail: one press, one click, for good, and nothing from looking."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from clinic.domain.errors import LinkProblem
from clinic.domain.notices import NoticeKind
from clinic.domain.types import MailChannel, OutboxState
from clinic.extensions import db
from clinic.models import AuditEvent, Client, OutboxMessage, PracticeNotice
from clinic.services import links
from clinic.services.outbox import promises as outbox
from clinic.services.transaction import transaction
from tests.factories.mail import make_program, make_version, promise_checkin
from tests.factories.people import People
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
ONE_CLICK = {"List-Unsubscribe": "One-Click"}
BUTTON = {"stop": "Stop these mails"}
AGAIN = {"again": "Get these mails again"}


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


def test_waiting_checkins_are_called_back_and_an_invitation_is_not(
    people: People, visit: Visit, link: str
) -> None:
    with transaction():
        version = make_version(people.practice)
        checkin = promise_checkin(people.client, make_program(people.client, version, people.colleague))
    invitation, questions = promised(people, "invitation"), promised(people, "questionnaire")
    visit().post(link, ONE_CLICK, token=False)
    assert db.session.get_one(OutboxMessage, checkin.id).state is OutboxState.CANCELLED
    assert db.session.get_one(OutboxMessage, invitation.id).state is OutboxState.READY
    assert db.session.get_one(OutboxMessage, questions.id).state is OutboxState.READY
    visit().post(
        f"/u/{links.sign_unsubscribe(people.client.id, MailChannel.MESSAGES)}", ONE_CLICK, token=False
    )
    assert db.session.get_one(OutboxMessage, questions.id).state is OutboxState.CANCELLED


def test_it_is_audited_once_however_often_it_is_pressed(people: People, visit: Visit, link: str) -> None:
    for _ in range(3):
        visit().post(link, ONE_CLICK, token=False, status=200)
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "mail.unsubscribed")).all()
    assert [(event.client_id, event.actor_name) for event in events] == [(people.client.id, "Ada Northcote")]
    assert [each.kind for each in db.session.scalars(select(PracticeNotice))] == [NoticeKind.UNSUBSCRIBED]


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


def test_whoever_stopped_it_can_think_better_of_it_on_the_same_page(
    people: People, visit: Visit, link: str
) -> None:
    browser = visit()
    browser.post(link, BUTTON, status=303)
    assert "Get these mails again" in browser.get(link).get_data(as_text=True)
    browser.post(link, AGAIN, token=False, status=400)
    browser.post(link, BUTTON | AGAIN, status=400)
    assert is_stopped(people)
    browser.post(link, AGAIN, status=303)
    assert not is_stopped(people)
    events = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "mail.resubscribed")).all()
    assert [(event.client_id, event.actor_name) for event in events] == [(people.client.id, "Ada Northcote")]


def test_each_sort_of_mail_has_a_link_of_its_own(people: People, visit: Visit, link: str) -> None:
    other = f"/u/{links.sign_unsubscribe(people.client.id, MailChannel.MESSAGES)}"
    browser = visit()
    assert "Stop questionnaires by mail?" in browser.get(other).get_data(as_text=True)
    browser.post(other, BUTTON, status=303)
    client = db.session.get_one(Client, people.client.id, populate_existing=True)
    assert (client.messages_stopped_at is None, client.unsubscribed_at is None) == (False, True)
    assert "Stop check-in mails?" in browser.get(link).get_data(as_text=True)
    assert "Questionnaires by mail are stopped" in browser.get(other).get_data(as_text=True)
    browser.post(link, ONE_CLICK, token=False)
    client = db.session.get_one(Client, people.client.id, populate_existing=True)
    assert (client.messages_stopped_at is None, client.unsubscribed_at is None) == (False, False)


def test_links_from_before_there_were_sorts_of_mail_stop_checkins(people: People) -> None:
    bare = links._unsubscribe().dumps(people.client.id.hex)
    assert links.read_unsubscribe(bare) == (people.client.id, MailChannel.CHECKINS)
    for odd in ("x", "x" + people.client.id.hex, "mm" + people.client.id.hex, ["m"], 7):
        with pytest.raises(LinkProblem):
            links.read_unsubscribe(links._unsubscribe().dumps(odd))


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
    for choice, told in (("off", "Get questionnaires by mail again"), ("on", "Stop questionnaires by mail")):
        browser.post(f"/account/messages/{choice}", status=303)
        assert told in browser.get("/account/check-in-mail").get_data(as_text=True)
    assert is_stopped(people)
    visit(people.colleague).post("/account/check-in-mail/on", status=404)
    visit(people.other_client_user).post("/account/check-in-mail/on", status=303)
    assert is_stopped(people)

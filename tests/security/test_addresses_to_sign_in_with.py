"""Nobody signs in with an address before a link mailed to it was pressed, and nobody loses theirs unheard."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from clinic.extensions import db
from clinic.mail.addresses import parse_address
from clinic.mail.memory import MemoryTransport
from clinic.models import AuditEvent, AuthSession, OutboxMessage, User
from clinic.services.accounts import addresses
from clinic.services.accounts import signing_in as accounts
from clinic.services.clients import invitations
from clinic.services.clock import now
from clinic.services.sending import delivery
from clinic.services.sending.account import Account
from clinic.services.transaction import transaction
from tests.factories.mail import kept_mail
from tests.factories.people import PASSWORD, People, make_client, make_practice, make_user
from tests.visitor import Visitor
from tests.web.practitioner.test_routines import typed

Visit = Callable[..., Visitor]
GOOD = "seven grey herons over water"
NEW = "new@clients.example"


def sign_in(browser: Visitor, email: str, password: str = PASSWORD, **options: Any) -> Any:
    return browser.post("/sign-in", {"email": email, "password": password}, **options)


def change_address(browser: Visitor, people: People, email: str = NEW, status: int = 303) -> Any:
    path = f"/clients/{people.client.id}/edit"
    return browser.post(path, typed(browser.get(path)) | {"email": email}, status=status)


def account(people: People) -> User:
    return db.session.get_one(User, people.client_user.id, populate_existing=True)


def mails(kind: str) -> int:
    return db.session.scalar(select(func.count()).where(OutboxMessage.kind == kind)) or 0


def messages(kept: Account) -> list[Any]:
    assert isinstance(kept.transport, MemoryTransport)
    return list(kept.transport.messages)


def link_of(user: User) -> str:
    with transaction():
        return f"/address/{addresses.mint(user)}"


# --- M3: an assistant takes a client's account over


def test_an_assistant_does_not_change_the_address_a_client_signs_in_with(
    people: People, visit: Visit
) -> None:
    page = change_address(visit(people.assistant), people, status=422)
    assert "A practitioner or the owner changes it" in page.get_data(as_text=True)
    assert account(people).new_email is None
    assert people.client.email == people.client_user.email


def test_an_assistant_still_corrects_an_address_that_nobody_signs_in_with(
    people: People, visit: Visit
) -> None:
    other = make_client(people.practice, "Cora Lind", email="cora@clients.example")
    db.session.commit()
    browser, path = visit(people.assistant), f"/clients/{other.id}/edit"
    browser.post(path, typed(browser.get(path)) | {"email": NEW}, status=303)
    assert other.email == NEW


def test_a_new_address_opens_nothing_before_its_link_was_pressed(people: People, visit: Visit) -> None:
    old = people.client_user.email
    change_address(visit(people.colleague), people)
    sign_in(visit(), NEW, status=422)
    visit().post("/forgotten-password", {"email": NEW}, status=200)
    assert mails("password_reset") == 0
    sign_in(visit(), old, status=303)


def test_once_it_was_pressed_it_counts_alone_and_sessions_end(people: People, visit: Visit) -> None:
    old, browser = people.client_user.email, visit(people.client_user)
    with transaction():
        reset = accounts.mint_reset(people.client_user)
    change_address(visit(people.colleague), people)
    visit().get(f"/new-password/{reset}", status=410)
    link = link_of(account(people))
    assert NEW in visit().get(link).get_data(as_text=True)
    browser.get("/my")  # to look at the link changes nothing
    visit().post(link, status=303)
    visit().post(link, status=410)
    browser.get("/my", status=303)
    sign_in(visit(), old, status=422)
    sign_in(visit(), NEW, status=303)


def test_the_old_address_is_told_and_the_new_one_asked(app: Flask, people: People, visit: Visit) -> None:
    old = people.client_user.email
    change_address(visit(people.colleague), people)
    with kept_mail(app) as kept:
        delivery.run()
    sent = {mail["To"]: mail.get_body(("plain",)).get_content() for mail in messages(kept)}
    assert sent.keys() == {old, NEW}
    assert "Another email address" in sent[old]
    assert NEW not in sent[old]
    link = re.search(r"http://localhost(/address/[\w-]+)", sent[NEW])
    assert link
    visit().post(link[1], status=303)
    sign_in(visit(), NEW, status=303)


def test_the_old_address_is_told_even_if_the_new_one_was_quicker(
    app: Flask, people: People, visit: Visit
) -> None:
    old = people.client_user.email
    change_address(visit(people.colleague), people)
    visit().post(link_of(account(people)), status=303)
    with kept_mail(app) as kept:
        delivery.run()
    assert old in {mail["To"] for mail in messages(kept)}


def test_the_timeline_says_who_asked_for_it(people: People, visit: Visit) -> None:
    change_address(visit(people.colleague), people)
    visit().post(link_of(account(people)), status=303)
    page = visit(people.owner).get(f"/clients/{people.client.id}/timeline").get_data(as_text=True)
    assert "Address to sign in with is to change" in page
    assert "Address to sign in with proved by a mailed link" in page
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "address.change_begun")).one()
    assert event.actor_id == people.colleague.id


def test_whoever_changes_it_is_asked_again_and_what_was_typed_stays(people: People, visit: Visit) -> None:
    browser = visit(people.colleague)
    with transaction():
        db.session.execute(update(AuthSession).values(proven_at=now() - timedelta(minutes=11)))
    way = change_address(browser, people).location
    assert way.startswith("/still-you")
    assert account(people).new_email is None
    back = browser.post(way, {"password": PASSWORD}, status=303).location
    assert NEW in browser.get(back).get_data(as_text=True)


def test_going_back_to_the_old_address_ends_the_new_ones_link(people: People, visit: Visit) -> None:
    old, browser = people.client_user.email, visit(people.colleague)
    change_address(browser, people)
    link = link_of(account(people))
    change_address(browser, people, old)
    visit().get(link, status=410)
    sign_in(visit(), old, status=303)


def test_a_second_new_address_ends_the_first_ones_link(people: People, visit: Visit) -> None:
    browser = visit(people.colleague)
    change_address(browser, people, "first@clients.example")
    link = link_of(account(people))
    change_address(browser, people)
    visit().get(link, status=410)


def test_an_address_that_a_colleague_took_meanwhile_is_refused_at_the_link(
    people: People, visit: Visit
) -> None:
    change_address(visit(people.colleague), people)
    with transaction():
        other = db.session.get_one(User, people.assistant.id)
        other.email = other.email_key = NEW
    page = visit().post(link_of(account(people)), status=422)
    assert "Somebody signs in with this address already" in page.get_data(as_text=True)


# --- M2: an account of one's own under the victim's address


@pytest.fixture
def invited(people: People) -> Any:
    """A client without an address, and the link handed to them."""
    client = make_client(people.practice, "Cora Lind", email=None)
    db.session.commit()
    return client, f"/invitation/{invitations.hand_over(people.actor(people.colleague), client.id)[1]}"


def test_a_typed_address_signs_nobody_in_before_it_is_proved(
    people: People, visit: Visit, invited: Any
) -> None:
    victim = people.stranger.email
    browser = visit()
    page = browser.post(invited[1], {"email": victim, "password": GOOD, "consents": "y"}, status=303)
    browser.get(page.location)
    sign_in(visit(), victim, GOOD, status=422)
    sign_in(visit(), victim, status=303)  # the account that is really theirs
    user = db.session.scalars(
        select(User).where(User.practice_id == people.practice.id, User.email == victim)
    ).one()
    visit().post(link_of(user), status=303)
    sign_in(visit(), victim, GOOD, status=303)


def test_a_link_handed_over_proves_no_address_that_the_practice_typed(people: People, visit: Visit) -> None:
    client = make_client(people.practice, "Cora Lind", email="cora@clients.example")
    db.session.commit()
    link = f"/invitation/{invitations.hand_over(people.actor(people.colleague), client.id)[1]}"
    visit().post(link, {"password": GOOD}, status=303)
    sign_in(visit(), "cora@clients.example", GOOD, status=422)
    assert mails("address_proof") == 1


def test_a_mailed_invitation_proves_the_address_it_was_mailed_to(people: People, visit: Visit) -> None:
    client = make_client(people.practice, "Cora Lind", email="cora@clients.example")
    db.session.commit()
    with transaction():
        invitation = invitations.promise(people.actor(people.colleague), client)
        secret = invitations.mint_link(invitation)
    visit().post(f"/invitation/{secret}", {"password": GOOD}, status=303)
    sign_in(visit(), "cora@clients.example", GOOD, status=303)
    assert mails("address_proof") == 0


def test_many_unproved_accounts_do_not_crowd_out_the_proved_one(people: People, visit: Visit) -> None:
    victim = people.owner
    for number in range(4):
        practice = make_practice(f"Practice {number}")
        make_user(practice, email=victim.email, unproved_since=now()).created_at = now() - timedelta(days=999)
    db.session.commit()
    sign_in(visit(), victim.email, status=303)


def test_asking_for_a_new_password_with_an_unproved_address_mails_the_proof_once_more(
    people: People, visit: Visit, invited: Any
) -> None:
    visit().post(invited[1], {"email": NEW, "password": GOOD, "consents": "y"}, status=303)
    db.session.execute(update(OutboxMessage).values(state="sent"))
    db.session.commit()
    visit().post("/forgotten-password", {"email": NEW}, status=200)
    assert (mails("address_proof"), mails("password_reset")) == (2, 0)


def test_the_key_of_a_new_address_is_that_of_all_its_spellings(people: People, visit: Visit) -> None:
    change_address(visit(people.colleague), people, "New@Clients.Example")
    assert account(people).new_email_key == parse_address(NEW).key

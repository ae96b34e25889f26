"""Following an invitation: what its link shows, and that it works once."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from clinic.domain.errors import LinkProblem
from clinic.extensions import db
from clinic.models import AuthSession, Client, Invitation, User
from clinic.services.clients import invitations
from clinic.services.clients.invitations import Acceptance
from clinic.services.clock import now
from tests.factories.people import People, make_client, make_people
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
GOOD = "seven grey herons over water"


def text(answer: Any) -> str:
    """A page's words, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True)).split())


@pytest.fixture
def client(people: People) -> Client:
    """A client who is to be invited."""
    client = make_client(
        people.practice, "Cora Lind", email="cora@clients.example", reason_for_care="PLANTED pain"
    )
    db.session.commit()
    return client


@pytest.fixture
def link(people: People, client: Client) -> str:
    """The path of a link handed to the client."""
    return f"/invitation/{invitations.hand_over(people.actor(people.colleague), client.id)[1]}"


def test_the_link_shows_whom_it_is_for_and_no_more(link: str, visit: Visit) -> None:
    page = visit().get(link)
    assert "Hello Cora" in text(page)
    assert "Harbour Chiropractic has set up a page for you" in text(page)
    assert "PLANTED" not in page.text
    assert "Lind" not in page.text


def test_looking_at_a_link_uses_nothing_up(link: str, visit: Visit) -> None:
    for _ in range(3):
        visit().get(link)
        visit().client.head(link)
    visit().post(link, {"password": GOOD}, status=303)


def test_a_good_password_opens_the_client_s_first_page(client: Client, link: str, visit: Visit) -> None:
    browser = visit()
    answer = browser.post(link, {"password": GOOD}, status=303)
    assert answer.location == "/my"
    assert "Max-Age" not in answer.headers["Set-Cookie"]
    assert "Expires" not in answer.headers["Set-Cookie"]
    browser.get("/account")
    assert client.user_id is not None


def test_staying_signed_in_is_a_choice_of_one_s_own(link: str, visit: Visit) -> None:
    assert " checked" not in visit().get(link).text
    answer = visit().post(link, {"password": GOOD, "persistent": "y"}, status=303)
    assert "Expires=" in answer.headers["Set-Cookie"]
    assert db.session.scalars(select(AuthSession.persistent)).all() == [True]


@pytest.mark.parametrize("password", ["", "short", "Cora@clients.example", "x" * 300])
def test_a_password_that_will_not_do_is_explained_and_not_shown_again(
    link: str, visit: Visit, password: str
) -> None:
    page = visit().post(link, {"password": password}, status=422)
    assert "There is a problem" in text(page)
    assert f'value="{password}"' not in page.text or not password
    visit().post(link, {"password": GOOD}, status=303)


def test_consent_is_asked_for_only_where_it_is_missing(client: Client, link: str, visit: Visit) -> None:
    assert "I agree" not in text(visit().get(link))
    client.consented_at = client.consent_recorded_by = None
    db.session.commit()
    assert "I agree that Harbour Chiropractic keeps my health record" in text(visit().get(link))
    page = visit().post(link, {"password": GOOD}, status=422)
    assert "To go on, please tick that you agree." in text(page)
    visit().post(link, {"password": GOOD, "consents": "y", "mails": "y"}, status=303)
    db.session.refresh(client)
    assert client.consent_recorded_by == "Cora Lind"


def test_a_client_without_an_address_is_asked_for_one(people: People, visit: Visit) -> None:
    client = make_client(people.practice, "Dov Aster", email=None)
    db.session.commit()
    link = f"/invitation/{invitations.hand_over(people.actor(people.colleague), client.id)[1]}"
    assert "Enter your email address." in text(visit().post(link, {"password": GOOD}, status=422))
    taken = visit().post(link, {"password": GOOD, "email": people.other_client_user.email}, status=422)
    assert "cannot be used here" in text(taken)
    visit().post(link, {"password": GOOD, "email": "dov@clients.example"}, status=303)


def test_an_address_that_is_known_cannot_be_swapped(client: Client, link: str, visit: Visit) -> None:
    visit().post(link, {"password": GOOD, "email": "thief@clients.example"}, status=303)
    user = db.session.get_one(User, client.user_id)
    assert user.email == "cora@clients.example"


def test_a_used_link_says_so_and_shows_the_way_to_sign_in(link: str, visit: Visit) -> None:
    visit().post(link, {"password": GOOD}, status=303)
    for page in (visit().get(link, status=410), visit().post(link, {"password": GOOD}, status=410)):
        assert "This link has been used" in text(page)
        assert 'href="/sign-in"' in page.text


def test_expired_revoked_unknown_and_altered_links_say_what_happened(
    people: People, link: str, visit: Visit
) -> None:
    invitation = db.session.scalars(select(Invitation)).one()
    assert "We do not know this link" in text(visit().get(link[:-1] + "!", status=404))
    assert "We do not know this link" in text(visit().get(link[:-3], status=404))
    invitation.expires_at = now() - timedelta(seconds=1)
    db.session.commit()
    assert "This link has run out" in text(visit().get(link, status=410))
    invitation.revoked_at = now()
    db.session.commit()
    page = visit().post(link, {"password": GOOD}, status=410)
    assert "This link has been replaced" in text(page)
    assert "Cora" not in page.text


@pytest.mark.parametrize("who", ["colleague", "client_user"])
def test_somebody_else_who_is_signed_in_is_asked_to_sign_out_first(
    people: People, link: str, visit: Visit, who: str
) -> None:
    user = getattr(people, who)
    browser = visit(user)
    page = browser.get(link)
    assert f"You are signed in as {user.name}" in text(page)
    browser.post(link, {"password": GOOD}, status=200)  # no account is made over somebody's session
    assert db.session.scalars(select(Invitation.accepted_at)).all() == [None]
    answer = browser.post(link, {"leave": "y"}, status=303)
    assert answer.location == link
    assert "Hello Cora" in text(browser.get(link))
    browser.get("/account" if who == "client_user" else "/clients", status=303)


def test_the_form_needs_its_token(link: str, visit: Visit) -> None:
    visit().post(link, {"password": GOOD}, token=False, status=400)
    assert db.session.scalars(select(Invitation.accepted_at)).all() == [None]


def test_trying_without_end_is_stopped_for_a_while(link: str, visit: Visit) -> None:
    browser = visit()
    answers = {browser.post(link, {"password": "short"}).status_code for _ in range(35)}
    assert answers == {422, 429}


def test_of_twenty_at_once_exactly_one_makes_the_account(live_app: Flask) -> None:
    people = make_people()
    client = make_client(people.practice, "Cora Lind", email="cora@clients.example")
    db.session.commit()
    secret = invitations.hand_over(people.actor(people.colleague), client.id)[1]
    client_id = client.id
    db.session.remove()

    def accept(number: int) -> str:
        with live_app.app_context():
            try:
                invitations.accept(secret, Acceptance(f"{GOOD} {number}"))
            except LinkProblem as problem:
                return problem.kind.value
            return "accepted"

    with ThreadPoolExecutor(20) as pool:
        answers = sorted(pool.map(accept, range(20)))
    assert answers == ["accepted"] + ["used"] * 19
    accounts = select(func.count()).select_from(User).where(User.email_key == "cora@clients.example")
    assert db.session.scalar(accounts) == 1
    assert db.session.get_one(Client, client_id).user_id is not None
    assert db.session.scalar(select(func.count()).select_from(AuthSession)) == 1

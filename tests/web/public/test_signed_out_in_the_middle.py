"""A session ends while somebody types: what they typed waits for them, and for nobody else."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from wtforms import PasswordField

from clinic.extensions import db
from clinic.models import AuthSession, Client, KeptForm, User
from clinic.services.accounts import kept_forms
from clinic.services.clock import now
from clinic.services.transaction import transaction
from clinic.services.upkeep.housekeeping import tidy
from clinic.web import given_back
from clinic.web.forms.base import Form
from tests.factories.mail import make_program, make_version
from tests.factories.people import PASSWORD, People
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
NEW = {"name": "Nell Marsh", "time_zone": "Europe/London", "notes": "Came by bicycle.", "kind": "private"}


def end_sessions() -> None:
    with transaction():
        db.session.execute(update(AuthSession).values(ended_at=now()))


def sign_in(browser: Visitor, user: User) -> str:
    login = {"email": user.email, "password": PASSWORD}
    return str(browser.post("/sign-in", login, status=303).location)


def kept() -> int:
    return db.session.scalar(select(func.count()).select_from(KeptForm)) or 0


@pytest.fixture
def interrupted(people: People, visit: Visit) -> Visitor:
    """A practitioner's browser whose session ended while a client was being typed in."""
    browser = visit(people.colleague)
    end_sessions()
    assert browser.post("/clients/new", NEW, status=303).location == "/sign-in"
    return browser


def test_it_is_said_and_comes_back_filled_in_and_unsaved(people: People, interrupted: Visitor) -> None:
    assert "what you typed is here again" in interrupted.get("/sign-in").text
    way = sign_in(interrupted, people.colleague)
    assert way == "/clients/new"
    page = interrupted.get(way).text
    assert "Nell Marsh" in page
    assert "Came by bicycle." in page
    assert "is not saved yet" in page
    assert db.session.scalar(select(Client.id).where(Client.name == "Nell Marsh")) is None


def test_sending_it_again_saves_it_and_nothing_is_kept_any_more(people: People, interrupted: Visitor) -> None:
    sign_in(interrupted, people.colleague)
    interrupted.get("/clients/new")
    interrupted.post("/clients/new", NEW)
    assert kept() == 0
    assert "Came by bicycle." not in interrupted.get("/clients/new").text


@pytest.mark.parametrize(
    ("who", "page", "typed"),
    [
        ("client_user", "/my/log", {"outcome": "partly", "note": "Sore since the hill."}),
        ("client_user", "/warning-signs", {"signs": "cough"}),
        ("owner", "/practice/settings/name", {"name": "Sore since the hill."}),
        ("owner", "/practice/mail", {"mail_user": "Sore since the hill."}),
        ("owner", "/clients/{client}/edit", {"notes": "Sore since the hill."}),
    ],
)
def test_every_kind_of_form_keeps_what_was_typed(
    people: People, visit: Visit, who: str, page: str, typed: dict[str, str]
) -> None:
    with transaction():
        make_program(people.client, make_version(people.practice), people.owner)
        people.elsewhere.is_demo = True  # mail is set by the owner of the only practice
    user, page = getattr(people, who), page.format(client=people.client.id)
    browser = visit(user)
    end_sessions()
    browser.post(page, typed, status=303)
    back = browser.get(sign_in(browser, user)).text
    assert "is not saved yet" in back
    assert "Sore since the hill." in back or re.search(r'<input[^>]*"cough"[^>]*\bchecked', back)


def test_another_persons_sign_in_never_gets_it(people: People, interrupted: Visitor) -> None:
    assert sign_in(interrupted, people.owner) == "/today"
    assert "Came by bicycle." not in interrupted.get("/clients/new").text


def test_another_browser_of_the_same_person_does_not_get_it(
    people: People, interrupted: Visitor, visit: Visit
) -> None:
    assert "Came by bicycle." not in visit(people.colleague).get("/clients/new").text


def test_it_lies_in_the_database_sealed(people: People, interrupted: Visitor) -> None:
    row = db.session.scalars(select(KeptForm)).one()
    assert row.user_id == people.colleague.id
    assert "bicycle" not in row.sealed


def test_it_is_for_half_an_hour_and_tidied_away(people: People, interrupted: Visitor) -> None:
    with transaction():
        db.session.execute(update(KeptForm).values(expires_at=now() - timedelta(seconds=1)))
    assert sign_in(interrupted, people.colleague) == "/today"
    tidy(now())
    assert kept() == 0


def test_one_that_was_moved_to_somebody_else_does_not_open(people: People, interrupted: Visitor) -> None:
    row = db.session.scalars(select(KeptForm)).one()
    with transaction():
        db.session.execute(update(KeptForm).values(user_id=people.owner.id))
    from clinic.services.accounts.signing_in import actor_of

    assert kept_forms.give_back(actor_of(people.owner), row.id) is None


def test_passwords_are_not_kept(people: People, visit: Visit) -> None:
    browser = visit(people.colleague)
    end_sessions()
    browser.post("/your-account", {"current": PASSWORD, "password": "grey heron over the pond"}, status=303)
    sign_in(browser, people.colleague)
    assert "grey heron" not in browser.get("/your-account").text


def test_every_password_field_has_a_name_that_is_never_kept(app: Flask) -> None:
    def forms(kind: type[Form]) -> list[type[Form]]:
        return [kind, *(each for child in kind.__subclasses__() for each in forms(child))]

    fields = {
        name
        for kind in forms(Form)
        for name, field in vars(kind).items()
        if getattr(field, "field_class", None) is PasswordField
    }
    assert {"password", "current", "mail_password"} <= fields
    assert all(given_back.is_secret(name) for name in fields)


def test_a_button_without_a_page_is_pressed_once_more(people: People, visit: Visit) -> None:
    browser = visit(people.colleague)
    end_sessions()
    browser.post("/check-ins/preview/send", status=303)
    assert sign_in(browser, people.colleague) == "/sign-in/again"
    page = browser.get("/sign-in/again").text
    assert 'action="/check-ins/preview/send"' in page
    assert "Mail me the preview: not done yet" in page
    assert "Nothing has been done" in page


def test_a_forged_form_is_not_kept(people: People, visit: Visit) -> None:
    browser = visit(people.colleague)
    end_sessions()
    browser.post("/clients/new", NEW, status=400, token=False)
    assert kept() == 0


def test_what_a_script_sends_is_kept_by_its_page(people: People, visit: Visit) -> None:
    browser = visit(people.colleague)
    end_sessions()
    browser.post("/clients/new", NEW, status=303, headers={"Sec-Fetch-Mode": "cors"})
    assert kept() == 0


def test_somebody_whose_account_is_closed_leaves_nothing(people: People, visit: Visit) -> None:
    browser = visit(people.colleague)
    with transaction():
        db.session.execute(update(User).where(User.id == people.colleague.id).values(deactivated_at=now()))
    browser.post("/clients/new", NEW, status=303)
    assert kept() == 0

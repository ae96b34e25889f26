"""A passkey as the second step."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from clinic.extensions import db
from clinic.models import Passkey, User
from tests.factories.passkeys import SoftKey
from tests.factories.people import PASSWORD, People
from tests.factories.second_step import set_up_app
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
WAY, PAGE = "/sign-in/second-step", "/your-account/second-step"

NONSENSE = [
    "x", "{}", "[]", "null", '{"id": 7}', "{" * 5000, "x" * 30_000,
    "[" * 19_000, '{"id":' * 3_000, "[" * 9_000 + "]" * 9_000, r'{"id": "\u0000"}', r'{"id": "\ud800"}',
]  # fmt: skip


def password(browser: Visitor, user: User) -> None:
    answer = browser.post("/sign-in", {"email": user.email, "password": PASSWORD}, status=303)
    assert answer.location == WAY


def asked(browser: Visitor, path: str = f"{WAY}/passkey") -> Any:
    return browser.post(path, status=200).get_json()


@pytest.fixture
def key(people: People, visit: Visit) -> SoftKey:
    """A key that the practitioner has set up."""
    made, browser = SoftKey(), visit(people.colleague)
    answer = made.made(asked(browser, f"{PAGE}/passkey/new"))
    page = browser.post(f"{PAGE}/passkey", {"credential": answer}, status=200).get_data(as_text=True)
    assert len(re.findall(r"[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}-[A-Z2-9]{4}", page)) == 10
    browser.get("/today")
    return made


def test_it_signs_in_after_the_password(people: People, visit: Visit, key: SoftKey) -> None:
    browser = visit()
    password(browser, people.colleague)
    assert "Use a passkey" in browser.get(WAY).get_data(as_text=True)
    browser.post(WAY, {"credential": key.shown(asked(browser))}, status=303)
    browser.get("/today")


def test_an_answer_works_once(people: People, visit: Visit, key: SoftKey) -> None:
    browser, other = visit(), visit()
    password(browser, people.colleague)
    password(other, people.colleague)
    answer = key.shown(asked(browser))
    other.post(WAY, {"credential": answer}, status=422)
    browser.post(WAY, {"credential": answer}, status=303)
    browser.post("/sign-out", status=303)
    password(browser, people.colleague)
    browser.post(WAY, {"credential": answer}, status=422)


@pytest.mark.parametrize(
    "wrong",
    [
        SoftKey(origin="https://elsewhere.example"),
        SoftKey(host="elsewhere.example"),
        SoftKey(),  # a key that nobody has set up
    ],
    ids=["another origin", "another host", "another key"],
)
def test_a_wrong_answer_opens_nothing(people: People, visit: Visit, key: SoftKey, wrong: SoftKey) -> None:
    if wrong.origin != key.origin or wrong.host != key.host:
        wrong.id, wrong._key = key.id, key._key
    browser = visit()
    password(browser, people.colleague)
    browser.post(WAY, {"credential": wrong.shown(asked(browser))}, status=422)
    browser.get("/today", status=303)


@pytest.mark.parametrize("answer", NONSENSE)
def test_nonsense_is_refused_in_words(people: People, visit: Visit, key: SoftKey, answer: str) -> None:
    browser = visit()
    password(browser, people.colleague)
    asked(browser)
    page = browser.post(WAY, {"credential": answer}, status=422).get_data(as_text=True)
    assert "That passkey did not work" in page


@pytest.mark.parametrize("answer", NONSENSE)
def test_nonsense_sets_nothing_up(people: People, visit: Visit, answer: str) -> None:
    browser = visit(people.colleague)
    browser.post("/your-account/second-step/passkey", {"credential": answer}, status=303)
    assert "could not be set up" in browser.get("/your-account/second-step").text


def test_a_key_of_a_colleague_is_no_key(people: People, visit: Visit, key: SoftKey) -> None:
    set_up_app(people.owner)
    browser = visit()
    password(browser, people.owner)
    browser.post(WAY, {"credential": key.shown(asked(browser))}, status=422)


def test_a_copied_key_is_noticed(people: People, visit: Visit, key: SoftKey) -> None:
    for count, status in ((5, 303), (2, 422)):
        browser = visit()
        password(browser, people.colleague)
        key.count = count
        browser.post(WAY, {"credential": key.shown(asked(browser))}, status=status)


def test_it_works_however_many_codes_were_wrong(people: People, visit: Visit, key: SoftKey) -> None:
    browser = visit()
    password(browser, people.colleague)
    for number in range(6):
        browser.post(WAY, {"code": f"00000{number}"}, status=422)
    browser.post(WAY, {"credential": key.shown(asked(browser))}, status=303)


def test_it_answers_when_somebody_is_asked_again(people: People, visit: Visit, key: SoftKey) -> None:
    browser = visit()
    password(browser, people.colleague)
    browser.post(WAY, {"credential": key.shown(asked(browser))}, status=303)
    assert "Use a passkey" in browser.get("/still-you").get_data(as_text=True)
    answer = key.shown(asked(browser, "/still-you/passkey"))
    browser.post("/still-you", {"credential": answer}, status=303)


def test_the_last_way_is_not_forgotten_by_mistake(people: People, visit: Visit, key: SoftKey) -> None:
    browser = visit()
    password(browser, people.colleague)
    browser.post(WAY, {"credential": key.shown(asked(browser))}, status=303)
    first = db.session.scalars(select(Passkey.id)).one()
    browser.post(f"{PAGE}/passkey/forget", {"passkey": str(first)}, status=303)
    assert "only second step" in browser.get(PAGE).get_data(as_text=True)
    second = SoftKey()
    answer = second.made(asked(browser, f"{PAGE}/passkey/new"))
    browser.post(f"{PAGE}/passkey", {"credential": answer}, status=303)
    browser.post(f"{PAGE}/passkey/forget", {"passkey": str(first)}, status=303)
    assert db.session.scalars(select(Passkey.id)).one() != first


def test_nobody_is_asked_for_a_passkey_who_waits_for_nothing(people: People, visit: Visit) -> None:
    visit().post(f"{WAY}/passkey", status=303)
    visit().post("/still-you/passkey", status=303)

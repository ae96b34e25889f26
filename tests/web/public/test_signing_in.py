"""Signing in, out, and back in after a forgotten password."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from clinic.domain.errors import LinkProblem
from clinic.services.accounts import signing_in as accounts
from clinic.services.people import roles
from clinic.services.transaction import transaction
from tests.factories.people import PASSWORD, People
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
NEW_PASSWORD = "grey heron over the mill pond"


def sign_in(
    visitor: Visitor,
    email: str,
    password: str = PASSWORD,
    *,
    status: int | None = None,
    path: str = "/sign-in",
):
    return visitor.post(path, {"email": email, "password": password}, status=status)


def test_the_right_password_opens_the_first_page(people: People, visit: Visit) -> None:
    answer = sign_in(visit(), people.colleague.email, status=303)
    assert answer.location == "/today"


@pytest.mark.parametrize("email", ["nobody@people.example", "known"])
def test_a_wrong_password_and_an_unknown_address_get_the_same_page(
    people: People, visit: Visit, email: str
) -> None:
    address = people.colleague.email if email == "known" else email
    page = sign_in(visit(), address, "not the password at all", status=422).get_data(as_text=True)
    assert "do not belong together" in page
    assert "not the password" not in page


def test_the_address_is_found_however_its_letters_are_cased(people: People, visit: Visit) -> None:
    sign_in(visit(), people.colleague.email.upper(), status=303)


def test_a_closed_account_cannot_sign_in_and_is_signed_out_everywhere(people: People, visit: Visit) -> None:
    browser = visit(people.colleague)
    browser.get("/your-account")
    roles.close(people.actor(people.owner), people.colleague.id)
    browser.get("/your-account", status=303)
    sign_in(visit(), people.colleague.email, status=422)


def test_a_saved_cookie_is_worthless_after_sign_out(people: People, visit: Visit) -> None:
    browser, thief = visit(people.colleague), visit()
    with browser.client.session_transaction() as cookie, thief.client.session_transaction() as stolen:
        stolen.update(cookie)
    thief.get("/your-account")
    answer = browser.post("/sign-out", status=303)
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    thief.get("/your-account", status=303)


def test_signing_in_gives_a_new_session_and_keeps_nothing_of_the_one_before(
    people: People, visit: Visit
) -> None:
    browser = visit()
    with browser.client.session_transaction() as cookie:
        cookie["planted"] = "by an attacker"
        before = cookie["csrf_token"]
    sign_in(browser, people.colleague.email, status=303)
    with browser.client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie.get("csrf_token") != before


def test_a_form_without_its_token_is_refused(people: People, visit: Visit) -> None:
    visit().post("/sign-in", {"email": people.colleague.email, "password": PASSWORD}, token=False, status=400)


def test_a_form_with_another_sessions_token_is_refused(people: People, visit: Visit) -> None:
    other = visit()
    with other.client.session_transaction() as cookie:
        cookie["csrf_token"] = "f" * 40
    data = {"email": people.colleague.email, "password": PASSWORD, "csrf_token": other.token()}
    visit().post("/sign-in", data, status=400)


def test_a_form_from_another_site_is_refused(people: People, visit: Visit) -> None:
    visit().post("/sign-in", {"email": "a@b.example"}, headers={"Origin": "https://evil.example"}, status=400)


def test_signing_in_as_often_as_one_likes_uses_up_no_tries(people: People, visit: Visit) -> None:
    for _ in range(10):
        sign_in(visit(), people.colleague.email, status=303)


def test_after_eight_tries_the_ninth_has_to_wait_and_another_account_does_not(
    people: People, visit: Visit
) -> None:
    for _ in range(8):
        sign_in(visit(), people.colleague.email, "not the password at all", status=422)
    sign_in(visit(), people.colleague.email, status=429)
    sign_in(visit(), people.owner.email, status=303)


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example",
        "/\\evil.example",
        "/%09/evil.example",
        "/no-such-page",
        "javascript:alert(1)",
    ],
)
def test_signing_in_never_leads_to_another_site(people: People, visit: Visit, target: str) -> None:
    answer = visit().post(
        "/sign-in", {"email": people.colleague.email, "password": PASSWORD}, query_string={"next": target}
    )
    assert answer.location == "/today"


def test_signing_in_leads_back_to_the_page_that_was_asked_for(people: People, visit: Visit) -> None:
    browser = visit()
    asked = browser.get("/your-account", status=303)
    assert sign_in(browser, people.colleague.email, path=asked.location).location == "/your-account"


def reset_secret(people: People) -> str:
    with transaction():
        return accounts.mint_reset(people.colleague)


def test_a_reset_link_sets_a_new_password_once_and_signs_out_everywhere(people: People, visit: Visit) -> None:
    browser, secret = visit(people.colleague), reset_secret(people)
    visit().get(f"/new-password/{secret}")
    visit().post(f"/new-password/{secret}", {"password": NEW_PASSWORD}, status=303)
    browser.get("/your-account", status=303)
    visit().get(f"/new-password/{secret}", status=410)
    sign_in(visit(), people.colleague.email, NEW_PASSWORD, status=303)
    sign_in(visit(), people.colleague.email, PASSWORD, status=422)


def test_asking_again_ends_the_earlier_reset_link(people: People) -> None:
    first, second = reset_secret(people), reset_secret(people)
    with pytest.raises(LinkProblem):
        accounts.reset_subject(first)
    assert accounts.reset_subject(second).id == people.colleague.id


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("short", "at least 15"),
        ("passwordpassword", "Choose another"),
        ("aaaaaaaaaaaaaaaaaaaa", "repeats itself"),
    ],
)
def test_a_weak_new_password_is_refused_with_its_reason(
    people: People, visit: Visit, password: str, reason: str
) -> None:
    page = visit().post(f"/new-password/{reset_secret(people)}", {"password": password}, status=422)
    assert reason in page.get_data(as_text=True)


def test_a_known_and_an_unknown_address_get_the_same_answer_to_a_forgotten_password(
    people: People, visit: Visit
) -> None:
    pages = [
        visit().post("/forgotten-password", {"email": email}, status=200)
        for email in (people.colleague.email, "x@y.example")
    ]
    known, unknown = (page.get_data(as_text=True) for page in pages)
    assert known.replace(people.colleague.email, "x@y.example").split("<main")[1] == unknown.split("<main")[1]


def test_changing_the_password_spares_this_browser_and_ends_the_others(people: People, visit: Visit) -> None:
    here, there = visit(people.colleague), visit(people.colleague)
    here.post("/your-account", {"current": PASSWORD, "password": NEW_PASSWORD}, status=303)
    here.get("/your-account")
    there.get("/your-account", status=303)


def test_a_client_has_no_door_to_the_practitioners_pages(people: People, visit: Visit) -> None:
    visit(people.client_user).get("/practice", status=404)
    visit(people.colleague).get("/account", status=404)


def test_every_answer_carries_the_security_headers(people: People, visit: Visit) -> None:
    for path, status in (("/sign-in", 200), ("/no-such-page", 404), ("/your-account", 303)):
        headers = visit().get(path, status=status).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Cache-Control"] == "no-store"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_a_class_in_one_hall_signs_in_and_nobody_is_locked_out(people: People, visit: Visit) -> None:
    for _ in range(40):
        sign_in(visit(), people.colleague.email, status=303)
    sign_in(visit(), people.owner.email, status=303)


def test_who_has_to_wait_is_told_how_long(people: People, visit: Visit) -> None:
    for _ in range(8):
        sign_in(visit(), people.colleague.email, "not the password at all", status=422)
    answer = sign_in(visit(), people.colleague.email, status=429)
    assert 0 < int(answer.headers["Retry-After"]) <= 600
    minutes = -(-int(answer.headers["Retry-After"]) // 60)
    assert f"Try again in {minutes} minute" in answer.get_data(as_text=True)


def test_every_page_that_makes_somebody_wait_says_until_when(people: People, visit: Visit) -> None:
    for _ in range(8):
        visit().post("/forgotten-password", {"email": people.owner.email}, status=200)
    answer = visit().post("/forgotten-password", {"email": people.owner.email}, status=429)
    assert int(answer.headers["Retry-After"]) > 0
    own = {"current": "not the password at all", "password": NEW_PASSWORD}
    for _ in range(8):
        visit(people.colleague).post("/your-account", own, status=422)
    answer = visit(people.colleague).post("/your-account", own, status=429)
    assert int(answer.headers["Retry-After"]) > 0


USERNAME = re.compile(r"<input[^>]*autocomplete=\"username\"[^>]*>")


def test_a_password_manager_sees_whose_password_it_is(people: People, visit: Visit) -> None:
    with transaction():
        link = f"/new-password/{accounts.mint_reset(people.colleague)}"
    pages = (
        visit().get("/sign-in"),
        visit().get(link),
        visit(people.colleague).get("/your-account"),
        visit(people.client_user).get("/account"),
    )
    for page in pages:
        (field,) = USERNAME.findall(page.get_data(as_text=True))
        assert 'type="email"' in field
    assert people.client_user.email in field


def test_a_password_manager_finds_the_page_to_change_a_password(people: People, visit: Visit) -> None:
    here = "/.well-known/change-password"
    assert visit(people.colleague).get(here, status=303).location == "/your-account"
    assert visit(people.client_user).get(here, status=303).location == "/account"
    browser = visit()
    door = browser.get(here, status=303).location
    assert door.startswith("/sign-in?next=")
    answer = sign_in(browser, people.colleague.email, path=door, status=303)
    assert answer.location == here

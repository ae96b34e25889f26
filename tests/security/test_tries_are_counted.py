"""Tries at an account: counted from their beginning, for the account that is meant, wherever it is kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from limits.strategies import FixedWindowRateLimiter

from clinic.domain.types import Role
from clinic.extensions import db, limiter
from clinic.mail.addresses import parse_address
from clinic.services.accounts import passwords
from clinic.services.accounts import signing_in as accounts
from clinic.services.transaction import transaction
from clinic.web.forms.accounts import address_key
from clinic.web.tries_on_disk import TriesOnDisk
from tests.factories.people import PASSWORD, People, make_practice, make_user
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
WRONG = "not the password at all"

WIDE = {ord(sign): ord(sign) + 0xFEE0 for sign in "abcdefghijklmnopqrstuvwxyz"}
UNSEEN = list("\x00\x01\x08\x1f\x7f\x85\u200b\u200d\u2060\ufeff\u00ad\u202e")


def spellings(address: str) -> list[str]:
    """Fifty and more ways to write one address."""
    name, _, domain = address.partition("@")
    wide = f"{name}@{domain.translate(WIDE)}"
    ways = [address.upper(), f" {address} ", f"\t{address}", f"{name.title()}@{domain}", wide, wide.upper()]
    for sign in UNSEEN:
        ways += [sign + address, address + sign, f"{name}{sign}@{domain}", wide + sign, sign * 40 + address]
    return ways


@pytest.mark.parametrize("path", ["/sign-in", "/forgotten-password"])
def test_fifty_spellings_of_an_address_are_eight_tries(people: People, visit: Visit, path: str) -> None:
    ways = spellings(people.colleague.email)
    assert len(ways) >= 50
    for number, way in enumerate(ways):
        form = {"email": way, "password": WRONG}
        at = {"REMOTE_ADDR": f"192.0.2.{number}"}
        answer = visit().post(path, form, environ_overrides=at)
        assert (answer.status_code == 429) is (number >= 8), (number, way)


def test_what_cannot_be_seen_in_an_address_is_refused(people: People, visit: Visit) -> None:
    for number, sign in enumerate(UNSEEN):
        form = {"email": people.owner.email + sign, "password": PASSWORD}
        limiter.reset()
        visit().post("/sign-in", form, status=422, environ_overrides={"REMOTE_ADDR": f"192.0.2.{number}"})


@pytest.mark.parametrize("before", ["", "\x01", "\ufeff\u200b"])
def test_what_is_counted_is_what_is_looked_up(before: str) -> None:
    for typed in ("robin@ｈarbour.example", "ROBIN@harbour.EXAMPLE", "robin@harbour.example "):
        assert address_key(before + typed) == "robin@harbour.example" == parse_address(typed).key


def test_a_form_that_comes_as_json_is_no_form(people: People, visit: Visit) -> None:
    browser = visit()
    sent = {"email": people.owner.email, "password": PASSWORD, "csrf_token": browser.token()}
    for body in (sent, [sent], "words", 7, None):
        head = {"X-CSRFToken": browser.token()}
        assert browser.client.post("/sign-in", json=body, headers=head).status_code == 422


def test_what_worked_is_given_back_and_what_did_not_is_not(people: People, visit: Visit) -> None:
    for _ in range(20):
        visit().post("/sign-in", {"email": people.owner.email, "password": PASSWORD}, status=303)
    for _ in range(8):
        visit().post("/sign-in", {"email": people.owner.email, "password": WRONG}, status=422)
    visit().post("/sign-in", {"email": people.owner.email, "password": PASSWORD}, status=429)


def test_forty_tries_at_once_are_eight(live_app: Flask) -> None:
    limiter.reset()
    assert at_once(live_app, somebody()) == {422: 8, 429: 32}


def test_forty_tries_at_once_are_eight_while_the_broker_hangs(
    live_app: Flask, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    class Hanging(TriesOnDisk):
        STORAGE_SCHEME = None

        def incr(self, key: str, expiry: int, amount: int = 1) -> int:
            raise TimeoutError

        def check(self) -> bool:
            return False

    limiter.reset()
    monkeypatch.setattr(limiter, "_storage", Hanging(tmp_path / "none"))
    monkeypatch.setattr(limiter, "_limiter", FixedWindowRateLimiter(Hanging(tmp_path / "none")))
    monkeypatch.setattr(limiter, "_fallback_storage", None)
    monkeypatch.setattr(limiter, "_fallback_limiter", None)
    limiter.fall_back_on(TriesOnDisk(tmp_path / "tries.sqlite3"))
    try:
        assert at_once(live_app, somebody()) == {422: 8, 429: 32}
    finally:
        limiter._storage_dead = False


def somebody() -> str:
    """The address of somebody who may sign in."""
    with transaction():
        return make_user(make_practice(), Role.OWNER).email


def at_once(app: Flask, email: str) -> Counter[int]:
    """The statuses of forty wrong tries in the same moment, each from elsewhere."""
    db.session.remove()

    def press(number: int) -> int:
        with app.app_context():
            browser = Visitor(app)
            form = {"email": email, "password": WRONG, "csrf_token": browser.token()}
        at = {"REMOTE_ADDR": f"192.0.2.{number}"}
        answer = browser.client.post("/sign-in", data=form, environ_overrides=at)
        assert answer.status_code != 429 or int(answer.headers["Retry-After"]) > 0
        return answer.status_code

    with ThreadPoolExecutor(40) as pool:
        return Counter(pool.map(press, range(40)))


def test_two_processes_count_in_one_file(tmp_path: Path) -> None:
    one, other = (TriesOnDisk(tmp_path / "tries.sqlite3") for _ in range(2))
    assert [store.incr("a", 60) for store in (one, other, one)] == [1, 2, 3]
    assert other.incr("a", 60, -1) == 2 == one.get("a")
    assert one.incr("b", 0) == 1 == one.incr("b", 0)  # it is over at once
    one.clear("a")
    assert other.get("a") == 0
    assert (tmp_path / "tries.sqlite3").stat().st_mode & 0o077 == 0


def test_no_address_stands_in_the_names_of_limits(people: People, visit: Visit) -> None:
    for path in ("/sign-in", "/forgotten-password"):
        visit().post(path, {"email": people.owner.email, "password": WRONG})
    names = [str(name) for name in limiter.storage.storage]  # type: ignore[attr-defined]
    assert names
    for name in names:
        assert "@" not in name
        assert people.owner.email.partition("@")[0] not in name


def test_the_names_of_limits_are_another_installations_for_another_secret(app: Flask) -> None:
    from clinic.web.limits import _sealed

    first = _sealed("a@b.example")
    before = app.config["SETTINGS"]
    app.config["SETTINGS"] = replace(before, secret_key="another-secret-of-another-place-0")
    try:
        assert _sealed("a@b.example") != first
    finally:
        app.config["SETTINGS"] = before


def test_an_address_of_several_practices_costs_as_many_hashes_as_one_of_none(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction():
        twice = make_user(people.practice, Role.PRACTITIONER, email="twice@people.example")
        make_user(people.elsewhere, Role.PRACTITIONER, email="twice@people.example")
    spent: list[Any] = []
    real = passwords.matches
    monkeypatch.setattr(passwords, "matches", lambda *given: (spent.append(given), real(*given))[1])

    def hashes(address: str, password: str) -> int:
        spent.clear()
        accounts.sign_in(address, password, persistent=False)
        return len(spent)

    asked = {
        hashes(address, password)
        for address in (twice.email_key, people.owner.email_key, "nobody@people.example", "nonsense")
        for password in (WRONG, PASSWORD)
    }
    assert asked == {2}

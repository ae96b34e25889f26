"""Nobody keeps an owner out by trying passwords elsewhere, and no other account earns tries at theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from clinic.domain.types import Role
from clinic.extensions import db
from clinic.services.accounts import signing_in as accounts
from clinic.services.transaction import transaction
from tests.factories.people import PASSWORD, People, make_user
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
WRONG = "not the password at all"
GOOD = "seven grey herons over water"


def sign_in(browser: Visitor, email: str, password: str = PASSWORD, **options: Any) -> Any:
    return browser.post("/sign-in", {"email": email, "password": password}, **options)


def from_somewhere(number: int) -> dict[str, Any]:
    """An address of its own for each try: whoever attacks has many."""
    return {"environ_overrides": {"REMOTE_ADDR": f"10.1.{number // 250}.{number % 250 + 1}"}}


def attack(visit: Visit, email: str, clock: Any, path: str = "/sign-in", tries: int = 40) -> None:
    """As many wrong tries as are taken, from many addresses, eight in ten minutes."""
    for number in range(tries):
        if number and number % 8 == 0:
            clock.shift(timedelta(minutes=10, seconds=1))
        form = {"email": email, "password": WRONG}
        assert visit().post(path, form, **from_somewhere(number)).status_code in (200, 422)


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(datetime(2026, 11, 28, 9, tzinfo=UTC), tick=False) as travelled:
        yield travelled


# --- M1: anybody keeps an owner off every new device for a day


def test_after_forty_tries_the_next_are_slow_and_not_for_tomorrow(
    people: People, visit: Visit, clock: Any
) -> None:
    attack(visit, people.owner.email, clock)
    clock.shift(timedelta(minutes=10, seconds=1))
    sign_in(visit(), people.owner.email, WRONG, status=422, **from_somewhere(900))
    answer = sign_in(visit(), people.owner.email, status=429, **from_somewhere(901))
    assert int(answer.headers["Retry-After"]) <= 1801
    clock.shift(timedelta(minutes=30, seconds=1))
    sign_in(visit(), people.owner.email, status=303, **from_somewhere(902))


def test_less_than_a_hundred_tries_are_taken_in_a_day(people: People, visit: Visit, clock: Any) -> None:
    taken = 0
    for number in range(24 * 6):
        for _ in range(2 if number > 5 else 8):
            answer = sign_in(visit(), people.owner.email, WRONG, **from_somewhere(number))
            taken += answer.status_code == 422
        clock.shift(timedelta(minutes=10))
    assert 40 < taken < 100


def test_a_known_browser_stands_outside_the_shared_budget(people: People, visit: Visit, clock: Any) -> None:
    own = visit()
    sign_in(own, people.owner.email, status=303)
    own.post("/sign-out", status=303)
    attack(visit, people.owner.email, clock)
    sign_in(visit(), people.owner.email, **from_somewhere(900))
    sign_in(own, people.owner.email, status=303)


def test_a_used_reset_link_makes_its_browser_known(people: People, visit: Visit, clock: Any) -> None:
    attack(visit, people.owner.email, clock)
    for _ in range(8):
        sign_in(visit(), people.owner.email, WRONG, **from_somewhere(900))
    with transaction():
        link = accounts.mint_reset(people.owner)
    new_device = visit()
    new_device.post(f"/new-password/{link}", {"password": GOOD}, status=303, **from_somewhere(901))
    sign_in(new_device, people.owner.email, GOOD, status=303, **from_somewhere(901))
    sign_in(visit(), people.owner.email, GOOD, status=429, **from_somewhere(902))


def test_asking_for_a_reset_is_slowed_down_and_not_shut(people: People, visit: Visit, clock: Any) -> None:
    attack(visit, people.owner.email, clock, "/forgotten-password")
    clock.shift(timedelta(minutes=10, seconds=1))
    ask = {"email": people.owner.email}
    visit().post("/forgotten-password", ask, status=200, **from_somewhere(900))
    visit().post("/forgotten-password", ask, status=429, **from_somewhere(901))
    clock.shift(timedelta(minutes=30, seconds=1))
    visit().post("/forgotten-password", ask, status=200, **from_somewhere(902))


# --- M2: fresh tries can be minted


def test_an_account_of_ones_own_earns_no_tries_at_another_of_the_same_address(
    people: People, visit: Visit, clock: Any
) -> None:
    victim = people.owner
    mine = make_user(people.elsewhere, Role.PRACTITIONER, email=victim.email)
    mine.password_hash = accounts.passwords.hashed(GOOD)
    db.session.commit()
    for number in range(5):  # as many as get to be known in a day
        browser = visit()
        sign_in(browser, victim.email, GOOD, status=303, **from_somewhere(number))
        browser.post("/sign-out", status=303)
        for _ in range(7):
            sign_in(browser, victim.email, WRONG, **from_somewhere(number))
        if number > 1:  # the guess that would have been right comes too late
            right = sign_in(browser, victim.email, PASSWORD, **from_somewhere(number))
            assert right.status_code != 303


def test_whoever_has_two_accounts_gets_into_both_in_one_browser(people: People, visit: Visit) -> None:
    mine = make_user(people.elsewhere, Role.PRACTITIONER, email=people.owner.email)
    mine.password_hash = accounts.passwords.hashed(GOOD)
    db.session.commit()
    browser = visit()
    for password in (PASSWORD, GOOD, PASSWORD, GOOD):
        sign_in(browser, people.owner.email, password, status=303)
        browser.post("/sign-out", status=303)


def test_an_account_gets_to_know_a_few_browsers_a_day(people: People, visit: Visit, clock: Any) -> None:
    def is_known(number: int) -> bool:
        browser = visit()
        sign_in(browser, people.owner.email, status=303, **from_somewhere(number))
        return browser.client.get_cookie("regroove-known") is not None

    assert [is_known(number) for number in range(7)] == [True] * 5 + [False] * 2
    clock.shift(timedelta(days=1, seconds=1))
    assert is_known(8)


def test_a_forged_name_is_no_name(people: People, visit: Visit, clock: Any) -> None:
    attack(visit, people.owner.email, clock, tries=8)
    browser = visit()
    browser.client.set_cookie("regroove-known", "WyJ4Il0.forged")
    sign_in(browser, people.owner.email, status=429, **from_somewhere(900))

"""A client's own phone keeps the moves, logs wait on it for a network, and signing out empties it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from clinic.extensions import db
from clinic.models import User
from clinic.services.accounts import sessions
from tests.journeys.installation import Installation
from tests.journeys.people import a_client
from tests.journeys.test_guided_practice import PHONE, SECOND, counted, looks_at, shown, starts

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser

KEPT = "async () => (await caches.keys()).length"
PAGE = "async () => Boolean(await (await caches.open('kept')).match('/my/kept'))"
TEXTS = """async () => {
  const cache = await caches.open('kept');
  const pages = await Promise.all((await cache.keys()).map(async (each) => (await cache.match(each)).text()));
  return pages.join(' ') + JSON.stringify({...localStorage}) + JSON.stringify({...sessionStorage});
}"""
IN_CHARGE = "() => navigator.serviceWorker.ready.then(() => Boolean(navigator.serviceWorker.controller))"


def keeps_moves(reader: Reader) -> None:
    """Says that the phone is their own, and waits until it has the moves."""
    reader.opens("/account/own-device")
    reader.presses("This is my own device")
    reader.sees("This device keeps your moves")
    reader.page.wait_for_function(PAGE)
    reader.page.wait_for_function(IN_CHARGE)


def goes(page: Page, address: str) -> None:
    """Without a network there is nothing to look at but what the phone keeps."""
    page.goto(address)
    expect(page.locator("h1")).to_have_text("Your moves")


def test_a_practice_without_a_network_is_sent_when_there_is_one(
    settled: Installation, sit_down: SitDown
) -> None:
    somebody = a_client(settled, "Nell Network")
    nell = sit_down("Nell", settled, **PHONE)
    page = nell.page
    starts(nell, somebody.email)
    assert page.evaluate(KEPT) == 0, "nothing is kept before she says so"
    keeps_moves(nell)
    kept = page.evaluate(TEXTS)
    assert "Hip hinge" in kept
    assert not any(words in kept for words in ("Nell", somebody.email, "Highest pain"))

    nell.context.set_offline(True)
    for address in ("/my/practise", "/my/program/1", "/my"):
        goes(page, address)
    page.clock.install()
    goes(page, "/my/practise")
    page.get_by_role("button", name="Begin").click()
    page.clock.run_for(200 * SECOND)
    shown(nell, "Hip hinge", "Move 2 of 2")
    page.locator("[data-key=stop]").click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-kept-said]")).to_have_text(
        "Kept on this device. It is sent as soon as there is a network."
    )
    looks_at(nell, "Kept")
    assert counted(settled, "Nell Network") == []
    nell.context.set_offline(False)
    expect(page.locator("[data-kept-said]")).to_contain_text("Saved for")
    assert (0, 8, 8) in counted(settled, "Nell Network")
    nell.opens("/my")
    nell.sees("Today: Partly done")

    nell.presses("Sign out")
    assert page.evaluate(KEPT) == 0
    assert page.evaluate("() => localStorage.length + sessionStorage.length") == 0
    nell.context.set_offline(True)
    with pytest.raises(Exception, match="ERR_INTERNET_DISCONNECTED"):
        page.goto("/my")
    nell.context.set_offline(False)


def test_a_phone_that_is_signed_out_from_elsewhere_forgets_the_moves(
    settled: Installation, sit_down: SitDown
) -> None:
    somebody = a_client(settled, "Lost Phoebe")
    phoebe = sit_down("Phoebe", settled, **PHONE)
    starts(phoebe, somebody.email)
    keeps_moves(phoebe)
    with settled.inside():
        user = db.session.query(User).filter_by(email=somebody.email).one()
        sessions.end_all(user)
        db.session.commit()
    phoebe.opens("/my")
    phoebe.is_at("/sign-in")
    phoebe.page.wait_for_function("async () => (await caches.keys()).length === 0")
    assert phoebe.page.evaluate("() => localStorage.length") == 0


def test_without_a_network_a_press_keeps_the_page(settled: Installation, sit_down: SitDown) -> None:
    somebody = a_client(settled, "Otto Offline")
    otto = sit_down("Otto", settled, **PHONE)
    starts(otto, somebody.email)
    otto.opens("/my/messages")
    otto.page.locator("textarea").first.fill("How long may it hurt?")
    otto.context.set_offline(True)
    otto.page.get_by_role("button", name="Send").first.click()
    expect(otto.page.get_by_role("alert").filter(has_text="There is no network")).to_be_visible()
    otto.page.get_by_role("link", name="Today").first.click()
    otto.is_at("/my/messages")
    assert otto.page.locator("textarea").first.input_value() == "How long may it hurt?"
    otto.context.set_offline(False)
    expect(otto.page.locator(".offline-note")).to_have_count(0)


def test_large_letters_strong_colours_and_the_left_hand_hold_on_a_small_phone(
    settled: Installation, sit_down: SitDown
) -> None:
    somebody = a_client(settled, "Lee Left")
    lee = sit_down("Lee", settled, **PHONE)
    starts(lee, somebody.email)
    lee.opens("/account/looks")
    for words, question in (("Very large", "text"), ("Strong", "colours"), ("My left hand", "hand")):
        lee.ticks(words, question=question)
    lee.presses("Save")
    for address in ("/my", "/my/program/1", "/my/practise"):
        lee.opens(address)
    lee.presses("Begin")
    keys = [
        lee.page.locator(f"[data-key={name}]").bounding_box() for name in ("stop", "sore", "back", "skip")
    ]
    places = [(round(box["y"]), box["x"]) for box in keys if box]
    assert places == sorted(places), "what is pressed in a hurry is nearest to the left thumb"
    looks_at(lee, "Left-handed")

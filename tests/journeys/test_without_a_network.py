"""A client's own phone keeps the moves, logs wait on it for a network and for whoever wrote them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select

from clinic.domain.types import LogOutcome
from clinic.extensions import db
from clinic.models import Client, PracticeLog, User
from clinic.services.accounts import sessions
from clinic.services.clock import today_in
from tests.journeys.installation import Installation
from tests.journeys.people import Somebody, a_client
from tests.journeys.test_guided_practice import PHONE, SECOND, counted, looks_at, shown, starts

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("cut_off")]

KEPT = "async () => (await caches.keys()).length"
NOTHING = "async () => (await caches.keys()).length === 0"
PAGE = "async () => Boolean(await caches.match('/my/kept'))"
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
    comes_true(reader.page, PAGE)
    comes_true(reader.page, IN_CHARGE)


def comes_true(page: Page, says: str) -> None:
    """Ask the page again and again; a promise that is waited for in the page counts as true at once."""
    for _ in range(100):
        if page.evaluate(says):
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"not within ten seconds: {says}")


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


def logs_the_day_before(reader: Reader) -> None:
    """A short log on the kept page, without a network; its phone's clock goes on for a day."""
    page = reader.page
    reader.context.set_offline(True)
    page.clock.install(time=datetime.now(UTC) - timedelta(days=1))
    goes(page, "/my")
    page.locator("label", has_text="Partly").first.click()
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-kept-said]")).to_contain_text("Kept on this device")
    page.clock.fast_forward(24 * 3600 * SECOND)


def is_signed_out_elsewhere(installation: Installation, somebody: Somebody) -> None:
    with installation.inside():
        user = db.session.query(User).filter_by(email=somebody.email).one()
        sessions.end_all(user)
        db.session.commit()


def signs_in(reader: Reader, somebody: Somebody) -> None:
    reader.opens("/my")
    reader.is_at("/sign-in")
    comes_true(reader.page, NOTHING)
    reader.fills(email=somebody.email, password=somebody.password)
    reader.presses("Sign in", within="main")


def late(installation: Installation, somebody: Somebody) -> list[tuple[int, LogOutcome]]:
    """What came late: how many days ago it was, and what it says. Each move of a day has its line."""
    with installation.inside():
        rows = db.session.execute(
            select(PracticeLog.local_date, PracticeLog.outcome, PracticeLog.late_key, Client.time_zone)
            .join(Client, Client.id == PracticeLog.client_id)
            .where(Client.name == somebody.name, PracticeLog.late_key.is_not(None))
            .distinct()
        )
        return [((today_in(zone) - day).days, outcome) for day, outcome, _, zone in rows]


WAITS = "() => JSON.parse(localStorage.getItem('kept-logs') || '[]').length"


def test_what_waits_when_a_session_ends_is_sent_after_signing_in_again(
    settled: Installation, sit_down: SitDown
) -> None:
    somebody = a_client(settled, "Wanda Waits")
    wanda = sit_down("Wanda", settled, **PHONE)
    page = wanda.page
    starts(wanda, somebody.email)
    keeps_moves(wanda)
    logs_the_day_before(wanda)
    is_signed_out_elsewhere(settled, somebody)

    wanda.context.set_offline(False)
    expect(page.locator("[data-kept-said]")).to_contain_text("Sign in again, and what waits here is sent.")
    signs_in(wanda, somebody)
    expect(page.locator("[data-kept-said]")).to_contain_text("Saved for")
    assert page.evaluate(WAITS) == 0
    assert late(settled, somebody) == [(1, LogOutcome.PARTLY)]
    wanda.opens("/my")
    expect(page.locator("[data-kept-said]")).to_have_count(0)
    assert late(settled, somebody) == [(1, LogOutcome.PARTLY)]
    assert page.evaluate(KEPT) == 0, "the device is hers once she says so again"


def test_what_waits_for_one_person_is_not_sent_for_another_who_signs_in(
    settled: Installation, sit_down: SitDown
) -> None:
    first, second = a_client(settled, "Fay First"), a_client(settled, "Sam Second")
    phone = sit_down("Fay", settled, **PHONE)
    page = phone.page
    starts(phone, first.email)
    keeps_moves(phone)
    logs_the_day_before(phone)
    is_signed_out_elsewhere(settled, first)
    phone.context.set_offline(False)
    expect(page.locator("[data-kept-said]")).to_contain_text("Sign in again")
    held = str(page.evaluate("() => localStorage.getItem('kept-logs')"))
    with settled.inside():
        user = db.session.query(User).filter_by(email=first.email).one()
        assert not any(words in held for words in (user.id.hex, str(user.id), "Fay", first.email))

    signs_in(phone, second)
    phone.sees("Sam")
    expect(page.locator("[data-kept-said]")).to_have_count(0)
    assert page.evaluate("() => localStorage.length") == 0
    assert late(settled, first) == late(settled, second) == []


@pytest.mark.parametrize("sends", [True, False])
def test_signing_out_says_first_what_has_not_been_sent(
    settled: Installation, sit_down: SitDown, sends: bool
) -> None:
    somebody = a_client(settled, "Uma Unsent" if sends else "Una Unsent")
    uma = sit_down("Uma", settled, **PHONE)
    page = uma.page
    starts(uma, somebody.email)
    keeps_moves(uma)
    logs_the_day_before(uma)
    # the network is back, and breaks as the log is sent
    page.evaluate("() => { window.fetch = () => Promise.reject(new TypeError('cut')); }")
    uma.context.set_offline(False)
    comes_true(page, "() => navigator.onLine")
    uma.presses("Sign out")
    page.wait_for_url("**/my/kept/waiting**")
    uma.looks()
    uma.sees("1 log has not been sent yet. If this device forgets it now, it is lost.")
    assert page.evaluate(WAITS) == 1
    if sends:
        uma.presses("Send first")
        expect(page.locator("[data-all-sent]")).to_be_focused()
        uma.sees("All is sent.")
        page.locator("[data-all-sent]").get_by_role("button", name="Sign out").click()
    else:
        uma.presses("Sign out without sending")
    page.wait_for_url("**/sign-in")
    assert page.evaluate("() => localStorage.length + sessionStorage.length") == 0
    assert late(settled, somebody) == ([(1, LogOutcome.PARTLY)] if sends else [])


def test_a_phone_that_is_signed_out_from_elsewhere_forgets_the_moves(
    settled: Installation, sit_down: SitDown
) -> None:
    somebody = a_client(settled, "Lost Phoebe")
    phoebe = sit_down("Phoebe", settled, **PHONE)
    starts(phoebe, somebody.email)
    keeps_moves(phoebe)
    is_signed_out_elsewhere(settled, somebody)
    phoebe.opens("/my")
    phoebe.is_at("/sign-in")
    comes_true(phoebe.page, NOTHING)
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


SOON = 30_000  # ms: three pages come back at once
WEEK = "#this-week [aria-current=date] .visually-hidden"


@pytest.mark.parametrize("types", [False, True])
def test_a_page_that_is_open_shows_the_true_week_once_what_waited_is_sent(
    settled: Installation, sit_down: SitDown, types: bool
) -> None:
    somebody = a_client(settled, "Wim Week" if types else "Willa Week")
    willa = sit_down("Willa", settled, **PHONE)
    starts(willa, somebody.email)
    keeps_moves(willa)
    willa.opens("/my")
    today, history = willa.page, willa.context.new_page()
    history.goto("/my/history")
    for page, day in ((today, WEEK), (history, ".week-today .visually-hidden")):
        expect(page.locator(day).first).to_contain_text("still to come")
    if types:
        today.locator("label", has_text="Done").first.click()
    kept = willa.context.new_page()
    willa.context.set_offline(True)
    goes(kept, "/my")
    kept.locator("label", has_text="Partly").first.click()
    kept.get_by_role("button", name="Save").click()
    willa.context.set_offline(False)

    expect(today.locator(WEEK)).to_contain_text("partly done", timeout=SOON)
    expect(history.locator(".week-today .visually-hidden").first).to_contain_text("partly done", timeout=SOON)
    if types:
        assert today.get_by_label("Done", exact=True).is_checked(), "what somebody chose stays theirs"
    else:
        expect(today.locator("#how-it-went h2")).to_contain_text("Today: Partly done")
        willa.looks()

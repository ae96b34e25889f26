"""Guided practice on bad days: a phone that slept, another day, a pain without a network, no camera."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from clinic.domain.types import LogObstacle, LogOutcome
from clinic.extensions import db
from clinic.models import Client, PracticeLog, Prescription
from clinic.services.clock import today_in
from tests.journeys.installation import Installation
from tests.journeys.people import Somebody, a_client
from tests.journeys.test_guided_practice import PHONE, SECOND, counted, looks_at, shown, starts
from tests.journeys.test_without_a_network import goes, keeps_moves

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("cut_off")]

# As it is after a night: the practice that the tab holds is of the day before.
A_DAY_PASSES = """() => {
  const kept = JSON.parse(sessionStorage.getItem('practise')), day = new Date(kept.left.told.day + 'T12:00Z');
  day.setUTCDate(day.getUTCDate() - 1);
  kept.key = 'of yesterday';
  kept.left.at -= 24 * 3600 * 1000;
  kept.left.told.day = day.toISOString().slice(0, 10);
  sessionStorage.setItem('practise', JSON.stringify(kept));
}"""


def practises(reader: Reader, somebody: Somebody) -> None:
    reader.page.clock.install()
    starts(reader, somebody.email)
    reader.presses("Begin")


def told(installation: Installation, name: str) -> list[tuple[int, str, LogOutcome, LogObstacle | None]]:
    """What was logged: how many days ago, of which move, what it came to, what was in the way."""
    with installation.inside():
        rows = db.session.execute(
            select(PracticeLog, Prescription.content, Client.time_zone)
            .join(Prescription, Prescription.id == PracticeLog.prescription_id)
            .join(Client, Client.id == PracticeLog.client_id)
            .where(Client.name == name)
            .order_by(PracticeLog.local_date, Prescription.position)
        )
        return [
            ((today_in(zone) - log.local_date).days, content["name"], log.outcome, log.obstacle)
            for log, content, zone in rows
        ]


def test_a_phone_that_slept_has_not_practised(settled: Installation, sit_down: SitDown) -> None:
    somebody = a_client(settled, "Sloan Slept")
    sloan = sit_down("Sloan", settled, **PHONE)
    practises(sloan, somebody)
    sloan.page.clock.run_for(11 * SECOND)
    sloan.page.clock.fast_forward(600 * SECOND)
    sloan.page.clock.run_for(1 * SECOND)
    shown(sloan, "Small standing hip turns", "1 of 8", "Go on")
    expect(sloan.page.locator("[data-finish]")).to_be_hidden()


def test_too_sore_before_the_first_repetition_is_heard_from_whoever_goes_to_the_signs(
    settled: Installation, sit_down: SitDown
) -> None:
    somebody = a_client(settled, "Sid Signs")
    sid = sit_down("Sid", settled, **PHONE)
    practises(sid, somebody)
    sid.page.clock.run_for(3 * SECOND)
    sid.presses("Too sore")
    sid.presses("Look at the warning signs")
    sid.is_at("/warning-signs")
    sore, other = told(settled, "Sid Signs")
    assert sore == (0, "Small standing hip turns", LogOutcome.NOT_DONE, LogObstacle.HURTS)
    assert other[3] is None


def test_the_warning_signs_without_a_network_say_whom_to_call(
    settled: Installation, sit_down: SitDown
) -> None:
    somebody = a_client(settled, "Nico Numbers")
    nico = sit_down("Nico", settled, **PHONE)
    practises(nico, somebody)
    nico.context.set_offline(True)
    nico.page.locator("[data-key=sore]").click()
    nico.page.get_by_role("link", name="Look at the warning signs").click()
    note = nico.page.get_by_role("alert").filter(has_text="There is no network")
    expect(note).to_contain_text("call Harbour Chiropractic: 020 7946 0100")
    expect(note).to_contain_text("In an emergency, call 999.")
    expect(note).to_be_visible()
    nico.is_at("/my/practise")
    nico.context.set_offline(False)


def test_what_was_not_saved_the_day_before_is_saved_for_its_own_day(
    settled: Installation, sit_down: SitDown
) -> None:
    somebody = a_client(settled, "Yuri Yesterday")
    yuri = sit_down("Yuri", settled, **PHONE)
    practises(yuri, somebody)
    yuri.page.clock.run_for(31 * SECOND)
    yuri.presses("Too sore")
    yuri.presses("Stop for today")
    yuri.opens("/my")
    yuri.page.evaluate(A_DAY_PASSES)
    yuri.opens("/my/practise")
    expect(yuri.page.locator("[data-left]")).to_contain_text("You were in the middle of it. Saved for")
    yuri.sees("partly. That it hurt is saved, too.")
    looks_at(yuri, "Left from the day before")
    sore, other = told(settled, "Yuri Yesterday")
    assert sore == (1, "Small standing hip turns", LogOutcome.PARTLY, LogObstacle.HURTS)
    assert other[0] == 1
    assert counted(settled, "Yuri Yesterday") == [(0, 0, 0), (0, 2, 1)]
    yuri.opens("/my/practise")
    expect(yuri.page.locator("[data-left]")).to_be_hidden()
    assert yuri.page.evaluate("() => sessionStorage.length") == 0


def test_a_page_that_was_left_open_overnight_comes_anew_unless_somebody_typed(
    settled: Installation, sit_down: SitDown
) -> None:
    somebody = a_client(settled, "Ora Overnight")
    ora = sit_down("Ora", settled, **PHONE)
    page = ora.page
    page.clock.install()
    starts(ora, somebody.email)
    looks_again = "() => { window.isOld = true; document.dispatchEvent(new Event('visibilitychange')); }"
    for address, is_typed in (("/my", False), ("/my", True), ("/my/practise", False)):
        ora.opens(address)
        if is_typed:
            ora.ticks("Partly")
        page.evaluate(looks_again)
        page.wait_for_timeout(300)
        assert page.evaluate("() => window.isOld"), "it is the same day"
        page.clock.fast_forward(24 * 3600 * SECOND)
        page.evaluate(looks_again)
        if is_typed:
            page.wait_for_timeout(300)
            assert page.evaluate("() => window.isOld")
        else:
            page.wait_for_function("() => !window.isOld")


def test_what_an_own_device_kept_of_a_sore_move_is_told_when_there_is_a_network(
    settled: Installation, sit_down: SitDown
) -> None:
    somebody = a_client(settled, "Oona Own")
    oona = sit_down("Oona", settled, **PHONE)
    page = oona.page
    starts(oona, somebody.email)
    keeps_moves(oona)
    oona.context.set_offline(True)
    page.clock.install()
    goes(page, "/my/practise")
    page.get_by_role("button", name="Begin").click()
    page.clock.run_for(31 * SECOND)
    page.locator("[data-key=sore]").click()
    page.get_by_role("button", name="Stop for today").click()
    page.evaluate(
        "() => { delete crypto.randomUUID; crypto.randomUUID = undefined; }"
    )  # as on an older phone
    page.get_by_role("button", name="Save").click()
    expect(page.locator("[data-kept-said]")).to_contain_text("Kept on this device")
    oona.context.set_offline(False)
    expect(page.locator("[data-kept-said]")).to_contain_text("That it hurt is saved, too.")
    assert told(settled, "Oona Own")[0][2:] == (LogOutcome.PARTLY, LogObstacle.HURTS)
    assert not page.evaluate("() => localStorage.getItem('kept-logs')")


def test_a_camera_that_is_refused_or_taken_away_is_said(
    settled: Installation, sit_down: SitDown, with_a_camera: Browser
) -> None:
    somebody = a_client(settled, "Mira Mirror")
    mira = sit_down("Mira", settled, using=with_a_camera, **PHONE)
    practises(mira, somebody)
    note = mira.page.locator("[data-note]")
    mira.presses("Mirror")
    expect(note).to_have_text("The camera did not open. Go on without it.")
    mira.context.grant_permissions(["camera"])
    mira.presses("Mirror")
    expect(note).to_contain_text("Nothing is kept or sent.")
    looks_at(mira, "Mirror")
    mira.page.evaluate(
        """() => document.querySelector('[data-mirror] video').srcObject.getTracks()
        .forEach((track) => { track.stop(); track.dispatchEvent(new Event('ended')); })"""
    )
    expect(note).to_have_text("The camera was taken away. Go on without it.")
    expect(mira.page.locator("[data-mirror]")).to_be_hidden()

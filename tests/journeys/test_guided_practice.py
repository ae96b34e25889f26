"""Guided practice on a phone: a whole one, interrupted once; one that is too sore; one without script."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select

from clinic.domain.programs import ProgramChange
from clinic.domain.types import ProgramAction
from clinic.extensions import db
from clinic.models import Client, PracticeLog, Program, User
from clinic.services.actors import Actor
from clinic.services.clock import today_in
from clinic.services.programs import changing as program_changes
from tests.factories.people import PASSWORD
from tests.journeys.installation import Installation
from tests.journeys.people import OWNER, a_client

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser

PHONE: dict[str, Any] = {"viewport": {"width": 375, "height": 667}, "has_touch": True}
SECOND = 1000  # ms


def starts(reader: Reader, email: str) -> None:
    reader.opens("/sign-in")
    reader.fills(email=email, password=PASSWORD)
    reader.presses("Sign in", within="main")
    reader.presses("Start", within="main")


def looks_at(reader: Reader, state: str) -> None:
    """The checks of a page, in a state of the player."""
    reader.page.evaluate("(state) => { document.title = state; }", state)
    reader.looks()


def shown(reader: Reader, *words: str) -> None:
    for each in words:
        assert each in " ".join(reader.page.locator("[data-player]").inner_text().split())


def sizes(reader: Reader) -> dict[str, bool]:
    """Whether what is read from two metres away is large enough, and what is pressed with a thumb, too.

    On a phone of 160 px an inch small letters of 72 px are 5.7 mm high: 10 minutes of arc at two metres.
    """
    least = {"count": ("[data-count]", 72), "side": ("[data-side]", 60), "word": ("[data-word]", 44)}
    found = {
        name: reader.page.locator(f"[data-now] {where}").evaluate(
            "(part) => parseFloat(getComputedStyle(part).fontSize)"
        )
        >= pixels
        for name, (where, pixels) in least.items()
    }
    heights = reader.page.locator("[data-key]").evaluate_all(
        "(keys) => keys.map((key) => key.getBoundingClientRect().height)"
    )
    return {**found, "keys": min(heights) >= 56}


def is_in_sight(reader: Reader) -> dict[str, bool]:
    """What lies above the keys on a small phone whose text is twice as large."""
    page = reader.page
    page.set_viewport_size({"width": 320, "height": 600})
    page.evaluate("() => { document.documentElement.style.fontSize = '200%'; scrollTo(0, 0); }")
    ends = {
        name: page.locator(where).evaluate("(part) => part.getBoundingClientRect().bottom")
        for name, where in {"count": "[data-now] [data-count]", "side": "[data-now] [data-side]"}.items()
    }
    begin = page.locator(".player-keys").evaluate("(keys) => keys.getBoundingClientRect().top")
    page.evaluate("() => { document.documentElement.style.fontSize = ''; }")
    page.set_viewport_size(PHONE["viewport"])
    return {name: end <= begin for name, end in ends.items()}


def counted(installation: Installation, name: str) -> list[tuple[int | None, int | None, int | None]]:
    with installation.inside():
        rows = db.session.execute(
            select(PracticeLog.reps_both, PracticeLog.reps_left, PracticeLog.reps_right)
            .join(Client, Client.id == PracticeLog.client_id)
            .where(Client.name == name, PracticeLog.reps_both.is_not(None))
        )
        return sorted(tuple(row) for row in rows)


def test_a_whole_practice_goes_on_where_it_was_interrupted(settled: Installation, sit_down: SitDown) -> None:
    somebody = a_client(settled, "Gina Guided")
    gina = sit_down("Gina", settled, **PHONE)
    page = gina.page
    page.clock.install()
    starts(gina, somebody.email)
    gina.presses("Begin")
    shown(gina, "Small standing hip turns", "Move 1 of 2", "Get ready", "Stand tall")
    assert page.locator("#player-name").evaluate("(name) => name === document.activeElement")
    page.clock.run_for(11 * SECOND)
    shown(gina, "1 of 8", "Left", "Small and slow beats big")
    assert sizes(gina) == {"count": True, "side": True, "word": True, "keys": True}
    assert is_in_sight(gina) == {"count": True, "side": True}
    page.clock.run_for(20 * SECOND)
    page.keyboard.press(" ")
    shown(gina, "Right", "Go on")
    looks_at(gina, "Paused")

    kept = page.evaluate("() => sessionStorage.getItem('practise') + JSON.stringify({...localStorage})")
    assert not any(word in kept for word in ("Gina", "hinge", "turns", "pain", "Sit"))
    gina.opens("/my/practise")  # the phone had dropped the page
    gina.sees("You were in the middle of it.")
    gina.presses("Go on where you were")
    page.clock.run_for(100 * SECOND)
    shown(gina, "Hip hinge", "Move 2 of 2")
    page.clock.run_for(75 * SECOND)
    shown(gina, "Rest", "Next: round 2 of 2")
    looks_at(gina, "Rest")
    page.clock.run_for(130 * SECOND)
    gina.sees("What you did", "Small standing hip turns: left 8 of 8, right 8 of 8", "Hip hinge: 16 of 16")
    looks_at(gina, "Finished")
    assert page.locator("input[name=outcome]:checked").input_value() == "partly", "the turns come twice a day"
    gina.context.set_offline(True)
    page.get_by_role("button", name="Save").click()
    assert page.get_by_text("There is no network just now").is_visible()
    gina.context.set_offline(False)
    gina.presses("Save")
    gina.sees("Today: Partly done")
    assert counted(settled, "Gina Guided") == [(0, 8, 8), (16, 0, 0)]
    gina.presses("Start", within="main")
    gina.sees("Hip hinge is done for today")
    assert not page.locator("[data-kept]").is_visible()


def test_too_sore_offers_the_signs_and_an_easier_way_and_is_logged(
    settled: Installation, sit_down: SitDown
) -> None:
    somebody = a_client(settled, "Sora Stopped")
    sora = sit_down("Sora", settled, **PHONE)
    page = sora.page
    page.clock.install()
    starts(sora, somebody.email)
    sora.presses("Begin")
    page.clock.run_for(20 * SECOND)
    sora.presses("Too sore")
    shown(sora, "Stop this move", "Look at the warning signs")
    looks_at(sora, "Too sore")
    sora.presses("Do it an easier way")
    looks_at(sora, "Ways")
    sora.presses("Sit on a firm chair")
    page.clock.run_for(25 * SECOND)
    shown(sora, "Easier", "Sit on a firm chair")
    sora.presses("Too sore")
    sora.presses("Stop for today")
    sora.sees("What you did")
    ticked = page.locator("input:checked:not([data-signal])").evaluate_all(
        "(all) => all.map((each) => each.name + ' ' + each.parentElement.innerText.trim())"
    )
    assert ticked == [
        "outcome Partly",
        "hurting Small standing hip turns",
        "obstacle It hurts",
    ]
    told = json.loads(page.locator("input[name=practised]").input_value())
    assert told[0]["way"].startswith("Sit on a firm chair")
    sora.presses("Go on with it")
    sora.presses("Warning signs")  # what was done until then is logged on the way
    sora.is_at("/warning-signs")
    sora.does_not_see("Saved.")
    (turns, hinge) = counted(settled, "Sora Stopped")[::-1]
    assert turns[1] >= 2
    assert hinge == (0, 0, 0)
    sora.goes_back()
    assert page.get_by_role("button", name="Go on where you were").is_visible()
    sora.presses("Sign out")
    assert page.evaluate("() => sessionStorage.length") == 0


def test_without_a_script_it_is_a_list_with_times(settled: Installation, sit_down: SitDown) -> None:
    somebody = a_client(settled, "Lena List")
    lena = sit_down("Lena", settled, **PHONE, java_script_enabled=False)
    starts(lena, somebody.email)
    lena.sees("Get ready", "10 seconds", "Round 1 of 2: 8 times", "48 seconds", "Rest", "1 minute")
    assert not lena.page.locator("[data-player]").is_visible()
    assert not lena.page.locator("[data-begin]").is_visible()
    lena.ticks("Partly")
    lena.presses("Save")
    lena.sees("Today: Partly done")


def test_a_program_paused_in_the_middle_keeps_what_was_done(settled: Installation, sit_down: SitDown) -> None:
    somebody = a_client(settled, "Pia Paused")
    pia = sit_down("Pia", settled, **PHONE)
    page = pia.page
    page.clock.install()
    starts(pia, somebody.email)
    pia.presses("Begin")
    page.clock.run_for(31 * SECOND)
    page.keyboard.press(" ")
    with settled.inside():
        program = db.session.query(Program).join(Program.client).filter(Client.name == "Pia Paused").one()
        owner = db.session.query(User).filter_by(email=OWNER).one()
        away = ProgramChange(ProgramAction.PAUSE, today_in(program.client.time_zone), "Away for a while.")
        olive = Actor(owner.id, owner.practice_id, owner.role, owner.name)
        program_changes.change(olive, program.id, program.version, away)
    pia.opens("/my/practise")
    pia.sees("Your program is paused", "What you did", "Small standing hip turns: left 2 of 8, right 1 of 8")
    looks_at(pia, "Stopped in the middle")
    assert not page.get_by_role("button", name="Go on with it").is_visible()
    pia.presses("Save")
    pia.sees("What you did is kept.", "Your program is paused")
    assert counted(settled, "Pia Paused") == [(0, 0, 0), (0, 2, 1)]

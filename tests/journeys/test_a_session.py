"""A client asks for a session, takes one of the times out of somebody's hours, and is told of each change."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.journeys.installation import Installation
from tests.journeys.people import OWNER, a_client
from tests.journeys.test_a_pain_that_is_logged import PHONE, signs_in

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser

EVERY_DAY = "\n".join(f"{day} 9:00-12:00" for day in ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"))


def test_asked_offered_taken_and_called_off(settled: Installation, sit_down: SitDown) -> None:
    nora = a_client(settled, "Nora Vance")
    olive, client = sit_down("Olive", settled), sit_down("Nora", settled, **PHONE)
    signs_in(olive, OWNER)
    olive.opens("/your-account/hours")
    olive.writes("Hours of each week", EVERY_DAY)
    olive.writes("Video room", "https://meet.jit.si/HarbourStreet")
    olive.presses("Save")
    olive.sees("Saved.")

    signs_in(client, nora.email)
    client.opens("/my/appointments")
    client.presses("Ask for a session")
    client.ticks("By video")
    client.writes("What is it about?", "My knee clicks.")
    client.writes("Which times suit you?", "Any morning.")
    client.presses("Ask for it")
    client.sees("You have asked for a session.")

    olive.opens("/sessions")
    olive.presses("Offer times Nora Vance")
    olive.sees("My knee clicks.", "Any morning.")
    olive.page.get_by_role("checkbox").nth(4).check()
    olive.presses("Offer these times")
    olive.sees("The times are offered")

    client.opens("/my/appointments")
    client.page.get_by_role("button", name="Take this time").click()
    client.sees("The time is yours.", "Open the video room")
    client.page.get_by_role("link", name="I cannot come").click()
    client.writes("Why", "I am away.")
    client.presses("Call it off")
    client.sees("Called off. Your practice is told.", "I am away.")

    olive.opens("/sessions")
    olive.sees("Nobody asks for a session")

"""A client logs a pain of 9 and asks for a call: it arrives on Today, is read, called about and closed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.factories.people import PASSWORD
from tests.journeys.installation import Installation
from tests.journeys.people import OWNER, a_client

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

    SitDown = Callable[..., Reader]

pytestmark = pytest.mark.browser

PHONE = {"viewport": {"width": 375, "height": 720}}
WORDS = "Sharp pain down the left leg, please ring me."


def test_a_logged_pain_of_nine_is_read_called_about_and_closed(
    settled: Installation, sit_down: SitDown
) -> None:
    somebody = a_client(settled, "Ida Sharp", phone="07700 900123")
    ida = sit_down("Ida", settled, **PHONE)
    signs_in(ida, somebody.email)
    ida.opens("/my/log")
    ida.ticks("Partly")
    ida.ticks("9", question="pain")
    ida.fills(note=WORDS)
    ida.presses("Save")

    olive = sit_down("Olive", settled)
    signs_in(olive, OWNER)
    olive.opens("/today")
    olive.sees("Ida Sharp", "Logged pain 9", WORDS)
    call = olive.page.get_by_role("link", name="Call 07700 900123 Ida Sharp")
    assert call.get_attribute("href") == "tel:07700900123"
    olive.presses("Ida Sharp")
    olive.sees("Logged pain 9", WORDS, "07700 900123")

    olive.opens("/today")
    olive.opens_up("Note, snooze or hand to: Ida Sharp")
    olive.page.locator("details[open] input[name=note]").fill("Rang her, comes in at four.")
    olive.presses("Done with Ida Sharp")
    olive.sees("Marked as done.")
    olive.does_not_see("Logged pain 9")
    olive.presses("Undo")
    olive.sees("Taken back.", "Logged pain 9", WORDS)
    olive.presses("Done with Ida Sharp")
    olive.does_not_see("Logged pain 9")
    olive.opens("/clients?needs=attention")
    olive.does_not_see("Ida Sharp")


def signs_in(reader: Reader, email: str) -> None:
    reader.opens("/sign-in")
    reader.fills(email=email, password=PASSWORD)
    reader.presses("Sign in", within="main")

"""From the first visit to the first colleague: invited by mail, at work, handed a client, and gone again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from tests.journeys.installation import Installation, link_in, zone_in_the_middle_of_the_day
from tests.journeys.test_the_main_job import adds_a_client, sets_up_the_practice

if TYPE_CHECKING:
    from tests.journeys.reader import Reader

pytestmark = pytest.mark.browser

COLLEAGUE = "robin@harbour.example"
COLLEAGUES_PASSWORD = "six slow barges going north"


def test_from_the_set_up_to_the_first_colleague(
    untouched: Installation, sit_down: Callable[..., Reader]
) -> None:
    clinic, zone = untouched, zone_in_the_middle_of_the_day()
    olive = sit_down("Olive", clinic)
    robin = sit_down("Robin", clinic, java_script_enabled=False, viewport={"width": 375, "height": 720})

    # 1. Olive begins her practice, and reads what each role may do before she invites anybody
    olive.opens("/")
    sets_up_the_practice(olive, zone)
    olive.presses("Practice")
    olive.opens("/practice/people")
    olive.sees("What each role may do", "Sign assessments", "Olive Hart")

    # 2. She invites Robin by mail, forgets the address once, and sees the invitation wait
    olive.presses("Invite a colleague")
    olive.ticks("Practitioner")
    olive.presses("Send invitation")
    olive.sees("There is a problem", "Enter their email address")
    olive.fills(email=COLLEAGUE)
    olive.presses("Send invitation")
    olive.sees("kept here, not sent", f"{COLLEAGUE}, as practitioner")

    # 3. Robin follows the link on a phone without scripts, and is at work
    robin.opens(link_in(clinic.mail_to(COLLEAGUE), "/colleague/"))
    robin.sees("You are invited as practitioner", COLLEAGUE)
    robin.fills(name="Robin Vale", password="short")
    robin.presses("Begin")
    robin.sees("There is a problem")
    robin.fills(password=COLLEAGUES_PASSWORD)
    robin.presses("Begin")
    robin.sees("Today")

    # 4. A client whom Olive adds is hers; among Robin's own there is nobody yet
    adds_a_client(olive, "Ada North", "ada.north@clients.example", zone)
    olive.sees("Responsible: Olive Hart")
    robin.opens("/clients")
    robin.sees("Ada North", "with Olive Hart")
    robin.presses("Mine")
    robin.sees("No client matches")

    # 5. Olive closes Robin's account; Robin is told so at the next press, and nothing of anybody is lost
    olive.opens("/practice/people")
    olive.sees("Robin Vale")
    olive.presses("Close account of Robin Vale")
    olive.sees("No client, draft or group is theirs")
    olive.presses("Close account")
    olive.sees("The account of Robin Vale is closed")
    robin.presses("All")
    robin.sees("Your account here is closed, and you are signed out")

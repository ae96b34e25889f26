"""On a phone: a week after the first log the form is looked at again; whoever manages alone graduates."""

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

PHONE = {"viewport": {"width": 375, "height": 667}, "has_touch": True}
HINGE, TURN = "Hip hinge", "Small standing hip turns"


def signs_in(reader: Reader, email: str) -> None:
    reader.opens("/sign-in")
    reader.fills(email=email, password=PASSWORD)
    reader.presses("Sign in", within="main")


def says(reader: Reader, move: str, *answers: str) -> None:
    form = reader.page.locator("form").filter(has=reader.page.get_by_role("button", name=f"Save: {move}"))
    for number, answer in enumerate(answers):
        form.locator("fieldset").nth(number).get_by_label(answer).check()
    reader.presses(f"Save: {move}")


def logs_and_a_week_goes_by(reader: Reader, installation: Installation) -> None:
    reader.ticks("Done")
    reader.presses("Save")
    reader.sees("Today: Done")
    installation.a_week_passes()


def test_the_form_is_looked_at_again_and_whoever_manages_alone_graduates(
    settled: Installation, sit_down: SitDown
) -> None:
    somebody = a_client(settled, "Rhea Checks")
    rhea = sit_down("Rhea", settled, **PHONE)
    signs_in(rhea, somebody.email)
    rhea.sees("You have not logged for two weeks")
    logs_and_a_week_goes_by(rhea, settled)
    rhea.opens("/my")
    rhea.does_not_see("You have not logged for two weeks")
    rhea.presses("Is your form still right")
    rhea.sees("Watch again: Hip hinge", "1. Watch out for “Butt Mistake”")
    says(rhea, HINGE, "It was right", "It was right", "I am not sure")
    rhea.sees("Not right yet")
    rhea.opens("/my")
    rhea.presses("Is your form still right")  # left, and gone on with
    says(rhea, TURN, "It was right", "It was right", "It was right")
    rhea.presses("Send a video: Hip hinge")
    rhea.sees("About your move: Hip hinge")
    assert "look at how I do it" in rhea.page.locator("textarea[name=text]").input_value()

    olive = sit_down("Olive", settled)
    signs_in(olive, OWNER)
    olive.opens("/today")
    olive.sees("Rhea Checks", "Form re-check, not right yet: Hip hinge")

    rhea.opens("/my/re-check")
    rhea.presses("Check Hip hinge again")
    says(rhea, HINGE, "It was right", "It was right", "It was right")
    rhea.sees("It was right", "You checked it on")
    rhea.opens("/my/program")
    rhea.presses("Do you want to stop")
    rhea.presses("I can do it on my own now")
    rhea.sees("Good: you manage on your own", "ends your program with you")

    olive.opens("/today")
    olive.does_not_see("not right yet")
    olive.sees("They say that they manage alone, and the form re-check passed.")
    olive.presses("Let them graduate")
    olive.sees("Rhea Checks has graduated")
    rhea.opens("/my")
    rhea.sees("You have come to the end of your program", "You can come back at any time.")


def test_a_recheck_and_an_end_need_no_script(settled: Installation, sit_down: SitDown) -> None:
    somebody = a_client(settled, "Selma Plain")
    selma = sit_down("Selma", settled, java_script_enabled=False, **PHONE)
    signs_in(selma, somebody.email)
    logs_and_a_week_goes_by(selma, settled)
    selma.opens("/my/re-check")
    selma.presses("Save: Hip hinge")
    selma.sees("There is a problem", "1. Watch out for “Butt Mistake”: Say how it was.")
    says(selma, HINGE, "It was right", "It was right", "It was right")
    selma.sees("It was right", "You checked it on")
    selma.opens("/my/stopping")
    selma.presses("It hurts")
    selma.sees("Leave the moves for now", "You said: “It hurts”.")


@pytest.mark.parametrize("scripts", [True, False])
def test_why_somebody_stopped_is_told_from_a_mail_in_one_press(
    settled: Installation, sit_down: SitDown, scripts: bool
) -> None:
    somebody = a_client(settled, "Wilma Stops" if scripts else "Walter Stops")
    reader = sit_down("Somebody", settled, java_script_enabled=scripts, **PHONE)
    reader.opens(f"{somebody.checkin}/why")
    reader.sees("Have you stopped for now?", "I have no time", "If you have not stopped", "Log what you did")
    reader.presses("It hurts")
    reader.sees("Thank you for telling us", "leave the moves for now")
    reader.does_not_see("You said", somebody.name)
    reader.presses("put it right")
    reader.presses("I feel better")
    reader.presses("Look at the warning signs")
    reader.is_at("/c/.+")
